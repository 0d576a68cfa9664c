"""Reading a sheet of records: CSV, TSV or XLSX, with English or Vietnamese headings."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from archive.core.errors import InvalidInputError
from archive.metadata.csv_sheet import from_text

_SAME = (
    *("title", "subtitle", "other_titles", "responsibility", "creators", "edition", "unit"),
    *("issued", "kind", "publisher", "publisher_place", "printer", "isbn", "issn"),
    *("licence_number", "licence_date", "print_run", "extent", "dimensions", "themes", "places"),
    *("people", "events", "relics", "audiences", "grades", "subjects", "rights", "access"),
    *("embargo_until", "abstract", "contents", "series", "volume", "plan_task"),
)
# Heading → field. Several headings may name one field, a field stands in a sheet once.
HEADINGS: Mapping[str, str] = {
    **{name: name for name in _SAME},
    "file": "files",
    "files": "files",
    "language": "languages",
    "languages": "languages",
    "tệp": "files",
    "nhan đề": "title",
    "phụ đề": "subtitle",
    "nhan đề khác": "other_titles",
    "lần xuất bản": "edition",
    "nơi xuất bản": "publisher_place",
    "ngày cấp phép": "licence_date",
    "số trang": "extent",
    "di tích": "relics",
    "mục lục": "contents",
    "thông tin trách nhiệm": "responsibility",
    "tác giả": "creators",
    "đơn vị": "unit",
    "ngày phát hành": "issued",
    "năm": "issued",
    "loại": "kind",
    "nhà xuất bản": "publisher",
    "đơn vị in": "printer",
    "số giấy phép": "licence_number",
    "số lượng in": "print_run",
    "khổ": "dimensions",
    "ngôn ngữ": "languages",
    "chủ đề": "themes",
    "địa danh": "places",
    "nhân vật": "people",
    "sự kiện": "events",
    "đối tượng": "audiences",
    "lớp": "grades",
    "môn": "subjects",
    "quyền": "rights",
    "truy cập": "access",
    "hạn chế đến": "embargo_until",
    "tóm tắt": "abstract",
    "tùng thư": "series",
    "tập": "volume",
    "nhiệm vụ": "plan_task",
}

SUFFIXES = (".csv", ".tsv", ".xlsx")
MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a person counts it and its filled cells. `surplus` is the first
    value beyond the last heading, "" where there is none: the row's cells may be out of place."""

    number: int
    values: Mapping[str, str]
    surplus: str = ""


def read_sheet(path: Path) -> list[SheetRow]:
    """The rows that hold anything.

    The headings are the first row with anything in it. Raises InvalidInputError(`sheet`, …):
    `sheet_unreadable`, `column_unknown`, `column_twice`, `columns_missing`.
    """
    table = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_text(path)
    top = next((at for at, cells in enumerate(table) if any(c.strip() for c in cells)), None)
    if top is None:
        raise InvalidInputError(field="sheet", problem="columns_missing", value="title (Nhan đề)")
    fields = [_field(cell) for cell in table[top]]
    for heading, field in zip(table[top], fields, strict=True):
        if field and fields.count(field) > 1:
            raise InvalidInputError(field="sheet", problem="column_twice", value=heading.strip())
    if "title" not in fields and "files" not in fields:
        raise InvalidInputError(field="sheet", problem="columns_missing", value="title (Nhan đề)")
    rows = []
    for number, cells in enumerate(table[top + 1 :], start=top + 2):
        values = {
            field: cell.strip()
            for field, cell in zip(fields, cells, strict=False)
            if field and cell.strip()
        }
        beyond = [
            cell.strip()
            for at, cell in enumerate(cells)
            if cell.strip() and (at >= len(fields) or not fields[at])
        ]
        if values or beyond:
            rows.append(SheetRow(number, values, beyond[0] if beyond else ""))
    return rows


def _field(heading: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", heading).strip().lower().split())
    if not name:
        return ""
    field = HEADINGS.get(name) or HEADINGS.get(name.replace(" ", "_"))
    if field is None:
        raise InvalidInputError(field="sheet", problem="column_unknown", value=heading.strip())
    return field


def _read_text(path: Path) -> list[list[str]]:
    if path.stat().st_size > MOST_BYTES:
        raise InvalidInputError(field="sheet", problem="sheet_unreadable", value="tệp lớn quá")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(
            field="sheet", problem="sheet_unreadable", value="không phải UTF-8"
        ) from None
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[from_text(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise InvalidInputError(
            field="sheet", problem="sheet_unreadable", value=str(error)
        ) from None


def _read_xlsx(path: Path) -> list[list[str]]:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked_bytes = sum(member.file_size for member in packed.infolist())
        if unpacked_bytes > MOST_BYTES:
            raise ValueError("tệp lớn quá")
        workbook = CalamineWorkbook.from_path(path)
        # Empty rows at the top count, so that row numbers are those that a person sees.
        sheet = workbook.get_sheet_by_index(0)
        rows: Sequence[Sequence[Any]] = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise InvalidInputError(
            field="sheet", problem="sheet_unreadable", value=str(error)[:200]
        ) from None
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> str:
    """A cell as a person reads it: 2024 is not 2024.0, a date is a date."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
