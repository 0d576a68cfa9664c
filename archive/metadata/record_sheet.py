"""Records as a sheet, CSV or XLSX, in the columns that the import reads: what was exported can be
mended in a spreadsheet and imported again unchanged."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import xlsxwriter

from archive.metadata.csv_sheet import as_text
from archive.metadata.description import Description, one_line, several_lines


def _several(field: str) -> Callable[[Description], str]:
    return lambda description: "; ".join(map(one_line, getattr(description, field)))


def _one(field: str) -> Callable[[Description], str]:
    return lambda description: several_lines(str(getattr(description, field) or ""))


COLUMNS: tuple[tuple[str, Callable[[Description], str]], ...] = (
    ("Nhan đề", _one("title")),
    ("Phụ đề", _one("subtitle")),
    ("Nhan đề khác", _several("other_titles")),
    ("Thông tin trách nhiệm", _one("responsibility")),
    ("Tác giả", lambda d: "; ".join(one_line(creator.typed) for creator in d.creators)),
    ("Lần xuất bản", _one("edition")),
    ("Đơn vị", _one("unit_in_sheet")),
    ("Ngày phát hành", _one("issued")),
    ("Loại", _one("kind")),
    ("Nhà xuất bản", _one("publisher")),
    ("Nơi xuất bản", _one("publisher_place")),
    ("Đơn vị in", _one("printer")),
    ("ISBN", _one("isbn")),
    ("ISSN", _one("issn")),
    ("Số giấy phép", _one("licence_number")),
    ("Ngày cấp phép", _one("licence_date")),
    ("Số lượng in", _one("print_run")),
    ("Số trang", _one("extent")),
    ("Khổ", _one("dimensions")),
    ("Ngôn ngữ", _several("languages")),
    ("Chủ đề", _several("themes")),
    ("Địa danh", _several("places")),
    ("Nhân vật", _several("people")),
    ("Sự kiện", _several("events")),
    ("Di tích", _several("relics")),
    ("Đối tượng", _several("audiences")),
    ("Lớp", _several("grades")),
    ("Môn", _several("subjects")),
    ("Quyền sử dụng", _one("rights")),
    ("Truy cập", _one("access")),
    ("Hạn chế đến", _one("embargo_until")),
    ("Tóm tắt", _one("abstract")),
    ("Mục lục", _one("contents")),
    ("Tùng thư", _one("series")),
    ("Tập", _one("volume")),
    ("Nhiệm vụ", _one("plan_task")),
)
"""Heading and cell of each column. Codes stand as codes (`book`, `public`), as the import has
them. No column names files: the import would look for them."""

_HOLDINGS = ("Mã", "Nhan đề", "Số đăng ký", "Tình trạng", "Minh họa", "Địa chỉ", "Tệp", "SHA-256")
_WIDTHS = {"Nhan đề": 48, "Tóm tắt": 60, "Mục lục": 40, "Đơn vị": 24, "Địa chỉ": 48, "Tệp": 40}
_CHUNK_BYTES = 64 * 1024


def csv_sheet(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """CSV with a byte order mark, so that Excel sees the marks; no cell is a formula."""
    yield b"\xef\xbb\xbf" + _csv_row([heading for heading, _ in COLUMNS])
    for description in descriptions:
        yield _csv_row([cell(description) for _, cell in COLUMNS])


def _csv_row(cells: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow([as_text(cell) for cell in cells])
    return line.getvalue().encode()


def xlsx_sheet(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """A workbook: the records, all cells text, and behind them a second sheet with what an import
    does not take (identifier, address, files). Made in a temporary file, in constant memory."""
    with tempfile.TemporaryDirectory(prefix="xlsx-") as folder:
        path = Path(folder, "danh-sach.xlsx")
        _write_workbook(path, descriptions, folder)
        with path.open("rb") as made:
            while chunk := made.read(_CHUNK_BYTES):
                yield chunk


def _write_workbook(path: Path, descriptions: Iterable[Description], folder: str) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder})
    bold = workbook.add_format({"bold": True, "bottom": 1})
    records, holdings = workbook.add_worksheet("Ấn phẩm"), workbook.add_worksheet("Địa chỉ và tệp")
    headings = ((records, [heading for heading, _ in COLUMNS]), (holdings, _HOLDINGS))
    for sheet, names in headings:
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for at, name in enumerate(names):
            sheet.set_column(at, at, _WIDTHS.get(name, 16))
            sheet.write_string(0, at, name, bold)
    for row, description in enumerate(descriptions, start=1):
        for at, (_, cell) in enumerate(COLUMNS):
            if text := cell(description):
                records.write_string(row, at, text[:32_767])
        for at, text in enumerate(_holding(description)):
            holdings.write_string(row, at, text[:32_767])
    workbook.close()


def _holding(d: Description) -> tuple[str, ...]:
    return (
        d.id,
        one_line(d.title),
        d.accession_number,
        d.status,
        "có" if d.is_demo else "",
        d.url,
        "; ".join(one_line(file.name) for file in d.files),
        "; ".join(file.sha256 for file in d.files),
    )
