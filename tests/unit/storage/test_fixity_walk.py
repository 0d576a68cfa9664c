from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from archive.storage import examination, fixity, heads
from archive.storage.examination import FixityProblem
from tests.unit.storage.conftest import Store

ID = "an-pham:k3f9x2m7q1zt"


@pytest.fixture
def kept(store: Store) -> Store:
    store.put(ID, {"files/0001.pdf": b"one", "files/0002.pdf": b"two"}, b"{}")
    store.put(ID, {"files/0001.pdf": b"one, mended"}, b'{"v": 2}')
    return store


def test_a_flipped_bit_is_named_with_both_digests(kept: Store) -> None:
    path = kept.root.path(ID, "files/0001.pdf", 1)
    path.write_bytes(b"onf")

    assert kept.root.verify(ID) == (
        FixityProblem(
            kind="changed",
            path="v1/content/files/0001.pdf",
            expected=hashlib.sha512(b"one").hexdigest(),
            found=hashlib.sha512(b"onf").hexdigest(),
        ),
    )
    assert path.read_bytes() == b"onf"


def test_a_missing_file_of_an_old_version_is_named(kept: Store) -> None:
    kept.root.path(ID, "files/0002.pdf", 1).unlink()

    assert kept.root.verify(ID) == (
        FixityProblem("missing", "v1/content/files/0002.pdf", hashlib.sha512(b"two").hexdigest()),
    )


def test_extra_files_folders_and_links_are_named_and_left(kept: Store) -> None:
    folder = kept.object_folder(ID)
    (folder / "v1/content/thumbs.db").write_bytes(b"x")
    (folder / "v2/content/empty").mkdir()
    (folder / "note.txt").touch()
    (folder / "v1/content/link").symlink_to(folder)
    (folder / "logs").mkdir()
    (folder / "logs" / "2026.log").touch()

    problems = kept.root.verify(ID)

    assert [(problem.kind, problem.path) for problem in problems] == [
        ("extra", "note.txt"),
        ("extra", "v1/content/link"),
        ("extra", "v1/content/thumbs.db"),
        ("extra", "v2/content/empty/"),
    ]
    assert (folder / "note.txt").exists()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("0=ocfl_object_1.1", "changed"),
        ("inventory.json", "changed"),
        ("inventory.json.sha512", "changed"),
        ("v1/inventory.json", "changed"),
        ("v1/inventory.json.sha512", "changed"),
        ("v2/inventory.json", "changed"),
        ("v2/inventory.json.sha512", "changed"),
        ("v2/content/record.json", "changed"),
    ],
)
def test_damage_anywhere_in_an_object_is_seen(kept: Store, path: str, kind: str) -> None:
    file = kept.object_folder(ID) / path
    whole = file.read_bytes()
    file.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])

    # A digest file that changed accuses the inventory beside it: one of the two is named.
    named = {problem.path.removesuffix(".sha512") for problem in kept.root.verify(ID)}
    assert named == {path.removesuffix(".sha512")}
    assert {problem.kind for problem in kept.root.verify(ID)} == {kind}

    file.unlink()
    assert path in {problem.path for problem in kept.root.verify(ID) if problem.kind == "missing"}

    file.write_bytes(whole)
    assert kept.root.verify(ID) == ()


def test_a_link_in_place_of_a_file_counts_as_missing(kept: Store) -> None:
    path = kept.root.path(ID, "files/0001.pdf", 1)
    moved = kept.root.folder.parent / "elsewhere"
    path.rename(moved)
    path.symlink_to(moved)

    [problem] = kept.root.verify(ID)

    assert (problem.kind, problem.path) == ("missing", "v1/content/files/0001.pdf")


def test_the_walk_reports_each_object_as_it_goes(kept: Store) -> None:
    kept.put("an-pham:second", {"files/0001.pdf": b"12345"}, b"{}")
    kept.put("an-pham:third", {"files/0001.pdf": b"x"}, b"{}")
    kept.root.path("an-pham:third", "files/0001.pdf").write_bytes(b"y")

    walk = fixity.walk(kept.root)
    reports = {report.object_id: report for report in walk}

    assert set(reports) == {ID, "an-pham:second", "an-pham:third"}
    second = reports["an-pham:second"]
    assert (second.problems, second.file_count, second.size_bytes) == ((), 2, 7)
    assert len(reports["an-pham:third"].problems) == 1
    assert reports[ID].file_count == 5


def test_what_storage_and_catalogue_do_not_both_have_is_listed(kept: Store) -> None:
    kept.put("an-pham:second", {"files/0001.pdf": b"12345"})
    (kept.root.folder / "0ab").mkdir()
    (kept.root.folder / "0ab" / "left.tmp").touch()
    misplaced = kept.object_folder("an-pham:second")
    misplaced.rename(kept.root.folder / "0ab" / misplaced.name)

    orphans = fixity.compare(kept.root, {"an-pham:second", "an-pham:known"})

    assert orphans.uncatalogued == (ID,)
    assert orphans.unstored == ("an-pham:known", "an-pham:second")
    assert "0ab/left.tmp" in orphans.strays
    assert "0ab/an-pham%3asecond/inventory.json" in orphans.strays
    assert not any("k3f9x2m7q1zt" in stray for stray in orphans.strays)


def test_a_storage_without_strays_or_orphans_is_silent(kept: Store) -> None:
    assert fixity.compare(kept.root, {ID}) == fixity.Orphans((), (), ())


def test_a_version_that_comes_in_while_reading_is_no_problem(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def read_head_then_put(object_root: Path, object_id: str) -> heads.Head:
        head = heads.read_head(object_root, object_id)
        calls.append(object_id)
        if len(calls) == 1:
            kept.put(ID, {"files/0001.pdf": b"three"}, b"3")
        return head

    monkeypatch.setattr(examination, "read_head", read_head_then_put)

    assert kept.root.verify(ID) == ()
    assert len(calls) == 2


def test_verifying_beside_a_writer_raises_no_false_alarm(kept: Store) -> None:
    done = threading.Event()

    def write() -> None:
        for number in range(25):
            kept.put(ID, {"files/0001.pdf": b"%d" % number}, b"%d" % number)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    rounds = 0
    while not done.is_set():
        assert kept.root.verify(ID) == ()
        assert kept.root.inventory(ID).head >= 2
        rounds += 1
    writer.join()
    assert rounds > 0
