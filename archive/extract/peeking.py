"""A look at a file's first and last pages: where a publication says what it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.core.errors import ArchiveError, DamagedFileError, LimitReachedError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import opened_pages, start_child
from archive.extract.results import PageText
from archive.extract.wire import ProtocolError, decode_info, decode_page


@dataclass(frozen=True)
class Peek:
    """`pages`: the first and the last pages, in order, each once, without their words' boxes.

    `title` is what the file calls itself, None where it says nothing or could not say it in time;
    `page_count` counts all pages of the file.
    """

    pages: tuple[PageText, ...]
    title: str | None
    page_count: int


def peek(
    path: Path, kind: FileKind, *, limits: Limits | None = None, first: int = 5, last: int = 3
) -> Peek:
    """The text of the `first` and the `last` pages, in a few seconds at most.

    Raises EncryptedFileError, DamagedFileError, LimitReachedError, as the quick check does.
    """
    limits = limits or Limits()
    seconds = max(1, math.ceil(limits.check_cpu_seconds))
    child = start_child(
        path, kind, "peek", limits=limits, cpu_seconds=seconds, first=first, last=last
    )
    try:
        page_count = opened_pages(child, limits=limits)
        pages = _read_pages(child, page_count, limits=limits, at_most=first + last)
        return Peek(pages=pages, title=_read_title(child, page_count), page_count=page_count)
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()


def _read_pages(
    child: Child, page_count: int, *, limits: Limits, at_most: int
) -> tuple[PageText, ...]:
    pages: list[PageText] = []
    while (message := child.receive()) is not None and message[0]["type"] == "page":
        page = decode_page(message)
        after = pages[-1].number if pages else 0
        if not after < page.number <= page_count or len(pages) == at_most:
            raise ProtocolError("a page is out of turn")
        if len(page.text.encode("utf-8", "replace")) > limits.page_text_bytes:
            raise LimitReachedError(limit="output_bytes", value=limits.page_text_bytes)
        pages.append(page)
    if message is None or message[0]["type"] != "pages_done":
        raise ProtocolError("pages are missing")
    return tuple(pages)


def _read_title(child: Child, page_count: int) -> str | None:
    parts: list[dict[str, Any]] = []
    try:
        while (message := child.receive()) is not None:
            if message[0]["type"] == "info" and isinstance(message[0].get("part"), dict):
                parts.append(message[0]["part"])
        return decode_info(parts, page_count=page_count, complete=True).title
    except (ArchiveError, ProtocolError):
        return None  # The pages are delivered; the file's own title is an extra.
