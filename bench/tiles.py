"""How fast a viewer gets the tiles of a page.

    python -m bench.tiles [--pages 12]

Two publications, one typeset and one scanned at 300 dpi, go through intake. Then one client asks a
real gunicorn with one process over loopback, page after page: for the first tile of a page that
nobody ever asked for; for further tiles, going round so that each page was drawn before but is not
at hand; for the rest of one page at a time; for tiles that are kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.services.holdings import Holdings
from archive.worker.loop import Worker
from bench.depositing import deposit, new_archive, scanned, typeset
from bench.pages import answering_process
from bench.report import Row, finish, percentile, tell
from bench.running import Client, running_web

CACHED_GOAL_MS = 5.0
UNCACHED_GOAL_MS = 80.0
SCAN_DPI = 300


@dataclass(frozen=True)
class Asked:
    """The tiles of one page, by their addresses, the finest first."""

    description: str
    tiles: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.tiles", description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=12, help="of each of the two publications")
    parser.add_argument("--rounds", type=int, default=4, help="of tiles that are cut anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-tiles-") as name:
        folder = Path(name, "archive")
        holdings = new_archive(folder)
        ids = _take_in(holdings, options.pages)
        holdings.database.close()
        with running_web(folder, processes=1) as (web, port):
            client = Client(port)
            pages = [_described(client, one, n + 1) for n in range(options.pages) for one in ids]
            rows = measure(client, pages, rounds=options.rounds, pid=answering_process(web.pid))
            client.close()
    return finish(f"{2 * options.pages} pages, half of them scans; one web process", rows)


def measure(client: Client, pages: Sequence[Asked], *, rounds: int, pid: int) -> list[Row]:
    """All rows. No tile is asked for before its own part. `pid` is the process that answers."""
    # What is loaded with the first tile of all is not any page's.
    tell(f"first tile of all: {_ask(client, pages[0].tiles[-1])[0]:.0f} ms")
    rest = pages[1:]
    first = [page.tiles[0] for page in rest]
    anew = [page.tiles[1 + n] for n in range(rounds) for page in rest]
    next_ones = [tile for page in rest for tile in page.tiles[1 + rounds :]]
    kept = [tile for page in rest for tile in page.tiles]
    described = [page.description for page in pages]
    rows: list[Row] = []
    for name, paths, goal in (
        ("tile_of_new_page", first, None),
        ("tile_uncached", anew, UNCACHED_GOAL_MS),
        ("tile_of_page_at_hand", next_ones, UNCACHED_GOAL_MS),
        ("tile_cached", kept, CACHED_GOAL_MS),
        ("tile_description", described, None),
    ):
        before = _cpu_ms(pid)
        asked = [_ask(client, path) for path in paths]
        took = [ms for ms, _ in asked]
        rows += [
            Row(name=f"{name}_p50_ms", value=percentile(took, 0.5), goal=goal),
            Row(name=f"{name}_p95_ms", value=percentile(took, 0.95)),
            Row(name=f"{name}_cpu_ms", value=(_cpu_ms(pid) - before) / len(paths)),
        ]
        tell(f"{name}: {len(took)} times, {percentile(took, 0.5):.1f} ms")
        if name == "tile_cached":
            rows.append(
                Row(name="tile_mean_kb", value=sum(size for _, size in asked) / len(asked) / 1000)
            )
    return rows


def _cpu_ms(pid: int) -> float:
    """Processor time of the process so far, all its threads."""
    # Linux names the clock of a process so (clock_getcpuclockid); /proc counts hundredths.
    return time.clock_gettime((~pid << 3) | 2) * 1000


def _ask(client: Client, path: str) -> tuple[float, int]:
    """Wall time in ms from asking to the last byte, and how many bytes came."""
    started = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path} answers {answer.status}: {answer.text}")
    return took, len(answer.body)


def _take_in(holdings: Holdings, pages: int) -> tuple[str, str]:
    """A typeset and a scanned publication, their pages drawn."""
    pdf = typeset(pages, seed=1)
    ids = (
        deposit(holdings, pdf, name="san-chu.pdf"),
        deposit(holdings, scanned(pdf, pages=pages, dpi=SCAN_DPI), name="quet.pdf"),
    )
    quick = replace(holdings, settings=replace(holdings.settings, ocr=False))
    Worker(quick).run(until_idle=True)
    return ids


def _described(client: Client, publication_id: str, number: int) -> Asked:
    """The tiles that the page's description offers, in the format it prefers."""
    path = f"/iiif/3/{publication_id}_{number}"
    told = json.loads(client.get(f"{path}/info.json").body)
    width, height, side = told["width"], told["height"], told["tiles"][0]["width"]
    tiles = []
    for factor in told["tiles"][0]["scaleFactors"]:
        step = side * factor
        for top in range(0, height, step):
            for left in range(0, width, step):
                box = (left, top, min(step, width - left), min(step, height - top))
                size = f"{-(-box[2] // factor)},{-(-box[3] // factor)}"
                region = ",".join(map(str, box))
                kind = told["preferredFormats"][0]
                tiles.append(f"{path}/{region}/{size}/0/default.{kind}")
    return Asked(f"{path}/info.json", tuple(tiles))


if __name__ == "__main__":
    sys.exit(main())
