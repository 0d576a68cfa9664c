"""How the pages of publications were read, counted without walking through their text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import Page
from archive.services.page_list import ListedPage
from archive.services.recognition import DONE, FAILED, WAITING


@dataclass
class PageCounts:
    """A publication's pages: with text and without, those whose legacy font was repaired, and those
    that are pictures by what came of them. A page that carries only a stamp waits: it has no text
    of its own yet; what could not be recognised is not `empty`, it is `failed`."""

    total: int = 0
    with_text: int = 0
    empty: int = 0
    repaired: int = 0
    waiting: int = 0
    done: int = 0
    failed: int = 0

    def add(self, source: str, state: str, count: int) -> None:
        self.total += count
        if source != "none" and state != WAITING:
            self.with_text += count
        elif state not in (WAITING, FAILED):
            self.empty += count
        self.repaired += count if source == "repaired" else 0
        self.waiting += count if state == WAITING else 0
        self.done += count if state == DONE else 0
        self.failed += count if state == FAILED else 0


def count_reading(session: Session, ids: Sequence[str]) -> dict[str, PageCounts]:
    """The counts of each of these publications that has a page, in one statement."""
    rows = session.execute(
        select(Page.publication_id, Page.text_source, Page.ocr_state, func.count())
        .where(Page.publication_id.in_(ids))
        .group_by(Page.publication_id, Page.text_source, Page.ocr_state)
    )
    found: dict[str, PageCounts] = defaultdict(PageCounts)
    for publication_id, source, state, count in rows:
        found[publication_id].add(source, state, count)
    return found


def count_loaded(pages: Sequence[Page | ListedPage]) -> PageCounts:
    """The counts of one publication whose pages are at hand, all of them."""
    found = PageCounts()
    for page in pages:
        found.add(page.text_source, page.ocr_state, 1)
    return found
