"""What curators do with a deposit: take it up, accept it, return it with what is to be mended,
withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import ArchiveError, InvalidInputError, NotAllowedError
from archive.core.roles import Actor, Role
from archive.core.status import WITH_CURATORS, Status, TransitionError, check_transition
from archive.models import Event, Publication, Receipt, Stage, User
from archive.services.accession import give_accession_number
from archive.services.deposits import check_complete, tell_of_deposit
from archive.services.events import note_event
from archive.services.guard import check_no_open_marking
from archive.services.jobs import enqueue
from archive.services.notices import tell, tell_depositors
from archive.services.receipts import issue_receipt
from archive.services.records import several_lines
from archive.services.returns import NAMEABLE
from archive.services.succession import check_may_deposit

NOTE_LENGTH = 4000
SENTENCE_LENGTH = 1000
PUBLIC_REASON_LENGTH = 1000


class TakenError(ArchiveError):
    """Another curator, `who`, has the deposit in hand."""

    code = "deposit_taken"


def take_up(session: Session, publication: Publication, *, by: Actor) -> None:
    """The curator has the deposit in hand from now on; TakenError where another one has."""
    _curator(by)
    if publication.reviewer_id == by.user_id and publication.status is Status.IN_REVIEW:
        return
    if publication.reviewer_id not in (None, by.user_id):
        raise TakenError(who=_reviewer_name(publication))
    _hand_to(session, publication, by.user_id, by=by)
    note_event(session, "taken_up", by=by, publication_id=publication.id)


def assign(
    session: Session, publication: Publication, user: User, *, seen: int | None, by: Actor
) -> None:
    """Give the deposit to the curator `user`. `seen` is who had it when that was decided: where
    somebody else has taken it meanwhile, TakenError says who. Raises InvalidInputError
    (`reviewer`, `reviewer_unknown`) for an account that does not curate."""
    _curator(by)
    if user.is_blocked or user.role not in (Role.CURATOR, Role.ADMIN):
        raise InvalidInputError(field="reviewer", problem="reviewer_unknown")
    if publication.reviewer_id == user.id and publication.status is Status.IN_REVIEW:
        return
    if publication.reviewer_id != seen:
        raise TakenError(who=_reviewer_name(publication))
    _hand_to(session, publication, user.id, by=by)
    name = user.name or user.email
    event = note_event(
        session, "assigned", by=by, publication_id=publication.id, data={"reviewer": name}
    )
    tell(session, "assigned", event, publication, [user.id])


def put_back(session: Session, publication: Publication, *, by: Actor) -> None:
    """Nobody has the deposit in hand any more: it waits again."""
    _curator(by)
    check_transition(publication.status, Status.SUBMITTED)
    if publication.status is not Status.IN_REVIEW:
        raise TransitionError(
            from_status=publication.status.value, to_status=Status.SUBMITTED.value
        )
    publication.status, publication.reviewer = Status.SUBMITTED, None
    publication.changed_at = now()
    note_event(session, "put_back_in_queue", by=by, publication_id=publication.id)
    enqueue(session, Stage.RECORD, publication_id=publication.id)


def accept(session: Session, publication: Publication, *, by: Actor, note: str = "") -> None:
    """Open the publication to its readers; the next index commit makes it found. The first time
    it gets its number in the register. Raises
    MarkingOpenError while a mark of secrecy on one of its pages is not cleared."""
    _curator(by)
    check_no_open_marking(session, publication)
    kind = "restored" if publication.status is Status.WITHDRAWN else "accepted"
    event = _move(session, publication, Status.ACCEPTED, kind=kind, by=by, note=note)
    tell_depositors(session, "accepted", event, publication)
    give_accession_number(session, publication, by=by)


def return_to_depositor(
    session: Session,
    publication: Publication,
    *,
    by: Actor,
    note: str,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Send it back. `fields` says of each named field (`returns.NAMEABLE`) what to mend there; the
    note may be empty only where a field is named. Whoever returns it is its reviewer.

    Raises InvalidInputError: `note` (`required`, `too_long`), or a field's name (`return_empty`
    where it is named without a sentence, `too_long`, `return_unknown`).
    """
    _curator(by)
    named = {name: several_lines(text) for name, text in (fields or {}).items()}
    for name, text in named.items():
        if name not in NAMEABLE:
            raise InvalidInputError(field=name, problem="return_unknown", value=name)
        if not text:
            raise InvalidInputError(field=name, problem="return_empty")
        if len(text) > SENTENCE_LENGTH:
            raise InvalidInputError(field=name, problem="too_long", most=SENTENCE_LENGTH)
    if not several_lines(note) and not named:
        raise InvalidInputError(field="note", problem="required")
    data = {"fields": {name: named[name] for name in NAMEABLE if name in named}}
    event = _move(
        session,
        publication,
        Status.RETURNED,
        kind="returned",
        by=by,
        note=note,
        data=data if named else None,
    )
    if by.user_id is not None:
        publication.reviewer_id = by.user_id
    tell_depositors(session, "returned", event, publication)


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
    event = _move(
        session,
        publication,
        Status.WITHDRAWN,
        kind="withdrawn",
        by=by,
        note=note,
        data={"public_reason": public_reason},
    )
    tell_depositors(session, "withdrawn", event, publication)


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
    if not by.may_curate and not by.answers_for(publication.unit_id):
        raise NotAllowedError(what="submit")
    check_may_deposit(session, publication.unit, issued=None, by=by, is_new=False)
    check_complete(session, publication)
    if publication.status is Status.IN_REVIEW:
        # Back to the queue is the curators' way; nobody hands in what is in their hands.
        raise TransitionError(
            from_status=publication.status.value, to_status=Status.SUBMITTED.value
        )
    kind = "resubmitted" if publication.status is Status.RETURNED else "deposited"
    event = _move(session, publication, Status.SUBMITTED, kind=kind, by=by, note="")
    tell_of_deposit(session, event, publication, by=by)
    return issue_receipt(session, publication, by=by)


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="review")


def _hand_to(session: Session, publication: Publication, user_id: int | None, *, by: Actor) -> None:
    if user_id is None:
        raise NotAllowedError(what="review")
    if publication.status not in WITH_CURATORS:
        check_transition(publication.status, Status.IN_REVIEW)
    publication.status = Status.IN_REVIEW
    publication.reviewer_id = user_id
    publication.changed_at = now()
    session.flush()
    session.refresh(publication, ["reviewer"])
    enqueue(session, Stage.RECORD, publication_id=publication.id)


def _reviewer_name(publication: Publication) -> str:
    reviewer = publication.reviewer
    return (reviewer.name or reviewer.email) if reviewer is not None else ""


def _move(
    session: Session,
    publication: Publication,
    target: Status,
    *,
    kind: str,
    by: Actor,
    note: str,
    data: dict[str, Any] | None = None,
) -> Event:
    note = several_lines(note)
    if len(note) > NOTE_LENGTH:
        raise InvalidInputError(field="note", problem="too_long", most=NOTE_LENGTH)
    check_transition(publication.status, target)
    publication.status = target
    publication.changed_at = now()
    if target is Status.ACCEPTED:
        publication.accepted_at = publication.changed_at
    publication.revision += 1
    event = note_event(session, kind, by=by, publication_id=publication.id, note=note, data=data)
    enqueue(session, Stage.INDEX, Stage.RECORD, publication_id=publication.id)
    return event
