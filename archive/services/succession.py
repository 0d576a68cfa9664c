"""Units that became others: who answers for what they issued, and in whose name one may deposit.

A unit is over from the day after its last one (`valid_to`); where it has a successor, that unit's
officers take over what it left, and what that one took over before. Records keep the name of the
unit that issued them.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from archive.core.dates import IssueDate, today
from archive.core.errors import InvalidInputError
from archive.core.roles import Actor
from archive.models import Unit
from archive.services.events import note_event
from archive.services.units import find_unit


def predecessors_of(
    session: Session, unit_id: int, *, on: date | None = None
) -> tuple[tuple[int, str], ...]:
    """Number and code of each unit that became this one by `on` (today), directly or through
    others, by code."""
    day = on or today()
    # UNION, not UNION ALL: should the rows ever form a circle, the walk still ends.
    found = (
        select(Unit.id, Unit.code)
        .where(Unit.successor_id == unit_id, Unit.valid_to < day)
        .cte("predecessor", recursive=True)
    )
    earlier = aliased(Unit)
    found = found.union(
        select(earlier.id, earlier.code)
        .join(found, earlier.successor_id == found.c.id)
        .where(earlier.valid_to < day)
    )
    rows = session.execute(select(found.c.id, found.c.code).order_by(found.c.code))
    return tuple((row.id, row.code) for row in rows if row.id != unit_id)


def is_over(unit: Unit, *, on: date | None = None) -> bool:
    """Whether the unit's last day lies before `on` (today)."""
    return unit.valid_to is not None and unit.valid_to < (on or today())


def heirs_of(session: Session, unit_id: int, *, on: date | None = None) -> tuple[int, ...]:
    """The units whose officers answer for what this one deposited: itself while it stands, then
    the one that it became. Empty where it is over and nothing came after it."""
    unit = session.get(Unit, unit_id)
    seen: set[int] = set()
    while unit is not None and is_over(unit, on=on) and unit.id not in seen:
        seen.add(unit.id)
        unit = session.get(Unit, unit.successor_id) if unit.successor_id is not None else None
    return (unit.id,) if unit is not None and unit.id not in seen else ()


def heir_name(session: Session, unit: Unit) -> str:
    """The name of the unit that answers for this one now, "" where there is none."""
    heirs = heirs_of(session, unit.id)
    return session.get_one(Unit, heirs[0]).name if heirs else ""


def check_may_deposit(
    session: Session, unit: Unit, *, issued: IssueDate | None, by: Actor, is_new: bool
) -> None:
    """Whether an officer may deposit in this unit's name; curators may in any.

    Raises InvalidInputError: `unit` (`unit_over`, `unit_over_alone`) where their own unit is no
    more, `issued` (`outside_unit`) where a unit that became theirs did not stand on that date.
    The date is asked for only where the unit `is_new` to the record: what was said before stays.
    """
    if by.may_curate:
        return
    check_own_unit_stands(session, by=by)
    if is_new and unit.id != by.unit_id and issued is not None and not _stood_on(unit, issued):
        raise InvalidInputError(
            field="issued",
            problem="outside_unit",
            value=unit.name,
            since=_day(unit.valid_from) or "…",
            until=_day(unit.valid_to) or "…",
        )


def check_own_unit_stands(session: Session, *, by: Actor) -> None:
    """Whether an officer's own unit is not over; raises as `check_may_deposit`."""
    own = session.get(Unit, by.unit_id) if by.unit_id is not None else None
    if own is not None and is_over(own):
        successor = heir_name(session, own)
        raise InvalidInputError(
            field="unit",
            problem="unit_over" if successor else "unit_over_alone",
            value=own.name,
            until=_day(own.valid_to),
            successor=successor,
        )


def merge_unit(session: Session, *, unit_id: int, into: str, since: date, by: Actor) -> Unit:
    """The unit becomes the one of code `into` from `since` on; its last day is the day before.

    Raises InvalidInputError: `successor` (`required`, `unit_unknown`, `unit_circle`), `since`
    (`before_start`).
    """
    unit = session.get_one(Unit, unit_id)
    if not into.strip():
        raise InvalidInputError(field="successor", problem="required")
    successor = find_unit(session, into.strip())
    if successor is None:
        raise InvalidInputError(field="successor", problem="unit_unknown", value=into)
    after: Unit | None = successor
    while after is not None:
        if after.id == unit.id:
            raise InvalidInputError(field="successor", problem="unit_circle", value=successor.name)
        after = session.get(Unit, after.successor_id) if after.successor_id is not None else None
    last = since - timedelta(days=1)
    if unit.valid_from is not None and last < unit.valid_from:
        raise InvalidInputError(field="since", problem="before_start")
    unit.successor_id, unit.valid_to = successor.id, last
    session.flush()
    note_event(
        session,
        "unit_merged",
        by=by,
        data={"unit": unit.code, "into": successor.code, "since": str(since)},
    )
    return unit


def _stood_on(unit: Unit, issued: IssueDate) -> bool:
    """Whether the unit stood at some time of the period that the date names."""
    first = date(issued.year, issued.month or 1, issued.day or 1)
    if issued.day:
        last = first
    elif issued.month:
        last = date(issued.year + issued.month // 12, issued.month % 12 + 1, 1) - timedelta(days=1)
    else:
        last = date(issued.year, 12, 31)
    began = unit.valid_from is None or unit.valid_from <= last
    return began and (unit.valid_to is None or unit.valid_to >= first)


def _day(day: date | None) -> str:
    return f"{day.day}/{day.month}/{day.year}" if day else ""
