"""How well documents answer: BM25F over the columns of words, for one audience."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import log

import numpy as np

from archive.core.errors import QueryRefusedError
from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.columns import K1, ROW_SHARE, WHOLE, Column
from archive.search.counts import WordCounts
from archive.search.occurrences import Places, Word
from archive.search.query import Term
from archive.search.readings import Reading, Repairs
from archive.search.snapshot import Audience, Snapshot

FOLD_WEIGHT = 0.5
AS_TYPED_WEIGHT = 0.5
_TO_SCORE = (K1 + 1) / WHOLE


class Scorer:
    """Scores one query's words for one audience, and gives up when its time is over."""

    def __init__(
        self,
        snapshot: Snapshot,
        audience: Audience,
        repairs: Repairs,
        counts: WordCounts,
        *,
        deadline_s: float,
    ) -> None:
        self._snapshot = snapshot
        self._audience = audience
        self._repairs = repairs
        self._counts = counts
        self._deadline_s = deadline_s
        self._until = time.monotonic() + deadline_s

    def column(self, words: frozenset[Word]) -> Column:
        """The column of any of these words."""
        if time.monotonic() > self._until:
            raise QueryRefusedError(limit="seconds", value=self._deadline_s)
        return self._snapshot.column(words, self._audience)

    def holding(self, words: frozenset[Word]) -> int:
        """On how many pages that may be seen the words stand, those of each added up."""
        return min(self._counts.holding(words), self._audience.doc_count)

    def shares_at(self, asked: Sequence[frozenset[Word]], places: Places) -> Array:
        """What words count in some documents, a row for each set of words. The column of a common
        word is not made for that alone."""
        common = self._snapshot.doc_count // ROW_SHARE
        for words in asked:
            if self.holding(words) <= common:
                self.column(words)
        return self._snapshot.shares_at(asked, self._audience, places)

    def places(self, docs: Array) -> Places:
        """Where documents, which are ascending, lie."""
        return self._snapshot.occurrences.places(docs)

    def everywhere(self, terms: Sequence[Term], reading: Reading) -> Array:
        """The scores of all documents."""
        # Word by word in one order, here as below: sums of fractions depend on it.
        scores = np.zeros(self._snapshot.doc_count, np.float32)
        for words, factor in self._factors(terms, reading):
            column = self.column(words)
            if column.docs is None:
                scores += factor * column.share
            else:
                scores[column.docs] += factor * column.share
        return scores

    def at(self, terms: Sequence[Term], reading: Reading, docs: Array) -> Array:
        """The scores of some documents, which are ascending."""
        factors = self._factors(terms, reading)
        if not factors:
            return np.zeros(len(docs), np.float32)
        shares = self.shares_at([words for words, _ in factors], self.places(docs))
        weights = np.array([factor for _, factor in factors], np.float32)
        # Row by row, as above.
        scores: Array = np.add.reduce(shares * weights[:, None], axis=0)
        return scores

    def _factors(
        self, terms: Sequence[Term], reading: Reading
    ) -> list[tuple[frozenset[Word], np.float32]]:
        """What each word's share is multiplied by: its weight and its rarity."""
        count = self._audience.doc_count
        return [
            (words, np.float32(weight * inverse_frequency(self.holding(words), count) * _TO_SCORE))
            for words, weight in self._weights(terms, reading).items()
        ]

    def _weights(self, terms: Sequence[Term], reading: Reading) -> dict[frozenset[Word], float]:
        """What each word scores by: its form, its fold for half of that; where it was taken for
        another word that one, and itself for half. A repeated word counts once."""
        weights: dict[frozenset[Word], float] = {}

        def weigh(word: Word, weight: float) -> None:
            key = frozenset((word,))
            weights[key] = max(weights.get(key, 0.0), weight)

        for term in dict.fromkeys(terms):
            others = self._repairs.of(term)
            share = AS_TYPED_WEIGHT if others else 1.0
            if reading is not Reading.WITHOUT_MARKS:
                weigh(("form", term.canonical), share)
                for other in others:
                    weigh(("form", other.form), 1.0)
            weigh(("fold", term.folded), FOLD_WEIGHT * share)
            for other in others:
                weigh(("fold", fold(other.form)), FOLD_WEIGHT)
        return weights


def inverse_frequency(holding: int, doc_count: int) -> float:
    """Whoosh's idf, never below zero: log(N / (n + 1)) + 1."""
    return max(0.0, log(doc_count / (holding + 1)) + 1) if doc_count else 0.0
