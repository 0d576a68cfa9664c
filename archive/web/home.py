"""Home, browse."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from archive.core.errors import SearchIndexError
from archive.core.wording import error_sentence
from archive.search.requests import SearchRequest
from archive.services.searching import Found, search
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.downloads import BROWSE, list_downloads
from archive.web.front_page import front_page
from archive.web.heads import browse_head, home_head
from archive.web.listing import (
    FIRST_VALUES,
    active_links,
    bulk_url,
    facet_groups,
    page_number,
    read_request,
    search_cards,
    sort_links,
)
from archive.web.pages.finding import BrowsePage
from archive.web.pages.parts import LinkGroup
from archive.web.present import paginate

# Who browses looks through a whole list, as long as it may be looked through.
EVERY_VALUE = 500

blueprint = Blueprint("home", __name__)

GROUPS = ("year", "unit", "kind", "theme", "place", "audience", "grade", "subject")


@blueprint.get("/")
@open_to(OpenTo.ANYONE)
def index() -> str:
    page = front_page(reading(), holdings(), actor=current_actor())
    return render_template("home/index.html", current="home", head=home_head(), page=page)


def _browse(asked: SearchRequest) -> Found:
    asked = replace(asked, facet_values=EVERY_VALUE)
    return search(reading(), holdings().index, asked, actor=current_actor())


@blueprint.get("/duyet")
@open_to(OpenTo.ANYONE)
def browse() -> str:
    """All values of all groups, and the publications of the chosen ones."""
    args = request.args
    asked = read_request(args, per_page=24, default_sort="newest")
    group_name = args.get("nhom", "")
    try:
        found = _browse(asked)
    except SearchIndexError as error:
        page = BrowsePage(
            groups=(), active=(), cards=(), pagination=None, sorts=(), notice=error_sentence(error)
        )
        return render_template("browse/index.html", current="browse", page=page)
    groups = _shortened(
        facet_groups(found.results, args=args, path="/duyet", everything=True), whole=group_name
    )
    chosen = bool(asked.selected())
    active = active_links(found.results, args=args, path="/duyet")
    return render_template(
        "browse/index.html",
        current="browse",
        head=browse_head(active, total=found.results.total),
        page=BrowsePage(
            groups=groups,
            active=active,
            cards=search_cards(reading(), found) if chosen else (),
            pagination=paginate(
                page=page_number(args),
                total=found.results.total,
                per_page=24,
                path="/duyet",
                args=args.to_dict(flat=False),
            )
            if chosen
            else None,
            sorts=sort_links(args, path="/duyet", default="newest") if chosen else (),
            downloads=list_downloads(args, path=BROWSE, total=found.results.total)
            if chosen
            else None,
            bulk_url=bulk_url(args) if chosen else "",
        ),
    )


def _oldest_year_first(group: LinkGroup) -> LinkGroup:
    """The years as a chart reads them, from left to right."""
    if group.name != "year":
        return group
    return replace(group, links=sorted(group.links, key=lambda link: link.label))


def _shortened(groups: list[LinkGroup], *, whole: str) -> list[LinkGroup]:
    """Each group's first values with a link to the rest; of `whole` all, and nothing else."""
    if whole:
        return [group for group in groups if group.name == whole]
    shortened = []
    for group in groups:
        if group.name not in GROUPS:
            continue
        if len(group.links) > FIRST_VALUES:
            more_url = f"/duyet?nhom={group.name}"
            group = replace(group, links=group.links[:FIRST_VALUES], more_url=more_url)
        shortened.append(_oldest_year_first(group))
    return shortened
