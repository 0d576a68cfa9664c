"""Pages drawn large and the tiles cut from them: a cache under `index/tiles/` of a bounded size.

Nothing here is needed: every file can be made again, and the whole folder may be deleted at any
time. A file ends in a checksum, so that one that was cut short or rotted away is noticed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from archive.core.errors import StorageBusyError, StorageError
from archive.storage.durable import replace_file, storage_faults
from archive.storage.locks import hold

_NAME = re.compile(r"[0-9a-z][0-9a-z,.-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{32,128}")
_DIGEST_PART = 32
_END = struct.Struct(">4sI")
_SIGN = b"KAP1"
_LOCKS = "locks"
_ATTEMPTS = 5
# A file's time is when it was last asked for; writing that down more often would gain nothing.
_TOUCHED_SECONDS = 600
_CHECKED_SHARE = 0.05
_KEPT_SHARE = 0.9


class TileCache:
    """The cached files in `folder`, of `limit_bytes` together.

    Each process looks at the whole after it has written a twentieth of the limit itself, and then
    removes what was not asked for the longest: so much above the limit it may be at most, for each
    process.
    """

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self._written_bytes: float = 0
        self._counting = threading.Lock()
        self._trimming = threading.Lock()
        self._is_asked = threading.Event()

    def path(self, digest: str, page_number: int, name: str) -> Path:
        """Where `name` of a page (from 1) of the file with this SHA-256 lies or would lie."""
        if not _DIGEST.fullmatch(digest) or not _NAME.fullmatch(name) or page_number < 1:
            raise ValueError("no name of a tile")
        return self.folder / digest[:2] / digest[:_DIGEST_PART] / str(page_number) / name

    def read(self, path: Path) -> bytes | None:
        """What was written there; None where nothing is, or it is not whole any more."""
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        data = _whole(stored)
        if data is None:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _TOUCHED_SECONDS:
                os.utime(path)
        return data

    def write(self, path: Path, data: bytes) -> None:
        """Keep `data` at `path`, which `path()` gave; a reader sees all of it or nothing.

        StorageFullError and StorageError leave nothing behind.
        """
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with storage_faults():
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    temporary.write_bytes(data + _END.pack(_SIGN, zlib.crc32(data)))
                    replace_file(temporary, path)
                except (FileNotFoundError, FileExistsError):
                    if attempt == _ATTEMPTS:
                        raise
                    time.sleep(0.001 * attempt)  # The folder was removed meanwhile.
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
                else:
                    break
        self._count(len(data))

    @contextmanager
    def turn(
        self, digest: str, page_number: int, *, turns: int, wait_seconds: float
    ) -> Iterator[None]:
        """Hold one of `turns` places for the length of the block, among all processes; the same
        page always has the same place. StorageBusyError where it is not free in time.

        Where no lock can be kept (a full disk) the block runs all the same.
        """
        place = zlib.crc32(f"{digest} {page_number}".encode()) % turns
        with ExitStack() as stack:
            try:
                with storage_faults():
                    lock = hold(self.folder / _LOCKS / str(place), wait_seconds=wait_seconds)
                    stack.enter_context(lock)
            except StorageBusyError:
                raise
            except StorageError:
                pass
            yield

    def trim(self) -> int:
        """Remove what was not asked for the longest until nine tenths of the limit are left, where
        there is more than the limit; how many files that were."""
        found = sorted(self._files())
        total = sum(size for _, size, _ in found)
        removed = 0
        if total <= self.limit_bytes:
            return removed
        for _, size, path in found:
            if total <= self.limit_bytes * _KEPT_SHARE:
                break
            with suppress(OSError):
                path.unlink()
                removed += 1
            total -= size
            with suppress(OSError):
                path.parent.rmdir()
        return removed

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When each was last asked for, its bytes, its place; what a killed writer left, too."""
        for folder, folders, names in os.walk(self.folder):
            if _LOCKS in folders:
                folders.remove(_LOCKS)
            for name in names:
                path = Path(folder, name)
                with suppress(OSError):
                    known = path.stat()
                    yield known.st_mtime, known.st_size, path

    def _count(self, size_bytes: int) -> None:
        with self._counting:
            self._written_bytes += size_bytes
            if self._written_bytes < self.limit_bytes * _CHECKED_SHARE:
                return
            self._written_bytes = 0
        self._is_asked.set()
        # Not in the request that happens to be the one: looking at everything takes a while.
        threading.Thread(target=self._trim_alone, name="tiles-trim", daemon=True).start()

    def _trim_alone(self) -> None:
        # Who finds another at it leaves it to that one, which looks again at what came meanwhile.
        while self._is_asked.is_set() and self._trimming.acquire(blocking=False):
            try:
                self._is_asked.clear()
                self.trim()
            finally:
                self._trimming.release()


def _whole(stored: bytes) -> bytes | None:
    if len(stored) <= _END.size:
        return None
    data, end = stored[: -_END.size], stored[-_END.size :]
    return data if end == _END.pack(_SIGN, zlib.crc32(data)) else None
