"""The queue: jobs are rows, committed with the record they serve.

A worker claims a job under a lease and a fencing token, keeps the lease alive, and ends the job in
the transaction that holds the result. Whoever lost the lease finds the token changed and writes
nothing (StaleLeaseError).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from archive.core.dates import now
from archive.core.errors import ArchiveError
from archive.core.status import JobState
from archive.models import Job, Publication, Stage
from archive.services.pauses import not_paused

MOST_ATTEMPTS = 5
"""A job whose worker died or whose collaborators failed so often is left for a person."""

# Text is searchable before images are made. An entry that is new lets waiting extractions go first
# for a moment, so that one commit of the index serves them all; then it waits for none of them.
_ORDER = {
    Stage.EXTRACT: 1,
    Stage.INDEX: 2,
    Stage.RECORD: 3,
    Stage.COMPARE: 4,
    Stage.IMAGES: 5,
    Stage.OCR: 6,
}
_PATIENT = timedelta(seconds=1)


def _waits(stages: Any, moment: Any, busy: Select[Any]) -> ColumnElement[bool]:
    """The condition under which a job of these stages may be claimed at that moment, where the
    publications of `busy` are in somebody's hands."""
    return and_(
        Job.state == JobState.QUEUED,
        Job.not_before <= moment,
        Job.stage.in_(stages),
        not_paused(),
        Job.publication_id.not_in(busy),
    )


# What every job asks. Made once: putting a statement together takes longer than running it.
_WAITING = select(Job).where(
    Job.coalesce.in_(bindparam("works", expanding=True)), Job.state == JobState.QUEUED
)
_FAILED = (
    delete(Job)
    .where(Job.coalesce.in_(bindparam("works", expanding=True)), Job.state == JobState.FAILED)
    .execution_options(synchronize_session=False)
)
_LOST = select(Job).where(Job.state == JobState.RUNNING, Job.lease_until <= bindparam("now"))
_OVERDUE = and_(Job.stage == Stage.INDEX, Job.not_before <= bindparam("overdue"))
_DUE = (
    select(Job)
    .where(
        _waits(
            bindparam("stages", expanding=True),
            bindparam("now"),
            select(Job.publication_id).where(Job.state == JobState.RUNNING),
        )
    )
    .order_by(
        case((_OVERDUE, 0), *((Job.stage == stage, n) for stage, n in _ORDER.items()), else_=9),
        Job.not_before,
        Job.id,
    )
    .limit(bindparam("limit"))
)


class StaleLeaseError(ArchiveError):
    """The job `job_id` was claimed by another worker, or ended, in the meantime."""

    code = "stale_lease"


@dataclass(frozen=True)
class Claim:
    """A job held under the token `fence`."""

    job_id: int
    stage: Stage
    publication_id: str
    fence: int
    attempts: int


def enqueue(
    session: Session, *stages: Stage, publication_id: str, wait: timedelta = timedelta(0)
) -> None:
    """Queue the stages, due in `wait`; where the same work waits already, the earlier time counts.
    Joins the caller's transaction."""
    moment = now()
    due = moment + wait
    wanted = {_coalesce(stage, publication_id): stage for stage in stages}
    waiting = session.scalars(_WAITING, {"works": list(wanted)})
    for job in waiting:
        job.not_before = min(job.not_before, due)
        del wanted[job.coalesce]
    if wanted:
        session.execute(
            insert(Job),
            [
                {
                    "stage": stage,
                    "publication_id": publication_id,
                    "coalesce": coalesce,
                    "state": JobState.QUEUED,
                    "not_before": due,
                    "created_at": moment,
                }
                for coalesce, stage in wanted.items()
            ],
        )
    session.flush()


def enqueue_all(session: Session, stage: Stage, ids: Sequence[str]) -> None:
    """Queue one stage of many publications (each id once), due now, as `enqueue` does of one."""
    moment = now()
    for start in range(0, len(ids), 500):
        wanted = {_coalesce(stage, each): each for each in ids[start : start + 500]}
        for job in session.scalars(_WAITING, {"works": list(wanted)}):
            job.not_before = min(job.not_before, moment)
            del wanted[job.coalesce]
        if wanted:
            session.execute(
                insert(Job),
                [
                    {
                        "stage": stage,
                        "publication_id": publication_id,
                        "coalesce": coalesce,
                        "state": JobState.QUEUED,
                        "not_before": moment,
                        "created_at": moment,
                    }
                    for coalesce, publication_id in wanted.items()
                ],
            )
    session.flush()


def claim(
    session: Session,
    *,
    lease: timedelta,
    stages: Sequence[Stage] = tuple(Stage),
    limit: int = 1,
    worker: str | None = None,
) -> list[Claim]:
    """Up to `limit` due jobs of one stage, the most urgent first, held by `worker` from now on.

    Jobs whose lease ran out are taken back first: their worker is dead or stuck. One publication's
    stages do not overlap: what another worker has in hand is left alone, and so is what is paused.
    """
    _take_back(session)
    moment = now()  # Later than the taking back, so that what was taken back is due.
    due = session.scalars(
        _DUE,
        {"now": moment, "overdue": moment - _PATIENT, "stages": list(stages), "limit": limit},
    ).all()
    claims = []
    for job in due:
        if job.stage != due[0].stage:
            break
        job.state = JobState.RUNNING
        job.lease_until = moment + lease
        job.fence += 1
        job.attempts += 1
        job.worker = worker
        job.error_code = job.error_data = None
        claims.append(Claim(job.id, job.stage, job.publication_id, job.fence, job.attempts))
    session.flush()
    return claims


def count_pages(session: Session, claims: Sequence[Claim]) -> int:
    """How many pages the publications of these claims have together."""
    ids = [claim.publication_id for claim in claims]
    asked = select(func.coalesce(func.sum(Publication.page_count), 0))
    return session.scalar(asked.where(Publication.id.in_(ids))) or 0


def anything_due(session: Session, *, stages: Sequence[Stage] = tuple(Stage)) -> bool:
    """Whether a claim would find a job: a look that takes no lock."""
    moment = now()
    busy = select(Job.publication_id).where(Job.state == JobState.RUNNING, Job.lease_until > moment)
    due = or_(
        _waits(stages, moment, busy),
        and_(Job.state == JobState.RUNNING, Job.lease_until <= moment),
    )
    return session.scalar(select(Job.id).where(due).limit(1)) is not None


def more_urgent_waits(
    session: Session, held: Claim, *, stages: Sequence[Stage] = tuple(Stage)
) -> bool:
    """Whether a claim would find a more urgent stage, were `held` given back: its own
    publication's stages count, those that wait for another worker's job do not."""
    urgent = [stage for stage in stages if _ORDER[stage] < _ORDER[held.stage]]
    busy = select(Job.publication_id).where(Job.state == JobState.RUNNING, Job.id != held.job_id)
    due = select(Job.id).where(_waits(urgent, now(), busy))
    return session.scalar(due.limit(1)) is not None


def forget_old(session: Session, *, older_than: timedelta = timedelta(days=30)) -> None:
    """Drop jobs that ended well long ago; failed ones stay until somebody looks at them."""
    session.execute(
        delete(Job).where(Job.state == JobState.DONE, Job.finished_at < now() - older_than)
    )


def _take_back(session: Session) -> None:
    lost = session.scalars(_LOST, {"now": now()}).all()
    for job in lost:
        _requeue(session, job, error_code="worker_lost", error_data=None, delay=timedelta(0))


def _requeue(
    session: Session,
    job: Job,
    *,
    error_code: str,
    error_data: dict[str, Any] | None,
    delay: timedelta,
) -> None:
    # Asked before the job is changed: the question flushes, and half a change is no valid row.
    twin = session.scalar(
        select(Job.id).where(Job.coalesce == job.coalesce, Job.state == JobState.QUEUED)
    )
    job.lease_until = None
    job.fence += 1
    job.error_code, job.error_data = error_code, error_data
    if job.attempts >= MOST_ATTEMPTS:
        job.state, job.finished_at = JobState.FAILED, now()
        session.flush()
        return
    if twin is not None:
        # The same work was queued again meanwhile; that job does this one's part.
        job.state, job.finished_at = JobState.DONE, now()
    else:
        job.state, job.not_before = JobState.QUEUED, now() + delay
    session.flush()


def keep_alive(session: Session, held: Sequence[Claim], *, lease: timedelta) -> list[Claim]:
    """Extend the leases; those that still stand. StaleLeaseError where none does."""
    standing = _change(session, held, lease_until=now() + lease)
    if not standing:
        raise StaleLeaseError(job_id=held[0].job_id)
    return standing


def report_progress(
    session: Session, claimed: Claim, *, done: int, total: int, advanced: bool = False
) -> None:
    """Show the depositor page `done` of `total`. Checks the fence like every write.

    `advanced`: pages are in that no attempt brought in before. Only attempts that lead nowhere
    count against MOST_ATTEMPTS, so that a long book gets over any number of restarts.
    """
    _change_one(
        session,
        claimed,
        done_pages=done,
        total_pages=total,
        **({"attempts": 0} if advanced else {}),
    )


def complete(session: Session, claimed: Claim) -> None:
    """End the job in the caller's transaction. Earlier failures of the same work are over."""
    if not complete_standing(session, [claimed]):
        raise StaleLeaseError(job_id=claimed.job_id)


def complete_standing(session: Session, held: Sequence[Claim]) -> list[Claim]:
    """End those of these jobs whose claims still stand, as `complete` does; which they were."""
    standing = _change(
        session, held, state=JobState.DONE, lease_until=None, finished_at=now(), error_code=None
    )
    _forget_failed(session, *(_coalesce(each.stage, each.publication_id) for each in standing))
    return standing


def postpone(
    session: Session,
    claimed: Claim,
    *,
    error_code: str,
    data: dict[str, Any] | None = None,
    wait: timedelta | None = None,
) -> None:
    """Give the job back for a later attempt: 2, 8, 32 … seconds on, at most MOST_ATTEMPTS times.

    With `wait` it comes again after that time, as often as it takes: the fault lies neither with
    the job nor with its file, and passes (a full disk, another writer).
    """
    job = session.get(Job, claimed.job_id)
    if job is None or job.fence != claimed.fence or job.state is not JobState.RUNNING:
        raise StaleLeaseError(job_id=claimed.job_id)
    delay = timedelta(seconds=2 * 4 ** max(0, job.attempts - 1))
    if wait is not None:
        job.attempts = max(0, job.attempts - 1)
        delay = wait
    _requeue(session, job, error_code=error_code, error_data=data, delay=delay)


def release(session: Session, claimed: Claim) -> None:
    """Give the job back untouched: the worker is asked to stop. The attempt does not count."""
    job = session.get(Job, claimed.job_id)
    if job is not None and job.fence == claimed.fence and job.state is JobState.RUNNING:
        job.attempts = max(0, job.attempts - 1)
        _requeue(session, job, error_code="worker_stopped", error_data=None, delay=timedelta(0))


def _change_one(session: Session, claimed: Claim, **values: Any) -> None:
    if not _change(session, [claimed], **values):
        raise StaleLeaseError(job_id=claimed.job_id)


def _change(session: Session, held: Sequence[Claim], **values: Any) -> list[Claim]:
    """Change the jobs whose claims still stand; which they are."""
    claims = [(claimed.job_id, claimed.fence) for claimed in held]
    changed = set(session.scalars(_changing(tuple(values)), {"claims": claims, **values}))
    return [claimed for claimed in held if claimed.job_id in changed]


@cache
def _changing(names: tuple[str, ...]) -> ReturningUpdate[int]:
    claims = tuple_(Job.id, Job.fence).in_(bindparam("claims", expanding=True))
    return (
        update(Job)
        .where(claims, Job.state == JobState.RUNNING)
        .values({name: bindparam(name, type_=Job.__table__.c[name].type) for name in names})
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )


def retry(session: Session, job_id: int) -> None:
    """Queue a failed job again, with all its attempts."""
    job = session.get_one(Job, job_id)
    if job.state is JobState.FAILED:
        _forget_failed(session, job.coalesce)
        enqueue(session, job.stage, publication_id=job.publication_id)


def supersede(session: Session, publication_id: str, *, stages: Sequence[Stage]) -> None:
    """End the running jobs of these stages: what they work on was replaced."""
    session.execute(
        update(Job)
        .where(
            Job.publication_id == publication_id,
            Job.stage.in_(stages),
            Job.state == JobState.RUNNING,
        )
        .values(state=JobState.DONE, lease_until=None, finished_at=now(), fence=Job.fence + 1)
        .execution_options(synchronize_session=False)
    )


def _forget_failed(session: Session, *work: str) -> None:
    session.execute(_FAILED, {"works": list(work)})


def _coalesce(stage: Stage, publication_id: str) -> str:
    return f"{stage.value}:{publication_id}"


@dataclass(frozen=True)
class QueueCounts:
    waiting: int
    running: int
    failed: int


def count_jobs(session: Session, *, stages: Sequence[Stage] = tuple(Stage)) -> QueueCounts:
    """How many jobs of these stages wait, run, and failed."""
    rows = session.execute(
        select(Job.state, func.count()).where(Job.stage.in_(stages)).group_by(Job.state)
    )
    counts: dict[JobState, int] = {row[0]: row[1] for row in rows}
    return QueueCounts(
        waiting=counts.get(JobState.QUEUED, 0),
        running=counts.get(JobState.RUNNING, 0),
        failed=counts.get(JobState.FAILED, 0),
    )
