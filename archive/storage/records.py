"""Records without files: an append-only log of JSON lines, each batch on the disk as a whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.storage.durable import storage_faults, sync_folder
from archive.storage.locks import hold

_SUFFIX = ".jsonl"
_LOCK = ".lock"
_FILE_BYTES = 16 * 1024 * 1024
_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class DamagedLine:
    """A line that cannot be believed: `file_name`, `offset_bytes` of its start.

    `problem` is `torn` for a line that was being written when the power went, `malformed`, or
    `changed` where its digest says otherwise.
    """

    file_name: str
    offset_bytes: int
    problem: str


@dataclass(frozen=True)
class _Line:
    record_id: str
    record: dict[str, Any] | None  # None is a tombstone


class RecordLog:
    """The log in `folder`; several processes may append and read at once.

    A file takes batches until it holds `file_bytes`; then the next number begins. Each line
    carries the SHA-256 of what it says, so that a flipped bit is seen.
    """

    def __init__(self, folder: Path, *, file_bytes: int = _FILE_BYTES) -> None:
        self.folder = folder
        self._file_bytes = file_bytes

    def append(self, records: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Add a batch of (id, record); on the disk when this returns. An empty batch is nothing.

        `StorageFullError`, `StorageBusyError`: then none of the batch is in. `ValueError` for a
        record that JSON cannot hold.
        """
        self._append([_line(record_id, record) for record_id, record in records])

    def retire(self, record_ids: Sequence[str]) -> None:
        """Add tombstones: these records now live in OCFL objects; `latest` passes them over."""
        self._append([_line(record_id, None) for record_id in record_ids])

    def latest(
        self, *, on_damage: Callable[[DamagedLine], None] | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The newest (id, record) of each id not retired, in the order they were written.

        Only what was whole when this began is read; records are not held in memory. Each line
        that cannot be believed goes to `on_damage`; the last believable one of its id counts.
        """
        extents = self._extents()
        newest: dict[str, tuple[Path, int]] = {}
        for path, offset, parsed in self._lines(extents):
            if isinstance(parsed, _Line):
                newest.pop(parsed.record_id, None)
                if parsed.record is not None:
                    newest[parsed.record_id] = (path, offset)
            elif on_damage is not None:
                on_damage(parsed)
        for path, offset, parsed in self._lines(extents):
            if (
                isinstance(parsed, _Line)
                and parsed.record is not None
                and newest.get(parsed.record_id) == (path, offset)
            ):
                yield parsed.record_id, parsed.record

    def damaged(self) -> tuple[DamagedLine, ...]:
        """Every line that cannot be believed, in the order of the files."""
        return tuple(
            parsed
            for _, _, parsed in self._lines(self._extents())
            if isinstance(parsed, DamagedLine)
        )

    def _append(self, lines: Sequence[bytes]) -> None:
        if not lines:
            return
        with storage_faults():
            self.folder.mkdir(parents=True, exist_ok=True)
            with hold(self.folder / _LOCK, wait_seconds=_WAIT_SECONDS):
                self._write(b"".join(lines))

    def _write(self, batch: bytes) -> None:
        path = self._file_to_append()
        is_new = not path.exists()
        with path.open("ab", buffering=0) as file:
            size_before = file.seek(0, os.SEEK_END)
            try:
                if size_before and not _ends_whole(path):
                    # The torn line keeps its place and is reported; ours starts on its own.
                    batch = b"\n" + batch
                view = memoryview(batch)
                while view:
                    view = view[file.write(view) or 0 :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(size_before)
                if is_new:
                    path.unlink(missing_ok=True)
                raise
        if is_new:
            sync_folder(self.folder)

    def _file_to_append(self) -> Path:
        paths = self._paths()
        if paths and paths[-1].stat().st_size < self._file_bytes:
            return paths[-1]
        number = int(paths[-1].stem) + 1 if paths else 1
        return self.folder / f"{number:06d}{_SUFFIX}"

    def _paths(self) -> list[Path]:
        """The log's files, the oldest first."""
        paths = self.folder.glob(f"*{_SUFFIX}")
        return sorted((path for path in paths if path.stem.isdecimal()), key=lambda p: int(p.stem))

    def _extents(self) -> list[tuple[Path, int]]:
        """The files with the sizes they have while nobody is writing."""
        if not self.folder.is_dir():
            return []
        with storage_faults(), hold(self.folder / _LOCK, wait_seconds=_WAIT_SECONDS):
            return [(path, path.stat().st_size) for path in self._paths()]

    def _lines(
        self, extents: Sequence[tuple[Path, int]]
    ) -> Iterator[tuple[Path, int, _Line | DamagedLine]]:
        for path, size_bytes in extents:
            offset = 0
            with storage_faults(), path.open("rb") as file:
                while offset < size_bytes:
                    raw = file.readline(size_bytes - offset)
                    if not raw:
                        break
                    yield path, offset, _parsed(path, offset, raw)
                    offset += len(raw)


def _line(record_id: str, record: dict[str, Any] | None) -> bytes:
    said = _dumped({"id": record_id, "record": record})
    # As `_dumped` would write it: the digest's name comes after the two others.
    return b'%b,"sha256":"%b"}\n' % (said[:-1], hashlib.sha256(said).hexdigest().encode())


def _dumped(document: dict[str, Any]) -> bytes:
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _parsed(path: Path, offset: int, raw: bytes) -> _Line | DamagedLine:
    if not raw.endswith(b"\n"):
        return DamagedLine(path.name, offset, "torn")
    try:
        document = json.loads(raw)
        said = {"id": document["id"], "record": document["record"]}
        digest = document["sha256"]
        is_right = isinstance(said["id"], str) and isinstance(said["record"], dict | None)
    except (ValueError, KeyError, TypeError, RecursionError):
        return DamagedLine(path.name, offset, "malformed")
    if not is_right:
        return DamagedLine(path.name, offset, "malformed")
    if hashlib.sha256(_dumped(said)).hexdigest() != digest:
        return DamagedLine(path.name, offset, "changed")
    return _Line(said["id"], said["record"])


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
