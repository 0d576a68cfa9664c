"""The picture of a publication for those to whom its address is sent."""

from __future__ import annotations

import hashlib

import typst
from flask import Response, abort, request

from archive.core.language import written_number
from archive.core.vocabulary import KINDS
from archive.metadata.share_card import ShareCard, share_card
from archive.models import Page, Publication
from archive.services import catalogue
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.present import IMAGE_LARGE_PX
from archive.web.publications.base import blueprint, find_publication


@blueprint.get("/an-pham/<publication_id>/anh-chia-se.jpg")
@open_to(OpenTo.ANYONE)
def share_image(publication_id: str) -> Response:
    """Cover, title, unit and year on 1200 × 630 pixels; the reader's right is checked each time.
    404, too, where the typeface that it is drawn with was not fetched."""
    publication = find_publication(reading(), publication_id, current_actor())
    cover = catalogue.cover_pages(reading(), [publication.id]).get(publication.id)
    card = _card(publication, cover)
    response = Response(content_type="image/jpeg")
    response.set_etag(hashlib.sha256(repr(card).encode()).hexdigest()[:16])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    if response.status_code == 304:
        return response
    try:
        response.data = share_card(card, assets=holdings().settings.assets)
    except typst.TypstError:
        abort(404)
    return response


def _card(publication: Publication, cover: Page | None) -> ShareCard:
    issued = publication.issue_date
    pages = written_number(publication.page_count)
    path = None
    if cover is not None:
        path = holdings().images.path(
            publication.id, f"f{cover.file_id}", cover.file_page, IMAGE_LARGE_PX
        )
    drawn_at = path.stat().st_mtime_ns if path is not None and path.is_file() else 0
    return ShareCard(
        site=holdings().settings.site_name,
        title=publication.title,
        unit=publication.unit_name,
        kind=KINDS.get(publication.kind, "") if publication.kind != "other" else "",
        issued=issued.vietnamese if issued else "",
        pages=f"{pages} trang" if publication.page_count else "",
        cover=path if drawn_at else None,
        version=str(drawn_at),
    )
