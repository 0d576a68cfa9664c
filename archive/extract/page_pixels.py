"""A page drawn as large as it is ever shown, from a child of its own.

The child sends bare pixels and no image file: whatever took a child over, its answer is never
parsed as anything here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from archive.core.errors import DamagedFileError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.requests import expect, start_child
from archive.extract.wire import ProtocolError

BYTES_PER_PIXEL = 3


@dataclass(frozen=True)
class PagePixels:
    """A drawn page: red, green and blue of each pixel, row by row from the top left corner."""

    width_px: int
    height_px: int
    data: bytes = field(repr=False)

    def image(self) -> Image.Image:
        return Image.frombytes("RGB", (self.width_px, self.height_px), self.data)


def draw_page(
    path: Path,
    kind: FileKind,
    number: int,
    *,
    width_px: int,
    height_px: int,
    limits: Limits | None = None,
) -> PagePixels:
    """Page `number` (from 1) of the file, exactly so wide and high.

    Raises as `extract` does; DamagedFileError also where the page does not exist, cannot be drawn
    or has no fixed look (DOCX, DOC, TXT), LimitReachedError (`output_bytes`) where its pixels are
    more than one message may hold.
    """
    limits = limits or Limits()
    child = start_child(
        path,
        kind,
        "pixels",
        limits=limits,
        cpu_seconds=limits.cpu_budget(1),
        page=number,
        size=[width_px, height_px],
    )
    try:
        _, data = expect(child, "pixels")
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()
    if len(data) != width_px * height_px * BYTES_PER_PIXEL:
        raise DamagedFileError(detail="protocol: not as many pixels as were asked for")
    return PagePixels(width_px, height_px, data)
