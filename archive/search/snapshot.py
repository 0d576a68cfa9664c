"""The index as of one commit, joined over its segments: an immutable view that searches share.

Works are numbered through, and so are documents: a work's record and behind it its pages. Sets of
either are arrays of booleans.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from archive.core.collation import ALPHABET, NO_LETTER, first_letter
from archive.search.arrays import Array, is_intact
from archive.search.columns import (
    Column,
    ColumnCache,
    Factors,
    Shares,
    make_column,
    step_of,
    weighed,
)
from archive.search.entries import ACCEPTED, INTERNAL, PUBLIC
from archive.search.occurrences import Occurrences, Places, Word
from archive.search.requests import ALSO, FACETS, Sort, Viewer
from archive.search.segments import ACCESS, KEPT, STATUS, FacetValues, Segment, WorkRow
from archive.search.values import JoinedValues, joined

_KEPT_AUDIENCES = 16
_KEPT_STEPS = 4
_KEPT_FIELD_WORDS = 500
_CACHE_BYTES = 48 * 1024 * 1024
_MASK_BYTES = 8 * 1024 * 1024
# Phrases apart: to find one again takes a hundred times as long as to make a word's column.
_PHRASE_BYTES = 16 * 1024 * 1024

ColumnMaker = Callable[[Shares], Column]


@dataclass(frozen=True, slots=True)
class Audience:
    """What one kind of viewer may see: works, documents, and the figures scores are made of."""

    works: Array
    docs: Array
    doc_count: int
    step: int
    kept: dict[str, Any] = field(default_factory=dict)
    """What else is made once for an audience and a snapshot, by name."""


class Snapshot:
    """All live works of one commit, numbered through, with their values and documents.

    `key` names generation and commit; two snapshots with one key are the same.
    """

    def __init__(
        self, key: tuple[str, int], parts: Sequence[tuple[Segment, frozenset[int]]]
    ) -> None:
        self.key = key
        self.segments = [segment for segment, _ in parts]
        self.works: list[WorkRow] = [work for segment in self.segments for work in segment.works]
        counts = [segment.doc_count for segment in self.segments]
        self.doc_count = sum(counts)
        self.first_docs: list[int] = [sum(counts[:at]) for at in range(len(counts))]
        first_works = [0]
        self.unit_names: dict[str, str] = {}
        starts = []
        alive = []
        for (segment, deleted), first in zip(parts, self.first_docs, strict=True):
            first_works.append(first_works[-1] + len(segment.works))
            self.unit_names.update(segment.unit_names)
            starts += [first + work.start for work in segment.works]
            alive += [work.start not in deleted for work in segment.works]
        self._first_works = np.array(first_works)
        self.starts = np.array(starts, np.int32)
        sizes = np.array([work.page_count + 1 for work in self.works], np.int32)
        self.ends = self.starts + sizes
        self.page_counts = sizes - 1
        self.alive = np.array(alive, bool)
        self.lengths = joined([segment.lengths for segment in self.segments], np.uint32)
        opened = [file for segment in self.segments for file in segment.files]
        self._paths = [str(file.path) for file in opened]
        self._stamps = [file.stamp for file in opened]
        self._is_whole = len(opened) == 2 * len(self.segments)
        self._facets = {name: self._join(name) for name in KEPT}
        self._embargoes = [
            (work.embargo_until, slot)
            for slot, work in enumerate(self.works)
            if work.embargo_until is not None
        ]
        self._orders: dict[str, Array] = {}
        self._audiences: dict[tuple[object, ...], Audience] = {}
        self._shares: dict[int, Shares] = {}
        self._field_docs: dict[tuple[str, frozenset[Word]], Array] = {}
        self._lock = threading.Lock()
        self.occurrences = Occurrences(self.segments, self.first_docs)
        self._columns = ColumnCache(_CACHE_BYTES)
        self._masks = ColumnCache(_MASK_BYTES)
        self._phrases = ColumnCache(_PHRASE_BYTES)

    def is_current(self) -> bool:
        """Whether the files beside the segments are still as they were opened."""
        return all(map(is_intact, self._paths, self._stamps)) and (
            self._is_whole or all(segment.is_current() for segment in self.segments)
        )

    def _join(self, name: str) -> FacetValues:
        codes: dict[str, int] = {}
        works, coded = [], []
        for segment, first in zip(self.segments, self._first_works.tolist(), strict=False):
            held = segment.facets[name]
            own = np.array([codes.setdefault(value, len(codes)) for value in held.values], np.int32)
            works.append(held.works + np.int32(first))
            coded.append(own[held.codes] if len(held.codes) else held.codes)
        return FacetValues(list(codes), joined(works, np.int32), joined(coded, np.int32))

    # Works

    @cached_property
    def slots(self) -> dict[str, int]:
        """The live works by id."""
        return {work.work_id: slot for slot, work in enumerate(self.works) if self.alive[slot]}

    def facet(self, name: str) -> FacetValues:
        """Every value of a facet and the works that carry it, dead ones among them."""
        return self._facets[name]

    @cached_property
    def values(self) -> JoinedValues:
        """The values of all facets together."""
        names = {"unit": self.unit_names}
        return JoinedValues(
            {name: self._facets[name] for name in (*FACETS, *ALSO.values())},
            len(self.works),
            names,
        )

    def with_any(self, name: str, values: Iterable[str]) -> Array:
        """The works that carry any of the values of a facet."""
        held = self._facets[name]
        wanted = np.isin(held.values, list(values)) if held.values else np.zeros(0, bool)
        found = np.zeros(len(self.works), bool)
        if wanted.any():
            found[held.works[wanted[held.codes]]] = True
        return found

    def rank(self, sort: Sort) -> Array:
        """For each work its place in an order that needs no score (relevance counts as newest)."""
        name = "newest" if sort in ("relevance", "page") else sort
        found = self._orders.get(name)
        if found is None:
            works = self.works
            order = sorted(range(len(works)), key=lambda slot: works[slot].work_id)
            if name == "title":
                order.sort(key=lambda slot: works[slot].title_sort)
            else:
                order.sort(key=lambda slot: works[slot].added_at, reverse=name == "newest")
            found = np.empty(len(works), np.int32)
            found[order] = np.arange(len(works), dtype=np.int32)
            self._orders[name] = found
        return found

    @cached_property
    def first_letters(self) -> Array:
        """For each work the place of its title's letter among the letters and what is none."""
        places = {letter: place for place, letter in enumerate((*ALPHABET, NO_LETTER))}
        letters = [places[first_letter(work.title_sort)] for work in self.works]
        return np.array(letters, np.int8)

    def segment_of(self, slot: int) -> Segment:
        return self.segments[int(self._first_works.searchsorted(slot, "right")) - 1]

    @cached_property
    def work_of(self) -> Array:
        """For each document the work it belongs to."""
        marks = np.zeros(self.doc_count, np.int32)
        marks[self.starts[1:]] = 1
        return np.cumsum(marks, dtype=np.int32)

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
            for work_id in withheld & self.slots.keys():
                visible[self.slots[work_id]] = False
            found = self._admit(visible)
            with self._lock:
                while len(self._audiences) >= _KEPT_AUDIENCES:
                    del self._audiences[next(iter(self._audiences))]
                self._audiences[key] = found
        return found

    def _visible(self, viewer: Viewer, units: tuple[str, ...], statuses: tuple[str, ...]) -> Array:
        with_status: Array = self.with_any(STATUS, statuses) & self.alive
        if viewer.may_see_all:
            return with_status
        readable = self.with_any(ACCESS, (PUBLIC, INTERNAL) if viewer.signed_in else (PUBLIC,))
        for until, slot in self._embargoes:
            if until > viewer.today:
                readable[slot] = False
        own = self.with_any("unit", [unit for unit in units if unit])
        visible: Array = with_status & ((self.with_any(STATUS, (ACCEPTED,)) & readable) | own)
        return visible

    def _admit(self, works: Array) -> Audience:
        docs = self.docs_of(works)
        doc_count = int(np.count_nonzero(docs))
        total = int(self.lengths[docs].sum()) if doc_count else 0
        return Audience(works, docs, doc_count, step_of(total / doc_count if doc_count else 1.0))

    def docs_of(self, works: Array) -> Array:
        """The documents of a set of works."""
        # What lies behind the last page of a work and before the next record belongs to nobody.
        changes = np.zeros(self.doc_count + 1, np.int8)
        np.add.at(changes, self.starts[works], 1)
        np.add.at(changes, self.ends[works], -1)
        return np.cumsum(changes[:-1], dtype=np.int8).astype(bool)

    # Words

    def column(self, words: Iterable[Word], audience: Audience) -> Column:
        """The column of any of the words together, over all documents."""
        asked = frozenset(words)
        return self._columns.get((audience.step, asked), lambda: self._make(asked, audience.step))

    def weighed(self, factors: Factors, audience: Audience) -> Column:
        """The words of one term as one column (see `columns.weighed`); kept. The columns that it is
        made of are not, where they were not before: whoever asks again asks for the whole."""
        if len(factors) == 1:
            return self.column(factors[0][0], audience)

        def make() -> Column:
            columns = [
                self._columns.peek((audience.step, words)) or self._make(words, audience.step)
                for words, _ in factors
            ]
            return weighed(columns, factors, self.doc_count)

        return self._columns.get((audience.step, factors), make)

    def _make(self, words: frozenset[Word], step: int) -> Column:
        return make_column(self.occurrences.parts(words), self.shares(step))

    def shares(self, step: int) -> Shares:
        """What words count in the documents at a step of the average length; kept."""
        with self._lock:
            found = self._shares.get(step)
            if found is None:
                while len(self._shares) >= _KEPT_STEPS:
                    del self._shares[next(iter(self._shares))]
                found = self._shares[step] = Shares(*self._lengths, step)
            return found

    @cached_property
    def _lengths(self) -> tuple[Array, Array]:
        """The lengths that documents have, ascending, and which of them each has."""
        lengths, kinds = np.unique(self.lengths, return_inverse=True)
        return lengths, kinds.astype(np.uint16)

    def mask(self, words: frozenset[Word]) -> Array:
        """For each document whether any of the words stands there; for common words, and kept."""

        def make() -> Column:
            return Column(None, self.occurrences.mask(words, self.doc_count), 0)

        return self._masks.get(words, make).share

    def shares_at(
        self, asked: Sequence[frozenset[Word]], audience: Audience, places: Places
    ) -> Array:
        """What the columns of words hold for some documents: a row for each of the sets of words.
        No column is made for that."""
        found = np.zeros((len(asked), len(places.docs)), np.uint16)
        counted: list[int] = []
        for at, words in enumerate(asked):
            column = self._columns.peek((audience.step, words))
            if column is not None:
                found[at] = column.at(places.docs)
            else:
                found[at] = self.occurrences.times_at(words, places)
                counted.append(at)
        if counted:
            found[counted] = self.shares(audience.step).at(places.docs, found[counted])
        return found

    def phrase_column(self, key: Hashable, make: ColumnMaker, audience: Audience) -> Column:
        """The column of a phrase, made by `make` from the shares and kept under the key."""
        return self._phrases.get((audience.step, key), lambda: make(self.shares(audience.step)))

    def field_docs(self, field_name: str, words: Iterable[Word]) -> Array:
        """The records in whose field any of the words stands, ascending; kept."""
        asked = frozenset(words)
        found = self._field_docs.get((field_name, asked))
        if found is None:
            if len(self._field_docs) >= _KEPT_FIELD_WORDS:
                self._field_docs.clear()
            found = self._read_field_docs(field_name, asked)
            self._field_docs[field_name, asked] = found
        return found

    def _read_field_docs(self, field_name: str, words: frozenset[Word]) -> Array:
        found: list[int] = []
        for segment, first in zip(self.segments, self.first_docs, strict=True):
            forms = self.occurrences.forms(segment, words)
            found += [first + doc for doc in segment.field_docs(field_name, forms)]
        return np.array(found, np.int32)
