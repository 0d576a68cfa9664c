"""A file's text, page by page, from a child of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from archive.core.errors import ArchiveError, DamagedFileError, LimitReachedError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import opened_pages, start_child, wall_seconds
from archive.extract.results import PageText
from archive.extract.wire import ProtocolError, decode_page


def extract(
    path: Path,
    kind: FileKind,
    *,
    limits: Limits | None = None,
    first_page: int = 1,
    words: bool = True,
) -> Reading:
    """The pages of the file from `first_page` on, read one by one as they are asked for.

    Without `words` pages come without their words' places, in half the time. Returns when the file
    is open and its pages are counted. Raises EncryptedFileError, DamagedFileError,
    LimitReachedError, here or while the pages are read: pages that came before stay good, and a
    later call may go on with the next. A file that met a limit meets it again.
    """
    if first_page < 1:
        raise ValueError("pages count from 1")
    limits = limits or Limits()
    child = start_child(
        path,
        kind,
        "read",
        limits=limits,
        cpu_seconds=limits.cpu_budget(0),
        first_page=first_page,
        words=words,
    )
    try:
        page_count = opened_pages(child, limits=limits)
    except BaseException:
        child.close()
        raise
    remaining = max(0, page_count - first_page + 1)
    budget = limits.cpu_budget(remaining)
    child.allow(cpu_seconds=budget, wall_seconds=wall_seconds(budget, limits))
    return Reading(child, page_count=page_count, first_page=first_page, limits=limits)


class Reading:
    """An iterator of PageText; also a context manager, so that leaving early ends the child.

    `page_count` is known at once. `isolated`: the child has no network.
    """

    def __init__(self, child: Child, *, page_count: int, first_page: int, limits: Limits) -> None:
        self.page_count = page_count
        self.isolated = child.isolated
        self._child = child
        self._next_page = first_page
        self._limits = limits
        self._text_bytes = 0
        self._closed = False

    def __iter__(self) -> Iterator[PageText]:
        return self

    def __next__(self) -> PageText:
        if self._closed:
            raise StopIteration
        try:
            page = self._read()
        except ProtocolError as error:
            self.close()
            raise DamagedFileError(detail=f"protocol: {error}") from error
        except ArchiveError:
            self.close()
            raise
        if page is None:
            self.close()
            raise StopIteration
        return page

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; pages not yet read stay unread."""
        self._closed = True
        self._child.close()

    def _read(self) -> PageText | None:
        message = self._child.receive()
        if message is None:
            raise DamagedFileError(detail="ended before its last page")
        kind = message[0]["type"]
        if kind == "pages_done":
            if self._next_page <= self.page_count:
                raise ProtocolError("pages are missing")
            return None
        if kind != "page":
            raise ProtocolError(f"unexpected {kind}")
        page = decode_page(message)
        if page.number != self._next_page or page.number > self.page_count:
            raise ProtocolError("a page is out of turn")
        self._count_text(page)
        self._next_page += 1
        return page

    def _count_text(self, page: PageText) -> None:
        size = len(page.text.encode("utf-8", "replace"))
        self._text_bytes += size
        if size > self._limits.page_text_bytes:
            raise LimitReachedError(limit="output_bytes", value=self._limits.page_text_bytes)
        if self._text_bytes > self._limits.file_text_bytes:
            raise LimitReachedError(limit="output_bytes", value=self._limits.file_text_bytes)
