"""The days on which an event is remembered: what its dates say, and when they come round next."""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_DAYS = re.compile(
    r"(\d{1,2})(?:\s*[-–—]\s*(\d{1,2}))?\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})", re.ASCII
)


@dataclass(frozen=True)
class EventDays:
    """From the first to the last day of an event within one month (the same for one day)."""

    year: int
    month: int
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Anniversary:
    """One return of an event's days: `first` to `last`, `years` after it."""

    first: date
    last: date
    years: int

    @property
    def is_round(self) -> bool:
        """Whether it is an even ten of years, which is kept more solemnly."""
        return self.years % 10 == 0


@lru_cache(maxsize=1 << 10)
def parse_event_days(text: str) -> EventDays | None:
    """The days in `28/1/1941` or `16–18/9/1950`; None for anything else.

    Years and months alone have no day to keep. A date with a word beside it ("âm lịch") is none
    of our calendar and is not taken for one.
    """
    found = _DAYS.fullmatch(text.strip())
    if found is None:
        return None
    first, last, month, year = (int(part or 0) for part in found.groups())
    last = last or first
    try:
        ordered = date(year, month, first) <= date(year, month, last)
    except ValueError:
        return None
    return EventDays(year, month, first, last) if ordered else None


def next_anniversary(event: EventDays, *, on: date) -> Anniversary | None:
    """The next time the event's days come round, `on` them included; None before its first year
    is over. What was on 29 February is kept on the 28th where there is none."""
    for year in (on.year, on.year + 1):
        last = _day(year, event.month, event.last_day)
        years = year - event.year
        if last >= on and years > 0:
            return Anniversary(_day(year, event.month, event.first_day), last, years)
    return None


def _day(year: int, month: int, day: int) -> date:
    if (month, day) == (2, 29) and not isleap(year):
        day = 28
    return date(year, month, day)
