"""What became of a batch's rows, as a table to mend the sheet by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.language import in_vietnamese
from archive.core.text import clean_text
from archive.models import ImportBatch, ImportRow, RowState
from archive.services.batches import fault_words

HEADINGS = ("Dòng", "Tình trạng", "Nhan đề", "Cột", "Lý do", "Giá trị trong bảng", "Mã ấn phẩm")
STATES = {
    RowState.OK: "chưa nhập",
    RowState.PROBLEM: "không nhập được",
    RowState.PRESENT: "đã có trong kho",
    RowState.ADDED: "đã nhập",
    RowState.UNDONE: "đã gỡ",
    RowState.KEPT: "giữ lại vì đã được sửa hoặc xử lý sau khi nhập",
}
_CELL = 32_000


def report_rows(session: Session, batch: ImportBatch) -> Iterator[tuple[str, ...]]:
    """A line for each fault of a row that did not go in, and for each row that an undo kept."""
    rows = session.scalars(
        select(ImportRow)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.state.in_((RowState.PROBLEM, RowState.KEPT)),
        )
        .order_by(ImportRow.number)
        .execution_options(yield_per=500)
    )
    for row in rows:
        for problem in row.problems or [{}]:
            with in_vietnamese():
                reason = fault_words(problem) if problem else ""
            yield (
                str(row.number),
                STATES[row.state],
                row.values.get("title", ""),
                problem.get("column", ""),
                reason,
                problem.get("value", ""),
                row.publication_id or "" if row.state is RowState.KEPT else "",
            )


def write_workbook(file: IO[bytes], rows: Iterator[tuple[str, ...]]) -> None:
    """The same as XLSX: every cell text, so that none is a formula or a link."""
    book = xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": True})
    sheet = book.add_worksheet("Báo cáo")
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, clean_text(cell)[:_CELL])
    sheet.set_column(2, 2, 50)
    sheet.set_column(4, 4, 60)
    book.close()
