"""The pixels of a part of a page: kept ones where there are, else cut from the page, drawn once."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from pathlib import Path

import structlog
from PIL import Image

from archive.core.errors import (
    LimitReachedError,
    NotFoundError,
    RefusedFileError,
    StorageBusyError,
    StorageError,
)
from archive.extract.cutting import Cut, cut_out
from archive.extract.kinds import KINDS
from archive.extract.page_pixels import draw_page
from archive.services.holdings import Holdings, original_path
from archive.services.page_pictures import VERSION, PagePicture

log = structlog.get_logger("tiles")

# Letters have hard edges, and from this all else is made: 0.3 to 1 MB for a page of A4.
_FULL_OPTIONS = {"quality": 90, "subsampling": 0}
_FAILED = "failed"
_FAILED_SECONDS = 3_600
_WAIT_SECONDS = 3.0
# What a page may cost while somebody waits for it. Intake may take longer, and drew it smaller.
_CPU_SECONDS = 8.0
_WALL_FACTOR = 2.0
_DRAWN_AT_ONCE = max(2, os.cpu_count() or 1)
_LARGE_PX = 1_500_000


def cut_page(holdings: Holdings, picture: PagePicture, cut: Cut) -> bytes:
    """The part of the page as an image file; what viewers are offered is kept for the next one.

    NotFoundError where the page cannot be drawn so large; StorageBusyError where so much is being
    drawn that it would take too long, ExtractorFailedError where drawing could not begin.
    """
    if not picture.is_offered(cut):
        return _cut(holdings, picture, cut)
    name = f"{picture.fingerprint(cut)}.{cut.image_format}"
    place = holdings.tiles.path(picture.sha256, picture.file_page, name)
    data = holdings.tiles.read(place)
    if data is None:
        data = _cut(holdings, picture, cut)
        keep(holdings, place, data)
    return data


def check_drawable(holdings: Holdings, picture: PagePicture) -> None:
    """NotFoundError where the page could not be drawn so large within the last hour: a viewer that
    is told at the door shows the page image of intake instead."""
    told = holdings.tiles.read(_failed_path(holdings, picture))
    if told is not None and time.time() - float(told) < _FAILED_SECONDS:
        raise NotFoundError(what="page", id=picture.publication_id, number=picture.number)


def _cut(holdings: Holdings, picture: PagePicture, cut: Cut) -> bytes:
    page = _full_page(holdings, picture)
    if cut.out_width_px * cut.out_height_px <= _LARGE_PX:
        return cut_out(page, cut)
    with holdings.drawn_pages.large_turn(wait_seconds=_WAIT_SECONDS):
        return cut_out(page, cut)


def _full_page(holdings: Holdings, picture: PagePicture) -> Image.Image:
    """The whole page: as this process has it at hand, as it is kept, or drawn now."""
    pages = holdings.drawn_pages
    key = (picture.sha256, picture.file_page)
    page = pages.get(key)
    if page is not None:
        return page
    with pages.turn(key, wait_seconds=_WAIT_SECONDS):
        page = pages.get(key) or _kept_page(holdings, picture)
        if page is None:
            page = _drawn_page(holdings, picture)
        pages.put(key, page)
    return page


def _kept_page(holdings: Holdings, picture: PagePicture) -> Image.Image | None:
    data = holdings.tiles.read(_full_path(holdings, picture))
    if data is None:
        return None
    page = Image.open(io.BytesIO(data), formats=("JPEG",))
    page.load()
    return page


def _drawn_page(holdings: Holdings, picture: PagePicture) -> Image.Image:
    with holdings.tiles.turn(
        picture.sha256, picture.file_page, turns=_DRAWN_AT_ONCE, wait_seconds=_WAIT_SECONDS
    ):
        # Another process may have drawn it while this one waited for its turn.
        page = _kept_page(holdings, picture)
        if page is None:
            page = _draw(holdings, picture)
            written = io.BytesIO()
            page.save(written, "JPEG", **_FULL_OPTIONS)
            keep(holdings, _full_path(holdings, picture), written.getvalue())
    return page


def _draw(holdings: Holdings, picture: PagePicture) -> Image.Image:
    check_drawable(holdings, picture)
    path = original_path(
        holdings, picture.publication_id, picture.logical_path, picture.object_version
    )
    limits = holdings.limits.raised(picture.raised_limits)
    limits = replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, _CPU_SECONDS),
        wall_factor=min(limits.wall_factor, _WALL_FACTOR),
    )
    try:
        drawn = draw_page(
            path,
            KINDS[picture.kind],
            picture.file_page,
            width_px=picture.width_px,
            height_px=picture.height_px,
            limits=limits,
        )
    except (RefusedFileError, LimitReachedError) as error:
        if error.data.get("limit") == "wall_seconds":
            # It had not used up its processor time: the machine is busy, and the page is sound.
            raise StorageBusyError(waited_seconds=error.data["value"]) from error
        # Not again for the next tile: a file that takes its whole budget would keep everyone busy.
        log.warning("page_not_drawn", code=error.code, publication=picture.publication_id)
        keep(holdings, _failed_path(holdings, picture), str(int(time.time())).encode())
        raise NotFoundError(
            what="page", id=picture.publication_id, number=picture.number
        ) from error
    return drawn.image()


def _full_path(holdings: Holdings, picture: PagePicture) -> Path:
    name = f"full-{VERSION}-{picture.width_px}x{picture.height_px}.jpg"
    return holdings.tiles.path(picture.sha256, picture.file_page, name)


def _failed_path(holdings: Holdings, picture: PagePicture) -> Path:
    return holdings.tiles.path(picture.sha256, picture.file_page, _FAILED)


def keep(holdings: Holdings, place: Path, data: bytes) -> None:
    """Keep what was made among the tiles. On a disk without room people still see their page; it is
    made anew each time."""
    try:
        holdings.tiles.write(place, data)
    except StorageError as error:
        log.warning("tile_not_kept", code=error.code)
