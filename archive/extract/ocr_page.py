"""The child's side of recognition: the words on the picture of a page.

The library is Tesseract, through tesserocr, with Vietnamese data. It is imported when an engine is
loaded, and with one thread: more of them cost many times the processor time for nothing.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from archive.core.errors import DamagedFileError
from archive.extract.ocr_picture import Prepared, lit_evenly, prepare
from archive.extract.ocr_words import SeenWord, assemble, confidence_of, sure_letters
from archive.extract.page_picture import DPI, PagePicture, Pictured
from archive.extract.results import PageText

LANGUAGE = "vie"
# Measured: upright pages are read at 87 to 96, the same pages turned at 35 to 41.
_POOR = 60.0
_SURE = 70.0
_ENOUGH_LETTERS = 30
# A page is turned on the word of a strip of a sixth of it, where its ink is densest.
_STRIP_SHARE = 6
_REDUCED = 8


@functools.cache
def load_engine(data: Path) -> Any:
    """The recogniser with the data file in the folder `data`; it survives a fork.

    Raises ImportError where tesserocr is not installed, RuntimeError where the data is missing or
    no such data. Sets the environment so that one thread is used.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Read once, when the library is loaded.
    import tesserocr

    return tesserocr.PyTessBaseAPI(
        path=f"{data}/",
        lang=LANGUAGE,
        oem=tesserocr.OEM.LSTM_ONLY,
        psm=tesserocr.PSM.AUTO,
        variables={"debug_file": os.devnull},
    )


def recognise_page(document: Pictured, number: int, engine: Any) -> PageText:
    """The page's text as read from its picture; without any where it cannot be drawn or is blank.

    May take as long, and as much memory, as the page likes: call it where both are limited.
    """
    picture = document.picture(number)
    if picture is None:
        return PageText(number, None, "", 0, 0, problem="page_damaged")
    prepared, seen = _read(picture, engine)
    text, words = assemble(seen, prepared.on_page)
    return PageText(
        number=number,
        label=picture.label,
        text=text,
        width_px=picture.width_px,
        height_px=picture.height_px,
        words=words,
        text_source="ocr" if text else "none",
    )


def pictured(document: object) -> Pictured:
    """The document as one whose pages can be drawn. Raises DamagedFileError for any other."""
    if not isinstance(document, Pictured):
        raise DamagedFileError(detail="no page of it can be drawn")
    return document


def _read(picture: PagePicture, engine: Any) -> tuple[Prepared, list[SeenWord]]:
    """What is seen on the picture, in the turn of the page in which it reads best."""
    image, standing = lit_evenly(picture.image)
    if standing.is_blank:
        return prepare(image), []
    rise = standing.rise_degrees
    if standing.is_sideways:
        turn = _best_turn(image, (90, 270, 0), rise, engine)
        prepared = prepare(image, turn=turn, rise_degrees=rise)
        return prepared, _see(prepared.image, engine)
    upright = prepare(image, rise_degrees=rise)
    seen = _see(upright.image, engine)
    if confidence_of(seen) >= _POOR:
        return upright, seen
    turn = _best_turn(image, (180, 0, 90, 270), rise, engine)
    if turn == 0:
        return upright, seen
    turned = prepare(image, turn=turn, rise_degrees=rise)
    seen_turned = _see(turned.image, engine)
    if confidence_of(seen_turned) > confidence_of(seen):
        return turned, seen_turned
    return upright, seen


def _best_turn(image: Image.Image, turns: Sequence[int], rise: float, engine: Any) -> int:
    """The turn in which a strip of the picture reads best: the first that reads well, else the one
    with the most letters that are sure, else the first."""
    letters: dict[int, int] = {}
    for turn in turns:
        strip = _densest_strip(prepare(image, turn=turn, rise_degrees=rise).image)
        seen = _see(strip, engine)
        letters[turn] = sure_letters(seen, confidence=_SURE)
        if letters[turn] >= _ENOUGH_LETTERS and confidence_of(seen) >= _SURE:
            return turn
    return max(turns, key=letters.__getitem__)


def _densest_strip(image: Image.Image) -> Image.Image:
    """The part of a picture, over its whole width, that holds the most ink."""
    rows = image.reduce(_REDUCED).resize((1, max(1, image.height // _REDUCED)))
    light = list(rows.tobytes())
    count = max(1, len(light) // _STRIP_SHARE)
    sums = [sum(light[top : top + count]) for top in range(len(light) - count + 1)]
    top = min(range(len(sums)), key=sums.__getitem__) * _REDUCED
    return image.crop((0, top, image.width, min(image.height, top + count * _REDUCED)))


def _see(image: Image.Image, engine: Any) -> list[SeenWord]:
    """What the recogniser sees on the picture, in its reading order."""
    engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
    engine.SetSourceResolution(DPI)
    engine.Recognize()
    try:
        return list(_seen(engine.GetIterator()))
    finally:
        engine.Clear()


def _seen(words: Any) -> Iterator[SeenWord]:
    from tesserocr import RIL

    if words is None or words.Empty(RIL.WORD):
        return
    while True:
        box = words.BoundingBox(RIL.WORD)
        try:
            text = words.GetUTF8Text(RIL.WORD)
        except RuntimeError:
            text = ""  # Nothing was read in this place.
        if box is not None and text.strip():
            yield SeenWord(
                text,
                words.Confidence(RIL.WORD),
                box,
                words.IsAtBeginningOf(RIL.TEXTLINE),
                words.IsAtBeginningOf(RIL.PARA) or words.IsAtBeginningOf(RIL.BLOCK),
            )
        if not words.Next(RIL.WORD):
            return
