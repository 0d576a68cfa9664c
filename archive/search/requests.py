"""What is asked of the index, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Sort = Literal["relevance", "newest", "oldest", "title", "page"]
Group = Literal["work", "page"]

# The facets: what a work has values of.
FACETS = (
    "year",
    "unit",
    "kind",
    "theme",
    "place",
    "person",
    "audience",
    "grade",
    "subject",
    "language",
)
# Under these a work is found by the filter of a facet without having the value for its own.
ALSO = {"theme": "theme_also", "place": "place_also"}
# The authorities that a work names: counted when asked for, and no facet to choose from.
AUTHORITY = "authority"
MAX_PER_PAGE = 100
MAX_IN_BULK = 5000
FACET_VALUES = 15
WHOLE_FACET_VALUES = 500
"""Of the facet that is asked for whole so many come back: thousands of names are no list to choose
from."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the index shows and counts only what this viewer may see on `today`.

    `may_see_all` is for curators and admins. `unit_codes` are the viewer's own units; they count
    only with `signed_in`. `withheld` are works that the catalogue has closed to this viewer while
    the index, a moment behind, still shows them.
    """

    today: date
    signed_in: bool = False
    may_see_all: bool = False
    unit_codes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values of one filter mean any of them, several filters mean all.

    An empty `query` browses. `statuses` left empty means accepted works only; a viewer who may
    not see all gets other statuses of the own units alone. `page` counts from 1 and `per_page`
    is cut to 1–100, or to 1–5,000 with `is_bulk`: for what changes or writes out all that is
    found, not for what shows it. `within` is a work's id: only that work is looked at. The sort
    "page" puts the pages of a work in their order. `letter` is a capital of
    `core.collation.ALPHABET` (or `NO_LETTER`) with which titles begin, "" for any. Only `facets`
    are counted; of each the `facet_values` commonest values come back (of years the latest), and
    whatever is chosen; of the one named by `whole` `WHOLE_FACET_VALUES`. `gathered` says of
    authorities under which others their works count, too.
    """

    viewer: Viewer
    query: str = ""
    years: tuple[int, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    units: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    within: str = ""
    letter: str = ""
    facets: tuple[str, ...] = FACETS
    facet_values: int = FACET_VALUES
    whole: str = ""
    gathered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: Sort = "relevance"
    group: Group = "work"
    page: int = 1
    per_page: int = 10
    is_bulk: bool = False

    def selected(self) -> dict[str, tuple[str, ...]]:
        """The chosen values by facet name; facets without a choice are left out."""
        chosen = {
            "year": tuple(str(year) for year in self.years),
            "unit": self.units,
            "kind": self.kinds,
            "theme": self.themes,
            "place": self.places,
            "person": self.people,
            "audience": self.audiences,
            "grade": self.grades,
            "subject": self.subjects,
            "language": self.languages,
        }
        return {name: values for name, values in chosen.items() if values}
