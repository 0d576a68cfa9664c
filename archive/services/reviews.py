"""What curators do with a deposit: accept it, return it with a note, withdraw it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import Actor
from archive.core.status import Status, check_transition
from archive.models import Publication, Stage
from archive.services.deposits import check_complete
from archive.services.events import note_event
from archive.services.guard import check_no_open_marking
from archive.services.jobs import enqueue
from archive.services.records import several_lines
from archive.services.succession import check_may_deposit

NOTE_LENGTH = 4000


def accept(session: Session, publication: Publication, *, by: Actor, note: str = "") -> None:
    """Open the publication to its readers; the next index commit makes it found. Raises
    MarkingOpenError while a mark of secrecy on one of its pages is not cleared."""
    _curator(by)
    check_no_open_marking(session, publication)
    kind = "restored" if publication.status is Status.WITHDRAWN else "accepted"
    _move(session, publication, Status.ACCEPTED, kind=kind, by=by, note=note)


def return_to_depositor(
    session: Session, publication: Publication, *, by: Actor, note: str
) -> None:
    """Send it back. The note says what to mend, so it cannot be empty."""
    _curator(by)
    if not several_lines(note):
        raise InvalidInputError(field="note", problem="required")
    _move(session, publication, Status.RETURNED, kind="returned", by=by, note=note)


def withdraw(session: Session, publication: Publication, *, by: Actor, note: str) -> None:
    """Take an accepted publication from the readers; record and files are kept."""
    _curator(by)
    if not several_lines(note):
        raise InvalidInputError(field="note", problem="required")
    _move(session, publication, Status.WITHDRAWN, kind="withdrawn", by=by, note=note)


def submit(session: Session, publication: Publication, *, by: Actor) -> None:
    """Hand a draft or a mended deposit to the curators, if it is complete."""
    if not by.may_curate and not by.answers_for(publication.unit_id):
        raise NotAllowedError(what="submit")
    check_may_deposit(session, publication.unit, issued=None, by=by, is_new=False)
    check_complete(session, publication)
    kind = "resubmitted" if publication.status is Status.RETURNED else "deposited"
    _move(session, publication, Status.SUBMITTED, kind=kind, by=by, note="")


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="review")


def _move(
    session: Session, publication: Publication, target: Status, *, kind: str, by: Actor, note: str
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
    note_event(session, kind, by=by, publication_id=publication.id, note=note)
    enqueue(session, Stage.INDEX, Stage.RECORD, publication_id=publication.id)
