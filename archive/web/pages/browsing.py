"""The screens of the catalogue: its entrance, a list of publications, all values of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.web.pages.authorities import AuthorityRow
from archive.web.pages.parts import Card, Downloads, Link, LinkGroup, Pagination


@dataclass(frozen=True)
class Coverage:
    """How much of a list of names has publications: `covered` of `total`. `first` are some of those
    that have most, `url` leads to the list and `missing_url` to those that have none."""

    total: int
    covered: int
    first: Sequence[Link]
    url: str
    missing_url: str


@dataclass(frozen=True)
class BrowseHomePage:
    """Everything by which the archive is browsed. `years` run without a gap from the archive's
    first year on; `themes` are the tree; `groups` the remaining kinds of values, those that hold
    nothing left out. `is_empty`: the archive holds nothing for this reader; `notice` says why
    nothing can be counted, "" otherwise."""

    years: Sequence[Link]
    kinds: Sequence[Link]
    themes: Sequence[AuthorityRow]
    places: Coverage | None
    relics: Coverage | None
    groups: Sequence[LinkGroup]
    names: Sequence[Link]
    all_url: str
    total: int
    notice: str = ""


@dataclass(frozen=True)
class BrowseListPage:
    """Publications under the chosen values. `active` are the filters, each linking to the list
    without it; `facets` add and remove; `views` are the ways to show the list (`is_grid`: as
    covers), `letters` those of titles, only in their order. Where nothing is found `ways_out` are
    the lists with less asked that hold something."""

    heading: str
    total: int
    cards: Sequence[Card]
    is_grid: bool
    active: Sequence[Link]
    facets: Sequence[LinkGroup]
    sorts: Sequence[Link]
    views: Sequence[Link]
    letters: Sequence[Link]
    pagination: Pagination
    ways_out: Sequence[Link] = ()
    downloads: Downloads | None = None
    bulk_url: str = ""
    """Where a curator changes what is listed at once; "" for others."""


@dataclass(frozen=True)
class ValueGroup:
    """The values that begin with a letter; `anchor` is the id of its heading."""

    letter: str
    anchor: str
    links: Sequence[Link]


@dataclass(frozen=True)
class BrowseGroupPage:
    """All values of one facet from A to Z, each with its count. `letters` jump to the groups, or,
    where there are too many values for one page, choose one of them."""

    label: str
    total: int
    groups: Sequence[ValueGroup]
    letters: Sequence[Link]
