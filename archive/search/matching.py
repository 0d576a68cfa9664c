"""Which documents answer a query, and how well: the meaning of a match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from archive.core.text import fold
from archive.search.analysis import NAMES, TITLE
from archive.search.arrays import Array
from archive.search.columns import ROW_SHARE
from archive.search.docsets import MANY_SHARE, NO_DOCS, DocSet, docs_of, either
from archive.search.occurrences import Places, Word
from archive.search.phrases import holds, phrase_column, phrase_words, record_texts_at
from archive.search.query import Clause, FieldClause, ParsedQuery, Phrase, Term
from archive.search.readings import Reading, Repairs
from archive.search.scoring import Scorer, inverse_frequency
from archive.search.snapshot import Audience, Snapshot

ALL_WORDS_UP_TO = 3
MASS_SHARE = 0.4
# Of so few words all pages are scored, whatever they hold: that is quicker than to choose.
_FEW_WORDS = 6
# So many words are told apart by one number. Of more pages than these all or the best are scored.
_PATTERN_WORDS = 12
_SCORED_DOCS = 3_000
_MOST_SCORED = 10_000
# A page that is not scored counts for what its words carry, taken low: below those that are.
_UNSCORED = 0.25

_FIELD_TEXTS = {TITLE: ("title",), NAMES: ("names",)}


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
        scorer: Scorer,
    ) -> None:
        self._snapshot = snapshot
        self._audience = audience
        self._works = works
        self._repairs = repairs
        self._scorer = scorer
        self._carried: Array | None = None
        self._best = np.zeros(0, np.int32)

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
        if reading is Reading.ANY_WORD and not self._scorer.holding(frozenset(words)):
            words.add(("fold", term.folded))
        return frozenset(words)

    def _term_docs(self, term: Term, reading: Reading, *, meant: bool) -> DocSet:
        words = self._words(term, reading, meant=meant)
        if self._scorer.holding(words) > self._snapshot.doc_count // ROW_SHARE:
            return DocSet(None, self._snapshot.mask(words))
        return docs_of(self._scorer.column(words))

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
        # How many there are is a matter of what may be seen, as all that others' scores hang on.
        candidates = self._visible(either([docs for _, docs in rare], self._snapshot.doc_count))
        if candidates.count() >= self._audience.doc_count // MANY_SHARE:
            common = [
                (idf, self._clause_docs(clause, reading, many=True))
                for idf, clause in weighed[:first]
            ]
            if len(weighed) <= _FEW_WORDS:
                return DocSet(None, _reaching([*common, *rare], needed, self._snapshot.doc_count))
            return DocSet(None, self._carrying([*common, *rare], needed))
        held = candidates.numbers()
        mass = np.zeros(len(held), np.float32)
        places = self._scorer.places(held)
        for idf, docs in rare:
            mass += docs.has(held) * np.float32(idf)
        for idf, clause in weighed[:first]:
            mass += self._clause_has(clause, reading, places) * np.float32(idf)
        return DocSet(held[mass >= needed], None)

    def _visible(self, docs: DocSet) -> DocSet:
        """Those of the documents that the audience may see."""
        if self._audience.doc_count == len(self._audience.docs):
            return docs
        return docs & DocSet(None, self._audience.docs)

    def _clause_holding(self, clause: Clause, reading: Reading) -> int:
        """On how many pages one of the alternatives stands, those of each added up."""
        holding = 0
        for phrase in clause.alternatives:
            if len(phrase.terms) == 1:
                holding += self._scorer.holding(self._words(phrase.terms[0], reading, meant=True))
            else:
                holding += self._visible(self._phrase_docs(phrase, reading, meant=True)).count()
        return min(holding, self._audience.doc_count)

    def _clause_has(self, clause: Clause, reading: Reading, places: Places) -> Array:
        """For each of the documents whether one of the alternatives stands there."""
        found = np.zeros(len(places.docs), bool)
        for phrase in clause.alternatives:
            if len(phrase.terms) == 1:
                words = self._words(phrase.terms[0], reading, meant=True)
                found |= self._scorer.shares_at([words], places)[0] != 0
            else:
                found |= self._phrase_docs(phrase, reading, meant=True).has(places.docs)
        return found

    def _carrying(self, weighed: Sequence[tuple[float, DocSet]], needed: float) -> Array:
        """For each document whether the words in it carry enough: which of them stand there is one
        number, and what they carry is looked up.

        Where very many do, those that carry most are kept for scoring (see `_scored`).
        """
        doc_count = self._snapshot.doc_count
        most, others = weighed[-_PATTERN_WORDS:], weighed[:-_PATTERN_WORDS]
        which = _patterns([docs for _, docs in most], doc_count)
        patterns = np.arange(1 << len(most))
        carried = np.zeros(len(patterns), np.float32)
        for bit, (idf, _) in enumerate(most):
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
        visible = self._audience.docs
        seen = which if self._audience.doc_count == len(visible) else which[visible]
        counts = np.bincount(seen, minlength=len(patterns))
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

    def _scored(
        self, found: DocSet, terms: Sequence[Term], reading: Reading, *, exact: bool
    ) -> Matches:
        # Few or many gives a page the same score; not so where only the best are scored.
        whole = self._snapshot if self._carried is None else self._audience
        if found.count() < whole.doc_count // ROW_SHARE:
            few = found.numbers()
            return Matches(few, self._scorer.at(terms, reading, few), None, exact)
        mask = found.marks(self._snapshot.doc_count)
        if self._carried is None:
            scores = self._scorer.everywhere(terms, reading)
            scores *= mask
            return Matches(None, scores, mask, exact)
        # Of a long question that very many pages answer, those are scored whose words carry most;
        # the others come behind them, by what their words carry.
        best = self._best[found.has(self._best)]
        scores = self._carried * mask * np.float32(_UNSCORED)
        scores[best] = self._scorer.at(terms, reading, best)
        return Matches(None, scores, mask, exact)


def _reaching(weighed: Sequence[tuple[float, DocSet]], needed: float, doc_count: int) -> Array:
    """For each document whether the words in it carry enough. The weightiest is asked about first:
    where it stands less is needed of the others, where not as much as before."""
    marks = [docs.marks(doc_count) for _, docs in weighed]
    # What a word and those before it carry together.
    reach = list(accumulate(idf for idf, _ in weighed))

    @cache
    def asked(word: int, lacking: float) -> Array | None:
        """Where words up to this one carry what is lacking; None for nowhere."""
        if word < 0 or reach[word] < lacking:
            return None
        without = asked(word - 1, lacking)
        idf, here = weighed[word][0], marks[word]
        if idf < lacking:
            rest = asked(word - 1, lacking - idf)
            if rest is None:
                return without
            here = here & rest
        return here if without is None else here | without

    # Where nothing is rare every word counts for nothing: one must be there even so.
    found = asked(len(weighed) - 1, max(needed, 0.0))
    return found if found is not None else np.zeros(doc_count, bool)


def _patterns(held: Sequence[DocSet], doc_count: int) -> Array:
    """For each document which of the sets it is in, a bit for each, as numbers to look up with."""
    # Eight sets at a time: bytes are quicker to put together than wider numbers.
    found: Array = np.zeros(0, np.intp)
    for first in range(0, len(held), 8):
        bits = np.zeros(doc_count, np.uint8)
        for bit, docs in enumerate(held[first : first + 8]):
            if docs.docs is not None:
                bits[docs.docs] |= np.uint8(1 << bit)
            else:
                # To multiply bytes takes a tenth of the time of shifting them.
                bits |= docs.marks(0).view(np.uint8) * np.uint8(1 << bit)
        if first:
            found |= bits.astype(np.intp) << first
        else:
            found = bits.astype(np.intp)
    return found


def _all_of(held: Sequence[DocSet]) -> DocSet:
    """The documents in every set, the smallest taken first."""
    ordered = sorted(held, key=lambda docs: len(docs.docs) if docs.docs is not None else 1 << 62)
    found = ordered[0]
    for docs in ordered[1:]:
        found &= docs
    return found
