"""The register: a number for each record, given when it is accepted first and kept for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, joinedload, load_only

from archive.core.dates import local, now
from archive.core.roles import WORKER, Actor
from archive.models import Counter, Event, File, Publication
from archive.services.events import Act, note_event
from archive.services.numbering import ACCESSION, keep_up, next_numbers

ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Place:
    """A place in the register, `12/2026`, and when it was given."""

    year: int
    number: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.number}/{self.year}"


def place_of(publication: Publication) -> Place | None:
    """The publication's place in the register, None before its acceptance."""
    if publication.accession_year is None or publication.accession_number is None:
        return None
    at = publication.accession_at or publication.added_at
    return Place(publication.accession_year, publication.accession_number, at)


def next_places(session: Session, *, count: int) -> list[Place]:
    """The next `count` places in this year's register; the year is the one that it is in
    Vietnam."""
    moment = now()
    year = local(moment).year
    numbers = next_numbers(session, name=ACCESSION, year=year, count=count)
    return [Place(year, number, moment) for number in numbers]


def accession_given(publication_id: str, place: Place) -> Act:
    """The act of giving the record this place."""
    return Act("accession_given", publication_id=publication_id, data={"number": str(place)})


def give_accession_number(session: Session, publication: Publication, *, by: Actor) -> None:
    """The next place in this year's register, with the event that says so; nothing for one that has
    its place already."""
    if publication.accession_number is not None:
        return
    [place] = next_places(session, count=1)
    publication.accession_year, publication.accession_number = place.year, place.number
    publication.accession_at = place.at
    note_event(
        session,
        "accession_given",
        by=by,
        publication_id=publication.id,
        data={"number": str(place)},
    )


def restore_accession(
    session: Session, publication: Publication, given: Mapping[str, Any] | None, *, by: Actor
) -> None:
    """The place that a stored record names. Where another record has it, since this one's deposit
    was cut off before anybody saw its number, it gets the next one."""
    if not given:
        return
    year, number = int(given["year"]), int(given["number"])
    taken = session.scalar(
        select(Publication.id).where(
            Publication.accession_year == year, Publication.accession_number == number
        )
    )
    if taken is not None:
        give_accession_number(session, publication, by=by)
        return
    publication.accession_year, publication.accession_number = year, number
    publication.accession_at = datetime.fromisoformat(given["at"])
    keep_up(session, name=ACCESSION, year=year, number=number)


def take_back_last_numbers(session: Session) -> None:
    """After records were removed for good (the demo, a batch that was undone): the counts go on
    from the last number that is still held, so that the register has no gap at its end."""
    session.execute(delete(Counter).where(Counter.name == ACCESSION))
    held = session.execute(
        select(Publication.accession_year, func.max(Publication.accession_number))
        .where(Publication.accession_number.is_not(None))
        .group_by(Publication.accession_year)
    ).all()
    session.add_all(Counter(name=ACCESSION, year=year, value=last) for year, last in held)


def register_years(session: Session) -> list[int]:
    """The years that have a register, the newest first."""
    years = select(Counter.year).where(Counter.name == ACCESSION).order_by(Counter.year.desc())
    return list(session.scalars(years))


def strike(session: Session, places: Sequence[Place], *, reason: str) -> None:
    """Say why these numbers stand for nothing any more: their records were taken out again. The
    caller has done that; the register shows them as struck out."""
    if not places:
        return
    numbers = [[place.year, place.number] for place in places]
    data = {"reason": reason, "count": len(numbers), "numbers": numbers}
    note_event(session, "accession_struck", by=WORKER, data=data)


@dataclass(frozen=True)
class StruckNumbers:
    """Numbers of a year that were given and stand for no record now, `first` to `last`; `reasons`
    as they were written down, none where nobody knows."""

    year: int
    first: int
    last: int
    reasons: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        numbers = f"{self.first}–{self.last}" if self.last > self.first else str(self.first)
        return f"{numbers}/{self.year}"


@dataclass(frozen=True)
class RegisterRow:
    """A line of the register: the record, its number of files, and why it was withdrawn if so."""

    publication: Publication
    file_count: int
    note: str


def register_page(
    session: Session, year: int, *, offset: int, limit: int
) -> tuple[Sequence[RegisterRow | StruckNumbers], int]:
    """Lines of the year's register in the order of their numbers, and how many records it has. What
    was struck out stands before the record that follows; it takes no place of the `limit`."""
    total = session.scalar(
        select(func.count()).select_from(Publication).where(Publication.accession_year == year)
    )
    # The record before the first line tells whether numbers between were struck out.
    rows = session.scalars(_of_year(year).offset(max(0, offset - 1)).limit(limit + (offset > 0)))
    found = rows.all()
    last = (found[0].accession_number or 0) if offset and found else 0
    return _lines(session, found[1:] if offset else found, year=year, last=last), total or 0


def whole_register(session: Session, year: int) -> Iterator[RegisterRow | StruckNumbers]:
    """Every line of the year's register, a thousand in memory at a time."""
    last = 0
    while True:
        rows = session.scalars(
            _of_year(year).where(Publication.accession_number > last).limit(ROWS_AT_ONCE)
        ).all()
        if not rows:
            return
        yield from _lines(session, rows, year=year, last=last)
        last = rows[-1].accession_number or 0
        session.expunge_all()


def _of_year(year: int) -> Select[Publication]:
    return (
        select(Publication)
        .where(Publication.accession_year == year)
        .options(
            joinedload(Publication.unit),
            load_only(
                Publication.id,
                Publication.title,
                Publication.unit_name_given,
                Publication.kind,
                Publication.issued,
                Publication.issued_year,
                Publication.licence_number,
                Publication.isbn,
                Publication.print_run,
                Publication.status,
                Publication.accession_year,
                Publication.accession_number,
                Publication.accession_at,
            ),
        )
        .order_by(Publication.accession_number)
    )


def _lines(
    session: Session, rows: Sequence[Publication], *, year: int, last: int
) -> list[RegisterRow | StruckNumbers]:
    """The lines of these records, and of the numbers between them, from the one after `last`."""
    gaps = []
    for row in rows:
        number = row.accession_number or 0
        if number > last + 1:
            gaps.append((last + 1, number - 1))
        last = number
    struck = _struck(session, year, gaps)
    lines: list[RegisterRow | StruckNumbers] = []
    for line in _record_lines(session, rows):
        before = struck.get((line.publication.accession_number or 0) - 1)
        lines += [before, line] if before else [line]
    return lines


def _struck(
    session: Session, year: int, gaps: Sequence[tuple[int, int]]
) -> dict[int, StruckNumbers]:
    """The numbers that are missing, by the last of each gap, with why."""
    if not gaps:
        return {}
    reasons: dict[int, str] = {}
    for data in session.scalars(
        select(Event.data).where(Event.kind == "accession_struck").order_by(Event.id)
    ):
        for of_year, number in (data or {}).get("numbers", ()):
            if of_year == year:
                reasons[number] = data["reason"]
    return {
        last: StruckNumbers(
            year,
            first,
            last,
            tuple(dict.fromkeys(reasons[n] for n in range(first, last + 1) if n in reasons)),
        )
        for first, last in gaps
    }


def _record_lines(session: Session, rows: Sequence[Publication]) -> list[RegisterRow]:
    ids = [row.id for row in rows]
    counts: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(File.publication_id, func.count())
            .where(File.publication_id.in_(ids))
            .group_by(File.publication_id)
        )
    }
    withdrawn = [row.id for row in rows if row.status.value == "withdrawn"]
    notes = {
        row[0]: row[1]
        for row in session.execute(
            select(Event.publication_id, Event.note)
            .where(Event.publication_id.in_(withdrawn), Event.kind == "withdrawn")
            .order_by(Event.id)
        )
    }
    return [RegisterRow(row, counts.get(row.id, 0), notes.get(row.id, "")) for row in rows]
