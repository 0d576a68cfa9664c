"""The record of a publication as storage keeps it: JSON beside the originals, with all that belongs
to it, so that the catalogue can be made again from storage alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.status import Status
from archive.models import Copy, Event, File, PageMarking, Publication, Receipt, Unit
from archive.services.accession import Place, place_of
from archive.services.authorities.linking import Links, links_of
from archive.services.history import stored_versions
from archive.services.records import RecordInput, iso_day, record_content, record_of

FORMAT = 1
"""Version of the JSON below; it rises when a reader of older records needs to know."""

StoredEvent = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Life:
    """How far a publication has come. `depositor` and `reviewer` are addresses: accounts have other
    numbers after a rebuild."""

    status: Status
    added_at: datetime
    accepted_at: datetime | None = None
    place: Place | None = None
    is_demo: bool = False
    depositor: str | None = None
    reviewer: str | None = None


def record_json(session: Session, publication: Publication) -> bytes:
    """The whole record as the UTF-8 JSON that storage keeps: what `record_from_json` reads."""
    files = session.scalars(
        select(File).where(File.publication_id == publication.id).order_by(File.position)
    ).all()
    events = session.scalars(
        select(Event).where(Event.publication_id == publication.id).order_by(Event.id)
    ).all()
    markings = session.execute(
        select(PageMarking, File.logical_path)
        .join(File, File.id == PageMarking.file_id)
        .where(PageMarking.publication_id == publication.id)
        .order_by(PageMarking.id)
    ).all()
    copies = session.scalars(
        select(Copy).where(Copy.publication_id == publication.id).order_by(Copy.number)
    ).all()
    receipts = session.scalars(
        select(Receipt)
        .where(Receipt.publication_id == publication.id)
        .order_by(Receipt.issued_at, Receipt.year, Receipt.number)
    ).all()
    depositor, reviewer = publication.depositor, publication.reviewer
    content = stored_content(
        publication.id,
        record_of(publication),
        unit=publication.unit,
        life=Life(
            status=publication.status,
            added_at=publication.added_at,
            accepted_at=publication.accepted_at,
            place=place_of(publication),
            is_demo=publication.is_demo,
            depositor=depositor.email if depositor else None,
            reviewer=reviewer.email if reviewer else None,
        ),
        files=files,
        markings=[(marking, path) for marking, path in markings],
        copies=copies,
        receipts=receipts,
        versions=stored_versions(session, publication.id),
        links=links_of(publication),
        history=[
            stored_event(
                at=event.at,
                kind=event.kind,
                actor_name=event.actor_name,
                role=event.role,
                note=event.note,
                data=event.data,
            )
            for event in events
        ],
    )
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def stored_event(
    *,
    at: datetime,
    kind: str,
    actor_name: str,
    role: str,
    note: str,
    data: dict[str, Any] | None,
    **_: Any,
) -> StoredEvent:
    """An event's row as a stored record holds it; what only the log needs of it is passed over."""
    return {
        "at": at.isoformat(),
        "kind": kind,
        "actor": actor_name,
        "role": role,
        "note": note,
        "data": data,
    }


def stored_content(
    publication_id: str,
    record: RecordInput,
    *,
    unit: Unit,
    life: Life,
    history: Sequence[StoredEvent],
    links: Links,
    files: Sequence[File] = (),
    markings: Sequence[tuple[PageMarking, str]] = (),
    copies: Sequence[Copy] = (),
    receipts: Sequence[Receipt] = (),
    versions: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """What `record_json` writes, where what belongs to the publication is at hand: its events,
    files, printed copies, receipts and versions in their order, its marks of secrecy each with the
    path of its file. `links`: what its names are tied to."""
    return {
        **record_content(record, unit_code=unit.code),
        "format": FORMAT,
        "id": publication_id,
        "unit": {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "parent": unit.parent.code if unit.parent else None,
            "valid_from": iso_day(unit.valid_from),
            "valid_to": iso_day(unit.valid_to),
            "successor": unit.successor.code if unit.successor else None,
        },
        "links": [[field, value, links[field, value]] for field, value in sorted(links)],
        "status": life.status.value,
        "is_demo": life.is_demo,
        "added_at": life.added_at.isoformat(),
        "accepted_at": life.accepted_at.isoformat() if life.accepted_at else None,
        "accession": {
            "year": life.place.year,
            "number": life.place.number,
            "at": life.place.at.isoformat(),
        }
        if life.place
        else None,
        "receipts": [
            {
                "id": row.id,
                "year": row.year,
                "number": row.number,
                "unit": row.unit.code,
                "issued_at": row.issued_at.isoformat(),
                "token": row.token,
                "content": row.content,
            }
            for row in receipts
        ],
        "depositor": life.depositor,
        "reviewer": life.reviewer,
        "files": [
            {
                "path": file.logical_path,
                "name": file.name,
                "kind": file.kind,
                "media_type": file.media_type,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
                "sha512": file.sha512,
            }
            for file in files
        ],
        "markings": [
            {
                "path": path,
                "page": marking.file_page,
                "level": marking.level,
                "line": marking.line,
                "found_at": marking.found_at.isoformat(),
                "cleared_at": marking.cleared_at.isoformat() if marking.cleared_at else None,
                "reason": marking.reason,
            }
            for marking, path in markings
        ],
        "copies": [
            {
                "number": copy.number,
                "registration": copy.registration,
                "shelf": copy.shelf,
                "state": copy.state.value,
                "note": copy.note,
                "changed_at": copy.changed_at.isoformat(),
            }
            for copy in copies
        ],
        # The catalogue's own; `history` is what people did.
        "versions": list(versions),
        # Not `events`: that is the sheet's column of historical events.
        "history": list(history),
    }
