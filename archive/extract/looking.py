"""Looking for a mark of secrecy in the text that a file itself carries, inside the child."""

from __future__ import annotations

import time
from itertools import chain

from archive.core.secrecy import find_marking
from archive.extract.documents import Document
from archive.extract.limits import Limits
from archive.extract.results import PageMarking

# A mark stands on a document's first page, sometimes on every page and on its last. The other pages
# of a long file are looked at when they are read.
FIRST_PAGES = 50
LAST_PAGES = 10


def first_marking(document: Document, *, limits: Limits) -> PageMarking | None:
    """The first mark on the pages that a look at the door reaches, within its processor time."""
    until = time.process_time() + limits.look_cpu_seconds
    count = document.page_count
    last = range(max(FIRST_PAGES + 1, count - LAST_PAGES + 1), count + 1)
    for number in chain(range(1, min(FIRST_PAGES, count) + 1), last):
        if time.process_time() > until:
            return None
        found = find_marking(document.page_text(number))
        if found is not None:
            return PageMarking(page_number=number, level=found.level, line=found.line)
    return None
