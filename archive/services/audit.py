"""The log of acts as whole: walked link by link, written out, and looked through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from archive.core.chain import BEGINNING, link_digest
from archive.core.dates import VIETNAM, now
from archive.core.errors import StorageDamagedError
from archive.models import Event, User
from archive.services.events import chain_head
from archive.services.holdings import Holdings
from archive.storage.seal import Sealed

ROWS_AT_ONCE = 2000
_ROW = select(
    Event.id,
    Event.at,
    Event.kind,
    Event.actor_name,
    Event.role,
    Event.origin,
    Event.publication_id,
    Event.note,
    Event.data,
    Event.previous,
    Event.digest,
).order_by(Event.id)


@dataclass(frozen=True)
class Verdict:
    """How a walk through the log went. `problem` is "" where it is whole, else at event `number`:

    `changed`: it is not what its digest was made of. `missing`: events before it are gone.
    `unlinked`: it does not follow the one before; one of the two was put in another's place.
    `cut_off`: it and all after it are gone, though the seal knows of them. `rewritten`: the seal
    knows another event in its place. `seal_missing`, `seal_broken`: there is no seal to hold the
    end against (`number` is the last event then).
    """

    rows: int
    problem: str
    number: int
    at: str

    @property
    def is_whole(self) -> bool:
        return not self.problem


def verify(
    session: Session, holdings: Holdings, *, on_rows: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Walk the log from its first event to its last, a few thousand in memory at a time, and hold
    its end against the seal. The first thing that is wrong is named."""
    # Read first: what is sealed is in the database already, whatever comes in meanwhile.
    sealed, seal_problem = _sealed(holdings)
    previous, last, rows = BEGINNING, 0, 0
    sealed_digest = BEGINNING
    for batch in _batches(session):
        for row in batch:
            problem = _fault(row, previous=previous, last=last)
            if problem:
                return _verdict(rows, problem, row.id)
            previous, last, rows = row.digest, row.id, rows + 1
            if sealed is not None and row.id == sealed.number:
                sealed_digest = row.digest
        on_rows(len(batch))
    if sealed is None:
        return _verdict(rows, seal_problem if rows else "", last)
    if sealed.number > last:
        return _verdict(rows, "cut_off", last + 1)
    if sealed.digest != sealed_digest:
        return _verdict(rows, "rewritten", sealed.number)
    return _verdict(rows, "", 0)


def _fault(row: Row[Any], *, previous: str, last: int) -> str:
    if row.digest != _digest(row):
        return "changed"
    if row.previous == previous:
        return ""
    return "missing" if row.id > last + 1 else "unlinked"


def _digest(row: Row[Any]) -> str:
    return link_digest(
        number=row.id,
        at=row.at,
        kind=row.kind,
        actor_name=row.actor_name,
        role=row.role,
        origin=row.origin,
        publication_id=row.publication_id,
        note=row.note,
        data=row.data,
        previous=row.previous,
    )


def _sealed(holdings: Holdings) -> tuple[Sealed | None, str]:
    try:
        return holdings.seal.read(), "seal_missing"
    except StorageDamagedError:
        return None, "seal_broken"


def _verdict(rows: int, problem: str, number: int) -> Verdict:
    return Verdict(rows=rows, problem=problem, number=number, at=now().isoformat())


def _batches(session: Session) -> Iterator[Sequence[Row[Any]]]:
    last = -1
    while rows := session.execute(_ROW.where(Event.id > last).limit(ROWS_AT_ONCE)).all():
        yield rows
        last = rows[-1].id


def seal_anew(session: Session, holdings: Holdings) -> None:
    """Set the seal at the log's end as it stands, after a person has looked at what was wrong."""
    head = chain_head(session)
    holdings.seal.set(Sealed(head.number, head.digest))


def keep_verdict(path: Path, verdict: Verdict) -> None:
    """Write down how the last check went, for the page of the log."""
    path.write_text(json.dumps(asdict(verdict)), encoding="utf-8")


def last_verdict(path: Path) -> Verdict | None:
    """The last check's outcome; None where there was none yet."""
    try:
        return Verdict(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def export(
    session: Session, file: TextIO, *, on_rows: Callable[[int], None] = lambda _: None
) -> int:
    """Write every event as a line of JSON with all that its digest is made of; how many."""
    count = 0
    for batch in _batches(session):
        for row in batch:
            line = {**row._mapping, "at": row.at.isoformat(timespec="microseconds")}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += len(batch)
        on_rows(len(batch))
    return count


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """What to look for in the log; "" and None leave it open. Days are Vietnam's, both included.
    `before` is an event's number: what is older than that one is listed."""

    kind: str = ""
    actor_name: str = ""
    publication_id: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before: int | None = None


def list_log(
    session: Session, wanted: EventFilter, *, limit: int
) -> tuple[Sequence[Event], int | None]:
    """The newest events that answer, by their time, and the number to go on from (`before`), None
    at the end."""
    found = select(Event).options(joinedload(Event.publication))
    if wanted.kind:
        found = found.where(Event.kind == wanted.kind)
    if wanted.actor_name:
        found = found.where(Event.actor_name == wanted.actor_name)
    if wanted.publication_id:
        found = found.where(Event.publication_id == wanted.publication_id)
    if wanted.first_day:
        found = found.where(Event.at >= _midnight(wanted.first_day))
    if wanted.last_day:
        found = found.where(Event.at < _midnight(wanted.last_day + timedelta(days=1)))
    if wanted.before:
        at = session.scalar(select(Event.at).where(Event.id == wanted.before))
        if at is not None:
            found = found.where(and_(Event.at <= at, or_(Event.at < at, Event.id < wanted.before)))
    rows = session.scalars(found.order_by(Event.at.desc(), Event.id.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def known_actors(session: Session) -> list[str]:
    """Names to choose from: whoever has an account that may do more than read."""
    rows = session.execute(
        select(User.name, User.email).where(User.role != "reader").order_by(User.name).limit(500)
    )
    return list(dict.fromkeys(name or email for name, email in rows))
