"""The best pages looked at again: words that stand side by side as in the query count more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.columns import K1, norms
from archive.search.forward import Forward, Lexicon
from archive.search.snapshot import Audience, Snapshot

PAGES = 200
PAIR_WEIGHT = 0.5

WeightedPair = tuple[str, str, float]
"""Two folds that are neighbours in the query, and the idf of the pair."""


def pair_scores(
    snapshot: Snapshot, audience: Audience, docs: Array, pairs: Sequence[WeightedPair]
) -> Array:
    """What the pairs add to the score of each of the documents, which are ascending.

    A pair counts wherever two words that fold so follow one another.
    """
    added = np.zeros(len(docs), np.float32)
    bounds = np.append(snapshot.first_docs, snapshot.doc_count)
    cuts = docs.searchsorted(bounds).tolist()
    for at, segment in enumerate(snapshot.segments):
        inside = slice(cuts[at], cuts[at + 1])
        if inside.start < inside.stop and segment.forward is not None:
            norm = norms(snapshot.lengths[docs[inside]], audience.step)
            own = docs[inside] - snapshot.first_docs[at]
            added[inside] = _in_segment(segment.forward, own, norm, pairs)
    return added * np.float32(PAIR_WEIGHT)


def _in_segment(forward: Forward, docs: Array, norm: Array, pairs: Sequence[WeightedPair]) -> Array:
    added = np.zeros(len(docs), np.float32)
    lexicon = forward.lexicon
    places = _places(lexicon, pairs)
    if not places:
        return added
    tokens, ends = forward.gather(docs)
    # Only words of the query matter: each gets a small number of its own, all others 0.
    codes = np.zeros(len(lexicon) + 1, np.uint16)
    numbers = {word: code for code, word in enumerate(places, 1)}
    for word, code in numbers.items():
        codes[places[word].start : places[word].stop] = code
    coded = codes[tokens]
    here = np.flatnonzero(coded[:-1])
    here = here[coded[here + 1] != 0]
    found = coded[here].astype(np.uint32) << np.uint32(16) | coded[here + 1]
    for left, right, idf in pairs:
        if left not in numbers or right not in numbers:
            continue
        hits = here[found == np.uint32(numbers[left] << 16 | numbers[right])]
        if len(hits):
            times = np.bincount(ends.searchsorted(hits, "right"), minlength=len(docs))
            added += np.float32(idf * (K1 + 1)) * times / (times + norm)
    return added


def _places(lexicon: Lexicon, pairs: Sequence[WeightedPair]) -> dict[str, range]:
    words = dict.fromkeys(word for left, right, _ in pairs for word in (left, right))
    return {word: numbers for word in words if (numbers := lexicon.range_of(word))}


def folded_pairs(pairs: Sequence[tuple[str, str]], idfs: Sequence[float]) -> list[WeightedPair]:
    """Pairs of forms with their idf → of folds, each once with the highest."""
    found: dict[tuple[str, str], float] = {}
    for (left, right), idf in zip(pairs, idfs, strict=True):
        key = fold(left), fold(right)
        found[key] = max(found.get(key, 0.0), idf)
    return [(left, right, idf) for (left, right), idf in found.items()]
