"""What a deposit was returned for, field by field, and what of it has been mended since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from archive.core.vocabulary import MULTIPLE_FIELDS
from archive.models import Event, Publication, RecordVersion, Unit
from archive.services.history import differences
from archive.services.records import TEXT_FIELDS, record_content, record_of

NAMEABLE: tuple[str, ...] = (
    "files",
    "title",
    "unit",
    "kind",
    "issued",
    "access",
    *(name for name in TEXT_FIELDS if name != "title"),
    "licence_date",
    "embargo_until",
    *MULTIPLE_FIELDS,
)
"""What a return may name: the fields of the deposit form."""


@dataclass(frozen=True)
class Return:
    """When and why a deposit was sent back. `fields`: what to mend, by field."""

    event_id: int
    at: datetime
    who: str
    note: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class FieldAnswer:
    """A field before and after it was mended. `asked`: what the return said of it, "" where it
    changed unasked. Values as `record_content` has them; of `files` the names, in their order."""

    field: str
    asked: str
    is_changed: bool
    before: Any
    after: Any


def last_return(session: Session, publication_id: str) -> Return | None:
    """The last time the deposit was returned, None where it never was."""
    return return_among(
        session.scalars(
            select(Event)
            .where(Event.publication_id == publication_id, Event.kind == "returned")
            .order_by(Event.id.desc())
            .limit(1)
        ).all()
    )


def return_among(events: Sequence[Event]) -> Return | None:
    """The last return among events that the caller has at hand, in their order."""
    event = next((each for each in reversed(events) if each.kind == "returned"), None)
    if event is None:
        return None
    fields = (event.data or {}).get("fields") or {}
    return Return(event.id, event.at, event.actor_name, event.note, dict(fields))


@dataclass(frozen=True)
class Thread:
    """What happened to a deposit, oldest first. `before`: the record as it stood at each return, by
    the number of its event, its unit by name; none where nobody changed it since it came in."""

    events: Sequence[Event] = ()
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def thread_of(session: Session, publication_id: str) -> Thread:
    """The thread, and what its returns were about: in one statement."""
    number = RecordVersion.number
    of_it = RecordVersion.publication_id == publication_id
    then = select(func.max(number)).where(of_it, RecordVersion.at <= Event.at).correlate(Event)
    first = select(func.min(number)).where(of_it)
    stood = aliased(RecordVersion)
    rows = session.execute(
        select(Event, stood.content, Unit.name)
        .select_from(Event)
        .outerjoin(
            stood,
            and_(
                Event.kind == "returned",
                stood.publication_id == publication_id,
                stood.number == func.coalesce(then.scalar_subquery(), first.scalar_subquery()),
            ),
        )
        .outerjoin(Unit, Unit.code == stood.content["unit"].as_string())
        .where(Event.publication_id == publication_id)
        .order_by(Event.id)
    ).all()
    return Thread(
        events=[event for event, _, _ in rows],
        before={
            event.id: {**content, "unit": unit or content.get("unit")}
            for event, content, unit in rows
            if content
        },
    )


def answers_to(
    publication: Publication, returned: Return, thread: Thread
) -> tuple[FieldAnswer, ...]:
    """What became of each field that the return named, then what else was changed since. Units are
    told by name."""
    after: Mapping[str, Any] = {
        **record_content(record_of(publication), unit_code=publication.unit.code),
        "unit": publication.unit.name,
    }
    before = thread.before.get(returned.event_id, after)
    changed: dict[str, tuple[Any, Any]] = {
        change.field: (change.before, change.after) for change in differences(before, after)
    }
    if (files := _files_since(thread.events, returned.event_id)) is not None:
        changed["files"] = files
    named = [
        FieldAnswer(name, asked, name in changed, *changed.get(name, (after.get(name),) * 2))
        for name, asked in returned.fields.items()
    ]
    unasked = [
        FieldAnswer(name, "", True, *values)
        for name, values in changed.items()
        if name not in returned.fields
    ]
    return (*named, *unasked)


def _files_since(
    events: Iterable[Event], event_id: int
) -> tuple[Sequence[str], Sequence[str]] | None:
    """The names of the files before and after they were replaced, None where they were not."""
    before: list[str] = []
    after: list[str] | None = None
    for event in events:
        if event.kind not in ("drafted", "deposited", "amended", "resubmitted"):
            continue
        names = [str(file.get("name", "")) for file in (event.data or {}).get("files") or ()]
        if names and event.id < event_id:
            before = names
        elif names:
            after = names
    return None if after is None else (before, after)
