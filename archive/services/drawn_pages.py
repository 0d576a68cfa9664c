"""The pages that this process cut from last, and whose turn it is to make another."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from archive.core.errors import StorageBusyError

Key = tuple[str, int]

# Two pages of A4 at hand and two being made are 100 MB; more would not come sooner.
_MADE_AT_ONCE = 2
_LARGE_AT_ONCE = 2


class DrawnPages:
    """Pages as pixels, the last ones that were asked for, of `pixels` together (but always one).

    A viewer asks for all the tiles of a page within a second; to unpack the page for each of them
    would be most of the work. A pixel takes four bytes.
    """

    def __init__(self, *, pixels: int = 12_000_000) -> None:
        self._limit = pixels
        self._pages: OrderedDict[Key, Image.Image] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(_MADE_AT_ONCE)]
        self._large = threading.BoundedSemaphore(_LARGE_AT_ONCE)

    def get(self, key: Key) -> Image.Image | None:
        """The page of that file (its digest) and number; None where it is not at hand."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Image.Image) -> None:
        """Have the page at hand, in the place of those that were not asked for the longest."""
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > 1 and self._pixels() > self._limit:
                self._pages.popitem(last=False)

    @contextmanager
    def turn(self, key: Key, *, wait_seconds: float) -> Iterator[None]:
        """Be the only thread that makes this page, and one of two that make any: the same page
        always has the same place. StorageBusyError where it is not free in time."""
        lock = self._turns[hash(key) % _MADE_AT_ONCE]
        if not lock.acquire(timeout=wait_seconds):
            raise StorageBusyError(waited_seconds=wait_seconds)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def large_turn(self, *, wait_seconds: float) -> Iterator[None]:
        """Be one of two threads that make a large image. StorageBusyError as `turn`."""
        if not self._large.acquire(timeout=wait_seconds):
            raise StorageBusyError(waited_seconds=wait_seconds)
        try:
            yield
        finally:
            self._large.release()

    def _pixels(self) -> int:
        return sum(page.width * page.height for page in self._pages.values())
