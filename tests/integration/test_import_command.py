"""`import`: files, folders and sheets; every row accounted for, nothing in twice (cases 2, 36)."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import unicodedata
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from archive.core.roles import SYSTEM
from archive.core.status import JobState, Status
from archive.models import Publication, Stage
from archive.services.records import TEXT_FIELDS
from archive.services.units import block_unit, find_unit
from tests.conftest import ROOT
from tests.integration.conftest import environment, jobs_of, leftovers, page_texts, write_csv

ENGLISH = (
    "file,title,subtitle,responsibility,creators,unit,issued,kind,publisher,printer,isbn,"
    "licence_number,print_run,dimensions,language,themes,places,people,events,audiences,grades,"
    "subjects,rights,access,embargo_until,abstract,series,volume,plan_task,other_titles,edition,"
    "publisher_place,issn,licence_date,extent,relics,contents"
)
VIETNAMESE = (
    "Tệp,Nhan đề,Phụ đề,Thông tin trách nhiệm,Tác giả,Đơn vị,Ngày phát hành,Loại,Nhà xuất bản,"
    "Đơn vị in,ISBN,Số giấy phép,Số lượng in,Khổ,Ngôn ngữ,Chủ đề,Địa danh,Nhân vật,Sự kiện,"
    "Đối tượng,Lớp,Môn,Quyền,Truy cập,Hạn chế đến,Tóm tắt,Tùng thư,Tập,Nhiệm vụ,Nhan đề khác,"
    "Lần xuất bản,Nơi xuất bản,ISSN,Ngày cấp phép,Số trang,Di tích,Mục lục"
)
FULL = (
    "a.txt,Nhan,Phụ,Trách nhiệm,Nguyễn A;Trần B,so-van-hoa,15/7/2024,booklet,NXB,Nhà in,978,"
    "12/GP,500,14x20,vi;tyz,Di tích,Pác Bó;Bản Giốc,Kim Đồng,Ngày thành lập,Đoàn viên,Lớp 5,"
    "Lịch sử,Của đơn vị,internal,2030-01-02,Tóm,Tùng,Tập 2,Nhiệm vụ 1,Khác,Tái bản,Cao Bằng,"
    "0866-7655,1/6/2024,64 trang,Hang Cốc Bó,Mở đầu"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "nguon"
    made.mkdir()
    for name in ("a", "b"):
        (made / f"{name}.txt").write_text(f"Chuyện {name} ở Pác Bó", encoding="utf-8")
    return made


@pytest.fixture
def run(cli):
    """`run(source, …)` → the exit code and the one JSON object on standard output."""

    def call(*args: object) -> tuple[int, dict]:
        done = cli("import", *args, "--json")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert len(done.stdout.splitlines()) == 1
        return done.exit_code, json.loads(done.stdout)

    return call


def catalogued(holdings) -> list[Publication]:
    with holdings.database.reading() as session:
        rows = session.scalars(select(Publication).order_by(Publication.title)).all()
        for row in rows:
            assert row.unit.code
            assert row.values is not None
        return list(rows)


def make_xlsx(path: Path, rows: list[list[object]], *, empty_rows: int = 0) -> Path:
    """A workbook with text, numbers and dates, written by hand: no library of ours reads here."""

    def cell(value: object) -> str:
        if isinstance(value, date):
            return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'

    body = "".join(
        f'<row r="{number}">' + "".join(map(cell, row)) + "</row>"
        for number, row in enumerate(rows, start=1 + empty_rows)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
        '<sheet name="Bảng" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{rel}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return path


def test_folder_with_subfolders_is_a_publication_per_file_and_again_adds_nothing(
    run, holdings, folder
):
    (folder / "con").mkdir()
    (folder / "con" / "Tên giữ nguyên (bản 2)_v1.0.txt").write_text("ba", encoding="utf-8")
    (folder / ".giấu.txt").write_text("x", encoding="utf-8")
    (folder / "Thumbs.db").write_bytes(b"x")
    code, first = run(folder, "--wait")
    assert (code, first["rows"], first["added"], first["present"]) == (0, 3, 3, 0)
    assert first["failed"] == []
    assert set(first["publications"][0]) == {
        "id", "title", "files", "pages", "state", "text_sources"
    }  # fmt: skip
    assert {row["state"] for row in first["publications"]} == {"searchable"}
    assert first["publications"][0]["text_sources"] == {
        "embedded": 1, "repaired": 0, "ocr": 0, "none": 0
    }  # fmt: skip
    code, second = run(folder)
    assert (code, second["rows"], second["added"], second["present"]) == (0, 3, 0, 3)
    assert second["publications"] == first["publications"]
    found = catalogued(holdings)
    assert [row.title for row in found] == ["Tên giữ nguyên (bản 2)_v1.0", "a", "b"]
    assert {row.unit.code for row in found} == {"chua-ro"}
    assert leftovers(holdings) == []


def test_single_file_takes_unit_date_and_status_from_the_options(run, holdings, folder):
    code, _ = run(
        folder / "a.txt", "--unit", "tinh-doan", "--issued", "7/2023", "--status", "submitted"
    )
    (row,) = catalogued(holdings)
    assert code == 0
    assert (row.unit.code, row.issued, row.status) == ("tinh-doan", "2023-07", Status.SUBMITTED)


def test_files_own_date_counts_from_the_first_year_on(run, holdings, folder):
    os.utime(folder / "a.txt", (1_600_000_000, 1_600_000_000))
    os.utime(folder / "b.txt", (1_000_000_000, 1_000_000_000))
    run(folder)
    assert [row.issued for row in catalogued(holdings)] == ["2020-09-13", None]


@pytest.mark.parametrize("heading", [ENGLISH, VIETNAMESE], ids=["english", "vietnamese"])
@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [
        ("bảng.csv", ",", "utf-8"),
        ("bảng.csv", ";", "utf-8-sig"),
        ("bảng.tsv", "\t", "utf-8"),
    ],
)
def test_sheet_fills_every_field(run, holdings, folder, heading, name, delimiter, encoding):
    given = [f'"{cell}"' if ";" in cell else cell for cell in FULL.split(",")]
    write_csv(
        folder / name,
        heading.replace(",", delimiter),
        delimiter.join(given),
        encoding=encoding,
    )
    code, report = run(folder / name)
    assert (code, report["failed"]) == (0, [])
    (row,) = catalogued(holdings)
    assert (row.title, row.unit.code, row.issued, row.kind) == (
        "Nhan", "so-van-hoa", "2024-07-15", "booklet"
    )  # fmt: skip
    assert (row.access.value, row.embargo_until) == ("internal", date(2030, 1, 2))
    for field in TEXT_FIELDS:
        assert getattr(row, field), field
    assert row.values_of("creators") == ("Nguyễn A", "Trần B")
    assert row.values_of("languages") == ("vi", "tyz")
    assert row.values_of("places") == ("Pác Bó", "Bản Giốc")
    for field in ("themes", "people", "events", "audiences", "grades", "subjects"):
        assert len(row.values_of(field)) == 1, field


def test_workbook_gives_dates_and_numbers_as_people_read_them(run, holdings, folder):
    sheet = make_xlsx(
        folder / "bảng.xlsx",
        [
            ["Tệp", "Nhan đề", "Ngày phát hành", "Số lượng in"],
            ["a.txt", "Một", date(2024, 7, 15), 500],
            ["b.txt", "Hai", 2023, "1.000"],
        ],
    )
    code, report = run(sheet)
    assert (code, report["failed"]) == (0, [])
    two, one = catalogued(holdings)
    assert (one.issued, one.print_run) == ("2024-07-15", "500")
    assert (two.issued, two.print_run) == ("2023", "1.000")


def test_row_numbers_are_those_that_a_person_sees(run, folder):
    sheet = make_xlsx(
        folder / "bảng.xlsx", [["Nhan đề", "Năm"], ["Một", 2024], ["Hai", 1990]], empty_rows=3
    )
    _, report = run(sheet, "--dry-run")
    assert [row["row"] for row in report["failed"]] == [6]
    csv = write_csv(folder / "bảng.csv", "title,issued", '"Một\ndòng",2024', "", "Hai,1990")
    _, report = run(csv, "--dry-run")
    assert [(row["row"], row["column"]) for row in report["failed"]] == [(4, "issued")]


def test_several_files_of_one_row_are_one_publication_in_their_order(run, holdings, folder):
    sheet = write_csv(folder / "bảng.csv", "file,title", '"b.txt;a.txt",Hai tệp')
    code, report = run(sheet, "--wait")
    assert (code, report["publications"][0]["files"]) == (0, 2)
    assert [text.split()[1] for text in page_texts(holdings, report["publications"][0]["id"])] == [
        "b",
        "a",
    ]


def test_row_without_a_file_is_a_record_to_collect_kept_in_uploads(run, holdings, folder):
    sheet = write_csv(folder / "bảng.csv", "file,title,Năm", ",Cần sưu tầm,2021")
    code, report = run(sheet, "--wait")
    assert (code, report["publications"][0]["state"]) == (0, "searchable")
    assert report["publications"][0]["files"] == 0
    (kept,) = holdings.records.latest()
    assert (kept[0], kept[1]["title"]) == (report["publications"][0]["id"], "Cần sưu tầm")
    assert run(sheet)[1]["present"] == 1


def test_dry_run_says_what_is_wrong_and_adds_nothing(run, holdings, folder):
    sheet = write_csv(folder / "bảng.csv", "file,title,issued", "a.txt,Tốt,2024", "b.txt,Sai,1999")
    code, report = run(sheet, "--dry-run")
    assert (code, report["rows"], report["added"]) == (1, 2, 0)
    (wrong,) = report["failed"]
    assert (wrong["row"], wrong["file"], wrong["column"]) == (3, "b.txt", "issued")
    assert "2019" in wrong["reason"]
    assert catalogued(holdings) == []
    assert list(holdings.originals.object_ids()) == []
    assert leftovers(holdings) == []
    good = write_csv(folder / "tốt.csv", "file,title,issued", "a.txt,Tốt,2024")
    assert run(good, "--dry-run")[0] == 0
    assert catalogued(holdings) == []


def test_strict_import_adds_none_and_lenient_import_all_others(run, holdings, folder):
    sheet = write_csv(
        folder / "bảng.csv",
        "file,title,issued,kind",
        "a.txt,Tốt,2024,book",
        "b.txt,Sai loại,2024,sach",
        "mất.txt,Mất tệp,2024,book",
        ",,2024,book",
    )
    code, report = run(sheet, "--on-error", "stop")
    assert (code, report["rows"], report["added"]) == (1, 4, 0)
    assert catalogued(holdings) == []
    code, report = run(sheet, "--on-error", "skip")
    assert (code, report["added"]) == (1, 1)
    assert [(row["row"], row["column"]) for row in report["failed"]] == [
        (3, "kind"),
        (4, "file"),
        (5, "title"),
    ]
    assert all(row["reason"].endswith(".") for row in report["failed"])
    assert [row.title for row in catalogued(holdings)] == ["Tốt"]


def test_import_that_stopped_says_that_nothing_went_in(cli, holdings, folder):
    sheet = write_csv(
        folder / "bảng.csv", "file,title,kind", "a.txt,A,book", "b.txt,B,sach", "mất.txt,C,sach"
    )
    done = cli("import", sheet, "--on-error", "stop")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "Chưa nhập dòng nào: 2 dòng chưa đạt."
    assert catalogued(holdings) == []


def test_files_without_a_sheet_are_told_of_as_files(cli, folder):
    (folder / "rỗng.pdf").write_bytes(b"")
    for args, last in (
        (("--dry-run",), "Kiểm tra 3 tệp: 1 tệp chưa đạt."),
        (("--on-error", "stop"), "Chưa nhập tệp nào: 1 tệp chưa đạt."),
        ((), "3 tệp: thêm 2, đã có 0, không nhập được 1."),
    ):
        told = cli("import", folder, *args).stderr.splitlines()
        assert told == [
            "rỗng.pdf: Tệp rỗng (0 byte). Kiểm tra lại tệp gốc rồi gửi lại.",
            last,
        ]


@pytest.mark.parametrize("how", [("--dry-run",), ("--on-error", "stop"), ("--on-error", "skip")])
def test_row_with_several_faults_names_them_all_and_is_one_row(run, cli, holdings, folder, how):
    block = "tinh-doan"
    with holdings.database.writing() as session:
        block_unit(session, unit_id=find_unit(session, block).id, by=SYSTEM)
        session.commit()
    (folder / "rỗng.pdf").write_bytes(b"")
    sheet = write_csv(
        folder / "bảng.csv",
        "file,title,unit,issued",
        "mất.txt;cũng mất.txt,A,,1990",
        f"rỗng.pdf,B,{block},hôm qua",
        "a.txt,Thừa,,1990,ô thừa",
        "b.txt,Tốt,,2024",
    )
    code, report = run(sheet, *how)
    assert [(row["row"], row["column"]) for row in report["failed"]] == [
        *((2, "file"), (2, "file"), (2, "issued")),
        *((3, "issued"), (3, "unit"), (3, "file")),
        (4, ""),
    ]
    assert ["mất" in row["reason"] for row in report["failed"][:2]] == [True, True]
    assert (code, report["rows"], report["added"]) == (1, 4, int("skip" in how))
    assert leftovers(holdings) == []
    told = cli("import", sheet, *how).stderr.splitlines()[-1]
    assert "không nhập được 3." in told or "3 dòng chưa đạt." in told


@pytest.mark.parametrize(
    "name",
    ["../ngoài.txt", "/etc/hostname", "liên kết.txt", "con/../../ngoài.txt", "..\\ngoài.txt"],
)
def test_path_out_of_the_folder_is_refused_after_resolving(run, holdings, folder, name):
    (folder.parent / "ngoài.txt").write_text("bí mật", encoding="utf-8")
    (folder / "liên kết.txt").symlink_to(folder.parent / "ngoài.txt")
    sheet = write_csv(folder / "bảng.csv", "file,title", f"{name},Lấy trộm", "a.txt,Tốt")
    code, report = run(sheet)
    assert (code, report["added"]) == (1, 1)
    assert [(row["row"], row["column"]) for row in report["failed"]] == [(2, "file")]
    assert "nằm ngoài" in report["failed"][0]["reason"]
    assert [row.title for row in catalogued(holdings)] == ["Tốt"]


@pytest.mark.parametrize("name", ["x" * 400, "vòng.txt", "a\0b.txt"], ids=["long", "loop", "nul"])
def test_impossible_file_name_fails_its_row_only(run, holdings, folder, name):
    (folder / "vòng.txt").symlink_to(folder / "vòng.txt")
    sheet = write_csv(folder / "bảng.csv", "file,title", f"{name},Hỏng", "a.txt,Tốt")
    code, report = run(sheet)
    assert (code, report["added"], report["failed"][0]["row"]) == (1, 1, 2)


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_sheet", ["NFC", "NFD"])
def test_file_names_meet_in_any_form_of_unicode_and_keep_their_spaces(
    run, folder, on_disk, in_sheet
):
    name = "Tập  ảnh đẹp.txt"
    (folder / unicodedata.normalize(on_disk, name)).write_text("x", encoding="utf-8")
    sheet = write_csv(
        folder / "bảng.csv", "file,title", f"{unicodedata.normalize(in_sheet, name)},Ảnh"
    )
    assert run(sheet)[0] == 0


def test_unknown_unit_is_kept_by_name_and_known_ones_are_met_by_name(run, holdings, folder):
    sheet = write_csv(
        folder / "bảng.csv",
        "file,title,unit",
        "a.txt,A,Ban Quản lý Công viên địa chất",
        "b.txt,B,sở văn hóa",
    )
    assert run(sheet)[0] == 0
    first, second = catalogued(holdings)
    assert (first.unit.code, first.unit_name_given) == (
        "chua-ro",
        "Ban Quản lý Công viên địa chất",
    )
    assert (second.unit.code, second.unit_name_given) == ("so-van-hoa", "")


def test_blocked_unit_is_found_by_the_check_already(run, holdings, folder):
    with holdings.database.writing() as session:
        block_unit(session, unit_id=find_unit(session, "tinh-doan").id, by=SYSTEM)
        session.commit()
    sheet = write_csv(folder / "bảng.csv", "file,title,unit", "a.txt,A,", "b.txt,B,tinh-doan")
    code, report = run(sheet, "--on-error", "stop")
    assert (code, report["added"], report["failed"][0]["column"]) == (1, 0, "unit")
    assert catalogued(holdings) == []


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("file,[/x]", "[/x]"),
        ("Nhan đề,title", "cùng nghĩa"),
        ("kind,issued", "title"),
    ],
)
def test_sheet_with_wrong_headings_is_refused_as_a_whole(run, cli, folder, heading, word):
    sheet = write_csv(folder / "bảng.csv", heading, "a,b")
    code, report = run(sheet)
    assert (code, report["rows"], report["failed"][0]["row"]) == (1, 0, 1)
    assert word in report["failed"][0]["reason"]
    plain = cli("import", sheet)
    assert plain.exit_code == 1
    assert word in plain.stderr
    assert plain.stdout == ""


def test_value_beyond_the_last_heading_is_not_dropped_unseen(run, holdings, folder):
    sheet = write_csv(folder / "bảng.csv", "file,title", "a.txt,Non nước, Cao Bằng", "b.txt,Tốt")
    code, report = run(sheet)
    assert (code, report["added"]) == (1, 1)
    assert "Cao Bằng" in report["failed"][0]["reason"]


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut", b"\xff\xfe\x00bad"], ids=["xlsx", "csv"])
def test_unreadable_sheet_is_told_in_a_sentence(cli, folder, data):
    path = folder / ("bảng.xlsx" if data.startswith(b"PK") else "bảng.csv")
    path.write_bytes(data)
    done = cli("import", path)
    assert done.exit_code == 1
    assert "Không đọc được bảng" in done.stderr


def test_unknown_unit_option_and_bad_date_end_with_a_sentence(cli, folder):
    for args, word in (
        (("--unit", "khong-co"), "Không có đơn vị"),
        (("--issued", "hôm qua"), "Chưa đọc được ngày"),
        (("--issued", "1990"), "2019"),
    ):
        done = cli("import", folder, *args)
        assert done.exit_code == 1
        assert word in done.stderr


def test_encrypted_truncated_and_misnamed_files_fail_with_their_sentences(run, folder, pdf):
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(pdf))
    writer.encrypt("bí mật")
    with (folder / "khóa.pdf").open("wb") as file:
        writer.write(file)
    (folder / "cắt.pdf").write_bytes(pdf[: len(pdf) // 3])
    (folder / "giả.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    (folder / "rỗng.pdf").write_bytes(b"")
    pageless = pypdf.PdfWriter()
    with (folder / "không trang.pdf").open("wb") as file:
        pageless.write(file)
    code, report = run(folder)
    reasons = {row["file"]: row["reason"] for row in report["failed"]}
    assert (code, report["added"]) == (1, 2)
    assert "mật khẩu" in reasons["khóa.pdf"]
    assert "hỏng" in reasons["cắt.pdf"]
    assert "hỏng" in reasons["không trang.pdf"]
    assert "ảnh PNG" in reasons["giả.pdf"]
    assert "rỗng" in reasons["rỗng.pdf"]


@pytest.mark.slow
def test_wait_leaves_the_work_to_a_living_worker(run, holdings, folder, start):
    from archive.services.heartbeats import worker_is_alive
    from tests.integration.conftest import wait_until

    worker = start("worker")

    def alive() -> bool:
        with holdings.database.reading() as session:
            return worker_is_alive(session)

    wait_until(alive)
    code, report = run(folder, "--wait")
    assert (code, {row["state"] for row in report["publications"]}) == (0, {"searchable"})
    wait_until(lambda: all(job.state is JobState.DONE for job in jobs_of(holdings)))
    # This process would have left the drawing to others.
    assert any(job.stage is Stage.IMAGES for job in jobs_of(holdings))
    worker.terminate()
    worker.wait(timeout=15)


def test_rows_that_failed_are_written_as_a_sheet_without_formulas(cli, tmp_path):
    source = tmp_path / "thu-muc"
    source.mkdir()
    (source / "=cmd|' !A1.pdf").write_bytes(b"khong phai pdf")
    out = tmp_path / "hong.csv"
    assert cli("import", source, "--failed", out).exit_code == 1
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["Dòng", "Tệp", "Cột", "Lý do"]
    assert rows[1][:3] == ["1", "'=cmd|' !A1.pdf", "file"]


@pytest.mark.slow
def test_first_command_of_a_new_archive_founds_it(settings, tmp_path, pdf):
    (tmp_path / "to.pdf").write_bytes(pdf)
    command = ["import", str(tmp_path / "to.pdf"), "--wait", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["publications"][0]["state"] == "searchable"
