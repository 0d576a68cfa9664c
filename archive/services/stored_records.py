"""The record of a publication as storage keeps it: JSON beside the originals, with all that belongs
to it, so that the catalogue can be made again from storage alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.vocabulary import MULTIPLE_FIELDS
from archive.models import Copy, Event, File, PageMarking, Publication, Receipt
from archive.services.records import PLAIN_FIELDS, iso_day

FORMAT = 1
"""Version of the JSON below; it rises when a reader of older records needs to know."""


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
    content = stored_content(
        publication,
        files=files,
        events=events,
        markings=[(marking, path) for marking, path in markings],
        copies=copies,
        receipts=receipts,
    )
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def stored_content(
    publication: Publication,
    *,
    files: Sequence[File] = (),
    events: Sequence[Event] = (),
    markings: Sequence[tuple[PageMarking, str]] = (),
    copies: Sequence[Copy] = (),
    receipts: Sequence[Receipt] = (),
) -> dict[str, Any]:
    """What `record_json` writes, where what belongs to the publication is at hand: its files,
    events, printed copies and receipts in their order, its marks of secrecy each with the path of
    its file."""
    unit = publication.unit
    return {
        "format": FORMAT,
        "id": publication.id,
        **{name: getattr(publication, name) for name in PLAIN_FIELDS},
        "issued": publication.issued,
        "access": publication.access.value,
        "embargo_until": iso_day(publication.embargo_until),
        "licence_date": iso_day(publication.licence_date),
        **{name: list(publication.typed_values_of(name)) for name in MULTIPLE_FIELDS},
        "unit": {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "parent": unit.parent.code if unit.parent else None,
            "valid_from": iso_day(unit.valid_from),
            "valid_to": iso_day(unit.valid_to),
            "successor": unit.successor.code if unit.successor else None,
        },
        "status": publication.status.value,
        "is_demo": publication.is_demo,
        "added_at": publication.added_at.isoformat(),
        "accepted_at": publication.accepted_at.isoformat() if publication.accepted_at else None,
        "accession": {
            "year": publication.accession_year,
            "number": publication.accession_number,
            "at": publication.accession_at.isoformat(),
        }
        if publication.accession_at
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
        "depositor": publication.depositor.email if publication.depositor else None,
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
        # Not `events`: that is the sheet's column of historical events.
        "history": [
            {
                "at": event.at.isoformat(),
                "kind": event.kind,
                "actor": event.actor_name,
                "role": event.role,
                "note": event.note,
                "data": event.data,
            }
            for event in events
        ],
    }
