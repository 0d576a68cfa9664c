"""The operator's view of the intake: what waits, runs and failed, how fast it goes, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import NotAllowedError
from archive.core.language import _, counted
from archive.core.roles import Actor
from archive.core.status import JobState
from archive.models import File, Job, Page, Publication, Stage, StagePause
from archive.services import heartbeats, jobs, recognition
from archive.services.events import note_event
from archive.services.holdings import Holdings
from archive.services.pauses import list_pauses
from archive.services.rereading import met_limit, next_factor, read_again
from archive.services.throughput import Throughput, recent

ORDER = (
    Stage.EXTRACT,
    Stage.INDEX,
    Stage.COMPARE,
    Stage.IMAGES,
    Stage.OCR,
    Stage.RECORD,
)
"""As a file goes through them."""

MOST_RUNNING = 50
MOST_FAILURES = 5_000

_FILE = "file"
_PAGES = "pages"


@dataclass(frozen=True)
class StageState:
    """One stage of the queue. `oldest` is how long the job has waited that waits longest."""

    stage: Stage
    waiting: int
    running: int
    failed: int
    oldest: timedelta | None
    speed: Throughput
    pause: StagePause | None


@dataclass(frozen=True)
class RunningJob:
    stage: Stage
    publication_id: str
    title: str
    done_pages: int
    total_pages: int
    worker: str
    lease_until: datetime | None


@dataclass(frozen=True)
class Failure:
    """One thing that failed; `id` is of its job or file, or of its publication for pages."""

    id: str
    publication_id: str
    title: str


@dataclass(frozen=True)
class FailureGroup:
    """Everything that failed for one reason. `key` names the group in requests; `stage` is None
    for files that could not be read to their end; `data` words the reason."""

    key: str
    stage: Stage | None
    code: str
    data: Mapping[str, Any]
    failures: Sequence[Failure]
    may_raise: bool
    """A limit was met that may still be raised for some of these files."""


@dataclass(frozen=True)
class Recognition:
    """Pages that are pictures: whether they can be recognised here, how many wait and failed."""

    is_available: bool
    waiting: int
    failed: int


@dataclass(frozen=True)
class IntakeState:
    stages: Sequence[StageState]
    running: Sequence[RunningJob]
    failures: Sequence[FailureGroup]
    recognition: Recognition
    workers_alive: bool


def intake_state(session: Session, holdings: Holdings) -> IntakeState:
    """How the intake stands at this moment."""
    return IntakeState(
        stages=_stages(session),
        running=_running(session),
        failures=failure_groups(session),
        recognition=_recognition(session, holdings),
        workers_alive=heartbeats.worker_is_alive(session),
    )


def _stages(session: Session) -> list[StageState]:
    counts = {
        (stage, state): (count, oldest)
        for stage, state, count, oldest in session.execute(
            select(Job.stage, Job.state, func.count(), func.min(Job.created_at))
            .where(Job.state.in_((JobState.QUEUED, JobState.RUNNING, JobState.FAILED)))
            .group_by(Job.stage, Job.state)
        )
    }
    pauses = {pause.stage: pause for pause in list_pauses(session)}
    moment = now()

    def count(stage: Stage, state: JobState) -> int:
        return counts.get((stage, state), (0, None))[0]

    def oldest(stage: Stage) -> timedelta | None:
        since = counts.get((stage, JobState.QUEUED), (0, None))[1]
        return moment - since if since is not None else None

    speeds = recent(session)
    return [
        StageState(
            stage=stage,
            waiting=count(stage, JobState.QUEUED),
            running=count(stage, JobState.RUNNING),
            failed=count(stage, JobState.FAILED),
            oldest=oldest(stage),
            speed=speeds.get(stage, Throughput(0, 0.0)),
            pause=pauses.get(stage),
        )
        for stage in ORDER
    ]


def _running(session: Session) -> list[RunningJob]:
    rows = session.execute(
        select(Job, Publication.title)
        .join(Publication, Publication.id == Job.publication_id)
        .where(Job.state == JobState.RUNNING)
        .order_by(Job.id)
        .limit(MOST_RUNNING)
    )
    return [
        RunningJob(
            stage=job.stage,
            publication_id=job.publication_id,
            title=title,
            done_pages=job.done_pages,
            total_pages=job.total_pages,
            worker=job.worker or "",
            lease_until=job.lease_until,
        )
        for job, title in rows
    ]


def _recognition(session: Session, holdings: Holdings) -> Recognition:
    return Recognition(
        is_available=recognition.availability(holdings).is_ok,
        waiting=recognition.count_pages(session, recognition.WAITING),
        failed=recognition.count_pages(session, recognition.FAILED),
    )


def failure_groups(session: Session) -> list[FailureGroup]:
    """What failed, by its reason, the commonest first."""
    failures: dict[str, list[Failure]] = {}
    about: dict[str, tuple[Stage | None, str, Mapping[str, Any]]] = {}
    raisable: set[str] = set()

    def add(key: str, stage: Stage | None, code: str, data: Any, failure: Failure) -> None:
        failures.setdefault(key, []).append(failure)
        about.setdefault(key, (stage, code, data or {}))

    for job, title in session.execute(
        select(Job, Publication.title)
        .join(Publication, Publication.id == Job.publication_id)
        .where(Job.state == JobState.FAILED)
        .order_by(Job.id)
        .limit(MOST_FAILURES)
    ):
        code = job.error_code or "error"
        key = _key(job.stage.value, code, job.error_data)
        add(key, job.stage, code, job.error_data, Failure(str(job.id), job.publication_id, title))
    for file, title in session.execute(
        select(File, Publication.title)
        .join(Publication, Publication.id == File.publication_id)
        .where(File.problem_code.is_not(None))
        .order_by(File.id)
        .limit(MOST_FAILURES)
    ):
        code = file.problem_code or ""
        key = _key(_FILE, code, file.problem_data)
        shown = Failure(
            str(file.id),
            file.publication_id,
            _("{title}, tệp {name}").format(title=title, name=file.name),
        )
        add(key, None, code, file.problem_data, shown)
        if next_factor(file):
            raisable.add(key)
    for publication_id, title, pages in session.execute(
        select(Publication.id, Publication.title, func.count())
        .join(Page, Page.publication_id == Publication.id)
        .where(Page.ocr_state == recognition.FAILED)
        .group_by(Publication.id, Publication.title)
        .order_by(Publication.id)
        .limit(MOST_FAILURES)
    ):
        words = counted("{title}, {number} trang", pages).format(title=title, number=pages)
        failure = Failure(publication_id, publication_id, words)
        add(_key(_PAGES, "recognition_failed", None), Stage.OCR, "recognition_failed", {}, failure)
    groups = [
        FailureGroup(
            key=key,
            stage=stage,
            code=code,
            data=data,
            failures=tuple(failures[key]),
            may_raise=key in raisable,
        )
        for key, (stage, code, data) in about.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.failures), group.key))


def retry(
    session: Session, key: str, *, by: Actor, only: str = "", with_raised_limit: bool = False
) -> int:
    """Do again what failed for the reason `key`, or the one failure `only` of it; how many.

    With `with_raised_limit` files that met a limit get twice of it, up to the greatest factor;
    what has it already stays where it is. A group that is gone meanwhile is none.
    """
    if not by.may_curate:
        raise NotAllowedError(what="retry")
    done = 0
    for group in failure_groups(session):
        if group.key != key:
            continue
        for failure in group.failures:
            if only and failure.id != only:
                continue
            done += _retry_one(session, group, failure, by=by, raised=with_raised_limit)
        if done:
            note_event(
                session,
                "jobs_retried",
                by=by,
                data={"count": done, "code": group.code, "key": key},
            )
    return done


def _retry_one(
    session: Session, group: FailureGroup, failure: Failure, *, by: Actor, raised: bool
) -> int:
    where = group.key.split(":", 1)[0]
    if where == _FILE:
        file = session.get_one(File, int(failure.id))
        factor = next_factor(file) if raised else None
        if raised and not factor:
            return 0
        read_again(session, file, by=by, factor=factor if met_limit(file) else None)
    elif where == _PAGES:
        recognition.read_again(session, failure.publication_id)
    else:
        jobs.retry(session, int(failure.id))
    return 1


def _key(where: str, code: str, data: Mapping[str, Any] | None) -> str:
    return f"{where}:{code}:{(data or {}).get('limit', '')}"
