"""Making the catalogue again from storage, wholly or for what it lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import now, parse_day
from archive.core.errors import ArchiveError, NotFoundError, StorageDamagedError
from archive.core.language import as_written
from archive.core.roles import Actor, Role
from archive.core.status import Status
from archive.extract.kinds import RUNNING_TEXT_CODES
from archive.models import Event, File, Page, PageMarking, Publication, Stage, Unit, User
from archive.services.accession import restore_accession
from archive.services.authorities.keeping import restore_names
from archive.services.authorities.linking import link_as_stored
from archive.services.copies import restore_copies
from archive.services.events import note_event
from archive.services.history import restore_versions
from archive.services.holdings import Holdings, publication_id_of
from archive.services.jobs import enqueue
from archive.services.receipts import restore_receipts
from archive.services.records import apply_record, record_from_json
from archive.services.units import find_unit

_STORAGE = Actor(role=Role.ADMIN, name=as_written("hệ thống"), origin="storage")


def restore_publication(session: Session, record: Mapping[str, Any], *, version: int) -> bool:
    """The publication of a stored record, with its unit, files and thread, and its jobs queued;
    whether the catalogue lacked it.

    One that the catalogue has only finds its depositor and reviewer again, where their accounts
    were made anew since. The caller commits.
    """
    publication_id = str(record["id"])
    depositor, reviewer = (
        _account(session, record.get(name)) for name in ("depositor", "reviewer")
    )
    known = session.get(Publication, publication_id)
    if known is not None:
        known.depositor_id = known.depositor_id or depositor
        known.reviewer_id = known.reviewer_id or reviewer
        return False
    moment = datetime.fromisoformat(record["added_at"])
    publication = Publication(
        id=publication_id,
        unit_id=_restore_unit(session, record["unit"]).id,
        status=Status(record["status"]),
        is_demo=bool(record.get("is_demo")),
        added_at=moment,
        accepted_at=_moment(record.get("accepted_at")),
        changed_at=now(),
        depositor_id=depositor,
        reviewer_id=reviewer,
        page_count=0,
        object_version=version,
        revision=1,
    )
    apply_record(publication, record_from_json(record))
    links = {(field, value): each for field, value, each in record.get("links", ())}
    link_as_stored(session, publication, links)
    session.add(publication)
    session.flush()
    files = {
        file["path"]: File(
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
        for position, file in enumerate(record["files"], start=1)
    }
    session.add_all(files.values())
    # What was closed stays closed, and what was cleared is not asked about again.
    session.add_all(
        PageMarking(
            publication=publication,
            file=files[marking["path"]],
            file_page=marking["page"],
            level=marking["level"],
            line=marking["line"],
            found_at=datetime.fromisoformat(marking["found_at"]),
            cleared_at=_moment(marking["cleared_at"]),
            reason=marking["reason"],
        )
        for marking in record.get("markings", ())
    )
    restore_copies(session, publication_id, record.get("copies", ()))
    restore_versions(session, publication_id, record.get("versions", ()))
    _restore_thread(session, publication_id, record["history"])
    restore_accession(session, publication, record.get("accession"), by=_STORAGE)
    restore_receipts(session, publication, record.get("receipts", ()))
    enqueue(
        session, Stage.EXTRACT if record["files"] else Stage.INDEX, publication_id=publication_id
    )
    return True


def _restore_thread(
    session: Session, publication_id: str, history: Sequence[Mapping[str, Any]]
) -> None:
    """The events that storage knows and the log does not: they are written down anew."""
    known = {
        (event.at, event.kind)
        for event in session.scalars(select(Event).where(Event.publication_id == publication_id))
    }
    for event in history:
        at = datetime.fromisoformat(event["at"])
        if (at, event["kind"]) not in known:
            role = Role(event["role"]) if event.get("role") else None
            note_event(
                session,
                event["kind"],
                by=Actor(name=event["actor"], role=role, origin="storage"),
                publication_id=publication_id,
                note=event["note"],
                data=event["data"],
                at=at,
            )


def _account(session: Session, email: str | None) -> int | None:
    return session.scalar(select(User.id).where(User.email == email)) if email else None


def _moment(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None


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
    holdings: Holdings,
    *,
    on_record: Callable[[str], None] = lambda _: None,
    on_damage: Callable[[str, ArchiveError], None] = lambda _name, _error: None,
) -> int:
    """Bring every record that storage holds into the catalogue; how many were missing there.

    Commits per record, so that a rebuild that is cut off goes on where it stopped. Accounts are
    not in storage: records keep the addresses of their depositor and reviewer and find them again
    by these, in a second rebuild if their accounts were made after the first. An
    object that cannot be read goes to `on_damage` and the others come in all the same.
    """
    with holdings.database.writing() as session:
        # First, so that the records' names find them.
        restore_names(session, holdings.names)
        session.commit()
    added = 0
    units: dict[str, Mapping[str, Any]] = {}
    for name in holdings.originals.object_ids():
        try:
            added += _restore_object(holdings, name, units)
        except (StorageDamagedError, NotFoundError) as error:
            on_damage(name, error)
        on_record(publication_id_of(name))
    for publication_id, record in holdings.records.latest():
        units[record["unit"]["code"]] = record["unit"]
        with holdings.database.writing() as session:
            added += restore_publication(session, record, version=0)
            session.commit()
        on_record(publication_id)
    with holdings.database.writing() as session:
        # A unit may stand below one that came in after it.
        for given in units.values():
            _restore_unit(session, given)
        session.commit()
    return added


def _restore_object(
    holdings: Holdings, name: str, units: dict[str, Mapping[str, Any]] | None = None
) -> int:
    record = json.loads(holdings.originals.record(name))
    if units is not None:
        units[record["unit"]["code"]] = record["unit"]
    with holdings.database.writing() as session:
        version = holdings.originals.inventory(name).head
        added = restore_publication(session, record, version=version)
        session.commit()
        return added


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
        try:
            inventory = holdings.originals.inventory(name)
            created = datetime.fromisoformat(inventory.version().created)
            if now() - created >= older_than:
                adopted += _restore_object(holdings, name)
        except (StorageDamagedError, NotFoundError):
            # One that cannot be read must not keep the others out; `fixity` names it.
            continue
    return adopted


def missing_images(session: Session, holdings: Holdings) -> list[str]:
    """Publications with a file whose folder of images was lost, each once."""
    rows = session.execute(
        select(File.publication_id, File.id)
        .where(File.images_done, File.kind.not_in(RUNNING_TEXT_CODES))
        .where(select(Page.id).where(Page.file_id == File.id).exists())
    )
    lost = [row[0] for row in rows if not holdings.images.is_prepared(row[0], f"f{row[1]}")]
    return list(dict.fromkeys(lost))


def queue_images(session: Session, ids: Sequence[str]) -> None:
    """Queue drawing for each of these that the catalogue still has."""
    for publication_id in ids:
        if session.get(Publication, publication_id) is not None:
            enqueue(session, Stage.IMAGES, publication_id=publication_id)
