"""One object held against its inventory: every byte read again, every name accounted for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.core.errors import StorageDamagedError
from archive.storage.durable import digest_bytes, digest_file
from archive.storage.heads import Condition, read_head, sidecar_of
from archive.storage.inventory import INVENTORY, SIDECAR, Inventory
from archive.storage.versions import OBJECT_DECLARATION, OBJECT_DECLARATION_BYTES

_ALLOWED_BESIDE = frozenset({"logs", "extensions"})  # folders the specification leaves to others


@dataclass(frozen=True)
class FixityProblem:
    """One thing that is not as it was written; `path` is relative to the object's folder.

    `missing`: `expected` is the digest, `found` is "". `changed`: both are digests of
    `algorithm`; `found` is "" where the file cannot be read at all. `extra`: a file, link or
    empty folder (`path` ends in `/`) that nothing accounts for; both are "".
    """

    kind: Literal["missing", "changed", "extra"]
    path: str
    expected: str = ""
    found: str = ""
    algorithm: str = "sha512"


@dataclass(frozen=True)
class ObjectReport:
    """What the examination of an object read and found; no problems means it is sound."""

    object_id: str
    problems: tuple[FixityProblem, ...]
    file_count: int
    size_bytes: int


def examine(object_root: Path, object_id: str) -> ObjectReport:
    """Read the whole object again. Nothing is written.

    An object whose last writer was cut off is sound: its newest whole version counts.
    """
    problems: list[FixityProblem] = []
    present = _names(object_root)
    present = {name for name in present if name.split("/")[0] not in _ALLOWED_BESIDE}
    expected: set[str] = {OBJECT_DECLARATION, INVENTORY, SIDECAR}
    _compare_bytes(object_root, OBJECT_DECLARATION, OBJECT_DECLARATION_BYTES, problems)
    file_count = size_bytes = 0
    try:
        head = read_head(object_root, object_id)
    except StorageDamagedError:
        # Without one sound inventory nothing says what belongs here, so nothing is called extra.
        problems += _broken_inventory(object_root)
    else:
        if head.condition is not Condition.INTERRUPTED:
            _compare_bytes(object_root, INVENTORY, head.raw, problems)
            _compare_bytes(object_root, SIDECAR, sidecar_of(head.raw), problems)
        expected |= _check_copies(object_root, head.inventory, head.raw, problems)
        content = head.inventory.content_paths()
        for path, digest in sorted(content.items()):
            size = _check_content(
                object_root, path, digest, head.inventory.sha256.get(path, ""), problems
            )
            if size is not None:
                file_count += 1
                size_bytes += size
        extra = present - expected - set(content)
        problems += [
            FixityProblem("extra", path)
            for path in sorted(extra)
            # A folder emptied by a loss is not a second problem beside the missing file.
            if not (path.endswith("/") and any(name.startswith(path) for name in content))
        ]
    return ObjectReport(object_id, tuple(problems), file_count, size_bytes)


def _names(object_root: Path) -> set[str]:
    """Every file and link, and every empty folder with `/` at its end; links are not followed."""
    names = set()
    for folder, folders, files in os.walk(object_root):
        inner = Path(folder)
        names |= {(inner / name).relative_to(object_root).as_posix() for name in files}
        names |= {
            (inner / name).relative_to(object_root).as_posix()
            for name in folders
            if (inner / name).is_symlink()
        }
        if not files and not folders:
            names.add(inner.relative_to(object_root).as_posix() + "/")
    return names


def _compare_bytes(
    object_root: Path, path: str, wanted: bytes, problems: list[FixityProblem]
) -> None:
    expected = digest_bytes(wanted).sha512
    found = _digest(object_root / path)
    if found is None:
        problems.append(FixityProblem("missing", path, expected))
    elif found != expected:
        problems.append(FixityProblem("changed", path, expected, found))


def _check_copies(
    object_root: Path, inventory: Inventory, raw: bytes, problems: list[FixityProblem]
) -> set[str]:
    """Check the version folders' own inventories; the names that belong there."""
    names = set()
    for number in inventory.versions:
        own, sidecar = f"v{number}/{INVENTORY}", f"v{number}/{SIDECAR}"
        names |= {own, sidecar}
        if number == inventory.head:
            _compare_bytes(object_root, own, raw, problems)
            _compare_bytes(object_root, sidecar, sidecar_of(raw), problems)
            continue
        found = _digest(object_root / own)
        try:
            expected = (object_root / sidecar).read_text("utf-8", "replace").split(" ")[0]
        except FileNotFoundError:
            expected = ""
            problems.append(FixityProblem("missing", sidecar))
        if found is None:
            problems.append(FixityProblem("missing", own, expected))
        elif expected and found != expected:
            problems.append(FixityProblem("changed", own, expected, found))
    return names


def _check_content(
    object_root: Path, path: str, sha512: str, sha256: str, problems: list[FixityProblem]
) -> int | None:
    """The file's size in bytes, None where there is no file to read."""
    stored = object_root / path
    if not stored.is_file() or stored.is_symlink():
        problems.append(FixityProblem("missing", path, sha512))
        return None
    try:
        digests = digest_file(stored)
    except OSError:
        # A bad sector is what this search is for: name the file and go on with the others.
        problems.append(FixityProblem("changed", path, sha512))
        return None
    if digests.sha512 != sha512:
        problems.append(FixityProblem("changed", path, sha512, digests.sha512))
    elif sha256 and digests.sha256 != sha256:
        problems.append(FixityProblem("changed", path, sha256, digests.sha256, "sha256"))
    return digests.size_bytes


def _broken_inventory(object_root: Path) -> list[FixityProblem]:
    found = _digest(object_root / INVENTORY)
    try:
        expected = (object_root / SIDECAR).read_text("utf-8", "replace").split(" ")[0]
    except FileNotFoundError:
        expected = ""
    if found is None:
        return [FixityProblem("missing", INVENTORY, expected)]
    return [FixityProblem("changed", INVENTORY, expected, found)]


def _digest(path: Path) -> str | None:
    """The SHA-512 of a file, "" where it cannot be read, None where it is not there."""
    if not path.is_file():
        return None
    try:
        return digest_file(path).sha512
    except OSError:
        return ""
