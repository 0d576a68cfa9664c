"""The page objects: one documented object per screen, which is all that its template sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup


@dataclass(frozen=True)
class Cover:
    """A small picture of a publication; `url` None where no image can be shown (a drawn cover
    from title, unit and year stands in)."""

    url: str | None
    title: str
    unit: str
    year: int | None
    kind: str
    kind_label: str
    is_wide: bool = False
    """The picture lies on its side (a leaflet's sheet, a map)."""


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


@dataclass(frozen=True)
class Link:
    """A named link with a count, in browse lists and on the home page."""

    label: str
    url: str
    count: int | None = None
    selected: bool = False


@dataclass(frozen=True)
class LinkGroup:
    """One facet or one way to browse. `name` is its code, `more_url` leads to the whole list."""

    name: str
    label: str
    links: Sequence[Link]
    more_url: str = ""


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
class HomePage:
    newest: Sequence[Card]
    years: Sequence[Link]
    kinds: Sequence[Link]
    audiences: Sequence[Link]
    grades: Sequence[Link]
    publication_count: int
    page_count: int


@dataclass(frozen=True)
class HitPage:
    """A page of a work that matched. `snippet` is safe HTML with <mark>."""

    label: str
    url: str
    snippet: Markup
    thumbnail: str | None


@dataclass(frozen=True)
class Hit:
    card: Card
    pages: Sequence[HitPage]
    pages_matched: int


@dataclass(frozen=True)
class SearchPage:
    """`active` are the chosen facet values, each linking to the search without it.
    `hidden` repeats the chosen values for the search form. `notice` is a sentence or ""."""

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


@dataclass(frozen=True)
class PageThumb:
    number: int
    label: str
    url: str
    thumbnail: str | None


@dataclass(frozen=True)
class StageRow:
    """One stage of intake as the depositor sees it. `state`: waiting | running | done | failed."""

    label: str
    state: str
    detail: str
    """E.g. "trang 12 / 60", or the sentence that says what to do."""
    done: int
    total: int


@dataclass(frozen=True)
class EventRow:
    """`about` is the publication an event is about, where the page itself does not say so."""

    at: datetime
    who: str
    what: str
    note: str
    about: Link | None = None


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
    thumbnail: str | None
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


@dataclass(frozen=True)
class HeldFileRow:
    """A file that already arrived; the form carries its `id` so that it need not be sent again."""

    id: str
    name: str
    size_label: str


@dataclass(frozen=True)
class WaitingFileRow:
    """A file that was sent earlier and is in no deposit yet: whole (`is_held`; the form may take
    it along by its `id`), or cut off at `percent`, to go on when the same file is chosen again.

    `name`, `size_bytes` and `modified` (the browser's number, "" where unknown) tell it again.
    """

    id: str
    name: str
    size_label: str
    size_bytes: int
    modified: str
    percent: int
    is_held: bool
    kept_until: str


@dataclass(frozen=True)
class DepositPage:
    """`form` is the WTForms object; `held` the files kept from a form that had to be mended;
    `waiting` what else the account has sent and not deposited. `draft_key` names what the browser
    keeps of a form that is being filled in: each account and each form its own."""

    form: object
    held: Sequence[HeldFileRow]
    max_upload_label: str
    max_upload_bytes: int
    accepted_endings: str
    file_errors: Sequence[str]
    first_year: int
    editing: bool = False
    """The form mends an earlier deposit: files may stay as they are."""
    files_now: Sequence[str] = ()
    """The names of the files that stay if no others are chosen."""
    note: str = ""
    """What the curator wrote when it was returned."""
    may_declare: bool = False
    """A curator may answer for a file that was taken for secret."""
    declared: bool = False
    declared_reason: str = ""
    guesses: Sequence[GuessRow] = ()
    """Values offered for fields that are still empty."""
    doubts: Sequence[str] = ()
    """Sentences about printed numbers that cannot be right."""
    taken: Sequence[str] = ()
    """The labels of the fields that were just filled with their guesses."""
    was_read: bool = False
    """The files were just looked at for guesses: it is said even where there is none."""
    waiting: Sequence[WaitingFileRow] = ()
    draft_key: str = ""


@dataclass(frozen=True)
class DepositRow:
    card: Card
    deposited_at: datetime
    progress: Sequence[StageRow]
    problem: str
    note: str
    """The curator's note when it was returned."""
    marking: str = ""
    """The mark of secrecy that keeps it closed, as a sentence."""
    likeness: str = ""
    """Why it may be a duplicate, in a sentence; "" where nothing waits for a curator's word."""
    flag: str = ""
    """A word that curators look for in the queue, e.g. "Nghi trùng"."""


@dataclass(frozen=True)
class MyDepositsPage:
    rows: Sequence[DepositRow]
    filters: Sequence[Link]
    pagination: Pagination


@dataclass(frozen=True)
class QueuePage:
    rows: Sequence[DepositRow]
    filters: Sequence[Link]
    pagination: Pagination


@dataclass(frozen=True)
class UserRow:
    id: int
    email: str
    name: str
    role_label: str
    unit: str
    is_blocked: bool
    has_password: bool
    url: str


@dataclass(frozen=True)
class UnitRow:
    id: int
    code: str
    name: str
    kind: str
    parent: str
    validity: str
    is_blocked: bool
    user_count: int
    publication_count: int
    url: str


@dataclass(frozen=True)
class UsersPage:
    rows: Sequence[UserRow]
    form: object
    query: str
    pagination: Pagination


@dataclass(frozen=True)
class UnitsPage:
    rows: Sequence[UnitRow]
    form: object
    query: str
    pagination: Pagination


@dataclass(frozen=True)
class AdminHomePage:
    """Numbers for the administrator: each links to the list behind it."""

    counts: Sequence[Link]
    jobs: Sequence[Link]
    events: Sequence[EventRow]
    version_rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class IntakeStageRow:
    """One stage of the queue. `oldest` and `speed` are words or ""; `paused_since` is None while it
    runs."""

    code: str
    label: str
    waiting: int
    running: int
    failed: int
    oldest: str
    speed: str
    paused_by: str
    paused_since: datetime | None


@dataclass(frozen=True)
class RunningRow:
    """A job in hand: page `done` of `total` (0 where unknown), and the process that does it."""

    label: str
    publication: Link
    done: int
    total: int
    worker: str


@dataclass(frozen=True)
class FailureRow:
    """What failed for one reason: the first of `count`, each with its number for doing it again."""

    key: str
    label: str
    reason: str
    code: str
    count: int
    may_raise: bool
    items: Sequence[tuple[str, Link]]


@dataclass(frozen=True)
class IntakePage:
    """The operator's view. `refresh_url` gives the same as a fragment."""

    stages: Sequence[IntakeStageRow]
    running: Sequence[RunningRow]
    failures: Sequence[FailureRow]
    failure_count: int
    worker_is_alive: bool
    recognition: str
    recognition_is_missing: bool
    is_wholly_paused: bool
    is_partly_paused: bool
    refresh_url: str


@dataclass(frozen=True)
class PasswordLinkPage:
    """The one-time link as a sheet to print and hand over."""

    user: UserRow
    link: str
    expires_at: datetime
