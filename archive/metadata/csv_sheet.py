"""CSV that a spreadsheet opens as text: what people typed never becomes a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

# A spreadsheet takes a cell that begins with one of these for a formula, whatever comes before the
# first letter of it; a line end or tab in front is skipped by some.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(cell: object) -> str:
    """The cell as it is written: with an apostrophe in front where it would be a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def from_text(cell: str) -> str:
    """What `as_text` made of a cell taken back, so that what was written is what is read."""
    return cell[1:] if cell.startswith("'") and as_text(cell[1:]) == cell else cell


def write_csv(file: TextIO, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write headings and rows to `file`, opened with `encoding="utf-8-sig", newline=""` so that
    Excel sees the marks."""
    writer = csv.writer(file)
    writer.writerow([as_text(cell) for cell in headings])
    writer.writerows([as_text(cell) for cell in row] for row in rows)


def as_cell(text: str) -> str:
    """The text so that `from_cell` gives it back exactly, whatever it begins with."""
    return as_text(f"'{text}" if text.startswith("'") else text)


def from_cell(cell: str) -> str:
    """What `as_cell` wrote; a cell that somebody else wrote stays as it is, but for an apostrophe
    in front of what would be a formula."""
    bare = cell[1:]
    guarded = bare.startswith("'") or bare.lstrip(" \u00a0").startswith(_FORMULA)
    return bare if cell.startswith("'") and guarded else cell
