"""No cell we write is a formula, and nothing of it is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.csv_sheet import as_text, write_csv


@pytest.mark.parametrize(
    "cell",
    ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=HYPERLINK()"],
)
def test_cell_that_would_be_a_formula_is_written_as_text(cell):
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Pác Bó", "2024", "a=b", "12/GP", "", "“=”"])
def test_other_cells_stay_as_they_are(cell):
    assert as_text(cell) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_written_cells_come_back_whole_and_none_is_a_formula(cells):
    out = io.StringIO(newline="")
    write_csv(out, ["a"], [cells])
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    got = rows[1] if len(rows) > 1 else []
    assert [cell.removeprefix("'") for cell in got] == [cell.removeprefix("'") for cell in cells]
    assert not any(cell.lstrip(" \u00a0")[:1] in {"=", "+", "-", "@"} for cell in got if cell)
