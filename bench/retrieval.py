"""How well searching finds what was asked for, in nine ways of typing the same question.

    python -m bench.retrieval [FILE]

FILE holds texts, questions with the texts that answer them, and each question as it is typed: as it
should be, without marks, decomposed, with the tone in the other place, with i for y, with a slip of
the finger, with raw Telex, as keywords, as keywords without marks. Every text becomes a work of one
page; every question goes through `SearchIndex.search`, as a reader's does. Beside it the same texts
in a stock Whoosh index (`StandardAnalyzer`, BM25F), all words asked for and any.

Figures are the mean of the file's sets of questions, each set weighing the same, whatever its size.
`ndcg10`: discounted gain within the first ten; `mrr10`: one over the place of the first answer
within ten; `r100`: the share of the answers among the first hundred. `±` is half the width of the
interval that holds 95 of 100 resamplings of the questions.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from whoosh import analysis, fields, index, query

from archive.core.text import clean_text
from archive.search.entries import ACCEPTED, PUBLIC, PageEntry, WorkEntry
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from bench.report import Row, finish, tell
from bench.running import ROOT

OPEN_SET = ROOT.parent / "shared" / "eval" / "retrieval_open.json"
CONDITIONS = ("orig", "nodia", "nfd", "tone", "iy", "typo", "telex", "kw", "kwnodia")
GAIN_GOALS = {"orig": 0.82, "telex": 0.82, "nodia": 0.80, "typo": 0.81, "kwnodia": 0.79}
AS_GOOD_AS_ORIG = ("nfd", "tone")
DIFFERENCE_GOAL = 0.005
RECALL_GOAL = 0.94
DEPTH = 100
_RESAMPLINGS = 1_000

# Whoosh's modules do not say which of their names are public, and carry no types.
_ANALYSIS: Any = analysis
_QUERY: Any = query

Search = Callable[[str], list[str]]
"""From a question to the texts found, the best first, at most DEPTH of them."""


@dataclass(frozen=True)
class Question:
    """`answers`: the texts that answer it. `typed`: the question by condition."""

    of_set: str
    answers: frozenset[str]
    typed: Mapping[str, str]


class Gains(NamedTuple):
    """The figures of one question, each from 0 to 1."""

    ndcg10: float
    mrr10: float
    r100: float


def gains(found: Sequence[str], answers: frozenset[str]) -> Gains:
    """How good the list `found` is for a question with these answers."""
    places = [place for place, text in enumerate(found[:DEPTH], start=1) if text in answers]
    near = [place for place in places if place <= 10]
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(10, len(answers)) + 1))
    return Gains(
        sum(1 / math.log2(place + 1) for place in near) / ideal,
        1 / near[0] if near else 0.0,
        len(places) / len(answers),
    )


def load(path: Path) -> tuple[dict[str, str], list[Question]]:
    """The texts by id, and the questions."""
    content = json.loads(path.read_text(encoding="utf-8"))
    texts = {text["id"]: text["text"] for text in content["docs"]}
    questions = [
        Question(asked["set"], frozenset(asked["rel"]), asked["cond"])
        for asked in content["queries"]
    ]
    return texts, questions


def archive_search(texts: Mapping[str, str], folder: Path) -> Search:
    """The archive's own index over the texts."""
    found = SearchIndex(folder)
    found.rebuild(
        WorkEntry(
            work_id=name,
            revision=1,
            status=ACCEPTED,
            access=PUBLIC,
            unit_code="",
            unit_name="",
            title="",
            added_at=datetime(2024, 1, 1, tzinfo=UTC),
            title_sort=name,
            pages=(PageEntry(1, "1", clean_text(text)),),
        )
        for name, text in texts.items()
    )
    viewer = Viewer(today=date(2024, 1, 2))

    def search(typed: str) -> list[str]:
        asked = SearchRequest(viewer=viewer, query=typed, per_page=DEPTH)
        return [item.work_id for item in found.search(asked).items]

    return search


def stock_search(texts: Mapping[str, str], folder: Path, *, every_word: bool) -> Search:
    """Whoosh as it comes: every word has to be there, or any."""
    folder.mkdir(exist_ok=True)
    analyzer = _ANALYSIS.StandardAnalyzer()
    schema = fields.Schema(
        id=fields.STORED(), text=fields.TEXT(analyzer=analyzer, phrase=False, stored=False)
    )
    made: Any = index.create_in(str(folder), schema)
    writer = made.writer()
    for name, text in texts.items():
        writer.add_document(id=name, text=text)
    writer.commit()
    searcher = made.searcher()
    group = _QUERY.And if every_word else _QUERY.Or

    def search(typed: str) -> list[str]:
        words = [token.text for token in analyzer(typed)]
        asked = group([_QUERY.Term("text", word) for word in dict.fromkeys(words)])
        return [hit["id"] for hit in searcher.search(asked, limit=DEPTH)]

    return search


def measure(
    search: Search, questions: Sequence[Question], condition: str
) -> dict[str, list[Gains]]:
    """Each question's figures by its set."""
    by_set: dict[str, list[Gains]] = {}
    for asked in questions:
        found = search(asked.typed[condition])
        by_set.setdefault(asked.of_set, []).append(gains(found, asked.answers))
    return by_set


def mean(by_set: Mapping[str, Sequence[Gains]]) -> Gains:
    """The mean over the sets of each set's mean."""
    return Gains(
        *(
            statistics.fmean(statistics.fmean(one[at] for one in each) for each in by_set.values())
            for at in range(len(Gains._fields))
        )
    )


def half_width(by_set: Mapping[str, Sequence[Gains]], *, at: int = 0) -> float:
    """Half the width of the 95% interval of a figure's mean, by resampling each set's questions."""
    chance = np.random.default_rng(19)
    means = np.zeros(_RESAMPLINGS)
    for each in by_set.values():
        values = np.array([one[at] for one in each])
        drawn = chance.integers(0, len(values), size=(_RESAMPLINGS, len(values)))
        means += values[drawn].mean(axis=1) / len(by_set)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(high - low) / 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.retrieval", description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", default=OPEN_SET)
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file.name} is not there: name a file of texts and questions")
    texts, questions = load(options.file)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-retrieval-") as name:
        folder = Path(name)
        peers = {
            "ours": archive_search(texts, folder / "ours"),
            "stock_and": stock_search(texts, folder / "and", every_word=True),
            "stock_or": stock_search(texts, folder / "or", every_word=False),
        }
        orig = 0.0
        for condition in CONDITIONS:
            told = []
            for peer, search in peers.items():
                by_set = measure(search, questions, condition)
                found = mean(by_set)
                told.append(f"{peer} {found.ndcg10:.3f}")
                if peer != "ours":
                    rows.append(Row(name=f"{condition}_{peer}_ndcg10", value=found.ndcg10))
                    continue
                told[-1] += f" ± {half_width(by_set):.3f}"
                orig = found.ndcg10 if condition == "orig" else orig
                rows += _rows(condition, found, half_width(by_set), orig)
            tell(f"{condition}: {', '.join(told)}")
    return finish(f"{len(questions)} questions over {len(texts):,} texts", rows)


def _rows(condition: str, found: Gains, width: float, orig: float) -> list[Row]:
    goal = GAIN_GOALS.get(condition)
    rows = [
        Row(name=f"{condition}_ndcg10", value=found.ndcg10, goal=goal, bound="least"),
        Row(name=f"{condition}_ndcg10_half_width", value=width),
        Row(name=f"{condition}_mrr10", value=found.mrr10),
        Row(name=f"{condition}_r100", value=found.r100, goal=RECALL_GOAL, bound="least"),
    ]
    if condition in AS_GOOD_AS_ORIG:
        difference = abs(found.ndcg10 - orig)
        rows.append(Row(name=f"{condition}_to_orig_ndcg10", value=difference, goal=DIFFERENCE_GOAL))
    return rows


if __name__ == "__main__":
    sys.exit(main())
