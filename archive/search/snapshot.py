"""The index as of one commit, joined over its segments: an immutable view that searches share.

Sets of works are whole numbers, one bit per work, and sets of documents are numbers with one byte
(0 or 1) per document: `&`, `|` and `bit_count` on them run at the speed of memory.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress

from archive.core.collation import sort_key
from archive.search.entries import ACCEPTED, INTERNAL, PUBLIC
from archive.search.requests import Sort, Viewer
from archive.search.segments import ACCESS, FACETS, STATUS, Segment, WorkRow

_KEPT_AUDIENCES = 16


@dataclass(frozen=True, slots=True)
class Audience:
    """What one kind of viewer may see: works, documents, and the figures scores are made of."""

    works: int
    docs: int
    doc_count: int
    average_length: float


class Snapshot:
    """All live works of one commit, numbered through, with their values and documents.

    `key` names generation and commit; two snapshots with one key are the same.
    """

    def __init__(
        self, key: tuple[str, int], parts: Sequence[tuple[Segment, frozenset[int]]]
    ) -> None:
        self.key = key
        self.segments = [segment for segment, _ in parts]
        self.works: list[WorkRow] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.doc_count = 0
        self.lengths = array("H")
        self.unit_names: dict[str, str] = {}
        self.alive = 0
        self._segment_of: list[tuple[int, Segment]] = []  # (first slot, segment)
        self._bits: dict[str, dict[str, int]] = {name: {} for name in (*FACETS, STATUS, ACCESS)}
        self._embargoes: list[tuple[date, int]] = []
        self._by_name: dict[str, list[tuple[str, int]]] = {}
        self._orders: dict[str, list[int]] = {}
        self._audiences: dict[tuple[object, ...], Audience] = {}
        self._lock = threading.Lock()
        for segment, deleted in parts:
            self._add(segment, deleted)

    def _add(self, segment: Segment, deleted: frozenset[int]) -> None:
        first = len(self.works)
        self._segment_of.append((first, segment))
        self.unit_names.update(segment.unit_names)
        for slot, work in enumerate(segment.works, first):
            self.works.append(work)
            self.starts.append(self.doc_count + work.start)
            self.ends.append(self.doc_count + work.start + work.page_count + 1)
            if work.start not in deleted:
                self.alive |= 1 << slot
                if work.embargo_until is not None:
                    self._embargoes.append((work.embargo_until, slot))
        for name, values in segment.bits.items():
            held = self._bits[name]
            for value, bits in values.items():
                held[value] = held.get(value, 0) | bits << first
        self.lengths.extend(segment.lengths)
        self.doc_count += segment.doc_count

    # Works

    def values(self, facet: str) -> dict[str, int]:
        """Every value of a facet with the works that carry it, dead ones among them."""
        return self._bits[facet]

    def values_by_name(self, facet: str) -> list[tuple[str, int]]:
        """The values of a facet with their works, in Vietnamese order of what they are called."""
        found = self._by_name.get(facet)
        if found is None:
            names = self.unit_names if facet == "unit" else {}
            found = sorted(
                self._bits[facet].items(), key=lambda item: sort_key(names.get(item[0], item[0]))
            )
            self._by_name[facet] = found
        return found

    def with_any(self, facet: str, values: Iterable[str]) -> int:
        """The works that carry any of the values."""
        held = self._bits[facet]
        found = 0
        for value in values:
            found |= held.get(value, 0)
        return found

    def slots(self, works: int) -> list[int]:
        """The works of a set, as numbers into `works`, ascending."""
        return [slot for slot, bit in enumerate(reversed(f"{works:b}")) if bit == "1"]

    def ordered(self, works: int, sort: Sort) -> list[int]:
        """The works of a set in an order that needs no score (relevance counts as newest)."""
        flags = f"{works:b}".zfill(len(self.works))[::-1]
        return [slot for slot in self._order(sort) if flags[slot] == "1"]

    def rank(self, sort: Sort) -> list[int]:
        """For each work its place in that order."""
        places = [0] * len(self.works)
        for place, slot in enumerate(self._order(sort)):
            places[slot] = place
        return places

    def segment_of(self, slot: int) -> Segment:
        firsts = [first for first, _ in self._segment_of]
        return self._segment_of[bisect_right(firsts, slot) - 1][1]

    def slot_of(self, doc: int) -> int:
        """The work a document belongs to."""
        return bisect_right(self.starts, doc) - 1

    def _order(self, sort: Sort) -> list[int]:
        name = "newest" if sort == "relevance" else sort
        found = self._orders.get(name)
        if found is None:
            works = self.works
            found = sorted(range(len(works)), key=lambda slot: works[slot].work_id)
            if name == "title":
                found.sort(key=lambda slot: works[slot].title_sort)
            else:
                found.sort(key=lambda slot: works[slot].added_at, reverse=name == "newest")
            self._orders[name] = found
        return found

    # Who may see what

    def audience(self, viewer: Viewer, statuses: tuple[str, ...]) -> Audience:
        """The works and documents this viewer may find; kept for the next like viewer."""
        asked = tuple(sorted(set(statuses))) or (ACCEPTED,)
        units = tuple(sorted(set(viewer.unit_codes))) if viewer.signed_in else ()
        withheld = frozenset(viewer.withheld)
        key = (viewer.may_see_all, viewer.signed_in, units, viewer.today, asked, withheld)
        with self._lock:
            found = self._audiences.get(key)
        if found is None:
            visible = self._visible(viewer, units, asked)
            found = self._admit(visible & ~self._slots_of(withheld))
            with self._lock:
                while len(self._audiences) >= _KEPT_AUDIENCES:
                    del self._audiences[next(iter(self._audiences))]
                self._audiences[key] = found
        return found

    def _slots_of(self, work_ids: frozenset[str]) -> int:
        if not work_ids:
            return 0
        slots = 0
        for slot, row in enumerate(self.works):
            if row.work_id in work_ids:
                slots |= 1 << slot
        return slots

    def _visible(self, viewer: Viewer, units: tuple[str, ...], statuses: tuple[str, ...]) -> int:
        with_status = self.with_any(STATUS, statuses) & self.alive
        if viewer.may_see_all:
            return with_status
        embargoed = 0
        for until, slot in self._embargoes:
            if until > viewer.today:
                embargoed |= 1 << slot
        own = self.with_any("unit", [unit for unit in units if unit])
        open_to = (PUBLIC, INTERNAL) if viewer.signed_in else (PUBLIC,)
        readable = self.with_any(ACCESS, open_to) & ~embargoed
        accepted = self.with_any(STATUS, (ACCEPTED,))
        return with_status & ((accepted & readable) | own)

    def _admit(self, works: int) -> Audience:
        mask = self.mask(works)
        docs = int.from_bytes(mask, "little")
        doc_count = docs.bit_count()
        total = sum(compress(self.lengths, mask))
        return Audience(works, docs, doc_count, (total / doc_count) if doc_count else 1.0)

    def mask(self, works: int) -> bytes:
        """One byte per document: 1 where its work is in the set."""
        mask = bytearray(self.doc_count)
        ones = b"\x01" * max(
            (self.ends[i] - self.starts[i] for i in range(len(self.works))), default=0
        )
        for slot in self.slots(works):
            start, end = self.starts[slot], self.ends[slot]
            mask[start:end] = ones[: end - start]
        return bytes(mask)

    def record_docs(self) -> int:
        """The set of all record documents (pages 0)."""
        mask = bytearray(self.doc_count)
        for start in self.starts:
            mask[start] = 1
        return int.from_bytes(mask, "little")

    # Words

    def forms(self, folded: str) -> tuple[str, ...]:
        """Every canonical form the index holds of a folded word."""
        found: dict[str, None] = {}
        for segment in self.segments:
            found.update(dict.fromkeys(segment.variants.get(folded, (folded,))))
        return tuple(found)

    def frequencies(self, field: str, forms: tuple[str, ...]) -> bytes:
        """How often any of the forms stands in each document, a byte each; in all documents."""
        return b"".join(segment.frequencies(field, forms) for segment in self.segments)
