"""Whether a PDF page is a picture of a page: a scan, a photograph, or letters made outlines."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from itertools import chain
from typing import Any

import pypdfium2.raw as pdfium

# A picture of text covers the page, or most of it, and has a million pixels (A4 at 100 dpi). What
# lies behind slides has fewer.
_COVERED = 0.5
_PIXELS = 1_000_000
# Where the page has no word of its own, nothing is lost by reading a coarser one.
_PIXELS_WITHOUT_TEXT = 250_000
# Print shops turn letters into outlines: thousands of paths and not a character.
_OUTLINES = 300
# A page may hold hundreds of thousands of objects. The picture of a page lies at the bottom, or on
# top of the words that were put below it: the first and the last objects tell.
_OBJECTS_SEEN = 5_000
_ENDS_SEEN = 40


def shows_page_picture(page: Any, *, without_text: bool) -> bool:
    """Whether pictures that could hold the page's text cover at least half of it.

    `without_text`: the page has no words of its own, so many drawn outlines count as a picture.
    """
    width, height = page.get_size()
    area, pixels, paths = 0.0, 0, 0
    for index in _indices(pdfium.FPDFPage_CountObjects(page.raw), every=without_text):
        drawn = pdfium.FPDFPage_GetObject(page.raw, index)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            area += _area(drawn)
            pixels += _pixels(drawn)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            inside, outlines = _form_content(drawn)
            paths += outlines
            if inside:
                area += _area(drawn)
                pixels += inside
    if without_text and paths >= _OUTLINES:
        return True
    enough = _PIXELS_WITHOUT_TEXT if without_text else _PIXELS
    return area >= _COVERED * width * height and pixels >= enough


def _indices(count: int, *, every: bool) -> Iterable[int]:
    if every or count <= 2 * _ENDS_SEEN:
        return range(min(count, _OBJECTS_SEEN))
    return chain(range(_ENDS_SEEN), range(count - _ENDS_SEEN, count))


def _form_content(form: Any) -> tuple[int, int]:
    """The pixels of the images and the number of the paths directly inside a form."""
    pixels, paths = 0, 0
    for index in range(min(max(0, pdfium.FPDFFormObj_CountObjects(form)), _OBJECTS_SEEN)):
        drawn = pdfium.FPDFFormObj_GetObject(form, index)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pixels += _pixels(drawn)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            paths += 1
    return pixels, paths


def _area(drawn: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
        return 0.0
    return abs((right.value - left.value) * (top.value - bottom.value))


def _pixels(image: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFImageObj_GetImagePixelSize(image, width, height):
        return 0
    return width.value * height.value
