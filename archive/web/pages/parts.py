"""What several screens show: a card, a link, the way through a long list, an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.drawn_cover import DrawnCover, draw_cover


@dataclass(frozen=True)
class Cover:
    """A small picture of a publication; `url` None where no image can be shown and `drawing`
    stands in."""

    url: str | None
    title: str
    unit: str
    year: int | None
    kind: str
    kind_label: str
    is_wide: bool = False
    """The picture lies on its side (a leaflet's sheet, a map)."""
    seed: str = ""
    """What tells a drawn cover from others of its kind: the publication's identifier."""

    @property
    def drawing(self) -> DrawnCover:
        """The cover that is drawn where there is no image."""
        return draw_cover(
            seed=self.seed,
            title=self.title,
            unit=self.unit,
            year=self.year,
            kind=self.kind,
            kind_label=self.kind_label,
        )


@dataclass(frozen=True)
class Card:
    """A publication in a list."""

    id: str
    url: str
    title: str
    subtitle: str
    unit: str
    issued: str
    """dd/mm/yyyy, mm/yyyy or yyyy; "" where unknown."""
    kind_label: str
    access: str
    """public | internal | restricted"""
    status: str
    status_label: str
    page_count: int
    cover: Cover
    is_demo: bool
    lang: str = "vi"
    """The language that title and pages are in, as far as it was looked up."""


@dataclass(frozen=True)
class Link:
    """A named link with a count, in browse lists and on the home page."""

    label: str
    url: str
    count: int | None = None
    selected: bool = False
    lang: str = ""
    """The language of a label that is a name from a record; "" of one that is told."""


@dataclass(frozen=True)
class Downloads:
    """The formats in which something is fetched, each with its address; `note` says what goes into
    one file where that is not all."""

    links: Sequence[Link]
    note: str = ""


@dataclass(frozen=True)
class LinkGroup:
    """One facet or one way to browse. `name` is its code, `more_url` leads to the whole list,
    `folded` so many values are left out here and shown at `whole_url`; `is_whole` where a reader
    asked for all of them."""

    name: str
    label: str
    links: Sequence[Link]
    more_url: str = ""
    folded: int = 0
    whole_url: str = ""
    is_whole: bool = False


@dataclass(frozen=True)
class Pagination:
    """Where one is in a long list; `links` are page numbers with None for a gap."""

    page: int
    pages: int
    total: int
    previous_url: str
    next_url: str
    links: Sequence[Link | None]


@dataclass(frozen=True)
class EventRow:
    """`about` is the publication an event is about, where the page itself does not say so."""

    at: datetime
    who: str
    what: str
    note: str
    about: Link | None = None
    kind: str = ""
    fields: Sequence[tuple[str, str]] = ()
    """The fields that a return named, each with what to mend."""


@dataclass(frozen=True)
class StageRow:
    """One stage of intake as the depositor sees it. `state`: waiting | running | done | failed."""

    label: str
    state: str
    detail: str
    """E.g. "trang 12 / 60", or the sentence that says what to do."""
    done: int
    total: int
