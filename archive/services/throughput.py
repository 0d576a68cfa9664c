"""How fast the intake is: pages counted by the minute, kept for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.models import MinuteTally, Stage

WINDOW = timedelta(minutes=5)
_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Throughput:
    """`pages` came in during the last minutes; `per_second` since the first of those minutes."""

    pages: int
    per_second: float


_COUNT = (
    update(MinuteTally)
    .where(MinuteTally.stage == bindparam("of"), MinuteTally.minute == bindparam("at"))
    .values(pages=MinuteTally.pages + bindparam("more"))
    .execution_options(synchronize_session=False)
)


def note_pages(session: Session, stage: Stage, pages: int) -> None:
    """Count pages that a stage has brought into the catalogue, in the transaction that does so."""
    if pages <= 0:
        return
    minute = now().replace(second=0, microsecond=0)
    counted = session.execute(_COUNT, {"of": stage, "at": minute, "more": pages})
    if cast(CursorResult[Any], counted).rowcount == 0:
        session.add(MinuteTally(stage=stage, minute=minute, pages=pages))
        session.flush()


def recent(session: Session) -> dict[Stage, Throughput]:
    """What each stage did within `WINDOW`; a stage that did nothing is not there."""
    moment = now()
    rows = session.execute(
        select(MinuteTally.stage, func.sum(MinuteTally.pages), func.min(MinuteTally.minute))
        .where(MinuteTally.minute > moment - WINDOW)
        .group_by(MinuteTally.stage)
    )
    return {
        stage: Throughput(pages, pages / max(1.0, (moment - first).total_seconds()))
        for stage, pages, first in rows
        if pages
    }


def forget_old(session: Session) -> None:
    session.execute(delete(MinuteTally).where(MinuteTally.minute < now() - _KEPT))
