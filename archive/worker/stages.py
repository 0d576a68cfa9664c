"""The stages of intake, each idempotent: what a repeated run finds done, it leaves.

A stage reads and computes outside any write transaction and writes in short ones, each of which
checks that the job is still this worker's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.orm import Session

from archive.core.errors import ArchiveError, LimitReachedError, RefusedFileError
from archive.extract.kinds import KINDS
from archive.extract.limits import Limits
from archive.extract.reading import extract
from archive.extract.results import PageText
from archive.models import File, Publication
from archive.services import jobs, reading
from archive.services.deposits import store_record
from archive.services.holdings import Holdings, original_path
from archive.services.indexing import index_entries
from archive.services.jobs import Claim
from archive.services.reading import Unread
from archive.services.rereading import limits_for

BATCH_PAGES = 100
BATCH_SECONDS = 0.5

log = structlog.get_logger("worker")


class StopRequestedError(ArchiveError):
    """The worker is asked to end; the job goes back to the queue as it stands."""

    code = "worker_stopped"


def run_extract(
    holdings: Holdings, claim: Claim, *, check: Callable[[], None], limits: Limits
) -> None:
    """Text of every file that has none yet, in the files' order."""
    while True:
        with holdings.database.reading() as session:
            unread = reading.first_unread(session, claim.publication_id)
        if unread is None:
            break
        if _read_file(holdings, claim, unread, check=check, limits=limits):
            return
    with holdings.database.writing() as session:
        _end_reading(session, claim)
        session.commit()


def _end_reading(session: Session, claim: Claim) -> None:
    publication = session.get(Publication, claim.publication_id)
    if publication is not None:
        reading.finish_reading(session, publication)
    jobs.complete(session, claim)


def _read_file(
    holdings: Holdings,
    claim: Claim,
    unread: Unread,
    *,
    check: Callable[[], None],
    limits: Limits,
) -> bool:
    """Read the file to its end; True where it was the last one, and the job has ended with it."""
    file, total = unread.file, unread.total
    path = original_path(holdings, file.publication_id, file.logical_path, unread.object_version)
    batch: list[PageText] = []
    problem: ArchiveError | None = None
    try:
        # Without the words' places, which come with the page images: text is to be found first.
        with extract(
            path,
            KINDS[file.kind],
            limits=limits_for(file, limits),
            first_page=unread.done + 1,
            words=False,
        ) as pages:
            last = time.monotonic()
            for page in pages:
                check()
                batch.append(page)
                if len(batch) >= BATCH_PAGES or time.monotonic() - last >= BATCH_SECONDS:
                    _write_pages(holdings, claim, unread, batch)
                    batch, last = [], time.monotonic()
    except (RefusedFileError, LimitReachedError) as error:
        # The file is of a kind that a second attempt would meet again; what was read stays.
        log.warning("file_problem", file=file.id, code=error.code, **plain(error))
        problem = error
    with holdings.database.writing() as session:
        found = session.get(File, file.id)
        if found is not None:
            reading.add_pages(session, found, batch, offset=unread.before)
            if problem is None:
                reading.finish_file(found, page_count=pages.page_count)
            else:
                reading.record_problem(session, found, code=problem.code, data=problem.data)
        # A file that came meanwhile has a job of its own in the queue.
        if unread.is_last:
            _end_reading(session, claim)
        else:
            done = unread.before + (found.page_count if found is not None else 0)
            jobs.report_progress(
                session, claim, done=done, total=max(total, done), advanced=problem is None
            )
        session.commit()
    return unread.is_last


def plain(error: ArchiveError) -> dict[str, str]:
    """The error's data as a line of the log takes it."""
    return {key: str(value)[:200] for key, value in error.data.items()}


def _write_pages(
    holdings: Holdings, claim: Claim, unread: Unread, batch: Sequence[PageText]
) -> None:
    with holdings.database.writing() as session:
        file = session.get(File, unread.file.id)
        if file is None:
            raise StopRequestedError()
        reading.add_pages(session, file, batch, offset=unread.before)
        done = unread.before + batch[-1].number
        jobs.report_progress(
            session, claim, done=done, total=max(unread.total, done), advanced=True
        )
        session.commit()


def run_index(holdings: Holdings, claims: Sequence[Claim]) -> None:
    """The entries of all claimed publications in one commit of the index; then the jobs end.

    The index is written before the jobs end: a kill in between repeats the write, which replaces
    the same entries by themselves. Leases are looked at and entries read while the index's own
    lock is held: a worker that slept past its lease cannot put old entries over newer ones.
    """
    with holdings.index.writer() as writer:
        with holdings.database.writing() as session:
            held = jobs.keep_alive(session, claims, lease=holdings.settings.lease)
            session.commit()
        ids = [claim.publication_id for claim in held]
        with holdings.database.reading() as session:
            entries = list(index_entries(session, ids))
        present = {entry.work_id for entry in entries}
        writer.write(entries, deleted_ids=[i for i in ids if i not in present])
    with holdings.database.writing() as session:
        # One that was taken over, or whose publication is gone, does not hold up the others.
        jobs.complete_standing(session, held)
        session.commit()


def run_record(holdings: Holdings, claim: Claim) -> None:
    """The record as it stands into storage, as a new version where it changed."""
    with holdings.database.writing() as session:
        jobs.complete(session, claim)
        publication = session.get(Publication, claim.publication_id)
        if publication is not None:
            store_record(session, holdings, publication)
        session.commit()
