"""The best pages looked at again: words that stand side by side as in the query count more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.columns import K1
from archive.search.segments import Segment
from archive.search.snapshot import Snapshot
from archive.search.values import joined

PAGES = 80
PAIR_WEIGHT = 0.5
RUN_WEIGHT = 0.25

WeightedPair = tuple[str, str, float]
"""Two folds that are neighbours in the query, and the idf of the pair."""


def pair_scores(snapshot: Snapshot, docs: Array, pairs: Sequence[WeightedPair]) -> Array:
    """What the pairs add to the score of each of the documents, which are ascending.

    A pair counts wherever two words that fold so follow one another, on a long page as on a short
    one.
    """
    words = {word: code for code, word in enumerate(_words(pairs), 1)}
    coded, end = _coded_docs(snapshot, docs, words)
    # Of two words that follow one another, which pair they are: one more than its number, or 0.
    size = len(words) + 1
    which = np.zeros(size * size, np.int64)
    for number, (left, right, _) in enumerate(pairs, 1):
        which[words[left] * size + words[right]] = number
    meant = coded != 0
    here = np.flatnonzero(meant[:-1] & meant[1:])
    found = which.take(coded.take(here) * np.int64(size) + coded.take(here + 1))
    here, found = here[found > 0], found[found > 0] - 1
    if not len(here):
        return np.zeros(len(docs), np.float32)
    # A row of documents for each pair, and how often the pair stands in each.
    places = found * len(docs) + end.searchsorted(here, "right")
    times = np.bincount(places, minlength=len(pairs) * len(docs)).reshape(len(pairs), len(docs))
    shares = (K1 + 1) * times / (times + K1)
    if len(pairs) > 1:
        # Where one pair goes on from another, the words stand together as typed: that counts again.
        longer = np.zeros(times.size, bool)
        longer[places[1:][here[1:] == here[:-1] + 1]] = True
        shares += RUN_WEIGHT * longer.reshape(times.shape)
    idfs = np.array([idf for _, _, idf in pairs])
    added: Array = np.add.reduce(shares * idfs[:, None], axis=0).astype(np.float32)
    return added * np.float32(PAIR_WEIGHT)


def _coded_docs(snapshot: Snapshot, docs: Array, words: Mapping[str, int]) -> tuple[Array, Array]:
    """As `_coded`, of documents of all segments."""
    parts: list[Array] = []
    ends: list[Array] = []
    total = 0
    bounds = [*snapshot.first_docs, snapshot.doc_count]
    cuts = docs.searchsorted(bounds).tolist()
    for at, segment in enumerate(snapshot.segments):
        own = docs[cuts[at] : cuts[at + 1]] - bounds[at]
        if len(own):
            coded, end = _coded(segment, own, words)
            parts.append(coded)
            ends.append(end + total)
            total += len(coded)
    return joined(parts, np.uint16), joined(ends, np.int64)


def _coded(segment: Segment, docs: Array, words: Mapping[str, int]) -> tuple[Array, Array]:
    """The tokens of documents as numbers of the query's words, 0 for any other, and where each
    document's end."""
    forward = segment.forward
    if forward is None:
        return np.zeros(0, np.uint16), np.zeros(len(docs), np.int64)
    tokens, ends = forward.gather(docs)
    codes = np.zeros(len(forward.lexicon) + 1, np.uint16)
    for word, code in words.items():
        numbers = forward.lexicon.range_of(word)
        codes[numbers.start : numbers.stop] = code
    return codes.take(tokens), ends


def _words(pairs: Sequence[WeightedPair]) -> list[str]:
    return list(dict.fromkeys(word for left, right, _ in pairs for word in (left, right)))


def folded_pairs(pairs: Sequence[tuple[str, str]], idfs: Sequence[float]) -> list[WeightedPair]:
    """Pairs of forms with their idf → of folds, each once with the highest."""
    found: dict[tuple[str, str], float] = {}
    for (left, right), idf in zip(pairs, idfs, strict=True):
        key = fold(left), fold(right)
        found[key] = max(found.get(key, 0.0), idf)
    return [(left, right, idf) for (left, right), idf in found.items()]
