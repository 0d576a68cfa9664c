"""The two files beside a segment: what they hold, and what happens when they are damaged."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from archive.core.text import words
from archive.search.arrays import ArrayFile, DamagedArraysError, write_arrays
from archive.search.derived import Pairs, count_pairs, pair_keys
from archive.search.engine import latest_commit, open_segment, read_segments
from archive.search.forward import BREAK, Lexicon, forward_of
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest
from archive.search.segment_files import read_postings
from archive.search.segments import Segment
from tests.unit.search.conftest import CURATOR, READER

QUERIES = (
    "bản làng",
    "ban lang",
    "bản",
    '"bản làng"',
    "bản -mường",
    "bản OR núi",
    "nhan_de:sách",
    "banr langf",
    "bảm làng",
    "một câu hỏi dài về bản làng ở trên núi cao",
    "",
)


@pytest.fixture
def filled(archive, make):
    """Two segments, works of several values, a deleted work, a hidden one."""
    for part in range(2):
        archive.index.write(
            make(
                f"w{n}",
                f"Sách {n}",
                *(["bản làng trên núi cao"] * (n % 4)),
                "núi đồi và bản mường " + "sông " * (n % 7),
                "Hồ chủ tịch về bản; trang này nói tiếng Tày, tay",
                year=2019 + n % 3,
                access="public" if n % 5 else "restricted",
                people=("Kim Đồng",) if n % 2 else (),
            )
            for n in range(part * 30 + 1, part * 30 + 31)
        )
    archive.index.write([], deleted_ids=["w7", "w33"])
    return archive


def generation(archive):
    return archive.folder / archive.index.status().generation


def answers(index):
    """Everything that several readers get for several queries, but for the time it took."""
    found = []
    for viewer in (READER, CURATOR):
        for query in QUERIES:
            for group in ("work", "page"):
                results = index.search(SearchRequest(viewer, query, group=group, per_page=100))
                found.append(
                    (
                        query,
                        results.total,
                        results.total_pages,
                        results.items,
                        results.facets,
                        results.suggestion,
                        results.relaxed,
                        results.marks_ignored,
                    )
                )
        found.append(index.complete("ba", viewer))
    return found


def segments_of(folder: Path):
    schema, found = read_segments(folder, latest_commit(folder))
    return [(segment, open_segment(folder, schema, segment)) for segment in found]


# What they hold


def test_every_posting_is_whooshs(filled):
    folder = generation(filled)
    for whoosh_segment, reader in segments_of(folder):
        segment = Segment(open_segment(folder, reader.schema, whoosh_segment), folder)
        for number in range(1, len(segment.lexicon) + 1):
            counts = Counter()
            for docs, times in segment.postings(range(number, number + 1)):
                held = np.flatnonzero(times) if docs is None else docs
                counts.update(dict(zip(held.tolist(), times[times > 0].tolist(), strict=True)))
            live = {d: n for d, n in counts.items() if not reader.is_deleted(d)}
            docs, times = read_postings(reader, segment.lexicon.form(number))
            assert live == dict(zip(docs.tolist(), times.tolist(), strict=True))
        reader.close()


def test_the_row_of_a_common_fold_is_its_forms_together(filled):
    folder = generation(filled)
    seen = 0
    for whoosh_segment, reader in segments_of(folder):
        segment = Segment(open_segment(folder, reader.schema, whoosh_segment), folder)
        lexicon = segment.lexicon
        for fold_number in range(len(lexicon.folds)):
            numbers = lexicon.range_at(fold_number)
            together = np.zeros(segment.doc_count, int)
            for number in numbers:
                docs, times = read_postings(reader, lexicon.form(number))
                together[docs] += times
            held = segment.postings(numbers)
            if len(numbers) > 1 and len(held) == 1 and held[0][0] is None:
                seen += 1
                live = [doc for doc in range(segment.doc_count) if not reader.is_deleted(doc)]
                assert held[0][1][live].tolist() == together[live].tolist()
        reader.close()
    assert seen, "no fold is so common here that it is kept as a row"


@pytest.mark.parametrize("longer", ["", "nghiengx", "nghiengxy"])
def test_a_fold_is_found_by_its_first_letters_and_the_rest(longer):
    folds = ["a", "nghieng", "nghiengx", "nghiengxa", "nghiengxy", "nghiengxz", "zz"]
    lexicon = Lexicon.of(folds)
    assert [lexicon.fold_number(fold) for fold in folds] == list(range(len(folds)))
    assert lexicon.fold_number(longer + "b") is None
    assert Lexicon.of([]).fold_number("a") is None
    assert lexicon.forms(range(2, 4)) == folds[1:3]


def test_words_stand_in_the_forward_file_in_their_order(archive, make):
    pages = ["Hồ chủ tịch về bản", "", "hồ, Hồ và HỒ"]
    archive.index.write([make("w1", "Sách quý", *pages)])
    (file,) = generation(archive).glob("*.fwd")
    forward = forward_of(ArrayFile(file))
    found = []
    for doc in range(len(forward.offsets) - 1):
        tokens, ends = forward.gather(np.array([doc]))
        assert ends.tolist() == [len(tokens)]
        assert tokens[-1] == BREAK
        found.append([forward.lexicon.form(n) if n != BREAK else "|" for n in tokens[:-1].tolist()])
    assert found[0][:3] == ["sách", "quí", "|"], "texts of the record are parted"
    assert found[1:] == [words(page) for page in pages]


def test_pairs_are_counted_within_a_page_only():
    tokens = np.array([1, 2, 1, 2, BREAK, 2, 1, BREAK, BREAK, 3, BREAK], np.uint32)
    pairs = count_pairs(tokens)
    left, right = np.array([1, 2, 2, 3, 1], np.uint32), np.array([2, 1, 2, 2, 3], np.uint32)
    assert pairs.count(pair_keys(left, right)).tolist() == [2, 2, 0, 0, 0]
    assert isinstance(count_pairs(tokens[:1]), Pairs)


def test_a_fold_is_one_range_of_numbers(archive, make):
    archive.index.write([make("w1", "Sách", "ma má mà mã mạ mạn mả dạ đá da")])
    (file,) = generation(archive).glob("*.fwd")
    lexicon = forward_of(ArrayFile(file)).lexicon
    assert {lexicon.form(n) for n in lexicon.range_of("ma")} == {"ma", "má", "mà", "mã", "mạ", "mả"}
    assert {lexicon.form(n) for n in lexicon.range_of("da")} == {"da", "dạ", "đá"}
    assert [lexicon.number(form) for form in lexicon.forms()] == list(range(1, len(lexicon) + 1))
    assert lexicon.number("mo") is None
    assert not lexicon.range_of("mang")


# What happens without them


def test_without_the_arrays_plain_whoosh_gives_the_same_answers(filled):
    with_arrays = answers(SearchIndex(filled.folder))
    for file in generation(filled).glob("*.arr"):
        file.unlink()
    fresh = SearchIndex(filled.folder)
    assert fresh.status().plain_segments == fresh.status().segments > 1
    assert fresh.status().healthy
    assert answers(fresh) == with_arrays


def test_lost_arrays_are_made_anew_and_taken_by_who_has_the_index_open(filled):
    before = answers(filled.index)
    kept = {file.name: file.read_bytes() for file in generation(filled).glob("*.arr")}
    for file in generation(filled).glob("*.arr"):
        file.unlink()
    fresh = SearchIndex(filled.folder)
    assert fresh.status().plain_segments == len(kept)
    assert filled.index.mend() == len(kept)
    assert fresh.status().plain_segments == 0
    assert answers(fresh) == before
    assert filled.index.mend() == 0


@pytest.mark.parametrize("ending", ["arr", "fwd"])
@pytest.mark.parametrize("place", [0.0, 0.1, 0.5, 0.9])
def test_a_turned_bit_is_noticed_and_set_aside(filled, ending, place):
    whole = SearchIndex(filled.folder)
    before, total = answers(whole), whole.search(SearchRequest(READER, "bản làng")).total
    file = max(generation(filled).glob(f"*.{ending}"), key=lambda each: each.stat().st_size)
    data = bytearray(file.read_bytes())
    at = next(n for n in range(int(len(data) * place), len(data)) if data[n])
    data[at] ^= 0x10
    file.write_bytes(data)
    fresh = SearchIndex(filled.folder)
    status = fresh.status()
    if ending == "arr":
        assert status.plain_segments == 1
        assert answers(fresh) == before
        assert filled.index.mend() == 1
    else:
        assert status.problem == "damaged", "only a rebuild brings the words back"
        assert fresh.search(SearchRequest(READER, "bản làng")).total == total > 0
        assert not fresh.search(SearchRequest(READER, '"bản làng"')).exact


_SURVIVOR = """
import sys
from pathlib import Path
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest
from tests.unit.search.conftest import READER
index = SearchIndex(Path(sys.argv[1]))
def totals():
    return [index.search(SearchRequest(READER, query)).total for query in ("bản làng", '"về bản"')]
print(totals(), flush=True)
sys.stdin.readline()
print(totals(), flush=True)
"""


@pytest.mark.parametrize("ending", ["arr", "fwd"])
@pytest.mark.parametrize("damage", ["cut", "overwritten", "emptied"])
def test_a_process_survives_files_cut_off_or_overwritten_under_it(filled, ending, damage):
    """In a process of its own: touching a mapped file that was cut off kills."""
    child = subprocess.Popen(
        [sys.executable, "-c", _SURVIVOR, str(filled.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    first = child.stdout.readline()
    for file in generation(filled).glob(f"*.{ending}"):
        size = file.stat().st_size
        if damage == "cut":
            os.truncate(file, size // 3)
        elif damage == "emptied":
            os.truncate(file, 0)
        else:
            with file.open("r+b") as opened:
                opened.write(os.urandom(size))
    second, _ = child.communicate("go on\n")
    assert child.returncode == 0
    assert second == first


# The container


def test_arrays_come_back_as_they_were(tmp_path):
    held = {
        "numbers": np.arange(1000, dtype=np.uint32),
        "none": np.zeros(0, np.float32),
        "rows": np.arange(12, dtype=np.uint8).reshape(3, 4),
        "odd": np.arange(7, dtype=np.uint16),
    }
    write_arrays(tmp_path / "a.arr", held)
    file = ArrayFile(tmp_path / "a.arr")
    for name, array in held.items():
        assert file[name].dtype == array.dtype
        assert np.array_equal(file[name], array)
    with pytest.raises(DamagedArraysError):
        file["other"]
    assert file.is_intact()
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("data", [b"", b"x", b"KAP-ARRAYS-1\n", b"KAP-ARRAYS-1\n" + b"\xff" * 99])
def test_what_is_no_file_of_arrays_is_told(tmp_path, data):
    (tmp_path / "a.arr").write_bytes(data)
    with pytest.raises(DamagedArraysError):
        ArrayFile(tmp_path / "a.arr")


def test_a_file_that_was_replaced_is_still_intact_for_who_has_it_open(tmp_path):
    path = tmp_path / "a.arr"
    write_arrays(path, {"a": np.arange(5)})
    file = ArrayFile(path)
    write_arrays(path, {"a": np.arange(50)})
    assert file.is_intact()
    assert file["a"].tolist() == [0, 1, 2, 3, 4]
