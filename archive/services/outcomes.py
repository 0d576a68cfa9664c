"""What became of imported publications: found by their words, on the way, or stopped by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.status import JobState
from archive.models import File, Job, Page, Publication, Stage
from archive.services.guard import has_open_markings
from archive.services.recognition import WAITING, count_pages


@dataclass(frozen=True)
class PublicationState:
    """What became of an imported publication. `state` is `searchable` or a problem's code."""

    id: str
    title: str
    files: int
    pages: int
    state: str
    text_sources: Mapping[str, int]


def publication_states(session: Session, ids: Sequence[str]) -> Iterator[PublicationState]:
    """The state of each publication, in the order of `ids`."""
    for publication_id in ids:
        publication = session.get(Publication, publication_id)
        if publication is None:
            continue
        sources = dict.fromkeys(("embedded", "repaired", "ocr", "none"), 0)
        for row in session.execute(
            select(Page.text_source, func.count())
            .where(Page.publication_id == publication_id)
            .group_by(Page.text_source)
        ):
            sources[row[0]] = row[1]
        files = session.scalars(select(File).where(File.publication_id == publication_id)).all()
        yield PublicationState(
            id=publication_id,
            title=publication.title,
            files=len(files),
            pages=publication.page_count,
            state=_state(session, publication_id, files, sources),
            text_sources=sources,
        )


def _state(
    session: Session, publication_id: str, files: Sequence[File], sources: Mapping[str, int]
) -> str:
    if has_open_markings(session, publication_id):
        return "marking_open"
    for file in files:
        if file.problem_code:
            return file.problem_code
    if waiting_stages(session, [publication_id]):
        return "in_progress"
    if count_pages(session, WAITING, publication_id=publication_id):
        return "ocr_waiting"
    if files and not any(sources[name] for name in ("embedded", "repaired", "ocr")):
        return "no_text"
    failed = session.scalar(
        select(Job.error_code).where(
            Job.publication_id == publication_id,
            Job.state == JobState.FAILED,
            Job.stage.in_((Stage.EXTRACT, Stage.INDEX)),
        )
    )
    return failed or "searchable"


def waiting_stages(
    session: Session, ids: Sequence[str], *, stages: Sequence[Stage] = (Stage.EXTRACT, Stage.INDEX)
) -> int:
    """How many jobs of these stages stand between these publications and their being found."""
    total = 0
    for start in range(0, len(ids), 500):
        total += (
            session.scalar(
                select(func.count()).where(
                    Job.publication_id.in_(ids[start : start + 500]),
                    Job.stage.in_(stages),
                    Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
                )
            )
            or 0
        )
    return total
