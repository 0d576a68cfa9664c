"""A file's page images, page by page, from a child of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.core.errors import DamagedFileError
from archive.extract.kinds import RUNNING_TEXT_CODES, FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import opened_pages, start_child, wall_seconds
from archive.extract.results import PageImage, PageText
from archive.extract.wire import Message, ProtocolError, decode_image, decode_page


def render(
    path: Path,
    kind: FileKind,
    *,
    pages: Sequence[int] | None = None,
    widths_px: Sequence[int] = (320, 1200),
    words: bool = False,
    limits: Limits | None = None,
) -> Iterator[PageImage | PageText]:
    """An image of every page (all, or `pages`) in every width, page by page, as WebP bytes.

    With `words` the text of each PDF page comes before its images, with the places of its words:
    the same text that `extract` gives. The child writes no file; the caller keeps the bytes where
    derivatives belong. DOCX, DOC and TXT have no images and give nothing; nor does a page that
    cannot be drawn or does not exist. Raises as `extract` does, when the first image is asked for
    or later; images that came before are good.
    """
    if kind.code in RUNNING_TEXT_CODES:
        return
    limits = limits or Limits()
    child = start_child(
        path,
        kind,
        "draw",
        limits=limits,
        cpu_seconds=limits.cpu_budget(0),
        pages=None if pages is None else list(pages),
        widths_px=list(widths_px),
        words=words,
    )
    try:
        budget = limits.cpu_budget(opened_pages(child, limits=limits))
        child.allow(cpu_seconds=budget, wall_seconds=wall_seconds(budget, limits))
        while (message := _next_image(child)) is not None:
            yield decode_image(message) if message[0]["type"] == "image" else decode_page(message)
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()


def _next_image(child: Child) -> Message | None:
    message = child.receive()
    if message is None:
        raise DamagedFileError(detail="ended before its last image")
    if message[0]["type"] == "images_done":
        return None
    if message[0]["type"] not in ("image", "page"):
        raise DamagedFileError(detail="protocol: no image")
    return message
