"""An archive on a file system of its own that is really full: run inside `test_full_disk.py`,
which mounts one and names it in `FULL_DISK`.

At each place where something is written the disk is filled just before, then the writing goes its
way; later there is room again. Nobody but the archive itself does anything about it.
"""

from __future__ import annotations

import functools
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from archive.core.status import JobState, Status
from archive.models import File, HeldFile, Publication
from archive.services import held_files, reviews, uploads
from archive.services.heartbeats import worker_is_alive
from archive.storage.ocfl import StorageRoot
from archive.worker import loop, stages
from archive.worker.loop import Worker
from bench.legacy import demo_lines
from tests.conftest import make_pdf, token_of
from tests.integration.conftest import jobs_of, leftovers, page_numbers, wait_until
from tests.integration.doomed import PLACES
from tests.integration.mixed_set import (
    SCANNED,
    Given,
    Taken,
    assert_sound,
    contents,
    outlined,
    pictured,
    take_in,
)
from tests.integration.standing import Standing, page, standing_archive, words_of
from tests.integration.test_deposit_form import held_ids, send
from tests.integration.test_resumable_upload import Sender

DISK = Path(os.environ["FULL_DISK"])
FILLER = DISK / "filler"
FULL = "Ổ đĩa của kho đã đầy"

QUICK = ("pages", "image")
STAGES_PLACES = sorted({*PLACES} - {"problem", "picture", "comparison"})


def fill(archive: Standing | None = None) -> None:
    """Take every byte that is left; with `archive` also the room inside its database's log."""
    if archive is not None:
        with archive.holdings.database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    _fill_up()
    if archive is not None:
        # What just ended may still be giving room back: a child that read, a file's old copy.
        time.sleep(0.2)
        _fill_up()
    assert shutil.disk_usage(DISK).free == 0


def _fill_up() -> None:
    with FILLER.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def make_room() -> None:
    FILLER.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker that looks again after a moment, not after a quarter of a minute."""
    monkeypatch.setattr(loop, "FULL_WAIT", timedelta(seconds=0.2))
    monkeypatch.setattr(loop, "FAULT_SECONDS", 0.02)
    monkeypatch.setattr(loop, "LONGEST_FAULT_SECONDS", 0.2)
    yield
    make_room()


@pytest.fixture
def archive() -> Iterator[Standing]:
    folder = DISK / "archive"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with standing_archive(folder) as made:
        yield made
    make_room()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def given() -> Given:
    lines = list(demo_lines(80))
    texts = ["\n".join(lines[n : n + 20]) for n in range(0, 80, 20)]
    return {
        "book": (outlined(make_pdf(*texts)), "a.pdf"),
        "longer": (make_pdf(*texts[:3]), "b.pdf"),
        "scan": (pictured("PDF", SCANNED[1]), "c.pdf"),
    }


@pytest.fixture(scope="module")
def expected(given: Given, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the set becomes where there is room."""
    with standing_archive(tmp_path_factory.mktemp("room")) as roomy:
        taken = take_in_more(roomy, given)
        roomy.work()
        return contents(taken)


@functools.cache
def _read_before() -> bytes:
    return make_pdf("Thác Bản Giốc")


def take_in_more(archive: Standing, given: Given) -> Taken:
    """The set in an archive that holds something already."""
    read = archive.put("Đã đọc", _read_before(), publication_id="k99999999999")
    archive.work()
    taken = take_in(archive, given)
    taken.ids["read"] = read
    return taken


@contextmanager
def filled_before(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> Iterator[threading.Event]:
    """Fill the disk before the first call of the place; the event tells that this was."""
    real = getattr(owner, name)
    came_by = threading.Event()

    @functools.wraps(real)
    def crowded(*args: Any, **kwargs: Any) -> Any:
        if not came_by.is_set():
            fill()
            came_by.set()
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, crowded)
        yield came_by


@contextmanager
def working(archive: Standing) -> Iterator[threading.Thread]:
    worker = Worker(archive.holdings)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(30)


def is_idle(archive: Standing) -> bool:
    return all(job.state is JobState.DONE for job in jobs_of(archive.holdings))


def assert_readable(archive: Standing, publication_id: str) -> None:
    reader = archive.client("anonymous")
    for path in ("", "/trang/1", "/tep/1"):
        answer = reader.get(f"/an-pham/{publication_id}{path}")
        assert answer.status_code == 200, path
    assert reader.get("/tim-kiem?q=ban+gioc").status_code == 200


@pytest.mark.parametrize(
    "place",
    [pytest.param(p, marks=() if p in QUICK else pytest.mark.slow) for p in STAGES_PLACES],
)
def test_worker_waits_for_room_and_comes_to_the_same_end(
    archive, given, expected, monkeypatch, place
):
    taken = take_in_more(archive, given)
    with (
        filled_before(monkeypatch, *PLACES[place]) as came_by,
        working(archive) as worker,
    ):
        wait_until(came_by.is_set, seconds=60)
        time.sleep(0.5)
        assert worker.is_alive()
        assert_readable(archive, taken.ids["read"])
        assert [job for job in jobs_of(archive.holdings) if job.state is JobState.FAILED] == []
        make_room()
        # Sooner than any lease runs out.
        wait_until(lambda: is_idle(archive), seconds=45)
    assert_sound(taken)
    made = contents(taken)
    for part, there in expected.items():
        assert made[part] == there, part


def test_worker_told_to_stop_where_nothing_can_be_written_ends_well(archive):
    worker = Worker(archive.holdings)
    ended: list[str] = []

    def run() -> None:
        try:
            worker.run()
        except OperationalError as error:
            ended.append(str(error))
        else:
            ended.append("well")

    def gave_a_sign() -> bool:
        with archive.holdings.database.reading() as session:
            return worker_is_alive(session)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until(gave_a_sign)
    fill(archive)
    worker.stop()
    thread.join(30)
    assert ended == ["well"]


def test_record_waits_for_room(archive, monkeypatch):
    publication_id = archive.put("Sách", make_pdf("Bản Giốc"), status=Status.SUBMITTED)
    archive.work()
    curator = archive.actor("curator")
    with archive.holdings.database.writing() as session:
        reviews.accept(session, session.get_one(Publication, publication_id), by=curator)
        session.commit()
    with (
        filled_before(monkeypatch, stages, "store_record") as came_by,
        working(archive) as worker,
    ):
        wait_until(came_by.is_set)
        time.sleep(0.5)
        assert worker.is_alive()
        assert archive.client("curator").get(f"/an-pham/{publication_id}").status_code == 200
        make_room()
        wait_until(lambda: is_idle(archive), seconds=30)
    record = archive.holdings.originals.record(f"an-pham:{publication_id}")
    assert b'"status": "accepted"' in record
    assert leftovers(archive.holdings) == []


def said(answer: Any) -> str:
    return words_of(page(answer))


DOORS: dict[str, tuple[Any, str]] = {
    "held": (held_files, "hold_file"),
    "originals": (StorageRoot, "put"),
}


@pytest.mark.parametrize("place", ["bytes", *DOORS])
def test_form_says_that_the_disk_is_full_and_goes_through_when_there_is_room(
    archive, monkeypatch, place
):
    depositor = archive.client("depositor")
    token_of(depositor, "/nop")
    pdf = make_pdf("Bản Giốc " * 50)
    if place == "bytes":
        fill(archive)
        answer = send(depositor, (pdf, "sách.pdf"))
    else:
        with filled_before(monkeypatch, *DOORS[place]) as came_by:
            answer = send(depositor, (pdf, "sách.pdf"))
            assert came_by.is_set()
    assert answer.status_code in (422, 507)
    assert "đầy" in said(answer)
    assert list(archive.holdings.originals.object_ids()) == []
    assert list(archive.holdings.originals.strays()) == []
    held = held_ids(answer)
    # What nobody will ask for again takes no room: only a file that the form names is kept.
    assert leftovers(archive.holdings) == held
    make_room()
    files = [] if held else [(pdf, "sách.pdf")]
    again = send(depositor, *files, held=held)
    assert again.status_code == 302, said(again)
    archive.work()
    assert page_numbers(archive.holdings, again.location.rpartition("/")[2]) == [1]
    with archive.holdings.database.reading() as session:
        assert session.scalars(select(HeldFile)).all() == []
        assert len(session.scalars(select(File)).all()) == 1
    assert leftovers(archive.holdings) == []


def test_piece_of_a_file_waits_for_room_where_it_stopped(archive):
    sender = Sender(archive.client("depositor"))
    data = make_pdf("Bản Giốc") + b"%" * 500_000
    path = sender.start(len(data), "sách.pdf")
    assert sender.send(path, 0, data[:100_000]).status_code == 204
    fill()
    refused = sender.send(path, 100_000, data[100_000:])
    assert refused.status_code == 507
    assert FULL in refused.get_data(as_text=True)
    offset = sender.offset(path)
    assert 100_000 <= offset < len(data)
    make_room()
    assert sender.send(path, offset, data[offset:]).status_code == 204


def test_file_that_came_whole_is_held_when_there_is_room(archive, monkeypatch):
    sender = Sender(archive.client("depositor"))
    data = make_pdf("Bản Giốc")
    path = sender.start(len(data), "sách.pdf")
    with filled_before(monkeypatch, uploads, "hold_file") as came_by:
        refused = sender.send(path, 0, data)
        assert came_by.is_set()
    assert refused.status_code == 507
    assert "đầy" in refused.get_data(as_text=True)
    assert sender.offset(path) == len(data)
    make_room()
    assert sender.ask("POST", f"{path}/kiem-tra").status_code == 204
    with archive.holdings.database.reading() as session:
        assert [file.name for file in session.scalars(select(HeldFile))] == ["sách.pdf"]


def test_readiness_tells_of_the_full_disk_and_leaves_nothing(archive):
    reader = archive.client("anonymous")
    fill(archive)
    answer = reader.get("/readyz")
    assert answer.status_code == 503
    storage = answer.get_json()["parts"]["storage"]
    assert (storage["ok"], storage["detail"]) == (False, "No space left on device")
    make_room()
    assert reader.get("/readyz").get_json()["parts"]["storage"]["ok"]
    assert leftovers(archive.holdings) == []


def test_act_on_a_publication_says_that_the_disk_is_full(archive):
    publication_id = archive.put("Sách", make_pdf("Bản Giốc"), status=Status.SUBMITTED)
    archive.work()
    curator = archive.client("curator")
    token = token_of(curator, "/huong-dan")
    fill(archive)
    path, sent = f"/an-pham/{publication_id}/tra-lai", {"csrf_token": token, "note": "Thiếu bìa"}
    answer = curator.post(path, data=sent)
    assert answer.status_code == 507
    assert "đầy" in said(answer)
    assert curator.get(f"/an-pham/{publication_id}").status_code == 200
    make_room()
    assert curator.post(path, data=sent).status_code == 302


def test_backup_to_a_full_disk_says_so_and_leaves_nothing(archive):
    archive.put("Sách", make_pdf("Bản Giốc"))
    archive.work()
    fill()
    target = DISK / "backup.tar"
    done = archive.app.test_cli_runner().invoke(args=["backup", str(target)])
    assert done.exit_code == 1
    assert "Không đủ chỗ trống" in done.stderr
    assert [p.name for p in DISK.iterdir() if "backup" in p.name] == []
    make_room()
    assert archive.app.test_cli_runner().invoke(args=["backup", str(target)]).exit_code == 0
    target.unlink()
