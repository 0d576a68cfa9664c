"""What an object's folder says its newest version is, also where a writer was cut off.

A version comes in by renaming its folder, then replacing `inventory.json`, then its digest.
Each point between those steps leaves a state that can be told from damage, and read rightly
without writing anything.
"""

from __future__ import annotations

import enum
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from archive.core.errors import StorageDamagedError
from archive.storage.inventory import INVENTORY, SIDECAR, Inventory, parse_inventory

_VERSION_FOLDER = re.compile(r"v([1-9][0-9]*)")


class Condition(enum.Enum):
    """How the object's folder and its inventories stand to each other."""

    SOUND = "sound"
    INTERRUPTED = "interrupted"  # a whole newest version, the inventory above it not yet replaced
    INVENTORY_DAMAGED = "inventory_damaged"  # the newest version folder has a sound copy
    VERSIONS_ASTRAY = "versions_astray"  # folders the inventory does not count, or one is missing


@dataclass(frozen=True)
class Head:
    """The newest whole state of an object; `raw` are the bytes of its inventory."""

    inventory: Inventory
    raw: bytes
    condition: Condition


@dataclass(frozen=True)
class _Copy:
    """One `inventory.json` with its digest file; `inventory` is None where it is not sound."""

    raw: bytes
    sidecar: bytes
    inventory: Inventory | None


def sidecar_of(raw: bytes) -> bytes:
    """The bytes of the digest file that belongs to an inventory."""
    return f"{hashlib.sha512(raw).hexdigest()} {INVENTORY}\n".encode()


def version_numbers(object_root: Path) -> list[int]:
    """The numbers of the version folders there are, ascending."""
    names = (_VERSION_FOLDER.fullmatch(entry.name) for entry in object_root.iterdir())
    return sorted(int(name[1]) for name in names if name)


def read_head(object_root: Path, object_id: str) -> Head:
    """The newest whole state; `FileNotFoundError` where there is no such folder.

    `StorageDamagedError` (`object_id`, `path`) where no inventory can be trusted. An older
    version's inventory never stands in for a newer one: that would hide files.
    """
    root = _read_copy(object_root, object_id)
    numbers = version_numbers(object_root)
    top = numbers[-1] if numbers else 0
    newest = _read_copy(object_root / f"v{top}", object_id)
    if root.inventory is not None:
        head = root.inventory.head
        if head == top:
            return Head(root.inventory, root.raw, Condition.SOUND)
        if (
            head == top - 1
            and newest.inventory is not None
            and newest.inventory.head == top
            and newest.inventory.continues(root.inventory)
        ):
            return Head(newest.inventory, newest.raw, Condition.INTERRUPTED)
        return Head(root.inventory, root.raw, Condition.VERSIONS_ASTRAY)
    if newest.inventory is None or newest.inventory.head != top:
        raise StorageDamagedError(object_id=object_id, path=INVENTORY, problem="changed")
    before = _read_copy(object_root / f"v{top - 1}", object_id)
    between = root.raw == newest.raw and before.sidecar and root.sidecar == before.sidecar
    return Head(
        newest.inventory,
        newest.raw,
        Condition.INTERRUPTED if between else Condition.INVENTORY_DAMAGED,
    )


def _read_copy(folder: Path, object_id: str) -> _Copy:
    """The pair in this folder; a missing file counts as empty."""
    # The digest is read first: a reader beside a writer then sees the old digest with the new
    # inventory at worst, which is one of the states of an interrupted writer.
    sidecar = _read(folder / SIDECAR)
    raw = _read(folder / INVENTORY)
    inventory = None
    if sidecar.split() == sidecar_of(raw).split():
        try:
            inventory = parse_inventory(raw)
        except ValueError:
            inventory = None
        if inventory is not None and inventory.object_id != object_id:
            inventory = None
    return _Copy(raw, sidecar, inventory)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
