"""Pages whose words are known, as a printer would set them and as a scanner or a telephone would
leave them: the same pages and the same faults in every run."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import typst
from PIL import Image, ImageFilter

from archive.demo.publications import publications

DPI = 200
_NOT_PROSE = tuple("#-|>@_~?=") + tuple("123456789abcd")
_ENDS = re.compile(r"[.!?…]$")

_TEMPLATE = b"""
#let it = json(bytes(sys.inputs.page))
#set page(width: it.width * 1mm, height: it.height * 1mm, margin: it.margin * 1mm,
  columns: it.columns)
#set text(font: it.typeface, size: it.size * 1pt, lang: "vi", hyphenate: false)
#set par(justify: it.justify, spacing: 1.1em)
#for block in it.blocks {
  if block.heading {
    align(center, text(weight: "bold", size: 1.1em, block.text))
  } else { par(block.text) }
}
"""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a page is set; lengths in mm, `size` in points."""

    name: str
    typeface: str
    size: float
    syllables: int
    width: int = 210
    height: int = 297
    margin: int = 25
    columns: int = 1
    justify: bool = True


# The faces that come with Typst and with the interface; the last one's a looks much like an o.
LAYOUTS = (
    Layout(
        name="book", typeface="Literata", size=11, width=148, height=210, margin=18, syllables=230
    ),
    Layout(name="letter", typeface="Libertinus Serif", size=14, syllables=380, justify=False),
    Layout(
        name="journal",
        typeface="New Computer Modern",
        size=10,
        columns=2,
        margin=18,
        syllables=560,
    ),
    Layout(name="magazine", typeface="Literata", size=9.5, columns=2, margin=18, syllables=640),
    Layout(name="typescript", typeface="DejaVu Sans Mono", size=10.5, syllables=300, justify=False),
    Layout(
        name="small print",
        typeface="Libertinus Serif",
        size=10,
        width=176,
        height=250,
        syllables=420,
    ),
    Layout(
        name="leaflet",
        typeface="Be Vietnam Pro",
        size=10,
        width=148,
        height=210,
        margin=14,
        syllables=260,
    ),
)


@dataclass(frozen=True)
class KnownPage:
    """A page set in type: its name, its words in reading order, its PDF."""

    name: str
    text: str
    pdf: bytes

    def raster(self, dpi: int = DPI) -> Image.Image:
        """The page in grey, as a flawless scanner would see it."""
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            image: Image.Image = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
            return image.convert("L")
        finally:
            document.close()


def known_pages(fonts: Path) -> list[KnownPage]:
    """A page of prose in every layout; `fonts` holds the interface's two families below it."""
    prose = _prose()
    return [_set(layout, prose, fonts=fonts) for layout in LAYOUTS]


def _set(layout: Layout, prose: Iterator[dict[str, Any]], *, fonts: Path) -> KnownPage:
    blocks: list[dict[str, Any]] = []
    while sum(len(block["text"].split()) for block in blocks) < layout.syllables:
        blocks.append(next(prose))
    while len(pypdfium2.PdfDocument(made := _typeset(layout, blocks, fonts=fonts))) > 1:
        blocks.pop()
    return KnownPage(layout.name, "\n\n".join(block["text"] for block in blocks), made)


def _typeset(layout: Layout, blocks: list[dict[str, Any]], *, fonts: Path) -> bytes:
    page = {**vars(layout), "blocks": blocks}
    made = typst.compile(
        _TEMPLATE,
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


def _prose() -> Iterator[dict[str, Any]]:
    """Headings in capitals and paragraphs of the demo publications, without markup, in order."""
    for publication in itertools.cycle(publications()):
        for part in re.split(r"\n\s*\n", publication.text):
            text = " ".join(part.replace("*", "").split())
            if text.startswith("## "):
                yield {"heading": True, "text": text[3:].upper()}
            elif not text.startswith(_NOT_PROSE) and _ENDS.search(text) and len(text) > 40:
                yield {"heading": False, "text": text}


@dataclass(frozen=True)
class Fault:
    """What happened to a page on its way: the file that is left, and the ending of its name."""

    name: str
    apply: Callable[[KnownPage, np.random.Generator], bytes]
    extension: str = ".png"


def degraded(page: KnownPage, fault: Fault, *, seed: int) -> bytes:
    """The page's image file after the fault."""
    return fault.apply(page, np.random.default_rng(seed))


def _blurred(page: KnownPage, _: np.random.Generator) -> bytes:
    return _png(page.raster().filter(ImageFilter.GaussianBlur(1.3)))


def _noisy(page: KnownPage, chance: np.random.Generator) -> bytes:
    grey = np.asarray(page.raster(), dtype=np.float32)
    grey = grey + chance.normal(0, 28, grey.shape)
    specks = chance.random(grey.shape)
    grey[specks < 0.0008] = 0
    return _png(_image(grey))


def _skewed(degrees: float) -> Callable[[KnownPage, np.random.Generator], bytes]:
    def apply(page: KnownPage, _: np.random.Generator) -> bytes:
        turned = page.raster().rotate(
            degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255
        )
        return _png(turned)

    return apply


def _turned(degrees: int) -> Callable[[KnownPage, np.random.Generator], bytes]:
    def apply(page: KnownPage, _: np.random.Generator) -> bytes:
        return _png(page.raster().rotate(degrees, expand=True))

    return apply


def _pale(page: KnownPage, chance: np.random.Generator) -> bytes:
    grey = np.asarray(page.raster(), dtype=np.float32)
    return _png(_image(160 + grey * (60 / 255) + chance.normal(0, 4, grey.shape)))


def _squeezed(page: KnownPage, _: np.random.Generator) -> bytes:
    return _jpeg(page.raster().filter(ImageFilter.GaussianBlur(0.5)), quality=30)


def _coarse(page: KnownPage, _: np.random.Generator) -> bytes:
    return _png(page.raster(150).filter(ImageFilter.GaussianBlur(0.5)), dpi=150)


def _photographed(page: KnownPage, chance: np.random.Generator) -> bytes:
    """A shadow over one corner, a little turned, a table around the sheet, as JPEG of 12 Mpx."""
    sheet = page.raster(300).rotate(1.2, resample=Image.Resampling.BICUBIC, fillcolor=255)
    table = Image.new("L", (round(sheet.width * 1.14), round(sheet.height * 1.1)), 70)
    table.paste(sheet, (round(sheet.width * 0.07), round(sheet.height * 0.05)))
    grey = np.asarray(table.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float32)
    down, across = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]].astype(np.float32)
    light = 1 - 0.6 * (down / grey.shape[0]) * (0.4 + 0.6 * across / grey.shape[1])
    photo = _image(grey * light * 0.85 + chance.normal(0, 5, grey.shape))
    return _jpeg(photo.convert("RGB"), quality=80)


FAULTS = (
    Fault("blur", _blurred),
    Fault("noise", _noisy),
    Fault("skew 1.2", _skewed(1.2)),
    Fault("skew -3", _skewed(-3)),
    Fault("turned 90", _turned(90)),
    Fault("turned 180", _turned(180)),
    Fault("pale", _pale),
    Fault("jpeg", _squeezed, ".jpg"),
    Fault("150 dpi", _coarse),
    Fault("photograph", _photographed, ".jpg"),
)


def _image(grey: Any) -> Image.Image:
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _png(image: Image.Image, *, dpi: int = DPI) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", dpi=(dpi, dpi), compress_level=1)
    return written.getvalue()


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return written.getvalue()
