"""Pages whose picture has to be read: which wait, what came of them, and whether it can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import ArchiveError
from archive.core.status import JobState
from archive.core.syllables import measure
from archive.extract.judging import is_better
from archive.extract.recognition import Availability, recognition_available
from archive.extract.results import PageText
from archive.models import File, Job, Page, PageWords, Publication, Stage
from archive.services.guard import asks_for_a_look, look_at_pages
from archive.services.holdings import Holdings
from archive.services.jobs import enqueue
from archive.services.word_boxes import pack_words

WAITING = "waiting"
DONE = "done"
FAILED = "failed"

# Recognised pages become findable while the others are still being read: after two seconds, then
# less and less often, since each time all pages of the publication are indexed anew.
_FIRST_INDEXING = timedelta(seconds=2)
_LATER_PER_PAGE = timedelta(seconds=0.2)
_LATEST = timedelta(seconds=60)


@dataclass(frozen=True)
class WaitingPage:
    """A page whose picture is to be read."""

    page_id: int
    file_id: int
    file_page: int
    number: int


def availability(holdings: Holdings) -> Availability:
    """Whether pictures can be read here and now; `detail` says in English why not."""
    if not holdings.settings.ocr:
        return Availability(False, "switched off by ARCHIVE_OCR=off")
    return recognition_available(holdings.settings.assets)


def waiting_pages(session: Session, publication_id: str) -> list[WaitingPage]:
    """The publication's pages that wait to be recognised, in their order."""
    rows = session.execute(
        select(Page.id, Page.file_id, Page.file_page, Page.number)
        .where(Page.publication_id == publication_id, Page.ocr_state == WAITING)
        .order_by(Page.number)
    )
    return [WaitingPage(*row) for row in rows]


def count_pages(session: Session, state: str, *, publication_id: str | None = None) -> int:
    """How many pages (of a publication, or of all) wait, are done, or failed."""
    counted = select(func.count()).select_from(Page).where(Page.ocr_state == state)
    if publication_id is not None:
        counted = counted.where(Page.publication_id == publication_id)
    return session.scalar(counted) or 0


def note_recognised(session: Session, waiting: WaitingPage, page: PageText) -> None:
    """Keep what was read in the picture, unless the file's own text is the better one.

    Either way the page waits no longer, and is not read again. A page that is gone, or that was
    read meanwhile, stays as it is.
    """
    row = session.get(Page, waiting.page_id)
    if row is None or row.ocr_state != WAITING:
        return
    row.ocr_state = DONE
    carried = row.text
    if not page.text or (carried.strip() and not is_better(page.text, than=carried)):
        return
    row.text = page.text
    row.text_source = "ocr"
    row.text_score = measure(page.text).score
    row.text_before = carried if carried.strip() else None
    session.flush()
    session.execute(delete(PageWords).where(PageWords.page_id == row.id))
    if page.words:
        session.execute(insert(PageWords), [{"page_id": row.id, "packed": pack_words(page.words)}])
    if asks_for_a_look(page.text):
        look_at_pages(session, row.file.publication, [row])


def note_failed(session: Session, waiting: WaitingPage) -> None:
    """The picture could not be read and is not tried again by itself; what the page had stays."""
    session.execute(
        update(Page)
        .where(Page.id == waiting.page_id, Page.ocr_state == WAITING)
        .values(ocr_state=FAILED)
    )


def note_problem(file: File, error: ArchiveError, *, page: int) -> None:
    """Say at the file why the picture of its `page` could not be read, unless something else was
    wrong with it before."""
    if file.problem_code is None:
        file.problem_code, file.problem_data = error.code, {**error.data, "page": page}


def read_again(session: Session, publication_id: str) -> int:
    """Let the pages that failed wait for another reading; how many there are. What their files
    were said to lack because of them is said no more."""
    failed = count_pages(session, FAILED, publication_id=publication_id)
    if failed:
        session.execute(
            update(Page)
            .where(Page.publication_id == publication_id, Page.ocr_state == FAILED)
            .values(ocr_state=WAITING)
        )
        files = select(File).where(
            File.publication_id == publication_id, File.problem_code.is_not(None)
        )
        for file in session.scalars(files):
            if "page" in (file.problem_data or {}):
                file.problem_code = file.problem_data = None
        enqueue(session, Stage.OCR, publication_id=publication_id)
    return failed


def make_findable(session: Session, publication_id: str, *, recognised: int, last: bool) -> None:
    """Count a change of the publication's text, and queue its entries: at once after the `last`
    page, before that the later the more pages (`recognised`) are done already."""
    publication = session.get(Publication, publication_id)
    if publication is None:
        return
    publication.revision += 1
    publication.changed_at = now()
    if last:
        enqueue(session, Stage.COMPARE, publication_id=publication_id)
    wait = min(_LATEST, _FIRST_INDEXING + recognised * _LATER_PER_PAGE)
    enqueue(
        session, Stage.INDEX, publication_id=publication_id, wait=timedelta(0) if last else wait
    )


def forgotten(session: Session) -> Sequence[str]:
    """Publications with pages that wait although no job does: restored ones, for example."""
    active = select(Job.publication_id).where(
        Job.stage == Stage.OCR, Job.state.in_((JobState.QUEUED, JobState.RUNNING, JobState.FAILED))
    )
    unread = select(File.publication_id).where(File.text_done.is_(False))
    return session.scalars(
        select(Page.publication_id)
        .where(
            Page.ocr_state == WAITING,
            Page.publication_id.not_in(active),
            Page.publication_id.not_in(unread),
        )
        .distinct()
    ).all()
