"""Commits, crashes, damage and rebuilds, with real files and real processes."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from archive.core.errors import SearchIndexError
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer

ROOT = Path(__file__).parents[3]
READER = Viewer(today=date(2025, 7, 15))
EVERYTHING = SearchRequest(READER, "bản làng", per_page=100)

PROGRAM = """
import sys, time
from datetime import date, datetime
from pathlib import Path
from archive.core.errors import SearchIndexError
from archive.search.entries import PageEntry, WorkEntry
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer

def work(n):
    pages = tuple(PageEntry(p, str(p), f"bản làng {p} " + "chữ " * 50) for p in range(1, 4))
    return WorkEntry(f"w{n}", n, "accepted", "public", "A", "A", f"Sách {n}",
                     datetime(2024, 1, 1), f"{n:06d}", pages=pages)

index = SearchIndex(Path(sys.argv[2]))
if sys.argv[1] == "write":
    for n in range(int(sys.argv[3])):
        index.write([work(n)])
        print(n, flush=True)
elif sys.argv[1] == "read":
    seen = 0
    for _ in range(int(sys.argv[3])):
        found = index.search(SearchRequest(Viewer(today=date(2025, 1, 1)), "ban lang", per_page=1))
        assert found.total >= seen, (found.total, seen)
        assert found.total_pages == 3 * found.total
        seen = found.total
    print(seen)
elif sys.argv[1] == "hold":
    with index.writer():
        print("held", flush=True)
        time.sleep(60)
elif sys.argv[1] == "rebuild":
    def works():
        for n in range(10**9):
            if n == 5:
                print("begun", flush=True)
            yield work(n)
    index.rebuild(works())
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def filled(archive, make):
    for n in range(1, 4):
        archive.add(make(f"w{n}", f"Sách {n}", "bản làng", "núi", "bản mường"))
    return archive


def snapshot_of(archive):
    found = archive.search("bản làng")
    return [(hit.work_id, hit.score, hit.pages) for hit in found.items], found.facets


def test_a_fresh_folder_is_no_index_until_one_is_made(tmp_path):
    index = SearchIndex(tmp_path / "search")
    with pytest.raises(SearchIndexError) as missing:
        index.search(EVERYTHING)
    assert missing.value.data["problem"] == "missing"
    assert not index.status().healthy
    assert index.create()
    assert not index.create()
    assert index.search(EVERYTHING).total == 0
    assert index.status().healthy
    assert index.revisions() == {}


def test_the_first_work_is_seen_by_a_reader_that_opened_the_empty_index(archive, make):
    archive.index.create()
    reader = SearchIndex(archive.folder)
    assert reader.search(EVERYTHING).total == 0
    archive.add(make("w1", "Sách", "bản làng"))
    assert reader.search(EVERYTHING).total == 1


def test_a_second_writer_is_refused_at_once(filled):
    started = time.monotonic()
    with (
        filled.index.writer(),
        pytest.raises(SearchIndexError) as refused,
        SearchIndex(filled.folder).writer(),
    ):
        pass
    assert refused.value.data["problem"] == "locked"
    assert time.monotonic() - started < 1
    with filled.index.writer():
        pass


def test_a_writer_in_another_process_holds_the_lock_until_it_dies(filled, make):
    child = start("hold", filled.folder)
    assert child.stdout.readline() == "held\n"
    with pytest.raises(SearchIndexError):
        filled.add(make("w9"))
    assert filled.search("bản làng").total == 3
    child.kill()
    child.communicate()
    filled.add(make("w9", "Sách", "bản làng"))
    assert filled.search("bản làng").total == 4


def test_processes_and_threads_read_while_another_writes(tmp_path):
    folder = tmp_path / "search"
    SearchIndex(folder).create()
    writer = start("write", folder, 40)
    readers = [start("read", folder, 300) for _ in range(2)]
    index = SearchIndex(folder)
    problems: list[BaseException] = []

    def read():
        try:
            for _ in range(150):
                found = index.search(EVERYTHING)
                assert found.total_pages == 3 * found.total
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for child in (writer, *readers):
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors
    assert problems == []
    assert index.search(EVERYTHING).total == 40


def test_a_killed_commit_leaves_the_last_one_readable(tmp_path):
    folder = tmp_path / "search"
    index = SearchIndex(folder)
    for attempt in range(4):
        child = start("write", folder, 1000)
        last = -1
        for _ in range(3 + attempt):
            last = int(child.stdout.readline())
        time.sleep(0.004 * attempt)
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        committed = max([last, *map(int, rest.split())])
        revisions = index.revisions()
        assert set(revisions) >= {f"w{n}" for n in range(committed + 1)}
        assert index.search(EVERYTHING).total == len(revisions)
    index.write([], deleted_ids=["w0"])
    assert "w0" not in index.revisions()
    left = [p.name for p in (folder / index.status().generation).iterdir() if p.is_file()]
    assert len({name.split(".")[0] for name in left if not name.endswith(".toc")}) < 15


def test_a_rebuild_swaps_while_others_read(filled, make):
    before = filled.index.status().generation
    reader = SearchIndex(filled.folder)
    works = [make(f"w{n}", f"Sách {n}", "bản làng") for n in range(1, 8)]
    with filled.index.writer() as writer, writer.rebuilding() as rebuild:
        for work in works:
            rebuild.add_batch([work])
            assert reader.search(EVERYTHING).total == 3
    assert reader.search(EVERYTHING).total == 7
    assert reader.status().generation == rebuild.generation != before
    assert (filled.folder / before).is_dir()
    filled.index.rebuild(works)
    assert not (filled.folder / before).exists()


def test_a_failed_rebuild_leaves_the_present_index_and_no_remains(filled):
    def broken():
        raise RuntimeError("the catalogue went away")
        yield

    with pytest.raises(RuntimeError):
        filled.index.rebuild(broken())
    assert filled.search("bản làng").total == 3
    assert len([p for p in filled.folder.iterdir() if p.is_dir()]) == 1


def test_a_killed_rebuild_leaves_the_present_index(filled, make):
    child = start("rebuild", filled.folder)
    assert child.stdout.readline() == "begun\n"
    child.kill()
    child.communicate()
    assert filled.search("bản làng").total == 3
    filled.index.rebuild([make("w1", "Sách", "bản làng")])
    assert filled.search("bản làng").total == 1
    assert len([p for p in filled.folder.iterdir() if p.is_dir()]) == 2


def test_a_failed_write_changes_nothing(filled, make):
    with pytest.raises(AttributeError):
        filled.index.write([make("w1", "Khác", "sắn"), None])
    assert filled.search("bản làng").total == 3
    assert filled.search("sắn").total == 0
    filled.add(make("w1", "Khác", "sắn"))
    assert filled.search("sắn").total == 1


def damage_nothing_left(generation: Path) -> None:
    shutil.rmtree(generation.parent)


def damage_no_generation(generation: Path) -> None:
    shutil.rmtree(generation)


def damage_no_pointer(generation: Path) -> None:
    (generation.parent / "current").unlink()


def damage_pointer(generation: Path) -> None:
    (generation.parent / "current").write_text("../../etc")


def damage_no_table(generation: Path) -> None:
    for table in generation.glob("*.toc"):
        table.unlink()


def damage_table(generation: Path) -> None:
    for table in generation.glob("*.toc"):
        table.write_bytes(table.read_bytes()[:30] + b"\x80\x04garbage." * 20)


def damage_empty_files(generation: Path) -> None:
    for file in generation.iterdir():
        if file.suffix != ".toc":
            file.write_bytes(b"")


def damage_cut_postings(generation: Path) -> None:
    for file in generation.glob("*.pst"):
        os.truncate(file, file.stat().st_size - 20)


def damage_cut_terms(generation: Path) -> None:
    for file in generation.glob("*.trm"):
        os.truncate(file, file.stat().st_size // 2)


def damage_records(generation: Path) -> None:
    for file in generation.glob("*_stored*"):
        file.write_bytes(os.urandom(file.stat().st_size))


def damage_postings(generation: Path) -> None:
    for file in generation.glob("*.pst"):
        file.write_bytes(b"W3Bl" + os.urandom(file.stat().st_size))


def damage_lost_segment(generation: Path) -> None:
    next(generation.glob("*.trm")).unlink()


DAMAGES = [value for name, value in list(globals().items()) if name.startswith("damage_")]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda function: function.__name__[7:])
def test_damage_is_told_and_a_rebuild_gives_the_same_hits(filled, make, damage):
    works = [make(f"w{n}", f"Sách {n}", "bản làng", "núi", "bản mường") for n in range(1, 4)]
    filled.index.rebuild(works)
    before = snapshot_of(filled)
    damage(filled.folder / filled.index.status().generation)
    fresh = SearchIndex(filled.folder)
    for _ in range(3):
        with pytest.raises(SearchIndexError) as told:
            fresh.search(EVERYTHING)
        assert told.value.data["problem"] in ("missing", "damaged")
    assert not fresh.status().healthy
    assert fresh.status().problem in ("missing", "damaged")
    filled.index.rebuild(works)
    assert snapshot_of(filled) == before
    assert fresh.search(EVERYTHING).total == 3


def test_a_reader_goes_on_with_no_old_commit_where_files_of_the_new_one_are_gone(filled, make):
    assert filled.search("bản làng").total
    folder = filled.folder / filled.index.status().generation
    before = set(folder.iterdir())
    SearchIndex(filled.folder).write([make("w77", "Mới", "bản làng mới")])
    for path in set(folder.iterdir()) - before:
        if path.suffix == ".trm":
            path.unlink()
    time.sleep(0.3)  # what changed a moment ago is looked at whole
    for _ in range(3):
        with pytest.raises(SearchIndexError):
            filled.search("bản làng")
    assert not filled.index.status().healthy


def test_a_write_into_a_generation_without_table_is_refused_and_hides_nothing(filled, make):
    damage_no_table(filled.folder / filled.index.status().generation)
    with pytest.raises(SearchIndexError):
        filled.add(make("w9", "Sách", "bản làng"))
    with pytest.raises(SearchIndexError):
        filled.search("bản làng")


def test_an_open_reader_survives_files_cut_off_under_it(archive, make):
    pages = [" ".join(f"từ{n}" for n in range(start, start + 800)) for start in range(0, 4000, 800)]
    archive.add(make("w1", "Sách", *pages))
    assert archive.search("từ1").total == 1
    for file in (archive.folder / archive.index.status().generation).iterdir():
        os.truncate(file, 0)
    for word in ("từ3999", "từ2000", "từ700"):
        with pytest.raises(SearchIndexError):
            archive.search(word)


def test_a_broken_index_answers_quickly_that_it_is_broken(filled):
    damage_no_generation(filled.folder / filled.index.status().generation)
    with pytest.raises(SearchIndexError):
        filled.search("bản làng")
    started = time.monotonic()
    for _ in range(50):
        with pytest.raises(SearchIndexError):
            filled.search("bản làng")
    assert time.monotonic() - started < 0.5


@pytest.fixture
def wide(archive, make):
    """An index whose files are far larger than one read: 6,000 words, each on one page."""
    pages = [" ".join(f"từ{n}" for n in range(at, at + 500)) for at in range(0, 6000, 500)]
    archive.add(make("w1", "Sách", *pages))
    return archive


def finds(index: SearchIndex, numbers: range) -> bool:
    """Whether each word is found on just the page it stands on."""
    for number in numbers:
        found = index.search(SearchRequest(READER, f"từ{number}", group="page"))
        if [item.number for item in found.items] != [number // 500 + 1]:
            return False
    return True


def test_threads_share_one_index_without_mixing_their_reads(wide):
    right: list[bool] = []

    def read(offset: int) -> None:
        try:
            right.append(finds(wide.index, range(offset, 6000, 24)))
        except SearchIndexError:
            right.append(False)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_reads_with_files_of_its_own(wide):
    assert finds(wide.index, range(1))
    children = []
    for offset in (1, 2):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if finds(wide.index, range(offset, 6000, 12)) else 1
            finally:
                os._exit(code)
        children.append(child)
    assert finds(wide.index, range(3, 6000, 12))
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]


def test_a_reader_that_looks_between_two_steps_of_a_commit_looks_again(filled):
    (table,) = (filled.folder / filled.index.status().generation).glob("*.toc")
    aside = table.with_suffix(".aside")
    table.rename(aside)
    timer = threading.Timer(0.1, lambda: aside.rename(table))
    timer.start()
    assert SearchIndex(filled.folder).search(EVERYTHING).total == 3
    timer.join()


def test_status_counts_works_pages_and_bytes(filled):
    status = filled.index.status()
    assert (status.works, status.pages, status.commit) == (3, 9, 3)
    assert status.size_bytes > 1000
    assert filled.index.revisions() == {"w1": 1, "w2": 1, "w3": 1}
