"""Dates of publications, which are often known to the year or the month only, and the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""Vietnam keeps one offset all year; readers see its time, storage holds UTC."""

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_VIETNAMESE = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])(\d{4})")


@dataclass(frozen=True, order=True)
class IssueDate:
    """A date known to the day, the month or the year (`month`, `day` 0 where unknown).

    Orders by time, an unknown month before January: a list by date puts "2024" before "2024-01".
    """

    year: int
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        """ISO 8601 with the precision that is known: `2024`, `2024-07`, `2024-07-15`."""
        if self.day:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        if self.month:
            return f"{self.year:04}-{self.month:02}"
        return f"{self.year:04}"

    @property
    def vietnamese(self) -> str:
        """`2024`, `7/2024`, `15/7/2024`, as Vietnamese readers write it."""
        if self.day:
            return f"{self.day}/{self.month}/{self.year}"
        if self.month:
            return f"{self.month}/{self.year}"
        return str(self.year)


def parse_issue_date(text: str) -> IssueDate:
    """Read `2024`, `2024-07`, `2024-07-15`, `7/2024` or `15/7/2024`; ValueError otherwise."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part or 0) for part in match.groups())
    elif match := _VIETNAMESE.fullmatch(text):
        day, month, year = (int(part or 0) for part in match.groups())
    else:
        raise ValueError(text)
    # date() knows the months' lengths; the parts that are unknown are filled for the check only.
    date(year, month or 1, day or 1)
    if day and not month:
        raise ValueError(text)
    return IssueDate(year, month, day)


def missing_day(text: str) -> str:
    """`31/2/2026` where `text` is a date in form and no calendar has it; "" for all else."""
    match = _ISO.fullmatch(text.strip()) or _VIETNAMESE.fullmatch(text.strip())
    if match is None:
        return ""
    try:
        parse_issue_date(text)
    except ValueError:
        parts = [int(part) for part in match.groups() if part]
        return "/".join(map(str, parts if match.re is _VIETNAMESE else reversed(parts)))
    return ""


def parse_day(text: str) -> date:
    """A full date, `2024-07-15` or `15/7/2024`; ValueError otherwise."""
    parsed = parse_issue_date(text)
    if not parsed.day:
        raise ValueError(text)
    return date(parsed.year, parsed.month, parsed.day)


def now() -> datetime:
    """The present moment in UTC, aware."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Vietnam, which is what an embargo "until 1 July" means."""
    return datetime.now(VIETNAM).date()


def local(moment: datetime) -> datetime:
    """`moment` in Vietnamese time."""
    return moment.astimezone(VIETNAM)
