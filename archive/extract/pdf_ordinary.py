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

from archive.extract.legacy_fonts import may_be_legacy
from archive.extract.mending import PRIVATE_SIGNS, may_be_fragmented

# Signs of symbol fonts that are another sign, and those that are none.
_SIGNS = {code: sign for code, sign in PRIVATE_SIGNS.items() if sign is not None}
_NO_SIGNS = "".join(chr(code) for code, sign in PRIVATE_SIGNS.items() if sign is None)
# Characters that `clean_text` or the reading of words changes, that divide a word at a line end, or
# that stand where another letter should.
_ASKS_FOR_A_LOOK = re.compile(
    f"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\u00ad\u200b\ufeffÐðƉɖñÑ\ud800-\udfff{_NO_SIGNS}]"
)
_HAS_SIGNS = re.compile("[\ue000-\uf8ff]")
_LINE_END = re.compile(r"\r\n?|\f")
_LINE = re.compile(r"[^\r\n\f]+")
_GAP = re.compile(r"(?<=\S) +(?=\S)")

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

Origin = tuple[float, float]


def ordinary_text(page: Any, text_page: Any, raw: str) -> str | None:
    """The clean text of PDFium's `raw` text of an ordinary page; None for any other."""
    if _ASKS_FOR_A_LOOK.search(raw) or may_be_legacy(raw) or may_be_fragmented(raw):
        return None
    lines = [found.span() for found in _LINE.finditer(raw) if not found.group().isspace()]
    if not _is_one_column(text_page, raw, lines, _width(page)):
        return None
    if _HAS_SIGNS.search(raw):
        raw = raw.translate(_SIGNS)
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", raw).strip())


def _is_one_column(
    text_page: Any, raw: str, lines: Sequence[tuple[int, int]], width: float
) -> bool:
    origin_of = _origins(text_page)
    spans: list[tuple[float, float]] = []
    wide: list[tuple[int, int]] = []
    for start, end in lines:
        first, last = origin_of(start), origin_of(end - 1)
        height = pdfium.FPDFText_GetFontSize(text_page, start) if first[1] != last[1] else 0.0
        if abs(first[1] - last[1]) > _ONE_LINE * height:
            return False
        spans.append((first[0] / width, last[0] / width))
        if last[0] - first[0] > _WIDE * width:
            wide.append((start, end))
    if _may_be_two_columns(spans):
        return False
    if len(wide) < _LINES_OF_A_COLUMN:
        return True
    tried = wide[:: max(1, len(wide) // _LINES_TRIED)][: _LINES_TRIED + 1]
    holes = sorted(
        place for line in tried for place in _places_after_holes(raw, line, origin_of, width)
    )
    # A gutter is in one place on every line; the holes of justified text and of tables are not, or
    # are few.
    return not any(later - place < _ALIGNED for place, later in zip(holes, holes[2:], strict=False))


def _may_be_two_columns(spans: Sequence[tuple[float, float]]) -> bool:
    """Whether lines that begin in the page's middle and lines that end before come in turn."""
    starts = sorted(start for start, _ in spans if _MIDDLE[0] < start < _MIDDLE[1])
    if len(starts) < _LINES_OF_A_COLUMN:
        return False
    alike = [bisect_right(starts, at + _ALIGNED) - bisect_left(starts, at) for at in starts]
    column = starts[max(range(len(starts)), key=alike.__getitem__)]
    sides = [start >= column - _ALIGNED for start, end in spans if start >= column or end < column]
    right = sum(sides)
    fewer = min(right, len(sides) - right)
    turns = sum(side != before for before, side in pairwise(sides))
    return fewer >= _LINES_OF_A_COLUMN and turns >= _IN_TURN * fewer


def _places_after_holes(
    raw: str, line: tuple[int, int], origin_of: Callable[[int], Origin], width: float
) -> Iterator[float]:
    """Where words of the line begin, in the page's middle, that are so far from the one before
    that a gutter may lie between them."""
    for found in _GAP.finditer(raw, *line):
        here = origin_of(found.end())[0]
        if not _MIDDLE[0] * width < here < _MIDDLE[1] * width:
            continue
        if here - origin_of(found.start() - 1)[0] > _HOLE * width:
            yield here / width


def _origins(text_page: Any) -> Callable[[int], Origin]:
    x, y = ctypes.c_double(), ctypes.c_double()
    x_reference, y_reference = ctypes.byref(x), ctypes.byref(y)
    origin = pdfium.FPDFText_GetCharOrigin

    def origin_of(place: int) -> Origin:
        origin(text_page, place, x_reference, y_reference)
        return x.value, y.value

    return origin_of


def _width(page: Any) -> float:
    return float(page.get_width()) or 1.0
