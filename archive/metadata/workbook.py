"""XLSX workbooks, looked through before they are opened, read row by row as a person sees them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from archive.core.errors import InvalidInputError
from archive.core.language import _

MOST_CELLS = 8_000_000
"""Rows times columns up to the last filled cell: the reader lays out as many in memory."""
_MOST_MERGED = 200_000
_MOST_MEMBERS = 2_000
_CHUNK_BYTES = 1024 * 1024
_OVERLAP_BYTES = 512
_ANY_BYTES = 1 << 40
_PROLOG_BYTES = 64 * 1024
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# A filled cell; one that is only formatted closes at once and takes no room.
_CELL = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]{0,200}?(?<!/)>')
_EPOCH_1904 = re.compile(rb'<workbookPr\b[^>]*\bdate1904="(?:1|true)"')


@dataclass(frozen=True)
class Workbook:
    """A workbook that may be opened. `is_1904`: its days are counted from 1/1/1904."""

    path: Path
    worksheets: tuple[str, ...]
    is_1904: bool


def open_workbook(path: Path, *, most_bytes: int) -> Workbook:
    """The workbook's worksheets, those in view first. Raises InvalidInputError(`sheet`,
    `sheet_unreadable`): it unfolds beyond `most_bytes`, declares XML entities, has a filled cell
    too far out, or is no workbook."""
    try:
        is_1904 = _look_through(path, most_bytes=most_bytes)
        with CalamineWorkbook.from_path(path) as book:
            visible = [str(each.visible).endswith(".Visible") for each in book.sheets_metadata]
            names = [
                *(name for name, shown in zip(book.sheet_names, visible, strict=True) if shown),
                *(name for name, shown in zip(book.sheet_names, visible, strict=True) if not shown),
            ]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable(str(error)) from None
    if not names:
        raise unreadable(_("không có trang tính nào"))
    return Workbook(path, tuple(names), is_1904)


def workbook_rows(book: Workbook, worksheet: str) -> Iterator[list[str]]:
    """Every row from the first of the worksheet on, empty ones too, its cells as text from column
    A on. A cell merged over several rows counts for each of them that holds anything; one merged
    over several columns stands in the first. InvalidInputError as `open_workbook`."""
    try:
        with CalamineWorkbook.from_path(book.path) as opened:
            sheet = opened.get_sheet_by_name(worksheet)
            first_column = sheet.start[1] if sheet.start else 0
            rows: Iterator[list[Any]] = iter(sheet.iter_rows())
            merged = _merged_downward(sheet.merged_cell_ranges or (), first_column)
            carried: dict[int, tuple[int, str]] = {}
            for at, row in enumerate(rows):
                cells = [_cell(value) for value in row]
                holds_anything = any(cells)
                for column, last in merged.get(at, ()):
                    if column < len(cells):
                        carried[column] = (last, cells[column])
                for column, (last, text) in list(carried.items()):
                    if at > last:
                        del carried[column]
                    elif holds_anything and not cells[column]:
                        cells[column] = text
                yield [""] * first_column + cells
    except (CalamineError, OSError, ValueError) as error:
        raise unreadable(str(error)) from None


def unreadable(why: str) -> InvalidInputError:
    """The fault of a sheet that cannot be read as a whole."""
    return InvalidInputError(field="sheet", problem="sheet_unreadable", value=why[:200])


def _merged_downward(
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], first_column: int
) -> dict[int, list[tuple[int, int]]]:
    """By first row: the column among those read, and the last row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in ranges[:_MOST_MERGED]:
        if bottom > top and left >= first_column:
            found.setdefault(top, []).append((left - first_column, bottom))
    return found


def _look_through(path: Path, *, most_bytes: int) -> bool:
    """Unfold every member once, a piece at a time: what the directory says of sizes may be a lie.
    Returns whether days are counted from 1904."""
    left = most_bytes
    is_1904 = False
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        if len(members) > _MOST_MEMBERS:
            raise ValueError(_("có quá nhiều thành phần bên trong"))
        if sum(member.file_size for member in members) > most_bytes:
            raise ValueError(_("tệp lớn quá"))
        for member in members:
            if member.flag_bits & 1:
                raise ValueError(_("tệp có mật khẩu"))
            is_sheet = "worksheets/" in member.filename
            tail = b""
            last_row = last_column = 0
            place = 0
            # The reader stops at the declared size; the one that opens the book for good may not.
            member.file_size = _ANY_BYTES
            with packed.open(member) as stream:
                while piece := stream.read(_CHUNK_BYTES):
                    left -= len(piece)
                    if left < 0:
                        raise ValueError(_("tệp lớn quá"))
                    text = tail + piece
                    if place < _PROLOG_BYTES and _DECLARATION.search(text):
                        raise ValueError(_("có khai báo DOCTYPE hoặc ENTITY"))
                    place += len(piece)
                    if is_sheet:
                        for letters, row in _CELL.findall(text):
                            last_row = max(last_row, int(row))
                            last_column = max(last_column, _column(letters))
                        if last_row * last_column > MOST_CELLS:
                            raise ValueError(_("có ô nằm quá xa, xóa các ô thừa rồi lưu lại"))
                    elif member.filename == "xl/workbook.xml":
                        is_1904 = is_1904 or _EPOCH_1904.search(text) is not None
                    tail = text[-_OVERLAP_BYTES:]
    return is_1904


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(value: Any) -> str:
    """A cell as a person reads it: 2024 is not 2024.0, a date is a date, a formula its value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
