"""What the worker's extraction brings into the catalogue: pages, words, problems, images' state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from archive.core.dates import now
from archive.extract.results import DocumentInfo, PageText
from archive.models import File, Page, PageWords, Publication, Stage
from archive.services.guard import asks_for_a_look, look_at_pages
from archive.services.jobs import enqueue
from archive.services.throughput import note_pages
from archive.services.word_boxes import pack_words


@dataclass(frozen=True)
class Unread:
    """A file whose text is not all in the catalogue.

    `done`: how many of its pages are, which is where a repeated stage goes on. `before`: how many
    pages the publication's earlier files gave. `total`: the pages of all its files, as far as they
    were counted. `is_last`: no other file waits. `object_version`: of the publication in storage.
    """

    file: File
    object_version: int
    done: int
    before: int
    total: int
    is_last: bool


_other = aliased(File)
# What every file asks. Made once: putting a statement together takes longer than running it.
_PAGES_READ = select(func.max(Page.file_page)).where(Page.file_id == bindparam("file_id"))
_PAGES = select(func.count(), func.count().filter(Page.ocr_state == "waiting")).where(
    Page.publication_id == bindparam("publication_id")
)
_IN_THE_WAY = select(
    select(func.count())
    .where(
        Page.file_id == bindparam("file_id"),
        Page.file_page.in_(bindparam("numbers", expanding=True)),
    )
    .scalar_subquery(),
    exists().where(
        Page.file_id == _other.id,
        _other.publication_id == bindparam("publication_id"),
        _other.position > bindparam("position"),
    ),
)
_FIRST_UNREAD = (
    select(
        File,
        Publication.object_version,
        select(func.coalesce(func.max(Page.file_page), 0))
        .where(Page.file_id == File.id)
        .scalar_subquery(),
        select(func.count())
        .select_from(Page)
        .join(_other, Page.file_id == _other.id)
        .where(
            Page.publication_id == File.publication_id,
            _other.position < File.position,
        )
        .scalar_subquery(),
        select(func.coalesce(func.sum(_other.page_count), 0))
        .where(_other.publication_id == File.publication_id)
        .scalar_subquery(),
        ~exists().where(
            _other.publication_id == File.publication_id,
            _other.id != File.id,
            _other.text_done.is_(False),
        ),
    )
    .join(Publication, File.publication_id == Publication.id)
    .where(File.publication_id == bindparam("publication_id"), File.text_done.is_(False))
    .order_by(File.position)
    .limit(1)
)


def first_unread(session: Session, publication_id: str) -> Unread | None:
    """The publication's first file that is still to be read."""
    row = session.execute(_FIRST_UNREAD, {"publication_id": publication_id}).first()
    return None if row is None else Unread(*row)


def _pages_read(session: Session, file_id: int) -> int:
    return session.scalar(_PAGES_READ, {"file_id": file_id}) or 0


def add_pages(session: Session, file: File, pages: Sequence[PageText], *, offset: int) -> None:
    """Put pages into the catalogue; pages of the same numbers that were there give way.

    Pages of later files move up where a file is read further than before. A mark of secrecy on one
    of the pages closes the publication with this very transaction.
    """
    if not pages:
        return
    numbers = [page.number for page in pages]
    standing, follows = session.execute(
        _IN_THE_WAY,
        {
            "file_id": file.id,
            "numbers": numbers,
            "publication_id": file.publication_id,
            "position": file.position,
        },
    ).one()
    if standing:
        session.execute(
            delete(Page)
            .where(Page.file_id == file.id, Page.file_page.in_(numbers))
            .execution_options(synchronize_session=False)
        )
    if follows and len(numbers) > standing:
        _make_room(session, file, len(numbers) - standing)
    # Plain rows: a book's pages as mapped objects would cost more than reading them.
    session.execute(
        insert(Page),
        [
            {
                "publication_id": file.publication_id,
                "file_id": file.id,
                "number": offset + page.number,
                "file_page": page.number,
                "label": (page.label or "")[:40],
                "text": page.text,
                "text_source": page.text_source,
                "text_score": page.text_score,
                "text_before": page.text_before,
                "ocr_state": "waiting" if page.needs_ocr else "",
                "width": page.width_px,
                "height": page.height_px,
            }
            for page in pages
        ],
    )
    note_words(session, file, pages)
    suspected = [page.number for page in pages if asks_for_a_look(page.text)]
    if suspected:
        rows = select(Page).where(Page.file_id == file.id, Page.file_page.in_(suspected))
        look_at_pages(session, file.publication, session.scalars(rows).all())
    note_pages(session, Stage.EXTRACT, len(pages))


def _make_room(session: Session, file: File, pages: int) -> None:
    later = select(File.id).where(
        File.publication_id == file.publication_id, File.position > file.position
    )
    moved = Page.file_id.in_(later)
    # Below zero and back: no two pages may share a number, not even in the middle of a statement.
    for number in (-(Page.number + pages), -Page.number):
        session.execute(
            update(Page)
            .where(moved)
            .values(number=number)
            .execution_options(synchronize_session=False)
        )


def note_words(session: Session, file: File, pages: Sequence[PageText]) -> None:
    """Keep where the words of these pages stand, for those whose text is the one that is kept."""
    read = {page.number: page for page in pages if page.words}
    if not read:
        return
    kept = session.execute(
        select(Page.id, Page.file_page, Page.text).where(
            Page.file_id == file.id, Page.file_page.in_(read)
        )
    ).all()
    standing = {
        page_id: read[number] for page_id, number, text in kept if read[number].text == text
    }
    session.execute(delete(PageWords).where(PageWords.page_id.in_(standing)))
    if standing:
        session.execute(
            insert(PageWords),
            [
                {"page_id": page_id, "packed": pack_words(page.words)}
                for page_id, page in standing.items()
            ],
        )


def note_structure(session: Session, file: File, info: DocumentInfo) -> None:
    """Keep the outline; an empty one says that it was looked for."""
    file.outline = [
        {"title": entry.title, "page": entry.page_number, "level": entry.level}
        for entry in info.outline
    ]


def finish_file(file: File, *, page_count: int) -> None:
    """The whole text of the file is in, which has so many pages."""
    file.text_done = True
    file.page_count = page_count
    file.problem_code = file.problem_data = None


def record_problem(session: Session, file: File, *, code: str, data: dict[str, Any]) -> None:
    """The file could not be read to its end; what was read stays, and so does the original."""
    file.text_done = True
    file.page_count = _pages_read(session, file.id)
    file.problem_code, file.problem_data = code, data


def finish_reading(session: Session, publication: Publication) -> None:
    """All files are through: the publication may be indexed, compared and drawn."""
    pages, waiting = session.execute(_PAGES, {"publication_id": publication.id}).one()
    publication.page_count = pages
    publication.revision += 1
    publication.changed_at = now()
    stages = [Stage.INDEX, Stage.COMPARE, Stage.IMAGES]
    if waiting:
        stages.append(Stage.OCR)
    enqueue(session, *stages, publication_id=publication.id)
