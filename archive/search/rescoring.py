"""The best pages looked at again: words that stand side by side as in the query count more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.columns import K1
from archive.search.segments import Segment
from archive.search.snapshot import Snapshot

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
    parts: list[Array] = []
    ends: list[Array] = []
    total = 0
    bounds = [*snapshot.first_docs, snapshot.doc_count]
    cuts = docs.searchsorted(bounds).tolist()
    for at, segment in enumerate(snapshot.segments):
        own = docs[cuts[at] : cuts[at + 1]] - bounds[at]
        if not len(own):
            continue
        coded, end = _coded(segment, own, words)
        parts.append(coded)
        ends.append(end + total)
        total += len(coded)
    if not total:
        return np.zeros(len(docs), np.float32)
    coded, end = np.concatenate(parts), np.concatenate(ends)
    here = np.flatnonzero(coded[:-1])
    here = here[coded.take(here + 1) != 0]
    found = coded.take(here).astype(np.uint32) << np.uint32(16) | coded.take(here + 1)
    hits = [found == np.uint32(words[left] << 16 | words[right]) for left, right, _ in pairs]
    # Where one pair goes on from another, the words stand together as typed: that counts again.
    longer = np.zeros(len(here), bool)
    if len(pairs) > 1 and len(here):
        known = np.logical_or.reduce(hits)
        longer[1:] = known[1:] & known[:-1] & (here[1:] == here[:-1] + 1)
    added = np.zeros(len(docs), np.float32)
    for hit, (_, _, idf) in zip(hits, pairs, strict=True):
        owners = end.searchsorted(here[hit], "right")
        if not len(owners):
            continue
        times = np.bincount(owners, minlength=len(docs))
        added += (idf * (K1 + 1) * times / (times + K1)).astype(np.float32)
        again = end.searchsorted(here[hit & longer], "right") if len(pairs) > 1 else owners[:0]
        if len(again):
            held = np.zeros(len(docs), np.float32)
            held[again] = idf * RUN_WEIGHT
            added += held
    return added * np.float32(PAIR_WEIGHT)


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
