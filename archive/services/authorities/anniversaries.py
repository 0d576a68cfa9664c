"""The next anniversaries, and what the archive holds for each. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.anniversaries import Anniversary, next_anniversary, parse_event_days
from archive.core.roles import Actor
from archive.models import Authority, Publication, PublicationValue
from archive.services.catalogue import listed_for


@dataclass(frozen=True)
class Upcoming:
    """An event whose day comes round, with how many accepted publications that the reader may
    read name it."""

    event_id: str
    name: str
    anniversary: Anniversary
    publications: int


def upcoming_anniversaries(
    session: Session, *, actor: Actor, on: date, limit: int
) -> Sequence[Upcoming]:
    """The next anniversaries of the catalogue's events from `on` on, the nearest first. Events of
    which no day is known have none."""
    rows = session.execute(
        select(Authority.id, Authority.name, Authority.dates).where(
            Authority.kind == "event", Authority.merged_into_id.is_(None), Authority.dates != ""
        )
    )
    coming = []
    for event_id, name, dates in rows:
        days = parse_event_days(dates)
        anniversary = next_anniversary(days, on=on) if days else None
        if anniversary is not None:
            coming.append((anniversary.first, event_id, name, anniversary))
    nearest = sorted(coming, key=lambda each: each[:2])[:limit]
    counts = _count_named(session, [each[1] for each in nearest], actor=actor)
    return [
        Upcoming(event_id, name, anniversary, counts.get(event_id, 0))
        for _, event_id, name, anniversary in nearest
    ]


def _count_named(session: Session, event_ids: Sequence[str], *, actor: Actor) -> Mapping[str, int]:
    if not event_ids:
        return {}
    rows = session.execute(
        select(
            PublicationValue.authority_id, func.count(PublicationValue.publication_id.distinct())
        )
        .join(Publication, Publication.id == PublicationValue.publication_id)
        .where(PublicationValue.authority_id.in_(event_ids), listed_for(actor))
        .group_by(PublicationValue.authority_id)
    )
    return {event_id: count for event_id, count in rows if event_id is not None}
