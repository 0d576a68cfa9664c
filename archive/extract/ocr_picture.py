"""The picture of a page as recognition wants it: grey, evenly lit, lines level, upright.

Everything here is cheap beside the recognition itself: what a page needs is decided on a copy of a
sixteenth of its pixels, and most pages need nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

Box = tuple[float, float, float, float]

_REDUCED = 4
_CLOSED_PX = 9
_SMOOTHED_PX = 3
# Ink has at most this share of the light of the paper around it; on a pale print, half of what the
# darkest has. Where nothing is darker than the faintest, there is no ink.
_INK_SHARE = 0.75
_FAINTEST = 0.92
_DIMMEST = 8.0
# A background that darkens by this much within a page takes the darkest words with it.
_UNEVEN = 0.75
_DARKEST_PAPER = 0.3
_PAPER = 235.0
_STEEPEST_DEGREES = 10.0
_STEP_DEGREES = 0.5
_FINE_STEP_DEGREES = 0.1
# Measured: what is less is read as well as it stands.
_LEVEL_DEGREES = 1.0
_SURE = 1.08
# Lines of print gather at least twice as well along their own direction as across it.
_SIDEWAYS = 1.5
_POINTS = 20_000
# Fewer dark dots than the smallest page number leaves on the reduced copy.
_BLANK_POINTS = 4
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Standing:
    """How the ink of a picture lies: how far its lines rise to the right, in degrees, and whether
    they run up or down the page instead. `is_blank`: there is no ink."""

    rise_degrees: float = 0.0
    is_sideways: bool = False
    is_blank: bool = False


@dataclass(frozen=True)
class Prepared:
    """A picture to be read, and the way back from its pixels to the page as displayed."""

    image: Image.Image
    turn: int
    rise_degrees: float
    displayed: tuple[int, int]

    def on_page(self, box: tuple[int, int, int, int]) -> Box | None:
        """The box (pixels: left, top, right, bottom) in fractions of the page as displayed; None
        where nothing of it lies there. The box of a tilted word holds all of it."""
        width, height = self.displayed
        turned = (width, height) if self.turn % 180 == 0 else (height, width)
        left, top, right, bottom = map(float, box)
        corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
        if self.rise_degrees:
            back = _levelling(turned, self.image.size, self.rise_degrees)
            corners = [_apply(back, corner) for corner in corners]
        corners = [_unturned(corner, turned, self.turn) for corner in corners]
        x0, x1 = (_within(edge / width) for edge in _ends([x for x, _ in corners]))
        y0, y1 = (_within(edge / height) for edge in _ends([y for _, y in corners]))
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def lit_evenly(image: Image.Image) -> tuple[Image.Image, Standing]:
    """The picture without the shadows on its paper (itself where the paper is evenly lit), and how
    its ink lies."""
    reduced = image.reduce(_REDUCED)
    ground = _ground(reduced)
    # So near to black there is no telling ink from ground.
    shown = np.asarray(reduced, dtype=np.float32) + _DIMMEST
    ratio = shown / (_resized(ground, reduced.size) + _DIMMEST)
    standing = _standing(ratio)
    darkest, lightest = np.percentile(ground, (2, 98))
    if standing.is_blank or darkest >= _UNEVEN * lightest:
        return image, standing
    # Darker than any shadow is a dark ground, a table or a coloured band, and stays dark.
    light = _resized(np.maximum(ground, max(1.0, _DARKEST_PAPER * float(lightest))), image.size)
    evened = np.asarray(image, dtype=np.float32) * _PAPER / light
    return Image.fromarray(np.minimum(evened, 255.0).astype(np.uint8)), standing


def prepare(image: Image.Image, *, turn: int = 0, rise_degrees: float = 0.0) -> Prepared:
    """The picture turned counter-clockwise by `turn` (0, 90, 180, 270), then its lines levelled."""
    turned = image.transpose(_TURNS[turn]) if turn else image
    if not rise_degrees:
        return Prepared(turned, turn, 0.0, image.size)
    size = _levelled_size(turned.size, rise_degrees)
    levelled = turned.transform(
        size,
        Image.Transform.AFFINE,
        _levelling(turned.size, size, rise_degrees),
        resample=Image.Resampling.BILINEAR,
        fillcolor=255,
    )
    return Prepared(levelled, turn, rise_degrees, image.size)


_Affine = tuple[float, float, float, float, float, float]


def _ground(reduced: Image.Image) -> Any:
    """What lies behind the ink of a reduced picture, at half its size: the thin and dark is closed
    over, a dark table or band stays."""
    small = reduced.reduce(2)
    closed = small.filter(ImageFilter.MaxFilter(_CLOSED_PX)).filter(
        ImageFilter.MinFilter(_CLOSED_PX)
    )
    smooth = closed.filter(ImageFilter.BoxBlur(_SMOOTHED_PX))
    return np.asarray(smooth, dtype=np.float32)


def _resized(ground: Any, size: tuple[int, int]) -> Any:
    return np.asarray(Image.fromarray(ground).resize(size, Image.Resampling.BILINEAR))


def _standing(ratio: Any) -> Standing:
    """How the ink lies, from each dot's share of the light of its ground."""
    if ratio.size <= _BLANK_POINTS:
        return Standing(is_blank=True)
    darkest = float(np.partition(ratio, _BLANK_POINTS, axis=None)[_BLANK_POINTS])
    if darkest > _FAINTEST:
        return Standing(is_blank=True)
    down, across = np.nonzero(ratio < max(_INK_SHARE, (1 + darkest) / 2))
    every = math.ceil(len(down) / _POINTS)
    down, across = down[::every].astype(np.float32), across[::every].astype(np.float32)
    rise, gathered = _rise(down, across)
    fall, gathered_sideways = _rise(across, down)
    if gathered_sideways > _SIDEWAYS * gathered:
        return Standing(-fall, is_sideways=True)
    return Standing(rise)


def _rise(down: Any, across: Any) -> tuple[float, float]:
    """The angle at which the ink gathers best in level rows, and how well it does there."""
    tried: dict[float, float] = {}

    def gathered(degrees: float) -> float:
        if degrees not in tried:
            rows = (down + across * math.tan(math.radians(degrees))).astype(np.int32)
            steps = np.diff(np.bincount(rows - rows.min()).astype(np.float64))
            tried[degrees] = float((np.abs(steps) ** 1.5).sum())
        return tried[degrees]

    count = round(_STEEPEST_DEGREES / _STEP_DEGREES)
    best = max((n * _STEP_DEGREES for n in range(-count, count + 1)), key=gathered)
    best = max((best + n * _FINE_STEP_DEGREES for n in range(-4, 5)), key=gathered)
    if abs(best) < _LEVEL_DEGREES or gathered(best) < _SURE * gathered(0.0):
        return 0.0, gathered(0.0)
    return best, gathered(best)


def _levelled_size(size: tuple[int, int], degrees: float) -> tuple[int, int]:
    cosine = math.cos(math.radians(degrees))
    sine = abs(math.sin(math.radians(degrees)))
    width, height = size
    return math.ceil(width * cosine + height * sine), math.ceil(height * cosine + width * sine)


def _levelling(size: tuple[int, int], levelled: tuple[int, int], degrees: float) -> _Affine:
    """From a place in the levelled picture to the one it came from, about both middles."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = levelled[0] / 2, levelled[1] / 2
    return (
        cosine,
        sine,
        size[0] / 2 - cosine * middle_x - sine * middle_y,
        -sine,
        cosine,
        size[1] / 2 + sine * middle_x - cosine * middle_y,
    )


def _apply(matrix: _Affine, place: tuple[float, float]) -> tuple[float, float]:
    x, y = place
    a, b, c, d, e, f = matrix
    return a * x + b * y + c, d * x + e * y + f


def _unturned(
    place: tuple[float, float], turned: tuple[int, int], turn: int
) -> tuple[float, float]:
    """Where a place of the turned picture (of this size) lay before the turn."""
    x, y = place
    width, height = turned
    if turn == 90:
        return height - y, x
    if turn == 180:
        return width - x, height - y
    if turn == 270:
        return y, width - x
    return x, y


def _ends(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
