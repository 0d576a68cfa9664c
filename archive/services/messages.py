"""Messages between the officers of a unit and the curators about one deposit."""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import Actor
from archive.models import Event, Publication, Stage
from archive.services.events import note_event
from archive.services.jobs import enqueue
from archive.services.notices import tell_depositors, tell_reviewer
from archive.services.records import several_lines

MESSAGE_LENGTH = 4000


def write_message(session: Session, publication: Publication, text: str, *, by: Actor) -> Event:
    """Add a message to the deposit's thread and tell the other side; its state stays.

    Raises NotAllowedError for an account that does not work with it and InvalidInputError
    (`message`: `required`, `too_long`).
    """
    if not (by.may_curate or (by.may_deposit and by.answers_for(publication.unit_id))):
        raise NotAllowedError(what="message")
    text = several_lines(text)
    if not text:
        raise InvalidInputError(field="message", problem="required")
    if len(text) > MESSAGE_LENGTH:
        raise InvalidInputError(field="message", problem="too_long", most=MESSAGE_LENGTH)
    event = note_event(session, "message", by=by, publication_id=publication.id, note=text)
    tell = tell_depositors if by.may_curate else tell_reviewer
    tell(session, "message", event, publication)
    enqueue(session, Stage.RECORD, publication_id=publication.id)
    return event
