"""The stage that reads pictures of pages: many at a time, one page per child and core."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import structlog

from archive.core.errors import ArchiveError, LimitReachedError, RefusedFileError
from archive.extract.kinds import KINDS, FileKind
from archive.extract.limits import Limits
from archive.extract.recognition import recognise, unpack_data
from archive.extract.results import PageText
from archive.models import File, Stage
from archive.services import jobs, recognition
from archive.services.holdings import Holdings, original_path
from archive.services.jobs import Claim
from archive.services.recognition import WaitingPage
from archive.services.rereading import limits_for
from archive.services.throughput import note_pages
from archive.worker.stages import BATCH_SECONDS, StopRequestedError, plain

log = structlog.get_logger("worker")


@dataclass(frozen=True)
class _Read:
    """What came of one page: its text, or the error that its picture met."""

    waiting: WaitingPage
    page: PageText | None
    error: ArchiveError | None = None


@dataclass(frozen=True)
class _Source:
    path: Path
    kind: FileKind
    limits: Limits


def run_recognition(
    holdings: Holdings,
    claim: Claim,
    *,
    check: Callable[[], None],
    limits: Limits,
    processes: int,
) -> None:
    """Read the picture of every page that waits. Each page is kept as soon as it is read, so that
    a kill costs the pages in hand and a repeated run goes on with the rest.

    Where `check` raises (the worker shall stop, or something more urgent waits), the pages in hand
    are ended and kept first.
    """
    with holdings.database.reading() as session:
        waiting = recognition.waiting_pages(session, claim.publication_id)
        done = recognition.count_pages(
            session, recognition.DONE, publication_id=claim.publication_id
        )
        sources = {
            file_id: _source(holdings, session.get_one(File, file_id), limits)
            for file_id in dict.fromkeys(page.file_id for page in waiting)
        }
    data = unpack_data(holdings.settings.assets, holdings.settings.recogniser_folder)
    reader = _Reader(sources, data=data, processes=processes)
    total = done + len(waiting)
    interrupted: ArchiveError | None = None
    batch: list[_Read] = []
    last = time.monotonic()
    for read in reader.read(waiting):
        batch.append(read)
        done += 1
        if time.monotonic() - last >= BATCH_SECONDS:
            _keep(holdings, claim, batch, done=done, total=total)
            batch, last = [], time.monotonic()
        if interrupted is None:
            try:
                check()
            except StopRequestedError as asked:
                interrupted = asked
                reader.finish()
    _keep(holdings, claim, batch, done=done, total=total)
    if interrupted is not None:
        raise interrupted
    with holdings.database.writing() as session:
        recognition.make_findable(session, claim.publication_id, recognised=done, last=True)
        jobs.complete(session, claim)
        session.commit()


def _source(holdings: Holdings, file: File, limits: Limits) -> _Source:
    version = file.publication.object_version
    path = original_path(holdings, file.publication_id, file.logical_path, version)
    return _Source(path, KINDS[file.kind], limits_for(file, limits))


def _keep(
    holdings: Holdings, claim: Claim, batch: Sequence[_Read], *, done: int, total: int
) -> None:
    if not batch:
        return
    with holdings.database.writing() as session:
        for read in batch:
            if read.page is not None:
                recognition.note_recognised(session, read.waiting, read.page)
                continue
            assert read.error is not None, "a page is read or has its error"
            log.warning(
                "page_not_recognised",
                file=read.waiting.file_id,
                page=read.waiting.file_page,
                code=read.error.code,
                **plain(read.error),
            )
            recognition.note_failed(session, read.waiting)
            file = session.get(File, read.waiting.file_id)
            if file is not None:
                recognition.note_problem(file, read.error, page=read.waiting.file_page)
        recognition.make_findable(session, claim.publication_id, recognised=done, last=False)
        note_pages(session, Stage.OCR, len(batch))
        jobs.report_progress(session, claim, done=done, total=total, advanced=True)
        session.commit()


class _Reader:
    """Reads pages in as many children at once as there are processes; each page has its own."""

    def __init__(self, sources: dict[int, _Source], *, data: Path, processes: int) -> None:
        self._sources = sources
        self._data = data
        self._processes = processes
        self._finishing = threading.Event()

    def read(self, waiting: Sequence[WaitingPage]) -> Iterator[_Read]:
        """The pages as they are read, in about their order; after `finish` only those in hand."""
        results: queue.SimpleQueue[Future[_Read]] = queue.SimpleQueue()
        pending = iter(waiting)
        in_hand = 0
        with ThreadPoolExecutor(self._processes, thread_name_prefix="recognise") as pool:
            while True:
                while in_hand < self._processes and not self._finishing.is_set():
                    page = next(pending, None)
                    if page is None:
                        break
                    pool.submit(self._read_page, page).add_done_callback(results.put)
                    in_hand += 1
                if not in_hand:
                    return
                in_hand -= 1
                yield results.get().result()

    def finish(self) -> None:
        """Begin no further page."""
        self._finishing.set()

    def _read_page(self, waiting: WaitingPage) -> _Read:
        source = self._sources[waiting.file_id]
        try:
            for page in recognise(
                source.path,
                source.kind,
                pages=[waiting.file_page],
                limits=source.limits,
                data=self._data,
            ):
                return _Read(waiting, page)
        except (RefusedFileError, LimitReachedError) as error:
            return _Read(waiting, None, error)
        return _Read(waiting, PageText(waiting.file_page, None, "", 0, 0))
