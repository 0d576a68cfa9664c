"""Which documents answer a query, and how well: the meaning of a match."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import log

import numpy as np

from archive.core.errors import QueryRefusedError
from archive.core.text import fold
from archive.search.analysis import NAMES, TITLE
from archive.search.arrays import Array
from archive.search.columns import K1, ROW_SHARE, WHOLE, Column
from archive.search.counts import WordCounts
from archive.search.docsets import NO_DOCS, DocSet, docs_of, either
from archive.search.phrases import holds, phrase_column, phrase_words, record_texts_at
from archive.search.query import (
    Clause,
    FieldClause,
    ParsedQuery,
    Phrase,
    Term,
    is_function_word,
)
from archive.search.repair import Meant, Repairer
from archive.search.snapshot import Audience, Snapshot, Word

ALL_WORDS_UP_TO = 3
MASS_SHARE = 0.4
FOLD_WEIGHT = 0.5
AS_TYPED_WEIGHT = 0.5
NAME_WEIGHT = 2.0
# So many words are told apart by one number. Of more pages than these all or the best are scored.
_PATTERN_WORDS = 12
_SCORED_DOCS = 3_000
_MOST_SCORED = 10_000
# A page that is not scored counts for what its words carry, taken low: below those that are.
_UNSCORED = 0.25
_TO_SCORE = (K1 + 1) / WHOLE

_FIELD_TEXTS = {TITLE: ("title",), NAMES: ("names",)}


class Reading(Enum):
    """How strictly the words are taken; tried in this order until something is found."""

    AS_TYPED = "as typed"
    WITHOUT_MARKS = "without marks"
    REPAIRED = "repaired"
    ANY_WORD = "any word"


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents with their scores: `docs` ascending and `scores` beside them, or, where they are
    many, None and a score for each document, with `mask` for those that match.

    `exact` as in `SearchResults`.
    """

    docs: Array | None
    scores: Array
    mask: Array | None = None
    exact: bool = True

    def __bool__(self) -> bool:
        return bool(self.mask.any()) if self.mask is not None else bool(len(self.scores))


class Repairs:
    """What the words of one query were taken for."""

    def __init__(self, query: ParsedQuery, repairer: Repairer) -> None:
        self.by_run = [(run, repairer.repair(run)) for run in query.runs]
        self._meant: dict[Term, list[Meant]] = {}
        for run, found in self.by_run:
            for term, meant in zip(run, found, strict=True):
                if meant is not None and meant not in self._meant.setdefault(term, []):
                    self._meant[term].append(meant)

    def of(self, term: Term) -> Sequence[Meant]:
        """The other words a word may have meant."""
        return self._meant.get(term, ())

    def is_weightless(self, term: Term) -> bool:
        """Whether the word is a function word: as typed, or typed without the marks of one."""
        if term.weightless or term.marked:
            return term.weightless
        meant = self._meant.get(term)
        return meant is not None and all(is_function_word(other.form) for other in meant)

    def __bool__(self) -> bool:
        return bool(self._meant)

    def runs(self) -> list[tuple[str, ...]]:
        """The runs of forms as they were meant."""
        return [
            tuple(
                meant.form if meant else term.canonical
                for term, meant in zip(run, found, strict=True)
            )
            for run, found in self.by_run
        ]


class Matcher:
    """Matches one parsed query against one snapshot for one audience.

    `works` is the set of works that count at all (years and units asked for); the words' weights
    come from everything the audience may see, and from nothing else.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        audience: Audience,
        works: Array,
        repairs: Repairs,
        counts: WordCounts,
        *,
        deadline_s: float,
    ) -> None:
        self._counts = counts
        self._snapshot = snapshot
        self._audience = audience
        self._works = works
        self._repairs = repairs
        self._carried: Array | None = None
        self._best = np.zeros(0, np.int32)
        self._deadline_s = deadline_s
        self._until = time.monotonic() + deadline_s

    def match(self, query: ParsedQuery, reading: Reading) -> Matches:
        """The documents that answer; none where nothing does."""
        self._carried = None
        content = [c for c in query.clauses if not all(map(self._repairs.is_weightless, c.terms))]
        content = content or list(query.clauses)
        works = self._works
        for clause in query.fields:
            works = works & self._works_with(clause, reading)
        if content:
            docs = self._candidates(content, reading)
            terms = [term for clause in content for term in clause.terms]
        else:
            docs = DocSet(self._snapshot.starts, None)
            terms = [term for clause in query.fields for term in clause.phrase.terms]
        scope = self._audience.docs
        if works is not self._audience.works:
            scope = self._snapshot.docs_of(works & self._audience.works)
        if works is not self._audience.works or self._audience.doc_count < len(scope):
            docs &= DocSet(None, scope)
        for phrase in query.excluded:
            docs -= self._phrase_docs(phrase, Reading.AS_TYPED, meant=False)
        return self._scored(docs, terms, reading, exact=self._is_exact(query))

    def _is_exact(self, query: ParsedQuery) -> bool:
        """Whether phrases could be read where they stand."""
        phrases = [phrase for clause in query.clauses for phrase in clause.alternatives]
        return not any(phrase.adjacent for phrase in (*phrases, *query.excluded)) or all(
            segment.forward is not None for segment in self._snapshot.segments
        )

    # Sets of documents

    def column(self, words: frozenset[Word]) -> Column:
        """The column of any of these words."""
        if time.monotonic() > self._until:
            raise QueryRefusedError(limit="seconds", value=self._deadline_s)
        return self._snapshot.column(words, self._audience)

    def _words(self, term: Term, reading: Reading, *, meant: bool) -> frozenset[Word]:
        """What stands for a word: itself as typed, and with `meant` what it was taken for."""
        others = self._repairs.of(term) if meant else ()
        if reading is Reading.WITHOUT_MARKS or not term.marked:
            words: set[Word] = {("fold", term.folded)}
        else:
            words = {("form", term.canonical)}
        for other in others:
            exactly = other.exactly and reading is not Reading.WITHOUT_MARKS
            words.add(("form", other.form) if exactly else ("fold", fold(other.form)))
        if reading is Reading.ANY_WORD and not self._holding(frozenset(words)):
            words.add(("fold", term.folded))
        return frozenset(words)

    def _holding(self, words: frozenset[Word]) -> int:
        """On how many pages that may be seen the words stand, those of each added up."""
        return min(self._counts.holding(words), self._audience.doc_count)

    def _shares_at(self, words: frozenset[Word], docs: Array) -> Array:
        """What the words count in some documents. The column of a common word is not made for that
        alone."""
        if self._holding(words) > self._snapshot.doc_count // ROW_SHARE:
            return self._snapshot.shares_at(words, self._audience, docs)
        return self.column(words).at(docs)

    def _term_docs(self, term: Term, reading: Reading, *, meant: bool) -> DocSet:
        words = self._words(term, reading, meant=meant)
        if self._holding(words) > self._snapshot.doc_count // ROW_SHARE:
            return DocSet(None, self._snapshot.mask(words))
        return docs_of(self.column(words))

    def _phrase_docs(self, phrase: Phrase, reading: Reading, *, meant: bool) -> DocSet:
        """The documents that hold the words: all of them, side by side if they must be."""
        if phrase.adjacent and reading is not Reading.ANY_WORD:
            wanted = phrase_words(phrase, by_fold=reading is Reading.WITHOUT_MARKS)
            return docs_of(phrase_column(self._snapshot, wanted, self._audience))
        found: DocSet | None = None
        for term in phrase.terms:
            docs = self._term_docs(term, reading, meant=meant)
            found = docs if found is None else found & docs
        return found if found is not None else NO_DOCS

    def _clause_docs(self, clause: Clause, reading: Reading, *, many: bool) -> DocSet:
        """The documents that hold one of the alternatives. What a word may have meant instead
        counts where there are `many` words, of which a page needs but some."""
        meant = many or reading is Reading.REPAIRED
        parts = [self._phrase_docs(phrase, reading, meant=meant) for phrase in clause.alternatives]
        return either(parts, self._snapshot.doc_count)

    def _candidates(self, content: Sequence[Clause], reading: Reading) -> DocSet:
        """The documents that hold enough of the words.

        Up to three content words must all be there. Of more, those that are there must carry 40%
        of the idf; a word that stands nowhere is left out of that sum, for nothing can carry it.
        A quoted phrase must always be there.
        """
        if reading is Reading.ANY_WORD:
            parts = [
                self._term_docs(term, reading, meant=True)
                for clause in content
                for term in clause.terms
            ]
            return either(parts, self._snapshot.doc_count)
        many = len(content) > ALL_WORDS_UP_TO
        if not many:
            return _all_of([self._clause_docs(clause, reading, many=False) for clause in content])
        found = self._with_mass(content, reading)
        for clause in content:
            if clause.quoted:
                found &= self._clause_docs(clause, reading, many=True)
        return found

    def _with_mass(self, content: Sequence[Clause], reading: Reading) -> DocSet:
        """The documents in which the clauses carry enough of the idf."""
        weighed: list[tuple[float, Clause]] = []
        for clause in content:
            holding = self._clause_holding(clause, reading)
            if holding:
                weighed.append((inverse_frequency(holding, self._audience.doc_count), clause))
        weighed.sort(key=lambda each: each[0])
        needed = MASS_SHARE * sum(idf for idf, _ in weighed) * (1 - 1e-5)
        # The commonest words together may not carry it: then one of the others must be there.
        enough = 0.0
        first = 0
        while first < len(weighed) and enough + weighed[first][0] < needed:
            enough += weighed[first][0]
            first += 1
        rare = [
            (idf, self._clause_docs(clause, reading, many=True)) for idf, clause in weighed[first:]
        ]
        candidates = either([docs for _, docs in rare], self._snapshot.doc_count)
        if candidates.docs is None:
            common = [
                (idf, self._clause_docs(clause, reading, many=True))
                for idf, clause in weighed[:first]
            ]
            return DocSet(None, self._carrying([*common, *rare], needed))
        mass = np.zeros(len(candidates.docs), np.float32)
        for idf, docs in rare:
            mass += docs.has(candidates.docs) * np.float32(idf)
        for idf, clause in weighed[:first]:
            mass += self._clause_has(clause, reading, candidates.docs) * np.float32(idf)
        return DocSet(candidates.docs[mass >= needed], None)

    def _clause_holding(self, clause: Clause, reading: Reading) -> int:
        """On how many pages one of the alternatives stands, those of each added up."""
        holding = 0
        for phrase in clause.alternatives:
            if len(phrase.terms) == 1:
                holding += self._holding(self._words(phrase.terms[0], reading, meant=True))
            else:
                holding += self._phrase_docs(phrase, reading, meant=True).count()
        return min(holding, self._audience.doc_count)

    def _clause_has(self, clause: Clause, reading: Reading, docs: Array) -> Array:
        """For each of the documents whether one of the alternatives stands there."""
        found = np.zeros(len(docs), bool)
        for phrase in clause.alternatives:
            if len(phrase.terms) == 1:
                words = self._words(phrase.terms[0], reading, meant=True)
                found |= self._shares_at(words, docs) != 0
            else:
                found |= self._phrase_docs(phrase, reading, meant=True).has(docs)
        return found

    def _carrying(self, weighed: Sequence[tuple[float, DocSet]], needed: float) -> Array:
        """For each document whether the words in it carry enough: which of them stand there is one
        number, and what they carry is looked up.

        Where very many do, those that carry most are kept for scoring (see `_scored`).
        """
        doc_count = self._snapshot.doc_count
        most, others = weighed[-_PATTERN_WORDS:], weighed[:-_PATTERN_WORDS]
        which = np.zeros(doc_count, np.uint16)
        patterns = np.arange(1 << len(most))
        carried = np.zeros(len(patterns), np.float32)
        for bit, (idf, docs) in enumerate(most):
            if docs.docs is not None:
                which[docs.docs] |= np.uint16(1 << bit)
            else:
                which |= docs.marks(0).astype(np.uint16) << np.uint16(bit)
            carried += np.float32(idf) * (patterns >> bit & 1)
        # Where nothing is rare every word counts for nothing: one must be there even so.
        enough = (carried >= needed) & (patterns > 0)
        if others:
            mass = carried.take(which)
            for idf, docs in others:
                if docs.docs is not None:
                    mass[docs.docs] += np.float32(idf)
                else:
                    mass += docs.marks(0) * np.float32(idf)
            marks: Array = (mass >= np.float32(needed)) & (mass > 0)
        else:
            marks = enough.take(which)
        counts = np.bincount(which, minlength=len(patterns))
        present = np.flatnonzero(counts * enough)
        present = present[np.argsort(-carried[present], kind="stable")]
        upto = counts[present].cumsum()
        last = int(upto.searchsorted(_SCORED_DOCS))
        if last < len(upto) - 1 and upto[last] <= _MOST_SCORED:
            chosen = np.zeros(len(patterns), bool)
            chosen[present[: last + 1]] = True
            self._carried = carried.take(which)
            self._best = np.flatnonzero(chosen.take(which)).astype(np.int32)
        return marks

    def _works_with(self, clause: FieldClause, reading: Reading) -> Array:
        """The works whose title or names hold the words."""
        works = np.zeros(len(self._snapshot.works), bool)
        docs: DocSet | None = None
        for term in clause.phrase.terms:
            words = self._words(term, reading, meant=False)
            held = DocSet(self._snapshot.field_docs(clause.field, words), None)
            docs = held if docs is None else docs & held
        if docs is None:
            return works
        for slot in self._snapshot.work_of.take(docs.numbers()).tolist():
            works[slot] = not clause.phrase.adjacent or holds(
                record_texts_at(self._snapshot, slot, *_FIELD_TEXTS[clause.field]),
                clause.phrase,
                by_fold=reading is not Reading.AS_TYPED,
            )
        return works

    # Scores

    def _scored(
        self, found: DocSet, terms: Sequence[Term], reading: Reading, *, exact: bool
    ) -> Matches:
        doc_count = self._snapshot.doc_count
        if found.docs is None and found.count() < doc_count // 16:
            found = DocSet(found.numbers(), None)
        if found.mask is not None and self._carried is not None:
            return self._scored_best(found, terms, reading, exact=exact)
        if found.docs is not None:
            return Matches(found.docs, self._score_at(terms, reading, found.docs), None, exact)
        # Word by word in one order, here as there: sums of fractions depend on it.
        scores = np.zeros(doc_count, np.float32)
        for words, factor in self._factors(terms, reading):
            column = self.column(words)
            if column.docs is None:
                scores += factor * column.share
            else:
                scores[column.docs] += factor * column.share
        if found.mask is not None:
            scores *= found.mask
        return Matches(None, scores, found.mask, exact)

    def _scored_best(
        self, found: DocSet, terms: Sequence[Term], reading: Reading, *, exact: bool
    ) -> Matches:
        """Of a long question that very many pages answer, scores for the thousands whose words
        carry most; the others come behind them, by what their words carry."""
        best = self._best[found.has(self._best)]
        scores = self._carried * found.marks(0) * np.float32(_UNSCORED)
        scores[best] = self._score_at(terms, reading, best)
        return Matches(None, scores, found.mask, exact)

    def _score_at(self, terms: Sequence[Term], reading: Reading, docs: Array) -> Array:
        """The scores of some documents."""
        scores = np.zeros(len(docs), np.float32)
        for words, factor in self._factors(terms, reading):
            scores += factor * self._shares_at(words, docs)
        return scores

    def _factors(
        self, terms: Sequence[Term], reading: Reading
    ) -> list[tuple[frozenset[Word], np.float32]]:
        """What each word's share is multiplied by: its weight and its rarity."""
        count = self._audience.doc_count
        return [
            (words, np.float32(weight * inverse_frequency(self._holding(words), count) * _TO_SCORE))
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


def neighbours(query: ParsedQuery, repairs: Repairs) -> dict[tuple[str, str], float]:
    """The pairs of forms that stand side by side in what was meant, and how much each counts:
    that of two words typed like a name more, among others that are not."""
    found: dict[tuple[str, str], float] = {}
    runs = [*zip(query.runs, repairs.runs(), strict=True)]
    runs += [(run, tuple(term.canonical for term in run)) for run in query.phrases]
    mixed = not all(term.capital for terms, _ in runs for term in terms)
    for terms, forms in runs:
        for (left, right), pair in zip(pairwise(terms), pairwise(forms), strict=True):
            weight = NAME_WEIGHT if mixed and left.capital and right.capital else 1.0
            found[pair] = max(found.get(pair, 0.0), weight)
    return found


def _all_of(held: Sequence[DocSet]) -> DocSet:
    """The documents in every set, the smallest taken first."""
    ordered = sorted(held, key=lambda docs: len(docs.docs) if docs.docs is not None else 1 << 62)
    found = ordered[0]
    for docs in ordered[1:]:
        found &= docs
    return found
