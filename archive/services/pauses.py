"""Pausing stages of the intake: jobs stay queued and no worker claims them. Kept in the database,
so that a pause holds for every worker and over restarts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import NotAllowedError
from archive.core.roles import Actor
from archive.models import Job, Stage, StagePause
from archive.services.events import note_event


def list_pauses(session: Session) -> Sequence[StagePause]:
    """Which stages are paused, since when and by whom, the oldest first."""
    return session.scalars(select(StagePause).order_by(StagePause.since, StagePause.stage)).all()


def not_paused() -> ColumnElement[bool]:
    """The condition on Job under which nobody has paused its stage."""
    return Job.stage.not_in(select(StagePause.stage))


def unpaused(session: Session, stages: Sequence[Stage]) -> list[Stage]:
    """Those of `stages` whose jobs may be claimed now."""
    paused = set(session.scalars(select(StagePause.stage)))
    return [stage for stage in stages if stage not in paused]


def pause(session: Session, stages: Sequence[Stage], *, by: Actor) -> None:
    """No worker claims jobs of these stages from now on; what runs comes to its end."""
    _curator(by)
    stopped = unpaused(session, stages)
    moment = now()
    session.add_all(
        StagePause(stage=stage, since=moment, by_id=by.user_id, by_name=by.name)
        for stage in stopped
    )
    if stopped:
        note_event(session, "intake_paused", by=by, data=_stages(stopped))
    session.flush()


def resume(session: Session, stages: Sequence[Stage], *, by: Actor) -> None:
    """Workers may claim jobs of these stages again."""
    _curator(by)
    going = unpaused(session, stages)
    stopped = [stage for stage in stages if stage not in going]
    session.execute(delete(StagePause).where(StagePause.stage.in_(stopped)))
    if stopped:
        note_event(session, "intake_resumed", by=by, data=_stages(stopped))


def _stages(stages: Sequence[Stage]) -> dict[str, object]:
    return {"stages": [stage.value for stage in stages]}


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="pause_intake")
