"""What a search gives back: plain values only, so that any engine may fill them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from archive.search.highlight import MarkTerms

PAGES_PER_WORK = 3
"""So many of a work's best pages are told at most."""


class PageHit(NamedTuple):
    """A page that matched inside a work."""

    number: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class WorkHit:
    """A work that matched, with its best pages (best first).

    `score` is that of its best page or of its record; `pages_matched` counts pages, and is 0
    where only the record matched or nothing was asked for.
    """

    work_id: str
    score: float
    pages_matched: int
    pages: tuple[PageHit, ...]


class PageItem(NamedTuple):
    """A page as an item of its own (`group="page"`)."""

    work_id: str
    number: int
    label: str
    score: float


@dataclass(slots=True)
class FacetCount:
    """How many matching works carry a value; `label` only where the index knows a name for it."""

    value: str
    label: str | None
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The page of items asked for, and totals over everything that matched.

    `total` counts works, `total_pages` pages (records not among them), both before paging.
    `relaxed`: nothing held all the words, these are the nearest. `marks_ignored`: nothing was
    found as typed, so tones and marks were left out of account. `repaired`: nothing was found so
    either, and words were taken for what they are likely to mean (`suggestion`). `read_as_words`:
    an operator was broken and the query was read as plain words. `exact` is False where a quoted
    phrase could not be read because files of the index are lost: its words then count wherever
    they stand. `suggestion` is the query as its reader may have meant it, "" where nothing better
    is known; like everything here it is made from what the viewer may see. `letters`: how many of
    the works begin with each letter, whichever is asked for; only in the order of titles.
    `facet_sizes`: how many values of each facet the works have, those that did not come back among
    them.
    """

    total: int
    total_pages: int
    items: tuple[WorkHit | PageItem, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    terms: MarkTerms
    took_ms: float
    relaxed: bool = False
    marks_ignored: bool = False
    repaired: bool = False
    read_as_words: bool = False
    exact: bool = True
    suggestion: str = ""
    letters: Mapping[str, int] = field(default_factory=dict)
    facet_sizes: Mapping[str, int] = field(default_factory=dict)


class Completion(NamedTuple):
    """What a reader may be about to type; `work_id` where it is the title of a work."""

    text: str
    kind: Literal["title", "person", "place", "theme", "phrase"]
    work_id: str = ""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """`commit` counts the commits of this generation; `problem` is a code, "" if healthy.

    `plain_segments` have lost their derived arrays: they answer from Whoosh's files, slower, until
    `SearchIndex.mend` has made the arrays anew.
    """

    healthy: bool
    problem: str = ""
    generation: str = ""
    commit: int = 0
    works: int = 0
    pages: int = 0
    segments: int = 0
    plain_segments: int = 0
    size_bytes: int = 0
