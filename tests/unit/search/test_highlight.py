"""What is marked in a text, and that marking never turns text into markup."""

import re
import unicodedata
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.text import clean_text
from archive.search.highlight import MarkTerms, mark, snippet, word_indices
from archive.search.query import parse_query

TEXT = clean_text(
    unicodedata.normalize(
        "NFD",
        "Tỉnh Cao Bằng có núi cao; Đảng bộ tỉnh Cao-Bằng. Ðại hội <đại biểu>. "
        "Bàn bạc, đặng, đáng. Hoà bình. Các tướng lĩnh và các cháu.",
    )
)


def marked(query: str, text: str = TEXT) -> list[str]:
    return [text[start:end] for start, end in mark(text, parse_query(query).marks)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cao bang", ["Cao Bằng", "Cao-Bằng"]),
        ("Cao Bằng", ["Cao Bằng", "Cao-Bằng"]),
        (unicodedata.normalize("NFD", "Cao Bằng"), ["Cao Bằng", "Cao-Bằng"]),
        ("CAO", ["Cao", "cao", "Cao"]),
        ("dang bo", ["Đảng bộ"]),
        ("đảng", ["Đảng"]),
        ("dang", ["Đảng", "đặng", "đáng"]),
        ("hòa bình", ["Hoà bình"]),
        ("dai hoi dai bieu", ["Đại hội", "đại biểu"]),
        ("cac tuong linh", ["Các tướng lĩnh"]),
        ("các tướng", ["Các tướng"]),
        ("lĩnh các", ["lĩnh"]),
        ("các", ["Các", "các"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_words_are_marked_as_a_reader_expects(query, found):
    assert marked(query) == found


def test_exact_forms_are_preferred_and_the_fold_stands_in_where_there_are_none():
    assert marked("hóa", "hóa học và hòa bình") == ["hóa"]
    assert marked("hóa", "hòa bình") == ["hòa"]


def test_lone_syllables_stay_unmarked_where_the_phrase_stands():
    assert marked("cao bằng", "Núi cao, đất bằng") == ["cao", "bằng"]
    assert marked("cao bằng", "Núi cao ở Cao Bằng") == ["Cao Bằng"]


def test_words_apart_by_punctuation_are_no_phrase():
    assert marked("cao bằng", "cao, bằng") == ["cao", "bằng"]


def test_a_line_break_does_not_part_a_phrase():
    assert marked("cao bằng", "về Cao\nBằng") == ["Cao\nBằng"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert('bác hồ')</script>",
        "bác <img src=x onerror=alert(1)> hồ",
        '"><svg onload=alert(1)>bác hồ',
        "</mark><b>bác hồ</b><mark>",
        "&lt;bác&gt; hồ &amp;",
        "bác hồ' onmouseover='x",
    ],
)
@pytest.mark.parametrize("query", ["bác hồ", "script", "img", "lt", "mark", "x", "amp b"])
def test_stored_markup_is_only_text(hostile, query):
    terms = parse_query(query).marks
    html = snippet(hostile, terms).html
    bare = re.sub(r"</?mark>", "", html)
    assert "<" not in bare
    assert ">" not in bare
    assert unescape(bare) == hostile
    assert html.count("<mark>") == html.count("</mark>")


@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_comes_back_whole_and_escaped(text, query):
    text = clean_text(text)
    terms = parse_query(query).marks
    spans = mark(text, terms)
    assert spans == sorted(spans)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    html = snippet(text, terms, 1_000).html
    assert unescape(re.sub(r"</?mark>", "", html)) == text


@given(st.text(alphabet="bác hồ\n<>&- ", max_size=600), st.integers(20, 300))
def test_a_snippet_is_short_and_shows_a_hit_if_there_is_one(text, length):
    text = clean_text(text)
    terms = parse_query("bác hồ").marks
    found = snippet(text, terms, length)
    plain = unescape(re.sub(r"</?mark>", "", found.html))
    assert len(plain) <= length + 60 or max(b - a for a, b in mark(text, terms)) > length
    assert (found.hits > 0) == bool(mark(text, terms))
    assert found.hits == found.html.count("<mark>")


def test_a_snippet_shows_the_place_with_most_of_the_query():
    text = "bác sĩ khám bệnh. " * 40 + "Năm 1941 Bác Hồ về Pác Bó." + " hồ nước trong." * 40
    found = snippet(text, parse_query("bac ho ve nuoc pac bo").marks)
    assert "<mark>Bác Hồ về</mark> <mark>Pác Bó</mark>" in found.html
    assert found.html.startswith("… ")
    assert found.html.endswith(" …")


def test_a_snippet_cuts_no_word():
    words = [f"từ{n}" for n in range(400)]
    found = snippet(" ".join(words), parse_query("từ200").marks)
    plain = re.sub(r"</?mark>|… | …", "", found.html)
    assert set(plain.split()) <= set(words)
    assert 180 <= len(plain) <= 240


def test_without_a_hit_a_snippet_is_the_beginning():
    found = snippet("chữ " * 200, parse_query("zzz").marks)
    assert found.html.startswith("chữ chữ")
    assert found.hits == 0
    assert snippet("", MarkTerms()).html == ""


def test_words_with_boxes_are_marked_by_the_same_rule():
    page = ["Tỉnh", "Cao", "Bằng,", "núi", "cao", "“Cao", "-", "Bằng”", "", "bằng"]
    text = " ".join(page)
    spans = mark(text, parse_query("cao bang").marks)
    assert [text[a:b] for a, b in spans] == ["Cao Bằng", "Cao - Bằng"]
    assert word_indices(page, parse_query("cao bang").marks) == [1, 2, 5, 6, 7]
    assert word_indices(["Hoà-bình", unicodedata.normalize("NFD", "Hoà")],
                        parse_query("hòa").marks) == [0, 1]  # fmt: skip
    assert word_indices([], parse_query("hòa").marks) == []


@given(st.lists(st.sampled_from(["Cao", "bằng", "Bằng,", "cáo", "núi", "-", ""]), max_size=30))
def test_marked_words_agree_with_marked_text(page):
    terms = parse_query("cao bang").marks
    text = " ".join(page)
    at = 0
    touched = []
    spans = mark(text, terms)
    for index, word in enumerate(page):
        if word and any(a < at + len(word) and at < b for a, b in spans):
            touched.append(index)
        at += len(word) + 1
    assert word_indices(page, terms) == touched
