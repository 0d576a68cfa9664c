"""Where words stand in the segments of a snapshot, and how often in some of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from archive.search.arrays import Array
from archive.search.columns import Piece, add_times
from archive.search.forward import Lexicon
from archive.search.segments import Segment

Word = tuple[str, str]
"""("form", a canonical form) or ("fold", a folded word, for all forms that fold so)."""

_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Places:
    """Some documents of a snapshot, ascending, as its segments number them: (segment, which of the
    documents lie in it, their numbers there) for each segment that has any."""

    docs: Array
    by_segment: tuple[tuple[int, slice, Array], ...]


class Occurrences:
    """The words of the segments of one snapshot, numbered through; what was asked for is kept."""

    def __init__(self, segments: Sequence[Segment], first_docs: Sequence[int]) -> None:
        self._segments = segments
        self._first_docs = first_docs
        self._kept: dict[frozenset[Word], list[list[Piece]]] = {}
        # Postings that are read from Whoosh are copies, and large.
        self._are_views = all(segment.has_arrays for segment in segments)

    def of(self, words: frozenset[Word]) -> list[list[Piece]]:
        """For each segment the pieces of any of the words, each word counted once."""
        found = self._kept.get(words)
        if found is None:
            found = [
                [
                    piece
                    for numbers in _ranges(segment, words)
                    for piece in segment.postings(numbers)
                ]
                for segment in self._segments
            ]
            if self._are_views:
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[words] = found
        return found

    def parts(self, words: frozenset[Word]) -> list[tuple[int, int, Sequence[Piece]]]:
        """The pieces with the first document of each segment and the number of its documents."""
        return [
            (first, segment.doc_count, pieces)
            for first, segment, pieces in zip(
                self._first_docs, self._segments, self.of(words), strict=True
            )
        ]

    def places(self, docs: Array) -> Places:
        """Where documents, which are ascending, lie."""
        cuts = [*docs.searchsorted(self._first_docs).tolist(), len(docs)]
        return Places(
            docs,
            tuple(
                (at, slice(cuts[at], cuts[at + 1]), docs[cuts[at] : cuts[at + 1]] - first)
                for at, first in enumerate(self._first_docs)
                if cuts[at] < cuts[at + 1]
            ),
        )

    def times_at(self, words: frozenset[Word], places: Places) -> Array:
        """How often any of the words stands in each of the documents (two bytes)."""
        times = np.zeros(len(places.docs), np.uint16)
        pieces = self.of(words)
        for segment, own, inside in places.by_segment:
            for docs, often in pieces[segment]:
                if docs is None:
                    times[own] += often.take(inside)
                else:
                    everywhere = np.zeros(self._segments[segment].doc_count, np.uint16)
                    add_times(everywhere, docs, often)
                    times[own] += everywhere.take(inside)
        return times

    def mask(self, words: frozenset[Word], doc_count: int) -> Array:
        """For each document whether any of the words stands there."""
        found = np.zeros(doc_count, bool)
        for first, size, pieces in self.parts(words):
            stretch = found[first : first + size]
            for docs, times in pieces:
                if docs is None:
                    stretch |= times != 0
                else:
                    stretch[docs] = True
        return found

    def forms(self, segment: Segment, words: Iterable[Word]) -> set[str]:
        """What the words are in a segment."""
        return {
            segment.lexicon.form(number)
            for numbers in _ranges(segment, words)
            for number in numbers
        }


def word_range(lexicon: Lexicon, word: Word) -> range:
    """The numbers of a word in a segment; empty where it does not stand there."""
    kind, text = word
    if kind == "fold":
        return lexicon.range_of(text)
    number = lexicon.number(text)
    return range(0) if number is None else range(number, number + 1)


def _ranges(segment: Segment, words: Iterable[Word]) -> list[range]:
    """The numbers of the words in a segment, each once."""
    found = sorted(
        (held for word in words if (held := word_range(segment.lexicon, word))),
        key=lambda held: (held.start, -held.stop),
    )
    return [
        held
        for at, held in enumerate(found)
        if not any(held.start in before for before in found[:at])
    ]
