"""What a deposit was returned for, field by field, and what of it has been mended since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.vocabulary import MULTIPLE_FIELDS
from archive.models import Event, Publication, RecordVersion
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


def answers_to(
    session: Session, publication: Publication, returned: Return
) -> tuple[FieldAnswer, ...]:
    """What became of each field that the return named, then what else was changed since."""
    after = record_content(record_of(publication), unit_code=publication.unit.code)
    before = _content_at(session, publication.id, returned.at) or after
    changed: dict[str, tuple[Any, Any]] = {
        change.field: (change.before, change.after) for change in differences(before, after)
    }
    if (files := _files_since(session, publication.id, returned.event_id)) is not None:
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


def _content_at(
    session: Session, publication_id: str, moment: datetime
) -> Mapping[str, Any] | None:
    """The record as it stood at that moment, None where nobody has changed it since it came in."""
    versions = select(RecordVersion.content).where(RecordVersion.publication_id == publication_id)
    return session.scalar(
        versions.where(RecordVersion.at <= moment).order_by(RecordVersion.number.desc()).limit(1)
    ) or session.scalar(versions.order_by(RecordVersion.number).limit(1))


def _files_since(
    session: Session, publication_id: str, event_id: int
) -> tuple[Sequence[str], Sequence[str]] | None:
    """The names of the files before and after they were replaced, None where they were not."""
    events = session.execute(
        select(Event.id, Event.data)
        .where(
            Event.publication_id == publication_id,
            Event.kind.in_(("drafted", "deposited", "amended", "resubmitted")),
        )
        .order_by(Event.id)
    )
    before: list[str] = []
    after: list[str] | None = None
    for number, data in events:
        names = [str(file.get("name", "")) for file in (data or {}).get("files") or ()]
        if names and number < event_id:
            before = names
        elif names:
            after = names
    return None if after is None else (before, after)
