"""One page to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from archive.web.pages.finding import HitPage
from archive.web.pages.parts import Card, Link, Pagination
from archive.web.pages.publication import OutlineRow


@dataclass(frozen=True)
class Box:
    """A word to mark on the page image, as fractions of its width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class PageReading:
    """How a page came by its text, for those who look after it. `score` is "92%" or "" where no
    word carries a mark; `before` what the file itself carried, "" where it is the same; `state` a
    sentence about its picture, or ""."""

    source: str
    score: str
    before: str
    state: str


@dataclass(frozen=True)
class HitSteps:
    """The way through the pages of a publication that answer a query. `place` counts from 1, 0
    where the page that is read is none of them; addresses are "" where there is none; `all_url` is
    the list of them all."""

    place: int
    total: int
    previous_url: str
    next_url: str
    all_url: str


@dataclass(frozen=True)
class InsidePage:
    """A search inside one publication; totals over all its pages. `address` is the list's own,
    `notice` a sentence or ""."""

    card: Card
    query: str
    hits: Sequence[HitPage]
    total_pages: int
    total_hits: int
    notice: str
    address: str
    pagination: Pagination
    suggestion: Link | None = None
    ways_out: Sequence[Link] = ()
    """Where no page answers: other searches that find something, each with its count."""


@dataclass(frozen=True)
class ReaderPage:
    """One page to read. `text` is safe HTML: paragraphs with <mark>. `image` None: text only.
    `reading` is None for readers."""

    card: Card
    number: int
    label: str
    page_count: int
    query: str
    image: str | None
    image_width: int
    image_height: int
    image_set: str
    boxes: Sequence[Box]
    text: Markup
    text_source: str
    has_text: bool
    notice: str
    previous_url: str
    next_url: str
    first_url: str
    last_url: str
    publication_url: str
    original_url: str
    original_name: str
    reading: PageReading | None = None
    outline: Sequence[OutlineRow] = ()
    goto_url: str = ""
    """Where the form "go to page" is sent; "" where there is but one page."""
    address: str = ""
    """This page's own address, without a query."""
    hits: HitSteps | None = None
    """None without a query, and where the index could not be asked."""
    place: Literal["left", "right", "alone"] = "alone"
    """Where it lies when the publication is open: the cover alone, then even pages at the left."""
    tiles_url: str = ""
    """Where the picture can be asked for by regions; "" where there is no picture to see."""
    pages_url: str = ""
    """All pages of the publication for the reader's script."""
    is_text_only: bool = False
    """The text alone was asked for; its links keep to that."""
    text_only_url: str = ""
    """This page as text alone; "" where it is shown so, or has no picture anyway."""
    picture_url: str = ""
    """This page with its picture; "" where it has none or is shown so."""
    text_file_url: str = ""
    """The text as a file; "" where the page has none."""
    print_url: str = ""
    all_pages_url: str = ""
    """The pages as small pictures."""
    share_url: str = ""
    """The page's address in full, with the query."""
    citation: str = ""


@dataclass(frozen=True)
class PrintedPage:
    """One page to print with its source. `image` None: its text is printed, safe HTML; `address`
    is the page's own in full."""

    card: Card
    number: int
    label: str
    page_count: int
    image: str | None
    image_width: int
    image_height: int
    text: Markup
    address: str
    back_url: str
    citation: str
