"""The catalogue: its entrance, lists of publications, all values of one kind from A to Z."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from archive.core.authorities import KINDS, name_sort
from archive.core.collation import NO_LETTER, first_letter
from archive.core.dates import today
from archive.core.errors import SearchIndexError
from archive.core.language import N_, Words, _
from archive.core.wording import error_sentence
from archive.models import Authority
from archive.search.requests import SearchRequest
from archive.search.results import SearchResults
from archive.services.browsing import Survey, survey
from archive.services.catalogue import viewer_of
from archive.services.searching import results_of, search
from archive.web.access import OpenTo, open_to
from archive.web.authorities import authority_row, authority_url
from archive.web.authorities.base import heading_of
from archive.web.context import current_actor, holdings, reading
from archive.web.downloads import BROWSE, list_downloads
from archive.web.heads import browse_head, page_head
from archive.web.languages import here
from archive.web.letters import letter_links, letter_words
from archive.web.listing import (
    BOUNDS,
    active_links,
    bulk_url,
    facet_groups,
    letter_in,
    page_number,
    read_request,
    search_cards,
    sort_links,
    with_argument,
)
from archive.web.pages.authorities import AuthorityRow
from archive.web.pages.browsing import (
    BrowseGroupPage,
    BrowseHomePage,
    BrowseListPage,
    Coverage,
    ValueGroup,
)
from archive.web.pages.parts import Link, LinkGroup
from archive.web.present import FACETS, facet_heading, paginate
from archive.web.widening import ways_out

blueprint = Blueprint("browse", __name__)

PATH = "/duyet"
PER_PAGE = 24
FIRST_VALUES = 8
# So many values of one facet are a page; of more a letter is chosen.
VALUES_ON_PAGE = 300
MOST_VALUES = 5_000
GROUPS = ("unit", "person", "audience", "subject", "grade", "language")
_NARROWING = ("q", "sort", "xem", *BOUNDS)
_LISTING = (*_NARROWING, "chu", "page")
VIEWS = Words({"luoi": N_("Lưới bìa"), "danh-sach": N_("Danh sách")})


@blueprint.get(PATH)
@open_to(OpenTo.ANYONE)
def index() -> str:
    """The publications of the chosen values; without a choice all there is to choose from."""
    args = request.args
    asked = read_request(args, per_page=PER_PAGE, default_sort="newest")
    group = args.get("nhom", "")
    try:
        is_narrowed = asked.selected() or any(args.get(name) for name in _NARROWING)
        if group in FACETS and not is_narrowed:
            return _group(group, args)
        if asked.selected() or any(args.get(name) for name in _LISTING):
            return _list(asked, args)
        return _home()
    except SearchIndexError as error:
        return _show_home(_empty_home(error_sentence(error)))


# The entrance


def _home() -> str:
    found = survey(reading(), holdings().index, actor=current_actor())
    groups = _groups(found.results)
    return _show_home(
        BrowseHomePage(
            years=_years(groups["year"].links if "year" in groups else ()),
            kinds=groups["kind"].links if "kind" in groups else (),
            themes=_themes(found, groups.get("theme")),
            places=_coverage(found.communes, found.counts, section="place"),
            relics=_coverage(found.relics, found.counts, section="relic"),
            groups=[_shortened(groups[name]) for name in GROUPS if name in groups],
            names=_names(),
            all_url=f"{here(PATH)}?sort=title",
            total=found.results.total,
        )
    )


def _show_home(page: BrowseHomePage) -> str:
    head = browse_head((), total=page.total)
    return render_template("browse/index.html", current="browse", page=page, head=head)


def _empty_home(notice: str) -> BrowseHomePage:
    return BrowseHomePage(
        years=(),
        kinds=(),
        themes=(),
        places=None,
        relics=None,
        groups=(),
        names=_names(),
        all_url="",
        total=0,
        notice=notice,
    )


def _groups(results: SearchResults) -> dict[str, LinkGroup]:
    made = facet_groups(results, args=MultiDict(), path=here(PATH), everything=True)
    return {group.name: group for group in made}


def _years(links: Sequence[Link]) -> list[Link]:
    """Every year since the archive's first, those without a publication too."""
    held = {link.label: link for link in links}
    known = [int(year) for year in held]
    first = min([holdings().settings.first_year, *known])
    last = max([today().year, *known])
    browse = here(PATH)
    return [
        held.get(str(year), Link(str(year), f"{browse}?year={year}", count=0))
        for year in range(first, last + 1)
    ]


def _themes(found: Survey, group: LinkGroup | None) -> list[AuthorityRow]:
    """The tree, and behind it the themes of records that no authority has."""
    rows = [
        replace(
            authority_row(theme, found.counts, depth=depth),
            url=url_for("browse.index", theme=theme.name)
            if found.counts.get(theme.id)
            else authority_url(theme),
        )
        for theme, depth in found.themes
    ]
    known = {row.name for row in rows}
    others = [link for link in group.links if link.label not in known] if group else []
    rows += [
        AuthorityRow(name=link.label, url=link.url, note="", count=link.count)
        for link in others[:FIRST_VALUES]
    ]
    return rows


def _coverage(
    rows: Sequence[Authority], counts: Mapping[str, int], *, section: str
) -> Coverage | None:
    if not rows:
        return None
    held = [row for row in rows if counts.get(row.id)]
    url = url_for(f"authorities.list_{section}")
    most = sorted(held, key=lambda row: -counts[row.id])[:FIRST_VALUES]
    shown = [authority_row(row, counts) for row in most]
    return Coverage(
        total=len(rows),
        covered=len(held),
        first=[Link(row.name, row.url, count=row.count) for row in shown],
        url=url,
        missing_url=f"{url}?co=chua" if len(held) < len(rows) else "",
    )


def _shortened(group: LinkGroup) -> LinkGroup:
    if group.name == "grade" or len(group.links) <= FIRST_VALUES:
        return group
    return replace(
        group, links=group.links[:FIRST_VALUES], more_url=f"{here(PATH)}?nhom={group.name}"
    )


def _names() -> list[Link]:
    return [Link(heading_of(kind), url_for(f"authorities.list_{kind}")) for kind in KINDS]


# A list of publications


def _list(asked: SearchRequest, args: MultiDict[str, str]) -> str:
    found = search(reading(), holdings().index, asked, actor=current_actor())
    results = found.results
    active = active_links(results, args=args, path=here(PATH))
    if asked.query:
        without = with_argument(args, path=here(PATH), name="q", value="")
        active.insert(0, Link(f"“{asked.query}”", without, selected=True))
    page = BrowseListPage(
        heading=_heading(asked, active),
        total=results.total,
        cards=search_cards(reading(), found),
        is_grid=args.get("xem") != "danh-sach",
        active=active,
        facets=facet_groups(
            results, args=_as_list(args), path=here(PATH), everything=True, shortened=True
        ),
        sorts=sort_links(args, path=here(PATH), default="newest"),
        views=[
            Link(
                label,
                with_argument(args, path=here(PATH), name="xem", value=name),
                selected=(args.get("xem") == "danh-sach") == (name == "danh-sach"),
            )
            for name, label in VIEWS.items()
        ],
        letters=letter_links(
            results.letters,
            chosen=asked.letter,
            address=lambda letter: with_argument(args, path=here(PATH), name="chu", value=letter),
        ),
        pagination=paginate(
            page=page_number(args),
            total=results.total,
            per_page=PER_PAGE,
            path=here(PATH),
            args=args.to_dict(flat=False),
        ),
        ways_out=ways_out(asked, results, args=args, path=here(PATH)) if not results.total else (),
        downloads=list_downloads(args, path=BROWSE, total=results.total),
        bulk_url=bulk_url(args),
    )
    head = browse_head(active, total=results.total)
    return render_template("browse/list.html", current="browse", page=page, head=head)


def _as_list(args: MultiDict[str, str]) -> MultiDict[str, str]:
    """The arguments with their order written out where a letter alone makes the list: a letter
    beside the name of a facet means that facet's values."""
    if args.get("chu") and not any(args.get(name) for name in _NARROWING):
        return MultiDict([*args.items(multi=True), ("sort", "title")])
    return args


def _heading(asked: SearchRequest, active: Sequence[Link]) -> str:
    """What the list is of, in words."""
    if not active:
        return _("Tất cả ấn phẩm")
    words = [link.label for link in active]
    spoken = {str(year): _("Năm {year}").format(year=year) for year in asked.years}
    if asked.letter:
        spoken[letter_words(asked.letter)] = _("Nhan đề bắt đầu bằng “{letter}”").format(
            letter=asked.letter
        )
    return ", ".join(spoken.get(word, word) for word in words)


# All values of one facet


def _letter_address(name: str, *, jumps: bool) -> Callable[[str], str]:
    def address(letter: str) -> str:
        if jumps:
            return f"#{_anchor(letter)}"
        return url_for("browse.index", nhom=name, chu=letter)

    return address


def _anchor(letter: str) -> str:
    """The id of a letter's heading."""
    return f"chu-{letter}" if letter != NO_LETTER else "chu-so"


def _group(name: str, args: MultiDict[str, str]) -> str:
    """The values in Vietnamese order, people by given name."""
    asked = SearchRequest(
        viewer=viewer_of(current_actor()), facets=(name,), facet_values=MOST_VALUES, per_page=1
    )
    results = results_of(reading(), holdings().index, asked, actor=current_actor())
    links = _groups(results)[name].links if results.facets[name] else []
    keyed = [(name_sort(name, link.label), link) for link in links]
    if name not in ("year", "grade"):
        keyed.sort(key=lambda pair: pair[0])
    by_letter: dict[str, list[Link]] = {}
    for key, link in keyed:
        by_letter.setdefault(first_letter(key), []).append(link)
    chosen = ""
    counts = {letter: len(held) for letter, held in by_letter.items()}
    if len(links) > VALUES_ON_PAGE:
        chosen = letter_in(args)
        chosen = chosen if chosen in by_letter else next(iter(by_letter))
        by_letter = {chosen: by_letter[chosen]}
    letters = letter_links(counts, chosen=chosen, address=_letter_address(name, jumps=not chosen))
    page = BrowseGroupPage(
        label=facet_heading(name),
        total=len(links),
        groups=[
            ValueGroup("0–9" if letter == NO_LETTER else letter, _anchor(letter), held)
            for letter, held in by_letter.items()
        ],
        # Without a letter there is nothing that all of it could be seen under.
        letters=letters[1:] if len(links) > FIRST_VALUES else (),
    )
    head = page_head(
        _("{label} – Danh mục").format(label=page.label),
        _("{label} của các ấn phẩm trong kho, xếp theo chữ cái, mỗi mục kèm số ấn phẩm.").format(
            label=page.label
        ),
        args={"nhom": name},
    )
    return render_template("browse/group.html", current="browse", page=page, head=head)
