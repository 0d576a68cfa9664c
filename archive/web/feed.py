"""The feed of a search (Atom, RFC 4287): what came in that answers it, the newest first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request, url_for

from archive.core.dates import now
from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.language import _
from archive.core.vocabulary import KINDS
from archive.core.wording import error_sentence
from archive.models import Publication
from archive.services.searching import search
from archive.web.access import OpenTo, open_to
from archive.web.context import base_url, current_actor, holdings, reading
from archive.web.languages import here
from archive.web.listing import address, read_request
from archive.web.pages.finding import Feed, FeedEntry

blueprint = Blueprint("feed", __name__)

PATH = "/tim-kiem.atom"
MEDIA_TYPE = "application/atom+xml"
ENTRIES = 30
"""So many of the newest; who reads the feed now and then misses none in an archive that takes in a
few publications a day."""

# What no XML document may hold, not even escaped.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@blueprint.get(PATH)
@open_to(OpenTo.ANYONE)
def results() -> Response:
    """The search in the URL as a feed, its words and filters as on the search page; what this
    reader may not see is in no entry. 400 for a query beyond the limits, 503 without an index."""
    asked = replace(read_request(request.args, per_page=ENTRIES), sort="newest", page=1, facets=())
    try:
        found = search(reading(), holdings().index, asked, actor=current_actor())
    except QueryRefusedError as error:
        return _sentence(error_sentence(error), status=400)
    except SearchIndexError as error:
        return _sentence(error_sentence(error), status=503)
    base = base_url()
    # Where no page holds the words there is nothing to be told of, and not what is nearest to them.
    items = [] if found.results.relaxed else found.items
    entries = [_entry(found.publications[item.work_id], base) for item in items]
    page = Feed(
        title=_feed_title(asked.query),
        url=base + address(request.args, path=here(PATH), without="sort"),
        page_url=base + address(request.args, path=url_for("search.results"), without="sort"),
        updated=max((entry.updated for entry in entries), default=_moment(now())),
        entries=entries,
    )
    answer = make_response(render_template("search/feed.xml", page=page))
    answer.content_type = f"{MEDIA_TYPE}; charset=utf-8"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _entry(publication: Publication, base: str) -> FeedEntry:
    url = base + url_for("publications.show", publication_id=publication.id)
    unit = publication.unit_name
    return FeedEntry(
        url=url,
        title=_xml(publication.title),
        unit=_xml(unit),
        kind=KINDS.get(publication.kind, publication.kind),
        published=_moment(publication.accepted_at or publication.added_at),
        updated=_moment(publication.changed_at),
        summary=_xml(publication.abstract or publication.subtitle),
        is_demo=publication.is_demo,
    )


def _feed_title(query: str) -> str:
    return _xml(_("Tìm “{query}”").format(query=query)) if query else _("Ấn phẩm mới")


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(text: str) -> str:
    return _NO_XML.sub("", text)


def _sentence(words: str, *, status: int) -> Response:
    answer = make_response(words, status)
    answer.content_type = "text/plain; charset=utf-8"
    return answer
