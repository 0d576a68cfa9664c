"""The search page."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.wording import error_sentence
from archive.search.results import PageHit, WorkHit
from archive.services.records import one_line
from archive.services.searching import Found, results_notice, search
from archive.web import downloads, feed
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.downloads import list_downloads
from archive.web.errors import INDEX_RETRY_SECONDS
from archive.web.heads import search_head
from archive.web.languages import here
from archive.web.listing import (
    active_links,
    address,
    bulk_url,
    facet_groups,
    page_number,
    read_request,
    search_cards,
    sort_links,
    suggestion_link,
)
from archive.web.pages.finding import Hit, HitPage, SearchPage
from archive.web.pages.parts import Card, Link
from archive.web.present import FACETS, IMAGE_SMALL_PX, has_image, image_url, paginate, reading_url
from archive.web.widening import ways_out

blueprint = Blueprint("search", __name__)

PATH = "/tim-kiem"
PER_PAGE = 10
EXCERPTS = 1
"""Of a work's best pages one shows its words, the others are a step away: a phone's screen, and its
network, hold more works so."""


@blueprint.get(PATH)
@open_to(OpenTo.ANYONE)
def results() -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Works with their best pages, totals and facets. A query beyond the limits is a 400."""
    args = request.args
    asked = read_request(args, per_page=PER_PAGE)
    status = 200
    found: Found | None = None
    notice = ""
    try:
        found = search(reading(), holdings().index, asked, actor=current_actor(), excerpts=EXCERPTS)
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
            pagination=paginate(page=1, total=0, per_page=PER_PAGE, path=here(PATH), args={}),
            took_ms=0.0,
            retry_url=address(args, path=here(PATH)) if status == 503 else "",
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
            active=active_links(found.results, args=args, path=here(PATH)),
            facets=facet_groups(found.results, args=args, path=here(PATH), shortened=True),
            sorts=sort_links(args, path=here(PATH), default="relevance"),
            hidden=[
                (key, one_line(value))
                for key, value in args.items(multi=True)
                if key in FACETS or key in ("sort", "year_from", "year_to")
            ],
            pagination=paginate(
                page=page_number(args),
                total=found.results.total,
                per_page=PER_PAGE,
                path=here(PATH),
                args=args.to_dict(flat=False),
            ),
            took_ms=found.results.took_ms,
            feed_url=address(args, path=here(feed.PATH), without="sort"),
            suggestion=suggestion_link(found.results, args=args, path=here(PATH)),
            downloads=list_downloads(args, path=downloads.SEARCH, total=found.results.total),
            bulk_url=bulk_url(args),
            ways_out=()
            if found.results.total
            else ways_out(asked, found.results, args=args, path=here(PATH)),
        )
    html = render_template(
        "search/results.html",
        current="search",
        query=shown_query,
        page=page,
        head=search_head(shown_query, total=page.total) if status == 200 else None,
    )
    if status == 503:
        return html, status, {"Retry-After": str(INDEX_RETRY_SECONDS)}
    return html, status


def _hit(found: Found, item: WorkHit, card: Card, *, query: str) -> Hit:
    return Hit(
        card=card,
        pages=[_page(found, item, page, query=query) for page in item.pages[:EXCERPTS]],
        further=[
            Link(label=_label(page), url=reading_url(item.work_id, page.number, query))
            for page in item.pages[EXCERPTS:]
        ],
        pages_matched=item.pages_matched,
        all_url=url_for("publications.search_inside", publication_id=item.work_id, q=query)
        if item.pages_matched > len(item.pages)
        else "",
    )


def _page(found: Found, item: WorkHit, page: PageHit, *, query: str) -> HitPage:
    snippet = found.snippets.get((item.work_id, page.number))
    row = found.pages.get((item.work_id, page.number))
    return HitPage(
        label=_label(page),
        url=reading_url(item.work_id, page.number, query),
        snippet=Markup(snippet.html) if snippet else Markup(""),  # noqa: S704 (escaped)
        thumbnail=image_url(item.work_id, page.number, IMAGE_SMALL_PX)
        if row is not None and has_image(holdings(), row, IMAGE_SMALL_PX)
        else None,
    )


def _label(page: PageHit) -> str:
    return page.label or str(page.number)
