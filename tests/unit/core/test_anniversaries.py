"""Days of events, and when they come round next."""

from __future__ import annotations

from datetime import date

import pytest

from archive.core.anniversaries import (
    Anniversary,
    EventDays,
    next_anniversary,
    parse_event_days,
)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("28/1/1941", EventDays(1941, 1, 28, 28)),
        (" 03/02/1930 ", EventDays(1930, 2, 3, 3)),
        ("16–18/9/1950", EventDays(1950, 9, 16, 18)),
        ("10-19/5/1941", EventDays(1941, 5, 10, 19)),
        ("29/2/1960", EventDays(1960, 2, 29, 29)),
    ],
)
def test_day_of_an_event_is_read(text: str, days: EventDays) -> None:
    assert parse_event_days(text) == days


@pytest.mark.parametrize(
    "text",
    ["", "1499", "5/1941", "sinh 19/5/1890", "10/3/1950 âm lịch", "31/4/1975", "30/2/1960",
     "19–16/9/1950", "1904–1947"],
)  # fmt: skip
def test_what_names_no_day_of_our_calendar_has_no_anniversary(text: str) -> None:
    assert parse_event_days(text) is None


def coming(text: str, on: date) -> Anniversary | None:
    days = parse_event_days(text)
    assert days is not None
    return next_anniversary(days, on=on)


def test_day_itself_counts_and_the_next_day_looks_a_year_ahead() -> None:
    day = date(2026, 12, 22)
    assert coming("22/12/1944", day) == Anniversary(day, day, 82)
    later = coming("22/12/1944", date(2026, 12, 23))
    assert later is not None
    assert (later.first, later.years) == (date(2027, 12, 22), 83)


def test_days_that_run_are_kept_until_the_last_of_them() -> None:
    running = coming("16–18/9/1950", date(2030, 9, 18))
    assert running is not None
    assert (running.first, running.last, running.years) == (
        date(2030, 9, 16),
        date(2030, 9, 18),
        80,
    )
    over = coming("16–18/9/1950", date(2030, 9, 19))
    assert over is not None
    assert over.years == 81


def test_even_tens_are_round() -> None:
    assert [Anniversary(date(2030, 1, 1), date(2030, 1, 1), years).is_round
            for years in (80, 85, 82)] == [True, False, False]  # fmt: skip


def test_leap_day_is_kept_on_the_28th_elsewhere() -> None:
    found = coming("29/2/1960", date(2027, 1, 1))
    assert found is not None
    assert found.first == date(2027, 2, 28)


def test_what_has_not_happened_for_a_year_has_none_yet() -> None:
    assert coming("1/7/2030", date(2026, 1, 1)) is None
    first = coming("1/7/2025", date(2025, 8, 1))
    assert first is not None
    assert first.years == 1
