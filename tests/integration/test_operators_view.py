"""What the operator sees of the intake and does with it."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from archive.core.dates import now
from archive.core.errors import LimitReachedError, NotAllowedError
from archive.core.roles import SYSTEM, Actor, Role
from archive.core.status import JobState
from archive.extract.limits import Limits
from archive.models import Event, File, Job, MinuteTally, Page, Stage, StagePause
from archive.services import heartbeats, jobs, operations, pauses, recognition, throughput
from archive.worker.loop import Worker
from tests.conftest import post
from tests.integration.conftest import give_up

PATH = "/quan-tri/tiep-nhan"
LEASE = timedelta(seconds=60)
TEXT = {"data": "Một\fHai\fBa".encode(), "name": "ba-trang.txt"}


def state(holdings):
    with holdings.database.reading() as session:
        return operations.intake_state(session, holdings)


def stage_of(holdings, stage: Stage):
    return next(row for row in state(holdings).stages if row.stage is stage)


def words(answer) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain)


def test_queue_is_counted_by_stage_with_the_oldest_wait(holdings, deposited):
    for title in ("Một", "Hai"):
        deposited(title=title, **TEXT)
    with holdings.database.writing() as session:
        job = session.scalars(select(Job).order_by(Job.id)).first()
        job.created_at = now() - timedelta(minutes=17)
        session.commit()
    extract = stage_of(holdings, Stage.EXTRACT)
    assert (extract.waiting, extract.running, extract.failed) == (2, 0, 0)
    assert timedelta(minutes=17) <= extract.oldest < timedelta(minutes=18)
    assert stage_of(holdings, Stage.INDEX).oldest is None


def test_running_job_shows_its_page_and_its_worker(holdings, deposited, signed_in):
    deposited(title="Đang đọc", **TEXT)
    with holdings.database.writing() as session:
        (claim,) = jobs.claim(session, lease=LEASE, worker="may-chu:12")
        jobs.report_progress(session, claim, done=12, total=60)
        session.commit()
    text = words(signed_in(Role.CURATOR).get(PATH))
    assert "Đang đọc Đọc chữ trong tệp: trang 12 / 60 · tiến trình may-chu:12" in text


def test_worker_signs_the_jobs_it_claims(holdings, deposited, work):
    deposited(**TEXT)
    work()
    with holdings.database.reading() as session:
        signed = {job.worker for job in session.scalars(select(Job))}
    assert signed == {heartbeats.worker_name()}


def test_pages_are_counted_by_the_minute(holdings, deposited, work, signed_in):
    deposited(**TEXT)
    work()
    speed = stage_of(holdings, Stage.EXTRACT).speed
    assert speed.pages == 3
    assert 0 < speed.per_second <= 3
    assert "trang mỗi" in words(signed_in(Role.CURATOR).get(PATH))
    with holdings.database.writing() as session:
        for row in session.scalars(select(MinuteTally)):
            row.minute -= timedelta(minutes=10)
        session.flush()
        assert throughput.recent(session) == {}
        throughput.forget_old(session)
        assert session.scalars(select(MinuteTally)).all(), "kept for a day"


def test_paused_stage_is_claimed_by_nobody_until_it_goes_on(holdings, deposited, signed_in, work):
    publication_id = deposited(**TEXT)
    curator = signed_in(Role.CURATOR)
    post(curator, f"{PATH}/tam-dung", {"stage": "extract"})
    work()  # Ends, though a job waits.
    assert stage_of(holdings, Stage.EXTRACT).waiting == 1
    with holdings.database.writing() as session:
        assert jobs.claim(session, lease=LEASE) == []
        assert not jobs.anything_due(session)
        assert jobs.claim(session, lease=LEASE, stages=[Stage.EXTRACT]) == []
    text = words(curator.get(PATH))
    assert "Có bước đang tạm dừng." in text
    assert re.search(r"Tạm dừng từ \d\d:\d\d ngày \d\d/\d\d/\d{4}, Người curator", text)
    ready = curator.get("/readyz").json["parts"]["intake"]
    assert ready["needed"] is False
    assert ready["detail"].startswith("extract paused since 20"), "strangers read this"
    post(curator, f"{PATH}/chay-tiep", {"stage": "extract"})
    work()
    with holdings.database.reading() as session:
        assert session.scalars(select(Page).where(Page.publication_id == publication_id)).all()
        kinds = [event.kind for event in session.scalars(select(Event).order_by(Event.id))]
    assert kinds[-2:] == ["intake_paused", "intake_resumed"]
    assert curator.get("/readyz").json["parts"]["intake"] == {
        "ok": True, "needed": False, "detail": ""
    }  # fmt: skip


def test_whole_intake_is_paused_and_goes_on_as_one(holdings, deposited, signed_in):
    deposited(**TEXT)
    admin = signed_in(Role.ADMIN)
    post(admin, f"{PATH}/tam-dung", {})
    post(admin, f"{PATH}/tam-dung", {})
    with holdings.database.reading() as session:
        assert len(session.scalars(select(StagePause)).all()) == len(Stage)
        assert pauses.unpaused(session, tuple(Stage)) == []
    assert "Việc tiếp nhận đang tạm dừng." in words(admin.get(PATH))
    assert "Tạm dừng toàn bộ việc tiếp nhận" in words(admin.get("/quan-tri"))
    post(admin, f"{PATH}/chay-tiep", {})
    with holdings.database.reading() as session:
        assert pauses.list_pauses(session) == []


def test_import_that_waits_tells_of_a_pause_and_ends(holdings, cli, tmp_path):
    with holdings.database.writing() as session:
        pauses.pause(session, [Stage.EXTRACT], by=SYSTEM)
        session.commit()
    folder = tmp_path / "nhap"
    folder.mkdir()
    (folder / "a.txt").write_text("Pác Bó", encoding="utf-8")
    done = cli("import", folder, "--issued", "2024", "--wait")
    assert "đang tạm dừng" in done.stderr
    assert stage_of(holdings, Stage.EXTRACT).waiting == 1


def test_import_that_waits_does_not_wait_for_paused_recognition(holdings, cli, tmp_path):
    with holdings.database.writing() as session:
        pauses.pause(session, [Stage.OCR, Stage.RECORD], by=SYSTEM)
        session.commit()
    folder = tmp_path / "nhap"
    folder.mkdir()
    (folder / "a.png").write_bytes(blank_picture())
    done = cli("import", folder, "--issued", "2024", "--wait", "--json")
    (told,) = json.loads(done.stdout)["publications"]
    assert told["state"] == "ocr_waiting"
    assert stage_of(holdings, Stage.OCR).waiting == 1


def blank_picture() -> bytes:
    written = io.BytesIO()
    Image.new("L", (400, 600), 255).save(written, "PNG")
    return written.getvalue()


def test_unknown_stage_is_a_bad_request(signed_in):
    assert post(signed_in(Role.CURATOR), f"{PATH}/tam-dung", {"stage": "x"}).status_code == 400


@pytest.fixture
def failed(holdings, deposited) -> list[str]:
    """Two files that met the same limit, and a job that failed."""
    long = ("ngắn\f" + "chữ " * 250).encode()
    made = [deposited(title=f"Dài {n}", data=long, name="tep.txt") for n in (1, 2)]
    Worker(holdings, limits=Limits(page_text_bytes=900)).run(until_idle=True)
    made.append(deposited(title="Hỏng", **TEXT))
    with holdings.database.writing() as session:
        (claim,) = jobs.claim(session, lease=LEASE)
        give_up(session, claim, error_code="storage_failed")
        session.commit()
    return made


def test_failures_are_grouped_by_reason_and_lead_to_the_publications(failed, holdings, signed_in):
    limit, job = state(holdings).failures
    assert (limit.code, limit.data["limit"], len(limit.failures)) == (
        "limit_reached", "output_bytes", 2
    )  # fmt: skip
    assert (job.code, job.stage, len(job.failures)) == ("storage_failed", Stage.EXTRACT, 1)
    page = signed_in(Role.CURATOR).get(PATH)
    for publication_id in failed:
        assert f'href="/an-pham/{publication_id}"' in page.get_data(as_text=True)
    assert "chứa quá nhiều chữ (hơn 900 B)" in words(page)
    assert "Không làm được (3)" in words(page)


def test_one_of_a_reason_is_done_again_and_then_all(failed, holdings, signed_in):
    curator = signed_in(Role.CURATOR)
    limit, job = state(holdings).failures
    post(curator, f"{PATH}/lam-lai", {"key": limit.key, "only": limit.failures[0].id})
    assert len(state(holdings).failures[0].failures) == 1
    Worker(holdings, limits=Limits(page_text_bytes=900)).run(until_idle=True)
    assert len(state(holdings).failures[0].failures) == 2, "met the same limit again"
    post(curator, f"{PATH}/lam-lai", {"key": limit.key, "raised": "1"})
    post(curator, f"{PATH}/lam-lai", {"key": job.key})
    Worker(holdings, limits=Limits(page_text_bytes=900)).run(until_idle=True)
    assert state(holdings).failures == []
    with holdings.database.reading() as session:
        files = session.scalars(select(File).order_by(File.id)).all()
        told = session.scalars(select(Event).where(Event.kind == "jobs_retried")).all()
    assert [file.raised_limits for file in files] == [
        {"output_bytes": 2}, {"output_bytes": 2}, None
    ]  # fmt: skip
    assert [event.data["count"] for event in told] == [1, 2, 1]
    answer = post(curator, f"{PATH}/lam-lai", {"key": limit.key}, follow_redirects=True)
    assert "Không còn việc nào như vậy" in words(answer)


def test_pages_that_could_not_be_recognised_are_counted_and_queued_again(
    holdings, deposited, work, signed_in
):
    publication_id = deposited(**TEXT)
    work()
    with holdings.database.writing() as session:
        first, second, _ = session.scalars(select(Page).order_by(Page.number))
        first.ocr_state, second.ocr_state = "failed", "waiting"
        session.commit()
    curator = signed_in(Role.CURATOR)
    assert "1 trang đang chờ. 1 trang không nhận dạng được." in words(curator.get(PATH))
    (group,) = state(holdings).failures
    post(curator, f"{PATH}/lam-lai", {"key": group.key})
    with holdings.database.reading() as session:
        assert [page.ocr_state for page in session.scalars(select(Page).order_by(Page.number))] == [
            "waiting", "waiting", ""
        ]  # fmt: skip
        job = session.scalars(select(Job).where(Job.stage == Stage.OCR)).one()
    assert (job.publication_id, job.state) == (publication_id, JobState.QUEUED)


def test_file_is_no_problem_any_more_once_its_page_is_to_be_read_again(holdings, deposited, work):
    deposited(**TEXT)
    deposited(title="Khác", **TEXT)
    work()
    with holdings.database.writing() as session:
        file, other = session.scalars(select(File).order_by(File.id))
        page = session.scalars(select(Page).where(Page.file_id == file.id)).first()
        page.ocr_state = "failed"
        error = LimitReachedError(limit="cpu_seconds", value=15)
        recognition.note_problem(file, error, page=1)
        other.problem_code = "file_damaged"
        session.commit()
    group = next(one for one in state(holdings).failures if one.stage is Stage.OCR)
    with holdings.database.writing() as session:
        assert operations.retry(session, group.key, by=SYSTEM) == 1
        session.commit()
    with holdings.database.reading() as session:
        problems = session.scalars(select(File.problem_code).order_by(File.id)).all()
    assert problems == [None, "file_damaged"]


def test_fragment_asks_for_itself_again(signed_in):
    curator = signed_in(Role.CURATOR)
    fragment = curator.get(f"{PATH}/tinh-hinh").get_data(as_text=True)
    assert f'data-hx-get="{PATH}/tinh-hinh"' in fragment
    assert "<html" not in fragment
    page = curator.get(PATH).get_data(as_text=True)
    assert 'href="/quan-tri/nguoi-dung"' not in page, "a curator is not led to a refusal"


def test_acts_are_for_curators(holdings):
    depositor = Actor(user_id=1, role=Role.DEPOSITOR)
    with holdings.database.writing() as session:
        for act in (
            lambda: pauses.pause(session, tuple(Stage), by=depositor),
            lambda: pauses.resume(session, tuple(Stage), by=depositor),
            lambda: operations.retry(session, "x", by=depositor),
        ):
            with pytest.raises(NotAllowedError):
                act()
