"""A backup of everything that cannot be made again, in one file, and its way back."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from archive.core.errors import ArchiveError, StorageError, StorageFullError
from archive.models import Publication, User
from archive.models.database import Database, create_private, sqlite_module
from archive.services.holdings import Holdings
from archive.storage.durable import storage_faults
from archive.storage.snapshot import Snapshot, pack, unpack

DATABASE, SECRET, SEAL = "archive.db", "secret_key", "seal.json"


class RestoreRefusedError(ArchiveError):
    """`reason`: `not_empty` (the archive holds something already), `no_database` (the file is no
    backup of ours), `not_sqlite` (a server's database is backed up with its own tools),
    `target_exists` (a backup is not written over another file unasked)."""

    code = "restore_refused"


def back_up(
    holdings: Holdings,
    target: Path,
    *,
    overwrite: bool = False,
    on_file: Callable[[str, int], None] | None = None,
) -> Snapshot:
    """Write `target` (.tar or .tar.gz), for its owner alone, while the archive goes on working.

    The database first: what is deposited after it was copied is in storage only, and the restored
    archive finds it there.
    """
    if not holdings.database.is_sqlite:
        raise RestoreRefusedError(reason="not_sqlite")
    if not target.absolute().parent.is_dir():
        raise StorageError(problem="no_folder")
    if not overwrite and os.path.lexists(target):
        raise RestoreRefusedError(reason="target_exists")
    copy = target.with_name(f".{target.name}.{secrets.token_hex(8)}.db")
    seal = target.with_name(f"{copy.name}.seal")
    try:
        # The seal before the database: one that is ahead would say that the log was cut off.
        if holdings.settings.seal.is_file():
            create_private(seal)
            with storage_faults():
                seal.write_bytes(holdings.settings.seal.read_bytes())
        _copy_database(holdings.database, copy)
        files = {DATABASE: copy, SECRET: holdings.settings.instance / SECRET, SEAL: seal}
        return pack(
            target,
            files={name: path for name, path in files.items() if path.is_file()},
            trees={"uploads": holdings.settings.uploads},
            exclude=["uploads/incoming", "uploads/audit"],
            on_file=on_file,
        )
    finally:
        seal.unlink(missing_ok=True)
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)


def _copy_database(database: Database, path: Path) -> None:
    """SQLite's online backup: a consistent copy without stopping readers or writers."""
    driver = sqlite_module()
    create_private(path)
    try:
        with database.engine.connect() as source, closing(driver.connect(str(path))) as target:
            from_driver: Any = source.connection.driver_connection
            # Outside the transaction that connect() would begin: the backup holds its own.
            from_driver.backup(target)
    except driver.OperationalError as error:
        if "full" in str(error):
            raise StorageFullError() from error
        raise StorageError(problem=str(error)) from error


def restore(
    holdings: Holdings, source: Path, *, on_file: Callable[[str, int], None] | None = None
) -> Snapshot:
    """Put a backup's database, key and uploads in the place of an empty archive's.

    Everything is unpacked and checked beside the target before anything is moved. Raises
    RestoreRefusedError or the snapshot's own errors; the archive is then as it was.
    """
    settings, database = holdings.settings, holdings.database
    if not database.is_sqlite or database.path is None:
        raise RestoreRefusedError(reason="not_sqlite")
    _check_empty(holdings)
    staging = settings.uploads.parent / f".restoring-{secrets.token_hex(8)}"
    try:
        snapshot = unpack(source, staging, on_file=on_file)
        if not (staging / DATABASE).is_file() or not (staging / "uploads").is_dir():
            raise RestoreRefusedError(reason="no_database")
        database.close()
        for entry in (staging / "uploads").iterdir():
            target = settings.uploads / entry.name
            if target.is_dir():
                shutil.rmtree(target)
            elif target.exists():
                target.unlink()
            shutil.move(entry, target)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database.path}{suffix}").unlink(missing_ok=True)
        shutil.move(staging / DATABASE, database.path)
        settings.seal.unlink(missing_ok=True)
        if (staging / SEAL).is_file():
            settings.seal.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(staging / SEAL, settings.seal)
        if (staging / SECRET).is_file():
            shutil.move(staging / SECRET, settings.instance / SECRET)
            (settings.instance / SECRET).chmod(0o600)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return snapshot


def _check_empty(holdings: Holdings) -> None:
    if any(True for _ in holdings.originals.object_ids()) or any(
        True for _ in holdings.records.latest()
    ):
        raise RestoreRefusedError(reason="not_empty")
    path = holdings.database.path
    if path is None or not path.exists():
        return
    with holdings.database.engine.connect() as connection:
        if not holdings.database.engine.dialect.has_table(connection, "publication"):
            return
    with holdings.database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(Publication)) or 0
        rows += session.scalar(select(func.count()).select_from(User)) or 0
    if rows:
        raise RestoreRefusedError(reason="not_empty")
