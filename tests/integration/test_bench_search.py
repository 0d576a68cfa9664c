"""The measure of searching's speed: its corpus, its peers, and a run over a few works."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from archive.core.text import fold, words
from archive.search.entries import WorkEntry
from archive.services.holdings import open_holdings
from archive.services.indexing import all_entries
from bench.running import settings_of
from bench.search import kept
from bench.search_corpus import (
    FACETS,
    facet_values,
    make_work,
    record_text,
    work_count,
    works,
)
from bench.search_peers import ENGINES, TOP, open_peer
from bench.search_questions import (
    WARM_UP,
    Part,
    Question,
    bare,
    cold_questions,
    keystrokes,
    questions,
    read,
    sentences,
)
from bench.vietnamese import SYLLABLES_PER_PAGE, TOPICS
from tests.conftest import ROOT, missing

PAGES = 160

Run = tuple[Path, dict[str, dict]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run over a few works: the folder of what it keeps, and its rows by name."""
    if importlib.util.find_spec("tantivy") is None:
        missing("the packages of requirements-bench.txt")
    out = tmp_path_factory.mktemp("bench")
    command = ["-m", "bench.search", "--quick", "--pages", str(PAGES), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr
    rows = json.loads(done.stdout.splitlines()[-1])["rows"]
    assert done.returncode == (0 if all(row["met"] for row in rows) else 1), done.stderr
    return out / f"search-{PAGES}", {row["name"]: row for row in rows}


@pytest.fixture(scope="module")
def entries() -> list[WorkEntry]:
    return list(works(PAGES))


# The run


@pytest.mark.slow
def test_every_row_of_the_table_is_measured(ran):
    _, rows = ran
    goals = {name: row["goal"] for name, row in rows.items() if row["goal"] is not None}
    assert goals == {
        **dict.fromkeys(
            (f"{kind}_{p}_to_tantivy" for kind in ("marks", "no_marks") for p in ("p50", "p95")),
            0.5,
        ),
        **{
            f"{kind}_{p}_times_faster_than_{peer}": goal
            for kind in ("marks", "no_marks")
            for p in ("p50", "p95")
            for peer, goal in (("fts5", 50), ("whoosh", 100))
        },
        "worst_question_to_tantivy": 1.5,
        "same_totals_share": 1,
        "cold_p95_to_tantivy": 3,
        "sentence_p95_ms": 8,
        "frequent_phrase_cold_ms": 60,
        "frequent_phrase_warm_ms": 2,
        "completion_p95_ms": 5,
        "http_p50_ms": 15,
        "http_p95_ms": 40,
        "searches_per_s_of_8_clients": 150,
        "further_process_private_mb": 120,
        "commit_last_to_first": 2,
        "p95_after_commits_to_before": 1.2,
        "build_pages_per_cpu_s": 700,
        "index_bytes_per_page": 4000,
        "growth_from_tenth_to_linear": 1,
        "growth_from_half_to_linear": 1,
    }
    assert all(row["value"] > 0 for row in rows.values())


@pytest.mark.slow
def test_the_same_work_is_done_as_by_the_peers(ran):
    assert ran[1]["same_totals_share"]["value"] == 1


@pytest.mark.slow
def test_all_processes_of_the_server_are_looked_at(ran):
    _, rows = ran
    assert rows["web_processes"]["value"] == 2
    assert rows["further_process_pss_mb"]["value"] > 10


# The peers


def _holds(part: Part, text: str, title: str) -> bool:
    """Whether a text (its title, where that is asked for) holds the part's words side by side."""
    found = words(title if part.in_title else text)
    if part.field.endswith("_folded"):
        found = [fold(word) for word in found]
    run = list(part.words)
    return any(found[at : at + len(run)] == run for at in range(len(found) - len(run) + 1))


def _plainly(question: Question, entries: list[WorkEntry]) -> dict[int, list[int]]:
    """The pages (0: the record) of each work that answer the question, read one after another."""
    found: dict[int, list[int]] = {}
    for work, entry in enumerate(entries):
        for page, text in ((0, record_text(entry)), *((p.number, p.text) for p in entry.pages)):
            if all(
                any(_holds(part, text, entry.title) for part in group) for group in question.must
            ) and not any(_holds(part, text, entry.title) for part in question.must_not):
                found.setdefault(work, []).append(page)
    return found


ASKED = (
    *("Bác Hồ", "bac ho", "hợp tác xã", "hop tac xa", '"lịch sử" Bác Hồ', '"lich su" bac ho'),
    *("thác OR suối", "cách mạng -hồ", "nhan_de:chiến mạng", "1950", "không-đâu-có"),
)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_peer_answers_as_a_plain_reading_of_the_pages_does(ran, entries, engine):
    peer = open_peer(engine, ran[0] / engine)
    for typed in ASKED:
        question = read(typed, marks=typed != bare(typed))
        expected = _plainly(question, entries)
        answered = peer.ask(question)
        assert answered.works == len(expected), typed
        pages = sum(page > 0 for found in expected.values() for page in found)
        assert answered.pages == pages, typed
        counted = {
            name: Counter(
                value for work in expected for value in set(facet_values(entries[work])[name])
            )
            for name in FACETS
        }
        assert answered.facets == counted, typed
        assert len({best.work for best in answered.best}) == min(TOP, len(expected)), typed
        assert all(best.page in expected[best.work] for best in answered.best), typed
        scores = [best.score for best in answered.best]
        assert scores == sorted(scores, reverse=True), typed


def test_what_was_made_is_kept_until_it_would_become_another(tmp_path):
    made = []

    def make(folder: Path) -> None:
        made.append(list(folder.iterdir()))
        (folder / "index").touch()

    for of in ("one", "one", "other"):
        assert kept(tmp_path / "peer", of, make) == tmp_path / "peer"
    assert made == [[], []], "twice, and each time from nothing"


def test_what_was_cut_short_is_made_again(tmp_path):
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError

    with pytest.raises(OSError):
        kept(tmp_path / "peer", "one", fail)
    kept(tmp_path / "peer", "one", lambda folder: (folder / "index").touch())
    assert sorted(item.name for item in (tmp_path / "peer").iterdir()) == ["complete.json", "index"]


# The corpus


@pytest.mark.slow
def test_catalogue_holds_what_is_indexed(ran, entries):
    holdings = open_holdings(settings_of(ran[0] / "archive"))
    with holdings.database.reading() as session:
        catalogued = {entry.work_id: entry for entry in all_entries(session)}
    holdings.database.close()
    # Names that no authority knows are their own values.
    assert catalogued == {
        entry.work_id: replace(
            entry,
            theme_values=tuple(entry.themes),
            place_values=tuple(entry.places),
            person_values=tuple(entry.people),
        )
        for entry in entries
    }


def test_corpus_has_the_word_frequencies_of_a_provincial_archive():
    pages = [page.text for entry in works(2_000) for page in entry.pages]
    assert len(pages) == 2_000
    for topic, share in TOPICS.items():
        assert sum(topic in text for text in pages) / len(pages) == pytest.approx(share, abs=0.04)
    counts = [len(words(text)) for text in pages]
    assert sum(counts) / len(counts) == pytest.approx(SYLLABLES_PER_PAGE, rel=0.05)


def test_vocabulary_grows_with_the_pages_and_most_of_it_is_rare():
    found = Counter[str]()
    sizes = []
    for entry in works(1_000):
        for page in entry.pages:
            found.update(words(page.text))
        sizes.append(len(found))
    assert sizes[-1] > 1.2 * sizes[len(sizes) // 2 - 1]
    assert sum(times <= 2 for times in found.values()) > 0.4 * len(found)


def test_works_are_the_same_in_every_corpus():
    assert list(works(120)) == [*list(works(500))[:2], make_work(2, pages=20)]
    assert list(works(60, first=7)) == [make_work(7), make_work(8, pages=10)]
    assert [work_count(pages) for pages in (1, 50, 51)] == [1, 1, 2]
    assert len({entry.work_id for entry in works(500)}) == 10


# The questions


def test_question_is_taken_apart_as_it_was_meant():
    asked = read('"Cao Bằng" OR thuý nhan_de:hang -Hồ', marks=True)
    assert asked.must == (
        (Part(("cao", "bằng")), Part(("thúy",))),
        (Part(("hang",), in_title=True),),
    )
    assert asked.must_not == (Part(("hồ",)),)
    assert [part.field for group in asked.must for part in group] == [
        *("text", "text", "title_folded")
    ]
    assert not asked.is_alike_for_all
    assert bare('"Cao Bằng" OR Đàm -Hồ') == '"cao bang" OR dam -ho'


def test_every_question_is_asked_with_marks_and_without():
    asked = questions()
    assert len(asked) >= 120
    with_marks, without = asked[::2], asked[1::2]
    assert [bare(question.typed) for question in with_marks] == [q.typed for q in without]
    assert all(question.marks for question in with_marks)
    assert not any(question.marks for question in without)
    assert sum(question.is_alike_for_all for question in asked) > 60


def test_no_word_is_met_twice_after_a_restart():
    asked = cold_questions()
    assert len(asked) >= 40
    assert sum(question.marks for question in asked) == len(asked) - len(asked) // 2
    met = Counter(
        word for typed in (WARM_UP, *(q.typed for q in asked)) for word in set(words(bare(typed)))
    )
    assert set(met.values()) == {1}


@pytest.mark.slow
def test_sentences_are_long_and_each_another(entries):
    asked = sentences(entries, 200)
    assert len(set(asked)) == 200
    assert all(9 <= len(words(text)) <= 15 for text in asked)
    assert sum(text == bare(text) for text in asked) >= 100
    known = {word for entry in entries for page in entry.pages for word in words(page.text)}
    slips = [text for text in asked[::2] if not known.issuperset(words(text))]
    assert len(slips) >= 20


@pytest.mark.slow
def test_each_key_is_a_keystroke(entries):
    typed = keystrokes(entries, 8)
    assert len(typed[0]) == 1
    assert all(after.startswith(before) or len(after) == 1 for before, after in pairwise(typed))
