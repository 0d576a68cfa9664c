"""Depositing: files and a record become a publication, in storage first, then in the catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.language import as_written
from archive.core.roles import Actor
from archive.core.status import WITH_DEPOSITOR, Status, check_transition
from archive.core.vocabulary import UNKNOWN_UNIT_CODE
from archive.models import (
    Event,
    File,
    Page,
    Publication,
    Receipt,
    Stage,
    Unit,
    User,
)
from archive.services.accession import give_accession_number
from archive.services.authorities.linking import link_record
from archive.services.catalogue import list_files, same_bytes
from archive.services.events import note_event
from archive.services.history import change_record
from archive.services.holdings import Holdings, object_id
from archive.services.intake import CheckedFile
from archive.services.jobs import enqueue, supersede
from archive.services.notices import tell_curators, tell_reviewer
from archive.services.receipts import issue_receipt
from archive.services.records import (
    RecordInput,
    apply_record,
    several_lines,
)
from archive.services.stored_records import record_json
from archive.services.succession import check_may_deposit
from archive.storage.incoming import ReceivedFile
from archive.storage.ocfl import KeptFile

REASON_LENGTH = 2000


@dataclass(frozen=True)
class Deposited:
    """A deposit that the caller has still to commit. `same_as`: earlier publications that hold
    the same bytes, which the depositor is told of. `receipt`: the one given for its files now."""

    publication: Publication
    same_as: tuple[Publication, ...]
    receipt: Receipt | None = None


def deposit(
    session: Session,
    holdings: Holdings,
    *,
    publication_id: str,
    record: RecordInput,
    files: Sequence[CheckedFile],
    unit: Unit,
    status: Status,
    by: Actor,
    is_demo: bool = False,
    with_receipt: bool = False,
    note: str = "",
) -> Deposited:
    """A new publication with its files in storage and its jobs queued.

    The bytes are safe in `uploads/` when this returns; the caller commits the rows. Where that
    commit never happens, the same call with the same id converges on the same object, and
    `restoring.adopt_orphans` brings in what nobody sends again. Without files the record is one to
    collect. A publication of this id by the same person is given back as it stands: the request
    came twice. `with_receipt`: a person hands the files in, who gets a receipt for them; not for a
    draft. `note` is what was said of it on handing it in. Raises NotAllowedError for another unit
    or another person's id and InvalidInputError(`unit`, `unit_blocked`) or as
    `succession.check_may_deposit`.
    """
    check_unit(session, unit, record=record, by=by)
    if (known := session.get(Publication, publication_id)) is not None:
        if known.depositor_id != by.user_id:
            raise NotAllowedError(what="deposit", id=publication_id)
        return Deposited(publication=known, same_as=())
    publication = new_publication(
        publication_id, record, unit=unit, status=status, by=by, is_demo=is_demo
    )
    link_record(session, publication)
    session.add(publication)
    earlier = _earlier(session, files, but=publication_id)
    rows = _add_files(session, publication_id, files)
    event = note_event(
        session,
        act_of(status),
        by=by,
        publication_id=publication_id,
        note=note,
        data={
            "files": [{"name": row.name, "sha256": row.sha256} for row in rows],
            "same_as": [other.id for other in earlier],
        },
    )
    session.flush()
    receipt = None
    if with_receipt and status is not Status.DRAFT:
        receipt = issue_receipt(session, publication, by=by)
    if status is Status.ACCEPTED:
        give_accession_number(session, publication, by=by)
    session.flush()
    received = {row.logical_path: file.received for row, file in zip(rows, files, strict=True)}
    _store(session, holdings, publication, received=received)
    enqueue(session, Stage.EXTRACT if files else Stage.INDEX, publication_id=publication_id)
    if status is Status.SUBMITTED:
        tell_of_deposit(session, event, publication, by=by)
    return Deposited(publication=publication, same_as=earlier, receipt=receipt)


def act_of(status: Status) -> str:
    """What the thread calls the coming of a publication of this status."""
    return "deposited" if status is not Status.DRAFT else "drafted"


def new_publication(
    publication_id: str,
    record: RecordInput,
    *,
    unit: Unit,
    status: Status,
    by: Actor,
    is_demo: bool = False,
) -> Publication:
    moment = now()
    publication = Publication(
        id=publication_id,
        unit_id=unit.id,
        unit=unit,
        status=status,
        is_demo=is_demo,
        added_at=moment,
        accepted_at=moment if status is Status.ACCEPTED else None,
        changed_at=moment,
        depositor_id=by.user_id,
        page_count=0,
        object_version=0,
        revision=1,
    )
    apply_record(publication, record)
    return publication


def amend(
    session: Session,
    holdings: Holdings,
    *,
    publication: Publication,
    record: RecordInput,
    files: Sequence[CheckedFile],
    unit: Unit,
    submit: bool,
    by: Actor,
) -> Deposited:
    """Change a draft or a returned deposit; new files, if any, take the place of all earlier ones.

    The earlier version stays in storage. With `submit` it goes to the curators.
    """
    if publication.status not in WITH_DEPOSITOR:
        raise NotAllowedError(what="amend", status=publication.status.value)
    check_unit(session, unit, record=record, by=by, before=publication.unit_id)
    changes = change_record(
        session, publication, record, by=by, act="amended", unit=unit, is_followed=False
    )
    is_mended = False
    if submit:
        check_transition(publication.status, Status.SUBMITTED)
        check_complete(session, publication, has_new_files=bool(files))
        is_mended = publication.status is Status.RETURNED
        publication.status = Status.SUBMITTED
    publication.changed_at = now()
    publication.revision += 1
    received: dict[str, ReceivedFile] = {}
    earlier: tuple[Publication, ...] = ()
    if files:
        earlier = _earlier(session, files, but=publication.id)
        received = _put_in_place(session, holdings, publication, files)
    event = note_event(
        session,
        ("resubmitted" if is_mended else "deposited") if submit else "amended",
        by=by,
        publication_id=publication.id,
        data={
            "fields": [change.field for change in changes],
            "files": [{"name": file.name, "sha256": file.received.sha256} for file in files],
            "same_as": [other.id for other in earlier],
        },
    )
    session.flush()
    receipt = issue_receipt(session, publication, by=by) if submit else None
    session.flush()
    was_record_only = publication.object_version == 0
    _store(session, holdings, publication, received=received)
    if files and was_record_only:
        holdings.records.retire([publication.id])
    enqueue(session, Stage.EXTRACT if files else Stage.INDEX, publication_id=publication.id)
    if submit:
        tell_of_deposit(session, event, publication, by=by)
    return Deposited(publication=publication, same_as=earlier, receipt=receipt)


def tell_of_deposit(session: Session, event: Event, publication: Publication, *, by: Actor) -> None:
    """Tell the curators of what an officer handed in; of a mended one, its reviewer. What curators
    bring in themselves, thousands at a time, is no news to them."""
    if by.may_curate:
        return
    if event.kind == "resubmitted":
        tell_reviewer(session, "resubmitted", event, publication)
    else:
        tell_curators(session, "deposit_submitted", event, publication)


def replace_files(
    session: Session,
    holdings: Holdings,
    *,
    publication: Publication,
    files: Sequence[CheckedFile],
    reason: str,
    by: Actor,
) -> Deposited:
    """Put better files in the place of an accepted (or withdrawn) record's: a new version in
    storage, where the earlier ones stay.

    Pages and images of the earlier files go at once, so that nobody reads one version and saves
    another; the record stays open and is found by its description until the new files are read.
    Raises NotAllowedError, and InvalidInputError for `reason` (`required`, `too_long`) or `files`
    (`files_missing`).
    """
    if not by.may_curate or publication.status not in (Status.ACCEPTED, Status.WITHDRAWN):
        raise NotAllowedError(what="replace_files", status=publication.status.value)
    reason = several_lines(reason)
    if not reason:
        raise InvalidInputError(field="reason", problem="required")
    if len(reason) > REASON_LENGTH:
        raise InvalidInputError(field="reason", problem="too_long", most=REASON_LENGTH)
    if not files:
        raise InvalidInputError(field="files", problem="files_missing")
    before = [file.name for file in list_files(session, publication.id)]
    was_record_only = publication.object_version == 0
    earlier = _earlier(session, files, but=publication.id)
    received = _put_in_place(session, holdings, publication, files)
    publication.changed_at = now()
    publication.revision += 1
    note_event(
        session,
        "files_replaced",
        by=by,
        publication_id=publication.id,
        note=reason,
        data={
            "version": publication.object_version + 1,
            "before": before,
            "files": [{"name": file.name, "sha256": file.received.sha256} for file in files],
        },
    )
    session.flush()
    _store(session, holdings, publication, received=received, message="replace", by=by)
    if was_record_only:
        holdings.records.retire([publication.id])
    # The index as well: what only the earlier files said is not found any more.
    enqueue(session, Stage.EXTRACT, Stage.INDEX, publication_id=publication.id)
    return Deposited(publication=publication, same_as=earlier)


def _put_in_place(
    session: Session, holdings: Holdings, publication: Publication, files: Sequence[CheckedFile]
) -> dict[str, ReceivedFile]:
    """Rows for these files instead of all earlier ones; what storage is to receive, by path."""
    # Whoever reads or draws the earlier files loses the lease and writes nothing more.
    supersede(session, publication.id, stages=(Stage.EXTRACT, Stage.IMAGES, Stage.OCR))
    session.execute(delete(Page).where(Page.publication_id == publication.id))
    session.execute(delete(File).where(File.publication_id == publication.id))
    holdings.images.remove(publication.id)
    publication.page_count = 0
    rows = _add_files(session, publication.id, files)
    return {row.logical_path: file.received for row, file in zip(rows, files, strict=True)}


def check_complete(
    session: Session, publication: Publication, *, has_new_files: bool = False
) -> None:
    """What a curator needs to have before looking at a deposit; a draft may lack it.

    Raises InvalidInputError for `issued` (`date_unknown`) or `files` (`files_missing`).
    """
    if publication.issued is None:
        raise InvalidInputError(field="issued", problem="date_unknown")
    if not has_new_files and not list_files(session, publication.id):
        raise InvalidInputError(field="files", problem="files_missing")


def store_record(session: Session, holdings: Holdings, publication: Publication) -> None:
    """Bring the record as it stands into storage; nothing is written where it stands so already."""
    _store(session, holdings, publication, received={})


def _store(
    session: Session,
    holdings: Holdings,
    publication: Publication,
    *,
    received: dict[str, ReceivedFile],
    message: str = "",
    by: Actor | None = None,
) -> None:
    """`by` is who made this version, where that is not the depositor."""
    record = record_json(session, publication)
    kept = session.execute(
        select(File.logical_path, File.sha512).where(File.publication_id == publication.id)
    ).all()
    if not kept:
        holdings.records.append([(publication.id, json.loads(record))])
        return
    depositor = publication.depositor
    if by is not None:
        maker = session.get(User, by.user_id) if by.user_id is not None else None
        user_name, address = by.name, maker.email if maker else ""
    else:
        user_name = (depositor.name or depositor.email) if depositor else ""
        address = depositor.email if depositor else ""
    publication.object_version = holdings.originals.put(
        object_id(publication.id),
        files={path: received.get(path) or KeptFile(path, sha512) for path, sha512 in kept},
        record=record,
        message=message or ("deposit" if received else "record"),
        user_name=user_name or as_written("Kho Ấn Phẩm"),
        user_address=f"mailto:{address}" if address else "",
        created=publication.changed_at,
    )


def _add_files(session: Session, publication_id: str, files: Sequence[CheckedFile]) -> list[File]:
    rows = [
        File(
            publication_id=publication_id,
            position=position,
            name=file.name,
            kind=file.kind.code,
            media_type=file.kind.media_type,
            size_bytes=file.received.size_bytes,
            sha256=file.received.sha256,
            sha512=file.received.sha512,
            logical_path=f"files/{position:04}{file.kind.extension}",
            page_count=file.pages,
            text_done=False,
            images_done=False,
        )
        for position, file in enumerate(files, start=1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _earlier(
    session: Session, files: Sequence[CheckedFile], *, but: str
) -> tuple[Publication, ...]:
    found = same_bytes(session, [file.received.sha256 for file in files], but=but)
    return tuple({publication.id: publication for _, publication in found}.values())


def check_unit(
    session: Session, unit: Unit, *, record: RecordInput, by: Actor, before: int | None = None
) -> None:
    if unit.is_blocked:
        raise InvalidInputError(field="unit", problem="unit_blocked", value=unit.name)
    if not by.may_curate and not by.answers_for(unit.id):
        raise NotAllowedError(what="deposit", unit=unit.code)
    check_may_deposit(session, unit, issued=record.issued, by=by, is_new=unit.id != before)
    if unit.code == UNKNOWN_UNIT_CODE and not by.may_curate:
        raise NotAllowedError(what="deposit", unit=unit.code)


def with_unit_given(record: RecordInput, name: str) -> RecordInput:
    """The record with the name of a unit that nobody knows yet."""
    return replace(record, unit_name_given=name)
