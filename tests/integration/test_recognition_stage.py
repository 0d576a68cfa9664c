"""Pages that are pictures: read by the worker, found, marked; waited for where nobody can read."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
import typst
from alembic import command
from sqlalchemy import delete, select, update

from archive.core.roles import SYSTEM, Role
from archive.core.status import JobState
from archive.extract.recognition import recognition_available
from archive.models import File, Job, Page, PageWords, Stage, migrations
from archive.search.requests import SearchRequest
from archive.search.results import PageItem
from archive.services import recognition
from archive.services.catalogue import viewer_of
from archive.services.word_boxes import unpack_words
from archive.web.context import EXTENSION
from archive.worker.loop import Worker
from tests.conftest import CORPUS, ROOT, missing
from tests.integration.conftest import assert_converged, jobs_of

LINES = (
    "Chiều biên giới em ơi có nơi nào xanh hơn",
    "Pác Bó suối Lê-nin núi Các Mác",
    "Đội Việt Nam Tuyên truyền Giải phóng quân",
)


@pytest.fixture(autouse=True)
def _can_read_pictures(request):
    found = recognition_available(ROOT / "node_modules")
    if not found.is_ok:
        missing(found.detail)


def printed(*lines: str) -> bytes:
    """The lines in a reading size, a page for each."""
    source = "#set page(width: 148mm, height: 105mm)\n#set text(size: 15pt)\n"
    made = typst.compile((source + "\n#pagebreak()\n".join(lines)).encode())
    assert isinstance(made, bytes)
    return made


def scan(*lines: str, dpi: int = 200) -> bytes:
    """A PDF of one picture per line, as a scanner sends it."""
    with pypdfium2.PdfDocument(printed(*lines)) as document:
        images = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    written = io.BytesIO()
    images[0].save(written, "PDF", save_all=True, append_images=images[1:], resolution=dpi)
    return written.getvalue()


def states(holdings):
    with holdings.database.reading() as session:
        rows = session.execute(select(Page.text_source, Page.ocr_state).order_by(Page.number))
        return [tuple(row) for row in rows]


def hits(holdings, query):
    asked = SearchRequest(
        viewer=viewer_of(SYSTEM), query=query, statuses=("accepted", "submitted"), group="page"
    )
    found = holdings.index.search(asked).items
    return [item.number for item in found if isinstance(item, PageItem)]


def test_scanned_pages_are_read_found_and_marked_where_they_stand(
    holdings, deposited, work, client
):
    publication_id = deposited(data=scan(*LINES))
    work()
    assert states(holdings) == [("ocr", "done")] * 3
    assert hits(holdings, "suoi le-nin") == [2]
    assert_converged(holdings, {publication_id: 3})
    page = client.get(f"/an-pham/{publication_id}/trang/2?q=suoi+le-nin")
    assert page.text.count("<rect") >= 1
    words = client.get(f"/api/v1/publications/{publication_id}/pages/2").get_json()
    assert words["text_source"] == "ocr"
    # The line stands at the top left of the sheet.
    first = words["words"][0]
    assert first["text"] == "Pác"
    assert first["x0"] < 0.5
    assert first["y0"] < 0.3


def test_photograph_turned_by_its_exif_is_read(holdings, deposited, work):
    with pypdfium2.PdfDocument(printed(LINES[0])) as document:
        image = document[0].render(scale=200 / 72).to_pil().convert("RGB").rotate(90, expand=True)
    exif = image.getexif()
    exif[0x0112] = 6
    written = io.BytesIO()
    image.save(written, "JPEG", quality=90, exif=exif)
    deposited(data=written.getvalue(), name="trang.jpg")
    work()
    assert hits(holdings, "bien gioi") == [1]


def test_page_with_text_and_page_without_are_decided_one_by_one(holdings, deposited, work):
    merged = pypdfium2.PdfDocument.new()
    for data in (printed(LINES[0]), scan(LINES[1])):
        merged.import_pages(pypdfium2.PdfDocument(data))
    written = io.BytesIO()
    merged.save(written)
    deposited(data=written.getvalue())
    work()
    assert states(holdings) == [("embedded", ""), ("ocr", "done")]


def test_pages_are_findable_while_the_others_are_still_read(holdings, deposited, monkeypatch):
    monkeypatch.setattr(recognition, "_FIRST_INDEXING", timedelta(0))
    monkeypatch.setattr(recognition, "_LATER_PER_PAGE", timedelta(0))
    monkeypatch.setattr("archive.worker.recognition.BATCH_SECONDS", 0.0)
    deposited(data=scan(*LINES))
    worker = Worker(replace_settings(holdings, ocr_processes=1))
    while not hits(holdings, "bien gioi"):
        assert worker.run_once()
    assert ("none", "waiting") in states(holdings)
    worker.run(until_idle=True)
    assert hits(holdings, "giai phong quan") == [3]


def replace_settings(holdings, **changes):
    return replace(holdings, settings=replace(holdings.settings, **changes))


@pytest.mark.slow
def test_killed_recognition_goes_on_with_the_pages_that_are_left(holdings, deposited, doomed):
    publication_id = deposited(data=scan(*LINES))
    kills = 0
    while any(
        job.stage is not Stage.IMAGES and job.state is not JobState.DONE
        for job in jobs_of(holdings)
    ):
        if doomed.run(task="work", care=False, kill_at=2 + kills % 4) == 0:
            break
        kills += 1
        assert kills < 40, "no progress"
    assert kills >= 4
    assert doomed.run(task="work") == 0
    assert states(holdings) == [("ocr", "done")] * 3
    assert_converged(holdings, {publication_id: 3})


def test_without_a_recogniser_pages_wait_and_are_read_once_it_is_there(
    app, holdings, client, deposited, tmp_path
):
    bare = replace_settings(holdings, assets=tmp_path / "nothing")
    app.extensions[EXTENSION] = bare
    publication_id = deposited(data=scan(LINES[0]))
    Worker(bare).run(until_idle=True)
    assert states(holdings) == [("none", "waiting")]
    ready = client.get("/readyz").get_json()["parts"]["recognition"]
    assert (ready["ok"], ready["needed"]) == (False, False)
    assert "1 pages waiting" in ready["detail"]
    page = client.get(f"/an-pham/{publication_id}/trang/1")
    assert "đang chờ máy nhận dạng chữ" in page.text
    Worker(holdings).run(until_idle=True)
    assert states(holdings) == [("ocr", "done")]
    assert hits(holdings, "bien gioi") == [1]


def test_switched_off_recognition_says_so(app, holdings, client, deposited):
    off = replace_settings(holdings, ocr=False)
    deposited(data=scan(LINES[0]))
    Worker(off).run(until_idle=True)
    assert states(holdings) == [("none", "waiting")]
    app.extensions[EXTENSION] = off
    detail = client.get("/readyz").get_json()["parts"]["recognition"]["detail"]
    assert "ARCHIVE_OCR=off" in detail


def test_curator_sees_how_a_page_was_read_and_a_reader_does_not(
    holdings, deposited, work, client, signed_in
):
    publication_id = deposited(data=scan(LINES[0]))
    work()
    address = f"/an-pham/{publication_id}/trang/1"
    assert "Trang này được đọc thế nào" not in client.get(address).text
    seen = signed_in(Role.CURATOR).get(address).text
    assert "máy nhận dạng từ ảnh trang" in seen
    assert "100%" in seen


def test_pictures_that_came_in_before_they_could_be_read_are_read_after_the_upgrade(
    holdings, deposited, work
):
    deposited(data=scan(LINES[0]))
    deposited(data="Một\f\fBa".encode(), name="ba-trang.txt")
    Worker(replace_settings(holdings, ocr=False)).run(until_idle=True)
    with holdings.database.writing() as session:
        session.execute(delete(Job).where(Job.stage == Stage.OCR))
        session.execute(update(Page).values(ocr_state=""))
        session.commit()
    with holdings.database.engine.connect().execution_options(writes=True) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        connection.commit()
    assert hits(holdings, "bien gioi") == [], "nobody told it so far"
    migrations.upgrade(holdings.database)
    work()
    assert hits(holdings, "bien gioi") == [1]
    with holdings.database.reading() as session:
        states_of_text = session.scalars(
            select(Page.ocr_state).join(File).where(File.kind == "txt")
        ).all()
    assert set(states_of_text) == {""}


@pytest.mark.slow
@pytest.mark.corpus
def test_phrase_of_a_real_scan_is_found_on_its_page_with_its_words_marked(
    holdings, deposited, work, client, corpus
):
    data = (CORPUS / "vi" / "scan_030.pdf").read_bytes()
    publication_id = deposited(data=data, name="scan_030.pdf")
    work()
    found = client.get("/api/v1/search", query_string={"q": "tong cuc lam nghiep truc thuoc bo"})
    pages = found.get_json()["items"][0]["pages"]
    assert 1 in [page["number"] for page in pages]
    page = client.get(
        f"/an-pham/{publication_id}/trang/1", query_string={"q": "tổng cục lâm nghiệp"}
    )
    assert page.text.count("<rect") >= 3
    with holdings.database.reading() as session:
        for packed in session.scalars(select(PageWords.packed)):
            assert len(unpack_words(packed)) > 20
