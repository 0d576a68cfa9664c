"""Writing down what was done: one call, so that no act is forgotten and all read alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.roles import Actor
from archive.models import Event


def note_event(
    session: Session,
    kind: str,
    *,
    by: Actor,
    publication_id: str | None = None,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Add the event to the caller's transaction: it is kept only if the act itself is."""
    event = Event(
        at=now(),
        kind=kind,
        actor_id=by.user_id,
        actor_name=by.name,
        publication_id=publication_id,
        note=note,
        data=data,
    )
    session.add(event)
    return event
