"""What anyone may find: the addresses that search engines are told of. Whoever asks, no account's
rights count here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.roles import ANYONE
from archive.models import Authority, Publication, PublicationValue
from archive.services.catalogue import listed_for

PART = 10_000
"""So many publications in one part of the site map."""
MOST_NAMES = 10_000


class Found(NamedTuple):
    """Something with a page of its own and when it changed; `kind` of an authority, else ""."""

    id: str
    changed_at: datetime
    kind: str = ""


def count_parts(session: Session) -> int:
    """How many parts hold all publications; 0 for an empty archive."""
    total = session.scalar(select(func.count()).where(listed_for(ANYONE))) or 0
    return -(-total // PART)


def part_of(session: Session, number: int) -> Sequence[Found]:
    """Part `number` (from 1) of the publications, by their ids; empty beyond the last."""
    # The ids come out of an index, so that what lies before the part is not read.
    ids = (
        select(Publication.id)
        .where(listed_for(ANYONE))
        .order_by(Publication.id)
        .offset((number - 1) * PART)
        .limit(PART)
    )
    rows = session.execute(
        select(Publication.id, Publication.changed_at)
        .where(Publication.id.in_(ids))
        .order_by(Publication.id)
    )
    return [Found(*row) for row in rows]


def names_in_use(session: Session) -> Sequence[Found]:
    """The names that a publication open to anyone is about, up to `MOST_NAMES`; series are found
    from their issues."""
    used = (
        select(PublicationValue.id)
        .join(Publication, Publication.id == PublicationValue.publication_id)
        .where(PublicationValue.authority_id == Authority.id, listed_for(ANYONE))
    )
    issues = select(Publication.id).where(Publication.series_id == Authority.id, listed_for(ANYONE))
    rows = session.execute(
        select(Authority.id, Authority.changed_at, Authority.kind)
        .where(Authority.merged_into_id.is_(None), used.exists() | issues.exists())
        .order_by(Authority.id)
        .limit(MOST_NAMES)
    )
    return [Found(*row) for row in rows]
