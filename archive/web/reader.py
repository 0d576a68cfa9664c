"""One page to read: image, word boxes to mark, text beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from flask import url_for
from sqlalchemy.orm import Session

from archive.core.language import N_, Words, _
from archive.core.roles import Actor
from archive.core.wording import sentence
from archive.extract.kinds import RUNNING_TEXT_CODES
from archive.metadata.citation import cite
from archive.models import Page, PageWords
from archive.search.highlight import MarkTerms, mark, word_indices
from archive.services import catalogue
from archive.services.exporting import description_of
from archive.services.holdings import Holdings
from archive.services.outlines import load_outline
from archive.services.searching_inside import HitsAround, hits_around
from archive.services.word_boxes import unpack_words
from archive.web.context import base_url
from archive.web.outline import outline_rows
from archive.web.pages.reading import Box, HitSteps, PageReading, PrintedPage, ReaderPage
from archive.web.present import (
    IMAGE_LARGE_PX,
    card_of,
    has_image,
    image_set,
    image_url,
    language_of,
    tiles_url,
)
from archive.web.running_text import paragraphs

QUERY_LENGTH = 500
TEXT_ONLY = "chu"
"""The value of `xem` in an address that asks for the text alone."""


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
    is_text_only: bool = False,
) -> ReaderPage:
    """The page object of `page`, with the words of `query` marked in text and image alike.

    `tends`: `actor` looks after the publication, and sees how the page was read. `missed` is what
    was typed for a page that is not there. `is_text_only`: the picture is left out, here and where
    the page leads."""
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
    is_drawn = has_image(holdings, page, IMAGE_LARGE_PX)
    image = is_drawn and not is_text_only
    width, height = image_size(page.width, page.height)

    at = _addresses(publication.id, query, is_text_only=is_text_only)
    with_picture = _addresses(publication.id, query, is_text_only=False)
    as_text = _addresses(publication.id, query, is_text_only=True)

    def of_page(endpoint: str) -> str:
        return url_for(endpoint, publication_id=publication.id, number=page.number)

    has_text = bool(page.text.strip())
    described = description_of(publication, (), base_url=base_url())

    return ReaderPage(
        card=card_of(publication, cover, holdings, lang=language_of(publication)),
        number=page.number,
        label=page.label or str(page.number),
        page_count=count,
        query=query,
        image=image_url(publication.id, page.number, IMAGE_LARGE_PX) if image else None,
        image_width=width,
        image_height=height,
        image_set=image_set(publication.id, page.number) if image else "",
        boxes=_boxes(session, page, terms) if image and query else (),
        text=paragraphs(
            page.text,
            mark(page.text, terms),
            is_printed=page.file.kind not in RUNNING_TEXT_CODES,
        ),
        text_source=page.text_source,
        has_text=has_text,
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
        outline=outline_rows(load_outline(session, publication.id), at, at=page.number),
        goto_url=url_for("publications.go_to", publication_id=publication.id) if count > 1 else "",
        address=url_for("publications.read", publication_id=publication.id, number=page.number),
        hits=_hit_steps(around, at, publication.id, query),
        place=_place(page.number),
        tiles_url=tiles_url(publication.id, page.number) if image else "",
        pages_url=url_for("publications.list_pages", publication_id=publication.id),
        is_text_only=is_text_only,
        text_only_url=as_text(page.number) if image else "",
        picture_url=with_picture(page.number) if is_drawn and is_text_only else "",
        text_file_url=of_page("publications.page_text") if has_text else "",
        print_url=of_page("publications.print_page"),
        all_pages_url=url_for(
            "publications.show",
            publication_id=publication.id,
            trang="tat-ca",
            _anchor="cac-trang",
        ),
        share_url=base_url() + with_picture(page.number),
        citation=cite(described),
    )


def _addresses(publication_id: str, query: str, *, is_text_only: bool) -> Callable[[int], str]:
    """Page number → its address. The router is asked once: a table of contents has hundreds."""
    first = url_for(
        "publications.read",
        publication_id=publication_id,
        number=1,
        q=query or None,
        xem=TEXT_ONLY if is_text_only else None,
    )
    head, _, tail = first.partition("/trang/1")
    return lambda number: f"{head}/trang/{number}{tail}"


def printed_page(holdings: Holdings, page: Page) -> PrintedPage:
    """`page` as it is printed: its picture, or where it has none its text."""
    publication = page.file.publication
    image = has_image(holdings, page, IMAGE_LARGE_PX)
    width, height = image_size(page.width, page.height)
    address = url_for("publications.read", publication_id=publication.id, number=page.number)
    return PrintedPage(
        card=card_of(publication, None, holdings, lang=language_of(publication)),
        number=page.number,
        label=page.label or str(page.number),
        page_count=publication.page_count or page.number,
        image=image_url(publication.id, page.number, IMAGE_LARGE_PX) if image else None,
        image_width=width,
        image_height=height,
        text=paragraphs(page.text, (), is_printed=page.file.kind not in RUNNING_TEXT_CODES),
        address=base_url() + address,
        back_url=address,
        citation=cite(description_of(publication, (), base_url=base_url())),
    )


def _place(number: int) -> Literal["left", "right", "alone"]:
    if number == 1:
        return "alone"
    return "right" if number % 2 else "left"


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


def image_size(width: float, height: float) -> tuple[int, int]:
    """The large image's size by a page's shape; images are as wide as asked, or as they are. Zeros
    for a page without a shape."""
    if width <= 0 or height <= 0:
        return 0, 0
    return IMAGE_LARGE_PX, round(IMAGE_LARGE_PX * height / width)


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
