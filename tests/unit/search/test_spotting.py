"""Words are spotted in a text as they would be found by taking it apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.text import clean_text, fold, tokens
from archive.search.spotting import find_folds

_LETTERS = st.sampled_from("aăâAÂàÀậẬdđĐÐnghiyYkKqQuUmoôơ 0123.,-_'\n\u0301\u0323cÇñ🙂مсЁΆİßﬀ")


def taken_apart(text, folds):
    return [token for token in tokens(text) if fold(token.text) in folds]


@given(st.text(_LETTERS, max_size=60), st.data())
def test_words_are_spotted_as_by_taking_the_text_apart(text, data):
    cleaned = clean_text(text)
    # What sticks to a decimal number is told otherwise, as the docstring says.
    if re.search(r"\d[.,]\d+[^\W\d]", cleaned):
        return
    all_folds = sorted({fold(token.text) for token in tokens(cleaned)})
    chosen = data.draw(st.sets(st.sampled_from(all_folds), max_size=4)) if all_folds else set()
    folds = frozenset(chosen | {"xyz", "ki", "1"})
    assert find_folds(cleaned, folds) == taken_apart(cleaned, folds)


@pytest.mark.parametrize(
    ("text", "folds", "found"),
    [
        ("Kỹ sư, kỷ niệm, ký, KĨ và kịch", {"ki"}, ["Kỹ", "kỷ", "ký", "KĨ"]),
        ("1.250 người, 250 nhà, 1.250,5", {"250"}, ["250"]),
        ("1.250 người, 250 nhà, 1.250,5", {"1.250"}, ["1.250"]),
        ("rộng 1,4m", {"1,4"}, ["1,4"]),
        ("Ðông, Đông và ĐÔNG", {"dong"}, ["Đông", "Đông", "ĐÔNG"]),
        ("cao-bằng caobằng", {"bang"}, ["bằng"]),
        ("", {"a"}, []),
        ("a", set(), []),
        ("a", {""}, []),
    ],
)
def test_words_are_whole_and_marks_do_not_matter(text, folds, found):
    cleaned = clean_text(text)
    assert [token.text for token in find_folds(cleaned, frozenset(folds))] == found
