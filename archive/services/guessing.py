"""What files and pages say of their publication, made ready to offer: nothing is written here."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, union_all
from sqlalchemy.orm import Session, load_only

from archive.core.dates import parse_issue_date
from archive.core.errors import (
    ExtractorFailedError,
    InvalidInputError,
    LimitReachedError,
    RefusedFileError,
)
from archive.core.text import words
from archive.extract.limits import Limits
from archive.extract.peeking import peek
from archive.extract.sniff import identify
from archive.metadata.guesses import Doubt, Guess, Guesses, best
from archive.metadata.imprint import guess_record
from archive.models import Page, Publication, PublicationValue, Unit
from archive.services.records import TEXT_FIELDS, read_issued

OFFERED: tuple[str, ...] = (
    "title",
    "subtitle",
    "issued",
    "responsibility",
    "publisher",
    "printer",
    "isbn",
    "licence_number",
    "print_run",
    "dimensions",
)
"""The record's fields that a guess may be offered for, in the order of the form."""

FIRST_PAGES, LAST_PAGES = 5, 3
FILES_LOOKED_AT = 3
"""A deposit of many files is looked at no longer than a person waits for a page."""
_NAMES_KNOWN = 2000
_KNOWN_SECONDS = 60.0
_KNOWN: WeakKeyDictionary[Engine, tuple[float, tuple[tuple[str, ...], ...]]] = WeakKeyDictionary()
_DIFFERS_FROM = 0.7
"""How certain a guess must be to be held against what a person wrote."""


@dataclass(frozen=True)
class Offers:
    """Guesses a person may take over, at most one per field, and printed numbers that cannot be
    right."""

    guesses: tuple[Guess, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def without(self, filled: Iterable[str]) -> Offers:
        """Those for fields that are still empty; a doubt goes with its field."""
        taken = frozenset(filled)
        return Offers(
            guesses=tuple(guess for guess in self.guesses if guess.field not in taken),
            doubts=tuple(doubt for doubt in self.doubts if doubt.field not in taken),
        )


@dataclass(frozen=True)
class NamedPath:
    """A file that is not deposited yet: where it lies and what its sender calls it."""

    path: Path
    name: str


def known_names(session: Session) -> tuple[tuple[str, ...], ...]:
    """Names of places, people and units in the catalogue, as words: what sets text in capitals
    back. They are read once a minute: a name that came in since is set back a little later."""
    bind = session.get_bind()
    engine = bind.engine
    read_at, names = _KNOWN.get(engine, (0.0, ()))
    if not names or time.monotonic() - read_at > _KNOWN_SECONDS:
        names = _read_names(session)
        _KNOWN[engine] = time.monotonic(), names
    return names


def _read_names(session: Session) -> tuple[tuple[str, ...], ...]:
    values = (
        select(PublicationValue.value)
        .where(PublicationValue.field.in_(("places", "people")))
        .distinct()
        .limit(_NAMES_KNOWN)
        .subquery()
    )
    units = select(Unit.name).limit(_NAMES_KNOWN).subquery()
    known = session.scalars(union_all(select(values), select(units)))
    return tuple(
        tuple(name.replace(",", " ").split())
        for name in known
        if len(name.split()) > 1 and name[:1].isupper()
    )


def guess_files(
    files: Sequence[NamedPath],
    *,
    names: Iterable[Sequence[str]] = (),
    first_year: int,
    limits: Limits | None = None,
) -> Offers:
    """What the first and last pages of files say that are not deposited yet.

    A file that cannot be read now says nothing: the form goes on without. Pictures carry no text.
    """
    known = tuple(names)
    guesses: list[Guess] = []
    doubts: list[Doubt] = []
    looked_at = 0
    for file in files:
        try:
            kind = identify(file.path, file.name)
            if kind.is_image or looked_at == FILES_LOOKED_AT:
                continue
            looked_at += 1
            seen = peek(file.path, kind, limits=limits, first=FIRST_PAGES, last=LAST_PAGES)
        except (RefusedFileError, LimitReachedError, ExtractorFailedError, OSError):
            continue
        pages = [(page.number, page.text) for page in seen.pages]
        found = guess_record(pages, file_title=seen.title, file_name=file.name, names=known)
        guesses += found.guesses
        doubts += found.doubts
    return _offers(best(guesses, doubts), first_year=first_year)


def guess_publication(
    session: Session,
    publication: Publication,
    *,
    first_year: int,
    loaded: Sequence[Page] = (),
) -> Offers:
    """What its first and last pages in the catalogue say, read from pictures too, where the record
    has nothing or something else. `loaded` are pages that the caller has at hand."""
    numbers = {*range(1, FIRST_PAGES + 1)}
    count = publication.page_count
    numbers |= {*range(max(1, count - LAST_PAGES + 1), count + 1)}
    pages = [page for page in loaded if page.number in numbers]
    if missing := numbers.intersection(range(1, count + 1)) - {page.number for page in pages}:
        pages += session.scalars(
            select(Page)
            .where(Page.publication_id == publication.id, Page.number.in_(missing))
            .options(load_only(Page.number, Page.text))
            .order_by(Page.number)
        )
    texts = [(page.number, page.text) for page in pages if page.text.strip()]
    if not texts:
        return Offers()
    found = guess_record(texts, names=known_names(session))
    offers = _offers(found, first_year=first_year)
    return Offers(
        guesses=tuple(guess for guess in offers.guesses if _adds(guess, publication)),
        doubts=tuple(doubt for doubt in offers.doubts if not publication.isbn),
    )


def _offers(found: Guesses, *, first_year: int) -> Offers:
    guesses = [found.of(field) for field in OFFERED]
    return Offers(
        guesses=tuple(
            guess for guess in guesses if guess is not None and _fits(guess, first_year=first_year)
        ),
        doubts=found.doubts,
    )


def _fits(guess: Guess, *, first_year: int) -> bool:
    """Whether the form would take the value."""
    if guess.field == "issued":
        try:
            return read_issued(guess.value, first_year=first_year) is not None
        except InvalidInputError:
            return False
    return len(guess.value) <= TEXT_FIELDS[guess.field]


def _adds(guess: Guess, publication: Publication) -> bool:
    """Whether the record lacks the value, or says something else of which the page is certain."""
    if guess.field == "issued":
        written = publication.issue_date
        if written is None:
            return True
        guessed = parse_issue_date(guess.value)
        same = (guessed.year, guessed.month or written.month, guessed.day or written.day) == (
            written.year,
            written.month or guessed.month,
            written.day or guessed.day,
        )
        return not same and guess.certainty >= _DIFFERS_FROM
    written_text: str = getattr(publication, guess.field)
    if not written_text:
        return True
    if _means(guess.value, written_text) or _means(written_text, guess.value):
        return False
    return guess.certainty >= _DIFFERS_FROM


def _means(part: str, whole: str) -> bool:
    """Whether one says no more than the other, whatever signs, capitals and units it has."""
    said, known = (
        "".join(words(text.replace("×", "x"))).replace(".", "") for text in (part, whole)
    )
    return said in known
