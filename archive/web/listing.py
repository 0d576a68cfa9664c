"""What search and browse share: the request read from the URL, facets as links, cards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import cast
from urllib.parse import quote_plus, urlencode

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from archive.core.collation import ALPHABET, NO_LETTER
from archive.core.language import N_, Words
from archive.models import Publication
from archive.search.requests import FACET_VALUES, WHOLE_FACET_VALUES, SearchRequest, Sort
from archive.search.results import FacetCount, SearchResults
from archive.services.catalogue import cover_pages, viewer_of
from archive.services.records import one_line
from archive.services.searching import Found
from archive.web.context import current_actor, holdings
from archive.web.languages import here
from archive.web.letters import letter_words
from archive.web.pages.parts import Card, Link, LinkGroup
from archive.web.present import FACETS, cards_of, facet_heading, facet_label

SORTS = Words(
    {
        "relevance": N_("Sát nhất"),
        "newest": N_("Mới nhất"),
        "oldest": N_("Cũ nhất"),
        "title": N_("Nhan đề A–Z"),
    }
)

FACET_FIELDS = {
    "unit": "units",
    "kind": "kinds",
    "theme": "themes",
    "place": "places",
    "person": "people",
    "audience": "audiences",
    "grade": "grades",
    "subject": "subjects",
    "language": "languages",
}
"""Facet name in the address → the field of SearchRequest that it fills; the year has one of its
own."""
BOUNDS = Words({"year_from": N_("Từ năm {}"), "year_to": N_("Đến năm {}")})
NAMED_BY_RECORDS = frozenset(("unit", "theme", "place", "person", "audience", "subject"))
"""The facets whose values are told as the records have them."""
MOST_VALUES = 20
SPARED_VALUES = 3
FIRST_VALUES = FACET_VALUES - SPARED_VALUES


def page_number(args: MultiDict[str, str]) -> int:
    """The page asked for, from 1; nonsense is page 1."""
    return max(1, min(args.get("page", 1, type=int), 100_000))


def read_request(
    args: MultiDict[str, str], *, per_page: int, default_sort: Sort = "relevance"
) -> SearchRequest:
    """The search in a URL. A person's URL is read kindly: what makes no sense is left out."""
    letter = letter_in(args)
    # Who looks under a letter looks for a title.
    sort = args.get("sort", "title" if letter else default_sort)
    return SearchRequest(
        viewer=viewer_of(current_actor()),
        query=one_line(args.get("q", "")),
        years=tuple(args.getlist("year", type=int)[:MOST_VALUES]),
        year_from=args.get("year_from", type=int),
        year_to=args.get("year_to", type=int),
        sort=cast(Sort, sort) if sort in SORTS else default_sort,
        letter=letter,
        page=page_number(args),
        per_page=per_page,
        whole=args.get("nhom", ""),
        **{  # type: ignore[arg-type]
            field: tuple(map(one_line, args.getlist(name)[:MOST_VALUES]))
            for name, field in FACET_FIELDS.items()
        },
    )


def letter_in(args: MultiDict[str, str]) -> str:
    """The letter that is asked for, "" for none and for what is no letter."""
    asked = one_line(args.get("chu", "")).upper()
    return asked if len(asked) == 1 and asked in f"{ALPHABET}{NO_LETTER}" else ""


def address(args: MultiDict[str, str], *, path: str, without: str = "page") -> str:
    """`path` with the search of these arguments, but for the page, how it is shown and
    `without`."""
    return _url(path, _pairs(args, without, "xem"))


def with_argument(args: MultiDict[str, str], *, path: str, name: str, value: str) -> str:
    """The same list with another value of one argument, "" for none, from its first page."""
    pairs = _pairs(args, name)
    return _url(path, [*pairs, (name, value)] if value else pairs)


def bulk_url(args: MultiDict[str, str]) -> str:
    """Where a curator changes all that these arguments find; "" for others, and where they choose
    nothing."""
    pairs = [pair for pair in _pairs(args, "sort", "xem") if pair[1].strip()]
    if not pairs or not current_actor().may_curate:
        return ""
    return _url(here("/sua-hang-loat"), pairs)


def suggestion_link(results: SearchResults, *, args: MultiDict[str, str], path: str) -> Link | None:
    """The same search, its filters kept, with the words that were probably meant; None where
    nothing better than the typed ones is known."""
    if not results.suggestion:
        return None
    pairs = [("q", results.suggestion), *_pairs(args, "q")]
    return Link(label=results.suggestion, url=_url(path, pairs))


def _url(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _pairs(args: MultiDict[str, str], *without: str) -> list[tuple[str, str]]:
    left_out = (*without, "page", "nhom")
    return [(key, value) for key, value in args.items(multi=True) if key not in left_out]


def facet_groups(
    results: SearchResults,
    *,
    args: MultiDict[str, str],
    path: str,
    everything: bool = False,
    shortened: bool = False,
) -> list[LinkGroup]:
    """The facets as links that add and remove; with `everything` also those of one value only.

    With `shortened` a long facet has its first values only and those that are chosen, and a link
    to the same list with this facet whole: a page would else hold hundreds of links.
    """
    groups = []
    # What all links have in common is written once.
    kept = _pairs(args)
    common = f"{_url(path, kept)}{'&' if kept else '?'}"
    whole = args.get("nhom", "")
    for name in FACETS:
        counts: Sequence[FacetCount] = results.facets.get(name, ())
        if not counts or (not everything and len(counts) < 2 and not counts[0].selected):
            continue
        if name in ("year", "grade"):
            counts = sorted(
                counts, key=lambda count: _by_number(count.value), reverse=name == "year"
            )
        shown = counts
        folded = 0
        if shortened and name != whole:
            size = min(results.facet_sizes[name], WHOLE_FACET_VALUES)
            shown = _first(counts, of=size)
            folded = max(0, size - sum(count.count > 0 for count in shown))
        groups.append(
            LinkGroup(
                name=name,
                label=facet_heading(name),
                links=[
                    Link(
                        label=facet_label(name, count.value, count.label),
                        url=_url(path, [pair for pair in kept if pair != (name, count.value)])
                        if count.selected
                        else f"{common}{name}={_quoted(count.value)}",
                        count=count.count,
                        selected=count.selected,
                        lang="vi" if name in NAMED_BY_RECORDS else "",
                    )
                    for count in shown
                ],
                folded=folded,
                whole_url=f"{common}nhom={name}#loc-{name}" if folded else "",
                is_whole=name == whole,
            )
        )
    return groups


@lru_cache(maxsize=1 << 12)
def _quoted(value: str) -> str:
    """A value as addresses have it; the same few hundred stand on every page."""
    return quote_plus(value)


def _by_number(value: str) -> tuple[int, str]:
    return len(value), value


def _first(counts: Sequence[FacetCount], *, of: int) -> Sequence[FacetCount]:
    """The first values and those that are chosen; a few more where hardly any `of` all would be
    left."""
    if of <= FIRST_VALUES + SPARED_VALUES:
        return counts
    chosen = [count for count in counts[FIRST_VALUES:] if count.selected]
    return [*counts[:FIRST_VALUES], *chosen]


def active_links(results: SearchResults, *, args: MultiDict[str, str], path: str) -> list[Link]:
    """The chosen values, each linking to the list without it."""
    labels = value_labels(results)
    links = []
    for key, value in args.items(multi=True):
        shown = one_line(value)
        if key in FACETS:
            label = facet_label(key, shown, labels.get((key, shown)))
        elif key == "chu":
            label = letter_words(letter_in(args))
        elif key in BOUNDS and shown.isdecimal():
            label = BOUNDS[key].format(shown)
        else:
            continue
        pairs = [pair for pair in _pairs(args) if pair != (key, value)]
        if label:
            lang = "vi" if key in NAMED_BY_RECORDS else ""
            links.append(Link(label, _url(path, pairs), selected=True, lang=lang))
    return links


def value_labels(results: SearchResults) -> dict[tuple[str, str], str | None]:
    """What the index calls the values of its facets, by facet and value."""
    return {
        (name, count.value): count.label
        for name, counts in results.facets.items()
        for count in counts
    }


def sort_links(args: MultiDict[str, str], *, path: str, default: str) -> list[Link]:
    chosen = args.get("sort", "title" if letter_in(args) else default)
    links = []
    for name, label in SORTS.items():
        if name == "relevance" and not args.get("q"):
            continue
        pairs = _pairs(args, "sort", *(() if name == "title" else ("chu",)))
        if name != default:
            pairs.append(("sort", name))
        links.append(Link(label=label, url=_url(path, pairs), selected=name == chosen))
    return links


def publication_cards(session: Session, rows: Sequence[Publication]) -> list[Card]:
    return cards_of(rows, cover_pages(session, [row.id for row in rows]), holdings())


def search_cards(session: Session, found: Found) -> list[Card]:
    """The cards of the found works, in their order."""
    return publication_cards(session, [found.publications[item.work_id] for item in found.items])
