"""Sheets as other people send them: any encoding, any heading, cells merged, dates as numbers."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select

from archive.core.errors import InvalidInputError
from archive.core.roles import SYSTEM
from archive.extract.legacy_fonts import TCVN3_READINGS, VNI_READINGS
from archive.metadata.headings import guess_fields
from archive.metadata.sheet_dates import read_typed_date
from archive.models import Event, Publication
from archive.services.importing import Options, import_source
from archive.services.sheets import MOST_BYTES, open_sheet, own_fields, read_sheet, sheet_rows
from tests.conftest import ROOT, missing

PRODUCTS = ROOT.parent / "shared" / "facts" / "products.tsv"
LINES = (
    "title;unit;abstract",
    "Truyền thống Pác Bó;Sở Văn hóa;Những trang sử vẻ vang của quê hương cách mạng",
    "Đường lên Bản Giốc;Tỉnh đoàn;Sách dành cho thiếu nhi và phụ huynh tỉnh Cao Bằng",
)
TEXT = "\n".join(LINES) + "\n"


def vni(text: str) -> bytes:
    codes: dict[str, str] = {}
    for code, letter in VNI_READINGS.items():
        codes.setdefault(letter, code)
    return "".join(codes.get(letter, letter) for letter in text).encode("latin-1")


def tcvn3(text: str) -> bytes:
    codes = {letter: code for code, letter in TCVN3_READINGS.items()}
    return "".join(codes.get(letter, letter) for letter in text).encode("cp1252")


def workbook(path: Path, rows: list[list[object]], *, merged=(), **options: object) -> Path:
    book = xlsxwriter.Workbook(path, dict(options))
    sheet = book.add_worksheet("Danh mục")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(at, column, value, day)
            elif value is not None:
                sheet.write(at, column, value)
    for place, value in merged:
        sheet.merge_range(place, value)
    book.close()
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    return [dict(row.values) for row in read_sheet(path)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (TEXT.encode("utf-8"), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.replace(";", "\t").encode("utf-8"), ""),
        (TEXT.replace(";", ",").replace("\n", "\r\n").encode("utf-8"), ""),
        (tcvn3(TEXT), "TCVN3"),
        (tcvn3(TEXT).decode("cp1252").encode("utf-8"), "TCVN3"),
        (vni(TEXT), "VNI"),
        (vni(TEXT).decode("cp1252").encode("utf-8"), "VNI"),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "le",
        "be",
        "tabs",
        "commas",
        "tcvn3",
        "tcvn3 as utf-8",
        "vni",
        "vni as utf-8",
    ],
)
def test_text_is_read_in_any_encoding_that_vietnamese_sheets_come_in(tmp_path, data, told):
    path = tmp_path / "bảng.csv"
    path.write_bytes(data)
    assert open_sheet(path).told == told
    first, second = rows_of(path)
    assert (first["title"], first["unit"]) == ("Truyền thống Pác Bó", "Sở Văn hóa")
    assert second["title"] == "Đường lên Bản Giốc"


def test_windows_1258_is_told_and_read(tmp_path):
    def in_1258(text: str) -> bytes:
        out = b""
        for letter in text:
            try:
                out += letter.encode("cp1258")
            except UnicodeEncodeError:
                parts = unicodedata.normalize("NFD", letter)
                # The code page has vowels with their marks, and the tones apart.
                tone = [p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323"]
                base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone))
                out += base.encode("cp1258") + "".join(tone).encode("cp1258")
        return out

    path = tmp_path / "bảng.csv"
    path.write_bytes(in_1258(TEXT))
    assert open_sheet(path).told == "Windows-1258"
    assert unicodedata.normalize("NFC", rows_of(path)[0]["title"]) == "Truyền thống Pác Bó"


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "bảng.csv"
    for data in (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"\xd0\xcf\x11\xe0" + b"x" * 600):
        path.write_bytes(data)
        with pytest.raises(InvalidInputError) as refused:
            open_sheet(path)
        assert refused.value.data["problem"] == "sheet_unreadable"


def test_headings_are_found_below_a_title_and_row_numbers_stay_those_of_the_sheet(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [["DANH MỤC ẤN PHẨM, 2024"], [], [None, "Nhan đề", "Năm"], [None, "Một", 2024.0]],
    )
    sheet = open_sheet(path)
    assert (sheet.heading_row, sheet.headings) == (3, ("", "Nhan đề", "Năm"))
    (row,) = sheet_rows(sheet, own_fields(sheet))
    assert (row.number, row.values) == (4, {"title": "Một", "issued": "2024"})


def test_cell_merged_downward_counts_for_each_of_its_rows(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [["title", "unit"], ["Một"], ["Hai"], ["Ba"], [], ["Bốn"]],
        merged=[("B2:B5", "Tỉnh đoàn")],
    )
    assert [row.get("unit") for row in rows_of(path)] == ["Tỉnh đoàn"] * 3 + [None]


def test_duplicate_headings_are_told_with_their_columns(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["Nhan đề", "Năm", "title"], ["Một", 2024, "Hai"]])
    with pytest.raises(InvalidInputError) as refused:
        read_sheet(path)
    assert refused.value.data["problem"] == "column_twice"
    assert refused.value.data["columns"] == "A, C"


@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_and_bare_day_numbers_follow_the_workbooks_own_count(tmp_path, holdings, date_1904):
    day = datetime(2024, 7, 15)
    number = (day - (datetime(1904, 1, 1) if date_1904 else datetime(1899, 12, 30))).days
    path = workbook(
        tmp_path / "a.xlsx",
        [["title", "Năm"], ["Một", day], ["Hai", number], ["Ba", "Năm 2021"]],
        date_1904=date_1904,
    )
    report = import_source(holdings, path, sheet=None, options=Options(), by=SYSTEM)
    assert (len(report.added), report.failed) == (3, ())
    with holdings.database.reading() as session:
        found = dict(session.execute(select(Publication.title, Publication.issued)).all())
    assert found == {"Một": "2024-07-15", "Hai": "2024-07-15", "Ba": "2021"}


def test_formula_counts_by_its_value_and_other_worksheets_can_be_chosen(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Bìa").write(0, 0, "Bìa")
    sheet = book.add_worksheet("Số liệu")
    sheet.write(0, 0, "title")
    sheet.write_formula(1, 0, '="Pác"&" Bó"', None, "Pác Bó")
    book.close()
    opened = open_sheet(path, worksheet="Số liệu")
    assert opened.worksheets == ("Bìa", "Số liệu")
    assert [row.values for row in sheet_rows(opened, ["title"])] == [{"title": "Pác Bó"}]
    with pytest.raises(InvalidInputError):
        open_sheet(path, worksheet="Không có")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2021.0", "2021"),
        ("năm 2021", "2021"),
        ("Quý III/2024", "2024"),
        ("Quy\u0301 3 năm 2024", "2024"),
        ("tháng 7 năm 2024", "2024-07"),
        ("T7/2024", "2024-07"),
        ("ngày 15 tháng 7 năm 2024", "2024-07-15"),
        ("2024-07-15 00:00:00", "2024-07-15"),
        ("2014?", "2014"),
        ("1964-", "1964"),
        ("không rõ", None),
        ("Chưa rõ", None),
    ],
)
def test_dates_keep_the_precision_that_is_known(typed, read):
    issued = read_typed_date(typed).issued
    assert (str(issued) if issued else None) == read


@pytest.mark.parametrize("typed", ["15/7/24", "hôm qua", "2019-2021", "31/2/2024", "99999999"])
def test_what_is_no_single_date_stays_a_fault(typed):
    with pytest.raises(ValueError):
        read_typed_date(typed)


def test_foreign_headings_are_guessed_by_likeness_and_no_field_twice():
    headings = ("STT", "Tên sách", "Cơ quan ban hành", "Năm XB", "NXB", "Tac gia", "Ghi chú", "xyz")
    assert guess_fields(headings) == (
        *("", "title", "unit", "issued", "publisher", "creators", "note", ""),
    )
    assert guess_fields(("Năm", "Năm XB", "Publication year")) == ("issued", "", "")
    decomposed = unicodedata.normalize("NFD", "Tên ấn phẩm")
    assert guess_fields((decomposed,)) == ("title",)


def test_workbook_with_entities_or_a_cell_too_far_out_is_refused(tmp_path):
    good = workbook(tmp_path / "a.xlsx", [["title"], ["Một"]])
    with zipfile.ZipFile(good) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}

    def refused(name: str, **changed: bytes) -> str:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for part, data in parts.items():
                packed.writestr(part, changed.get(part.rsplit("/", 1)[-1].split(".")[0], data))
        with pytest.raises(InvalidInputError) as error:
            open_sheet(path)
        return str(error.value.data["value"])

    sheet = parts["xl/worksheets/sheet1.xml"]
    bomb = sheet.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "a">]><worksheet', 1)
    assert "DOCTYPE" in refused("b.xlsx", sheet1=bomb)
    far = sheet.replace(b"</sheetData>", b'<row r="900000"><c r="XFD900000"><v>1</v></c></row>'
                        b"</sheetData>")  # fmt: skip
    assert "quá xa" in refused("c.xlsx", sheet1=far)


def test_workbook_that_lies_about_its_size_is_refused_while_it_unfolds(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", [["title"], *[[f"{n}{'b' * 30_000}"] for n in range(60)]])
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        sizes = {info.filename: info.file_size for info in packed.infolist()}
    size = sizes["xl/sharedStrings.xml"]
    assert size < MOST_BYTES
    # The directory and the member's own header both say 10 bytes.
    for at in range(len(data) - 4):
        if data[at : at + 4] == size.to_bytes(4, "little"):
            data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    monkeypatch.setattr("archive.services.sheets.MOST_BYTES", size // 2)
    with pytest.raises(InvalidInputError) as refused:
        open_sheet(path)
    assert refused.value.data["value"] == "tệp lớn quá"


@pytest.fixture
def products() -> Path:
    if not PRODUCTS.is_file():
        missing("../shared/facts/products.tsv")
    return PRODUCTS


@pytest.mark.corpus
def test_real_list_comes_in_as_records_to_collect_with_what_is_unconfirmed(
    cli, holdings, products, tmp_path
):
    done = cli("import", products, "--map", "auto", "--json")
    report = json.loads(done.stdout)
    assert (report["rows"], report["added"], len(report["failed"])) == (42, 29, 13)
    assert {row["column"] for row in report["failed"]} == {"issued"}
    assert all("2019" in row["reason"] for row in report["failed"])
    assert "“2018” sớm hơn" in report["failed"][0]["reason"]
    with holdings.database.reading() as session:
        rows = session.scalars(select(Publication)).all()
        notes = session.scalars(select(Event.note).where(Event.kind == "deposited")).all()
        unknown = [row.title for row in rows if row.issued is None]
        assert {row.object_version for row in rows} == {0}
        assert any(row.unit_name == "Liên hiệp các tổ chức hữu nghị tỉnh Cao Bằng" for row in rows)
    assert len(unknown) == 14
    assert any("belongs_to_19-DA/TU: chưa xác nhận" in note for note in notes)
    assert any("KẾ HOẠCH hoàn thành 7/2025; chưa thấy nguồn" in note for note in notes)
    again = json.loads(cli("import", products, "--map", "auto", "--json").stdout)
    assert (again["added"], again["present"]) == (0, 29)
    chosen = tmp_path / "ghép.json"
    chosen.write_text(json.dumps({"title": "title", "year": "năm nào"}), encoding="utf-8")
    assert cli("import", products, "--map", chosen).exit_code == 1


def rows_with_one_bad(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("title,unit,issued,themes\n")
        for n in range(1, count + 1):
            year = 1999 if n == count // 2 else 2019 + n % 6
            file.write(f"Ấn phẩm số {n} về Pác Bó,Đơn vị {n % 40},{year},Lịch sử {n % 30}\n")
    return path


def hold_to_every_row(cli, holdings, path: Path, count: int) -> None:
    def run(*args: str) -> dict:
        return json.loads(cli("import", path, *args, "--json").stdout)

    dry = run("--dry-run")
    assert [(row["row"], row["column"]) for row in dry["failed"]] == [(count // 2 + 1, "issued")]
    assert (dry["rows"], dry["added"]) == (count, 0)
    assert run("--on-error", "stop")["added"] == 0
    assert list(holdings.records.latest()) == []
    assert run("--on-error", "skip")["added"] == count - 1
    again = run("--on-error", "skip")
    assert (again["added"], again["present"]) == (0, count - 1)
    assert sum(1 for _ in holdings.records.latest()) == count - 1


def test_two_thousand_rows_with_one_bad_are_each_accounted_for(cli, holdings, tmp_path):
    hold_to_every_row(cli, holdings, rows_with_one_bad(tmp_path / "a.csv", 2000), 2000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_rows_with_one_bad_are_each_accounted_for(cli, holdings, tmp_path):
    hold_to_every_row(cli, holdings, rows_with_one_bad(tmp_path / "a.csv", 100_000), 100_000)
