"""How fast searching is beside tantivy, SQLite FTS5 and stock Whoosh, over the same pages.

    python -m bench.search [--pages 100000]

Every engine answers whole: the ten best works with their best pages, totals of works and pages, six
facets counted in works. Times are processor time of the one process that asks, unless a
row says `wall`; ours and tantivy are asked in turn, question by question. What is made for the
peers and the catalogue is kept under `bench/out/`; the archive's own index is always built anew.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from archive.search.entries import WorkEntry
from archive.search.index import SearchIndex
from bench import search_serving
from bench.corpus import OUT, SCHEMA, digest_of
from bench.processor import cpu_seconds
from bench.report import Row, finish, percentile, tell
from bench.running import ROOT, settings_of
from bench.search_corpus import PAGES_PER_WORK, make_work, work_count, works
from bench.search_peer_indexes import build, sqlite
from bench.search_peers import ENGINES, Answered
from bench.search_questions import (
    Question,
    cold_questions,
    keystrokes,
    questions,
    read,
    sentences,
)
from bench.search_restart import VIEWER, Asking, asking, cpu_ms, request_of

TANTIVY_GOAL, WORST_GOAL, COLD_GOAL = 0.5, 1.5, 3.0
SLOWER_GOALS = {"fts5": 50.0, "whoosh": 100.0}
SENTENCE_GOAL_MS = 8.0
PHRASE_COLD_GOAL_MS, PHRASE_WARM_GOAL_MS = 60.0, 2.0
COMPLETION_GOAL_MS = 5.0
COMMITS, COMMIT_GOAL = 100, 2.0
# A search after the commits has a twentieth more pages to go through, and figures are not the same
# twice.
AFTER_COMMITS_GOAL = 1.2
BUILD_GOAL, BYTES_GOAL = 700.0, 4_000.0
GROWTH_GOAL = 1.0
_MOST_FREQUENT_PHRASE = '"Cao Bằng"'
_CORPUS = (
    *("bench/search_corpus.py", "bench/vietnamese.py", "archive/core/text.py"),
    *("archive/core/syllables.py", "archive/core/identifiers.py", "archive/core/vocabulary.py"),
)
_MADE_OF = {
    "peers": (*_CORPUS, "bench/search_peer_indexes.py"),
    "catalogue": (*_CORPUS, "archive/core/collation.py", *SCHEMA),
}


@dataclass(frozen=True)
class Effort:
    """How much is asked: `every` so many-th question of the list, as often as there are `rounds`;
    FTS5 and Whoosh have `slow_rounds`."""

    every: int = 1
    rounds: int = 7
    slow_rounds: int = 1
    restarts: int = 5
    sentences: int = 240
    typed: int = 60
    serving_seconds: float = 10.0


QUICK = Effort(
    every=16, rounds=1, slow_rounds=1, restarts=1, sentences=20, typed=4, serving_seconds=0.5
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=OUT, help="where what is generated is kept")
    parser.add_argument("--quick", action="store_true", help="once each: whether it runs at all")
    options = parser.parse_args()
    if importlib.util.find_spec("tantivy") is None:
        parser.error("tantivy is not installed; `make bench-search` installs it")
    effort = QUICK if options.quick else Effort()
    folder = options.out / f"search-{options.pages}"
    peers = {engine: _kept_peer(engine, options.pages, folder) for engine in ENGINES}
    archive = _kept_catalogue(options.pages, folder)
    rows = measure(options.pages, archive=archive, peers=peers, effort=effort)
    title = (
        f"{work_count(options.pages):,} works, {options.pages:,} pages; "
        f"{len(questions(every=effort.every))} questions, medians of {effort.rounds} rounds, for "
        f"FTS5 and Whoosh of {effort.slow_rounds}; processor time but for wall, http and searches"
    )
    return finish(title, rows)


def measure(pages: int, *, archive: Path, peers: Mapping[str, Path], effort: Effort) -> list[Row]:
    """All rows, in the order in which they are measured. `archive`: the catalogue's folder, where
    the index is built too; `peers`: the folder of each."""
    folder = settings_of(archive).search_folder
    rows = _build(pages, folder)
    rows += _growth(pages, folder, effort)
    rows += _warm(folder, peers, effort)
    rows += _cold(folder, peers["tantivy"], effort)
    rows += _sentences(pages, folder, effort)
    rows += _phrase(folder, effort)
    rows += _completion(pages, folder, effort)
    rows += search_serving.measure(
        archive, questions(every=effort.every), rounds=effort.rounds, seconds=effort.serving_seconds
    )
    rows += _commits(pages, folder, effort)
    return rows


# What is kept


def _kept_peer(engine: str, pages: int, folder: Path) -> Path:
    packages = {"tantivy": "tantivy", "whoosh": "whoosh3"}
    version = metadata.version(packages[engine]) if engine in packages else sqlite().sqlite_version
    made_of = f"{digest_of(_MADE_OF['peers'])} {version}"
    return kept(folder / engine, made_of, lambda place: build(engine, works(pages), place))


def _kept_catalogue(pages: int, folder: Path) -> Path:
    return kept(
        folder / "archive",
        digest_of(_MADE_OF["catalogue"]),
        lambda place: search_serving.make_catalogue(pages, place),
    )


def kept(folder: Path, made_of: str, make: Callable[[Path], None]) -> Path:
    """The folder, filled by `make` unless it was from the same; half made, it is made anew."""
    done = folder / "complete.json"
    if done.is_file() and json.loads(done.read_text(encoding="utf-8")) == made_of:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    make(folder)
    done.write_text(json.dumps(made_of), encoding="utf-8")
    tell(f"{folder.name} made in {time.monotonic() - started:.0f} s")
    return folder


# Building


class _Metered:
    """Works whose own making does not count: `seconds` of processor time went into it."""

    def __init__(self, entries: Iterable[WorkEntry]) -> None:
        self._entries = iter(entries)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[WorkEntry]:
        return self

    def __next__(self) -> WorkEntry:
        started = time.process_time()
        try:
            return next(self._entries)
        finally:
            self.seconds += time.process_time() - started


def _build_index(pages: int, folder: Path) -> float:
    """The index of a corpus in a folder that is emptied first; the processor time in seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    metered = _Metered(works(pages))
    started = cpu_seconds()
    SearchIndex(folder).rebuild(metered)
    return cpu_seconds() - started - metered.seconds


def _build(pages: int, folder: Path) -> list[Row]:
    took = _build_index(pages, folder)
    size = sum(item.stat().st_size for item in folder.rglob("*") if item.is_file())
    tell(f"indexed: {pages / took:.0f} pages per CPU second")
    return [
        Row(name="build_pages_per_cpu_s", value=pages / took, goal=BUILD_GOAL, bound="least"),
        Row(name="index_bytes_per_page", value=size / pages, goal=BYTES_GOAL),
    ]


# Warm


def _rounds(
    askings: Mapping[str, Asking], asked: Sequence[Question], rounds: int
) -> dict[str, list[float]]:
    """Each engine's median time of each question in ms. All are asked in turn, each question by
    one after the other, after a round that is not timed."""
    for ask in askings.values():
        for question in asked:
            ask(question)
    took: dict[str, list[list[float]]] = {name: [[] for _ in asked] for name in askings}
    for _ in range(rounds):
        # What one engine leaves to be collected would be paid for by another.
        gc.collect()
        for place, question in enumerate(asked):
            for name, ask in askings.items():
                took[name][place].append(cpu_ms(lambda ask=ask, question=question: ask(question)))
    return {name: [statistics.median(each) for each in times] for name, times in took.items()}


def _warm(folder: Path, peers: Mapping[str, Path], effort: Effort) -> list[Row]:
    asked = questions(every=effort.every)
    ours, tantivy = asking("ours", folder), asking("tantivy", peers["tantivy"])
    times = _rounds({"ours": ours, "tantivy": tantivy}, asked, effort.rounds)
    for peer in SLOWER_GOALS:
        slow = asking(peer, peers[peer])
        times |= _rounds({peer: slow}, asked, effort.slow_rounds)
        tell(f"{peer}: {percentile(times[peer], 0.5):.1f} ms")
    rows = []
    for marks in (True, False):
        kind = "marks" if marks else "no_marks"
        chosen = [place for place, question in enumerate(asked) if question.marks == marks]
        for share in (0.5, 0.95):
            name = f"{kind}_p{share * 100:.0f}"
            found = {
                engine: percentile([each[place] for place in chosen], share)
                for engine, each in times.items()
            }
            rows += [Row(name=f"{name}_ms", value=found["ours"])]
            rows += [Row(name=f"{name}_{peer}_ms", value=found[peer]) for peer in ENGINES]
            ratio = found["ours"] / found["tantivy"]
            rows += [Row(name=f"{name}_to_tantivy", value=ratio, goal=TANTIVY_GOAL)]
            rows += [
                Row(
                    name=f"{name}_times_faster_than_{peer}",
                    value=found[peer] / found["ours"],
                    goal=goal,
                    bound="least",
                )
                for peer, goal in SLOWER_GOALS.items()
            ]
    ratios = [mine / its for mine, its in zip(times["ours"], times["tantivy"], strict=True)]
    worst = max(range(len(asked)), key=ratios.__getitem__)
    tell(f"the worst beside tantivy, {ratios[worst]:.2f} times: {asked[worst].typed}")
    rows.append(Row(name="worst_question_to_tantivy", value=ratios[worst], goal=WORST_GOAL))
    rows.append(_same_totals(folder, tantivy, asked))
    return rows


def _same_totals(folder: Path, tantivy: Asking, asked: Sequence[Question]) -> Row:
    """Whether the same work was done: of the questions that mean the same to all engines, the
    share with tantivy's numbers of works and pages."""
    index, alike, compared = SearchIndex(folder), 0, 0
    for question in asked:
        its = tantivy(question)
        assert isinstance(its, Answered)
        # Where nothing holds all the words, ours looks for the nearest.
        if not question.is_alike_for_all or not its.works:
            continue
        mine = index.search(request_of(question.typed))
        compared += 1
        if (mine.total, mine.total_pages) == (its.works, its.pages):
            alike += 1
        else:
            tell(
                f"{question.typed}: {mine.total} works and {mine.total_pages} pages, "
                f"tantivy {its.works} and {its.pages}"
            )
    return Row(name="same_totals_share", value=alike / compared, goal=1.0, bound="least")


# After a restart


def _after_restart(engine: str, folder: Path, questions: Sequence[Question]) -> list[float]:
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


def _cold(folder: Path, tantivy: Path, effort: Effort) -> list[Row]:
    """Words met for the first time by a fresh process; the median of several processes each."""
    asked = cold_questions()
    took: dict[str, list[list[float]]] = {"ours": [], "tantivy": []}
    for _ in range(effort.restarts):
        for engine, place in (("ours", folder), ("tantivy", tantivy)):
            took[engine].append(_after_restart(engine, place, asked))
    found = {
        engine: [statistics.median(each) for each in zip(*times, strict=True)]
        for engine, times in took.items()
    }
    mine, its = percentile(found["ours"], 0.95), percentile(found["tantivy"], 0.95)
    return [
        Row(name="cold_p50_ms", value=percentile(found["ours"], 0.5)),
        Row(name="cold_p95_ms", value=mine),
        Row(name="cold_p95_tantivy_ms", value=its),
        Row(name="cold_p95_to_tantivy", value=mine / its, goal=COLD_GOAL),
    ]


def _phrase(folder: Path, effort: Effort) -> list[Row]:
    asked = read(_MOST_FREQUENT_PHRASE, marks=True)
    cold = [_after_restart("ours", folder, [asked])[0] for _ in range(effort.restarts)]
    warm = _rounds({"ours": asking("ours", folder)}, [asked], 3 * effort.rounds)
    return [
        Row(
            name="frequent_phrase_cold_ms",
            value=statistics.median(cold),
            goal=PHRASE_COLD_GOAL_MS,
        ),
        Row(name="frequent_phrase_warm_ms", value=warm["ours"][0], goal=PHRASE_WARM_GOAL_MS),
    ]


# Questions and completion


def _some_works(pages: int, count: int = 50) -> list[WorkEntry]:
    """Works from all over the corpus."""
    of = pages // PAGES_PER_WORK
    return [make_work(number) for number in range(0, of, max(1, of // count))]


def _sentences(pages: int, folder: Path, effort: Effort) -> list[Row]:
    """Whole sentences, each asked once: repair and rescoring meet every one for the first time."""
    ask = asking("ours", folder)
    # What a server has met after its first minutes.
    for question in questions(every=effort.every):
        ask(question)
    took = []
    for sentence in sentences(_some_works(pages), effort.sentences):
        question = read(sentence, marks=True)
        took.append(cpu_ms(lambda question=question: ask(question)))
    return [
        Row(name="sentence_p50_ms", value=percentile(took, 0.5)),
        Row(name="sentence_p95_ms", value=percentile(took, 0.95), goal=SENTENCE_GOAL_MS),
    ]


def _completion(pages: int, folder: Path, effort: Effort) -> list[Row]:
    index = SearchIndex(folder)
    typed = keystrokes(_some_works(pages), effort.typed)
    index.complete(typed[-1], VIEWER)
    took = [cpu_ms(lambda text=text: index.complete(text, VIEWER, limit=8)) for text in typed]
    return [
        Row(name="completion_p50_ms", value=percentile(took, 0.5)),
        Row(name="completion_p95_ms", value=percentile(took, 0.95), goal=COMPLETION_GOAL_MS),
    ]


# Growth and commits


def _growth(pages: int, folder: Path, effort: Effort) -> list[Row]:
    """The median search over a tenth and over half of the pages, beside that over all of them."""
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        parts = {"tenth": pages // 10, "half": pages // 2}
        askings: dict[str, Asking] = {}
        for part, size in parts.items():
            _build_index(size, Path(name) / part)
            askings[part] = asking("ours", Path(name) / part)
        askings["all"] = asking("ours", folder)
        times = _rounds(askings, questions(every=effort.every), effort.rounds)
    median = {part: percentile(each, 0.5) for part, each in times.items()}
    return [
        *(Row(name=f"growth_{part}_p50_ms", value=value) for part, value in median.items()),
        *(
            Row(
                name=f"growth_from_{part}_to_linear",
                value=(median["all"] / median[part]) / (pages / size),
                goal=GROWTH_GOAL,
            )
            for part, size in parts.items()
        ),
    ]


def _commits(pages: int, folder: Path, effort: Effort) -> list[Row]:
    """A work comes in, a commit each, over and over; and the searches afterwards."""
    count = min(COMMITS, max(10, pages // 1_000))
    with tempfile.TemporaryDirectory(prefix="bench-search-", dir=folder.parent) as name:
        before = Path(name) / "before"
        shutil.copytree(folder, before)
        index, cpu, wall = SearchIndex(folder), [], []
        for number in range(count):
            entry = make_work(work_count(pages) + number)
            started, used = time.perf_counter(), cpu_seconds()
            index.write([entry])
            cpu.append(1000 * (cpu_seconds() - used))
            wall.append(1000 * (time.perf_counter() - started))
        tell(f"a commit takes {statistics.median(wall):.0f} ms")
        times = _rounds(
            {"before": asking("ours", before), "after": asking("ours", folder)},
            questions(every=effort.every),
            effort.rounds,
        )
    first, last = statistics.median(cpu[:5]), statistics.median(cpu[-5:])
    p95 = {name: percentile(each, 0.95) for name, each in times.items()}
    return [
        Row(name="commits", value=count),
        Row(name="commit_median_wall_ms", value=statistics.median(wall)),
        Row(name="commit_max_wall_ms", value=max(wall)),
        Row(name="commit_last_to_first", value=last / first, goal=COMMIT_GOAL),
        Row(
            name="p95_after_commits_to_before",
            value=p95["after"] / p95["before"],
            goal=AFTER_COMMITS_GOAL,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
