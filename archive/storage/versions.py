"""A version on its way in: its inventory worked out, its folder built beside the storage root."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from archive.core.errors import InvalidInputError, NotFoundError, StorageDamagedError
from archive.storage.durable import (
    digest_bytes,
    digest_file,
    sync_folder,
    sync_tree,
    write_file,
)
from archive.storage.heads import sidecar_of
from archive.storage.incoming import STAGING, ReceivedFile
from archive.storage.inventory import (
    INVENTORY,
    RECORD,
    SIDECAR,
    Inventory,
    Version,
    dump_inventory,
)

OBJECT_DECLARATION = "0=ocfl_object_1.1"
OBJECT_DECLARATION_BYTES = b"ocfl_object_1.1\n"

# File systems and network shares that have no hard links answer with one of these.
_NO_LINKS = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES}
)


@dataclass(frozen=True)
class KeptFile:
    """A file that stays: the version before has it under this logical path.

    With `sha512` it is the file of these bytes, from whichever version: a version whose deposit
    never reached the catalogue may stand in between.
    """

    logical_path: str
    sha512: str = ""


@dataclass(frozen=True)
class Draft:
    """The next inventory, and what has to be placed: content path → bytes or received file."""

    inventory: Inventory
    placed: Mapping[str, ReceivedFile | bytes]

    def changes(self, current: Inventory | None) -> bool:
        """Whether it says anything that the object's head does not."""
        return (
            current is None
            or bool(self.placed)
            or current.version().state != self.inventory.version().state
        )


def draft_version(
    current: Inventory | None,
    *,
    object_id: str,
    files: Mapping[str, ReceivedFile | KeptFile],
    record: bytes,
    about: Callable[[Mapping[str, str]], Version],
    holds: Callable[[str, int], bool],
) -> Draft:
    """The inventory after `current` whose state is `files` and the record.

    Bytes the object has already are not placed again, within a version and across versions.
    `holds(content_path, size_bytes)` says whether a content file is really there: one that
    went missing is placed anew, so that depositing a lost file again mends the object.
    `about(state)` makes the version's block. `NotFoundError` (`path`) for a kept file that the
    head does not have.
    """
    if RECORD in files:
        raise InvalidInputError(field="logical_path", problem="reserved", value=RECORD)
    number = current.head + 1 if current else 1
    manifest = dict(current.manifest) if current else {}
    sha256 = dict(current.sha256) if current else {}
    placed: dict[str, ReceivedFile | bytes] = {}
    state: dict[str, str] = {}
    for logical_path, source in sorted([*files.items(), (RECORD, record)]):
        if isinstance(source, KeptFile):
            if current is None:
                raise NotFoundError(object_id=object_id, path=source.logical_path)
            if source.sha512 and source.sha512 not in manifest:
                raise NotFoundError(object_id=object_id, path=source.logical_path)
            kept = source.sha512 or current.file(source.logical_path).sha512
            state[logical_path] = kept
            continue
        if isinstance(source, bytes):
            digests = digest_bytes(source)
            digest, digest256, size_bytes = digests.sha512, digests.sha256, digests.size_bytes
        else:
            digest, digest256, size_bytes = source.sha512, source.sha256, source.size_bytes
        state[logical_path] = digest
        known = manifest.get(digest, ())
        if any(path in placed or holds(path, size_bytes) for path in known):
            continue
        content_path = f"v{number}/content/{logical_path}"
        placed[content_path] = source
        manifest[digest] = (content_path, *known)
        sha256[content_path] = digest256
    versions = dict(current.versions) if current else {}
    versions[number] = about(state)
    inventory = Inventory(
        object_id=object_id, head=number, versions=versions, manifest=manifest, sha256=sha256
    )
    return Draft(inventory, placed)


@contextmanager
def staging_folder(incoming: Path) -> Iterator[Path]:
    """A folder of one's own beside the received files, gone after the block."""
    folder = incoming / STAGING / token_hex(16)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build_version(folder: Path, draft: Draft, *, on_step: Callable[[str], None]) -> None:
    """Make `folder` the version's folder, content and inventory on the disk.

    `NotFoundError` (`name`) where a received file is gone, `StorageDamagedError` where it no
    longer is what was received.
    """
    folder.mkdir(parents=True)
    for content_path, source in draft.placed.items():
        target = folder.parent / content_path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, bytes):
            write_file(target, source)
        else:
            _place(source, target)
    on_step("content placed")
    write_inventory(folder, dump_inventory(draft.inventory))
    sync_tree(folder)
    sync_folder(folder.parent)


def write_inventory(folder: Path, raw: bytes) -> None:
    """The inventory and its digest file as new files of `folder`."""
    write_file(folder / INVENTORY, raw)
    write_file(folder / SIDECAR, sidecar_of(raw))


def _place(received: ReceivedFile, target: Path) -> None:
    """Give the received file a second name at `target`; its first one stays for a retry."""
    try:
        if received.path.stat().st_size != received.size_bytes:
            raise StorageDamagedError(path=received.name, problem="changed")
        try:
            os.link(received.path, target)
        except OSError as fault:
            if fault.errno not in _NO_LINKS:
                raise
            _copy(received, target)
    except FileNotFoundError as fault:
        raise NotFoundError(name=received.name) from fault


def _copy(received: ReceivedFile, target: Path) -> None:
    shutil.copyfile(received.path, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    if digest_file(target).sha512 != received.sha512:
        raise StorageDamagedError(path=received.name, problem="changed")
