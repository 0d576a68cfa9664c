"""Records as a sheet: the import's columns, and no cell a formula."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from archive.metadata.csv_sheet import as_text, from_text
from archive.metadata.formats import FORMATS
from archive.metadata.headings import HEADINGS
from archive.metadata.record_sheet import COLUMNS, csv_sheet, xlsx_sheet
from archive.services.records import RecordInput, record_content
from tests.unit.metadata.described import URL, described, hostile


def test_columns_are_those_of_the_import_and_leave_no_field_out() -> None:
    fields = [HEADINGS[heading.lower()] for heading, _ in COLUMNS]
    assert len(set(fields)) == len(fields)
    record = set(record_content(RecordInput(title="x"), unit_code="x"))
    assert set(fields) == record - {"unit_name_given"}


def test_no_cell_of_a_hostile_record_is_a_formula() -> None:
    text = b"".join(csv_sheet([hostile()])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    with zipfile.ZipFile(io.BytesIO(b"".join(xlsx_sheet([hostile()])))) as packed:
        sheets = [packed.read(n) for n in packed.namelist() if n.startswith("xl/worksheets/")]
    assert len(sheets) == 2
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_text_guarded_against_formulas_is_read_as_it_was(text: str) -> None:
    assert from_text(as_text(text)) == text or text.startswith("'")


def test_typed_apostrophe_stays() -> None:
    assert [from_text(text) for text in ("'chữ", "'", "'=1+1")] == ["'chữ", "'", "=1+1"]


def test_workbook_keeps_address_and_files_on_a_second_sheet() -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(xlsx_sheet([described()]))))
    assert workbook.sheet_names == ["Ấn phẩm", "Địa chỉ và tệp"]
    row = workbook.get_sheet_by_index(1).to_python()[1]
    assert URL in row
    assert "ab" * 32 in row


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_memory_stays_flat_however_long_the_list(name: str) -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        for _ in FORMATS[name].write(described(id=f"{n:012}") for n in range(number)):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(400) < peak(200) + 400_000, "what more records take is forgotten again"
