"""The table of contents of a publication, from the outlines of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import File, Page
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


def outline_of(session: Session, publication_id: str) -> tuple[OutlinePart, ...]:
    """The parts in their order, the files' one after the other; () where no file has an outline."""
    files = session.execute(
        select(File.id, File.outline)
        .where(File.publication_id == publication_id, File.outline.is_not(None))
        .order_by(File.position)
    ).all()
    if not any(outline for _, outline in files):
        return ()
    offsets = {
        file_id: (offset, count)
        for file_id, offset, count in session.execute(
            select(Page.file_id, func.min(Page.number - Page.file_page), func.count())
            .where(Page.publication_id == publication_id)
            .group_by(Page.file_id)
        )
    }
    found: list[tuple[str, int | None, int]] = []
    for file_id, outline in files:
        offset, count = offsets.get(file_id, (0, 0))
        for entry in outline or ():
            title = one_line(str(entry.get("title") or ""))[:_TITLE_LENGTH]
            page = entry.get("page")
            inside = isinstance(page, int) and 1 <= page <= count
            level = entry.get("level")
            if title:
                found.append(
                    (
                        title,
                        offset + page if inside else None,
                        level if isinstance(level, int) and level > 0 else 0,
                    )
                )
    return _labelled(session, publication_id, _shallow(found))


def _shallow(found: Sequence[tuple[str, int | None, int]]) -> list[tuple[str, int | None, int]]:
    kept = list(found)
    while len(kept) > MOST_PARTS and (deepest := max(level for _, _, level in kept)) > 0:
        kept = [part for part in kept if part[2] < deepest]
    return kept[:MOST_PARTS]


def _labelled(
    session: Session, publication_id: str, found: Sequence[tuple[str, int | None, int]]
) -> tuple[OutlinePart, ...]:
    numbers = {number for _, number, _ in found if number is not None}
    labels: dict[int, str] = {
        number: label
        for number, label in session.execute(
            select(Page.number, Page.label).where(
                Page.publication_id == publication_id, Page.number.in_(numbers)
            )
        )
        if label
    }
    return tuple(
        OutlinePart(
            title=title,
            number=number,
            label=labels.get(number, str(number)) if number is not None else "",
            level=level,
        )
        for title, number, level in found
    )


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
