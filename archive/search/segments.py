"""One immutable segment of the index, read through Whoosh's public reader."""

from __future__ import annotations

import json
import threading
import weakref
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from whoosh.reading import CorruptIndexError

from archive.core.text import fold
from archive.search.analysis import RECORD, RECORD_ROLE, ROLE, SYLLABLES, WORK
from archive.search.faults import index_access

# The facets, and with them the two fields that decide who may see a work: all are values of a
# work, and kept in one way.
FACETS = (
    "year",
    "unit",
    "kind",
    "theme",
    "place",
    "person",
    "audience",
    "grade",
    "subject",
    "language",
)
STATUS = "status"
ACCESS = "access"

_MAX_FREQUENCY = 255


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What is kept in memory of a work: identity, order, and where its documents stand.

    `start` is the record's document in its segment; the pages follow it. `numbers` is None where
    the pages are simply 1, 2, 3, …
    """

    work_id: str
    revision: int
    added_at: str
    title_sort: str
    start: int
    page_count: int
    numbers: tuple[int, ...] | None
    embargo_until: date | None

    def page_number(self, place: int) -> int:
        """The number of the page at a place (from 1) behind the record; 0 is the record."""
        if place == 0 or self.numbers is None:
            return place
        return self.numbers[place - 1]


class FrequencyCache:
    """Decoded postings, least recently used out first, bounded in bytes; safe between threads."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> bytes | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: tuple[str, str, str], value: bytes) -> None:
        with self._lock:
            before = self._held.pop(key, b"")
            self._held[key] = value
            self._size += len(value) - len(before)
            while self._size > self._max_bytes and self._held:
                _, dropped = self._held.popitem(last=False)
                self._size -= len(dropped)


class Segment:
    """A segment's works, values and postings.

    It is as it was when first opened: works deleted later are the snapshot's business. Whoosh's
    reader moves a file position, so all reading from it is done under a lock. The files close
    when the last search that uses the segment lets go of it.
    """

    def __init__(self, reader: Any, folder: Path, cache: FrequencyCache) -> None:
        weakref.finalize(self, reader.close)
        self._reader = reader
        self._folder = folder
        self._cache = cache
        self._lock = threading.Lock()
        self.segment_id = str(reader.segment().segment_id())
        self.doc_count = int(reader.doc_count_all())
        self.works: list[WorkRow] = []
        self.bits: dict[str, dict[str, int]] = {name: {} for name in (*FACETS, STATUS, ACCESS)}
        self.unit_names: dict[str, str] = {}
        self._read_works()
        self.lengths = self._read_lengths()
        self._check_postings_end()

    def frequencies(self, field: str, forms: tuple[str, ...]) -> bytes:
        """How often any of the forms stands in each document: one byte per document, up to 255."""
        key = (self.segment_id, field, " ".join(forms))
        found = self._cache.get(key)
        if found is None:
            with self._lock, index_access(self._folder):
                found = self._decode(field, forms)
            self._cache.put(key, found)
        return found

    def record(self, work: WorkRow) -> dict[str, Any]:
        """The stored part of a work's record (labels of pages, texts for phrases)."""
        with self._lock, index_access(self._folder):
            return self._stored(work.start)

    def _decode(self, field: str, forms: tuple[str, ...]) -> bytes:
        counts = bytearray(self.doc_count)
        reader = self._reader
        for form in forms:
            term = form.encode()
            if (field, term) not in reader:
                continue
            matcher = reader.postings(field, term)
            while matcher.is_active():
                at = matcher.id()
                counts[at] = min(_MAX_FREQUENCY, counts[at] + int(matcher.weight()))
                matcher.next()
        return bytes(counts)

    def _stored(self, docnum: int) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._reader.stored_fields(docnum)[RECORD])
        return record

    def _read_works(self) -> None:
        reader = self._reader
        if (ROLE, RECORD_ROLE.encode()) not in reader:
            return
        matcher = reader.postings(ROLE, RECORD_ROLE.encode())
        while matcher.is_active():
            self._add_work(int(matcher.id()))
            matcher.next()

    def _add_work(self, start: int) -> None:
        record = self._stored(start)
        numbers = record["numbers"]
        embargo = record["embargo"]
        slot = 1 << len(self.works)
        self.works.append(
            WorkRow(
                work_id=record["id"],
                revision=record["revision"],
                added_at=record["added"],
                title_sort=record["title_sort"],
                start=start,
                page_count=numbers if isinstance(numbers, int) else len(numbers),
                numbers=None if isinstance(numbers, int) else tuple(numbers),
                embargo_until=date.fromisoformat(embargo) if embargo else None,
            )
        )
        if start + self.works[-1].page_count >= self.doc_count:
            raise CorruptIndexError("a record without its pages")
        for name, values in record["values"].items():
            held = self.bits[name]
            for value in values:
                held[value] = held.get(value, 0) | slot
        for unit in record["values"]["unit"]:
            self.unit_names[unit] = record["unit_name"]

    def _read_lengths(self) -> array[int]:
        length_of = self._reader.doc_field_length
        return array(
            "H", [min(length_of(at, SYLLABLES) or 0, 65_535) for at in range(self.doc_count)]
        )

    @cached_property
    def variants(self) -> dict[str, tuple[str, ...]]:
        """For each fold the forms that stand here, left out where the fold itself is the only one.

        Those left out are names and numbers without marks: most of a lexicon, and no news.
        """
        with self._lock, index_access(self._folder):
            return self._read_variants()

    def _read_variants(self) -> dict[str, tuple[str, ...]]:
        variants: dict[str, list[str]] = {}
        plain: set[str] = set()
        for field, term in self._reader.terms_from(SYLLABLES, b""):
            if field != SYLLABLES:
                break
            form = term.decode()
            if form.isascii():
                plain.add(form)
            elif (folded := fold(form)) != form:
                variants.setdefault(folded, []).append(form)
        return {
            folded: (folded, *forms) if folded in plain or not folded.isascii() else tuple(forms)
            for folded, forms in variants.items()
        }

    def _check_postings_end(self) -> None:
        """Sees a cut-off postings file at once, not when somebody asks for the last word."""
        last: tuple[str, bytes] | None = None
        for found in self._reader.terms_from(WORK, b""):
            last = found
        if last is not None:
            matcher = self._reader.postings(*last)
            if matcher.is_active():
                matcher.weight()
