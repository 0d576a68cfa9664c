"""Pages whose characters may be taken as they come, which most are.

Looking at every word of a page (is it typed in a legacy font, does it go on in the next line, which
column does it stand in) costs more than reading the page. A page is ordinary where no character
asks for that, and where the places of its lines' ends, and of the words of a few lines, leave no
room for a second column. Its text is then the same as the one that a look at each word gives; a
test compares the two over real publications.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from archive.extract.legacy_fonts import find_repairs, may_be_legacy
from archive.extract.mending import PRIVATE_SIGNS, may_be_fragmented
from archive.extract.pdf_calls import unchecked

# Signs of symbol fonts that are none.
_NO_SIGNS = "".join(chr(code) for code, sign in PRIVATE_SIGNS.items() if sign is None)
# Characters that `clean_text` or the reading of words changes, that divide a word at a line end, or
# that stand where another letter should.
_ASKS_FOR_A_LOOK = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
    "ÐðƉɖñÑ\ud800-\udfff]"
)
_HAS_SIGNS = re.compile("[\ue000-\uf8ff]")
_LONE_SIGNS = re.compile(rf"(\s+)(?:[{_NO_SIGNS}]+(?:\s+|\Z))+")
_LINE_END = re.compile(r"\r\n?|\f")
_LINE = re.compile(r"[^\r\n\f]+")
_GAP = re.compile(r"(?<=\S) +(?=\S)")
_RUN = re.compile(r"\S+")

# Between the baselines of two words on one line, in sizes of their letters.
_ONE_LINE = 0.6
# Fractions of the page's width, a little wider than those of `reading_order`. A hole is measured
# from where the last letter before it begins.
_MIDDLE = (0.28, 0.82)
_ALIGNED = 0.015
_WIDE = 0.45
_HOLE = 0.03
_LINES_OF_A_COLUMN = 6
_LINES_TRIED = 5
_IN_TURN = 0.6
_FILLED = 0.65
_FILLED_LINES = 0.4

_CHAR_ORIGIN = unchecked(pdfium.FPDFText_GetCharOrigin)

Origin = tuple[float, float]
Box = tuple[float, float, float, float]


def ordinary_text(
    page: Any, text_page: Any, raw: str, box_of: Callable[[int, int], Box | None]
) -> str | None:
    """The clean text of PDFium's `raw` text of an ordinary page; None for any other. `box_of` gives
    the box of a word by its place in `raw`; it is asked about the few that may stand askew."""
    if _ASKS_FOR_A_LOOK.search(raw) or may_be_fragmented(raw):
        return None
    if may_be_legacy(raw) and find_repairs(raw):
        return None
    if pdfium.FPDFPage_GetRotation(page.raw) != 0:
        return None
    lines = [found.span() for found in _LINE.finditer(raw) if not found.group().isspace()]
    look = _Look(page, text_page, raw, lines)
    if not look.is_one_column():
        return None
    for line in reversed(look.crooked):
        raw = raw[: line[0]] + _divided(raw, line, box_of) + raw[line[1] :]
    if _HAS_SIGNS.search(raw):
        # A sign that is none leaves the gap before it.
        raw = _LONE_SIGNS.sub(r"\1", raw).translate(PRIVATE_SIGNS)
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", raw).strip())


def _divided(raw: str, line: tuple[int, int], box_of: Callable[[int, int], Box | None]) -> str:
    """The line with a line end before each word that does not stand beside the one before it."""
    parts: list[str] = []
    last: Box | None = None
    done = line[0]
    for found in _RUN.finditer(raw, *line):
        box = box_of(*found.span())
        gap = raw[done : found.start()]
        if gap == " " and box and last and (box[1] >= last[3] or box[3] <= last[1]):
            gap = "\n"
        parts += (gap, found.group())
        done, last = found.end(), box or last
    return "".join((*parts, raw[done : line[1]]))


class _Look:
    """Where the lines of a page stand, in fractions of its width."""

    def __init__(
        self, page: Any, text_page: Any, raw: str, lines: Sequence[tuple[int, int]]
    ) -> None:
        self._raw = raw
        self._lines = lines
        self._origin_of = _origins(text_page)
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(bounds))
        self._left = bounds.left
        self._width = (bounds.right - bounds.left) or 1.0
        self._spans: list[tuple[float, float]] = []
        self._wide: list[tuple[int, int]] = []
        self.crooked: list[tuple[int, int]] = []
        """Lines whose ends do not lie on one height: parts of them may be lines of their own."""
        origin_of = self._origin_of
        for start, end in lines:
            first, last = origin_of(start), origin_of(end - 1)
            if first[1] != last[1]:
                height = pdfium.FPDFText_GetFontSize(text_page, start)
                if abs(first[1] - last[1]) > _ONE_LINE * height:
                    self.crooked.append((start, end))
            begin = (first[0] - self._left) / self._width
            stop = (last[0] - self._left) / self._width
            self._spans.append((begin, stop))
            if stop - begin > _WIDE:
                self._wide.append((start, end))

    def is_one_column(self) -> bool:
        """False where a second column cannot be ruled out."""
        if _may_be_two_columns(self._spans):
            return False
        if len(self._wide) < _LINES_OF_A_COLUMN:
            return True
        tried = self._wide[:: max(1, len(self._wide) // _LINES_TRIED)][: _LINES_TRIED + 1]
        holes = sorted(place for line in tried for place in self._after_holes(line))
        # A gutter is in one place on every line; the holes of justified text are not.
        aligned = (later - place < _ALIGNED for place, later in zip(holes, holes[2:], strict=False))
        return not any(aligned) or not _may_be_two_columns(self._stretches())

    def _after_holes(self, line: tuple[int, int]) -> Iterator[float]:
        """Where words of the line begin, in the page's middle, that are so far from the one before
        that a gutter may lie between them."""
        origin_of, left, width = self._origin_of, self._left, self._width
        for found in _GAP.finditer(self._raw, *line):
            end, start = found.span()
            here = (origin_of(start)[0] - left) / width
            if not _MIDDLE[0] < here < _MIDDLE[1]:
                continue
            if here - (origin_of(end - 1)[0] - left) / width > _HOLE:
                yield here

    def _stretches(self) -> list[tuple[float, float]]:
        """The lines, divided at every hole."""
        found: list[tuple[float, float]] = []
        for line, (left, right) in zip(self._lines, self._spans, strict=True):
            begin = left
            for gap in _GAP.finditer(self._raw, *line):
                end = self._share(self._origin_of(gap.start() - 1)[0])
                here = self._share(self._origin_of(gap.end())[0])
                if not -_HOLE < here - end < _HOLE:
                    found.append((begin, end))
                    begin = here
            found.append((begin, right))
        return found

    def _share(self, x: float) -> float:
        share: float = (x - self._left) / self._width
        return share


def _may_be_two_columns(spans: Sequence[tuple[float, float]]) -> bool:
    """Whether stretches that begin in the page's middle and stretches that end before come in turn,
    and fill their side as running text does. A little more is let pass than `order_columns` asks
    for."""
    starts = sorted(start for start, _ in spans if _MIDDLE[0] < start < _MIDDLE[1])
    if len(starts) < _LINES_OF_A_COLUMN:
        return False
    alike = [bisect_right(starts, at + _ALIGNED) - bisect_left(starts, at) for at in starts]
    column = starts[max(range(len(starts)), key=alike.__getitem__)] - _ALIGNED
    right = [span for span in spans if span[0] >= column]
    left = [span for span in spans if span[1] < column]
    fewer = min(len(left), len(right))
    if fewer < _LINES_OF_A_COLUMN or not (_is_filled(left) and _is_filled(right)):
        return False
    sides = [start >= column for start, end in spans if start >= column or end < column]
    turns = sum(side != before for before, side in pairwise(sides))
    return turns >= _IN_TURN * fewer


def _is_filled(column: Sequence[tuple[float, float]]) -> bool:
    width = max(end for _, end in column) - min(start for start, _ in column)
    full = sum(end - start >= _FILLED * width for start, end in column)
    return full >= _FILLED_LINES * len(column)


def _origins(text_page: Any) -> Callable[[int], Origin]:
    x, y = ctypes.c_double(), ctypes.c_double()
    x_reference, y_reference = ctypes.byref(x), ctypes.byref(y)
    origin = _CHAR_ORIGIN

    def origin_of(place: int) -> Origin:
        origin(text_page, place, x_reference, y_reference)
        return x.value, y.value

    return origin_of
