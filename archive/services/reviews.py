"""What curators do with a deposit: accept it, return it with a note, withdraw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import Actor
from archive.core.status import Status, check_transition
from archive.models import Event, Publication, Receipt, Stage
from archive.services.accession import give_accession_number
from archive.services.deposits import check_complete
from archive.services.events import note_event
from archive.services.guard import check_no_open_marking
from archive.services.jobs import enqueue
from archive.services.receipts import issue_receipt
from archive.services.records import several_lines

NOTE_LENGTH = 4000
PUBLIC_REASON_LENGTH = 1000


def accept(session: Session, publication: Publication, *, by: Actor, note: str = "") -> None:
    """Open the publication to its readers; the next index commit makes it found. The first time
    it gets its number in the register. Raises
    MarkingOpenError while a mark of secrecy on one of its pages is not cleared."""
    _curator(by)
    check_no_open_marking(session, publication)
    kind = "restored" if publication.status is Status.WITHDRAWN else "accepted"
    _move(session, publication, Status.ACCEPTED, kind=kind, by=by, note=note)
    give_accession_number(session, publication, by=by)


def return_to_depositor(
    session: Session, publication: Publication, *, by: Actor, note: str
) -> None:
    """Send it back. The note says what to mend, so it cannot be empty."""
    _curator(by)
    if not several_lines(note):
        raise InvalidInputError(field="note", problem="required")
    _move(session, publication, Status.RETURNED, kind="returned", by=by, note=note)


def withdraw(
    session: Session, publication: Publication, *, by: Actor, note: str, public_reason: str = ""
) -> None:
    """Take an accepted publication from the readers; record and files are kept. `note` is for its
    unit; `public_reason` stands on the page that readers find in its place."""
    _curator(by)
    if not several_lines(note):
        raise InvalidInputError(field="note", problem="required")
    public_reason = several_lines(public_reason)
    if len(public_reason) > PUBLIC_REASON_LENGTH:
        raise InvalidInputError(
            field="public_reason", problem="too_long", most=PUBLIC_REASON_LENGTH
        )
    _move(
        session,
        publication,
        Status.WITHDRAWN,
        kind="withdrawn",
        by=by,
        note=note,
        data={"public_reason": public_reason},
    )


@dataclass(frozen=True)
class Withdrawal:
    """When a publication was withdrawn, and what the curator says of it to everybody."""

    at: datetime
    public_reason: str


def last_withdrawal(session: Session, publication_id: str) -> Withdrawal | None:
    """The last withdrawal of the publication, None where it never was."""
    event = session.scalar(
        select(Event)
        .where(Event.publication_id == publication_id, Event.kind == "withdrawn")
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(1)
    )
    if event is None:
        return None
    return Withdrawal(at=event.at, public_reason=(event.data or {}).get("public_reason", ""))


def submit(session: Session, publication: Publication, *, by: Actor) -> Receipt | None:
    """Hand a draft or a mended deposit to the curators, if it is complete. The receipt for its
    files, None where they have theirs."""
    if not by.may_curate and publication.unit_id != by.unit_id:
        raise NotAllowedError(what="submit")
    check_complete(session, publication)
    kind = "resubmitted" if publication.status is Status.RETURNED else "deposited"
    _move(session, publication, Status.SUBMITTED, kind=kind, by=by, note="")
    return issue_receipt(session, publication, by=by)


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="review")


def _move(
    session: Session,
    publication: Publication,
    target: Status,
    *,
    kind: str,
    by: Actor,
    note: str,
    data: dict[str, Any] | None = None,
) -> None:
    note = several_lines(note)
    if len(note) > NOTE_LENGTH:
        raise InvalidInputError(field="note", problem="too_long", most=NOTE_LENGTH)
    check_transition(publication.status, target)
    publication.status = target
    publication.changed_at = now()
    if target is Status.ACCEPTED:
        publication.accepted_at = publication.changed_at
    publication.revision += 1
    note_event(session, kind, by=by, publication_id=publication.id, note=note, data=data)
    enqueue(session, Stage.INDEX, Stage.RECORD, publication_id=publication.id)
