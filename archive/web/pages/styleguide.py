"""The style guide: what its sections show. Names and titles in it are made up, and say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.web.drawn_cover import DrawnCover
from archive.web.pages.authorities import AuthorityRow, IssueYearRow
from archive.web.pages.browsing import Coverage
from archive.web.pages.copies import CopiesPanel
from archive.web.pages.depositing import DepositPage, DepositRow, WaitingFileRow
from archive.web.pages.finding import Hit
from archive.web.pages.help import GuideCard, GuidePicture
from archive.web.pages.home import AnniversaryRow, Entrance, KindTile
from archive.web.pages.parts import Card, Downloads, EventRow, Link, LinkGroup, Pagination, StageRow
from archive.web.pages.publication import (
    Fact,
    FileRow,
    GuessRow,
    LikenessRow,
    MarkingNotice,
    OutlineRow,
    PageThumb,
)
from archive.web.pages.queue import QueueSelect
from archive.web.pages.reading import HitSteps, PageReading, ReaderPage
from archive.web.pages.receipts import ReceiptFile
from archive.web.pages.record import ChangeRow
from archive.web.pages.reviewing import (
    AnswerRow,
    CheckRow,
    MessageForm,
    ReturnedNotice,
    ReturnForm,
    ReviewPanel,
)


@dataclass(frozen=True)
class ListSamples:
    """Lists of publications and what stands around them. `cards` differ in kind, access, length
    of their titles and whether they have a picture; `covers` show each palette and motif."""

    cards: Sequence[Card]
    covers: Sequence[tuple[str, DrawnCover]]
    motifs: Sequence[str]
    hits: Sequence[Hit]
    facet: LinkGroup
    active: Sequence[Link]
    tabs: Sequence[Link]
    paginations: Sequence[Pagination]
    years: Sequence[Link]
    links: Sequence[Link]
    downloads: Downloads
    suggestion: Link
    steps: HitSteps
    entrance: Entrance
    anniversaries: Sequence[AnniversaryRow]
    pile: KindTile
    authorities: Sequence[AuthorityRow]
    issues: Sequence[IssueYearRow]
    letters: Sequence[Link]
    covered: Coverage
    ways_out: Sequence[Link]


@dataclass(frozen=True)
class PublicationSamples:
    """The parts of a publication's page and of the reader."""

    facts: Sequence[Fact]
    files: Sequence[FileRow]
    troubled: Sequence[FileRow]
    events: Sequence[EventRow]
    stages: Sequence[StageRow]
    outline: Sequence[OutlineRow]
    thumbs: Sequence[PageThumb]
    offers: Sequence[GuessRow]
    likenesses: Sequence[LikenessRow]
    marking: MarkingNotice
    copies: CopiesPanel
    reading: PageReading
    changes: Sequence[ChangeRow]
    receipt_files: Sequence[ReceiptFile]


@dataclass(frozen=True)
class ReviewSamples:
    """What curators and depositors say to each other."""

    rows: Sequence[DepositRow]
    checks: Sequence[CheckRow]
    panel: ReviewPanel
    return_form: ReturnForm
    returned: ReturnedNotice
    answers: Sequence[AnswerRow]
    message: MessageForm
    selects: Sequence[QueueSelect]


@dataclass(frozen=True)
class StyleGuidePage:
    """`tokens`: the colours by the names of the style sheet; `specimen`: letters with marks above
    and below each other. `form` is as it comes first, `wrong` as it comes back; `deposit` and
    `wrong_deposit` are the same for what holds files."""

    tokens: Sequence[str]
    specimen: str
    long_words: str
    lists: ListSamples
    publication: PublicationSamples
    review: ReviewSamples
    reader: ReaderPage
    form: object
    wrong: object
    guess: GuessRow
    deposit: DepositPage
    wrong_deposit: DepositPage
    waiting: Sequence[WaitingFileRow]
    messages: Sequence[tuple[str, str]]
    asked: Mapping[str, str]
    guide: GuideCard
    guide_picture: GuidePicture
