"""What the worker's extraction brings into the catalogue: pages, words, problems, images' state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.extract.results import DocumentInfo, PageText
from archive.models import File, Page, PageWords, Publication, Stage
from archive.services.jobs import enqueue
from archive.services.word_boxes import pack_words


def pages_read(session: Session, file_id: int) -> int:
    """How many pages of the file are in the catalogue already: where a repeated stage goes on."""
    return session.scalar(select(func.max(Page.file_page)).where(Page.file_id == file_id)) or 0


def pages_before(session: Session, file: File) -> int:
    """How many pages the publication's earlier files gave: the offset of this file's numbers."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Page)
            .join(Page.file)
            .where(Page.publication_id == file.publication_id, File.position < file.position)
        )
        or 0
    )


def add_pages(session: Session, file: File, pages: Sequence[PageText], *, offset: int) -> None:
    """Put pages into the catalogue; pages of the same numbers that were there give way."""
    numbers = [page.number for page in pages]
    session.execute(delete(Page).where(Page.file_id == file.id, Page.file_page.in_(numbers)))
    rows = [
        Page(
            publication_id=file.publication_id,
            file_id=file.id,
            number=offset + page.number,
            file_page=page.number,
            label=(page.label or "")[:40],
            text=page.text,
            text_source=page.text_source,
            width=page.width_px,
            height=page.height_px,
        )
        for page in pages
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        PageWords(page_id=row.id, packed=pack_words(page.words))
        for row, page in zip(rows, pages, strict=True)
        if page.words
    )


def finish_file(session: Session, file: File, *, info: DocumentInfo | None) -> None:
    """The whole text of the file is in."""
    file.text_done = True
    file.page_count = pages_read(session, file.id)
    file.problem_code = file.problem_data = None
    if info is not None and info.outline:
        file.outline = [
            {"title": entry.title, "page": entry.page_number, "level": entry.level}
            for entry in info.outline
        ]


def record_problem(session: Session, file: File, *, code: str, data: dict[str, Any]) -> None:
    """The file could not be read to its end; what was read stays, and so does the original."""
    file.text_done = True
    file.page_count = pages_read(session, file.id)
    file.problem_code, file.problem_data = code, data


def finish_reading(session: Session, publication: Publication) -> None:
    """All files are through: the publication may be indexed, compared and drawn."""
    publication.page_count = (
        session.scalar(
            select(func.count()).select_from(Page).where(Page.publication_id == publication.id)
        )
        or 0
    )
    publication.revision += 1
    publication.changed_at = now()
    enqueue(session, Stage.INDEX, publication.id)
    enqueue(session, Stage.COMPARE, publication.id)
    enqueue(session, Stage.IMAGES, publication.id)


def note_page_labels(session: Session, file: File, labels: Sequence[str]) -> None:
    """Give the pages the labels that the document itself prints; they are known last."""
    pages = session.scalars(select(Page).where(Page.file_id == file.id)).all()
    for page in pages:
        if page.file_page <= len(labels) and not page.label:
            page.label = labels[page.file_page - 1][:40]
