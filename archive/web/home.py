"""Home and help."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict

from archive.core.errors import SearchIndexError
from archive.search.requests import SearchRequest
from archive.services import catalogue
from archive.services.searching import Found, search
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.listing import facet_groups, publication_cards
from archive.web.pages.finding import HomePage
from archive.web.pages.parts import Link

# Who browses looks through a whole list, as long as it may be looked through.
EVERY_VALUE = 500

blueprint = Blueprint("home", __name__)

NEWEST = 12


@blueprint.get("/")
@open_to(OpenTo.ANYONE)
def index() -> str:
    session, actor = reading(), current_actor()
    newest = catalogue.newest_accepted(session, actor=actor, limit=NEWEST)
    totals = catalogue.count_holdings(session, actor=actor)
    groups = _facets_of_everything()
    return render_template(
        "home/index.html",
        current="home",
        page=HomePage(
            newest=publication_cards(session, newest),
            years=sorted(groups.get("year", ()), key=lambda link: link.label),
            kinds=groups.get("kind", ()),
            audiences=groups.get("audience", ()),
            grades=sorted(groups.get("grade", ()), key=lambda link: (len(link.label), link.label)),
            publication_count=totals.publications,
            page_count=totals.pages,
        ),
    )


def _facets_of_everything() -> dict[str, list[Link]]:
    """Every value with its count and its browse page; nothing while the index is unavailable."""
    try:
        found = _browse(SearchRequest(viewer=catalogue.viewer_of(current_actor()), per_page=1))
    except SearchIndexError:
        return {}
    return {
        group.name: list(group.links)
        for group in facet_groups(found.results, args=MultiDict(), path="/duyet", everything=True)
    }


def _browse(asked: SearchRequest) -> Found:
    asked = replace(asked, facet_values=EVERY_VALUE)
    return search(reading(), holdings().index, asked, actor=current_actor())


@blueprint.get("/huong-dan")
@open_to(OpenTo.ANYONE)
def guide() -> str:
    return render_template("help/index.html", current="help")
