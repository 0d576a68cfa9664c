"""Forty things that people look for in the demo archive, and the page that each should find first.

    python -m bench.forty

`forty_queries.tsv` was written by reading the demo publications, not by asking the search: what a
party cell's secretary, a teacher, an officer of a unit would type, in the ways in which such people
type, and the one page that answers it. The demo archive is typeset and taken in like any other,
in a folder of its own; its scans, which wait for recognition there, are no answer to any of them.
Each query goes through the same service as a reader's without an account.
"""

from __future__ import annotations

import csv
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from archive.cli.demo import FONTS
from archive.core.roles import ANYONE
from archive.demo.load import load_demo
from archive.logs import configure_logs
from archive.models import Stage
from archive.search.requests import SearchRequest
from archive.search.results import WorkHit
from archive.services import founding
from archive.services.catalogue import viewer_of
from archive.services.holdings import Holdings, open_holdings
from archive.services.searching import search
from archive.worker.loop import Worker
from bench.report import Row, finish
from bench.running import settings_of

TABLE = Path(__file__).with_name("forty_queries.tsv")
DEPTH = 10
# Drawing takes most of the time, and nobody looks here.
STAGES = (Stage.EXTRACT, Stage.INDEX, Stage.RECORD, Stage.COMPARE)


class Asked(NamedTuple):
    """A query, the kind of typing that it shows, and the page (from 1) that should be first."""

    typing: str
    query: str
    title: str
    page: int


class Place(NamedTuple):
    """A publication as a search lists it, with its best page (0 where only its record matched)."""

    title: str
    page: int


def read_table() -> tuple[Asked, ...]:
    """The forty, in the file's order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Asked(row["typing"], row["query"], row["title"], int(row["page"])) for row in rows
        )


def ask(holdings: Holdings, query: str) -> list[Place]:
    """What a reader without an account gets to see, best first, at most ten."""
    request = SearchRequest(viewer=viewer_of(ANYONE), query=query, per_page=DEPTH)
    with holdings.database.reading() as session:
        found = search(session, holdings.index, request, actor=ANYONE)
        return [
            Place(
                found.publications[item.work_id].title,
                item.pages[0].number if isinstance(item, WorkHit) and item.pages else 0,
            )
            for item in found.items
        ]


def rank(places: Sequence[Place], asked: Asked) -> int | None:
    """The place of the right page among the best pages, from 1; None where it is not there."""
    wanted = Place(asked.title, asked.page)
    return places.index(wanted) + 1 if wanted in places else None


def line(asked: Asked, places: Sequence[Place]) -> str:
    """A line of the table, and what stands first where it should not."""
    found = rank(places, asked)
    told = f"{found or '–':>2}  {asked.typing}: {asked.query}  →  {asked.title}, {asked.page}"
    if found == 1:
        return told
    first = f"{places[0].title}, {places[0].page}" if places else "nothing"
    return f"{told}  (first: {first})"


def main() -> int:
    asked = read_table()
    with tempfile.TemporaryDirectory(prefix="bench-forty-") as name:
        settings = settings_of(Path(name))
        configure_logs(least=logging.WARNING)
        holdings = open_holdings(settings)
        founding.upgrade(holdings.database)
        holdings.index.create()
        load_demo(holdings, fonts=settings.assets / FONTS)
        Worker(holdings, stages=STAGES).run(until_idle=True)
        found = [(each, ask(holdings, each.query)) for each in asked]
        holdings.database.close()
    for each, places in found:
        print(line(each, places))
    ranks = [rank(places, each) for each, places in found]
    rows = [
        Row(name="first", value=ranks.count(1), goal=len(asked), bound="least"),
        Row(name="among_the_first_ten", value=len(asked) - ranks.count(None)),
    ]
    return finish(f"{len(asked)} queries over the demo archive", rows)


if __name__ == "__main__":
    sys.exit(main())
