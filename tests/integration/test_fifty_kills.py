"""Case 28 on a mixed set: the worker is killed fifty times, and every file ends as without it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from archive.models import Job
from archive.services.holdings import Holdings
from bench.legacy import demo_lines
from tests.conftest import make_pdf
from tests.integration.conftest import Doomed
from tests.integration.mixed_set import (
    LIMITS,
    SCANNED,
    Given,
    Taken,
    assert_sound,
    contents,
    mixed_files,
    needs_a_recogniser,
    outlined,
    pictured,
    take_in,
)
from tests.integration.standing import standing_archive

ATTEMPTS_LEFT = 3


def let_attempts_be(holdings: Holdings) -> None:
    """Which job is given up after how many dead workers is another test's matter."""
    with holdings.database.writing() as session:
        spent = Job.attempts > ATTEMPTS_LEFT
        session.execute(update(Job).where(spent).values(attempts=ATTEMPTS_LEFT))
        session.commit()


Order = dict[str, Any]


def orders() -> Iterator[Order]:
    """Deaths in the order in which intake comes by: commits of every stage from both sides, every
    place inside a stage, and the server of the reading processes under the worker's feet.

    A worker that dies at a place takes on the stages up to that place only, so that one which does
    not come by leaves the later ones to the next.
    """
    for stages, deaths in (
        (("extract",), _while_reading()),
        (("extract", "index"), _while_indexing()),
        (("extract", "index", "compare"), _while_comparing()),
        (("extract", "index", "compare", "images"), _while_drawing()),
        (("extract", "index", "compare", "images", "ocr"), _while_recognising()),
    ):
        for death in deaths:
            yield {"stages": stages, **death}


def _both_sides(**death: Any) -> Iterator[Order]:
    yield {**death, "when": "before"}
    yield {**death, "when": "after"}


def _while_reading() -> Iterator[Order]:
    yield {"kill_in": "problem"}
    for number in (1, 2, 3):
        yield from _both_sides(kill_at=number)
    yield {"kill_in": "file", "kill_server": 1}
    for place in ("pages", "file", "end of reading"):
        yield from _both_sides(kill_in=place)


def _while_indexing() -> Iterator[Order]:
    yield from _both_sides(kill_at=1)
    for place in ("index", "index commit"):
        yield from _both_sides(kill_in=place)
    yield from _both_sides(kill_in="end of job")


def _while_comparing() -> Iterator[Order]:
    for place in ("signatures", "comparison", "likeness"):
        yield from _both_sides(kill_in=place)


def _while_drawing() -> Iterator[Order]:
    yield from _both_sides(kill_in="words")
    for number in (1, 2, 4, 7):
        yield {"kill_in": "image", "number": number}
        yield {"kill_in": "image in place", "number": number}
    yield {"kill_in": "image", "number": 3, "kill_server": 1}
    yield from _both_sides(kill_in="outline")


def _while_recognising() -> Iterator[Order]:
    yield from _both_sides(kill_in="recogniser")
    yield {"kill_in": "picture"}
    yield {"kill_in": "picture", "number": 2, "kill_server": 1}
    for place in ("picture's text", "findable"):
        yield from _both_sides(kill_in=place)
    yield from _both_sides(kill_at=2)


SHORT: tuple[Order, ...] = (
    {"kill_in": "pages", "when": "after"},
    {"kill_in": "end of reading", "when": "after"},
    {"kill_in": "index commit", "when": "after"},
    {"kill_in": "signatures", "when": "after"},
    {"kill_in": "image", "when": "before"},
    {"kill_in": "image in place", "number": 2, "when": "before"},
    {"kill_in": "recogniser", "when": "after"},
    {"kill_in": "picture's text", "when": "before", "kill_server": 1},
)
"""A death in every stage."""


def work_through(taken: Taken, deaths: Sequence[Order]) -> list[Order]:
    """The set taken in by workers that die one after the other; the deaths that did not come."""
    doomed = Doomed(taken.holdings.settings)
    missed = []
    try:
        for order in deaths:
            let_attempts_be(taken.holdings)
            if doomed.run(task="work", care=False, **order) != signal.SIGKILL:
                missed.append(order)
        assert doomed.run(task="work") == 0
        assert list(doomed.temporary.iterdir()) == []
    finally:
        doomed.close()
    return missed


def compare_with_and_without(folder: Path, given: Given, deaths: Sequence[Order]) -> None:
    needs_a_recogniser()
    with (
        standing_archive(folder / "calm", limits=LIMITS) as calm,
        standing_archive(folder / "killed", limits=LIMITS) as killed,
    ):
        expected, survived = take_in(calm, given), take_in(killed, given)
        assert work_through(expected, ()) == []
        assert work_through(survived, deaths) == []
        for taken in (expected, survived):
            assert_sound(taken)
        without, with_kills = contents(expected), contents(survived)
    for part, made in without.items():
        assert with_kills[part] == made, part
    # What the set is there for did happen.
    assert all(without[part] for part in ("words", "signatures", "images"))
    assert without["hits"]["suối lê-nin"]


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_fifty_kills_leave_no_trace_in_a_mixed_set(tmp_path):
    given = mixed_files()
    deaths = list(orders())
    assert len(deaths) >= 50
    compare_with_and_without(tmp_path, given, deaths)


@pytest.mark.slow
def test_a_kill_in_every_stage_leaves_no_trace(tmp_path):
    given = {
        "short": (outlined(make_pdf(*(f"Trang {n} ở Pác Bó" for n in range(1, 4)))), "a.pdf"),
        "scan": (pictured("PDF", SCANNED[1]), "b.pdf"),
        "longer": (make_pdf("\n".join(demo_lines(20))), "c.pdf"),
    }
    compare_with_and_without(tmp_path, given, SHORT)
