"""A backup as one tar file, and its way back; both tell a damaged file from a whole one.

The last member, `manifest-sha256.txt`, has a line `digest  name` for every other member. A file
without it was cut short; a digest that does not fit names the member that changed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
import shutil
import sys
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from archive.core.errors import (
    InvalidInputError,
    SnapshotRefusedError,
    StorageFullError,
)
from archive.storage.durable import CHUNK_BYTES, replace_file, storage_faults, sync_folder
from archive.storage.layout import check_path

MANIFEST = "manifest-sha256.txt"

_MOST_MEMBERS = 20_000_000
_MOST_MANIFEST_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Snapshot:
    """How many files went in or out and their bytes.

    `skipped`: links, special files and names no archive should carry, which were passed over,
    and files that went away while the backup ran.
    """

    file_count: int
    size_bytes: int
    skipped: tuple[str, ...] = ()


class _DigestingReader:
    """Gives a file's first `size_bytes` bytes and digests them on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


def pack(
    target: Path,
    *,
    files: Mapping[str, Path],
    trees: Mapping[str, Path],
    exclude: Collection[str] = (),
    on_file: Callable[[str, int], None] | None = None,
) -> Snapshot:
    """Stream `files`, then `trees` (member name → path) into `target`, `.tar` or `.tar.gz`.

    Members are plain files under fixed names in a fixed order, without owner or mode: the same
    files give the same bytes. Links are never followed. `exclude` names members or folders
    (`uploads/incoming`) to leave out. `on_file(name, size_bytes)` is called after each.

    A tree may be written to meanwhile: in each folder the files are read before the folders in
    it are listed, so that an object's inventory never names a version the backup lacks.

    The target appears whole or not at all, over an older one of that name, and only its owner may
    read it: it holds whatever the archive keeps from others. `StorageFullError`,
    `StorageError`; `ValueError` for another ending.
    """
    compressed = _is_compressed(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    packer = _Packer(frozenset(exclude), on_file)
    try:
        with storage_faults():
            with (
                _create_private(temporary) as raw,
                _compressing(raw, compressed=compressed) as stream,
                tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                for name in sorted(files):
                    packer.add(tar, check_path(name), files[name])
                for name in sorted(trees):
                    packer.add_tree(tar, check_path(name), trees[name])
                packer.add_manifest(tar)
            with temporary.open("rb+") as whole:
                os.fsync(whole.fileno())
            replace_file(temporary, target)
            sync_folder(target.absolute().parent)
    finally:
        temporary.unlink(missing_ok=True)
    return Snapshot(packer.file_count, packer.size_bytes, tuple(packer.skipped))


def unpack(
    file: Path, into: Path, *, on_file: Callable[[str, int], None] | None = None
) -> Snapshot:
    """Write a backup's files, for their owner alone, below `into`, empty or not there yet.

    The whole file is read once before anything is written: every name, kind, size and digest.
    `SnapshotRefusedError` (`problem`, `member`): `target_not_empty`, `not_a_tar`, `bad_name`,
    `not_a_file`, `twice`, `too_many`, `cut_short`, `changed`. `StorageFullError` where it would
    not fit. After a fault `into` is as empty as before.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise SnapshotRefusedError(problem="target_not_empty", member="")
    with storage_faults():
        expected = _checked(file)
        existed = into.exists()
        into.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(into).free < expected.size_bytes:
            if not existed:
                into.rmdir()
            raise StorageFullError(needed_bytes=expected.size_bytes)
        try:
            for tar, member in _members(file):
                if member.name != MANIFEST and member.isreg():
                    _extract(tar, member, into / member.name)
                    if on_file is not None:
                        on_file(member.name, member.size)
            if sys.platform != "win32":
                os.sync()  # One for all: an fsync for each of 100,000 files takes minutes.
        except BaseException:
            for entry in list(into.iterdir()):
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            if not existed:
                into.rmdir()
            raise
    return expected


class _Packer:
    def __init__(self, exclude: frozenset[str], on_file: Callable[[str, int], None] | None) -> None:
        self._exclude = exclude
        self._on_file = on_file
        self._manifest: list[str] = []
        self.file_count = 0
        self.size_bytes = 0
        self.skipped: list[str] = []

    def add_tree(self, tar: tarfile.TarFile, name: str, folder: Path) -> None:
        if name in self._exclude:
            return
        for entry in sorted(folder.iterdir()):
            inner = f"{name}/{entry.name}"
            if inner in self._exclude:
                continue
            if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                self.skipped.append(inner)
            elif entry.is_file():
                self._add_if_named_well(tar, inner, entry)
        for entry in sorted(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                self.add_tree(tar, f"{name}/{entry.name}", entry)

    def _add_if_named_well(self, tar: tarfile.TarFile, name: str, path: Path) -> None:
        try:
            check_path(name)
        except InvalidInputError:
            # A stray name that unpacking would refuse must not spoil the whole backup.
            self.skipped.append(name)
        else:
            self.add(tar, name, path)

    def add(self, tar: tarfile.TarFile, name: str, path: Path) -> None:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            self.skipped.append(name)
            return
        with file:
            status = os.fstat(file.fileno())
            member = tarfile.TarInfo(name)
            # A file that grows meanwhile goes in as long as it was; one that shrinks is a fault.
            member.size = status.st_size
            member.mtime = int(status.st_mtime)
            reader = _DigestingReader(file)
            tar.addfile(member, reader)
        _forget_members(tar)
        self._manifest.append(f"{reader.digest.hexdigest()}  {name}\n")
        self.file_count += 1
        self.size_bytes += member.size
        if self._on_file is not None:
            self._on_file(name, member.size)

    def add_manifest(self, tar: tarfile.TarFile) -> None:
        data = "".join(self._manifest).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(data)
        tar.addfile(member, BytesIO(data))


def _create_private(path: Path) -> IO[bytes]:
    """A new file, from its first byte on closed to other accounts. `FileExistsError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _is_compressed(target: Path) -> bool:
    if target.name.endswith(".tar.gz"):
        return True
    if target.name.endswith(".tar"):
        return False
    raise ValueError("a backup's name ends in .tar or .tar.gz")


@contextmanager
def _compressing(raw: IO[bytes], *, compressed: bool) -> Iterator[IO[bytes]]:
    if not compressed:
        yield raw
        return
    # No name and no time in the header, for the same bytes each time.
    with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as stream:
        yield stream  # type: ignore[misc]  # it writes and tells, all that tarfile asks


def _members(file: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Each member with the open archive, one at a time."""
    with tarfile.open(file, "r:*") as tar:
        while (member := tar.next()) is not None:
            yield tar, member
            _forget_members(tar)


def _forget_members(tar: tarfile.TarFile) -> None:
    # tarfile keeps every member it met in memory; a large archive has a million of them.
    tar.members.clear()  # type: ignore[attr-defined]


def _checked(file: Path) -> Snapshot:
    """Read all of it; every member named, sized and digested as it should be."""
    digests: dict[str, str] = {}
    try:
        size_bytes = _read_all(file, digests)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError) as fault:
        problem = "cut_short" if digests else "not_a_tar"
        raise SnapshotRefusedError(problem=problem, member="") from fault
    return Snapshot(len(digests), size_bytes)


def _read_all(file: Path, digests: dict[str, str]) -> int:
    """Fill `digests` and hold them against the manifest; the bytes of all files."""
    folders: set[str] = set()
    manifest: bytes | None = None
    size_bytes = 0
    for tar, member in _members(file):
        name = member.name
        if manifest is not None:
            raise SnapshotRefusedError(
                problem="twice" if name == MANIFEST else "bad_name", member=name
            )
        _check_name(name)
        if member.isdir():
            continue
        if not member.isreg() or member.issparse() or member.size < 0:
            raise SnapshotRefusedError(problem="not_a_file", member=name)
        if name in digests or name in folders:
            raise SnapshotRefusedError(problem="twice", member=name)
        stream = tar.extractfile(member)
        assert stream is not None
        if name == MANIFEST:
            if member.size > _MOST_MANIFEST_BYTES:
                raise SnapshotRefusedError(problem="too_many", member=name)
            manifest = stream.read()
            continue
        parents = _parents(name)
        if not parents.isdisjoint(digests):
            raise SnapshotRefusedError(problem="twice", member=name)
        folders |= parents
        digest = hashlib.sha256()
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
        digests[name] = digest.hexdigest()
        size_bytes += member.size
        if len(digests) > _MOST_MEMBERS:
            raise SnapshotRefusedError(problem="too_many", member=name)
    if manifest is None:
        raise SnapshotRefusedError(problem="cut_short", member="")
    _compare(manifest, digests)
    return size_bytes


def _compare(manifest: bytes, digests: Mapping[str, str]) -> None:
    listed = dict(_manifest_lines(manifest))
    for name in sorted(listed.keys() | digests.keys()):
        if listed.get(name) != digests.get(name):
            raise SnapshotRefusedError(problem="changed", member=name)


def _manifest_lines(manifest: bytes) -> Iterator[tuple[str, str]]:
    for line in manifest.decode("utf-8", "replace").split("\n")[:-1]:
        digest, _, name = line.partition("  ")
        yield name, digest


def _check_name(name: str) -> None:
    try:
        check_path(name)
    except InvalidInputError as fault:
        raise SnapshotRefusedError(problem="bad_name", member=name) from fault
    if ":" in name and sys.platform == "win32":
        raise SnapshotRefusedError(problem="bad_name", member=name)


def _parents(name: str) -> set[str]:
    segments = name.split("/")
    return {"/".join(segments[:count]) for count in range(1, len(segments))}


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    # The file may have been exchanged since it was checked: nothing here trusts that it was not.
    _check_name(member.name)
    source = tar.extractfile(member)
    assert source is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    with _create_private(target) as file:
        shutil.copyfileobj(source, file, CHUNK_BYTES)
    os.utime(target, (member.mtime, member.mtime))
