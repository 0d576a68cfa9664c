"""Which documents answer a query, and how well: the meaning of a match."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import compress

from archive.core.errors import QueryRefusedError
from archive.search.analysis import NAMES, SYLLABLES, TITLE
from archive.search.phrases import PageTexts, checked_documents, holds, record_texts_at
from archive.search.query import Clause, FieldClause, ParsedQuery, Phrase, Term
from archive.search.scorer import WordColumn, inverse_frequency, mass, scores, word_column
from archive.search.snapshot import Audience, Snapshot

ALL_WORDS_UP_TO = 3
MASS_SHARE = 0.4

_FIELD_TEXTS = {TITLE: ("title",), NAMES: ("names",)}


class Reading(Enum):
    """How strictly the words are taken; tried in this order until something is found."""

    AS_TYPED = "as typed"
    WITHOUT_MARKS = "without marks"
    ANY_WORD = "any word"


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents in ascending order with their scores; `exact` as in `SearchResults`."""

    docs: list[int]
    scores: list[float]
    exact: bool = True


class Matcher:
    """Matches one parsed query against one snapshot for one audience.

    `works` is the set of works that count at all (years and units asked for); the words' weights
    come from everything the audience may see, and from nothing else.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        audience: Audience,
        works: int,
        *,
        page_texts: PageTexts | None,
        deadline_s: float,
    ) -> None:
        self._snapshot = snapshot
        self._audience = audience
        self._works = works
        self._page_texts = page_texts
        self._deadline_s = deadline_s
        self._until = time.monotonic() + deadline_s
        self._columns: dict[tuple[str, tuple[str, ...]], WordColumn] = {}

    def match(self, query: ParsedQuery, reading: Reading) -> Matches:
        """The documents that answer; none where nothing does."""
        content = [clause for clause in query.clauses if not clause.weightless]
        content = content or list(query.clauses)
        works = self._works
        for clause in query.fields:
            works &= self._works_with(clause, reading)
        if content:
            docs = self._candidates(content, reading)
            terms = [term for clause in content for term in clause.terms]
        else:
            docs = self._snapshot.record_docs()
            terms = [term for clause in query.fields for term in clause.phrase.terms]
        docs &= self._audience.docs
        if works != self._audience.works:
            docs &= int.from_bytes(self._snapshot.mask(works), "little")
        for phrase in query.excluded:
            if not phrase.adjacent:
                docs &= ~self._phrase_docs(phrase, Reading.AS_TYPED)
        found = self._scored(docs, terms, reading)
        if reading is not Reading.ANY_WORD:
            found = self._check_phrases(found, content, reading)
        return self._drop_excluded(found, query.excluded)

    # Sets of documents

    def _column(self, term: Term, reading: Reading, field: str = SYLLABLES) -> WordColumn:
        if time.monotonic() > self._until:
            raise QueryRefusedError(limit="seconds", value=self._deadline_s)
        folded = self._snapshot.forms(term.folded)
        if not term.marked or reading is Reading.WITHOUT_MARKS:
            return self._forms_column(field, folded)
        exact = self._forms_column(field, (term.canonical,))
        if reading is Reading.ANY_WORD and not exact.docs:
            return self._forms_column(field, folded)
        return exact

    def _forms_column(self, field: str, forms: tuple[str, ...]) -> WordColumn:
        key = (field, forms)
        found = self._columns.get(key)
        if found is None:
            found = word_column(self._snapshot.frequencies(field, forms), self._audience)
            self._columns[key] = found
        return found

    def _phrase_docs(self, phrase: Phrase, reading: Reading, field: str = SYLLABLES) -> int:
        docs = self._audience.docs
        for term in phrase.terms:
            docs &= self._column(term, reading, field).docs
        return docs

    def _clause_docs(self, clause: Clause, reading: Reading) -> int:
        docs = 0
        for phrase in clause.alternatives:
            docs |= self._phrase_docs(phrase, reading)
        return docs

    def _candidates(self, content: Sequence[Clause], reading: Reading) -> int:
        """The documents that hold enough of the words, phrases not yet checked.

        Up to three content words must all be there. Of more, those that are there must carry 40%
        of the idf; a word that stands nowhere is left out of that sum, for nothing can carry it.
        A quoted phrase must always be there.
        """
        if reading is Reading.ANY_WORD:
            anywhere = 0
            for clause in content:
                for term in clause.terms:
                    anywhere |= self._column(term, reading).docs
            return anywhere
        held = [self._clause_docs(clause, reading) for clause in content]
        found = self._audience.docs
        if len(content) <= ALL_WORDS_UP_TO:
            for docs in held:
                found &= docs
            return found
        for clause, docs in zip(content, held, strict=True):
            if _has_phrase(clause):
                found &= docs
        return found & self._with_mass(held)

    def _with_mass(self, held: Sequence[int]) -> int:
        count = self._audience.doc_count
        columns = [
            WordColumn(b"", docs, inverse_frequency(docs.bit_count(), count))
            for docs in held
            if docs
        ]
        if not columns:
            return 0
        needed = MASS_SHARE * sum(column.idf for column in columns) - 1e-9
        masses = mass(columns, self._snapshot.doc_count)
        enough = bytes([value >= needed for value in masses])
        anywhere = 0
        for column in columns:
            anywhere |= column.docs
        return int.from_bytes(enough, "little") & anywhere

    def _works_with(self, clause: FieldClause, reading: Reading) -> int:
        """The works whose title or names hold the words."""
        docs = self._phrase_docs(clause.phrase, reading, clause.field)
        mask = docs.to_bytes(self._snapshot.doc_count, "little")
        works = 0
        for doc in compress(range(self._snapshot.doc_count), mask):
            if clause.phrase.adjacent and not holds(
                record_texts_at(self._snapshot, doc, *_FIELD_TEXTS[clause.field]),
                clause.phrase,
                by_fold=reading is not Reading.AS_TYPED,
            ):
                continue
            works |= 1 << self._snapshot.slot_of(doc)
        return works

    # Scores and phrases

    def _scored(self, docs: int, terms: Sequence[Term], reading: Reading) -> Matches:
        weighted = self._weighted_columns(terms, reading)
        mask = docs.to_bytes(self._snapshot.doc_count, "little")
        return Matches(
            list(compress(range(self._snapshot.doc_count), mask)),
            scores(
                weighted,
                mask,
                self._snapshot.lengths,
                self._audience.average_length,
            ),
        )

    def _weighted_columns(
        self, terms: Sequence[Term], reading: Reading
    ) -> list[tuple[WordColumn, float]]:
        """What each word scores by, a repeated word once.

        Who typed marks on some words meant the bare ones as they are, too: cao in "Cao Bằng" is
        found wherever cao, cáo or cào stands, and half its score asks for cao itself.
        """
        marked = any(term.marked for term in terms) and reading is not Reading.WITHOUT_MARKS
        weights: dict[int, float] = {}
        columns: dict[int, WordColumn] = {}
        for term in dict.fromkeys(terms):
            column = self._column(term, reading)
            shares = [(column, 1.0)]
            if marked and not term.marked:
                exact = self._forms_column(SYLLABLES, (term.canonical,))
                shares = [(column, 0.5), (exact, 0.5)]
            for held, share in shares:
                columns[id(held)] = held
                weights[id(held)] = max(weights.get(id(held), 0.0), share)
        return [(columns[key], weights[key]) for key in columns]

    def _check_phrases(
        self, found: Matches, content: Sequence[Clause], reading: Reading
    ) -> Matches:
        clauses = [clause for clause in content if _has_phrase(clause)]
        if not clauses or not found.docs:
            return found
        by_fold = reading is not Reading.AS_TYPED

        def keep(texts: Sequence[str]) -> bool:
            return all(
                any(
                    holds(texts, phrase, by_fold=by_fold)
                    if phrase.adjacent
                    else all(
                        holds(texts, Phrase((term,), adjacent=True), by_fold=by_fold)
                        for term in phrase.terms
                    )
                    for phrase in clause.alternatives
                )
                for clause in clauses
            )

        kept, exact = checked_documents(self._snapshot, _best_first(found), keep, self._page_texts)
        return _only(found, kept, exact=exact)

    def _drop_excluded(self, found: Matches, excluded: Sequence[Phrase]) -> Matches:
        """What is left without the pages that hold an excluded phrase, always taken as typed."""
        for phrase in excluded:
            if not phrase.adjacent or not found.docs:
                continue
            suspects = self._phrase_docs(phrase, Reading.AS_TYPED)
            mask = suspects.to_bytes(self._snapshot.doc_count, "little")
            asked = [doc for doc in _best_first(found) if mask[doc]]

            def keep(texts: Sequence[str], phrase: Phrase = phrase) -> bool:
                return not holds(texts, phrase, by_fold=False)

            kept, exact = checked_documents(self._snapshot, asked, keep, self._page_texts)
            kept.update(doc for doc in found.docs if not mask[doc])
            found = _only(found, kept, exact=exact)
        return found


def _has_phrase(clause: Clause) -> bool:
    return any(phrase.adjacent for phrase in clause.alternatives)


def _best_first(found: Matches) -> list[int]:
    pairs = sorted(zip(found.scores, found.docs, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [doc for _, doc in pairs]


def _only(found: Matches, kept: set[int], *, exact: bool) -> Matches:
    chosen = [doc in kept for doc in found.docs]
    return replace(
        found,
        docs=list(compress(found.docs, chosen)),
        scores=list(compress(found.scores, chosen)),
        exact=found.exact and exact,
    )
