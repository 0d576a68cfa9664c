"""Dates as people type them into sheets → a date with the precision that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from archive.core.dates import IssueDate, parse_issue_date
from archive.core.text import clean_text

UNKNOWN_WORDS = frozenset(
    {"?", "-", "–", "—", "…", "...", "k.rõ", "n/a", "na", "null", "none", "unknown", "s.d."}
    | {"không rõ", "chưa rõ", "không có", "không biết", "chưa có", "chưa xác định", "khuyết"}
)
"""What people write where they do not know; compared in small letters."""

# Day 1 is 1/1/1900; the 29th of February of that year, which never was, is counted.
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_YEAR = re.compile(r"(?:năm\s*)?(\d{4})(?:[.,]0+)?", re.IGNORECASE)
_DOUBTFUL_YEAR = re.compile(
    r"(?:(?:khoảng|chừng|c\.|ca\.|~)\s*(?:năm\s*)?(\d{4})|(?:năm\s*)?(\d{4})\s*(?:\?|\(\?\)))",
    re.IGNORECASE,
)
_OPEN_RANGE = re.compile(r"(?:từ\s*(?:năm\s*)?)?(\d{4})\s*[-–—]\s*(?:nay)?", re.IGNORECASE)
_RANGE = re.compile(r"(\d{4})\s*[-–—]\s*(\d{4})")
_QUARTER = re.compile(
    r"(?:quý\s*|q\s*)(?:i{1,3}|iv|[1-4])\s*(?:[/,.-]|năm|\s)\s*(?:năm\s*)?(\d{4})", re.IGNORECASE
)
_MONTH = re.compile(
    r"(?:tháng|thg|t)\.?\s*(\d{1,2})\s*(?:[/,.-]|năm|\s)\s*(?:năm\s*)?(\d{4})", re.IGNORECASE
)
_DAY = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*(?:,\s*)?(?:năm\s*)?(\d{4})", re.IGNORECASE
)
_MOMENT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})[ T]\d{1,2}:\d{2}.*")


@dataclass(frozen=True)
class TypedDate:
    """`issued` is None where the cell says that nobody knows. `is_guess`: it holds less than the
    cell does or was reckoned (a quarter, a doubtful year, a day's number), so that somebody should
    look."""

    issued: IssueDate | None
    is_guess: bool = False


def read_typed_date(text: str, *, is_1904: bool = False) -> TypedDate:
    """The date in a cell: `2021`, `2021.0`, `Năm 2021`, `7/2024`, `quý III/2024` (its year),
    `2014?`, `1964-` (the first year), a spreadsheet's day number.

    Raises ValueError where no single date is meant: `2019-2021`, `15/7/24`, `hôm qua`.
    """
    typed = " ".join(clean_text(text).split())
    if not typed or typed.lower() in UNKNOWN_WORDS:
        return TypedDate(None)
    if match := _YEAR.fullmatch(typed):
        return TypedDate(IssueDate(int(match[1])))
    if match := _SERIAL.fullmatch(typed):
        epoch = _EPOCH_1904 if is_1904 else _EPOCH_1900
        day = epoch + timedelta(days=int(match[1]))
        return TypedDate(IssueDate(day.year, day.month, day.day), is_guess=True)
    if match := _MOMENT.fullmatch(typed):
        return TypedDate(parse_issue_date(match[1]))
    if match := _DAY.fullmatch(typed):
        return TypedDate(parse_issue_date("/".join(match.groups())))
    if match := _MONTH.fullmatch(typed):
        return TypedDate(parse_issue_date("/".join(match.groups())))
    if match := _QUARTER.fullmatch(typed):
        return TypedDate(IssueDate(int(match[1])), is_guess=True)
    if match := _DOUBTFUL_YEAR.fullmatch(typed):
        return TypedDate(IssueDate(int(match[1] or match[2])), is_guess=True)
    if match := _OPEN_RANGE.fullmatch(typed):
        return TypedDate(IssueDate(int(match[1])), is_guess=True)
    return TypedDate(parse_issue_date(typed))


def first_year_of(text: str) -> int | None:
    """The year with which a span of years begins (`1947-1950`), None for anything else."""
    match = _RANGE.fullmatch(" ".join(clean_text(text).split()))
    return int(match[1]) if match else None
