"""The pages at hand: the last ones asked for, within bounds, each made by one thread."""

from __future__ import annotations

import pytest
from PIL import Image

from archive.core.errors import StorageBusyError
from archive.services.drawn_pages import DrawnPages

PAGE = Image.new("RGB", (10, 10))


def test_pages_asked_for_last_stay_within_the_bound() -> None:
    pages = DrawnPages(pixels=250)
    for name in ("a", "b"):
        pages.put((name, 1), PAGE)
    assert pages.get(("a", 1)) is PAGE
    pages.put(("c", 1), PAGE)
    assert [pages.get((name, 1)) is PAGE for name in "abc"] == [True, False, True]


def test_page_beyond_the_bound_is_at_hand_alone() -> None:
    pages = DrawnPages(pixels=50)
    pages.put(("a", 1), PAGE)
    pages.put(("b", 1), PAGE)
    assert pages.get(("a", 1)) is None
    assert pages.get(("b", 1)) is PAGE


def test_page_is_made_by_one_thread_and_the_next_may_follow() -> None:
    pages = DrawnPages()
    with (
        pages.turn(("a", 1), wait_seconds=1),
        pytest.raises(StorageBusyError),
        pages.turn(("a", 1), wait_seconds=0.01),
    ):
        pass
    with pages.turn(("a", 1), wait_seconds=0.01):
        pass


def test_large_images_are_made_two_at_a_time() -> None:
    pages = DrawnPages()
    with (
        pages.large_turn(wait_seconds=1),
        pages.large_turn(wait_seconds=1),
        pytest.raises(StorageBusyError),
        pages.large_turn(wait_seconds=0.01),
    ):
        pass
    with pages.large_turn(wait_seconds=0.01):
        pass
