"""Sets of documents: their numbers where they are few, a mark for each document where many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archive.search.arrays import Array
from archive.search.columns import Column, values_at

MANY_SHARE = 8
"""Documents are many from so many-th of all on."""


@dataclass(frozen=True, slots=True)
class DocSet:
    """Either `docs`, ascending, or `mask` (booleans) is there."""

    docs: Array | None
    mask: Array | None

    def __and__(self, other: DocSet) -> DocSet:
        if self.docs is not None:
            return DocSet(self.docs[other.has(self.docs)], None)
        if other.docs is not None:
            return other & self
        return DocSet(None, self.mask & other.mask)  # type: ignore[operator]

    def __sub__(self, other: DocSet) -> DocSet:
        if self.docs is not None:
            return DocSet(self.docs[~other.has(self.docs)], None)
        left = self.mask.copy()  # type: ignore[union-attr]
        left[other.mask if other.docs is None else other.docs] = False
        return DocSet(None, left)

    def has(self, docs: Array) -> Array:
        """For each of the documents whether it is in the set."""
        if self.docs is None:
            found: Array = self.marks(0).take(docs)
            return found
        return values_at(docs, self.docs, np.ones(len(self.docs), bool))

    def marks(self, doc_count: int) -> Array:
        """A mark for each document; not to be written into."""
        if self.mask is not None:
            return self.mask
        found = np.zeros(doc_count, bool)
        found[self.docs] = True
        return found

    def numbers(self) -> Array:
        """The documents, ascending."""
        if self.docs is not None:
            return self.docs
        return np.flatnonzero(self.marks(0)).astype(np.int32)

    def count(self) -> int:
        return int(np.count_nonzero(self.marks(0))) if self.docs is None else len(self.docs)


NO_DOCS = DocSet(np.zeros(0, np.int32), None)


def docs_of(column: Column) -> DocSet:
    """The documents a column's word stands in."""
    if column.docs is None:
        return DocSet(None, column.share != 0)
    return DocSet(column.docs, None)


def either(sets: list[DocSet], doc_count: int) -> DocSet:
    """The union; many small sets together may be large."""
    if not sets:
        return NO_DOCS
    if len(sets) == 1:
        return sets[0]
    found = np.zeros(doc_count, bool)
    for held in sets:
        if held.docs is not None:
            found[held.docs] = True
        else:
            found |= held.marks(0)
    few = np.count_nonzero(found) < doc_count // MANY_SHARE
    return DocSet(np.flatnonzero(found).astype(np.int32), None) if few else DocSet(None, found)
