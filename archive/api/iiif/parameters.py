"""The parameters of an image request, read against the page they are asked of: region, size,
rotation, quality, format (section 4 of the IIIF Image API 3.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from archive.core.errors import InvalidInputError
from archive.extract.cutting import Cut, ImageFormat, Quality, Rotation
from archive.services.page_pictures import PagePicture

# More digits would be more than any page; a row of thousands of them takes long to read.
_WHOLE = r"[0-9]{1,9}"
_NUMBER = r"(?:[0-9]{1,9}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})"
_BOX = re.compile(rf"({_WHOLE}),({_WHOLE}),({_WHOLE}),({_WHOLE})")
_BOX_IN_PERCENT = re.compile(rf"pct:({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})")
_PERCENT = re.compile(rf"pct:({_NUMBER})")
_CONFINED = re.compile(rf"!({_WHOLE}),({_WHOLE})")
_SIDES = re.compile(rf"({_WHOLE})?,({_WHOLE})?")
_ROTATION = re.compile(rf"(!?)({_NUMBER})")

QUALITIES: tuple[Quality, ...] = get_args(Quality)
FORMATS: tuple[ImageFormat, ...] = get_args(ImageFormat)


@dataclass(frozen=True)
class Box:
    """A part of the page in its pixels."""

    left: int
    top: int
    width: int
    height: int


def read_request(
    picture: PagePicture, *, region: str, size: str, rotation: str, quality: str, image_format: str
) -> Cut:
    """What is asked for of the page.

    Raises InvalidInputError with the `field`, the `value` as given and the `problem`: `malformed`,
    `outside` (a region beyond the page or without any pixel), `too_large`, `too_small`, `upscaling`
    (well-formed, but nothing is enlarged here) or `unknown` (a rotation, quality or format that is
    not offered).
    """
    box = _read_region(region, picture.width_px, picture.height_px)
    width, height = _read_size(size, box)
    mirrored, turn = _read_rotation(rotation)
    if quality not in ("default", *QUALITIES):
        raise InvalidInputError(field="quality", problem="unknown", value=quality)
    if image_format not in FORMATS:
        raise InvalidInputError(field="format", problem="unknown", value=image_format)
    wanted: dict[str, Quality] = {name: name for name in QUALITIES}
    formats: dict[str, ImageFormat] = {name: name for name in FORMATS}
    return Cut(
        left_px=box.left,
        top_px=box.top,
        width_px=box.width,
        height_px=box.height,
        out_width_px=width,
        out_height_px=height,
        rotation=turn,
        is_mirrored=mirrored,
        quality=wanted.get(quality, "color"),
        image_format=formats[image_format],
    )


def canonical_path(cut: Cut, picture: PagePicture) -> str:
    """The one spelling of the request (section 4.8), from the region on."""
    box = (cut.left_px, cut.top_px, cut.width_px, cut.height_px)
    is_whole = box == (0, 0, picture.width_px, picture.height_px)
    region = "full" if is_whole else ",".join(map(str, box))
    size = (cut.out_width_px, cut.out_height_px)
    scaled = "max" if size == (cut.width_px, cut.height_px) else f"{size[0]},{size[1]}"
    rotation = f"{'!' if cut.is_mirrored else ''}{cut.rotation}"
    quality = "default" if cut.quality == "color" else cut.quality
    return f"{region}/{scaled}/{rotation}/{quality}.{cut.image_format}"


def _read_region(region: str, width: int, height: int) -> Box:
    if region == "full":
        return Box(0, 0, width, height)
    if region == "square":
        side = min(width, height)
        return Box((width - side) // 2, (height - side) // 2, side, side)
    if found := _BOX.fullmatch(region):
        left, top, right, bottom = _edges(*(float(value) for value in found.groups()))
    elif found := _BOX_IN_PERCENT.fullmatch(region):
        x, y, w, h = (float(value) / 100 for value in found.groups())
        left, top, right, bottom = _edges(x * width, y * height, w * width, h * height)
    else:
        raise InvalidInputError(field="region", problem="malformed", value=region)
    # What lies beyond the page is cut off, and no empty space is added.
    right, bottom = min(right, width), min(bottom, height)
    if left >= right or top >= bottom:
        raise InvalidInputError(field="region", problem="outside", value=region)
    return Box(left, top, right - left, bottom - top)


def _edges(x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
    return round(x), round(y), round(x + w), round(y + h)


def _read_size(size: str, box: Box) -> tuple[int, int]:
    """The size to scale `box` to."""
    may_enlarge, wanted = size.startswith("^"), size.removeprefix("^")
    if wanted == "max":
        asked = (box.width, box.height)
    elif found := _PERCENT.fullmatch(wanted):
        share = float(found[1]) / 100
        asked = (round(box.width * share), round(box.height * share))
    elif found := _CONFINED.fullmatch(wanted):
        share = min(int(found[1]) / box.width, int(found[2]) / box.height)
        share = share if may_enlarge else min(share, 1.0)
        asked = _scaled(box, share)
    elif (found := _SIDES.fullmatch(wanted)) and (found[1] or found[2]):
        asked = _by_sides(found[1], found[2], box)
    else:
        raise InvalidInputError(field="size", problem="malformed", value=size)
    if asked[0] > box.width or asked[1] > box.height:
        problem = "upscaling" if may_enlarge else "too_large"
        raise InvalidInputError(field="size", problem=problem, value=size)
    if min(asked) < 1:
        raise InvalidInputError(field="size", problem="too_small", value=size)
    return asked


def _by_sides(width: str | None, height: str | None, box: Box) -> tuple[int, int]:
    """Both sides as given, or the other one in proportion to the one that is."""
    if width and height:
        return int(width), int(height)
    if width:
        return int(width), _scaled(box, int(width) / box.width)[1] if int(width) else 0
    side = int(height or 0)
    return _scaled(box, side / box.height)[0] if side else 0, side


def _scaled(box: Box, share: float) -> tuple[int, int]:
    """Both sides by `share`; a hair of a region stays one pixel wide, but nothing stays nothing."""
    if not share:
        return 0, 0
    return max(1, round(box.width * share)), max(1, round(box.height * share))


def _read_rotation(rotation: str) -> tuple[bool, Rotation]:
    found = _ROTATION.fullmatch(rotation)
    if found is None:
        raise InvalidInputError(field="rotation", problem="malformed", value=rotation)
    turns: dict[float, Rotation] = {0: 0, 90: 90, 180: 180, 270: 270, 360: 0}
    turn = turns.get(float(found[2]))
    if turn is None:
        raise InvalidInputError(field="rotation", problem="unknown", value=rotation)
    return bool(found[1]), turn
