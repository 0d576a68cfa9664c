"""Depositing many records without files at once, as a backfile brings them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from archive.core.roles import Actor
from archive.core.status import Status
from archive.models import Publication, PublicationValue, Stage, Unit, User
from archive.services.accession import give_accession_numbers
from archive.services.authorities.linking import link_new_records
from archive.services.deposits import act_of, check_unit, new_publication
from archive.services.events import note_event
from archive.services.holdings import Holdings
from archive.services.jobs import enqueue_all
from archive.services.records import RecordInput
from archive.services.stored_records import stored_content

_PUBLICATIONS = cast(Table, Publication.__table__)
_VALUES = cast(Table, PublicationValue.__table__)
_COLUMNS = tuple(column.key for column in _PUBLICATIONS.columns)


@dataclass(frozen=True, kw_only=True)
class NewRecord:
    """A record without files, to be collected, as `deposit_records` takes many at once."""

    publication_id: str
    record: RecordInput
    unit: Unit
    note: str = ""


def deposit_records(
    session: Session, holdings: Holdings, given: Sequence[NewRecord], *, status: Status, by: Actor
) -> frozenset[str]:
    """What `deposit` does for each of these records without files, all in one: the ids of those
    that are new. What the catalogue has already is left as it stands.

    The records are on the disk when this returns; the caller commits, and where that never happens
    the same call converges. Raises InvalidInputError(`unit`, `unit_blocked`) for the first of a
    blocked unit.
    """
    wanted: dict[str, NewRecord] = {}
    for each in given:
        wanted.setdefault(each.publication_id, each)
    known = present_ids(session, list(wanted))
    fresh = [each for each in wanted.values() if each.publication_id not in known]
    depositor = session.get(User, by.user_id) if by.user_id is not None else None
    publications = []
    for each in fresh:
        check_unit(session, each.unit, record=each.record, by=by)
        publication = new_publication(
            each.publication_id, each.record, unit=each.unit, status=status, by=by
        )
        publication.depositor = depositor
        publications.append(publication)
    link_new_records(session, publications)
    deposited = [
        note_event(
            session,
            act_of(status),
            by=by,
            publication_id=each.publication_id,
            note=each.note,
            data={"files": [], "same_as": []},
        )
        for each in fresh
    ]
    numbered = (
        give_accession_numbers(session, publications, by=by) if status is Status.ACCEPTED else []
    )
    _insert_all(session, publications)
    session.flush()
    histories = zip(deposited, numbered, strict=True) if numbered else ((one,) for one in deposited)
    holdings.records.append(
        [
            (row.id, stored_content(row, events=events))
            for row, events in zip(publications, histories, strict=True)
        ]
    )
    ids = [row.id for row in publications]
    enqueue_all(session, Stage.INDEX, ids)
    return frozenset(ids)


def _insert_all(session: Session, publications: Sequence[Publication]) -> None:
    """Put new publications with their values into the tables, past the session: objects that it
    has to watch cost several times as much, and an import brings them in by the thousand."""
    if not publications:
        return
    session.execute(
        insert(_PUBLICATIONS),
        [{name: held.get(name) for name in _COLUMNS} for held in map(vars, publications)],
    )
    values = [
        {
            "publication_id": row.id,
            "field": value.field,
            "position": value.position,
            "value": value.value,
            "role": value.role,
            "authority_id": value.authority_id,
        }
        for row in publications
        for value in row.values
    ]
    if values:
        session.execute(insert(_VALUES), values)


def present_ids(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """Those of `ids` that the catalogue has, in whatever state."""
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        found.update(
            session.scalars(
                select(Publication.id).where(Publication.id.in_(ids[start : start + 500]))
            )
        )
    return frozenset(found)
