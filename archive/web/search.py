"""The search page."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.wording import error_sentence
from archive.search.results import WorkHit
from archive.services.records import one_line
from archive.services.searching import Found, results_notice, search
from archive.web import feed
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.listing import (
    active_links,
    address,
    bulk_url,
    facet_groups,
    fold_long,
    page_number,
    read_request,
    search_cards,
    sort_links,
    suggestion_link,
)
from archive.web.pages.finding import Hit, HitPage, SearchPage
from archive.web.pages.parts import Card
from archive.web.present import FACETS, IMAGE_SMALL_PX, has_image, image_url, paginate

blueprint = Blueprint("search", __name__)

PATH = "/tim-kiem"
PER_PAGE = 10


@blueprint.get(PATH)
@open_to(OpenTo.ANYONE)
def results() -> str | tuple[str, int]:
    """Works with their best pages, totals and facets. A query beyond the limits is a 400."""
    args = request.args
    asked = read_request(args, per_page=PER_PAGE)
    status = 200
    found: Found | None = None
    notice = ""
    try:
        found = search(reading(), holdings().index, asked, actor=current_actor())
    except QueryRefusedError as error:
        notice, status = error_sentence(error), 400
    except SearchIndexError as error:
        notice, status = error_sentence(error), 503
    shown_query = asked.query if status != 400 else ""
    if found is None:
        page = SearchPage(
            query=shown_query,
            hits=(),
            total=0,
            total_pages=0,
            relaxed=False,
            notice=notice,
            active=(),
            facets=(),
            sorts=(),
            hidden=(),
            pagination=paginate(page=1, total=0, per_page=PER_PAGE, path=PATH, args={}),
            took_ms=0.0,
        )
    else:
        page = SearchPage(
            query=shown_query,
            hits=[
                _hit(found, item, card, query=asked.query)
                for item, card in zip(found.items, search_cards(reading(), found), strict=True)
                if isinstance(item, WorkHit)
            ],
            total=found.results.total,
            total_pages=found.results.total_pages,
            relaxed=found.results.relaxed,
            notice=results_notice(found.results),
            active=active_links(found.results, args=args, path=PATH),
            facets=fold_long(facet_groups(found.results, args=args, path=PATH)),
            sorts=sort_links(args, path=PATH, default="relevance"),
            hidden=[
                (key, one_line(value))
                for key, value in args.items(multi=True)
                if key in FACETS or key in ("sort", "year_from", "year_to")
            ],
            pagination=paginate(
                page=page_number(args),
                total=found.results.total,
                per_page=PER_PAGE,
                path=PATH,
                args=args.to_dict(flat=False),
            ),
            took_ms=found.results.took_ms,
            feed_url=address(args, path=feed.PATH, without="sort"),
            suggestion=suggestion_link(found.results, args=args, path=PATH),
            bulk_url=bulk_url(args),
        )
    html = render_template("search/results.html", current="search", query=shown_query, page=page)
    return html, status


def _hit(found: Found, item: WorkHit, card: Card, *, query: str) -> Hit:
    pages = []
    for page in item.pages:
        snippet = found.snippets.get((item.work_id, page.number))
        row = found.pages.get((item.work_id, page.number))
        pages.append(
            HitPage(
                label=page.label or str(page.number),
                url=url_for(
                    "publications.read",
                    publication_id=item.work_id,
                    number=page.number,
                    q=query or None,
                ),
                snippet=Markup(snippet.html) if snippet else Markup(""),  # noqa: S704 (escaped)
                thumbnail=image_url(item.work_id, page.number, IMAGE_SMALL_PX)
                if row is not None and has_image(holdings(), row, IMAGE_SMALL_PX)
                else None,
            )
        )
    return Hit(
        card=card,
        pages=pages,
        pages_matched=item.pages_matched,
        all_url=url_for("publications.search_inside", publication_id=item.work_id, q=query)
        if item.pages_matched > len(pages)
        else "",
    )
