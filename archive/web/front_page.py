"""The home page put together: what is new, what day comes round, and the ways in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from archive.core.dates import today
from archive.core.errors import SearchIndexError
from archive.core.language import N_, _, counted
from archive.core.roles import Actor
from archive.core.vocabulary import KINDS
from archive.search.requests import SearchRequest
from archive.services import catalogue
from archive.services.authorities.anniversaries import Upcoming, upcoming_anniversaries
from archive.services.holdings import Holdings
from archive.services.searching import search
from archive.web.entrances import entrances
from archive.web.languages import here
from archive.web.listing import facet_groups
from archive.web.pages.home import AnniversaryRow, HomePage, KindTile
from archive.web.pages.parts import Cover, Link
from archive.web.present import card_of, cards_of

NEWEST = 12
UPCOMING = 4
_FACETS = ("year", "kind", "audience", "grade", "subject")
# More than there are years, kinds, grades or audiences.
_EVERY_VALUE = 200
_ASIDE = re.compile(r"\s*\([^)]*\)")
_MONTHS = (
    N_("Tháng 1"),
    N_("Tháng 2"),
    N_("Tháng 3"),
    N_("Tháng 4"),
    N_("Tháng 5"),
    N_("Tháng 6"),
    N_("Tháng 7"),
    N_("Tháng 8"),
    N_("Tháng 9"),
    N_("Tháng 10"),
    N_("Tháng 11"),
    N_("Tháng 12"),
)


def front_page(session: Session, holdings: Holdings, *, actor: Actor) -> HomePage:
    """The home page as `actor` sees it."""
    arrivals = catalogue.newest_accepted(session, actor=actor, limit=NEWEST)
    totals = catalogue.count_holdings(session, actor=actor)
    facets = _facets_of_everything(session, holdings, actor=actor)
    shown = {row.id for row in (*arrivals.newest, *arrivals.by_kind.values())}
    covers = catalogue.cover_pages(session, list(shown))
    by_kind = {
        kind: card_of(row, covers.get(row.id), holdings).cover
        for kind, row in arrivals.by_kind.items()
    }
    return HomePage(
        newest=cards_of(arrivals.newest, covers, holdings),
        years=sorted(facets.get("year", ()), key=lambda link: link.label),
        kinds=_kind_tiles(facets.get("kind", ()), by_kind),
        audiences=facets.get("audience", ()),
        entrances=entrances(facets, actor=actor),
        upcoming=[
            _anniversary_row(each, actor=actor, on=today())
            for each in upcoming_anniversaries(session, actor=actor, on=today(), limit=UPCOMING)
        ],
        publication_count=totals.publications,
        page_count=totals.pages,
    )


def _facets_of_everything(
    session: Session, holdings: Holdings, *, actor: Actor
) -> dict[str, Sequence[Link]]:
    """Every value with its count and its browse page; nothing while the index is unavailable."""
    asked = SearchRequest(
        viewer=catalogue.viewer_of(actor), facets=_FACETS, facet_values=_EVERY_VALUE, per_page=1
    )
    try:
        found = search(session, holdings.index, asked, actor=actor)
    except SearchIndexError:
        return {}
    groups = facet_groups(found.results, args=MultiDict(), path=here("/duyet"), everything=True)
    return {group.name: group.links for group in groups}


def _kind_tiles(links: Sequence[Link], covers: Mapping[str, Cover]) -> list[KindTile]:
    """The kinds that hold anything, each with the cover of its newest; one that nothing new is of
    has a drawn one that bears its name."""
    codes = {label: kind for kind, label in KINDS.items()}
    return [
        KindTile(
            link,
            covers.get(codes.get(link.label, ""))
            or Cover(None, link.label, "", None, codes.get(link.label, "other"), ""),
        )
        for link in links
    ]


def _anniversary_row(each: Upcoming, *, actor: Actor, on: date) -> AnniversaryRow:
    first, last = each.anniversary.first, each.anniversary.last
    name = _ASIDE.sub("", each.name)
    return AnniversaryRow(
        name=name,
        url=url_for("authorities.show", section="su-kien", authority_id=each.event_id),
        day=str(first.day) if first == last else f"{first.day}–{last.day}",
        month=_(_MONTHS[first.month - 1]),
        date=first.isoformat(),
        when=_when(first, last, on=on),
        years=counted("Kỷ niệm {number} năm", each.anniversary.years).format(
            number=each.anniversary.years
        ),
        is_round=each.anniversary.is_round,
        count=each.publications,
        search_url=f"{here('/tim-kiem')}?{urlencode({'q': name})}",
        deposit_url=here("/nop") if actor.may_deposit else "",
    )


def _when(first: date, last: date, *, on: date) -> str:
    days = (first - on).days
    if days == 0 or first < on <= last:
        return _("Hôm nay") if first == last else _("Đang trong những ngày này")
    if days == 1:
        return _("Ngày mai")
    return counted("Còn {number} ngày", days).format(number=days)
