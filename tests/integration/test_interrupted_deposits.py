"""Cases 25, 28, 29: deposits that collide, or are cut off between storage and catalogue."""

from __future__ import annotations

import io
import os
import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.core.errors import NotAllowedError
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Actor, Role
from archive.core.status import JobState, Status
from archive.models import Event, File, Job, Publication, Stage, User
from archive.search.requests import SearchRequest
from archive.services import deposits, held_files, jobs, restoring, reviews
from archive.services.catalogue import viewer_of
from archive.services.holdings import object_id, original_path
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import find_unit
from archive.worker import stages
from archive.worker.drawing import WIDTHS_PX
from archive.worker.loop import Worker
from tests.conftest import find_publication, make_pdf, token_of
from tests.integration.conftest import assert_converged, give_up, jobs_of, leftovers, page_texts

STEPS = ("content placed", "staged", "in place", "done")


def sweep_now(holdings):
    """As a day later: what killed processes left in `incoming` is swept by its age."""
    for path in holdings.incoming.folder.rglob("*"):
        if path.parent.name != "locks":
            os.utime(path, (0, 0))
    with holdings.database.writing() as session:
        held_files.sweep_held(session, holdings)
        session.commit()


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_import_killed_in_storage_adds_each_file_once_when_run_again(
    holdings, doomed, cli, work, tmp_path, step
):
    source = tmp_path / "nguon"
    source.mkdir()
    for name in ("một", "hai"):
        (source / f"{name}.txt").write_text(f"Chuyện {name} về Pác Bó", encoding="utf-8")
    assert doomed.run(task="import", source=str(source), kill_step=step) == signal.SIGKILL
    done = cli("import", source, "--json")
    assert done.exit_code == 0
    with holdings.database.reading() as session:
        ids = session.scalars(select(Publication.id)).all()
    work()
    sweep_now(holdings)
    assert len(ids) == 2
    assert_converged(holdings, dict.fromkeys(ids, 1))


@pytest.mark.parametrize("when", ["before", "after"])
def test_import_killed_around_its_commit_adds_each_file_once(
    holdings, doomed, cli, work, tmp_path, when
):
    source = tmp_path / "một.txt"
    source.write_text("Chuyện một", encoding="utf-8")
    assert doomed.run(task="import", source=str(source), kill_at=1, when=when) == signal.SIGKILL
    assert cli("import", source).exit_code == 0
    work()
    sweep_now(holdings)
    with holdings.database.reading() as session:
        (publication_id,) = session.scalars(select(Publication.id)).all()
    assert_converged(holdings, {publication_id: 1})


@pytest.mark.slow
def test_object_that_nobody_sends_again_is_adopted_after_a_while(holdings, doomed, work, tmp_path):
    source = tmp_path / "một.txt"
    source.write_text("Chuyện một về suối Lê-nin", encoding="utf-8")
    doomed.run(task="import", source=str(source), kill_step="done")
    assert restoring.adopt_orphans(holdings, older_than=timedelta(minutes=10)) == 0
    assert restoring.adopt_orphans(holdings, older_than=timedelta(0)) == 1
    assert restoring.adopt_orphans(holdings, older_than=timedelta(0)) == 0
    work()
    sweep_now(holdings)
    with holdings.database.reading() as session:
        (publication,) = session.scalars(select(Publication)).all()
        kinds = session.scalars(select(Event.kind)).all()
    assert (publication.title, publication.status) == ("một", Status.ACCEPTED)
    assert kinds.count("deposited") == 1
    assert_converged(holdings, {publication.id: 1})


def test_one_damaged_orphan_neither_stops_the_worker_nor_keeps_the_others_out(
    holdings, doomed, tmp_path, monkeypatch
):
    for name in ("một", "hai"):
        path = tmp_path / f"{name}.txt"
        path.write_text(f"Chuyện {name}", encoding="utf-8")
        doomed.run(task="import", source=str(path), kill_step="done")
    broken = next(holdings.originals.object_ids())
    stored = holdings.originals.path(broken, "record.json")
    stored.write_bytes(stored.read_bytes().replace(b"{", b"[", 1))
    monkeypatch.setattr("archive.worker.care.ORPHAN_AGE", timedelta(0))
    Worker(holdings).run(until_idle=True)
    with holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Publication)) == 1


def form(holdings, deposit_id: str, data: bytes) -> dict[str, object]:
    return {
        "deposit_id": deposit_id,
        "title": "Cội nguồn",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        "files": (io.BytesIO(data), "coi-nguon.pdf"),
    }


def test_web_deposit_cut_off_before_its_commit_converges_when_the_form_is_sent_again(
    holdings, app, signed_in, work, pdf
):
    depositor = signed_in(Role.DEPOSITOR)
    deposit_id = new_id()
    with holdings.database.reading() as session:
        user_id = session.scalar(select(User.id).limit(1))
    # The first request gets as far as storage; its transaction is never committed.
    received = holdings.incoming.receive(io.BytesIO(pdf), limit_bytes=10**7)
    with holdings.database.writing() as session:
        unit = find_unit(session, "so-van-hoa")
        deposits.deposit(
            session,
            holdings,
            publication_id=deposit_id,
            record=RecordInput(title="Cội nguồn"),
            files=[check_file(received, "coi-nguon.pdf")],
            unit=unit,
            status=Status.SUBMITTED,
            by=Actor(user_id, Role.DEPOSITOR, unit.id, unit.code, "Người nộp"),
        )
        session.rollback()
    assert holdings.originals.exists(object_id(deposit_id))
    assert find_publication(holdings, deposit_id) is None
    for _ in range(2):
        sent = {**form(holdings, deposit_id, pdf), "csrf_token": token_of(depositor, "/nop")}
        answer = depositor.post("/nop", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.get_data(as_text=True)
        assert answer.location == f"/an-pham/{deposit_id}"
    work()
    holdings.incoming.discard(received)
    sweep_now(holdings)
    assert_converged(holdings, {deposit_id: 3})


def test_same_deposit_id_at_once_is_one_deposit_and_a_strangers_id_is_refused(
    holdings, deposited, pdf
):
    publication_id = deposited(title="Trước")
    assert deposited(title="Sau", publication_id=publication_id) == publication_id
    assert find_publication(holdings, publication_id).title == "Trước"
    with holdings.database.reading() as session:
        unit = find_unit(session, "so-van-hoa")
    stranger = Actor(77, Role.DEPOSITOR, unit.id, unit.code, "Người khác")
    with pytest.raises(NotAllowedError):
        deposited(publication_id=publication_id, by=stranger)


def test_two_depositors_of_the_same_bytes_at_once_get_two_whole_deposits(
    holdings, signed_in, work, pdf
):
    people = [
        signed_in(Role.DEPOSITOR, unit="so-van-hoa"),
        signed_in(Role.DEPOSITOR, unit="tinh-doan"),
    ]
    tokens = [token_of(person, "/nop") for person in people]
    ids = [new_id(), new_id()]
    start = threading.Barrier(2)
    answers: dict[int, int] = {}

    def send(number: int) -> None:
        given = form(holdings, ids[number], pdf)
        given["unit"] = ("so-van-hoa", "tinh-doan")[number]
        given["csrf_token"] = tokens[number]
        start.wait()
        answer = people[number].post("/nop", data=given, content_type="multipart/form-data")
        answers[number] = answer.status_code

    threads = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {0: 302, 1: 302}
    with holdings.database.reading() as session:
        events = session.scalars(
            select(Event).where(Event.kind == "deposited").order_by(Event.id)
        ).all()
    assert [event.data["same_as"] for event in events] == [[], [events[0].publication_id]]
    second = people[ids.index(events[1].publication_id)]
    first = people[ids.index(events[0].publication_id)]
    told = "Kho đã có tệp giống hệt"
    assert told in second.get(f"/an-pham/{events[1].publication_id}").get_data(as_text=True)
    assert told not in first.get(f"/an-pham/{events[0].publication_id}").get_data(as_text=True)
    work()
    assert_converged(holdings, dict.fromkeys(ids, 3))


def amend(holdings, publication_id: str, data: bytes | None, *, commit: bool = True) -> None:
    files = []
    if data is not None:
        received = holdings.incoming.receive(io.BytesIO(data), limit_bytes=10**7)
        files = [check_file(received, "moi.pdf")]
    with holdings.database.writing() as session:
        deposits.amend(
            session,
            holdings,
            publication=session.get_one(Publication, publication_id),
            record=RecordInput(title="Bản mới"),
            files=files,
            unit=find_unit(session, "so-van-hoa"),
            submit=False,
            by=SYSTEM,
        )
        if commit:
            session.commit()
    for file in files:
        holdings.incoming.discard(file.received)


def test_new_files_take_the_place_of_pages_and_files_and_the_old_version_stays(
    holdings, deposited, work, pdf
):
    publication_id = deposited(status=Status.DRAFT)
    work()
    new = make_pdf("Trang mới về đèo Mã Phục", "Trang hai")
    amend(holdings, publication_id, new)
    work()
    assert_converged(holdings, {publication_id: 2})
    assert "Mã Phục" in page_texts(holdings, publication_id)[0]
    name = object_id(publication_id)
    assert holdings.originals.path(name, "files/0001.pdf", 1).read_bytes() == pdf
    assert holdings.originals.path(name, "files/0001.pdf").read_bytes() == new
    request = SearchRequest(viewer=viewer_of(SYSTEM), query="ngườm ngao")
    assert holdings.index.search(request).total == 0


def test_extraction_of_replaced_files_puts_no_old_page_back(holdings, deposited, long_pdf, work):
    publication_id = deposited(status=Status.DRAFT, data=long_pdf)
    new = make_pdf("Trang mới")
    with holdings.database.writing() as session:
        (claim,) = jobs.claim(session, lease=timedelta(minutes=1))
        session.commit()
    replaced = False

    def check() -> None:
        nonlocal replaced
        if not replaced:
            replaced = True
            amend(holdings, publication_id, new)

    with pytest.raises((jobs.StaleLeaseError, stages.StopRequestedError)):
        stages.run_extract(holdings, claim, check=check, limits=stages.Limits())
    assert replaced
    assert page_texts(holdings, publication_id) == []
    # The new files need not wait until the old reading's lease ends.
    states = [(job.stage, job.state) for job in jobs_of(holdings)]
    assert states == [(Stage.EXTRACT, JobState.DONE), (Stage.EXTRACT, JobState.QUEUED)]
    work()
    assert_converged(holdings, {publication_id: 1})
    assert "Trang mới" in page_texts(holdings, publication_id)[0]


def test_images_of_replaced_files_are_never_shown_as_the_new_ones(holdings, deposited, work):
    publication_id = deposited(status=Status.DRAFT, data=make_pdf("A" * 40))
    work()
    with holdings.database.reading() as session:
        old = session.scalars(select(File)).one()
    paths = [holdings.images.path(publication_id, f"f{old.id}", 1, w) for w in WIDTHS_PX]
    before = [path.read_bytes() for path in paths]
    amend(holdings, publication_id, make_pdf("B"))
    # A worker that was drawing the old file at that moment ends its last page.
    for path, data in zip(paths, before, strict=True):
        holdings.images.write(path, data)
    work()
    with holdings.database.reading() as session:
        new = session.scalars(select(File)).one()
    for width, data in zip(WIDTHS_PX, before, strict=True):
        path = holdings.images.path(publication_id, f"f{new.id}", 1, width)
        assert path.read_bytes() != data


def test_change_that_never_reached_the_catalogue_shows_nobody_other_bytes(
    holdings, deposited, work, client, pdf
):
    publication_id = deposited(status=Status.RETURNED)
    work()
    amend(holdings, publication_id, make_pdf("Bản dở dang"), commit=False)
    assert holdings.originals.inventory(object_id(publication_id)).head == 2
    publication = find_publication(holdings, publication_id)
    path = original_path(holdings, publication_id, "files/0001.pdf", publication.object_version)
    assert path.read_bytes() == pdf
    with holdings.database.writing() as session:
        found = session.get_one(Publication, publication_id)
        reviews.submit(session, found, by=SYSTEM)
        reviews.accept(session, found, by=SYSTEM)
        session.commit()
    work()
    # The record's new version holds the files that the catalogue knows.
    assert holdings.originals.path(object_id(publication_id), "files/0001.pdf").read_bytes() == pdf
    assert client.get(f"/an-pham/{publication_id}/tep/1").data == pdf
    assert holdings.originals.verify(object_id(publication_id)) == ()


def test_failed_import_row_leaves_nothing_in_incoming(holdings, cli, tmp_path: Path):
    folder = tmp_path / "nguon"
    folder.mkdir()
    (folder / "rỗng.pdf").write_bytes(b"")
    (folder / "cắt.pdf").write_bytes(make_pdf("x")[:400])
    assert cli("import", folder).exit_code == 1
    assert leftovers(holdings) == []
    assert jobs_of(holdings) == []
    assert list(holdings.originals.object_ids()) == []


def test_old_finished_jobs_are_forgotten_and_failed_ones_stay(holdings, deposited, work):
    publication_id = deposited()
    work()
    with holdings.database.writing() as session:
        jobs.enqueue(session, Stage.IMAGES, publication_id=publication_id)
        (claim,) = jobs.claim(session, lease=timedelta(minutes=1))
        give_up(session, claim, error_code="storage_damaged")
        jobs.forget_old(session, older_than=timedelta(0))
        session.commit()
        left = session.scalars(select(Job)).all()
    assert [(job.stage, job.state) for job in left] == [(Stage.IMAGES, JobState.FAILED)]
