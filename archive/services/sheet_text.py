"""How the text of a sheet is written: which encoding, and whether in a font of before Unicode."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.core.language import _
from archive.core.syllables import measure
from archive.core.text import clean_text
from archive.extract.legacy_fonts import decode_tcvn3, decode_vni, may_be_legacy, repair
from archive.metadata.workbook import unreadable

SAMPLE_CHARACTERS = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_SYLLABLES = 5
_SCORE = 0.75

LegacyFont = Literal["", "TCVN3", "VNI"]


@dataclass(frozen=True)
class TextForm:
    """`encoding` by its Python name; `told` names one that is not UTF-8, for people, else ""."""

    encoding: str
    told: str


def text_form(path: Path) -> TextForm:
    """The encoding of a text file. Raises InvalidInputError(`sheet`, `sheet_unreadable`) where its
    bytes are no text of any that Vietnamese sheets come in."""
    with path.open("rb") as file:
        beginning = file.read(SAMPLE_CHARACTERS)
    if (wide := _utf16(beginning)) is not None:
        if not _is_western(beginning.decode(wide, errors="replace")):
            raise unreadable(_("không phải tệp chữ"))
        return TextForm(wide, "UTF-16")
    if _is_utf8(path):
        return TextForm("utf-8-sig", "")
    western = beginning.decode("cp1252", errors="replace")
    if legacy_font(western):
        # The letters are mended row by row; these bytes are what a font drew as Vietnamese.
        return TextForm("cp1252", "")
    if _is_vietnamese(beginning.decode("cp1258", errors="replace")):
        return TextForm("cp1258", "Windows-1258")
    raise unreadable(_("không nhận ra bảng mã; mở bằng Excel rồi lưu thành XLSX"))


def legacy_font(sample: str) -> LegacyFont:
    """The kind of old font in which a sheet's text was typed, "" where it is plain Unicode."""
    if not may_be_legacy(sample) or not _is_vietnamese(repair(sample)):
        return ""
    before = measure(clean_text(sample)).valid_marked
    found: dict[LegacyFont, int] = {
        "TCVN3": measure(decode_tcvn3(sample)).valid_marked,
        "VNI": measure(decode_vni(sample)).valid_marked,
    }
    font = max(found, key=lambda name: found[name])
    return font if found[font] > before else ""


def mend_rows(
    rows: Iterator[tuple[int, list[str]]], font: LegacyFont
) -> Iterator[tuple[int, list[str]]]:
    """The rows with each cell that was typed in `font` made readable; others stay as they are."""
    for number, cells in rows:
        yield number, mend_cells(cells, font)


def mend_cells(cells: Sequence[str], font: LegacyFont) -> list[str]:
    """One row of `mend_rows`. The row is judged as a whole first: its cells tell of each other."""
    if not any(map(may_be_legacy, cells)):
        return list(cells)
    whole = repair("\t".join(cell.replace("\t", " ") for cell in cells)).split("\t")
    mended = whole if len(whole) == len(cells) else list(cells)
    decode = decode_tcvn3 if font == "TCVN3" else decode_vni
    for at, cell in enumerate(mended):
        if may_be_legacy(cell):
            decoded = decode(cell)
            # A single word convinces nobody by itself; the sheet has told its font already.
            if measure(decoded).valid_marked > measure(clean_text(cell)).valid_marked:
                mended[at] = decoded
    return mended


def _utf16(beginning: bytes) -> str | None:
    """The form of UTF-16 by its mark, or by every other byte being zero."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = beginning[0::2].count(0), beginning[1::2].count(0)
    least = len(beginning) / 8
    if odd > least and odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > least and even > 4 * odd else None


def _is_western(text: str) -> bool:
    """Whether most of it is letters and signs of Latin script: any bytes make some UTF-16."""
    return sum(sign < "\u2100" for sign in text) >= len(text) / 2


def _is_vietnamese(text: str) -> bool:
    share = measure(text)
    return share.valid_marked >= _SYLLABLES and (share.score or 0) >= _SCORE


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
