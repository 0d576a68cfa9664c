"""The register of a year as a spreadsheet and as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import xlsxwriter

from archive.metadata.csv_sheet import write_csv

HEADINGS = (
    *("Số đăng ký", "Ngày nhận", "Nhan đề", "Đơn vị", "Loại", "Năm", "Số giấy phép", "ISBN"),
    *("Số lượng in", "Số tệp", "Tình trạng", "Ghi chú"),
)
_WIDTHS = (11, 11, 48, 30, 16, 7, 18, 19, 11, 7, 14, 40)


@dataclass(frozen=True)
class RegisterEntry:
    """A line, its fields in the order of `HEADINGS`; `given_on` is a day in Vietnam. What is left
    out is an empty cell."""

    number: str
    given_on: datetime | None = None
    title: str = ""
    unit: str = ""
    kind: str = ""
    year: int | None = None
    licence: str = ""
    isbn: str = ""
    print_run: str = ""
    files: int | None = None
    status: str = ""
    note: str = ""


def write_register_xlsx(
    path: Path, entries: Iterable[RegisterEntry], *, year: int, site: str
) -> None:
    """Write the workbook to `path`, row by row in constant memory. Texts are texts: none becomes a
    formula or a link; dates are dates."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(str(path), {**options, "default_date_format": "dd/mm/yyyy"})
    try:
        sheet = workbook.add_worksheet(f"Sổ đăng ký {year}")
        title = workbook.add_format({"bold": True, "font_size": 14})
        head = workbook.add_format(
            {"bold": True, "bottom": 2, "text_wrap": True, "valign": "vcenter"}
        )
        text = workbook.add_format({"text_wrap": True, "valign": "top"})
        day = workbook.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.set_footer("&L" + site.replace("&", "&&") + "&RTrang &P / &N")
        sheet.write_string(0, 0, f"Sổ đăng ký ấn phẩm năm {year}", title)
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(2, column, heading, head)
        sheet.freeze_panes(3, 1)
        for row, entry in enumerate(entries, start=3):
            for column, value in enumerate(astuple(entry)):
                if isinstance(value, datetime):
                    sheet.write_datetime(row, column, value.replace(tzinfo=None), day)
                elif isinstance(value, int):
                    sheet.write_number(row, column, value, text)
                elif value:
                    sheet.write_string(row, column, value, text)
                else:
                    sheet.write_blank(row, column, None, text)
    finally:
        workbook.close()


def write_register_csv(file: TextIO, entries: Iterable[RegisterEntry]) -> None:
    """The same as CSV (`file` as `csv_sheet.write_csv` wants it), days as dd/mm/yyyy."""
    write_csv(
        file,
        HEADINGS,
        (
            [v.strftime("%d/%m/%Y") if isinstance(v, datetime) else v for v in astuple(entry)]
            for entry in entries
        ),
    )
