"""What readers and the machine's memory feel of the intake, through the real processes."""

from __future__ import annotations

import io
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2

from archive.models import Stage
from archive.services import jobs
from archive.services.holdings import Holdings
from bench.depositing import deposit, new_archive, scanned, typeset
from bench.report import Row, tell
from bench.running import Client, running_web, running_worker

PAGE_TIME_GOAL = 1.3
WORKER_GOAL_MB = 600.0
TREE_GOAL_MB = 1_500.0
FILES = 20
_ASKED = 200
_WAIT_S = 1_800.0
_LOOK_S = 0.05


def measure_page_time(folder: Path) -> list[Row]:
    """The median time of a page while twenty files are taken in, over the same with nothing to do.

    Half of the files are books with text, half scans, so that every stage has work, recognition
    on all cores too. Home, a publication and a search are asked for in turn by one client.
    """
    holdings = new_archive(folder)
    for number in range(3):
        deposit(holdings, typeset(20, seed=number), name=f"co-san-{number}.pdf")
    with running_web(folder) as (_, port), running_worker(folder):
        _wait(lambda: _is_idle(holdings), "the worker to have nothing left")
        paths = ["/", "/duyet?year=2024", "/tim-kiem?q=cao+bang"]
        client = Client(port)
        _median_ms(client, paths)  # Until every thread has what it keeps.
        idle = [_median_ms(client, paths)]
        for number in range(FILES):
            made = typeset(30, seed=100 + number)
            data = made if number % 2 else scanned(made, pages=6)
            deposit(holdings, data, name=f"nop-{number}.pdf")
        busy = []
        while not _is_idle(holdings):
            busy.append(_median_ms(client, paths))
        idle.append(_median_ms(client, paths))
    holdings.database.close()
    calm, loaded = statistics.mean(idle), statistics.median(busy)
    tell(f"page {calm:.1f} ms idle, {loaded:.1f} ms busy, {len(busy)} looks")
    return [
        Row(name="page_idle_median_ms", value=calm),
        Row(name="page_busy_median_ms", value=loaded),
        Row(name="page_busy_to_idle_ratio", value=loaded / calm, goal=PAGE_TIME_GOAL),
    ]


def measure_memory(folder: Path, *, pages: int = 2_000) -> list[Row]:
    """The greatest memory of the worker, and of it with all its children, for a file of so many
    pages with text and then for scans that are recognised on all cores. Proportional set size:
    what processes share is counted once."""
    holdings = new_archive(folder)
    chunk = typeset(100, seed=7)
    deposit(holdings, _repeated(chunk, pages), name="lon.pdf")
    deposit(holdings, scanned(chunk, pages=8), name="quet.pdf")
    with running_worker(folder) as worker, _watching(worker.pid) as watch:
        _wait(lambda: _is_idle(holdings), "the worker to have nothing left")
    read = holdings.index.status().pages
    holdings.database.close()
    if read < pages:
        raise RuntimeError(f"only {read} pages were read")
    return [
        Row(name="worker_peak_mb", value=watch.worker_mb, goal=WORKER_GOAL_MB),
        Row(name="worker_with_children_peak_mb", value=watch.tree_mb, goal=TREE_GOAL_MB),
    ]


def _repeated(pdf: bytes, pages: int) -> bytes:
    """The PDF's pages again and again, up to `pages`."""
    made = pypdfium2.PdfDocument.new()
    with pypdfium2.PdfDocument(pdf) as source:
        while len(made) < pages:
            made.import_pages(source, pages=list(range(min(len(source), pages - len(made)))))
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


class _Watch:
    worker_mb = 0.0
    tree_mb = 0.0


@contextmanager
def _watching(pid: int) -> Iterator[_Watch]:
    watch, over = _Watch(), threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            sizes = [_pss_mb(each) for each in _tree(pid)]
            if sizes:
                watch.worker_mb = max(watch.worker_mb, sizes[0])
                watch.tree_mb = max(watch.tree_mb, sum(sizes))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _tree(pid: int) -> list[int]:
    """The process and everything it started, itself first."""
    found, place = [pid], 0
    while place < len(found):
        try:
            for task in Path(f"/proc/{found[place]}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass  # It has ended meanwhile.
        place += 1
    return found


def _pss_mb(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0")
    return int(line.split()[1]) * 1024 / 1e6


def _median_ms(client: Client, paths: list[str]) -> float:
    times = []
    for turn in range(_ASKED):
        started = time.perf_counter()
        answer = client.get(paths[turn % len(paths)])
        times.append(1000 * (time.perf_counter() - started))
        if answer.status != 200:
            raise RuntimeError(f"{paths[turn % len(paths)]} is answered with {answer.status}")
    return statistics.median(times)


def _is_idle(holdings: Holdings) -> bool:
    with holdings.database.reading() as session:
        counts = jobs.count_jobs(session, stages=tuple(Stage))
    if counts.failed:
        raise RuntimeError("a job failed")
    return counts.waiting + counts.running == 0


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {_WAIT_S:.0f} s in vain for {what}")
        time.sleep(_LOOK_S)
