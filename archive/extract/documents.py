"""What every kind of file looks like from inside the child, and how to open one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from PIL import Image

from archive.extract.kinds import IMAGE_CODES
from archive.extract.limits import Limits
from archive.extract.results import FileSummary, PageImage, PageText


class Document(Protocol):
    """An opened file. Used in the child only; every call may be the process's last."""

    @property
    def page_count(self) -> int:
        """Number of pages, at least 1 and within `Limits.pages`."""
        ...

    def summarise(self) -> FileSummary:
        """The quick look: the first page is opened, an image decoded."""
        ...

    def page_text(self, number: int) -> str:
        """The text that the file carries on one page, quickly and without boxes; "" for none."""
        ...

    def read_pages(self, first_page: int, *, words: bool) -> Iterator[PageText]:
        """The pages from `first_page` on, in order, none left out; their words' places where
        `words` asks for them."""
        ...

    def draw_pages(
        self, pages: Sequence[int], widths_px: Sequence[int], *, words: bool
    ) -> Iterator[PageImage | PageText]:
        """An image per page and width; nothing for pages that cannot be drawn. Where `words` asks
        for them, the page's text with its words' places comes before its images."""
        ...

    def describe(self) -> Iterator[dict[str, Any]]:
        """What the file says of itself, piece by piece, the cheapest first."""
        ...


@runtime_checkable
class Drawn(Protocol):
    """A document whose pages can be drawn in colour at any size."""

    def pixels(self, number: int, size: tuple[int, int]) -> Image.Image | None:
        """The page in RGB, exactly so wide and high; None where it cannot be drawn."""
        ...


Opener = Callable[[Path, str, Limits], Document]


def opener_for(code: str) -> Opener:
    """The function that opens a file of this kind; only the modules it needs are imported.

    To be called before the process gives up what it does not need (`sandbox.enter`).
    """
    if code == "doc":
        ready: Opener = import_module("archive.extract.doc_document").ready_opener()
        return ready
    if code in IMAGE_CODES:
        module = "archive.extract.image_document"
    elif code in ("pdf", "docx"):
        module = f"archive.extract.{code}_document"
    else:
        module = "archive.extract.plain_document"
    opener: Opener = import_module(module).open_document
    return opener
