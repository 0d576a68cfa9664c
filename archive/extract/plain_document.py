"""TXT, and what it shares with every other kind that is text without a fixed page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from archive.core.errors import DamagedFileError, LimitReachedError, TooLargeError
from archive.core.text import clean_text
from archive.extract.judging import judge
from archive.extract.legacy_fonts import repair
from archive.extract.limits import Limits
from archive.extract.mending import mend_letters
from archive.extract.pagination import paginate
from archive.extract.plain_encoding import legacy_text
from archive.extract.results import FileSummary, PageImage, PageText
from archive.extract.signatures import HEAD_BYTES
from archive.extract.sniff import text_encoding

# Control characters have no meaning in running text, apart from tab, line end and form feed.
_NO_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\f"} | {127: None}


def open_document(path: Path, _kind: str, limits: Limits) -> RunningText:
    """The text file with its pages. Raises DamagedFileError, TooLargeError, LimitReachedError."""
    size_bytes = path.stat().st_size
    if size_bytes > limits.plain_text_bytes:
        raise TooLargeError(limit_bytes=limits.plain_text_bytes, size_bytes=size_bytes)
    data = path.read_bytes()
    try:
        text = data.decode(text_encoding(data[:HEAD_BYTES]))
    except UnicodeDecodeError as error:
        typed = legacy_text(data)
        if typed is None:
            raise DamagedFileError(detail=f"not {error.encoding}") from error
        text = typed
    return RunningText(text, limits=limits)


class RunningText:
    """A text whose pages are made here; `description` is what its file says of itself."""

    def __init__(
        self, text: str, *, limits: Limits, description: dict[str, Any] | None = None
    ) -> None:
        ordered = text.replace("\r\n", "\n").replace("\r", "\n").translate(_NO_CONTROLS)
        composed = unicodedata.normalize("NFC", ordered)
        pages = paginate(composed, page_characters=limits.page_characters)
        self._pages = list(islice(pages, limits.pages + 1))
        if len(self._pages) > limits.pages:
            raise LimitReachedError(limit="pages", value=limits.pages)
        self._description = description or {}

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def summarise(self) -> FileSummary:
        return FileSummary(
            pages=self.page_count,
            encrypted=False,
            width_px=0,
            height_px=0,
            repaired=False,
            isolated=False,
        )

    def page_text(self, number: int) -> str:
        return clean_text(repair(self._pages[number - 1]))

    def read_pages(self, first_page: int, *, words: bool) -> Iterator[PageText]:
        for number, carried in enumerate(self._pages[first_page - 1 :], start=first_page):
            repaired = repair(carried)
            before, text = clean_text(carried), mend_letters(clean_text(repaired))
            judgement = judge(text, has_picture=False)
            yield PageText(
                number=number,
                label=None,
                text=text,
                width_px=0,
                height_px=0,
                text_source=("repaired" if repaired != carried else "embedded")
                if text.strip()
                else "none",
                text_score=judgement.score,
                text_before=before if before != text else None,
            )

    def draw_pages(
        self, pages: Sequence[int], widths_px: Sequence[int], *, words: bool
    ) -> Iterator[PageImage | PageText]:
        yield from ()

    def describe(self) -> Iterator[dict[str, Any]]:
        yield self._description
