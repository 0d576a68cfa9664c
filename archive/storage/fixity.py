"""The whole storage root held against its inventories and against the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from archive.storage.examination import FixityProblem, ObjectReport
from archive.storage.ocfl import StorageRoot

__all__ = ["FixityProblem", "ObjectReport", "Orphans", "compare", "walk"]


@dataclass(frozen=True)
class Orphans:
    """Objects on one side only: `uncatalogued` are stored and not known, `unstored` the reverse.

    `strays` are paths under the storage root that belong to no object.
    """

    uncatalogued: tuple[str, ...]
    unstored: tuple[str, ...]
    strays: tuple[str, ...]


def walk(root: StorageRoot) -> Iterator[ObjectReport]:
    """A report per object, as each has been read again; the sound ones too, to show progress.

    For a total beforehand count `root.object_ids()`: it reads names only.
    """
    for object_id in root.object_ids():
        yield root.examine(object_id)


def compare(root: StorageRoot, known_ids: Set[str]) -> Orphans:
    """What storage and the catalogue do not both have, each part in order."""
    stored = set(root.object_ids())
    return Orphans(
        uncatalogued=tuple(sorted(stored - known_ids)),
        unstored=tuple(sorted(known_ids - stored)),
        strays=tuple(root.strays()),
    )
