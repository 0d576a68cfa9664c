"""The picture of a page from which its words are recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PIL import Image

DPI = 200
"""Dots per inch of a picture: what the recogniser was measured at, and what scans are kept at."""
LONGER_SIDE_PX = 2_400
"""Of an image that does not say how large it is on paper: A4 at about 200 dpi."""
SHORTEST_SIDE_PX = 1_400
"""The longer side of a small PDF page is drawn at least so large: its print is small too."""


@dataclass(frozen=True)
class PagePicture:
    """A page drawn in grey as it is displayed; `width_px`, `height_px` and `label` as in
    `PageText`."""

    image: Image.Image
    width_px: float
    height_px: float
    label: str | None = None


@runtime_checkable
class Pictured(Protocol):
    """A document whose pages can be drawn."""

    @property
    def page_count(self) -> int: ...

    def picture(self, number: int) -> PagePicture | None:
        """The page's picture; None where it cannot be drawn."""
        ...
