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

_PIECE = 500
_SOURCES = ("embedded", "repaired", "ocr", "none")


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
    """The state of each publication that the catalogue has, in the order of `ids`."""
    for start in range(0, len(ids), _PIECE):
        yield from _states(session, ids[start : start + _PIECE])
        session.expunge_all()


def _states(session: Session, ids: Sequence[str]) -> Iterator[PublicationState]:
    publications = {
        row.id: row for row in session.scalars(select(Publication).where(Publication.id.in_(ids)))
    }
    with_files = set(
        session.scalars(select(File.publication_id).where(File.publication_id.in_(ids)))
    )
    jobs = select(Job.publication_id).where(
        Job.publication_id.in_(ids), Job.stage.in_((Stage.EXTRACT, Stage.INDEX))
    )
    waiting = set(session.scalars(jobs.where(Job.state.in_((JobState.QUEUED, JobState.RUNNING)))))
    failed = set(session.scalars(jobs.where(Job.state == JobState.FAILED)))
    for publication_id in ids:
        publication = publications.get(publication_id)
        if publication is None:
            continue
        if publication_id in with_files or publication_id in failed:
            yield _state_of(session, publication)
        else:
            # A record to be collected has nothing that would have to be asked for one by one.
            yield PublicationState(
                id=publication_id,
                title=publication.title,
                files=0,
                pages=publication.page_count,
                state="in_progress" if publication_id in waiting else "searchable",
                text_sources=dict.fromkeys(_SOURCES, 0),
            )


def _state_of(session: Session, publication: Publication) -> PublicationState:
    sources = dict.fromkeys(_SOURCES, 0)
    for row in session.execute(
        select(Page.text_source, func.count())
        .where(Page.publication_id == publication.id)
        .group_by(Page.text_source)
    ):
        sources[row[0]] = row[1]
    files = session.scalars(select(File).where(File.publication_id == publication.id)).all()
    return PublicationState(
        id=publication.id,
        title=publication.title,
        files=len(files),
        pages=publication.page_count,
        state=_state(session, publication.id, files, sources),
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
