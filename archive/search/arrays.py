"""Named arrays in one file: written in one step, checked when opened, mapped into memory.

Processes that map one file share its memory, and a restart finds it where it was. A file that
somebody cuts off while it is mapped would kill the process that reads it, and one that is written
over would answer wrongly; so who holds one asks `is_intact` before using it.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MAGIC = b"KAP-ARRAYS-1\n"
_ALIGNMENT = 64
_HEAD_BYTES = len(_MAGIC) + 8


class DamagedArraysError(ValueError):
    """The file is not what was written."""


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Writes the arrays under their names, or nothing: a reader never sees half a file."""
    entries: dict[str, Any] = {}
    at = 0
    for name, array in arrays.items():
        entries[name] = [array.dtype.str, list(array.shape), at, _digest(array)]
        at = _aligned(at + array.nbytes)
    head = json.dumps({"arrays": entries, "size": at}).encode()
    start = _aligned(_HEAD_BYTES + len(head))
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        file.write(_MAGIC + len(head).to_bytes(8, "big") + head)
        for name, array in arrays.items():
            file.seek(start + entries[name][2])
            file.write(np.ascontiguousarray(array).data)
        file.truncate(start + at)
    temporary.replace(path)


class ArrayFile:
    """The arrays of one file, read-only. They stay valid as long as somebody holds one of them.

    Raises FileNotFoundError where there is no file, `DamagedArraysError` where it is damaged.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            self.path = path
            self.stamp = stamp_of(found)
            self.size_bytes = found.st_size
            entries, start, size = _read_head(file.read(_HEAD_BYTES), file, found.st_size)
            if start + size != found.st_size:
                raise DamagedArraysError(f"{path.name}: its size is not what was written")
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._arrays: dict[str, Array] = {}
        try:
            for name, (dtype, shape, at, digest) in entries.items():
                kind = np.dtype(dtype)
                count = int(np.prod(shape, dtype=np.int64))
                array = np.frombuffer(mapped, kind, count, start + at).reshape(shape)
                if _digest(array) != digest:
                    raise DamagedArraysError(f"{path.name}: {name} is not what was written")
                self._arrays[name] = array
        except (TypeError, ValueError) as error:
            raise DamagedArraysError(f"{path.name}: {error}") from error

    def __getitem__(self, name: str) -> Array:
        try:
            return self._arrays[name]
        except KeyError:
            raise DamagedArraysError(f"{self.path.name}: no {name}") from None

    def is_intact(self) -> bool:
        """Whether the file still is the one that was opened; a file that was deleted or replaced
        is, since what is mapped lives on."""
        return is_intact(str(self.path), self.stamp)


def is_intact(path: str, stamp: tuple[int, int, int]) -> bool:
    """Whether the file of this stamp was neither cut off nor written over since."""
    try:
        found = os.stat(path)  # noqa: PTH116 (asked for before every search)
    except OSError:
        return True
    return found.st_ino != stamp[0] or stamp_of(found) == stamp


def stamp_of(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_head(head: bytes, file: Any, size: int) -> tuple[dict[str, Any], int, int]:
    length = int.from_bytes(head[len(_MAGIC) :], "big")
    if not head.startswith(_MAGIC) or len(head) < _HEAD_BYTES or length > size:
        raise DamagedArraysError("not a file of arrays")
    try:
        read = json.loads(file.read(length))
        return dict(read["arrays"]), _aligned(_HEAD_BYTES + length), int(read["size"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedArraysError(f"a broken table of arrays: {error}") from error


def _aligned(at: int) -> int:
    return -(-at // _ALIGNMENT) * _ALIGNMENT


def _digest(array: Array) -> int:
    """A sum over the array's bytes: it runs at the speed of memory and sees what faults of disks
    and copies leave (zeros, cuts, turned bits), though not what somebody forges."""
    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(data) // 8 * 8
    total = int(np.add.reduce(data[:whole].view(np.uint64), dtype=np.uint64)) if whole else 0
    return (total + int.from_bytes(data[whole:].tobytes(), "little")) & (2**64 - 1)
