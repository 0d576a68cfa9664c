"""The stages of intake, each idempotent: what a repeated run finds done, it leaves.

A stage reads and computes outside any write transaction and writes in short ones, each of which
checks that the job is still this worker's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from sqlalchemy import select

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
from archive.services.jobs import Claim, StaleLeaseError
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
    """Text and word boxes of every file that has none yet, in the files' order."""
    with holdings.database.reading() as session:
        files = session.scalars(
            select(File).where(File.publication_id == claim.publication_id).order_by(File.position)
        ).all()
        waiting = [file.id for file in files if not file.text_done]
        total = sum(file.page_count for file in files)
    for file_id in waiting:
        _read_file(holdings, claim, file_id, total=total, check=check, limits=limits)
    with holdings.database.writing() as session:
        publication = session.get(Publication, claim.publication_id)
        if publication is not None:
            left = session.scalar(
                select(File.id).where(
                    File.publication_id == publication.id, File.text_done.is_(False)
                )
            )
            # Files that were replaced meanwhile have a job of their own in the queue.
            if left is None:
                reading.finish_reading(session, publication)
        jobs.complete(session, claim)
        session.commit()


def _read_file(
    holdings: Holdings,
    claim: Claim,
    file_id: int,
    *,
    total: int,
    check: Callable[[], None],
    limits: Limits,
) -> None:
    with holdings.database.reading() as session:
        file = session.get(File, file_id)
        if file is None:
            return
        kind = KINDS[file.kind]
        limits = limits_for(file, limits)
        path = original_path(
            holdings, file.publication_id, file.logical_path, file.publication.object_version
        )
        offset = reading.pages_before(session, file)
        done = reading.pages_read(session, file_id)
    batch: list[PageText] = []
    try:
        # Without the words' places, which come with the page images: text is to be found first.
        with extract(path, kind, limits=limits, first_page=done + 1, words=False) as pages:
            last = time.monotonic()
            for page in pages:
                check()
                batch.append(page)
                if len(batch) >= BATCH_PAGES or time.monotonic() - last >= BATCH_SECONDS:
                    _write_pages(holdings, claim, file_id, batch, offset=offset, total=total)
                    batch, last = [], time.monotonic()
    except (RefusedFileError, LimitReachedError) as error:
        # The file is of a kind that a second attempt would meet again; what was read stays.
        log.warning("file_problem", file=file_id, code=error.code, **plain(error))
        with holdings.database.writing() as session:
            found = session.get(File, file_id)
            if found is not None:
                reading.add_pages(session, found, batch, offset=offset)
                reading.record_problem(session, found, code=error.code, data=error.data)
            jobs.report_progress(session, claim, done=offset, total=total)
            session.commit()
        return
    with holdings.database.writing() as session:
        found = session.get(File, file_id)
        if found is not None:
            reading.add_pages(session, found, batch, offset=offset)
            reading.finish_file(session, found)
        jobs.report_progress(
            session,
            claim,
            done=offset + (found.page_count if found is not None else 0),
            total=total,
            advanced=True,
        )
        session.commit()


def plain(error: ArchiveError) -> dict[str, str]:
    """The error's data as a line of the log takes it."""
    return {key: str(value)[:200] for key, value in error.data.items()}


def _write_pages(
    holdings: Holdings,
    claim: Claim,
    file_id: int,
    batch: Sequence[PageText],
    *,
    offset: int,
    total: int,
) -> None:
    with holdings.database.writing() as session:
        file = session.get(File, file_id)
        if file is None:
            raise StopRequestedError()
        reading.add_pages(session, file, batch, offset=offset)
        jobs.report_progress(
            session,
            claim,
            done=offset + batch[-1].number,
            total=max(total, batch[-1].number),
            advanced=True,
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
        for claim in held:
            # One that was taken over, or whose publication is gone, does not hold up the others.
            with suppress(StaleLeaseError):
                jobs.complete(session, claim)
        session.commit()


def run_record(holdings: Holdings, claim: Claim) -> None:
    """The record as it stands into storage, as a new version where it changed."""
    with holdings.database.writing() as session:
        jobs.complete(session, claim)
        publication = session.get(Publication, claim.publication_id)
        if publication is not None:
            store_record(session, holdings, publication)
        session.commit()
