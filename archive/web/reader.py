"""One page to read: image, word boxes to mark, text beside it."""

from __future__ import annotations

import re

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from archive.core.wording import sentence
from archive.models import Page, PageWords
from archive.search.highlight import MarkTerms, mark_html, word_indices
from archive.search.query import parse_query
from archive.services import catalogue
from archive.services.holdings import Holdings
from archive.services.word_boxes import unpack_words
from archive.web.pages import Box, ReaderPage
from archive.web.present import IMAGE_LARGE_PX, IMAGE_SMALL_PX, card_of, has_image, image_url

_PARAGRAPH = re.compile(r"\n\s*\n")
QUERY_LENGTH = 500


def reader_page(session: Session, holdings: Holdings, page: Page, *, query: str) -> ReaderPage:
    """The page object of `page`, with the words of `query` marked in text and image alike."""
    publication = page.file.publication
    query = query[:QUERY_LENGTH]
    terms = parse_query(query).marks if query else MarkTerms()
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
        text=_paragraphs(page.text, terms),
        text_source=page.text_source,
        has_text=bool(page.text.strip()),
        notice=_notice(page),
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
    )


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


def _paragraphs(text: str, terms: MarkTerms) -> Markup:
    """Safe HTML: a paragraph per block of lines, the lines as they stand on the page.

    `mark_html` escapes every piece; what is added here is our own.
    """
    html = mark_html(text, terms)
    blocks = [block.strip() for block in _PARAGRAPH.split(html) if block.strip()]
    joined = "".join(f"<p>{block}</p>" for block in blocks).replace("\n", "<br>\n")
    return Markup(joined)  # noqa: S704


def _notice(page: Page) -> str:
    if page.file.problem_code:
        return sentence(page.file.problem_code, page.file.problem_data)
    return "" if page.text.strip() else sentence("no_text")
