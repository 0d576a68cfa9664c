"""One page to read: image, word boxes to mark, text beside it."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from sqlalchemy.orm import Session

from archive.core.language import N_, Words, _
from archive.core.roles import Actor
from archive.core.wording import sentence
from archive.extract.kinds import RUNNING_TEXT_CODES
from archive.models import Page, PageWords
from archive.search.highlight import MarkTerms, mark, word_indices
from archive.services import catalogue
from archive.services.holdings import Holdings
from archive.services.outlines import outline_of
from archive.services.searching import HitsAround, hits_around
from archive.services.word_boxes import unpack_words
from archive.web.outline import outline_rows
from archive.web.pages.reading import Box, HitSteps, PageReading, ReaderPage
from archive.web.present import IMAGE_LARGE_PX, IMAGE_SMALL_PX, card_of, has_image, image_url
from archive.web.running_text import paragraphs

QUERY_LENGTH = 500


_SOURCES = Words(
    {
        "embedded": N_("chữ có sẵn trong tệp"),
        "repaired": N_("chữ trong tệp, đã chuyển từ phông chữ cũ sang Unicode"),
        "ocr": N_("máy nhận dạng từ ảnh trang"),
        "none": N_("chưa có chữ"),
    }
)
_STATES = Words(
    {
        "waiting": N_("Ảnh trang đang chờ nhận dạng chữ."),
        "failed": N_("Máy không nhận dạng được ảnh trang này."),
    }
)


def reader_page(
    session: Session,
    holdings: Holdings,
    page: Page,
    *,
    query: str,
    actor: Actor,
    tends: bool,
    missed: str = "",
) -> ReaderPage:
    """The page object of `page`, with the words of `query` marked in text and image alike.

    `tends`: `actor` looks after the publication, and sees how the page was read. `missed` is what
    was typed for a page that is not there."""
    publication = page.file.publication
    query = query[:QUERY_LENGTH]
    around = (
        hits_around(session, holdings.index, publication, query, number=page.number, actor=actor)
        if query
        else HitsAround(MarkTerms())
    )
    terms = around.terms
    count = publication.page_count or page.number
    cover = catalogue.cover_pages(session, [publication.id]).get(publication.id)
    image = has_image(holdings, page, IMAGE_LARGE_PX)
    width, height = _image_size(page)

    def at(number: int) -> str:
        return url_for(
            "publications.read",
            publication_id=publication.id,
            number=number,
            q=query or None,
        )

    return ReaderPage(
        card=card_of(publication, cover, holdings),
        number=page.number,
        label=page.label or str(page.number),
        page_count=count,
        query=query,
        image=image_url(publication.id, page.number, IMAGE_LARGE_PX) if image else None,
        image_width=width,
        image_height=height,
        thumbnail=image_url(publication.id, page.number, IMAGE_SMALL_PX) if image else None,
        boxes=_boxes(session, page, terms) if image and query else (),
        text=paragraphs(
            page.text,
            mark(page.text, terms),
            is_printed=page.file.kind not in RUNNING_TEXT_CODES,
        ),
        text_source=page.text_source,
        has_text=bool(page.text.strip()),
        notice=_missed_words(missed, count) if missed else _notice(page),
        previous_url=at(page.number - 1) if page.number > 1 else "",
        next_url=at(page.number + 1) if page.number < count else "",
        first_url=at(1),
        last_url=at(count),
        publication_url=url_for("publications.show", publication_id=publication.id),
        original_url=url_for(
            "publications.original",
            publication_id=publication.id,
            position=page.file.position,
        ),
        original_name=page.file.name,
        reading=_reading(page) if tends else None,
        outline=outline_rows(outline_of(session, publication.id), at, at=page.number),
        goto_url=url_for("publications.go_to", publication_id=publication.id) if count > 1 else "",
        address=url_for("publications.read", publication_id=publication.id, number=page.number),
        hits=_hit_steps(around, at, publication.id, query),
    )


def _hit_steps(
    around: HitsAround, at: Callable[[int], str], publication_id: str, query: str
) -> HitSteps | None:
    if around.total is None:
        return None
    return HitSteps(
        place=around.place,
        total=around.total,
        previous_url=at(around.previous) if around.previous else "",
        next_url=at(around.next) if around.next else "",
        all_url=url_for("publications.search_inside", publication_id=publication_id, q=query),
    )


def _reading(page: Page) -> PageReading:
    return PageReading(
        source=_SOURCES.get(page.text_source, page.text_source),
        score=f"{round(100 * page.text_score)}%" if page.text_score is not None else "",
        before=page.text_before or "",
        state=_STATES.get(page.ocr_state, ""),
    )


def _missed_words(missed: str, count: int) -> str:
    return _(
        "Ấn phẩm không có trang “{label}”. Ghi số in trên trang, hoặc thứ tự từ 1 đến {count}."
    ).format(label=missed[:40], count=count)


def _image_size(page: Page) -> tuple[int, int]:
    """The large image's size by the page's shape; images are as wide as asked, or as they are."""
    if page.width <= 0 or page.height <= 0:
        return 0, 0
    return IMAGE_LARGE_PX, round(IMAGE_LARGE_PX * page.height / page.width)


def _boxes(session: Session, page: Page, terms: MarkTerms) -> list[Box]:
    row = session.get(PageWords, page.id)
    if row is None:
        return []
    words = unpack_words(row.packed)
    marked = word_indices([page.text[word.start : word.end] for word in words], terms)
    return [
        Box(x=word.x0, y=word.y0, width=word.x1 - word.x0, height=word.y1 - word.y0)
        for word in (words[index] for index in marked)
    ]


def _notice(page: Page) -> str:
    if page.file.problem_code:
        return sentence(page.file.problem_code, page.file.problem_data)
    if page.text.strip():
        return ""
    return sentence("text_waiting" if page.ocr_state == "waiting" else "no_text")
