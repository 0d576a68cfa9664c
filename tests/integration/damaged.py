"""Damages the index's files one after the other, each in a forked child that has them open.

    python -m tests.integration.damaged FOLDER DAMAGE

FOLDER holds a whole archive; its copies are damaged, never itself. Of each kind of file in the
index (by its ending, or by its name where it has none) the largest is damaged as DAMAGE says, while
a reader has the index open and a worker has looked at it. Then the reader, and one that opens the
index only now, ask again: an answer is the right one, or there is a `SearchIndexError`. Then the
worker looks once more, and both give the right answers. A line of JSON per file tells what was
wrong, nothing where all was well; a child that died is told by its signal.
"""

from __future__ import annotations

import json
import logging
import math
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from archive.core.errors import SearchIndexError
from archive.logs import configure_logs
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from archive.services.holdings import open_holdings
from archive.worker import care
from archive.worker.care import Care
from tests.integration.standing import settings_in

READER = Viewer(today=date(2026, 7, 1))
ASKED = ("pac bo", "Pác Bó", "suối", "cột mốc 108", "hang", "từ 1700", "không có ở đâu", "")
"""Of these the first three are asked before the damage too: what they need is in memory then."""


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(random.Random(7).randbytes(size))


def replace(path: Path) -> None:
    """As a restore of something else would: another file under the name."""
    other = path.with_name("other")
    other.write_bytes(b"\x00" * path.stat().st_size)
    other.replace(path)


def delete(path: Path) -> None:
    path.unlink()


DAMAGES: dict[str, Callable[[Path], None]] = {
    made.__name__: made for made in (cut_in_half, empty, overwrite, replace, delete)
}


def kinds(search: Path) -> list[Path]:
    """The largest file of each kind, as paths within the index's folder; empty ones are locks."""
    found: dict[str, Path] = {}
    for path in sorted(search.rglob("*"), key=lambda path: (-path.stat().st_size, path.name)):
        if path.is_file() and path.stat().st_size:
            found.setdefault(path.suffix or path.name, path.relative_to(search))
    return list(found.values())


def answer(index: SearchIndex, query: str) -> Any:
    """What a reader sees of an answer, but for the scores."""
    found = index.search(SearchRequest(READER, query, sort="title"))
    items = [(item.work_id, item.pages_matched) for item in found.items]
    counts = {name: sorted(map(str, each)) for name, each in found.facets.items()}
    return found.total, found.total_pages, items, counts


def faults(folder: Path, path: Path, damage: Callable[[Path], None]) -> list[str]:
    """What was not as it should be with the archive in `folder` after the damage."""
    holdings = open_holdings(settings_in(folder))
    worker = Care(holdings, wanted=())
    worker.next_readers = worker.next_comparison = worker.next_sweep = math.inf
    care.LOOK_INTERVAL_SECONDS = 0.0
    search = holdings.settings.search_folder
    right = {query: answer(SearchIndex(search), query) for query in ASKED}
    reader = SearchIndex(search)
    for query in ASKED[:3]:
        answer(reader, query)
    worker.run_due()
    damage(search / path)
    told = []
    for name, index in (("open", reader), ("fresh", SearchIndex(search))):
        for query in ASKED:
            with suppress(SearchIndexError):
                if answer(index, query) != right[query]:
                    told.append(f"{name} reader: another answer to {query!r}")
        index.status()
    worker.run_due()
    for name, index in (("open", reader), ("fresh", SearchIndex(search))):
        for query in ASKED:
            try:
                if answer(index, query) != right[query]:
                    told.append(f"{name} reader, after the look: another answer to {query!r}")
            except SearchIndexError as error:
                told.append(f"{name} reader, after the look: {error.data}")
    if not holdings.index.status().healthy:
        told.append(f"after the look: {holdings.index.status()}")
    return told


def in_a_child(archive: Path, path: Path, damage: Callable[[Path], None]) -> str:
    """What `faults` tells, or how the child died."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "archive"
        shutil.copytree(archive, folder)
        child = os.fork()
        if child == 0:
            try:
                told = faults(folder, path, damage)
                (folder / "told").write_text("; ".join(told), encoding="utf-8")
            except BaseException as error:
                (folder / "told").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
            finally:
                os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            return f"died of signal {os.WTERMSIG(status)}"
        return (folder / "told").read_text(encoding="utf-8")


def main() -> None:
    configure_logs(least=logging.CRITICAL)
    archive, damage = Path(sys.argv[1]), DAMAGES[sys.argv[2]]
    for path in kinds(settings_in(archive).search_folder):
        print(json.dumps([str(path), in_a_child(archive, path, damage)]), flush=True)


if __name__ == "__main__":
    main()
