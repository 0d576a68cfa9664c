"""The screens on which something is found: search, browse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from archive.web.pages.parts import Card, Downloads, Link, LinkGroup, Pagination


@dataclass(frozen=True)
class HitPage:
    """A page of a work that matched. `snippet` is safe HTML with <mark>; `hits` counts the marks on
    the whole page, 0 where nobody counted."""

    label: str
    url: str
    snippet: Markup
    thumbnail: str | None
    hits: int = 0


@dataclass(frozen=True)
class Hit:
    """A work that matched: `pages` show their words, `further` are the next best. `all_url` lists
    all its pages that matched; "" where all are here."""

    card: Card
    pages: Sequence[HitPage]
    further: Sequence[Link]
    pages_matched: int
    all_url: str = ""


@dataclass(frozen=True)
class SearchPage:
    """`active` are the chosen facet values, each linking to the search without it.
    `hidden` repeats the chosen values for the search form. `notice` is a sentence or "".
    `feed_url`: the same search as a feed. `suggestion`: the same search with the words that were
    probably meant."""

    query: str
    hits: Sequence[Hit]
    total: int
    total_pages: int
    relaxed: bool
    notice: str
    active: Sequence[Link]
    facets: Sequence[LinkGroup]
    sorts: Sequence[Link]
    hidden: Sequence[tuple[str, str]]
    pagination: Pagination
    took_ms: float
    feed_url: str = ""
    suggestion: Link | None = None
    downloads: Downloads | None = None
    bulk_url: str = ""
    """Where a curator changes what was found at once; "" for others."""


@dataclass(frozen=True)
class FeedEntry:
    """A publication in a feed. Addresses are absolute, moments as RFC 3339 writes them."""

    url: str
    title: str
    unit: str
    kind: str
    published: str
    updated: str
    summary: str
    is_demo: bool


@dataclass(frozen=True)
class Feed:
    """A search as a feed: `url` is its own, `page_url` the same search for people."""

    title: str
    url: str
    page_url: str
    updated: str
    entries: Sequence[FeedEntry]


@dataclass(frozen=True)
class BrowsePage:
    """`groups`: years, units, kinds, themes, places, audiences with counts. When something is
    chosen, `cards` shows it; otherwise only the groups stand on the page."""

    groups: Sequence[LinkGroup]
    active: Sequence[Link]
    cards: Sequence[Card]
    pagination: Pagination | None
    sorts: Sequence[Link]
    notice: str = ""
    downloads: Downloads | None = None
    bulk_url: str = ""
    """Where a curator changes what is listed at once; "" for others."""
