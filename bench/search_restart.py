"""A process that has just started, and what its first searches cost it: for `bench.search`.

    python -m bench.search_restart ENGINE FOLDER < QUESTIONS

QUESTIONS is a JSON list of [typed, with marks]. One question that is not among them comes first;
then each is asked once, and their processor times in ms are printed as a JSON list.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from bench.running import ROOT
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
    return SearchRequest(viewer=VIEWER, query=typed, per_page=TOP)


def cpu_ms(action: Callable[[], object]) -> float:
    """The processor time that it takes this process, all threads counted."""
    started = time.process_time_ns()
    action()
    return (time.process_time_ns() - started) / 1e6


def after_restart(engine: str, folder: Path, questions: Sequence[Question]) -> list[float]:
    """The processor time of each question in ms, asked in this order by a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.search_restart", engine, str(folder)],
        input=json.dumps([[question.typed, question.marks] for question in questions]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{engine} ends after its restart:\n{done.stderr[-2000:]}")
    took: list[float] = json.loads(done.stdout)
    return took


def main() -> int:
    engine, folder = sys.argv[1:]
    questions = [read(typed, marks=marks) for typed, marks in json.load(sys.stdin)]
    ask = asking(engine, Path(folder))
    ask(read(WARM_UP, marks=True))
    took = []
    for question in questions:
        started = time.process_time_ns()
        ask(question)
        took.append((time.process_time_ns() - started) / 1e6)
    print(json.dumps(took))
    return 0


if __name__ == "__main__":
    sys.exit(main())
