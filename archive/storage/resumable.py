"""Files that arrive in pieces: over cut connections, restarts of the server and full disks.

`incoming/parts/<name>` holds the bytes, `<name>.offset` how many of them are certain. An offset is
written only after the bytes before it are on the disk, so that what was acknowledged is there after
a power cut too; bytes behind it are sent again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.core.errors import (
    NotFoundError,
    StorageBusyError,
    StorageError,
    TooLargeError,
    UploadConflictError,
    UploadCorruptError,
)
from archive.storage.durable import CHUNK_BYTES, storage_faults, sync_folder, write_file
from archive.storage.incoming import ReceivedFile
from archive.storage.locks import hold

PARTS = "parts"
ALGORITHMS = ("sha1", "sha256", "sha512")
"""What a piece's checksum may be made with; tus asks for SHA-1, which here finds accidents only."""

SETTLE_BYTES = 16 * 1024 * 1024
SETTLE_SECONDS = 5.0
FINISH_SECONDS = 60.0
CATCH_UP_BYTES = 64 * 1024 * 1024
REMEMBERED = 64

_NAME = re.compile(r"[0-9a-f]{32}")
_OFFSET, _LOCK = ".offset", ".lock"


@dataclass(frozen=True)
class Part:
    """An unfinished file: `offset_bytes` of it are on the disk, the last since `touched_at`."""

    offset_bytes: int
    touched_at: datetime


@dataclass(frozen=True)
class Checksum:
    """The digest that a piece must have."""

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, header: str) -> Checksum | None:
        """From `sha1 <base64>`; None where that is no checksum of `ALGORITHMS`."""
        algorithm, _, encoded = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            return None
        try:
            digest = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return None
        whole = len(digest) == hashlib.new(algorithm, usedforsecurity=False).digest_size
        return cls(algorithm, digest) if whole else None


@dataclass
class _Running:
    """The digests of a file's first `size_bytes`."""

    size_bytes: int = 0
    sha512: Any = field(default_factory=hashlib.sha512)
    sha256: Any = field(default_factory=hashlib.sha256)

    def update(self, data: memoryview) -> None:
        self.sha512.update(data)
        self.sha256.update(data)
        self.size_bytes += len(data)

    def copy(self) -> _Running:
        return _Running(self.size_bytes, self.sha512.copy(), self.sha256.copy())

    def catch_up(self, file: io.FileIO, size_bytes: int) -> None:
        """Take in what the file holds from here to `size_bytes`; the two digests side by side,
        since together they take half as long again as the slower one alone."""
        file.seek(self.size_bytes)
        with ThreadPoolExecutor(1) as other:
            while self.size_bytes < size_bytes:
                data = file.read(min(CHUNK_BYTES, size_bytes - self.size_bytes))
                if not data:
                    raise StorageError(problem="part_short")
                beside = other.submit(self.sha256.update, data)
                self.sha512.update(data)
                beside.result()
                self.size_bytes += len(data)


class Arriving:
    """One piece on its way in, written from the offset on; `offset_bytes` is what is certain."""

    def __init__(
        self, part: io.FileIO, mark: Path, *, offset_bytes: int, checksum: Checksum | None
    ) -> None:
        self.offset_bytes = offset_bytes
        self._part = part
        self._mark = mark
        self._written = offset_bytes
        self._settled_at = time.monotonic()
        self._checksum = checksum
        self._digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self.running: _Running | None = None

    def write(self, data: bytes, *, limit_bytes: int) -> None:
        """Add bytes. `TooLargeError` where the file would be longer than it was said to be,
        `StorageFullError`; what was written before either of them may still be kept."""
        view = memoryview(data)
        if self._written + len(view) > limit_bytes:
            raise TooLargeError(limit_bytes=limit_bytes)
        with storage_faults():
            while len(view):
                done = view[: self._part.write(view) or 0]
                self._written += len(done)
                if self.running is not None:
                    self.running.update(done)
                if self._digest is not None:
                    self._digest.update(done)
                view = view[len(done) :]
        # A piece with a checksum counts only once it was whole and right.
        late = time.monotonic() - self._settled_at > SETTLE_SECONDS
        if self._checksum is None and (late or self._written - self.offset_bytes >= SETTLE_BYTES):
            self.settle()

    def verify(self) -> None:
        """`UploadCorruptError` where the piece is not what its checksum says."""
        if self._checksum is not None:
            assert self._digest is not None
            if self._digest.digest() != self._checksum.digest:
                raise UploadCorruptError(algorithm=self._checksum.algorithm)
            self._checksum = None

    def settle(self) -> None:
        """Have what was written on the disk, then say so; an unverified piece is left out."""
        if self._checksum is not None or self._written == self.offset_bytes:
            return
        with storage_faults():
            os.fsync(self._part.fileno())
            _write_offset(self._mark, self._written)
        self.offset_bytes = self._written
        self._settled_at = time.monotonic()


class Resumable:
    """The folder of unfinished files, beside the whole ones of `Incoming`.

    Digests run along while the pieces of a file come to one process, and are kept in its memory;
    what another process or an earlier run took in is read once more, a little with each piece and
    the rest at the end.
    """

    def __init__(self, incoming: Path) -> None:
        self._incoming = incoming
        self._folder = incoming / PARTS
        self._known: OrderedDict[str, _Running] = OrderedDict()
        self._guard = threading.Lock()

    def create(self, name: str) -> None:
        """An empty file to append to. `StorageFullError`; nothing is left by it."""
        if not _NAME.fullmatch(name):
            raise NotFoundError(name=name)
        try:
            with storage_faults():
                self._folder.mkdir(parents=True, exist_ok=True)
                write_file(self._folder / name, b"")
                # Made now: a lock must be had on a full disk too.
                write_file(self._folder / (name + _LOCK), b"")
                write_file(self._folder / (name + _OFFSET), _offset_line(0))
                sync_folder(self._folder)
        except StorageError:
            self.discard(name)
            raise

    def find(self, name: str) -> Part:
        """How far the file has come; `NotFoundError` (`name`)."""
        if not _NAME.fullmatch(name):
            raise NotFoundError(name=name)
        path = self._folder / name
        with storage_faults():
            try:
                found = path.stat()
                offset = _read_offset(path.with_name(name + _OFFSET))
            except FileNotFoundError as fault:
                raise NotFoundError(name=name) from fault
        # The file is never shorter than what was acknowledged, unless a disk lost it.
        return Part(
            offset_bytes=min(offset, found.st_size),
            touched_at=datetime.fromtimestamp(found.st_mtime, UTC),
        )

    @contextmanager
    def hold(self, name: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Alone with the file, among threads and processes; `StorageBusyError`, `NotFoundError`."""
        self.find(name)
        with hold(self._folder / (name + _LOCK), wait_seconds=wait_seconds):
            yield

    @contextmanager
    def append(
        self, name: str, *, offset_bytes: int, checksum: Checksum | None = None
    ) -> Iterator[Arriving]:
        """Take in a piece that begins at `offset_bytes`.

        However the block ends, what arrived is kept as far as it is on the disk; a piece with a
        checksum is kept whole or not at all. Raises `UploadConflictError` (`offset_bytes`, the
        true one), `StorageBusyError` where another piece is arriving, `NotFoundError`,
        `UploadCorruptError` and, of the disk, `StorageFullError`.
        """
        with self.hold(name):
            known = self.find(name).offset_bytes
            if known != offset_bytes:
                raise UploadConflictError(offset_bytes=known)
            path = self._folder / name
            with storage_faults():
                part = io.FileIO(path, "r+")
            with part:
                with storage_faults():
                    part.truncate(known)
                    running = self._follow(name, part, known)
                    part.seek(known)
                mark = path.with_name(name + _OFFSET)
                arriving = Arriving(part, mark, offset_bytes=known, checksum=checksum)
                arriving.running = running
                try:
                    yield arriving
                    arriving.verify()
                finally:
                    try:
                        arriving.settle()
                    finally:
                        self._close(name, part, arriving)

    def finish(self, name: str) -> ReceivedFile:
        """The whole file, digested, under its own name beside the other held files.

        Waits for a piece that is arriving. `NotFoundError` where it was finished before.
        """
        path, target = self._folder / name, self._incoming / name
        with self.hold(name, wait_seconds=FINISH_SECONDS):
            size_bytes = self.find(name).offset_bytes
            with storage_faults():
                with io.FileIO(path, "r") as part:
                    running = self._recall(name, size_bytes)
                    running.catch_up(part, size_bytes)
                path.rename(target)
                sync_folder(self._incoming)
                sync_folder(self._folder)
            self.discard(name)
        return ReceivedFile(
            path=target,
            size_bytes=size_bytes,
            sha512=running.sha512.hexdigest(),
            sha256=running.sha256.hexdigest(),
            name=name,
        )

    def discard(self, name: str) -> None:
        """Leave nothing of an unfinished file. Repeating it is harmless."""
        with self._guard:
            self._known.pop(name, None)
        with storage_faults():
            for ending in ("", _OFFSET, _LOCK):
                (self._folder / (name + ending)).unlink(missing_ok=True)

    def sweep(self, older_than: timedelta) -> int:
        """Remove what got no byte for so long and is not arriving now; how many files."""
        oldest = time.time() - older_than.total_seconds()
        removed = 0
        for name in self._names():
            try:
                touched = max(path.stat().st_mtime for path in self._folder.glob(name + "*"))
                if touched >= oldest:
                    continue
                with hold(self._folder / (name + _LOCK), wait_seconds=0):
                    self.discard(name)
            except (FileNotFoundError, ValueError, StorageBusyError):
                continue  # Its owner was quicker, or is sending.
            removed += 1
        return removed

    def _names(self) -> set[str]:
        with storage_faults():
            paths = list(self._folder.iterdir()) if self._folder.is_dir() else []
        return {path.stem for path in paths if _NAME.fullmatch(path.stem)}

    def _follow(self, name: str, part: io.FileIO, size_bytes: int) -> _Running | None:
        """Digests that stand at `size_bytes`, to go along with a piece; None where they are further
        behind than a sender should wait for. Then they came nearer, and the next piece goes on."""
        running = self._recall(name, size_bytes)
        running.catch_up(part, min(size_bytes, running.size_bytes + CATCH_UP_BYTES))
        if running.size_bytes == size_bytes:
            return running
        self._remember(name, running)
        return None

    def _recall(self, name: str, size_bytes: int) -> _Running:
        """The digests this process has of the first `size_bytes` or fewer."""
        with self._guard:
            known = self._known.get(name)
            # Ahead of the file it would be of bytes that a damaged disk lost.
            if known is None or known.size_bytes > size_bytes:
                return _Running()
            return known.copy()

    def _close(self, name: str, part: io.FileIO, arriving: Arriving) -> None:
        """Bytes that do not count go at once: on a full disk somebody else needs their room."""
        with storage_faults():
            if part.seek(0, io.SEEK_END) != arriving.offset_bytes:
                part.truncate(arriving.offset_bytes)
        running = arriving.running
        if running is not None and running.size_bytes == arriving.offset_bytes:
            self._remember(name, running)

    def _remember(self, name: str, running: _Running) -> None:
        with self._guard:
            self._known[name] = running
            self._known.move_to_end(name)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _offset_line(offset_bytes: int) -> bytes:
    return b"%020d\n" % offset_bytes


def _write_offset(mark: Path, offset_bytes: int) -> None:
    """In place: the line keeps its length and its block, so that a full disk has room for it."""
    with io.FileIO(mark, "r+") as file:
        file.write(_offset_line(offset_bytes))
        os.fsync(file.fileno())


def _read_offset(mark: Path) -> int:
    """A line that cannot be read vouches for nothing."""
    line = mark.read_bytes()
    return int(line) if re.fullmatch(rb"\d{20}\n", line) else 0
