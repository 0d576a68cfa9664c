"""The text of a PDF page and the box of every word, straight from PDFium's character table."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from archive.core.errors import LimitReachedError
from archive.core.text import clean_text
from archive.extract.hyphens import divides_a_word
from archive.extract.judging import is_scrambled
from archive.extract.legacy_fonts import Repair, find_repairs
from archive.extract.mending import PRIVATE_SIGNS, mend_letters, rejoin_fragments
from archive.extract.pdf_calls import unchecked
from archive.extract.pdf_ordinary import ordinary_text
from archive.extract.pieces import Box, Piece, join_pieces
from archive.extract.reading_order import order_columns
from archive.extract.results import Word

# PDFium puts one of these where a line ends in a hyphen, and joins the next line to it.
_LINE_END_HYPHEN = "\ufffe"
_OTHER_LINE_END_HYPHEN = "\x02"
# What has no place in a word: controls, non-characters, signs of symbol fonts.
_NOISE: dict[int, str | None] = {**dict.fromkeys((*range(32), 127, 0xFFFF)), **PRIVATE_SIGNS}
_UNCLEAN = re.compile("[\0-\x08\x0e-\x1b\x7f\ue000-\uf8ff\ufffe\uffff]")
_RUN = re.compile(r"\S+")
_CHAR_BOX = unchecked(pdfium.FPDFText_GetLooseCharBox)
_PLAIN_GAPS = frozenset({" ", "\n", "\r\n"})


class PageWords(NamedTuple):
    """What the characters of a page say: its clean text, its words with boxes (see `PageText`),
    the text before letters were converted (None where none were), and whether the characters are
    only glyph numbers (see `is_scrambled`)."""

    text: str
    words: list[Word]
    before: str | None = None
    scrambled: bool = False


def read_words(page: Any, *, characters_at_most: int, places: bool = True) -> PageWords:
    """The text of a page and its words; "" and [] for no text.

    Without `places` no word is given, and an ordinary page takes half the time.
    A word that runs over a line end is one word of the text with a `Word` for each line. Raises
    LimitReachedError where the page holds more characters than allowed.
    """
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return PageWords("", [])
    try:
        raw, char_index = _raw_text(text_page, characters_at_most)
        box_of = _box_reader(page, text_page, char_index)
        # PDFium numbers characters as the text does, unless `char_index` has to ask.
        if not places and char_index is int:
            text = ordinary_text(page, text_page, raw, box_of)
            if text is not None:
                return PageWords(text, [], scrambled=is_scrambled(raw))
        read = _read(raw, box_of)
        return read if places else read._replace(words=[])
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _read(raw: str, box_of: Callable[[int, int], Box | None]) -> PageWords:
    repairs = find_repairs(raw)
    pieces = _arranged(raw, repairs, box_of)
    text, words = join_pieces(pieces)
    before = join_pieces(_arranged(raw, {}, box_of))[0] if repairs else text
    if "ñ" in text or "Ñ" in text:
        text = mend_letters(text)  # A letter for a letter: the words keep their places.
    return PageWords(text, words, before if before != text else None, is_scrambled(raw))


def _arranged(
    raw: str, repairs: Mapping[int, Repair], box_of: Callable[[int, int], Box | None]
) -> Sequence[Piece]:
    return order_columns(rejoin_fragments(list(_pieces(raw, repairs, box_of)), raw))


def _pieces(
    raw: str, repairs: Mapping[int, Repair], box_of: Callable[[int, int], Box | None]
) -> Iterator[Piece]:
    """Clean `raw` run by run, so that every word knows its box."""
    last_end = 0
    gap = ""
    last: Box | None = None
    plain = not repairs and _UNCLEAN.search(raw) is None and clean_text(raw) == raw
    for run in _RUN.finditer(raw):
        run_start, run_end = run.span()
        gap = gap or _clean_gap(raw[last_end:run_start])
        last_end = run_end
        if plain:
            lines = [(run_start, run_end, run.group(), "")]
        else:
            lines = _lines_of(run.group(), run_start, repairs)
        for start, end, text, gap_after in lines:
            if text:
                box = box_of(start, end)
                if gap == " " and box and last and (box[1] >= last[3] or box[3] <= last[1]):
                    gap = "\n"  # Not on one line: a page number, a heading beside its text.
                yield Piece(gap, text, box)
                gap, last = "", box or last
            gap = gap or gap_after


def _lines_of(
    run: str, run_start: int, repairs: Mapping[int, Repair]
) -> list[tuple[int, int, str, str]]:
    """The parts of a run that lie on different lines: their places in the raw text, their clean
    text, and the gap after them, "" where the word goes on."""
    if _OTHER_LINE_END_HYPHEN in run:
        run = run.replace(_OTHER_LINE_END_HYPHEN, _LINE_END_HYPHEN)
    if _LINE_END_HYPHEN not in run:
        return [(run_start, run_start + len(run), _read_word(run, run_start, repairs), "")]
    parts: list[tuple[int, int, str, str]] = []
    start = 0
    while start <= len(run):
        found = run.find(_LINE_END_HYPHEN, start)
        end = len(run) if found < 0 else found
        text = _read_word(run[start:end], run_start + start, repairs)
        repair = repairs.get(run_start + start)
        gap_after = "\n" if repair is not None and repair.ends_line else ""
        if found >= 0 and not gap_after and not divides_a_word(run[start:end], run[end + 1 :]):
            text += "-"
        if end > start:
            parts.append((run_start + start, run_start + end, text, gap_after))
        elif text and parts:
            before = parts[-1]
            parts[-1] = (before[0], before[1], before[2] + text, before[3])
        start = end + 1
    return parts


def _read_word(run: str, start: int, repairs: Mapping[int, Repair]) -> str:
    repair = repairs.get(start) if repairs else None
    return _clean_word(run if repair is None else repair.text)


def _clean_word(run: str) -> str:
    return clean_text(run.translate(_NOISE))


def _clean_gap(gap: str) -> str:
    if gap in _PLAIN_GAPS:
        return "\n" if gap == "\r\n" else gap
    return clean_text(gap.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))


def _raw_text(text_page: Any, characters_at_most: int) -> tuple[str, Callable[[int], int]]:
    """PDFium's text, and the way from a place in it to PDFium's character number."""
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return "", int
    if count > characters_at_most:
        raise LimitReachedError(limit="output_bytes", value=characters_at_most)
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    units = memoryview(buffer).cast("B")[: 2 * max(0, written - 1)].tobytes()
    text = units.decode("utf-16-le", "replace")
    if len(text) == count:
        return text, int
    # Some characters take two units, some of PDFium's have no text: count units, then ask.
    unit_at = [0, *accumulate(2 if ord(char) > 0xFFFF else 1 for char in text)]

    def char_index(place: int) -> int:
        index: int = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, unit_at[place])
        return index

    return text, char_index


def _box_reader(
    page: Any, text_page: Any, char_index: Callable[[int], int]
) -> Callable[[int, int], Box | None]:
    """A function from a run's places in the raw text to its box as displayed, None where unseen."""
    to_fractions = _page_transform(page)
    rectangle = pdfium.FS_RECTF()
    reference = ctypes.byref(rectangle)
    char_box = _CHAR_BOX

    def box_of(start: int, end: int) -> Box | None:
        # The loose boxes reach from the font's descent to its ascent, so first and last character
        # span the word: marks above and below need no look at each character.
        if not char_box(text_page, char_index(start), reference):
            return None
        left, right = rectangle.left, rectangle.right
        bottom, top = rectangle.bottom, rectangle.top
        if end - start > 1 and char_box(text_page, char_index(end - 1), reference):
            left, right = min(left, rectangle.left), max(right, rectangle.right)
            bottom, top = min(bottom, rectangle.bottom), max(top, rectangle.top)
        return to_fractions(left, bottom, right, top)

    return box_of


def _page_transform(page: Any) -> Callable[[float, float, float, float], Box | None]:
    """From a box in the page's own coordinates to fractions of the page as displayed."""
    bounds = pdfium.FS_RECTF()
    known = pdfium.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(bounds))
    left, bottom = bounds.left, bounds.bottom
    width, height = bounds.right - left, bounds.top - bottom
    if not known or not (width > 0 and height > 0):
        return lambda *_: None
    turns = pdfium.FPDFPage_GetRotation(page.raw) % 4

    def transform(x0: float, y0: float, x1: float, y1: float) -> Box | None:
        a0, a1 = (x0 - left) / width, (x1 - left) / width
        b0, b1 = (y0 - bottom) / height, (y1 - bottom) / height
        if turns == 0:
            box = (a0, 1 - b1, a1, 1 - b0)
        elif turns == 1:
            box = (b0, a0, b1, a1)
        elif turns == 2:
            box = (1 - a1, b0, 1 - a0, b1)
        else:
            box = (1 - b1, 1 - a1, 1 - b0, 1 - a0)
        shown_left, shown_top = max(0.0, box[0]), max(0.0, box[1])
        shown_right, shown_bottom = min(1.0, box[2]), min(1.0, box[3])
        if shown_left < shown_right and shown_top < shown_bottom:
            return shown_left, shown_top, shown_right, shown_bottom
        return None

    return transform
