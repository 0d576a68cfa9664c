"""The table of contents of a publication, from the outlines of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import File, Page
from archive.services.page_list import ListedPage, list_pages
from archive.services.records import one_line

MOST_PARTS = 500
"""A longer table of contents is shown without its deepest levels."""
_TITLE_LENGTH = 300


@dataclass(frozen=True)
class OutlinePart:
    """A line of the contents: `number` is the page through the publication, None where it leads
    nowhere; `label` what is printed on that page, else its number; `level` from 0."""

    title: str
    number: int | None
    label: str
    level: int


def outline_of(
    files: Sequence[File], pages: Sequence[Page | ListedPage]
) -> tuple[OutlinePart, ...]:
    """The parts in their order, the files' one after the other; () where no file has an outline.
    `files` in their order, and all pages of the publication."""
    targets = {(page.file_id, page.file_page): page for page in pages}
    found = []
    for file in files:
        for entry in file.outline or ():
            title = one_line(str(entry.get("title") or ""))[:_TITLE_LENGTH]
            at, level = entry.get("page"), entry.get("level")
            page = targets.get((file.id, at)) if isinstance(at, int) else None
            if title:
                found.append(
                    OutlinePart(
                        title=title,
                        number=page.number if page is not None else None,
                        label=(page.label or str(page.number)) if page is not None else "",
                        level=level if isinstance(level, int) and level > 0 else 0,
                    )
                )
    return _shallow(found)


def load_outline(session: Session, publication_id: str) -> tuple[OutlinePart, ...]:
    """`outline_of` the publication; its pages are asked for only where a file has an outline."""
    files = session.scalars(
        select(File)
        .where(File.publication_id == publication_id, File.outline.is_not(None))
        .order_by(File.position)
    ).all()
    if not any(file.outline for file in files):
        return ()
    return outline_of(files, list_pages(session, publication_id))


def _shallow(found: Sequence[OutlinePart]) -> tuple[OutlinePart, ...]:
    kept = list(found)
    while len(kept) > MOST_PARTS and (deepest := max(part.level for part in kept)) > 0:
        kept = [part for part in kept if part.level < deepest]
    return tuple(kept[:MOST_PARTS])


def find_labelled(session: Session, publication_id: str, typed: str) -> int | None:
    """The number of the page a reader means by "iv", "A-3" or "12": what is printed on it first,
    then its place in the publication; None where there is no such page."""
    wanted = one_line(typed).casefold()
    if not wanted:
        return None
    pages = session.execute(
        select(Page.number, Page.label)
        .where(Page.publication_id == publication_id)
        .order_by(Page.number)
    ).all()
    for number, label in pages:
        if label and label.casefold() == wanted:
            return int(number)
    if wanted.isdecimal() and any(number == int(wanted) for number, _ in pages):
        return int(wanted)
    return None
