"""What a person typed → what is looked for. A query is never wrong: at worst it is words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from archive.core.errors import QueryRefusedError
from archive.core.text import canonical, clean_text, find_tokens, fold, is_marked, words
from archive.search.highlight import MarkTerms, MarkWord

MAX_CHARACTERS = 2_000
MAX_TERMS = 200
COUNTED_WORDS = 40

# Words that hold a sentence together and say nothing about what it is about. Typed without
# marks, only those count whose bare form is hardly ever anything else (`den` may be đền).
_FUNCTION_WORDS = frozenset(
    words(
        "và của là các những được với cùng cũng đã đang sẽ thì mà ở tại từ đến cho do bởi về theo "
        "trong ngoài này đó kia ấy khi nếu nhưng hay hoặc để rằng vì như nên có một bị rất lại "
        "nào gì ai đâu nhiêu"
    )
)
_BARE_FUNCTION_WORDS = frozenset(["va", "cua", "la", "cac", "nhung", "duoc", "voi", "cung", "nay"])

_QUOTES = re.compile("[“”„‟«»″]")
_PIECE = re.compile(r'(-)?(?:([^\W\d][\w]*):)?("[^"]*"|[^\s"]+)')
_FIELDS = {
    "nhan_de": "title",
    "title": "title",
    "tac_gia": "names",
    "author": "names",
    "don_vi": "unit",
    "unit": "unit",
    "nam": "year",
    "year": "year",
}
_OPERATORS = re.compile(r'"|\bOR\b|([^\W\d]\w*):')
_YEARS = re.compile(r"(\d{4})?(\.\.)?(\d{4})?")


@dataclass(frozen=True, slots=True)
class Term:
    """One word: its canonical form, its fold, whether it was typed with marks. `fixed`: a number,
    an abbreviation, a word in capitals, which nobody mistyped. `capital`: it was typed like a name.
    """

    canonical: str
    folded: str
    marked: bool
    weightless: bool
    fixed: bool = False
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand on one page together; side by side, in this order, if `adjacent`."""

    terms: tuple[Term, ...]
    adjacent: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """What must be on a page: any one of the alternatives. One alternative is the usual case.

    `quoted`: a phrase that the reader put in quotes, which is never left out.
    """

    alternatives: tuple[Phrase, ...]
    quoted: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for phrase in self.alternatives for term in phrase.terms)

    @property
    def weightless(self) -> bool:
        return all(term.weightless for term in self.terms)


@dataclass(frozen=True, slots=True)
class FieldClause:
    """Words a record's title or names must hold (`field` is `title` or `names`)."""

    field: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query in parts. All empty where nothing was asked for."""

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    fields: tuple[FieldClause, ...] = ()
    units: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    read_as_words: bool = False
    marks: MarkTerms = field(default_factory=MarkTerms)
    runs: tuple[tuple[Term, ...], ...] = ()
    """Words that were typed one after another, outside quotes: what may be repaired."""
    phrases: tuple[tuple[Term, ...], ...] = ()
    """The words of quoted phrases and of abbreviations written out."""

    @property
    def is_empty(self) -> bool:
        """Whether no word has to stand anywhere; units and years may still be asked for."""
        return not self.clauses and not self.excluded and not self.fields


def is_function_word(form: str) -> bool:
    """Whether a canonical form, marks and all, holds a sentence together and says no more."""
    return form in _FUNCTION_WORDS


class _BrokenError(ValueError):
    """An operator without its operand; never leaves this module."""


def parse_query(text: str, abbreviations: Mapping[str, str] | None = None) -> ParsedQuery:
    """The query's parts; a broken one is read as plain words and says so (`read_as_words`).

    `abbreviations` gives what stands for a canonical word: such a word asks for either.

    Raises `QueryRefusedError` (`limit` "characters" or "terms", `value` the limit) over 2,000
    characters or 200 words; of fewer, only the first 40 count.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryRefusedError(limit="characters", value=MAX_CHARACTERS)
    text = _QUOTES.sub('"', clean_text(text))
    found = words(text)
    if len(found) > MAX_TERMS:
        raise QueryRefusedError(limit="terms", value=MAX_TERMS)
    try:
        return _Parser(abbreviations or {}, capitals=text.isupper()).parse(text)
    except _BrokenError:
        plain = _OPERATORS.sub(_without_operator, text)
        terms = tuple(_terms(plain, capitals=plain.isupper())[:COUNTED_WORDS])
        clauses = tuple(Clause((Phrase((term,), adjacent=False),)) for term in terms)
        marks = mark_terms([terms])
        return ParsedQuery(clauses, read_as_words=True, marks=marks, runs=(terms,) if terms else ())


def _without_operator(operator: re.Match[str]) -> str:
    """Nothing for an operator; a word before a colon stays where it names no field but a year."""
    prefix = operator[1]
    if prefix and _FIELDS.get(_fold_prefix(prefix), "year") == "year":
        return f"{prefix} "
    return " "


def _terms(text: str, *, capitals: bool) -> list[Term]:
    """The words of a text; `capitals`: all of it is written so, which then means nothing."""
    found = []
    for token in find_tokens(clean_text(text)):
        word = canonical(token)
        marked = is_marked(word)
        weightless = word in (_FUNCTION_WORDS if marked else _BARE_FUNCTION_WORDS)
        shouted = not capitals and len(token) > 1 and token.isupper()
        fixed = shouted or not token.isalpha()
        capital = not capitals and token[0].isupper()
        found.append(Term(word, fold(word), marked, weightless, fixed, capital))
    return found


def mark_terms(runs: Iterable[tuple[Term, ...]]) -> MarkTerms:
    """What to mark: the words of all runs, neighbours within a run being a phrase."""
    held = list(runs)
    marked = dict.fromkeys(
        MarkWord(term.canonical, term.folded, term.marked, term.weightless)
        for run in held
        for term in run
    )
    pairs = {(a.folded, b.folded) for run in held for a, b in pairwise(run)}
    return MarkTerms(tuple(marked), frozenset(pairs))


class _Parser:
    """Reads a query from left to right; one object per query."""

    def __init__(self, abbreviations: Mapping[str, str], *, capitals: bool) -> None:
        self._abbreviations = abbreviations
        self._capitals = capitals
        self._clauses: list[Clause] = []
        self._excluded: list[Phrase] = []
        self._fields: list[FieldClause] = []
        self._units: list[str] = []
        self._years: tuple[int | None, int | None] | None = None
        self._left = COUNTED_WORDS
        self._runs: list[tuple[Term, ...]] = []
        self._phrases: list[tuple[Term, ...]] = []
        self._run: list[Term] = []
        self._or_pending = False
        self._can_join = False  # whether an OR may join what comes to the clause before

    def parse(self, text: str) -> ParsedQuery:
        if text.count('"') % 2:
            raise _BrokenError
        for piece in _PIECE.finditer(text):
            self._read(piece)
        if self._or_pending:
            raise _BrokenError
        self._close_run()
        if self._excluded and not self._clauses and not self._fields:
            raise _BrokenError
        low, high = self._years or (None, None)
        return ParsedQuery(
            clauses=tuple(self._clauses),
            excluded=tuple(self._excluded),
            fields=tuple(self._fields),
            units=tuple(self._units),
            year_from=low,
            year_to=high,
            marks=mark_terms([*self._runs, *self._phrases]),
            runs=tuple(self._runs),
            phrases=tuple(self._phrases),
        )

    def _read(self, piece: re.Match[str]) -> None:
        minus, prefix, body = piece.groups()
        if not minus and not prefix and body == "OR":
            if self._or_pending or not self._can_join:
                raise _BrokenError
            self._or_pending = True
            return
        name = _FIELDS.get(_fold_prefix(prefix)) if prefix else None
        if prefix and name is None:
            # A colon inside ordinary text: "Chủ đề:2024" is three words.
            body = f"{prefix} {body}"
        quoted = body.startswith('"')
        terms = self._take(body.strip('"'))
        if name is not None:
            self._read_field(name, body.strip('"'), terms, minus=bool(minus), quoted=quoted)
        elif terms and minus:
            self._excluded.append(Phrase(terms, adjacent=quoted and len(terms) > 1))
            self._end_of_clause(joinable=False)
        elif terms and quoted and len(terms) > 1:
            self._close_run()
            self._add([Phrase(terms, adjacent=True)], quoted=True)
            self._phrases.append(terms)
        elif terms and self._or_pending:
            self._add([Phrase(terms, adjacent=False)])
            self._run.extend(terms)
        elif terms:
            for term in terms:
                self._add_word(term)

    def _read_field(
        self, name: str, body: str, terms: tuple[Term, ...], *, minus: bool, quoted: bool
    ) -> None:
        if minus or (not terms and self._left):
            raise _BrokenError
        if name == "year":
            self._years = _read_years(body)
        elif name == "unit":
            self._units.append(body)
        elif terms:
            self._fields.append(FieldClause(name, Phrase(terms, adjacent=quoted)))
        self._end_of_clause(joinable=False)

    def _take(self, body: str) -> tuple[Term, ...]:
        taken = tuple(_terms(body, capitals=self._capitals)[: self._left])
        self._left -= len(taken)
        return taken

    def _add_word(self, term: Term) -> None:
        """A word to stand on the page; of an abbreviation, it or what it stands for."""
        written_out = self._abbreviations.get(term.canonical)
        if written_out is None:
            self._add([Phrase((term,), adjacent=False)])
            self._run.append(term)
            return
        term = replace(term, fixed=True)
        full = tuple(_terms(written_out, capitals=False))
        self._clauses.append(Clause((Phrase((term,), adjacent=False), Phrase(full, adjacent=True))))
        self._can_join = True
        self._run.append(term)
        self._phrases.append(full)

    def _add(self, phrases: list[Phrase], *, quoted: bool = False) -> None:
        if self._or_pending:
            before = self._clauses.pop()
            self._clauses.append(Clause((*before.alternatives, *phrases), before.quoted or quoted))
            self._close_run()
        else:
            self._clauses.extend(Clause((phrase,), quoted) for phrase in phrases)
        self._or_pending = False
        self._can_join = True

    def _end_of_clause(self, *, joinable: bool) -> None:
        if self._or_pending:
            raise _BrokenError
        self._close_run()
        self._can_join = joinable

    def _close_run(self) -> None:
        if self._run:
            self._runs.append(tuple(self._run))
            self._run = []


def _fold_prefix(prefix: str) -> str:
    return "_".join(fold(part) for part in prefix.split("_"))


def _read_years(body: str) -> tuple[int | None, int | None]:
    """`2019`, `2019..2025`, `2019..`, `..2025`."""
    found = _YEARS.fullmatch(body)
    if found is None or not (found[1] or found[3]) or (found[1] and found[3] and not found[2]):
        raise _BrokenError
    low = int(found[1]) if found[1] else None
    high = int(found[3]) if found[3] else None
    if not found[2]:
        return low, low
    return low, high
