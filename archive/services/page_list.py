"""The pages of a publication as a row of sheets: what is printed on each, and its shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Page


@dataclass(frozen=True)
class ListedPage:
    """`label` is "" where nothing is printed on the page; `width`, `height` as of `models.Page`, 0
    for pages without a shape; `file_id`, `file_page` say where its picture lies; `text_source`,
    `ocr_state` how it was read."""

    number: int
    label: str
    width: float
    height: float
    file_id: int
    file_page: int
    text_source: str
    ocr_state: str


def list_pages(session: Session, publication_id: str) -> Sequence[ListedPage]:
    """All pages in order, without their text, which of a long book is megabytes."""
    rows = session.execute(
        select(
            *(Page.number, Page.label, Page.width, Page.height, Page.file_id, Page.file_page),
            *(Page.text_source, Page.ocr_state),
        )
        .where(Page.publication_id == publication_id)
        .order_by(Page.number)
    )
    return [ListedPage(*row) for row in rows]
