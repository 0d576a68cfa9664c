"""Making the catalogue again from storage, wholly or for what it lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import now, parse_day
from archive.core.status import Status
from archive.models import Event, File, Page, Publication, Stage, Unit, User
from archive.services.holdings import Holdings, publication_id_of
from archive.services.jobs import enqueue
from archive.services.records import apply_record, record_from_json
from archive.services.units import find_unit


def restore_publication(session: Session, record: Mapping[str, Any], *, version: int) -> None:
    """The publication of a stored record, with its unit, files and thread, and its jobs queued.

    One that the catalogue has is left alone. The caller commits.
    """
    publication_id = str(record["id"])
    if session.get(Publication, publication_id) is not None:
        return
    depositor = record.get("depositor")
    user = session.scalar(select(User).where(User.email == depositor)) if depositor else None
    moment = datetime.fromisoformat(record["added_at"])
    publication = Publication(
        id=publication_id,
        unit_id=_restore_unit(session, record["unit"]).id,
        status=Status(record["status"]),
        is_demo=bool(record.get("is_demo")),
        added_at=moment,
        changed_at=now(),
        depositor_id=user.id if user else None,
        page_count=0,
        object_version=version,
        revision=1,
    )
    apply_record(publication, record_from_json(record))
    session.add(publication)
    session.flush()
    for position, file in enumerate(record["files"], start=1):
        session.add(
            File(
                publication_id=publication_id,
                position=position,
                name=file["name"],
                kind=file["kind"],
                media_type=file["media_type"],
                size_bytes=file["size_bytes"],
                sha256=file["sha256"],
                sha512=file["sha512"],
                logical_path=file["path"],
                text_done=False,
                images_done=False,
            )
        )
    for event in record["events"]:
        session.add(
            Event(
                at=datetime.fromisoformat(event["at"]),
                kind=event["kind"],
                actor_name=event["actor"],
                publication_id=publication_id,
                note=event["note"],
                data=event["data"],
            )
        )
    enqueue(session, Stage.EXTRACT if record["files"] else Stage.INDEX, publication_id)


def _restore_unit(session: Session, given: Mapping[str, Any]) -> Unit:
    """The unit as the record knew it; links to other units are made where those are known."""
    unit = find_unit(session, given["code"])
    if unit is None:
        unit = Unit(
            code=given["code"],
            name=given["name"],
            kind=given["kind"],
            valid_from=parse_day(given["valid_from"]) if given["valid_from"] else None,
            valid_to=parse_day(given["valid_to"]) if given["valid_to"] else None,
            is_blocked=False,
        )
        session.add(unit)
        session.flush()
    for field in ("parent", "successor"):
        code = given.get(field)
        other = find_unit(session, code) if code else None
        if other is not None and getattr(unit, f"{field}_id") is None:
            setattr(unit, f"{field}_id", other.id)
    return unit


def rebuild_catalogue(
    holdings: Holdings, *, on_record: Callable[[str], None] = lambda _: None
) -> int:
    """Bring every record that storage holds into the catalogue; how many were missing there.

    Commits per record, so that a rebuild that is cut off goes on where it stopped. Accounts are
    not in storage: records keep their depositors' addresses and find them again by these.
    """
    added = 0
    for name in holdings.originals.object_ids():
        added += _restore_object(holdings, name)
        on_record(publication_id_of(name))
    for publication_id, record in holdings.records.latest():
        with holdings.database.writing() as session:
            if session.get(Publication, publication_id) is None:
                restore_publication(session, record, version=0)
                session.commit()
                added += 1
        on_record(publication_id)
    return added


def _restore_object(holdings: Holdings, name: str) -> int:
    with holdings.database.writing() as session:
        if session.get(Publication, publication_id_of(name)) is not None:
            return 0
        record = json.loads(holdings.originals.record(name))
        version = holdings.originals.inventory(name).head
        restore_publication(session, record, version=version)
        session.commit()
        return 1


def adopt_orphans(holdings: Holdings, *, older_than: timedelta) -> int:
    """Bring in objects whose deposit was cut off between storage and catalogue; how many.

    Only objects that have rested for `older_than`: a younger one may be a deposit in progress.
    """
    with holdings.database.reading() as session:
        known = set(session.scalars(select(Publication.id)))
    adopted = 0
    for name in holdings.originals.object_ids():
        if publication_id_of(name) in known:
            continue
        inventory = holdings.originals.inventory(name)
        created = datetime.fromisoformat(inventory.version().created)
        if now() - created >= older_than:
            adopted += _restore_object(holdings, name)
    return adopted


def queue_missing_images(session: Session, holdings: Holdings) -> int:
    """Queue drawing for publications whose folder of images was lost; how many."""
    rows = session.execute(
        select(File.publication_id, func.min(File.id))
        .where(File.images_done, File.kind.not_in(("docx", "txt")), File.problem_code.is_(None))
        .where(select(Page.id).where(Page.file_id == File.id).exists())
        .group_by(File.publication_id)
    ).all()
    queued = 0
    for publication_id, file_id in rows:
        if not holdings.images.path(publication_id, f"f{file_id}", 1, 320).exists():
            enqueue(session, Stage.IMAGES, publication_id)
            queued += 1
    return queued
