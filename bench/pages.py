"""How fast pages answer over 5,000 publications, and what the web process holds for it.

    python -m bench.pages [--pages 100000] [--weights | --times]

A real gunicorn with one process and four threads, asked by one client over loopback: first what
each kind of page takes, then searches, then four clients at once so that every thread has filled
its caches, then the memory of the process that answered it all, and at the end what pages weigh in
a browser (`bench/weights.py`).
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from archive.core.text import fold
from bench import weights
from bench.corpus import OUT, Made, generated
from bench.report import Row, finish, percentile, tell
from bench.running import Client, running_web
from bench.vietnamese import TOPICS, syllables

WARM_UP = 20
CLIENTS = 4
PAGE_GOAL_MS = 30.0
MEMORY_GOAL_MB = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200, help="for each kind of page")
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--out", type=Path, default=OUT, help="where generated archives are kept")
    parser.add_argument(
        "--weights", action="store_true", help="only what pages weigh, in a browser"
    )
    parser.add_argument("--times", action="store_true", help="only the times, without a browser")
    options = parser.parse_args()
    if options.weights:
        return finish("Pages of the demo archive in Chromium on a phone", weights.measure())
    made = generated(options.pages, out=options.out)
    tell(f"{made.publications} publications, {made.pages} pages ready in {made.seconds:.1f} s")
    with running_web(made.folder, processes=1) as (web, port):
        rows = measure(
            made, port=port, pid=web.pid, requests=options.requests, queries=options.queries
        )
    if not options.times:
        rows += weights.measure()
    title = (
        f"{made.publications:,} publications, {made.pages:,} pages; one web process, four threads; "
        f"{options.requests} requests of each kind"
    )
    return finish(title, rows)


def measure(made: Made, *, port: int, pid: int, requests: int, queries: int) -> list[Row]:
    """All rows, in the order in which they are measured. `pid` is gunicorn's first process."""
    client = Client(port)
    client.get("/")
    rows: list[Row] = []
    for name, paths, goal in _families(made):
        took = _timed(client, paths, requests)
        rows.append(Row(name=f"{name}_p50_ms", value=percentile(took, 0.5), goal=goal))
        rows.append(Row(name=f"{name}_p95_ms", value=percentile(took, 0.95)))
        tell(f"{name}: {percentile(took, 0.5):.1f} ms")
    asked = _questions(queries)
    rows += _searches(client, "search_marks", asked)
    rows += _searches(client, "search_no_marks", [_without_marks(text) for text in asked])
    client.close()
    _all_at_once(made, asked, port=port, requests=requests)
    process = answering_process(pid)
    rows += [
        Row(name="web_rss_mb", value=_memory_mb(process, "VmRSS"), goal=MEMORY_GOAL_MB),
        Row(name="web_peak_rss_mb", value=_memory_mb(process, "VmHWM"), goal=MEMORY_GOAL_MB),
        # Without the files it has mapped, which lie in memory once for all processes.
        Row(name="web_own_mb", value=_memory_mb(process, "RssAnon")),
    ]
    return rows


def _families(made: Made) -> Iterator[tuple[str, Sequence[str], float | None]]:
    """Each kind of page: its name, addresses to go through in turn, its goal in ms."""
    ids = list(made.open_ids)
    random.Random(1).shuffle(ids)
    readers = [f"/an-pham/{one}/trang/{1 + place % 4}" for place, one in enumerate(ids)]
    yield "home", ["/"], PAGE_GOAL_MS
    yield "publication", [f"/an-pham/{one}" for one in ids], PAGE_GOAL_MS
    yield "reader", readers, None
    yield "reader_marked", [f"{path}?q={quote('cach mang Cao Bằng')}" for path in readers], None
    years = range(2019, 2026)
    yield "browse", ["/duyet"], PAGE_GOAL_MS
    yield "browse_year", [f"/duyet?year={year}" for year in years], PAGE_GOAL_MS
    yield "browse_letter", [f"/duyet?chu={quote(letter)}" for letter in "ABCĐHT"], PAGE_GOAL_MS
    yield "browse_rows", ["/duyet?sort=title&xem=danh-sach"], PAGE_GOAL_MS
    yield "browse_group", ["/duyet?nhom=unit"], PAGE_GOAL_MS
    yield "places", ["/dia-danh", "/dia-danh?co=chua", "/dia-danh?thoi=cu"], PAGE_GOAL_MS
    yield "nothing", [f"/duyet?year={year}&kind=map&grade=3&unit=x" for year in years], None


def _timed(client: Client, paths: Sequence[str], requests: int) -> list[float]:
    """Wall time of each request in ms, from asking to the last byte, after the warm-up."""
    took = []
    for number in range(WARM_UP + requests):
        path = paths[number % len(paths)]
        started = time.perf_counter()
        answer = client.get(path)
        took.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
    return took[WARM_UP:]


def _questions(count: int) -> list[str]:
    """Questions as people type them: topics alone and with other words, phrases, rare words."""
    chance = random.Random(7)
    vocabulary = syllables()
    topics = list(TOPICS)
    made = [*topics, " ".join(topics[:2]), '"cách mạng"', '"Cao Bằng" Bác Hồ']
    for number in range(len(made), count):
        often = [chance.choice(vocabulary[:50]) for _ in range(2)]
        seldom = [chance.choice(vocabulary[200:]) for _ in range(1 + number % 3)]
        made.append(
            " ".join(
                {
                    0: [chance.choice(topics), *seldom[:1]],
                    1: often,
                    2: [*often, *seldom],
                    3: seldom,
                }[number % 4]
            )
        )
    return made[:count]


def _without_marks(text: str) -> str:
    return re.sub(r"\w+", lambda found: fold(found.group()), text)


def _searches(client: Client, name: str, questions: Sequence[str]) -> list[Row]:
    """Each question asked for the first time, then three times more."""
    took: dict[str, list[float]] = {"first": [], "again": []}
    for turn in ("first", "again", "again", "again"):
        for text in questions:
            started = time.perf_counter()
            answer = client.get(f"/api/v1/search?q={quote(text)}")
            took[turn].append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"the search for {text!r} answers {answer.status}")
    tell(f"{name}: first {percentile(took['first'], 0.5):.0f} ms")
    return [
        Row(name=f"{name}_{turn}_p{share:.0f}_ms", value=percentile(values, share / 100))
        for turn, values in took.items()
        for share in (50, 95)
    ]


@dataclass
class _Caller:
    """One of several clients; `problem` says what went wrong, "" where nothing did."""

    port: int
    paths: Sequence[str]
    problem: str = ""

    def run(self) -> None:
        client = Client(self.port)
        for path in self.paths:
            status = client.get(path).status
            if status != 200:
                self.problem = f"{path} answers {status}"
        client.close()


def _all_at_once(made: Made, questions: Sequence[str], *, port: int, requests: int) -> None:
    """Every kind of page and every question from four clients at the same time."""
    families = [paths for _, paths, _ in _families(made)]
    families.append([f"/tim-kiem?q={quote(text)}" for text in questions])
    callers = []
    for offset in range(CLIENTS):
        chance = random.Random(offset)
        mixed = [chance.choice(families[number % len(families)]) for number in range(requests)]
        callers.append(_Caller(port, mixed))
    threads = [threading.Thread(target=caller.run) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for caller in callers:
        if caller.problem:
            raise RuntimeError(caller.problem)


def answering_process(pid: int) -> int:
    """The one process that gunicorn's first process started to answer requests."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    (child,) = children
    return int(child)


def _memory_mb(pid: int, field: str) -> float:
    """A figure of /proc/<pid>/status in MB (10⁶ bytes)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None, f"the kernel tells no {field}"
    return int(found.group(1)) * 1024 / 1_000_000


if __name__ == "__main__":
    sys.exit(main())
