"""Numbers in their order and without gaps, a count for each name and year."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from archive.models import Counter

RECEIPT, ACCESSION = "receipt", "accession"


def next_number(session: Session, *, name: str, year: int) -> int:
    """The number after the last one, from 1.

    It is given in the caller's transaction and taken back with it, so that none is missing. Until
    that transaction ends nobody else is given one: the row (on SQLite the database) is locked.
    """
    return _raise(session, name=name, year=year, by=1)


def next_numbers(session: Session, *, name: str, year: int, count: int) -> range:
    """The `count` numbers after the last one, given together as `next_number` gives one."""
    if count < 1:
        return range(0)
    last = _raise(session, name=name, year=year, by=count)
    return range(last - count + 1, last + 1)


def keep_up(session: Session, *, name: str, year: int, number: int) -> None:
    """See to it that the next number comes after `number`, which was given elsewhere: in a stored
    record that is brought back."""
    _raise(session, name=name, year=year, to=number)


def _raise(session: Session, *, name: str, year: int, by: int = 0, to: int = 0) -> int:
    """Add `by` to the count, or raise it to `to` at least; what it is then."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Counter).values(name=name, year=year, value=by or to)
    greatest = func.greatest if dialect is postgresql else func.max
    raised = insert.on_conflict_do_update(
        index_elements=[Counter.name, Counter.year],
        set_={"value": Counter.value + by if by else greatest(Counter.value, to)},
    ).returning(Counter.value)
    number: int = session.execute(
        raised, execution_options={"populate_existing": True}
    ).scalar_one()
    return number


def last_number(session: Session, *, name: str, year: int) -> int:
    """The last number that was given, 0 for none."""
    found = session.scalar(select(Counter.value).where(Counter.name == name, Counter.year == year))
    return found or 0
