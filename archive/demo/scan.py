"""Born-digital pages turned into the files a scanner would have left: images without words."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pypdfium2
from PIL import Image, ImageFilter

SCAN_DPI = 200
TIFF_DPI = 150
PAPER = (250, 248, 242)
TILT_DEGREES = (0.22, -0.16, 0.1, -0.25)


def write_scan_pdf(born: Path, path: Path, *, made: datetime) -> None:
    """A PDF of page images at 200 dpi, a little tilted and yellowed, with no text layer.

    `made` becomes the creation date inside the file, so that its bytes never change.
    """
    pages = []
    for number, page in enumerate(_render(born, SCAN_DPI)):
        tilted = page.rotate(
            TILT_DEGREES[number % len(TILT_DEGREES)],
            resample=Image.Resampling.BICUBIC,
            fillcolor=(255, 255, 255),
        )
        paper = Image.new("RGB", tilted.size, PAPER)
        worn = Image.blend(tilted, paper, 0.06).filter(ImageFilter.GaussianBlur(0.4))
        pages.append(worn)
    moment = made.utctimetuple()
    _save_pdf(pages, path, moment=moment)


def _save_pdf(pages: list[Image.Image], path: Path, *, moment: time.struct_time) -> None:
    first, *rest = pages
    first.save(
        path,
        format="PDF",
        save_all=True,
        append_images=rest,
        resolution=SCAN_DPI,
        quality=72,
        creationDate=moment,
        modDate=moment,
    )


def write_tiff(born: Path, path: Path) -> None:
    """A TIFF with one frame per page, 150 dpi, colour, deflate."""
    first, *rest = [
        page.quantize(colors=128, dither=Image.Dither.NONE) for page in _render(born, TIFF_DPI)
    ]
    first.save(
        path,
        format="TIFF",
        save_all=True,
        append_images=rest,
        compression="tiff_adobe_deflate",
        dpi=(TIFF_DPI, TIFF_DPI),
    )


def _render(born: Path, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(born)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()
