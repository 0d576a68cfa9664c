"""Quoted phrases, checked in the text itself: the index keeps no positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from archive.core.text import fold, words
from archive.search.query import Phrase
from archive.search.snapshot import Snapshot

# The stored texts of pages, asked for in one go by (work id, page number). A page left out of the
# answer holds no phrase.
PageTexts = Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], str]]

MAX_CHECKED = 400
_BATCH = 100


def holds(texts: Iterable[str], phrase: Phrase, *, by_fold: bool) -> bool:
    """Whether the phrase stands in one of the texts, word after word.

    A word typed with marks stands for itself, or with `by_fold`, like one typed without, for
    whatever folds alike.
    """
    wanted = [
        (term.folded, None if by_fold or not term.marked else term.canonical)
        for term in phrase.terms
    ]
    return any(_holds(words(text), wanted) for text in texts)


def _holds(found: list[str], wanted: Sequence[tuple[str, str | None]]) -> bool:
    folds = [fold(word) for word in found]
    first = wanted[0][0]
    at = -1
    for _ in range(folds.count(first)):
        at = folds.index(first, at + 1)
        if at + len(wanted) > len(folds):
            return False
        if all(
            folds[at + i] == folded and exact in (None, found[at + i])
            for i, (folded, exact) in enumerate(wanted)
        ):
            return True
    return False


def checked_documents(
    snapshot: Snapshot,
    documents: Sequence[int],
    keep: Callable[[Sequence[str]], bool],
    page_texts: PageTexts | None,
) -> tuple[set[int], bool]:
    """Those of the documents whose texts pass `keep`, and whether all of them were checked.

    Only the first 400 are read, so give the best first; the rest are taken for not matching.
    Where page texts cannot be had, pages pass unchecked and only records are read.
    """
    kept: set[int] = set()
    exact = len(documents) <= MAX_CHECKED
    for begin in range(0, min(len(documents), MAX_CHECKED), _BATCH):
        batch = documents[begin : min(begin + _BATCH, MAX_CHECKED)]
        places = {doc: _place(snapshot, doc) for doc in batch}
        pages = {doc: place for doc, place in places.items() if place[1]}
        texts = page_texts(list(pages.values())) if page_texts and pages else {}
        for doc, place in places.items():
            if place[1] and page_texts is None:
                exact = False
                kept.add(doc)
            elif keep([texts.get(place, "")] if place[1] else record_texts_at(snapshot, doc)):
                kept.add(doc)
    return kept, exact


def record_texts_at(snapshot: Snapshot, doc: int, *names: str) -> list[str]:
    """The texts of the record a document belongs to; only those of some classes, if named."""
    slot = snapshot.slot_of(doc)
    stored = snapshot.segment_of(slot).record(snapshot.works[slot])["texts"]
    return [text for name in (names or stored) for text in stored.get(name, ())]


def _place(snapshot: Snapshot, doc: int) -> tuple[str, int]:
    slot = snapshot.slot_of(doc)
    work = snapshot.works[slot]
    return work.work_id, work.page_number(doc - snapshot.starts[slot])
