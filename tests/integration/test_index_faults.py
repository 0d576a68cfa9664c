"""Cases 32 and 33: the index is lost, damaged or behind while the archive is in use."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from archive.core.errors import SearchIndexError
from archive.core.roles import ANYONE, SYSTEM
from archive.models import Publication, Stage
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest
from archive.services import heartbeats, jobs, reviews
from archive.services.catalogue import viewer_of
from archive.services.indexing import compare, index_entries
from archive.worker import care
from archive.worker.loop import Worker
from tests.integration.conftest import assert_converged, wait_until

SENTENCE = "Chỉ mục tìm kiếm đang được dựng lại"


def lose_folder(search_folder):
    shutil.rmtree(search_folder)


def spoil_pointer(search_folder):
    (search_folder / "current").write_bytes(b"\xff\x00 nonsense")


def point_nowhere(search_folder):
    (search_folder / "current").write_text("g999999\n")


def cut_segments(search_folder):
    for path in search_folder.glob("g*/*"):
        if path.suffix in (".pst", ".trm", ".seg", ".dci", ".dcz", ".sto", ".fdz"):
            with path.open("rb+") as file:
                file.truncate(path.stat().st_size // 2)


DAMAGES = (lose_folder, spoil_pointer, point_nowhere, cut_segments)


def hits(holdings, query: str = "pac bo"):
    found = holdings.index.search(SearchRequest(viewer=viewer_of(ANYONE), query=query))
    return [(item.work_id, item.pages_matched, round(item.score, 6)) for item in found.items]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_catalogue_stays_up_and_the_running_worker_makes_the_index_anew(
    holdings, client, deposited, work, damage, monkeypatch
):
    ids = [deposited()]
    work()
    before = hits(holdings)
    assert [hit[0] for hit in before] == ids
    worker = Worker(holdings)
    monkeypatch.setattr(care, "LOOK_INTERVAL_SECONDS", 0.0)
    worker.care.run_due()
    damage(holdings.settings.search_folder)
    if damage is not cut_segments:
        # What a process has open still answers; a lost index does not.
        answer = client.get("/tim-kiem?q=pac+bo")
        assert answer.status_code == 503
        assert SENTENCE in answer.get_data(as_text=True)
        assert client.get("/api/v1/search?q=pac+bo").status_code == 503
    for path in ("/", "/duyet", f"/an-pham/{ids[0]}", f"/an-pham/{ids[0]}/trang/1?q=pac"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        if damage is not cut_segments and path == "/duyet":
            assert SENTENCE in answer.get_data(as_text=True)
    worker.care.run_due()
    assert holdings.index.status().healthy
    if damage is not lose_folder:
        assert holdings.index.status().generation != "g000001"
    assert hits(holdings) == before
    assert client.get("/tim-kiem?q=pac+bo").status_code == 200


@pytest.mark.slow
def test_real_worker_sees_the_loss_by_itself(holdings, deposited, work, start, tmp_path):
    deposited()
    work()
    before = hits(holdings)
    start("worker")

    def alive() -> bool:
        with holdings.database.reading() as session:
            return heartbeats.worker_is_alive(session)

    wait_until(alive)
    # In one step: the worker may be writing its lock file while a folder is emptied.
    holdings.settings.search_folder.rename(tmp_path / "lost")
    wait_until(lambda: holdings.index.status().healthy)
    wait_until(lambda: holdings.index.status().works == 1)
    assert hits(holdings) == before


def test_rebuild_command_gives_the_same_hits(holdings, deposited, work, cli):
    for number in range(2):
        deposited(title=f"Số {number}")
    work()
    before = hits(holdings)
    shutil.rmtree(holdings.settings.search_folder)
    assert cli("index", "status", "--json").exit_code == 1
    assert cli("index", "rebuild").exit_code == 0
    assert hits(holdings) == before
    status = json.loads(cli("index", "status", "--json").stdout)
    assert (status["healthy"], status["works"], status["behind"]) == (True, 2, 0)


def test_index_from_an_older_copy_is_seen_and_healed(holdings, deposited, work, cli, tmp_path):
    withdrawn, removed = deposited(title="Một"), deposited(title="Hai")
    work()
    folder = holdings.settings.search_folder
    shutil.copytree(folder, tmp_path / "copy")
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, withdrawn)
        reviews.withdraw(session, publication, by=SYSTEM, note="thu hồi")
        session.commit()
    added = deposited(title="Ba")
    work()
    with holdings.database.writing() as session:
        session.delete(session.get_one(Publication, removed))
        session.commit()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    assert json.loads(cli("index", "status", "--json").stdout)["behind"] == 3
    work()
    with holdings.database.reading() as session:
        difference = compare(session, holdings.index)
    assert (difference.stale, difference.gone) == ((), ())
    assert [hit[0] for hit in hits(holdings)] == [added]


def test_worker_survives_an_index_that_another_process_is_rebuilding(holdings, deposited, work):
    publication_id = deposited()
    shutil.rmtree(holdings.settings.search_folder)
    worker = Worker(holdings)
    with holdings.index.writer():
        with pytest.raises(SearchIndexError):
            worker.care.run_due()
        assert worker.run_once(), "text is read all the same"
    work()
    assert_converged(holdings, {publication_id: 3})


def test_lost_images_are_made_again(holdings, deposited, work):
    publication_id = deposited()
    work()
    shutil.rmtree(holdings.settings.images_folder)
    work()
    assert_converged(holdings, {publication_id: 3})


def test_file_whose_pages_cannot_be_drawn_is_not_drawn_for_ever(holdings, deposited, work):
    publication_id = deposited()
    work()
    with holdings.database.reading() as session:
        assert holdings.images.remove(publication_id) == 6
        assert session.query(Publication).count() == 1
    # The folder stands, as after a drawing that gave no image.
    holdings.images.prepare(publication_id, "f1")
    Worker(holdings).care.run_due()
    with holdings.database.reading() as session:
        assert jobs.count_jobs(session, stages=(Stage.IMAGES,)).waiting == 0


def test_reader_sees_an_index_put_back_with_the_same_numbers(holdings, deposited, work):
    first = deposited(title="Một")
    work()
    web = SearchIndex(holdings.settings.search_folder)
    commit = web.status().commit
    assert set(web.revisions()) == {first}
    with holdings.database.reading() as session:
        (entry,) = index_entries(session, [first])
    shutil.rmtree(holdings.settings.search_folder)
    other = SearchIndex(holdings.settings.search_folder)
    other.create()
    while other.status().commit < commit:
        other.write([replace(entry, work_id="khac")])
    assert (other.status().generation, other.status().commit) == ("g000001", commit)
    assert set(web.revisions()) == set(other.revisions()) == {"khac"}
