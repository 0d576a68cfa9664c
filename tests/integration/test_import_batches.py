"""Batches of a backfile on screen and in the worker: told, checked, run, resumed, undone."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event, func, select

from archive.core.dates import now
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import (
    BatchState,
    Event,
    ImportBatch,
    ImportRow,
    Publication,
    RecordVersion,
    RowState,
)
from archive.services import batches, reviews
from archive.services.batch_files import sweep_batch_files
from archive.services.history import change_record
from archive.services.importing import Options, import_source
from archive.services.indexing import compare
from archive.services.records import record_of
from archive.worker.importing import work_on_batch
from tests.conftest import ROOT, token_of
from tests.integration.conftest import environment, leftovers, wait_until
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

FOREIGN = (
    "STT;Tên sách;Cơ quan ban hành;Năm XB;Chủ điểm;Tình trạng\n"
    "1;Non nước Cao Bằng;Sở Văn hóa;2024;Du lịch;đã in\n"
    "2;Đường lên Pác Bó;Ban Quản lý di tích;quý III/2023;Lịch sử;chưa xác nhận\n"
    "3;Sách cũ;Sở Văn hóa;2009;;đã in\n"
    "4;Chưa rõ năm;không rõ;không rõ;;\n"
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Standing]:
    with standing_archive(tmp_path / "kho", max_upload_bytes=20 * 1024 * 1024) as made:
        yield made


def send(archive: Standing, text: str | bytes, *, name="bảng.csv", files: bytes | None = None):
    client = archive.client("curator")
    data = text.encode() if isinstance(text, str) else text
    form = {
        "csrf_token": token_of(client, "/quan-tri/nhap"),
        "sheet": (io.BytesIO(data), name),
        **({"files": (io.BytesIO(files), "tệp.zip")} if files is not None else {}),
    }
    return client.post("/quan-tri/nhap", data=form, content_type="multipart/form-data")


def sent(archive: Standing, text: str | bytes, **kwargs) -> str:
    answer = send(archive, text, **kwargs)
    assert answer.status_code == 302, words_of(page(answer))
    return answer.location.split("/")[3]


def act(archive: Standing, batch_id: str, what: str, data: dict | None = None):
    client = archive.client("curator")
    token = token_of(client, "/quan-tri/nhap")
    return client.post(
        f"/quan-tri/nhap/{batch_id}/{what}", data={"csrf_token": token, **(data or {})}
    )


def chosen_columns(archive: Standing, batch_id: str) -> dict[str, str]:
    """What the form offers for each column, as a browser would send it back."""
    text = archive.client("curator").get(f"/quan-tri/nhap/{batch_id}/cot").get_data(as_text=True)
    found = {}
    for name, options in re.findall(r'<select[^>]*name="(cot-\d+)">(.*?)</select>', text, re.S):
        picked = re.search(r'<option value="(\w*)" selected>', options)
        found[name] = picked[1] if picked else ""
    return found


def checked(archive: Standing, text: str | bytes, **kwargs) -> str:
    extra = kwargs.pop("extra", {})
    batch_id = sent(archive, text, **kwargs)
    assert (
        act(archive, batch_id, "cot", {**chosen_columns(archive, batch_id), **extra}).status_code
        == 302
    )
    batch_work(archive)
    return batch_id


def batch_work(archive: Standing) -> None:
    while work_on_batch(archive.holdings, worker="thử", give_way=lambda: False):
        pass


def run(archive: Standing, batch_id: str, on_error: str = "skip") -> None:
    assert act(archive, batch_id, "chay", {"on_error": on_error}).status_code == 302
    batch_work(archive)


def batch_of(archive: Standing, batch_id: str) -> ImportBatch:
    with archive.holdings.database.reading() as session:
        return session.get_one(ImportBatch, batch_id)


def rows_of(archive: Standing, batch_id: str) -> list[ImportRow]:
    with archive.holdings.database.reading() as session:
        return list(
            session.scalars(
                select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.number)
            )
        )


def titles(archive: Standing) -> list[str]:
    with archive.holdings.database.reading() as session:
        return sorted(session.scalars(select(Publication.title)))


def shown(archive: Standing, path: str) -> str:
    answer = archive.client("curator").get(path)
    assert answer.status_code == 200
    return words_of(page(answer))


def test_foreign_sheet_goes_from_upload_to_catalogue_and_out_again(archive):
    batch_id = sent(archive, FOREIGN)
    assert list(chosen_columns(archive, batch_id).values()) == [
        *("", "title", "unit", "issued", "themes", "note"),
    ]
    act(archive, batch_id, "cot", chosen_columns(archive, batch_id))
    assert titles(archive) == []
    batch_work(archive)
    assert [row.state for row in rows_of(archive, batch_id)] == [
        *(RowState.OK, RowState.OK, RowState.PROBLEM, RowState.OK),
    ]
    told = shown(archive, f"/quan-tri/nhap/{batch_id}")
    assert "Kho nhận ấn phẩm phát hành từ năm 2019; “2009” sớm hơn." in told
    assert "Ban Quản lý di tích" in told
    run(archive, batch_id)
    assert titles(archive) == ["Chưa rõ năm", "Non nước Cao Bằng", "Đường lên Pác Bó"]
    assert batch_of(archive, batch_id).state is BatchState.DONE
    with archive.holdings.database.reading() as session:
        found = {row.title: row for row in session.scalars(select(Publication))}
        notes = session.scalars(select(Event.note).where(Event.kind == "deposited")).all()
        assert found["Đường lên Pác Bó"].unit_name == "Ban Quản lý di tích"
        assert found["Đường lên Pác Bó"].issued == "2023"
        assert found["Chưa rõ năm"].issued is None
        assert found["Non nước Cao Bằng"].unit.code == "so-van-hoa"
    assert "Tình trạng: chưa xác nhận\nNgày: quý III/2023" in notes
    collect = shown(archive, "/quan-tri/can-suu-tam")
    assert "3 hồ sơ" in collect
    assert "tệp, ngày phát hành, đơn vị" in collect
    assert "1 hồ sơ" in shown(archive, "/quan-tri/can-suu-tam?thieu=issued")
    archive.work()
    assert "Non nước" in shown(archive, "/tim-kiem?q=non+nuoc")
    act(archive, batch_id, "hoan-tac")
    batch_work(archive)
    assert titles(archive) == []
    assert list(archive.holdings.records.latest()) == []
    with archive.holdings.database.reading() as session:
        difference = compare(session, archive.holdings.index)
    assert (difference.stale, difference.gone) == ((), ())
    run(archive, batch_id)
    assert len(titles(archive)) == 3
    assert len(list(archive.holdings.records.latest())) == 3


def test_again_by_screen_or_command_adds_nothing(archive, tmp_path):
    text = "title,unit,issued\nMột,Sở Văn hóa,2024\nHai,Đơn vị lạ,2023\n"
    run(archive, checked(archive, text))
    again = checked(archive, text)
    assert {row.state for row in rows_of(archive, again)} == {RowState.PRESENT}
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    report = import_source(archive.holdings, path, sheet=None, options=Options(), by=SYSTEM)
    assert (len(report.added), len(report.present)) == (0, 2)


def test_stop_keeps_all_out_and_skip_brings_the_others(archive):
    batch_id = checked(archive, "title,issued\nMột,2024\nHai,1999\nBa,2023\n")
    act(archive, batch_id, "chay", {"on_error": "stop"})
    assert batch_of(archive, batch_id).state is BatchState.CHECKED
    assert "Còn 1 dòng chưa đạt" in shown(archive, f"/quan-tri/nhap/{batch_id}")
    batch_work(archive)
    assert titles(archive) == []
    run(archive, batch_id, "skip")
    assert titles(archive) == ["Ba", "Một"]


def test_every_wrong_cell_is_told_by_row_and_column_and_reported_as_text(archive):
    batch_id = checked(
        archive,
        "Nhan đề,Năm,Truy cập,Ghi chú\n"
        "=HYPERLINK(1),1999,tối mật,x\n"
        ",2024,,@y\n"
        "<script>alert(1)</script>,hôm qua,,\n",
    )
    problems = {row.number: row.problems for row in rows_of(archive, batch_id)}
    assert [(p["column"]) for p in problems[2]] == ["issued", "access"]
    assert [(p["column"]) for p in problems[3]] == ["title"]
    client = archive.client("curator")
    text = client.get(f"/quan-tri/nhap/{batch_id}").get_data(as_text=True)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    answer = client.get(f"/quan-tri/nhap/{batch_id}/bao-cao.csv")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert lines[1][2] == "'=HYPERLINK(1)"
    assert [line[0] for line in lines[1:]] == ["2", "2", "3", "4"]
    book = client.get(f"/quan-tri/nhap/{batch_id}/bao-cao.xlsx")
    assert book.headers["Content-Disposition"].startswith("attachment")
    read = CalamineWorkbook.from_object(io.BytesIO(book.get_data())).get_sheet_by_index(0)
    assert read.to_python()[1][2] == "=HYPERLINK(1)"
    with zipfile.ZipFile(io.BytesIO(book.get_data())) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_faults_are_told_in_the_language_of_the_page_and_reported_in_vietnamese(archive):
    batch_id = checked(archive, "title,issued\nMột,1999\nHai,2024\n")
    address = f"/quan-tri/nhap/{batch_id}"
    vietnamese = "Kho nhận ấn phẩm phát hành từ năm 2019; “1999” sớm hơn."
    english = "The archive takes publications issued from 2019 on; “1999” is earlier."
    assert vietnamese in shown(archive, address)
    assert english in shown(archive, f"/en{address}")
    report = archive.client("curator").get(f"/en{address}/bao-cao.csv")
    assert vietnamese in report.get_data(as_text=True)
    with archive.holdings.database.writing() as session:
        ready = session.scalars(select(ImportRow).where(ImportRow.state == RowState.OK)).one()
        ready.values = {**ready.values, "issued": "1998"}
        batch = session.get_one(ImportBatch, batch_id)
        batch.problem_count = 0  # Else it would not begin.
        session.commit()
    run(archive, batch_id, "stop")
    assert "Dừng ở dòng 3: Kho nhận ấn phẩm phát hành từ năm 2019; “1998”" in shown(
        archive, address
    )
    assert "Stopped at row 3: The archive takes" in shown(archive, f"/en{address}")


def test_faults_that_were_kept_as_sentences_are_still_read(archive):
    batch_id = checked(archive, "title,issued\nMột,1999\n")
    old = {
        "column": "issued",
        "code": "invalid_input",
        "reason": "Năm ấy sớm quá.",
        "value": "1999",
    }
    with archive.holdings.database.writing() as session:
        session.scalars(select(ImportRow)).one().problems = [old]
        batch = session.get_one(ImportBatch, batch_id)
        batch.problem = {"row": 2, "reason": "Năm ấy sớm quá."}
        session.commit()
    told = shown(archive, f"/quan-tri/nhap/{batch_id}")
    assert "Dừng ở dòng 2: Năm ấy sớm quá." in told
    assert told.count("Năm ấy sớm quá.") == 2
    report = archive.client("curator").get(f"/quan-tri/nhap/{batch_id}/bao-cao.csv")
    assert "Năm ấy sớm quá." in report.get_data(as_text=True)


def test_same_field_for_two_columns_is_refused_with_nothing_lost(archive):
    batch_id = sent(archive, "Tên sách;Tên khác nữa\nMột;Hai\n")
    answer = act(archive, batch_id, "cot", {"cot-0": "title", "cot-1": "title", "kind": "book"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "cột A, B" in words_of(page(answer))
    assert text.count('<option value="title" selected>') == 2
    assert '<option value="book" selected>' in text
    assert act(archive, batch_id, "cot", {"cot-0": "no_such"}).status_code == 422


def test_mapping_is_remembered_for_the_same_headings(archive):
    batch_id = sent(archive, "A;B\nMột;2024\n")
    act(archive, batch_id, "cot", {"cot-0": "title", "cot-1": "issued"})
    batch_work(archive)
    other = sent(archive, "a;b\nHai;2023\n")
    assert list(chosen_columns(archive, other).values()) == ["title", "issued"]


def test_constants_serve_rows_that_say_nothing(archive):
    batch_id = checked(
        archive,
        "title,unit,kind\nMột,,\nHai,Sở Văn hóa,map\n",
        extra={"unit": "tinh-doan", "kind": "poster", "access": "internal", "status": "submitted"},
    )
    run(archive, batch_id)
    with archive.holdings.database.reading() as session:
        found = {row.title: row for row in session.scalars(select(Publication))}
        assert found["Một"].unit.code == "tinh-doan"
        assert found["Hai"].unit.code == "so-van-hoa"
    assert (found["Một"].kind, found["Một"].access.value) == ("poster", "internal")
    assert (found["Hai"].kind, found["Hai"].status) == ("map", Status.SUBMITTED)


def test_near_names_are_offered_and_taken_only_when_chosen(archive):
    archive.put("Có sẵn", b"Pac Bo", name="a.txt", values={"themes": ("Tày, Nùng",)})
    text = "title,unit,themes\nMột,So Van hoa,Tay Nung\nHai,,\n"
    batch_id = checked(archive, text)
    batch = batch_of(archive, batch_id)
    assert {(g["field"], g["given"], g["taken"]) for g in batch.guessed} == {
        ("unit", "So Van hoa", "Sở Văn hóa"),
        ("themes", "Tay Nung", "Tày, Nùng"),
    }
    act(archive, batch_id, "goi-y", {"dung": ["0", "1", "77", "x"]})
    run(archive, batch_id)
    with archive.holdings.database.reading() as session:
        row = session.scalars(select(Publication).where(Publication.title == "Một")).one()
        assert (row.unit.code, row.values_of("themes")) == ("so-van-hoa", ("Tày, Nùng",))
    assert RowState.PRESENT in {row.state for row in rows_of(archive, checked(archive, text))}


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return made.getvalue()


def test_files_of_a_zip_meet_their_rows_in_any_spelling(archive):
    name = "ảnh đẹp.txt"
    files = {
        f"thư mục/{unicodedata.normalize('NFD', name)}": "Chuyện Pác Bó".encode(),
        "Hai.TXT": b"hai",
    }
    sheet = f"Tệp,Nhan đề\n{name},Một\nhai.txt,Hai\nmất.txt,Ba\n../Hai.TXT,Bốn\n"
    batch_id = checked(archive, sheet, files=zipped(**files))
    problems = [
        (r.number, r.problems[0]["column"]) for r in rows_of(archive, batch_id) if r.problems
    ]
    assert problems == [(4, "file"), (5, "file")]
    run(archive, batch_id)
    assert titles(archive) == ["Hai", "Một"]
    archive.work()
    assert "Chuyện Pác Bó" in shown(archive, "/tim-kiem?q=chuyện+pác+bó")
    act(archive, batch_id, "hoan-tac")
    batch_work(archive)
    assert titles(archive) == []
    assert list(archive.holdings.originals.object_ids()) == []
    assert leftovers(archive.holdings) == []


def test_links_and_ways_out_of_a_zip_are_never_followed(archive):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/hostname")
        packed.writestr("../ngoài.txt", "x")
        packed.writestr("tốt.txt", "Pác Bó")
    batch_id = checked(
        archive,
        "Tệp,Nhan đề\nlink.txt,A\n../ngoài.txt,B\nngoài.txt,C\ntốt.txt,D\n",
        files=made.getvalue(),
    )
    assert [row.state for row in rows_of(archive, batch_id)] == [
        *(RowState.PROBLEM, RowState.PROBLEM, RowState.PROBLEM, RowState.OK),
    ]
    assert not (archive.holdings.settings.uploads / "ngoài.txt").exists()


@pytest.mark.parametrize(
    "data",
    [b"x", zipped(**{"a.txt": b"\0" * 9_000_000}), zipped(**{str(n): b"" for n in range(5_001)})],
    ids=["no zip", "bomb", "many"],
)
def test_zip_that_cannot_be_opened_safely_is_refused_in_a_sentence(archive, data):
    answer = send(archive, "title\nMột\n", files=data)
    assert answer.status_code == 422
    assert "Không mở được tệp ZIP" in words_of(page(answer))
    assert leftovers(archive.holdings) == []
    assert batches.list_batches(archive.holdings.database.reading(), offset=0, limit=9)[1] == 0


def test_sheet_that_cannot_be_read_is_refused_in_a_sentence(archive):
    for data, name in ((b"\x89PNG" + bytes(range(256)), "a.csv"), (b"PK\x03\x04", "a.xlsx")):
        answer = send(archive, data, name=name)
        assert answer.status_code == 422
        assert "Không đọc được bảng" in words_of(page(answer))
    client = archive.client("curator")
    token = token_of(client, "/quan-tri/nhap")
    assert client.post("/quan-tri/nhap", data={"csrf_token": token}).status_code == 422
    assert client.post("/quan-tri/nhap", data={}).status_code == 400


def test_undo_keeps_what_somebody_changed_since_and_names_it(archive):
    batch_id = checked(archive, "title\nMột\nHai\nBa\n", extra={"status": "submitted"})
    run(archive, batch_id)
    curator = archive.actor("curator")
    with archive.holdings.database.writing() as session:
        found = {row.title: row for row in session.scalars(select(Publication))}
        changed = replace(record_of(found["Một"]), subtitle="đã sửa")
        change_record(session, found["Một"], changed, by=curator)
        reviews.return_to_depositor(session, found["Hai"], by=curator, note="Xem lại")
        session.commit()
    act(archive, batch_id, "hoan-tac")
    batch_work(archive)
    assert titles(archive) == ["Hai", "Một"]
    batch = batch_of(archive, batch_id)
    assert (batch.state, batch.undone_count, batch.kept_count) == (BatchState.UNDONE, 1, 2)
    told = shown(archive, f"/quan-tri/nhap/{batch_id}?xem=giu-lai")
    assert "Một" in told
    assert "Hai" in told


def register(archive: Standing) -> list[str]:
    root = page(archive.client("curator").get("/so-dang-ky"))
    return [words_of(row) for row in elements(root, "tr")[1:]]


def test_number_of_an_undone_record_is_struck_out_where_others_followed(archive):
    batch_id = checked(archive, "title\nMột\nHai\nBa\n")
    run(archive, batch_id)
    with archive.holdings.database.writing() as session:
        found = {row.title: row for row in session.scalars(select(Publication))}
        curator = archive.actor("curator")
        change_record(
            session, found["Ba"], replace(record_of(found["Ba"]), subtitle="sửa"), by=curator
        )
        session.commit()
    act(archive, batch_id, "hoan-tac")
    batch_work(archive)
    first, second = register(archive)
    assert first.startswith("1–2/")
    assert "Đã xoá số" in first
    assert "Lý do: gỡ đợt nhập “bảng”." in first
    assert second.startswith("3/")
    assert "Ba" in second
    told = archive.client("curator").get("/so-dang-ky.csv").get_data(as_text=True)
    assert "Đã xoá số" in told
    # A number is not given again, and nothing is struck out where nothing followed.
    again = checked(archive, "title\nBốn\n")
    run(archive, again)
    assert [line[:2] for line in register(archive)] == ["1–", "3/", "4/"]
    act(archive, again, "hoan-tac")
    batch_work(archive)
    assert [line[:2] for line in register(archive)] == ["1–", "3/"]


def test_zip_is_cleared_away_once_its_rows_are_in_and_the_sheet_after_an_undo(archive):
    batch_id = checked(archive, "Tệp,Nhan đề\na.txt,Một\n", files=zipped(**{"a.txt": b"chuyen"}))
    folder = archive.holdings.settings.imports / batch_id
    stray = folder.with_name("khongcodotnay")
    stray.mkdir()

    def sweep() -> list[str]:
        with archive.holdings.database.reading() as session:
            sweep_batch_files(session, archive.holdings)
        return sorted(path.name for path in folder.glob("*"))

    assert sweep() == ["files.zip", "sheet.csv"]
    assert stray.is_dir()
    os.utime(stray, (0, 0))
    run(archive, batch_id)
    assert sweep() == ["sheet.csv"]
    assert not stray.exists()
    act(archive, batch_id, "hoan-tac")
    batch_work(archive)
    assert sweep() == ["sheet.csv"]
    act(archive, batch_id, "chay", {"on_error": "skip"})
    assert "đã được dọn sau lần nhập trước" in shown(archive, f"/quan-tri/nhap/{batch_id}")
    with archive.holdings.database.writing() as session:
        batch = session.get_one(ImportBatch, batch_id)
        batch.finished_at = now() - timedelta(days=31)
        session.commit()
    assert sweep() == []


def many(count: int) -> str:
    return "title,issued\n" + "".join(f"Ấn phẩm {n},{2019 + n % 6}\n" for n in range(count))


def test_two_workers_at_once_bring_each_row_in_once(archive):
    batch_id = checked(archive, many(1_700))
    act(archive, batch_id, "chay", {"on_error": "skip"})
    threads = [threading.Thread(target=batch_work, args=(archive,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batch_work(archive)
    batch = batch_of(archive, batch_id)
    assert (batch.state, batch.added_count) == (BatchState.DONE, 1_700)
    assert len(list(archive.holdings.records.latest())) == 1_700


def test_pause_stops_before_the_next_piece_and_resumes_there(archive):
    batch_id = checked(archive, many(1_200))
    act(archive, batch_id, "chay", {"on_error": "skip"})
    work_on_batch(archive.holdings, worker="thử", give_way=lambda: True)
    act(archive, batch_id, "dung")
    batch_work(archive)
    paused = batch_of(archive, batch_id)
    assert (paused.state, paused.added_count) == (BatchState.PAUSED, 500)
    run(archive, batch_id)
    assert len(titles(archive)) == 1_200


@pytest.mark.slow
def test_worker_killed_at_any_moment_leaves_nothing_twice(archive, start_in):
    """Check, run and undo of one batch, each killed several times in a real worker."""
    holdings = archive.holdings
    batch_id = sent(archive, many(1_800))

    def free() -> None:
        with holdings.database.writing() as session:
            batch = session.get_one(ImportBatch, batch_id)
            batch.lease_until = None
            session.commit()

    def killed_until(state: BatchState, progress) -> None:
        kills = 0
        while batch_of(archive, batch_id).state is not state:
            free()
            worker = start_in("worker")
            seen = progress()
            wait_until(
                lambda seen=seen: progress() > seen or batch_of(archive, batch_id).state is state,
                seconds=60,
            )
            if kills < 2:
                time.sleep(0.01 * kills)
                os.kill(worker.pid, signal.SIGKILL)
                kills += 1
            else:
                wait_until(lambda: batch_of(archive, batch_id).state is state, seconds=90)
                worker.terminate()
            worker.wait()

    act(archive, batch_id, "cot", chosen_columns(archive, batch_id))
    killed_until(BatchState.CHECKED, lambda: batch_of(archive, batch_id).row_count)
    rows = rows_of(archive, batch_id)
    assert [row.number for row in rows] == list(range(2, 1_802))
    act(archive, batch_id, "chay", {"on_error": "skip"})
    killed_until(BatchState.DONE, lambda: batch_of(archive, batch_id).added_count)
    with holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Publication)) == 1_800
        kinds = select(func.count()).select_from(Event).where(Event.kind == "deposited")
        assert session.scalar(kinds) == 1_800
        assert session.scalar(select(func.count()).select_from(RecordVersion)) == 0
    assert batch_of(archive, batch_id).added_count == 1_800
    assert len(list(holdings.records.latest())) == 1_800
    act(archive, batch_id, "hoan-tac")
    killed_until(BatchState.UNDONE, lambda: batch_of(archive, batch_id).undone_count)
    assert titles(archive) == []
    assert list(holdings.records.latest()) == []


@pytest.fixture
def start_in(archive: Standing) -> Iterator[object]:
    started: list[subprocess.Popen[bytes]] = []

    def run(*args: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", *args],
            cwd=ROOT,
            env=environment(archive.holdings.settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.parametrize("role", ["anonymous", "reader", "depositor"])
def test_batches_are_for_curators_alone(archive, role):
    batch_id = checked(archive, "title\nMột\n")
    client = archive.client(role)
    for path in ("", "/cot", "/tinh-hinh", "/bao-cao.csv"):
        answer = client.get(f"/quan-tri/nhap/{batch_id}{path}")
        assert answer.status_code == (302 if role == "anonymous" else 403)
    assert client.get("/quan-tri/nhap/khong-co").status_code in (302, 403)
    assert archive.client("curator").get("/quan-tri/nhap/khong-co").status_code == 404
    token = token_of(client, "/huong-dan") if role != "anonymous" else "x"
    answer = client.post(f"/quan-tri/nhap/{batch_id}/chay", data={"csrf_token": token})
    assert answer.status_code in (302, 400, 403)
    assert batch_of(archive, batch_id).state is BatchState.CHECKED


def test_pages_of_a_large_batch_ask_little(archive):
    batch_id = checked(archive, many(600) + "".join(f"Sai {n},1999\n" for n in range(200)))
    client = archive.client("curator")
    for path in (f"/quan-tri/nhap/{batch_id}?page=2", "/quan-tri/nhap", "/quan-tri/can-suu-tam",
                 f"/quan-tri/nhap/{batch_id}/cot"):  # fmt: skip
        statements: list[str] = []

        def look(_c, _k, statement, *_rest, seen=statements) -> None:
            seen.append(statement)

        event.listen(archive.holdings.database.engine, "before_cursor_execute", look)
        assert client.get(path).status_code == 200
        event.remove(archive.holdings.database.engine, "before_cursor_execute", look)
        assert len(statements) <= 12, path
