"""Writes that are still there after a power cut, and an operating system's faults in our words."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.core.errors import StorageError, StorageFullError

CHUNK_BYTES = 1024 * 1024

# EFBIG is what a limit on file size (a quota of its own kind) answers; for the person who sends
# a file all three mean the same: there is no room for it here.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turn an `OSError` inside the block into `StorageFullError` or `StorageError`.

    `StorageError` carries `problem`, the system's name of the fault (`EIO`, `EROFS`, ...).
    """
    try:
        yield
    except OSError as fault:
        if fault.errno in _NO_ROOM:
            raise StorageFullError from fault
        raise StorageError(problem=errno.errorcode.get(fault.errno or 0, "unknown")) from fault


@dataclass(frozen=True)
class Digests:
    """`sha512` and `sha256` in lower-case hexadecimal, of `size_bytes` bytes."""

    sha512: str
    sha256: str
    size_bytes: int


def digest_bytes(data: bytes) -> Digests:
    """The digests of `data`."""
    return Digests(hashlib.sha512(data).hexdigest(), hashlib.sha256(data).hexdigest(), len(data))


def digest_file(path: Path) -> Digests:
    """The digests of the file's bytes, read in chunks; an `OSError` where it cannot be read."""
    sha512, sha256, size_bytes = hashlib.sha512(), hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            sha512.update(chunk)
            sha256.update(chunk)
            size_bytes += len(chunk)
    return Digests(sha512.hexdigest(), sha256.hexdigest(), size_bytes)


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and have its bytes on the disk; `FileExistsError` where there is one."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the folder's names on the disk: a created or renamed name is lost without this."""
    if sys.platform == "win32":
        return  # NTFS journals names by itself, and Windows cannot open a folder for this.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as fault:
        # Some network and user-space file systems know no fsync of folders; they say EINVAL.
        if fault.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """`sync_folder` for a folder and all below it, the innermost first."""
    for inner, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(inner))


def replace_file(source: Path, target: Path) -> None:
    """Rename over `target` in one step; a reader sees the old file or the new one."""
    for _ in range(100 if sys.platform == "win32" else 0):
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(0.02)  # Windows refuses while a reader holds the old file open.
        else:
            return
    source.replace(target)


def prune_empty(folder: Path, *, below: Path) -> None:
    """Remove `folder` and its parents while they are empty, never `below` itself."""
    while folder != below and below in folder.parents:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return  # Not empty, or in use: it stays, as it should.
        folder = folder.parent
