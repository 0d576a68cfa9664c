"""A curator corrects a record, in whatever state it is, without undoing what others did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError, NotAllowedError, RecordClashError
from archive.core.roles import Actor
from archive.models import Publication, RecordVersion, Unit
from archive.services.events import note_event
from archive.services.history import (
    FieldChange,
    change_record,
    content_now,
    differences,
    find_version,
    newest_number,
)
from archive.services.records import RecordInput, record_content, several_lines

NOTE_LENGTH = 2000


def correct(
    session: Session,
    publication: Publication,
    record: RecordInput,
    *,
    unit: Unit,
    by: Actor,
    seen: int,
    note: str = "",
) -> tuple[FieldChange, ...]:
    """Write the corrected record; what changed, () where it says what it said before.

    `seen` is the version on which the correction was made (`newest_number`). Raises
    RecordClashError where the record has a newer one, and InvalidInputError for a `note` that is
    too long.
    """
    if not by.may_curate:
        raise NotAllowedError(what="correct")
    note = several_lines(note)
    if len(note) > NOTE_LENGTH:
        raise InvalidInputError(field="note", problem="too_long", most=NOTE_LENGTH)
    newest = newest_number(session, publication.id)
    if seen != newest:
        raise RecordClashError(seen=seen, newest=newest)
    changes = change_record(session, publication, record, by=by, unit=unit)
    if changes:
        note_event(
            session,
            "corrected",
            by=by,
            publication_id=publication.id,
            note=note,
            data={
                "made": newest_number(session, publication.id),
                "fields": [change.field for change in changes],
            },
        )
    return changes


@dataclass(frozen=True)
class FieldClash:
    """A field that others changed meanwhile. `mine_changed`: the correction changes it too."""

    field: str
    mine: Any
    theirs: Any
    mine_changed: bool


@dataclass(frozen=True)
class RecordClash:
    """What stands between a correction and the record: `newest` is its present version, None where
    that is the first."""

    newest: RecordVersion | None
    fields: tuple[FieldClash, ...]


def compare_correction(
    session: Session, publication: Publication, record: RecordInput, *, unit: Unit, seen: int
) -> RecordClash:
    """Where a correction made on version `seen` and the record as it stands part ways.

    Raises NotFoundError where the record never had version `seen`.
    """
    mine = record_content(record, unit_code=unit.code)
    theirs = content_now(publication)
    base = find_version(session, publication.id, max(seen, 1)).content
    own = {change.field for change in differences(base, mine)}
    number = newest_number(session, publication.id)
    return RecordClash(
        newest=find_version(session, publication.id, number) if number else None,
        fields=tuple(
            FieldClash(
                field=change.field,
                mine=mine.get(change.field),
                theirs=change.after,
                mine_changed=change.field in own,
            )
            for change in differences(base, theirs)
            if (mine.get(change.field) or None) != (change.after or None)
        ),
    )
