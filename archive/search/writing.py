"""Works → documents in one generation's folder, through Whoosh's writer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from archive.core.errors import SearchIndexError
from archive.core.text import words
from archive.search.analysis import (
    NAMES,
    RECORD,
    RECORD_ROLE,
    ROLE,
    SYLLABLES,
    TITLE,
    WORK,
    record_frequencies,
    record_texts,
    weighted_texts,
)
from archive.search.engine import create_index, latest_commit, open_writer
from archive.search.entries import WorkEntry
from archive.search.faults import DAMAGE, index_access
from archive.search.merging import absorb_segment
from archive.search.postings import BulkCodec, PostingPool, add_page
from archive.search.requests import ALSO, AUTHORITY

# A commit makes a segment. Eight of up to so many documents are rewritten as one, so that a search
# meets few, and a page is rewritten once per size.
_ALIKE = 8
_SIZES = (500, 4_000)


class GenerationWriter:
    """Adds, replaces and deletes works in one folder; nothing counts before `commit`.

    Whoever makes one holds the writer's lock of the whole index.
    """

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        self._folder = folder
        self._writer: Any = None
        self._added = 0
        if new:
            with index_access(folder):
                create_index(folder)
        elif latest_commit(folder) < 0:
            # Starting afresh here would hide that works are gone; only a rebuild brings them back.
            raise SearchIndexError(problem="missing", folder=folder.name)

    @property
    def pending_documents(self) -> int:
        """Documents added since the last commit."""
        return self._added

    def replace(self, entries: Iterable[WorkEntry], deleted_ids: Iterable[str] = ()) -> None:
        """Puts these works in the place of what stands under their ids, and takes others out."""
        by_id = {entry.work_id: entry for entry in entries}
        with index_access(self._folder):
            self._delete({*by_id, *deleted_ids})
            self._add_all(by_id.values())

    def append(self, entries: Iterable[WorkEntry]) -> None:
        """Adds works that are known not to be there yet."""
        with index_access(self._folder):
            self._add_all(entries)

    def commit(self, *, merge: bool = True) -> None:
        """Makes all changes since the last commit visible at once."""
        if self._writer is None:
            return
        writer, self._writer, self._added = self._writer, None, 0
        with index_access(self._folder):
            writer.commit(mergetype=_merge_alike if merge else _keep_all)

    def cancel(self) -> None:
        """Drops the changes since the last commit."""
        if self._writer is not None:
            # The disk may be full or the folder gone; what counts is that nothing was committed.
            with suppress(*DAMAGE):
                self._writer.cancel()
            self._writer = None

    def _open(self) -> Any:
        if self._writer is None:
            self._writer = open_writer(self._folder, BulkCodec(), PostingPool())
        return self._writer

    def _delete(self, work_ids: set[str]) -> None:
        writer = self._open()
        reader = writer.reader()
        try:
            for work_id in sorted(work_ids):
                term = work_id.encode()
                if (WORK, term) not in reader:
                    continue
                matcher = reader.postings(WORK, term)
                while matcher.is_active():
                    self._delete_at(writer, reader, int(matcher.id()))
                    matcher.next()
        finally:
            reader.close()

    @staticmethod
    def _delete_at(writer: Any, reader: Any, start: int) -> None:
        numbers = json.loads(reader.stored_fields(start)[RECORD])["numbers"]
        page_count = numbers if isinstance(numbers, int) else len(numbers)
        for docnum in range(start, start + page_count + 1):
            writer.delete_document(docnum)

    def _add_all(self, entries: Iterable[WorkEntry]) -> None:
        writer = self._open()
        stream = writer.pool.words
        for entry in entries:
            texts = record_texts(entry)
            stream.add_record(weighted_texts(texts))
            record = _stored_record(entry, texts)
            writer.pool.records.append((writer.docnum, record))
            writer.add_document(
                **{
                    SYLLABLES: record_frequencies(texts),
                    TITLE: Counter(words(f"{entry.title}\n{entry.subtitle}")),
                    NAMES: Counter(words("\n".join((*entry.creators, entry.responsibility)))),
                    WORK: entry.work_id,
                    ROLE: RECORD_ROLE,
                    RECORD: record,
                }
            )
            for page in sorted(entry.pages, key=lambda page: page.number):
                add_page(writer, page.text)
            self._added += 1 + len(entry.pages)


def _stored_record(entry: WorkEntry, texts: dict[str, list[str]]) -> str:
    """What the index gives back of a work, as JSON."""
    pages = sorted(entry.pages, key=lambda page: page.number)
    numbers = [page.number for page in pages]
    labels = [page.label for page in pages]
    plain = numbers == list(range(1, len(numbers) + 1))
    values: dict[str, Sequence[str]] = {
        "year": [str(entry.year)] if entry.year is not None else [],
        "unit": [entry.unit_code],
        "kind": [entry.kind],
        "theme": _values(entry.themes, entry.theme_values),
        "place": _values(entry.places, entry.place_values),
        "person": _values(entry.people, entry.person_values),
        "audience": entry.audiences,
        "grade": entry.grades,
        "subject": entry.subjects,
        "language": entry.languages,
        "status": [entry.status],
        "access": [entry.access],
    }
    for name, more in (("theme", entry.theme_also), ("place", entry.place_also)):
        values[ALSO[name]] = [value for value in more if value not in values[name]]
    values[AUTHORITY] = entry.authorities
    return json.dumps(
        {
            "id": entry.work_id,
            "revision": entry.revision,
            "added": entry.added_at.isoformat(),
            "title_sort": entry.title_sort,
            "embargo": entry.embargo_until.isoformat() if entry.embargo_until else None,
            "unit_name": entry.unit_name,
            "values": {
                name: [v for v in dict.fromkeys(found) if v] for name, found in values.items()
            },
            "numbers": len(numbers) if plain else numbers,
            "labels": None if labels == [str(number) for number in numbers] else labels,
            "texts": texts,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _values(words: tuple[str, ...], values: tuple[str, ...] | None) -> tuple[str, ...]:
    return words if values is None else values


def _keep_all(writer: Any, segments: list[Any]) -> list[Any]:
    return segments


def _merge_alike(writer: Any, segments: list[Any]) -> list[Any]:
    """Rewrites segments of like size as one when there are many, and those mostly deleted."""
    live = [segment for segment in segments if segment.doc_count()]
    merged = [segment for segment in live if segment.deleted_count() > segment.doc_count()]
    for most in _SIZES:
        alike = [s for s in live if s.doc_count() <= most and s not in merged]
        if len(alike) >= _ALIKE:
            merged += alike
            break
    absorbed = [segment for segment in merged if absorb_segment(writer, segment)]
    return [segment for segment in live if segment not in absorbed]
