"""Depositing many records without files at once, as a backfile brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from archive.core.authorities import FIELD_KINDS
from archive.core.dates import now
from archive.core.roles import Actor
from archive.core.status import Status
from archive.models import Publication, PublicationValue, Stage, Unit, User
from archive.services.accession import Place, accession_given, next_places
from archive.services.authorities.linking import Links, Unlinked, matches_of
from archive.services.deposits import act_of, check_unit
from archive.services.events import Act, note_events
from archive.services.holdings import Holdings
from archive.services.jobs import enqueue_all
from archive.services.records import RecordInput, record_columns, value_columns
from archive.services.stored_records import Life, StoredEvent, stored_content, stored_event

_PUBLICATIONS = cast(Table, Publication.__table__)
_VALUES = cast(Table, PublicationValue.__table__)


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
    for each in fresh:
        check_unit(session, each.unit, record=each.record, by=by)
    rows = [_row_of(each, status=status, by=by) for each in fresh]
    _link(session, rows)
    acts = [
        Act(
            act_of(status),
            publication_id=each.publication_id,
            note=each.note,
            data={"files": [], "same_as": []},
        )
        for each in fresh
    ]
    if status is Status.ACCEPTED:
        for row, place in zip(rows, next_places(session, count=len(rows)), strict=True):
            row.place = place
            acts.append(accession_given(row.new.publication_id, place))
    histories: dict[str, list[StoredEvent]] = {}
    for event in note_events(session, acts, by=by):
        histories.setdefault(event["publication_id"], []).append(stored_event(**event))
    _insert_all(session, rows)
    depositor = session.get(User, by.user_id) if by.user_id is not None else None
    holdings.records.append(
        [(row.new.publication_id, _stored(row, depositor, histories)) for row in rows]
    )
    ids = [row.new.publication_id for row in rows]
    enqueue_all(session, Stage.INDEX, ids)
    return frozenset(ids)


@dataclass
class _Row:
    """A record on its way into the tables: plain columns, for objects that the session has to watch
    cost several times as much, and an import brings them in by the thousand."""

    new: NewRecord
    columns: dict[str, Any]
    values: list[dict[str, Any]]
    place: Place | None = None


def _row_of(new: NewRecord, *, status: Status, by: Actor) -> _Row:
    moment = now()
    columns = {
        **record_columns(new.record),
        "id": new.publication_id,
        "unit_id": new.unit.id,
        "series_id": None,
        "status": status,
        "is_demo": False,
        "page_count": 0,
        "object_version": 0,
        "revision": 1,
        "added_at": moment,
        "accepted_at": moment if status is Status.ACCEPTED else None,
        "changed_at": moment,
        "depositor_id": by.user_id,
        "reviewer_id": None,
    }
    values = [
        {"publication_id": new.publication_id, "authority_id": None, **value}
        for value in value_columns(new.record)
    ]
    return _Row(new, columns, values)


def _link(session: Session, rows: Sequence[_Row]) -> None:
    """Tie what the records name to the authorities, all names looked up together."""
    named: dict[Unlinked, list[tuple[dict[str, Any], str]]] = {}
    for row in rows:
        issued = row.columns["issued"]
        for value in row.values:
            if value["field"] in FIELD_KINDS:
                name = Unlinked(value["field"], value["value"], issued)
                named.setdefault(name, []).append((value, "authority_id"))
        if series := row.columns["series"]:
            named.setdefault(Unlinked("series", series, issued), []).append(
                (row.columns, "series_id")
            )
    for name, match in matches_of(session, named).items():
        for columns, column in named[name]:
            columns[column] = match.authority_id


def _links(row: _Row) -> Links:
    found = {
        (value["field"], value["value"]): value["authority_id"]
        for value in row.values
        if value["authority_id"]
    }
    if row.columns["series_id"]:
        found["series", row.columns["series"]] = row.columns["series_id"]
    return found


def _insert_all(session: Session, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    session.execute(
        insert(_PUBLICATIONS),
        [
            {
                **row.columns,
                "accession_year": row.place.year if row.place else None,
                "accession_number": row.place.number if row.place else None,
                "accession_at": row.place.at if row.place else None,
            }
            for row in rows
        ],
    )
    values = [value for row in rows for value in row.values]
    if values:
        session.execute(insert(_VALUES), values)


def _stored(
    row: _Row, depositor: User | None, histories: Mapping[str, Sequence[StoredEvent]]
) -> dict[str, Any]:
    columns = row.columns
    life = Life(
        status=columns["status"],
        added_at=columns["added_at"],
        accepted_at=columns["accepted_at"],
        place=row.place,
        depositor=depositor.email if depositor else None,
    )
    publication_id = row.new.publication_id
    return stored_content(
        publication_id,
        row.new.record,
        unit=row.new.unit,
        life=life,
        history=histories[publication_id],
        links=_links(row),
    )


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
