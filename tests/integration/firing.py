"""The processes of `test_index_under_fire.py`.

    python -m tests.integration.firing write FOLDER
    python -m tests.integration.firing read FOLDER SEARCHES STATES SEED

The writer's state n is a set of works that anybody can reckon from n (`works_of`). Each commit goes
from one state to the next: it replaces a work, adds one and takes one out; every fifteenth state
is a rebuild. No two states look alike, so a reader knows from any answer which state it is of, and
holds ids, totals, pages and facets against that state. For nobody the states go back.
"""

from __future__ import annotations

import json
import random
import select
import sys
from datetime import date, datetime
from pathlib import Path

from archive.search.entries import PageEntry, WorkEntry
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer

VIEWER = Viewer(today=date(2026, 7, 1))
WORKS = 12
PAGES = 3
EVERY_REBUILD = 15


def works_of(state: int) -> dict[str, int]:
    """The works of a state by id, each with the state in which it was written last.

    A window of twelve works moves on by one with every state; the work in its middle is written
    anew.
    """
    found = {f"w{number}": max(number, 0) for number in range(state, state + WORKS)}
    for number in range(state, state + WORKS):
        middles = number - WORKS // 2
        if 0 < middles <= state:
            found[f"w{number}"] = number + middles
    return found


def entry(name: str, written: int) -> WorkEntry:
    """`bản làng` stands on every page; the record tells when the work was written."""
    pages = tuple(
        PageEntry(page, str(page), f"bản làng {name} trang {page} " + "chữ " * 40)
        for page in range(1, PAGES + 1)
    )
    return WorkEntry(
        name,
        written,
        "accepted",
        "public",
        "A",
        "Đơn vị A",
        f"Sách {name}",
        datetime(2024, 1, 1),
        name,
        year=2000 + written % 20,
        pages=pages,
    )


def write(folder: Path) -> None:
    """Commit state after state until a line comes in; then tell what was done."""
    index = SearchIndex(folder)
    index.rebuild(entry(*work) for work in works_of(0).items())
    print("begun", flush=True)
    done = {"commits": 0, "withdrawn": 0, "merged": 0, "rebuilt": 0}
    state, segments = 0, 1
    while not select.select([sys.stdin], [], [], 0)[0]:
        before, after = works_of(state), works_of(state + 1)
        changed = {name: written for name, written in after.items() if before.get(name) != written}
        gone = before.keys() - after.keys()
        state += 1
        if state % EVERY_REBUILD:
            index.write([entry(*work) for work in changed.items()], deleted_ids=gone)
            done["commits"] += 1
            done["withdrawn"] += len(gone)
        else:
            index.rebuild(entry(*work) for work in after.items())
            done["rebuilt"] += 1
        found = index.status()
        # A commit that leaves fewer segments than there were has put some together.
        done["merged"] += found.segments <= segments and bool(state % EVERY_REBUILD)
        segments = found.segments
        assert index.revisions() == after
    print(json.dumps(done), flush=True)


def years_of(state: int) -> dict[str, int]:
    """How many works of each year the facets of a state count."""
    counts: dict[str, int] = {}
    for written in works_of(state).values():
        year = str(2000 + written % 20)
        counts[year] = counts.get(year, 0) + 1
    return counts


def read(folder: Path, searches: int, states: int, seed: int) -> None:
    """Search so many times at least, and until so many states were seen; hold every answer against
    the states, then tell how much there was."""
    index = SearchIndex(folder)
    chance = random.Random(seed)
    state, seen, done = 0, {0}, 0
    while done < searches or len(seen) < states:
        query = chance.choice(("bản làng", "ban lang", '"bản làng"', "làng", "", "bản -sắn"))
        group = chance.choice(("work", "page"))
        asked = SearchRequest(VIEWER, query, group=group, sort="title", per_page=100)
        found = index.search(asked)
        ids = {item.work_id for item in found.items}
        now = min(int(name[1:]) for name in ids)
        assert now >= state, f"state {now} after {state}"
        assert ids == works_of(now).keys(), (now, sorted(ids))
        assert found.total == WORKS
        assert found.total_pages == WORKS * PAGES
        years = {count.value: count.count for count in found.facets["year"]}
        assert years == years_of(now), (now, years)
        if group == "page":
            places = sorted((item.work_id, item.number) for item in found.items)
            assert places == sorted((name, n + 1) for name in ids for n in range(PAGES))
        elif query:
            assert all(item.pages_matched == PAGES for item in found.items)
        state = now
        seen.add(now)
        done += 1
    print(json.dumps({"searches": done, "states_seen": len(seen)}), flush=True)


if __name__ == "__main__":
    task, folder, *rest = sys.argv[1:]
    if task == "write":
        write(Path(folder))
    else:
        read(Path(folder), *map(int, rest))
