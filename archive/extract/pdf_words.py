"""The text of a PDF page and the box of every word, straight from PDFium's character table."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pypdfium2.raw as pdfium

from archive.core.errors import LimitReachedError
from archive.core.text import clean_text
from archive.extract.results import Word

Box = tuple[float, float, float, float]

# PDFium puts one of these where a line ends in a hyphen, and joins the next line to it.
_LINE_END_HYPHEN = "\ufffe"
_OTHER_LINE_END_HYPHEN = "\x02"
# What has no place in a word: controls, unpaired halves of characters, non-characters.
_NOISE = dict.fromkeys((*range(32), 127, 0xFFFF))
_NOT_SHOWN = {code: None for code in _NOISE if code not in (9, 10)}
_RUN = re.compile(r"\S+")
_PLAIN_GAPS = frozenset({" ", "\n", "\r\n"})


def read_words(page: Any, *, characters_at_most: int) -> tuple[str, list[Word]]:
    """The clean text of a page and its words with boxes (see `PageText`); ("", []) for no text.

    A word that runs over a line end is one word of the text with a `Word` for each line. Raises
    LimitReachedError where the page holds more characters than allowed.
    """
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return "", []
    try:
        raw, char_index = _raw_text(text_page, characters_at_most)
        return _assemble(raw, _box_reader(page, text_page, char_index))
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def read_text(page: Any, *, characters_at_most: int) -> str:
    """The clean text of a page alone, without boxes. Raises as `read_words`."""
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return ""
    try:
        raw, _ = _raw_text(text_page, characters_at_most)
    finally:
        pdfium.FPDFText_ClosePage(text_page)
    return clean_text(raw.replace("\r\n", "\n").translate(_NOT_SHOWN))


def _assemble(raw: str, box_of: Callable[[int, int], Box | None]) -> tuple[str, list[Word]]:
    """Clean `raw` run by run, so that every word knows its place in the clean text."""
    parts: list[str] = []
    words: list[Word] = []
    length = 0
    last_end = 0
    for run in _RUN.finditer(raw):
        gap = raw[last_end : run.start()]
        last_end = run.end()
        gap_text = _clean_gap(gap) if parts else ""
        for start, text in _pieces(run.group()):
            if not text:
                continue
            if gap_text:
                parts.append(gap_text)
                length += len(gap_text)
                gap_text = ""
            raw_start = run.start() + start[0]
            box = box_of(raw_start, run.start() + start[1])
            if box is not None:
                words.append(Word(length, length + len(text), *box))
            parts.append(text)
            length += len(text)
    return "".join(parts), words


def _pieces(run: str) -> list[tuple[tuple[int, int], str]]:
    """The parts of a run that lie on different lines: their places in the run, their clean text."""
    if _OTHER_LINE_END_HYPHEN in run:
        run = run.replace(_OTHER_LINE_END_HYPHEN, _LINE_END_HYPHEN)
    if _LINE_END_HYPHEN not in run:
        return [((0, len(run)), _clean_word(run))]
    pieces: list[tuple[tuple[int, int], str]] = []
    start = 0
    while start <= len(run):
        found = run.find(_LINE_END_HYPHEN, start)
        end = len(run) if found < 0 else found
        text = _clean_word(run[start:end])
        if found >= 0 and not _divides_a_word(run[start:end], run[end + 1 :]):
            text += "-"
        if end > start:
            pieces.append(((start, end), text))
        elif text and pieces:
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + text)
        start = end + 1
    return pieces


def _divides_a_word(before: str, after: str) -> bool:
    # Vietnamese is not divided within a syllable: between its words, in names ("Cao-Bằng") and in
    # numbers ("2019-2025") the hyphen is the author's. What is divided is a long foreign word.
    head, tail = before.rsplit("-", 1)[-1], re.split(r"\W", after, maxsplit=1)[0]
    joined = head + tail
    return len(joined) > 7 and joined.isascii() and joined.isalpha() and tail.islower()


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
    char_box = pdfium.FPDFText_GetLooseCharBox

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
