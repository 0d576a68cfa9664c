"""How well documents answer: BM25F over the columns of words, for one audience."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import log

import numpy as np

from archive.core.errors import QueryRefusedError
from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.columns import (
    K1,
    ROW_SHARE,
    WHOLE,
    Column,
    Factors,
    in_parts,
    scale_of,
)
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
        self._hurry()
        return self._snapshot.column(words, self._audience)

    def _hurry(self) -> None:
        if time.monotonic() > self._until:
            raise QueryRefusedError(limit="seconds", value=self._deadline_s)

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
        # Term by term in one order, here as below: sums of fractions depend on it.
        scores: Array | None = None
        for factors in self._factors(terms, reading):
            self._hurry()
            column = self._snapshot.weighed(factors, self._audience)
            added = scale_of(factors) * column.share
            if scores is None and column.docs is None:
                scores = added
                continue
            if scores is None:
                scores = np.zeros(self._snapshot.doc_count, np.float32)
            if column.docs is None:
                scores += added
            else:
                scores[column.docs] += added
        return scores if scores is not None else np.zeros(self._snapshot.doc_count, np.float32)

    def at(self, terms: Sequence[Term], reading: Reading, docs: Array) -> Array:
        """The scores of some documents, which are ascending."""
        by_term = self._factors(terms, reading)
        if not by_term:
            return np.zeros(len(docs), np.float32)
        factors = [each for term in by_term for each in term]
        shares = self.shares_at([words for words, _ in factors], self.places(docs))
        shares = shares * np.array([factor for _, factor in factors], np.float32)[:, None]
        if len(factors) > len(by_term):
            begins = np.cumsum([0, *map(len, by_term[:-1])])
            scales = np.array([scale_of(term) for term in by_term], np.float32)[:, None]
            shares = in_parts(np.add.reduceat(shares, begins, axis=0), scales) * scales
        scores: Array = shares[0]
        for row in shares[1:]:
            scores = scores + row
        return scores

    def _factors(self, terms: Sequence[Term], reading: Reading) -> list[Factors]:
        """For each term what its words' shares are multiplied by: their weights and rarity."""
        count = self._audience.doc_count
        return [
            tuple(
                (
                    words,
                    np.float32(weight * inverse_frequency(self.holding(words), count) * _TO_SCORE),
                )
                for words, weight in weights
            )
            for weights in self._weights(terms, reading)
        ]

    def _weights(
        self, terms: Sequence[Term], reading: Reading
    ) -> list[list[tuple[frozenset[Word], float]]]:
        """What each term's words score by: its form, its fold for half of that; where it was taken
        for another word that one, and itself for half. A repeated word counts once, with the term
        that has it first."""
        weights: dict[frozenset[Word], float] = {}
        first: dict[frozenset[Word], int] = {}

        def weigh(word: Word, weight: float) -> None:
            key = frozenset((word,))
            weights[key] = max(weights.get(key, 0.0), weight)
            first.setdefault(key, at)

        told = list(dict.fromkeys(terms))
        for at, term in enumerate(told):  # noqa: B007 (weigh uses it)
            others = self._repairs.of(term)
            share = AS_TYPED_WEIGHT if others else 1.0
            if reading is not Reading.WITHOUT_MARKS:
                weigh(("form", term.canonical), share)
                for other in others:
                    weigh(("form", other.form), 1.0)
            weigh(("fold", term.folded), FOLD_WEIGHT * share)
            for other in others:
                weigh(("fold", fold(other.form)), FOLD_WEIGHT)
        by_term: list[list[tuple[frozenset[Word], float]]] = [[] for _ in told]
        for words, weight in weights.items():
            by_term[first[words]].append((words, weight))
        return [each for each in by_term if each]


def inverse_frequency(holding: int, doc_count: int) -> float:
    """Whoosh's idf, never below zero: log(N / (n + 1)) + 1."""
    return max(0.0, log(doc_count / (holding + 1)) + 1) if doc_count else 0.0
