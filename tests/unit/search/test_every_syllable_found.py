"""What the index holds of every Vietnamese syllable: the page where it stands, for any typing."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.core.text import canonical, fold
from tests.unit.core.test_every_syllable import EVERY, tone_elsewhere, typings
from tests.unit.search.conftest import Archive, make_work

ON_A_PAGE = 100


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Every syllable that the spelling allows, on one of some two hundred pages."""
    archive = Archive(tmp_path_factory.mktemp("dictionary") / "search")
    pages = [" ".join(EVERY[n : n + ON_A_PAGE]) for n in range(0, len(EVERY), ON_A_PAGE)]
    archive.add(make_work("w1", "Từ điển", *pages))
    return archive


@pytest.fixture(scope="module")
def pages_of() -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """The pages by canonical form, and by what remains without marks."""
    exact, bare = defaultdict(set), defaultdict(set)
    for number, syllable in enumerate(EVERY):
        exact[canonical(syllable)].add(number // ON_A_PAGE + 1)
        bare[fold(syllable)].add(number // ON_A_PAGE + 1)
    return exact, bare


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(EVERY), st.data())
def test_a_syllable_is_found_where_it_stands_and_nowhere_else(dictionary, pages_of, syllable, data):
    exact, bare = pages_of
    typed = data.draw(st.sampled_from([*typings(syllable), *typings(tone_elsewhere(syllable))]))
    marked = canonical(syllable) != fold(syllable)
    wanted = exact[canonical(syllable)] if marked else bare[fold(syllable)]
    assert {number for _, number in dictionary.pages(typed)} == wanted
    assert {number for _, number in dictionary.pages(fold(syllable))} == bare[fold(syllable)]
