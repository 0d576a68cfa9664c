"""A receipt as a sheet of paper: PDF by Typst, with a QR code that leads to its check page."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import segno
import typst

_SHEETS = Path(__file__).parent / "sheets"
TYPEFACE = Path("@expo-google-fonts", "be-vietnam-pro")


@dataclass(frozen=True)
class SheetFile:
    """A file as the sheet lists it; `size` in words."""

    name: str
    size: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReceiptSheet:
    """What stands on the paper. `facts` are labels with their values; `check_url` is absolute."""

    site: str
    number: str
    issued_at: datetime
    place_time: str
    facts: Sequence[tuple[str, str]]
    files: Sequence[SheetFile]
    check_url: str


def receipt_pdf(sheet: ReceiptSheet, *, assets: Path) -> bytes:
    """The PDF, A4, its text selectable; the same bytes for the same receipt.

    `assets` is the folder with the typefaces (`node_modules`). What people typed goes in as data,
    never as markup. Raises `typst.TypstError` where the typeface is missing.
    """
    data = {
        "site": sheet.site,
        "heading": "Giấy biên nhận",
        "number": sheet.number,
        "place-time": sheet.place_time,
        "facts": [{"label": label, "value": value} for label, value in sheet.facts],
        "count": len(sheet.files),
        "files": [asdict(file) for file in sheet.files],
        "check-url": sheet.check_url,
        "qr": _qr(sheet.check_url),
    }
    pdf: bytes = typst.compile(
        _SHEETS / "receipt.typ",
        root=_SHEETS,
        font_paths=typeface(assets),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"receipt": json.dumps(data, ensure_ascii=False)},
        timestamp=sheet.issued_at.replace(microsecond=0),
    )
    return pdf


def _qr(address: str) -> str:
    written = io.BytesIO()
    segno.make(address, error="m", micro=False).save(written, kind="svg", border=2, dark="#000")
    return written.getvalue().decode()


@lru_cache(maxsize=2)
def typeface(assets: Path) -> typst.Fonts:
    """The interface's typeface for Typst, found once."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[assets / TYPEFACE],
    )
