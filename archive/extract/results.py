"""What reading a file gives: frozen records, the same for every kind of file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from archive.core.secrecy import Level

TextSource = Literal["embedded", "repaired", "ocr", "none"]


class Word(NamedTuple):
    """A run of characters without white space and its box on the page.

    `start` and `end` count in the page's `text`. The box is in fractions of the page as it is
    displayed (rotation applied), 0 to 1, from the top left corner: left, top, right, bottom.
    """

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class PageText:
    """One page: its place, its size and its text.

    `number` counts from 1; `label` is what the publication itself prints there ("iv", "A-3"), None
    where it says nothing. `width_px` and `height_px` are the displayed size: pixels for images,
    points (1/72 inch) for PDF, 0 for DOCX and TXT, which have no fixed page. `text` is NFC and
    clean. `words` are in the text's order and never overlap; it is empty for DOCX and TXT, and a
    word outside the visible page has none. `text_source` is `embedded` where the file carried any
    text, `repaired` where some of it was typed in a legacy font and converted, `ocr` where the text
    was recognised in the page's picture, else `none`. `text_score` is the share of the marked words
    that are Vietnamese syllables (0 to 1), None where no word is marked. `text_before` is the clean
    text as the file carried it, where `text` is another; else None. `needs_ocr`: the text is not
    the page's, and its picture has to be read. `problem` is `page_damaged` where the page could
    not be opened, else None.
    """

    number: int
    label: str | None
    text: str
    width_px: float
    height_px: float
    words: tuple[Word, ...] = ()
    text_source: TextSource = "none"
    problem: str | None = None
    text_score: float | None = None
    text_before: str | None = None
    needs_ocr: bool = False


@dataclass(frozen=True)
class PageImage:
    """One page drawn as WebP. `target_width_px` is the width asked for; `width_px` and `height_px`
    what came out: an image is never enlarged, and no side is above `Limits.side_px`."""

    number: int
    target_width_px: int
    width_px: int
    height_px: int
    data: bytes = field(repr=False)

    media_type = "image/webp"


@dataclass(frozen=True)
class OutlineEntry:
    """A line of the outline; `level` from 0; `page_number` is None where it leads nowhere."""

    title: str
    page_number: int | None
    level: int


@dataclass(frozen=True)
class DocumentInfo:
    """What a file says of itself; nothing here is checked against the world.

    `complete` is False where reading the structure met a limit or a fault: what was read by then
    is here.
    """

    page_count: int
    title: str | None = None
    author: str | None = None
    outline: tuple[OutlineEntry, ...] = ()
    attachments: int = 0
    has_javascript: bool = False
    complete: bool = True


@dataclass(frozen=True)
class PageMarking:
    """A mark of secrecy and its page, from 1 within the file (see `archive.core.secrecy`)."""

    page_number: int
    level: Level
    line: str


@dataclass(frozen=True)
class FileSummary:
    """What the quick check learns. `encrypted`: the file carries an owner password but opens
    without one. `width_px` and `height_px` are the first page's, as in `PageText`. `repaired`: only
    the second reader could open it. `isolated`: the child ran without a network. `marking`: the
    first mark of secrecy in the text that could be read at once, None where none was seen."""

    pages: int
    encrypted: bool
    width_px: float
    height_px: float
    repaired: bool
    isolated: bool
    marking: PageMarking | None = None
