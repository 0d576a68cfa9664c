"""A process that has just started, and what its first searches cost it: for `bench.search`.

    python -m bench.search_restart ENGINE FOLDER < QUESTIONS

QUESTIONS is a JSON list of [typed, with marks]. One question that is not among them comes first;
then each is asked once, and their processor times in ms are printed as a JSON list. Imports little,
for it is started often.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from bench.search_corpus import FACETS
from bench.search_peers import ENGINES, TOP, open_peer
from bench.search_questions import WARM_UP, Question, read

VIEWER = Viewer(today=date(2026, 1, 1))
"""A reader without an account; all generated works are open to anyone."""

Asking = Callable[[Question], object]


def asking(engine: str, folder: Path) -> Asking:
    """How to ask an engine over its folder; "ours" is the archive's own index."""
    if engine in ENGINES:
        return open_peer(engine, folder).ask
    found = SearchIndex(folder)
    return lambda question: found.search(request_of(question.typed))


def request_of(typed: str) -> SearchRequest:
    return SearchRequest(viewer=VIEWER, query=typed, per_page=TOP, facets=FACETS)


def cpu_ms(action: Callable[[], object]) -> float:
    """The processor time that it takes this process, all threads counted."""
    started = time.process_time_ns()
    action()
    return (time.process_time_ns() - started) / 1e6


def main() -> int:
    engine, folder = sys.argv[1:]
    questions = [read(typed, marks=marks) for typed, marks in json.load(sys.stdin)]
    ask = asking(engine, Path(folder))
    ask(read(WARM_UP, marks=True))
    print(json.dumps([cpu_ms(lambda question=question: ask(question)) for question in questions]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
