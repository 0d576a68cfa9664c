"""The picture of a publication that stands beside its address where that is sent on."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst
from PIL import Image, ImageOps

from archive.metadata.receipt_sheet import typeface

_SHEETS = Path(__file__).parent / "sheets"
SIZE_PX = (1200, 630)
_QUALITY = 82
# Where share.typ leaves room for it.
_COVER_AT, _COVER_PX = (64, 60), (340, 440)


@dataclass(frozen=True, kw_only=True)
class ShareCard:
    """What stands on the card. `cover` is the first page's image, None where there is none: one is
    drawn. `version` changes with that image."""

    site: str
    title: str
    unit: str
    kind: str
    issued: str
    pages: str
    cover: Path | None
    version: str = ""


@lru_cache(maxsize=64)
def share_card(card: ShareCard, *, assets: Path) -> bytes:
    """The card as a JPEG of 1200 × 630 pixels; those drawn last are kept.

    `assets` is the folder with the typefaces (`node_modules`). Raises `typst.TypstError` where the
    typeface is missing.
    """
    data = {
        "site": card.site,
        "title": card.title,
        "short": card.title if len(card.title) <= 60 else card.title[:59].rstrip() + "…",
        "unit": card.unit,
        "below": " · ".join(part for part in (card.kind, card.issued, card.pages) if part),
        "drawn": card.cover is None,
    }
    drawn = typst.compile(
        _SHEETS / "share.typ",
        root=_SHEETS,
        font_paths=typeface(assets),
        ignore_system_fonts=True,
        format="png",
        ppi=72,
        sys_inputs={"card": json.dumps(data, ensure_ascii=False)},
    )
    with Image.open(io.BytesIO(drawn)) as picture:
        made = picture.convert("RGB")
    if card.cover is not None:
        _put_cover(made, card.cover)
    output = io.BytesIO()
    made.save(output, "JPEG", quality=_QUALITY, progressive=True)
    return output.getvalue()


def _put_cover(card: Image.Image, cover: Path) -> None:
    """The cover in its place: as much of a high page as fits from its top, a wide one whole."""
    width, height = _COVER_PX
    with Image.open(cover) as opened:
        page = opened.convert("RGB")
    if page.width > page.height:
        page = ImageOps.contain(page, _COVER_PX, Image.Resampling.LANCZOS)
    else:
        page = ImageOps.fit(page, _COVER_PX, Image.Resampling.LANCZOS, centering=(0.5, 0))
    left, top = _COVER_AT
    place = (left + (width - page.width) // 2, top + (height - page.height) // 2)
    card.paste(ImageOps.expand(page, 1, "#ddd1bb"), (place[0] - 1, place[1] - 1))
