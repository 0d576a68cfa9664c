"""Reading a sheet of records row by row: CSV, TSV or XLSX, with our headings or mapped ones."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.core.errors import InvalidInputError
from archive.core.language import _, as_written
from archive.core.text import clean_text
from archive.metadata.csv_sheet import from_text
from archive.metadata.headings import NOTE, column_letters, known_field
from archive.metadata.workbook import Workbook, open_workbook, unreadable, workbook_rows
from archive.services.sheet_text import (
    SAMPLE_CHARACTERS,
    LegacyFont,
    TextForm,
    legacy_font,
    mend_cells,
    mend_rows,
    text_form,
)

SUFFIXES = (".csv", ".tsv", ".xlsx")
MOST_BYTES = 200 * 1024 * 1024
MOST_COLUMNS = 500
LOOKED_AT_ROWS = 200
HEADING_ROWS = 20
"""The headings stand among the first rows."""
_MOST_CELL_CHARACTERS = 200_000
_WORKBOOK = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a person counts it and its filled cells. `surplus` is the first
    value beyond the last heading, "" where there is none: the row's cells may be out of place."""

    number: int
    values: Mapping[str, str]
    surplus: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet that was looked into: `headings` stand in row `heading_row` (from 1).

    `told` says how its text was written where that is not plain UTF-8 (`TCVN3`, `VNI`, `UTF-16`,
    `Windows-1258`); `is_1904` from which day a workbook counts. `worksheets` is () for text.
    """

    path: Path
    worksheets: tuple[str, ...]
    worksheet: str
    heading_row: int
    headings: tuple[str, ...]
    told: str
    is_1904: bool
    font: LegacyFont
    book: Workbook | None
    form: TextForm | None
    delimiter: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the headings with its number, as text. Reads while it is asked."""
        rows = itertools.islice(enumerate(_cells(self), start=1), self.heading_row, None)
        return mend_rows(rows, self.font) if self.font else rows

    def sample(self, count: int) -> list[list[str]]:
        """The first `count` rows that hold anything."""
        filled = (cells for _, cells in self.rows() if any(cell.strip() for cell in cells))
        return [
            [cell.strip() for cell in cells[: len(self.headings)]]
            for cells in itertools.islice(filled, count)
        ]


def open_sheet(path: Path, *, worksheet: str = "", heading_row: int = 0) -> Sheet:
    """Look into a sheet: where its headings stand (`heading_row` 0: found out) and what they are.

    Raises InvalidInputError(`sheet`, …): `sheet_unreadable`, `worksheet_unknown`,
    `columns_missing` for one in which nothing stands.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == _OLD_OFFICE:
        raise unreadable(_("đây là bảng Excel đời cũ hoặc có mật khẩu; lưu lại thành XLSX"))
    book = form = None
    delimiter = ""
    if magic == _WORKBOOK or path.suffix.lower() == ".xlsx":
        book = open_workbook(path, most_bytes=MOST_BYTES)
        worksheet = worksheet or book.worksheets[0]
        if worksheet not in book.worksheets:
            raise InvalidInputError(field="sheet", problem="worksheet_unknown", value=worksheet)
    else:
        if path.stat().st_size > MOST_BYTES:
            raise unreadable(_("tệp lớn quá"))
        form = text_form(path)
        delimiter = _delimiter(path, form)
    sheet = Sheet(
        path=path,
        worksheets=book.worksheets if book else (),
        worksheet=worksheet if book else "",
        heading_row=0,
        headings=(),
        told=form.told if form else "",
        is_1904=book.is_1904 if book else False,
        font="",
        book=book,
        form=form,
        delimiter=delimiter,
    )
    top = list(itertools.islice(_cells(sheet), max(LOOKED_AT_ROWS, heading_row)))
    font = legacy_font(_sample_of(top))
    if font:
        top = [mend_cells(cells, font) for cells in top]
    place = heading_row or _heading_row(top)
    if not place or place > len(top):
        raise InvalidInputError(
            field="sheet", problem="columns_missing", value=as_written("title (Nhan đề)")
        )
    headings = [" ".join(clean_text(cell).split())[:300] for cell in top[place - 1]]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MOST_COLUMNS:
        raise unreadable(_("có hơn {number} cột").format(number=MOST_COLUMNS))
    return Sheet(
        **{
            **vars(sheet),
            "heading_row": place,
            "headings": tuple(headings),
            "font": font,
            "told": font or sheet.told,
        }
    )


def own_fields(sheet: Sheet) -> tuple[str, ...]:
    """The field of each heading of a sheet that uses ours, "" for an empty one.

    Raises InvalidInputError(`sheet`, …): `column_unknown`, `column_twice`, `columns_missing`.
    """
    fields = []
    for at, heading in enumerate(sheet.headings):
        field = known_field(heading) if heading else ""
        if field is None:
            raise InvalidInputError(
                field="sheet",
                problem="column_unknown",
                value=heading,
                column=column_letters(at),
            )
        fields.append(field)
    check_fields(sheet.headings, fields)
    return tuple(fields)


def check_fields(headings: Sequence[str], fields: Sequence[str]) -> None:
    """InvalidInputError(`sheet`, …) where two columns fill one field (`column_twice`, with their
    letters) or none gives a title or a file (`columns_missing`)."""
    for at, (heading, field) in enumerate(zip(headings, fields, strict=True)):
        places = [column_letters(n) for n, other in enumerate(fields) if other == field]
        if field and field != NOTE and len(places) > 1:
            raise InvalidInputError(
                field="sheet",
                problem="column_twice",
                value=heading,
                columns=", ".join(places),
                at=at,
            )
    if "title" not in fields and "files" not in fields:
        raise InvalidInputError(
            field="sheet", problem="columns_missing", value=as_written("title (Nhan đề)")
        )


def sheet_rows(sheet: Sheet, fields: Sequence[str]) -> Iterator[SheetRow]:
    """The rows that hold anything, each column's cells under its field; `NOTE` gathers several
    columns, each with its heading. A cell in a column without a heading is surplus, one in a column
    that is left out (no field) is not looked at."""
    plain = [(at, field) for at, field in enumerate(fields) if field and field != NOTE]
    notes = [(at, sheet.headings[at]) for at, field in enumerate(fields) if field == NOTE]
    unnamed = [at for at, heading in enumerate(sheet.headings) if not heading]
    width = len(sheet.headings)
    for number, cells in sheet.rows():
        count = len(cells)
        values = {field: text for at, field in plain if at < count and (text := cells[at].strip())}
        said = [
            f"{heading}: {text}"
            for at, heading in notes
            if at < count and (text := " ".join(cells[at].split()))
        ]
        if said:
            values[NOTE] = "\n".join(said)
        beyond = [cells[at].strip() for at in unnamed if at < count]
        beyond += [cell.strip() for cell in cells[width:]]
        surplus = next(filter(None, beyond), "")
        if values or surplus:
            yield SheetRow(number, values, surplus)


def read_sheet(path: Path) -> list[SheetRow]:
    """The rows of a sheet with our own headings that hold anything, all at once. Raises what
    `open_sheet` and `own_fields` raise."""
    sheet = open_sheet(path)
    return list(sheet_rows(sheet, own_fields(sheet)))


def _heading_row(top: Sequence[Sequence[str]]) -> int:
    """The row (from 1) in which the headings stand: the one with most of ours among the first, else
    the first with several cells, else the first with anything; 0 where nothing stands."""
    filled = [
        (at, [cell for cell in cells if cell.strip()])
        for at, cells in enumerate(top[:HEADING_ROWS], start=1)
        if any(cell.strip() for cell in cells)
    ]
    if not filled:
        return next((at for at, cells in enumerate(top, 1) if any(c.strip() for c in cells)), 0)
    known = [(sum(known_field(cell) is not None for cell in cells), -at) for at, cells in filled]
    most, place = max(known)
    if most:
        return -place
    return next((at for at, cells in filled if len(cells) > 1), filled[0][0])


def _cells(sheet: Sheet) -> Iterator[list[str]]:
    if sheet.book is not None:
        yield from workbook_rows(sheet.book, sheet.worksheet)
        return
    assert sheet.form is not None, "a sheet is a workbook or text"
    try:
        with sheet.path.open(encoding=sheet.form.encoding, errors="replace", newline="") as file:
            csv.field_size_limit(_MOST_CELL_CHARACTERS)
            for cells in csv.reader(file, delimiter=sheet.delimiter):
                yield [from_text(cell) for cell in cells]
    except (csv.Error, UnicodeError) as error:
        raise unreadable(str(error)) from None


def _delimiter(path: Path, form: TextForm) -> str:
    """What parts the cells: the sign that stands outside quotes equally often in most of the first
    lines."""
    with path.open(encoding=form.encoding, errors="replace", newline="") as file:
        lines = file.read(SAMPLE_CHARACTERS).lstrip("\ufeff").splitlines()
    filled = [line for line in lines if line.strip()][:HEADING_ROWS]
    counts: dict[str, list[int]] = {sign: [] for sign in "\t;,|"}
    is_quoted = False
    for line in filled:
        found = dict.fromkeys(counts, 0)
        for sign in line:
            if sign == '"':
                is_quoted = not is_quoted
            elif not is_quoted and sign in found:
                found[sign] += 1
        if not is_quoted:
            for sign, count in found.items():
                counts[sign].append(count)

    def weight(sign: str) -> tuple[int, int]:
        usual, lines = Counter(filter(None, counts[sign])).most_common(1)[0]
        return lines, usual

    return max(filter(lambda sign: any(counts[sign]), counts), key=weight, default=",")


def _sample_of(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(cells) for cells in rows)[:SAMPLE_CHARACTERS]
