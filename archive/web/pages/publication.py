"""A publication with its record, its files, and what those who look after it are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.web.pages.copies import CopiesPanel
from archive.web.pages.parts import Card, EventRow, Link, StageRow
from archive.web.pages.reviewing import ReviewParts


@dataclass(frozen=True)
class FileRow:
    """An original. `problem` is a sentence where it could not be read."""

    name: str
    media_label: str
    size_label: str
    sha256: str
    page_count: int
    url: str
    problem: str
    read_again_url: str = ""
    """Where a curator has it read again; "" for others and where nothing is the matter."""
    factor: int = 0
    """What to raise the limit to, in multiples of the usual; 0 where no raise would help."""
    greatest_factor: int = 0


@dataclass(frozen=True)
class MarkingNotice:
    """A mark of secrecy keeps the publication closed. `clear_url` is "" for those who may only be
    told; `ids` are the marks that `lines` show, `more` how many there are besides."""

    lines: Sequence[str]
    ids: Sequence[int]
    more: int
    contact: str
    clear_url: str

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """The hidden fields of the form that clears the marks shown."""
        return [("marking", str(number)) for number in self.ids]


@dataclass(frozen=True)
class Fact:
    """One line of the record: label and its values, each with a link to its search or "" ."""

    label: str
    values: Sequence[tuple[str, str]]
    is_told: bool = False
    """The values are words of the page's language; else they are as the record has them."""


@dataclass(frozen=True)
class PageThumb:
    number: int
    label: str
    url: str
    thumbnail: str | None


@dataclass(frozen=True)
class PagePair:
    """A page of this publication and the page of another that is like it. Images are addresses,
    "" where there is none yet."""

    our_number: int
    our_url: str
    our_image: str
    their_number: int
    their_url: str
    their_image: str


@dataclass(frozen=True)
class LikenessRow:
    """A publication like the one on the page. `url` and `title` are "" and `pages` empty where
    the reader may not open it. `decided`: what a curator said of it, a sentence or "".
    `other_id` is for the buttons."""

    reason: str
    url: str
    title: str
    pages: Sequence[PagePair]
    decided: str
    other_id: str


@dataclass(frozen=True)
class LikenessPanel:
    """What the publication is like. `is_open`: a pair waits for a curator's word; `decide_url`:
    where that word goes, "" for those who only read."""

    title: str
    note: str
    rows: Sequence[LikenessRow]
    is_open: bool
    decide_url: str


@dataclass(frozen=True)
class GuessRow:
    """A value offered for a field of the record: `source` says where it was read ("trang 2"),
    `line` what stands there; `url` leads to that page, "" where it cannot be opened yet."""

    field: str
    label: str
    value: str
    source: str
    line: str
    url: str = ""


@dataclass(frozen=True)
class OutlineRow:
    """A part in the table of contents with the parts inside it. `url` is "" where it leads
    nowhere; `is_current`: the page that is read belongs to it."""

    title: str
    url: str
    page_label: str
    is_current: bool = False
    parts: Sequence[OutlineRow] = ()


@dataclass(frozen=True)
class PublicationPage:
    """`progress` and `events` are empty for readers; `actions` tells which buttons to show."""

    card: Card
    abstract: str
    facts: Sequence[Fact]
    files: Sequence[FileRow]
    thumbs: Sequence[PageThumb]
    thumbs_more_url: str
    read_url: str
    progress: Sequence[StageRow]
    progress_url: str
    """Polled while intake runs; "" when it is over."""
    events: Sequence[EventRow]
    citation: str
    may_review: bool
    may_resubmit: bool
    may_withdraw: bool
    duplicate_of: Sequence[Link] = field(default=())
    marking: MarkingNotice | None = None
    likeness: LikenessPanel | None = None
    """For those who work with it; None for readers and where nothing is like it."""
    editions: Sequence[Link] = ()
    """This (selected) and the other editions, oldest first; empty where there is no other."""
    guesses: Sequence[GuessRow] = ()
    """What the pages say and the record does not, for those who may mend the record."""
    doubts: Sequence[str] = ()
    outline: Sequence[OutlineRow] = ()
    citing: Sequence[Link] = ()
    """The record for programs that keep references."""
    downloads: Sequence[Link] = ()
    """The record in every other format."""
    may_reopen: bool = False
    may_replace: bool = False
    receipts: Sequence[Link] = ()
    """For those who look after it: the receipts for its files, the newest first."""
    versions_url: str = ""
    """Where curators find the files of earlier versions; "" where there are none."""
    inside_url: str = ""
    """Where the search inside the publication is sent; "" while it has no page."""
    contents: Sequence[str] = ()
    """The parts that the record lists, a line each."""
    copies: CopiesPanel | None = None
    """What the archive holds in print; None where there is nothing to tell."""
    record_links: Sequence[Link] = ()
    """Mending the record and its history, for those who look after it."""
    review: ReviewParts = field(default_factory=ReviewParts)
