"""Quoted phrases, read from the forward files: word after word, on one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from archive.core.text import fold, words
from archive.search.arrays import Array
from archive.search.columns import Column, Piece, Shares, make_column
from archive.search.derived import DENSE_SHARE
from archive.search.occurrences import Word, word_range
from archive.search.query import Phrase
from archive.search.segments import Segment
from archive.search.snapshot import Audience, Snapshot

_CHUNK = 1 << 18


def phrase_words(phrase: Phrase, *, by_fold: bool) -> tuple[Word, ...]:
    """The words of a phrase: one typed with marks stands for itself, or with `by_fold`, like one
    typed without, for whatever folds alike."""
    return tuple(
        ("fold", term.folded) if by_fold or not term.marked else ("form", term.canonical)
        for term in phrase.terms
    )


def phrase_column(snapshot: Snapshot, wanted: tuple[Word, ...], audience: Audience) -> Column:
    """The pages on which the words stand side by side, in this order.

    Of a segment whose forward file is lost, those on which they stand anywhere.
    """

    def make(shares: Shares) -> Column:
        parts = []
        for segment, first in zip(snapshot.segments, snapshot.first_docs, strict=True):
            parts.append((first, segment.doc_count, _pieces(segment, wanted)))
        return make_column(parts, shares)

    return snapshot.phrase_column(("phrase", wanted), make, audience)


def _pieces(segment: Segment, wanted: Sequence[Word]) -> list[Piece]:
    ranges = [word_range(segment.lexicon, word) for word in wanted]
    if not all(ranges):
        return []
    postings = [segment.postings(numbers) for numbers in ranges]
    if segment.forward is None:
        held = [_holding(segment, pieces) for pieces in postings]
        everywhere = np.flatnonzero(np.logical_and.reduce(held)).astype(np.int32)
        return [(everywhere, np.ones(len(everywhere), np.uint8))]
    sizes = [
        sum(segment.doc_count if docs is None else len(docs) for docs, _ in pieces)
        for pieces in postings
    ]
    rarest = int(np.argmin(sizes))
    forward = segment.forward
    if sizes[rarest] > segment.doc_count // DENSE_SHARE:
        found = _starts(forward.tokens, ranges, rarest)
        docs: Array = forward.offsets.searchsorted(found, "right") - 1
    else:
        suspects = np.flatnonzero(_holding(segment, postings[rarest]))
        tokens, ends = forward.gather(suspects)
        docs = suspects[ends.searchsorted(_starts(tokens, ranges, rarest), "right")]
    docs, times = np.unique(docs, return_counts=True)
    return [(docs.astype(np.int32), np.minimum(times, 255).astype(np.uint8))] if len(docs) else []


def _holding(segment: Segment, pieces: Iterable[Piece]) -> Array:
    found = np.zeros(segment.doc_count, bool)
    for docs, times in pieces:
        if docs is None:
            found |= times > 0
        else:
            found[docs] = True
    return found


def _starts(tokens: Array, ranges: Sequence[range], rarest: int) -> Array:
    """Where in the tokens words of these ranges follow one another; the rarest is looked for."""
    found = [
        begin + np.flatnonzero(_inside(tokens[begin : begin + _CHUNK], ranges[rarest]))
        for begin in range(0, len(tokens), _CHUNK)
    ]
    starts = np.concatenate([np.zeros(0, np.int64), *found]) - rarest
    starts = starts[(starts >= 0) & (starts + len(ranges) <= len(tokens))]
    for at, numbers in enumerate(ranges):
        if at != rarest:
            starts = starts[_inside(tokens[starts + at], numbers)]
    return starts


def _inside(tokens: Array, numbers: range) -> Array:
    found: Array
    if len(numbers) == 1:
        found = tokens == np.uint32(numbers.start)
    else:
        # Numbers below the range wrap round and are large.
        found = tokens - np.uint32(numbers.start) < np.uint32(len(numbers))
    return found


def holds(texts: Iterable[str], phrase: Phrase, *, by_fold: bool) -> bool:
    """Whether the phrase stands in one of the texts (those of a record), word after word."""
    wanted = phrase_words(phrase, by_fold=by_fold)
    for text in texts:
        found = words(text)
        folds = [fold(word) for word in found]
        for at in range(len(found) - len(wanted) + 1):
            if all(
                (folds if kind == "fold" else found)[at + place] == word
                for place, (kind, word) in enumerate(wanted)
            ):
                return True
    return False


def record_texts_at(snapshot: Snapshot, slot: int, *names: str) -> list[str]:
    """The texts of a work's record; only those of some classes, if named."""
    stored = snapshot.segment_of(slot).record(snapshot.works[slot])["texts"]
    return [text for name in (names or stored) for text in stored.get(name, ())]
