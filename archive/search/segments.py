"""One immutable segment of the index: Whoosh's reader, and the two files of ours beside it."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.reading import CorruptIndexError

from archive.search.analysis import RECORD, WORK
from archive.search.arrays import Array, ArrayFile, DamagedArraysError, stamp_of
from archive.search.columns import Piece
from archive.search.derived import Pairs
from archive.search.engine import ARRAYS, FORWARD, beside
from archive.search.faults import index_access
from archive.search.forward import Forward, Lexicon, forward_of
from archive.search.requests import ALSO, AUTHORITY, FACETS
from archive.search.segment_files import (
    Counts,
    SegmentArrays,
    arrays_of,
    count_of,
    read_lengths,
    read_lexicon,
    read_postings,
    read_records,
    records_of,
)

# Who may see a work is decided by two more of its values, kept in the same way as its facets.
STATUS = "status"
ACCESS = "access"
_KEPT_LABELS = 500
KEPT = (*FACETS, *ALSO.values(), AUTHORITY, STATUS, ACCESS)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What is kept in memory of a work: identity, order, and where its documents stand.

    `start` is the record's document in its segment; the pages follow it. `numbers` is None where
    the pages are simply 1, 2, 3, …; `plain_labels`: what is printed on them are these numbers.
    """

    work_id: str
    revision: int
    added_at: str
    title: str
    title_sort: str
    start: int
    page_count: int
    numbers: tuple[int, ...] | None
    plain_labels: bool
    embargo_until: date | None

    def page_number(self, place: int) -> int:
        """The number of the page at a place (from 1) behind the record; 0 is the record."""
        if place == 0 or self.numbers is None:
            return place
        return self.numbers[place - 1]


@dataclass(frozen=True, slots=True)
class FacetValues:
    """Which works carry which values: pairs of a work's place and a value's, by work."""

    values: list[str]
    works: Array
    codes: Array


class _File:
    """One of the two files, opened if it is there and as it was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed = _stamp(path)
        self.file: ArrayFile | None = None
        try:
            self.file = ArrayFile(path)
        except (OSError, DamagedArraysError):
            self.file = None

    def is_current(self) -> bool:
        """Whether opening it again would give nothing else."""
        if self.file is not None:
            return self.file.is_intact()
        return _stamp(self._path) == self._failed


class Segment:
    """A segment's works, values and words.

    It is as it was when first opened: works deleted later are the snapshot's business. Whoosh's
    reader moves a file position, so all reading from it is done under a lock. The files close
    when the last search that uses the segment lets go of it.
    """

    def __init__(self, reader: Any, folder: Path) -> None:
        weakref.finalize(self, reader.close)
        self._reader = reader
        self._folder = folder
        self._lock = threading.RLock()
        segment = reader.segment()
        self.segment_id = str(segment.segment_id())
        self.doc_count = int(reader.doc_count_all())
        self._forward_file = _File(beside(folder, segment, FORWARD))
        self._arrays_file = _File(beside(folder, segment, ARRAYS))
        self.forward = self._read_forward()
        self._arrays = self._read_arrays()
        self.lengths = self._arrays.lengths if self._arrays else read_lengths(reader)
        self.works: list[WorkRow] = []
        self.facets: dict[str, FacetValues] = {}
        self.unit_names: dict[str, str] = {}
        self._labels: dict[int, Sequence[str] | None] = {}
        self._read_works()
        self._check_ends()

    @property
    def has_arrays(self) -> bool:
        """Whether the derived arrays are there; without them Whoosh's own files are read."""
        return self._arrays is not None

    @property
    def files(self) -> list[ArrayFile]:
        """Those of the two files beside it that are there and whole."""
        held = (self._forward_file.file, self._arrays_file.file)
        return [file for file in held if file is not None]

    def is_current(self) -> bool:
        """Whether the files beside it are still those it was opened with, the missing missing."""
        return self._forward_file.is_current() and self._arrays_file.is_current()

    # Words

    @cached_property
    def lexicon(self) -> Lexicon:
        """The forms of this segment."""
        if self.forward is not None:
            return self.forward.lexicon
        with self._lock, index_access(self._folder):
            return read_lexicon(self._reader)

    @cached_property
    def counts(self) -> Counts:
        """How often words and pairs stand here, deleted works among them; nothing where both
        files of ours are gone."""
        if self._arrays is not None:
            return self._arrays.counts
        if self.forward is not None:
            return count_of(self.forward)
        none, lexicon = np.zeros(0, np.uint64), self.lexicon
        nothing = np.zeros(len(lexicon) + 1, np.uint32)
        folds = np.zeros(len(lexicon.folds), np.uint32)
        return Counts(nothing, nothing, folds, Pairs(none, none), (none, none))

    def postings(self, numbers: range) -> list[Piece]:
        """Where any of the words with these numbers stands, in pieces: a piece for each common
        word, and one for all the others together, in which a document may come again."""
        if self._arrays is None:
            return [self._read_postings(number) for number in numbers]
        return self._arrays.postings.of(numbers)

    def _read_postings(self, number: int) -> tuple[Array, Array]:
        form = self.lexicon.form(number)
        with self._lock, index_access(self._folder):
            return read_postings(self._reader, form)

    def field_docs(self, field: str, forms: Iterable[str]) -> list[int]:
        """The records in which any of the forms stands in this field, ascending."""
        found: set[int] = set()
        with self._lock, index_access(self._folder):
            for form in forms:
                term = form.encode()
                if (field, term) not in self._reader:
                    continue
                matcher = self._reader.postings(field, term)
                while matcher.is_active():
                    found.add(int(matcher.id()))
                    matcher.next()
        return sorted(found)

    # Works

    def record(self, work: WorkRow) -> dict[str, Any]:
        """The stored part of a work's record (labels of pages, texts for phrases)."""
        with self._lock, index_access(self._folder):
            record: dict[str, Any] = json.loads(self._reader.stored_fields(work.start)[RECORD])
            return record

    def labels(self, work: WorkRow) -> Sequence[str] | None:
        """What is printed on the work's pages, in order; None where each bears its number. Kept:
        a page of results tells thirty of them, of the works that are found most."""
        kept = self._labels
        if work.start not in kept:
            if len(kept) >= _KEPT_LABELS:
                self._labels = kept = {}
            kept[work.start] = self.record(work)["labels"]
        return kept[work.start]

    def _read_forward(self) -> Forward | None:
        if self._forward_file.file is None:
            return None
        forward = forward_of(self._forward_file.file)
        return forward if len(forward.offsets) == self.doc_count + 1 else None

    def _read_arrays(self) -> SegmentArrays | None:
        if self._arrays_file.file is None:
            return None
        with suppress(DamagedArraysError):
            # One that an older version made lacks something, and is made anew like a damaged one.
            found = arrays_of(self._arrays_file.file)
            return found if len(found.lengths) == self.doc_count else None
        return None

    def _read_works(self) -> None:
        records: Iterable[tuple[int, str]]
        records = records_of(self._arrays) if self._arrays else read_records(self._reader)
        values: dict[str, list[Sequence[str]]] = {name: [] for name in KEPT}
        for start, stored in records:
            record = json.loads(stored)
            self._add_work(start, record)
            for name, held in values.items():
                held.append(record["values"].get(name, ()))
            for unit in record["values"]["unit"]:
                self.unit_names[unit] = record["unit_name"]
        self.facets = {name: _facet_values(held) for name, held in values.items()}

    def _add_work(self, start: int, record: dict[str, Any]) -> None:
        numbers = record["numbers"]
        embargo = record["embargo"]
        page_count = numbers if isinstance(numbers, int) else len(numbers)
        if start + page_count >= self.doc_count:
            raise CorruptIndexError("a record without its pages")
        self.works.append(
            WorkRow(
                work_id=record["id"],
                revision=record["revision"],
                added_at=record["added"],
                title=next(iter(record["texts"].get("title", ())), ""),
                title_sort=record["title_sort"],
                start=start,
                page_count=page_count,
                numbers=None if isinstance(numbers, int) else tuple(numbers),
                plain_labels=record["labels"] is None,
                embargo_until=date.fromisoformat(embargo) if embargo else None,
            )
        )

    def _check_ends(self) -> None:
        """Sees a cut-off postings file or broken records at once, not when somebody asks for the
        last of them."""
        if self.works:
            self._reader.stored_fields(self.works[-1].start)[RECORD]
        last: tuple[str, bytes] | None = None
        for found in self._reader.terms_from(WORK, b""):
            last = found
        if last is not None:
            matcher = self._reader.postings(*last)
            if matcher.is_active():
                matcher.weight()


def _facet_values(held: Sequence[Sequence[str]]) -> FacetValues:
    codes: dict[str, int] = {}
    pairs = [
        (work, codes.setdefault(value, len(codes)))
        for work, values in enumerate(held)
        for value in values
    ]
    works = np.array([work for work, _ in pairs], np.int32)
    return FacetValues(list(codes), works, np.array([code for _, code in pairs], np.int32))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        return stamp_of(path.stat())
    except OSError:
        return None
