"""Files on their way in: streamed to a temporary name, digested, on the disk, not yet kept."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from archive.core.errors import EmptyFileError, NotFoundError, TooLargeError
from archive.storage.durable import (
    CHUNK_BYTES,
    digest_file,
    storage_faults,
    sync_folder,
)

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STAGING = "staging"
LOCKS = "locks"

_NAME = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".part"


@dataclass(frozen=True)
class ReceivedFile:
    """A whole file held under a temporary `name`, its bytes on the disk.

    It stays until somebody discards or sweeps it, over a restart too; `Incoming.find(name)`
    gives it again.
    """

    path: Path
    size_bytes: int
    sha512: str
    sha256: str
    name: str


class IncomingWriter(io.BufferedIOBase):
    """A binary file to write once, from the start to the end, and to read at any place.

    Fit to be what a multipart parser's `stream_factory` returns: it writes, seeks to 0 and hands
    the object on. `finish()` keeps what was written; `close()`, the end of a `with` block and
    garbage collection discard what was not finished, so that an upload broken off leaves nothing.
    """

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        super().__init__()
        self._limit_bytes = limit_bytes
        self._folder = folder
        self._token = secrets.token_hex(16)
        self._unfinished = folder / (self._token + _UNFINISHED)
        self._size_bytes = 0
        self._sha512 = hashlib.sha512()
        self._sha256 = hashlib.sha256()
        self._received: ReceivedFile | None = None
        self._file: io.FileIO | None = None
        with storage_faults():
            folder.mkdir(parents=True, exist_ok=True)
            # Without a buffer, so that a full disk is met in write() and never again in close().
            self._file = io.FileIO(self._unfinished, "x+")

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    @property
    def size_bytes(self) -> int:
        """How many bytes were written so far."""
        return self._size_bytes

    def write(self, data: ReadableBuffer, /) -> int:
        """Add bytes at the end.

        `TooLargeError` (`limit_bytes`) and `StorageFullError` discard the whole file at once;
        `io.UnsupportedOperation` anywhere but at the end, since the digests go along.
        """
        file = self._open_file()
        if file.tell() != self._size_bytes:
            raise io.UnsupportedOperation("an incoming file is written from start to end")
        view = memoryview(data).cast("B")
        if self._size_bytes + len(view) > self._limit_bytes:
            self.discard()
            raise TooLargeError(limit_bytes=self._limit_bytes)
        written = 0
        try:
            with storage_faults():
                while written < len(view):
                    written += file.write(view[written:]) or 0
        except BaseException:
            self.discard()
            raise
        self._sha512.update(view)
        self._sha256.update(view)
        self._size_bytes += len(view)
        return len(view)

    def read(self, size: int | None = -1, /) -> bytes:
        with storage_faults():
            return self._open_file().read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._open_file().seek(offset, whence)

    def tell(self) -> int:
        return self._open_file().tell()

    def finish(self) -> ReceivedFile:
        """Keep the file: on the disk, under its own name. Asked again, the same answer.

        `EmptyFileError` where nothing was written, `StorageFullError` where the disk is full;
        both discard it.
        """
        if self._received is not None:
            return self._received
        file = self._open_file()
        if self._size_bytes == 0:
            self.discard()
            raise EmptyFileError
        path = self._folder / self._token
        try:
            with storage_faults():
                os.fsync(file.fileno())
                file.close()
                self._unfinished.rename(path)
                sync_folder(self._folder)
        except BaseException:
            path.unlink(missing_ok=True)
            self.discard()
            raise
        self._received = ReceivedFile(
            path=path,
            size_bytes=self._size_bytes,
            sha512=self._sha512.hexdigest(),
            sha256=self._sha256.hexdigest(),
            name=self._token,
        )
        self.close()
        return self._received

    def discard(self) -> None:
        """Leave nothing of an unfinished file; a finished one stays. Repeating it is harmless."""
        self.close()

    def close(self) -> None:
        if self.closed:
            return
        file, self._file = self._file, None
        super().close()
        if file is not None:
            file.close()
            if self._received is None:
                self._unfinished.unlink(missing_ok=True)

    def _open_file(self) -> io.FileIO:
        if self._file is None:
            raise ValueError("the incoming file is closed")
        return self._file


class Incoming:
    """The folder of temporary names, on the same file system as the storage root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open_writer(self, limit_bytes: int) -> IncomingWriter:
        """A file to write at most `limit_bytes` bytes into; `StorageFullError` on a full disk."""
        return IncomingWriter(self.folder, limit_bytes=limit_bytes)

    def receive(self, stream: IO[bytes], *, limit_bytes: int) -> ReceivedFile:
        """All bytes of `stream`, held on the disk under a temporary name.

        `TooLargeError` (`limit_bytes`), `EmptyFileError`, `StorageFullError`; nothing is left
        behind by any of them, nor by a fault of the stream itself.
        """
        with self.open_writer(limit_bytes) as writer:
            while chunk := stream.read(CHUNK_BYTES):
                writer.write(chunk)
            return writer.finish()

    def find(self, name: str) -> ReceivedFile:
        """The held file of this temporary name, digested again; `NotFoundError` (`name`)."""
        if not _NAME.fullmatch(name):
            raise NotFoundError(name=name)
        path = self.folder / name
        with storage_faults():
            try:
                digests = digest_file(path)
            except FileNotFoundError as fault:
                raise NotFoundError(name=name) from fault
        return ReceivedFile(
            path=path,
            size_bytes=digests.size_bytes,
            sha512=digests.sha512,
            sha256=digests.sha256,
            name=name,
        )

    def discard(self, received: ReceivedFile) -> None:
        """Forget a held file, once the version that took it in and its record are committed."""
        with storage_faults():
            (self.folder / received.name).unlink(missing_ok=True)

    def sweep(self, older_than: timedelta) -> int:
        """Remove held, unfinished and staged leftovers last touched so long ago; how many.

        The age must be longer than any upload or draft that may still come back for its file.
        """
        oldest = time.time() - older_than.total_seconds()
        removed = 0
        with storage_faults():
            for path in self._leftovers():
                try:
                    if path.stat().st_mtime >= oldest:
                        continue
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                except FileNotFoundError:
                    continue  # Its owner was quicker.
                removed += 1
        return removed

    def _leftovers(self) -> list[Path]:
        """Held and unfinished files, and the staging folders of versions that never came in."""
        held = [
            path
            for path in (self.folder.iterdir() if self.folder.is_dir() else ())
            if _NAME.fullmatch(path.name.removesuffix(_UNFINISHED)) and not path.is_dir()
        ]
        staging = self.folder / STAGING
        return held + (list(staging.iterdir()) if staging.is_dir() else [])
