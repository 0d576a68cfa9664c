"""JPEG, PNG, TIFF, WebP: one page per frame, no text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from archive.core.errors import DamagedFileError, LimitReachedError
from archive.extract.limits import Limits
from archive.extract.page_picture import DPI, LONGER_SIDE_PX, SHORTEST_SIDE_PX, PagePicture
from archive.extract.results import FileSummary, PageImage, PageText
from archive.extract.webp import encode_webp

_WHITE = (255, 255, 255)
_TURNED_SIDEWAYS = (5, 6, 7, 8)
_REDUCED_COPY = 1
_NEW_SUBFILE_TYPE = 254
_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_CHECKED_WIDTH_PX = 320
_BAND_PX = 512
_SCANNED_DPI = (150, 2_400)

# Pillow warns and refuses by a limit of its own, for JPEG too; ours are checked frame by frame.
Image.MAX_IMAGE_PIXELS = None


def open_document(path: Path, kind: str, limits: Limits) -> ImageDocument:
    """The image at `path`, no frame decoded yet. Raises DamagedFileError, LimitReachedError."""
    try:
        # Only the reader of this kind: Pillow would hand EPS to an interpreter, among others.
        opened = Image.open(path, formats=(kind.upper(),))
    except (UnidentifiedImageError, OSError) as error:
        raise DamagedFileError(detail=f"image: {type(error).__name__}") from error
    return ImageDocument(opened, kind=kind, limits=limits)


class ImageDocument:
    """An opened image. Sizes are pixels as displayed, after the EXIF orientation."""

    def __init__(self, opened: Image.Image, *, kind: str, limits: Limits) -> None:
        self._image = opened
        self._kind = kind
        self._limits = limits
        self._check_pixels()
        self._frames = self._page_frames() if kind == "tiff" else [0]

    @property
    def page_count(self) -> int:
        return len(self._frames)

    def summarise(self) -> FileSummary:
        width, height = self._displayed_size(1)
        self._decode(1, _CHECKED_WIDTH_PX)
        return FileSummary(
            pages=self.page_count,
            encrypted=False,
            width_px=width,
            height_px=height,
            repaired=False,
            isolated=False,
        )

    def page_text(self, number: int) -> str:
        return ""

    def read_pages(self, first_page: int, *, words: bool) -> Iterator[PageText]:
        for number in range(first_page, self.page_count + 1):
            width, height = self._displayed_size(number)
            yield PageText(number, None, "", width, height, needs_ocr=True)

    def draw_pages(
        self, pages: Sequence[int], widths_px: Sequence[int], *, words: bool
    ) -> Iterator[PageImage | PageText]:
        for number in pages:
            native = self._displayed_size(number)
            drawn = self._decode(number, max(widths_px, default=0))
            images: dict[int, PageImage] = {}
            for target in sorted(widths_px, reverse=True):
                # From the larger to the smaller: the second reduction costs next to nothing.
                drawn = drawn.resize(
                    self._target_size(native, target), Image.Resampling.LANCZOS, reducing_gap=2.0
                )
                images[target] = PageImage(
                    number, target, drawn.width, drawn.height, encode_webp(drawn)
                )
            yield from (images[target] for target in widths_px)

    def picture(self, number: int) -> PagePicture | None:
        """The frame in grey for recognition, as large as its print needs."""
        width, height = self._displayed_size(number)
        longer = max(width, height)
        scale = min(1.0, self._limits.side_px / longer, self._print_scale(longer))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        grey = self._decode(number, size[0]).convert("L")
        if grey.size != size:
            grey = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return PagePicture(grey, width, height)

    def pixels(self, number: int, size: tuple[int, int]) -> Image.Image | None:
        drawn = self._decode(number, size[0])
        if drawn.size == size:
            return drawn
        return drawn.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)

    def _print_scale(self, longer_px: int) -> float:
        """What brings a scan to 200 dpi by its own word; cameras write 72, or nothing true."""
        dpi = float(self._image.info.get("dpi", (0, 0))[0])
        if _SCANNED_DPI[0] <= dpi <= _SCANNED_DPI[1]:
            return max(DPI / dpi, SHORTEST_SIDE_PX / longer_px)
        return LONGER_SIDE_PX / longer_px

    def describe(self) -> Iterator[dict[str, Any]]:
        yield {}

    def _page_frames(self) -> list[int]:
        frames: list[int] = []
        copies: list[int] = []
        index = 0
        while self._seek(index):
            if index > 2 * self._limits.pages or len(frames) > self._limits.pages:
                raise LimitReachedError(limit="pages", value=self._limits.pages)
            self._check_pixels()
            tags: Any = getattr(self._image, "tag_v2", {})
            # A reduced copy of a page (a preview, a step of a pyramid) is no page.
            (copies if tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED_COPY else frames).append(index)
            index += 1
        found = frames or copies
        if not found:
            raise DamagedFileError(detail="image: no frame")
        if len(found) > self._limits.pages:
            raise LimitReachedError(limit="pages", value=self._limits.pages)
        return found

    def _seek(self, index: int) -> bool:
        try:
            self._image.seek(index)
        except EOFError:
            return False
        return True

    def _check_pixels(self) -> None:
        pixels = self._image.width * self._image.height
        if pixels == 0:
            raise DamagedFileError(detail="image: no pixels")
        if pixels > self._limits.pixels and self._kind != "jpeg":
            raise LimitReachedError(limit="pixels", value=self._limits.pixels, found=pixels)

    def _displayed_size(self, number: int) -> tuple[int, int]:
        self._image.seek(self._frames[number - 1])
        self._check_pixels()
        width, height = self._image.size
        # Pillow's TIFF reader turns the frame, and reports its size turned, by itself.
        orientation = self._image.getexif().get(ExifTags.Base.Orientation)
        if self._kind != "tiff" and orientation in _TURNED_SIDEWAYS:
            return height, width
        return width, height

    def _decode(self, number: int, wanted_width_px: int) -> Image.Image:
        """The page in RGB, upright, on white; a JPEG at the smallest size that is still enough."""
        width, height = self._displayed_size(number)
        if self._kind == "jpeg":
            # One side for both axes: the file may lie on its side, and a reduced decode is never
            # smaller than asked. Far beyond the limit the decoder must reduce all it can.
            side = 1 if width * height > 8 * self._limits.pixels else wanted_width_px
            self._image.draft(None, (side, side))
        try:
            self._image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise DamagedFileError(detail=f"image: {error}") from error
        orientation = self._image.getexif().get(ExifTags.Base.Orientation, 1)
        sideways = orientation in _TURNED_SIDEWAYS
        decoded_width = self._image.height if sideways else self._image.width
        upright = _reduced_rgb(self._image, decoded_width // (2 * max(1, wanted_width_px)))
        upright.getexif()[ExifTags.Base.Orientation] = orientation
        return ImageOps.exif_transpose(upright)

    def _target_size(self, native: tuple[int, int], target_width_px: int) -> tuple[int, int]:
        width, height = native
        side = self._limits.side_px
        scale = min(1.0, target_width_px / width, side / width, side / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


def _reduced_rgb(image: Image.Image, factor: int) -> Image.Image:
    """The image in RGB on white, smaller by a whole factor (0 and 1 leave the size).

    Band by band: a second copy of a large image in another mode would not fit into the memory.
    """
    if image.mode == "F":
        image = _scaled_to_bytes(image)
    if factor < 2:
        return _plain_rgb(image)
    width, height = image.size
    reduced = Image.new("RGB", (math.ceil(width / factor), math.ceil(height / factor)))
    step = factor * max(1, _BAND_PX // factor)
    for top in range(0, height, step):
        band = image.crop((0, top, width, min(height, top + step)))
        reduced.paste(_plain_rgb(band).reduce(factor), (0, top // factor))
    return reduced


def _plain_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _SIXTEEN_BIT or image.mode == "I":
        # 16 bits per sample: Pillow's own conversion would clip instead of scaling.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", layered.size, _WHITE)
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")


def _scaled_to_bytes(image: Image.Image) -> Image.Image:
    low, high = image.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    share = 255 / ((high - low) or 1.0)
    return image.point(lambda value: value * share - low * share).convert("L")
