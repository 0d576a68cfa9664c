"""Changing a record so that every state it ever had can be read and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import NotFoundError
from archive.core.roles import Actor
from archive.models import Publication, RecordVersion, Stage, Unit
from archive.services.authorities.linking import link_record
from archive.services.events import note_event
from archive.services.jobs import enqueue
from archive.services.records import (
    RecordInput,
    apply_record,
    record_content,
    record_from_json,
    record_of,
)
from archive.services.units import find_unit


@dataclass(frozen=True)
class FieldChange:
    """One field's values before and after, as `record_content` has them."""

    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields in which two contents differ, in the order in which a record has them. A field
    that one of them does not know yet counts as empty."""
    names = dict.fromkeys((*after, *before))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(
        FieldChange(field=name, before=old, after=new)
        for name, old, new in pairs
        if (old or None) != (new or None)
    )


def change_record(
    session: Session,
    publication: Publication,
    record: RecordInput,
    *,
    by: Actor,
    act: str = "corrected",
    unit: Unit | None = None,
    batch: str = "",
    is_followed: bool = True,
) -> tuple[FieldChange, ...]:
    """Write `record` (and `unit`, where given) into the publication; what changed, () for nothing.

    The one way in which a record that exists is changed: the state before and after is kept as
    versions, and index and storage follow; not where `is_followed` is false, whose caller sees to
    both. The caller notes the event, checks that `by` may do this, and commits.
    """
    before = content_now(publication)
    new_unit = unit or publication.unit
    after = record_content(record, unit_code=new_unit.code)
    changes = differences(before, after)
    if not changes:
        return ()
    newest = newest_number(session, publication.id)
    if newest == 0:
        _keep(
            session,
            publication.id,
            1,
            before,
            act="deposited",
            at=publication.added_at,
            actor_id=publication.depositor_id,
            actor_name=publication.depositor.name if publication.depositor else "",
        )
    apply_record(publication, record)
    link_record(session, publication)
    publication.unit_id, publication.unit = new_unit.id, new_unit
    publication.changed_at = now()
    publication.revision += 1
    _keep(
        session,
        publication.id,
        max(newest, 1) + 1,
        after,
        act=act,
        at=publication.changed_at,
        actor_id=by.user_id,
        actor_name=by.name,
        batch=batch,
    )
    if is_followed:
        enqueue(session, Stage.INDEX, Stage.RECORD, publication_id=publication.id)
    return changes


def put_back(
    session: Session, publication: Publication, number: int, *, by: Actor
) -> tuple[FieldChange, ...]:
    """The record as it stood in version `number`, as a new version; what changed by it.

    Raises NotFoundError where the record never had that version.
    """
    version = find_version(session, publication.id, number)
    changes = change_record(
        session,
        publication,
        record_from_json(version.content),
        by=by,
        act="put_back",
        unit=find_unit(session, version.content["unit"]),
    )
    if changes:
        note_event(
            session,
            "put_back",
            by=by,
            publication_id=publication.id,
            data={"version": number, "fields": [change.field for change in changes]},
        )
    return changes


def find_version(session: Session, publication_id: str, number: int) -> RecordVersion:
    """Version `number` of the record, or NotFoundError."""
    version = session.scalar(
        select(RecordVersion).where(
            RecordVersion.publication_id == publication_id, RecordVersion.number == number
        )
    )
    if version is None:
        raise NotFoundError(what="version", id=publication_id, number=number)
    return version


def list_versions(
    session: Session, publication_id: str, *, before: int | None = None, limit: int | None = None
) -> Sequence[RecordVersion]:
    """The states of the record, oldest first; none for a record that nobody changed. With `limit`
    the newest so many of those numbered below `before`."""
    query = select(RecordVersion).where(RecordVersion.publication_id == publication_id)
    if before is not None:
        query = query.where(RecordVersion.number < before)
    newest_first = query.order_by(RecordVersion.number.desc()).limit(limit)
    return list(reversed(session.scalars(newest_first).all()))


def stored_versions(session: Session, publication_id: str) -> list[dict[str, Any]]:
    """The versions as storage keeps them, oldest first: of each but the first only the fields that
    differ from the one before."""
    stored = []
    before: Mapping[str, Any] = {}
    for version in list_versions(session, publication_id):
        stored.append(
            {
                "number": version.number,
                "at": version.at.isoformat(),
                "act": version.act,
                "actor": version.actor_name,
                "fields": {
                    change.field: change.after for change in differences(before, version.content)
                },
            }
        )
        before = version.content
    return stored


def restore_versions(
    session: Session, publication_id: str, stored: Sequence[Mapping[str, Any]]
) -> None:
    """Bring back what `stored_versions` gave. Bulk edits are not in storage: a change by one of
    them is told like any other."""
    empty = record_content(RecordInput(title=""), unit_code="")
    content: dict[str, Any] = empty
    for each in stored:
        content = {**content, **each["fields"]}
        _keep(
            session,
            publication_id,
            each["number"],
            content,
            act=each["act"],
            at=datetime.fromisoformat(each["at"]),
            actor_name=each["actor"],
        )


def newest_number(session: Session, publication_id: str) -> int:
    """The number of the record's present version; 0 for a record that nobody changed."""
    newest = select(func.max(RecordVersion.number)).where(
        RecordVersion.publication_id == publication_id
    )
    return session.scalar(newest) or 0


def content_now(publication: Publication) -> dict[str, Any]:
    """The record as it stands, in the form in which its versions keep it."""
    return record_content(record_of(publication), unit_code=publication.unit.code)


def _keep(
    session: Session, publication_id: str, number: int, content: dict[str, Any], **act: Any
) -> None:
    session.add(RecordVersion(publication_id=publication_id, number=number, content=content, **act))
