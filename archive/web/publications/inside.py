"""The search inside one publication: its pages that answer, in their order."""

from __future__ import annotations

from flask import render_template, request, url_for
from markupsafe import Markup

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.language import N_, _
from archive.core.wording import error_sentence
from archive.models import Publication
from archive.services import catalogue, guard, searching_inside
from archive.services.records import one_line
from archive.services.searching import results_notice
from archive.services.searching_inside import PAGES_INSIDE, Inside, PageFound
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.listing import page_number, suggestion_link
from archive.web.pages.finding import HitPage
from archive.web.pages.reading import InsidePage
from archive.web.present import IMAGE_SMALL_PX, card_of, has_image, image_url, paginate
from archive.web.publications.base import blueprint, find_publication
from archive.web.widening import ways_out_inside

_CLOSED = N_("Ấn phẩm đang đóng vì có dấu mật, nên chữ của nó không nằm trong chỉ mục tìm kiếm.")


@blueprint.get("/an-pham/<publication_id>/tim")
@open_to(OpenTo.ANYONE)
def search_inside(publication_id: str) -> tuple[str, int]:
    """The pages of a publication that answer `q`. As the search page: 400 for a query beyond the
    limits, 503 without an index; without words only the box."""
    session, actor = reading(), current_actor()
    publication = find_publication(session, publication_id, actor)
    query, number = one_line(request.args.get("q", "")), page_number(request.args)
    found: Inside | None = None
    notice, status = "", 200
    try:
        if query:
            found = searching_inside.search_inside(
                session, holdings().index, publication, query, actor=actor, page=number
            )
            notice = results_notice(found.results)
    except QueryRefusedError as error:
        notice, status, query = error_sentence(error), 400, ""
    except SearchIndexError as error:
        notice, status = error_sentence(error), 503
    if (
        found is not None
        and not found.total_pages
        and guard.has_open_markings(session, publication.id)
    ):
        notice = _(_CLOSED)
    address = url_for("publications.search_inside", publication_id=publication.id)
    cover = catalogue.cover_pages(session, [publication.id]).get(publication.id)
    page = InsidePage(
        card=card_of(publication, cover, holdings()),
        query=query,
        hits=[_hit(publication, hit, query) for hit in found.pages] if found else (),
        total_pages=found.total_pages if found else 0,
        total_hits=found.total_hits if found else 0,
        notice=notice,
        address=address,
        pagination=paginate(
            page=number,
            total=found.total_pages if found else 0,
            per_page=PAGES_INSIDE,
            path=address,
            args={"q": [query]},
        ),
        suggestion=suggestion_link(found.results, args=request.args, path=address)
        if found
        else None,
        ways_out=ways_out_inside(
            publication, query, suggestion=found.results.suggestion, address=address
        )
        if found and not found.total_pages
        else (),
    )
    return render_template("publications/inside.html", current="browse", page=page), status


def _hit(publication: Publication, found: PageFound, query: str) -> HitPage:
    page = found.page
    return HitPage(
        label=page.label or str(page.number),
        url=url_for(
            "publications.read", publication_id=publication.id, number=page.number, q=query
        ),
        snippet=Markup(found.snippet.html),  # noqa: S704 (escaped)
        hits=found.hits,
        thumbnail=image_url(publication.id, page.number, IMAGE_SMALL_PX)
        if has_image(holdings(), page, IMAGE_SMALL_PX)
        else None,
    )
