"""Pages that can be looked at closely: which page it is, for whom, and how large."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from archive.core.dates import today
from archive.core.errors import NotFoundError
from archive.core.roles import ANYONE, Actor
from archive.extract.cutting import Cut
from archive.extract.kinds import KINDS, RUNNING_TEXT_CODES
from archive.models import File, Page, Publication
from archive.services.catalogue import readable_by, visible_to
from archive.services.holdings import Holdings

TILE_PX = 512
"""The side of a tile."""
PRINT_SIDE_PX = 2_896
"""The longer side of a PDF's page: A4 at about 250 dpi, whose shorter side is then four tiles and
no sliver of a fifth; so it is for all paper of that shape."""
AREA_PX = 10_000_000
"""Most pixels of a page, and so of anything cut from it."""
WIDTH_PX = 1_200
"""The page image of intake without which there is no larger one."""
VERSION = 1
"""Rises when the same page would be drawn or cut into other pixels."""


@dataclass(frozen=True)
class PagePicture:
    """A page that can be cut from: whose, where its file lies, and how large it is in full."""

    publication_id: str
    number: int
    is_public: bool
    """Whether anyone may see it, also without an account."""
    width_px: int
    height_px: int
    sha256: str
    kind: str
    logical_path: str
    object_version: int
    file_page: int
    raised_limits: Mapping[str, int] | None

    @property
    def scale_factors(self) -> tuple[int, ...]:
        """1, 2, 4 … up to the one by which the whole page fits into one tile."""
        steps = max(0, math.ceil(math.log2(max(self.width_px, self.height_px) / TILE_PX)))
        return tuple(2**step for step in range(steps + 1))

    @property
    def sizes_px(self) -> tuple[tuple[int, int], ...]:
        """Width and height of the whole page by each scale factor, the smallest first."""
        return tuple(
            (math.ceil(self.width_px / factor), math.ceil(self.height_px / factor))
            for factor in reversed(self.scale_factors)
        )

    def is_offered(self, cut: Cut) -> bool:
        """Whether it is one of the tiles, or of the sizes of the whole page, that viewers are told
        of and therefore ask for again and again."""
        if cut.rotation or cut.is_mirrored or cut.quality != "color" or cut.image_format == "png":
            return False
        box = (cut.left_px, cut.top_px, cut.width_px, cut.height_px)
        size = (cut.out_width_px, cut.out_height_px)
        if box == (0, 0, self.width_px, self.height_px) and size in self.sizes_px:
            return True
        return any(
            cut.left_px % (TILE_PX * factor) == cut.top_px % (TILE_PX * factor) == 0
            and cut.width_px == min(TILE_PX * factor, self.width_px - cut.left_px)
            and cut.height_px == min(TILE_PX * factor, self.height_px - cut.top_px)
            and size == (math.ceil(cut.width_px / factor), math.ceil(cut.height_px / factor))
            for factor in self.scale_factors
        )

    def fingerprint(self, cut: Cut) -> str:
        """The same for the same pixels in the same format, whatever the publication is called."""
        told = (VERSION, self.sha256, self.file_page, self.width_px, self.height_px, cut)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def find_page_picture(
    session: Session, holdings: Holdings, publication_id: str, number: int, *, actor: Actor
) -> PagePicture:
    """Page `number` (from 1) of a publication that `actor` may open. NotFoundError where there is
    none, and where the page has no fixed look or intake could not draw it."""
    # The same reader asks for dozens of tiles; where they sit has no part in what they may see.
    asked = _statement(replace(actor, origin=""), today())
    values = {"publication_id": publication_id, "number": number}
    found = session.execute(asked, values).one_or_none()
    is_drawn = (
        found is not None
        and found.kind not in RUNNING_TEXT_CODES
        and found.width > 0
        and found.height > 0
        # A page that is too much for intake would be too much for whoever asks for a tile.
        and holdings.images.has(publication_id, f"f{found.file_id}", found.file_page, WIDTH_PX)
    )
    if found is None or not is_drawn:
        raise NotFoundError(what="page", id=publication_id, number=number)
    width_px, height_px = full_size(
        found.width,
        found.height,
        is_image=KINDS[found.kind].is_image,
        side_px=holdings.limits.side_px,
    )
    return PagePicture(
        publication_id=publication_id,
        number=number,
        is_public=bool(found.is_public),
        width_px=width_px,
        height_px=height_px,
        sha256=found.sha256,
        kind=found.kind,
        logical_path=found.logical_path,
        object_version=found.object_version,
        file_page=found.file_page,
        raised_limits=found.raised_limits,
    )


@lru_cache(maxsize=256)
def _statement(actor: Actor, day: date) -> Select[*tuple[Any, ...]]:
    """Put together once for each reader and day: that takes longer than to ask it."""
    return (
        select(
            Page.width,
            Page.height,
            Page.file_id,
            Page.file_page,
            File.sha256,
            File.kind,
            File.logical_path,
            File.raised_limits,
            Publication.object_version,
            readable_by(ANYONE, on=day).label("is_public"),
        )
        .join(Page.file)
        .join(File.publication)
        .where(
            Page.publication_id == bindparam("publication_id"),
            Page.number == bindparam("number"),
            visible_to(actor, on=day),
        )
    )


def full_size(width: float, height: float, *, is_image: bool, side_px: int) -> tuple[int, int]:
    """Width and height of the largest picture of a page: an image's own pixels, a PDF's page (in
    points) as it would be printed; no side above `side_px`, no area above `AREA_PX`."""
    longer = max(width, height)
    scale = min(
        1.0 if is_image else PRINT_SIDE_PX / longer,
        side_px / longer,
        math.sqrt(AREA_PX / width / height),
    )
    # Downwards, since rounded up it could be above the area; but 2,896 is not 2,895.9999.
    return (
        max(1, math.floor(width * scale + 1e-6)),
        max(1, math.floor(height * scale + 1e-6)),
    )
