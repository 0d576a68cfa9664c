"""How a query is read."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.errors import QueryRefusedError
from archive.search.query import COUNTED_WORDS, parse_query

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "search-language.md"


def read(query: str) -> list[list[str]]:
    """Each clause as its alternatives, a phrase in quotes."""
    return [
        [
            f'"{" ".join(t.canonical for t in phrase.terms)}"'
            if phrase.adjacent
            else " ".join(t.canonical for t in phrase.terms)
            for phrase in clause.alternatives
        ]
        for clause in parse_query(query).clauses
    ]


@pytest.mark.parametrize(
    ("query", "clauses"),
    [
        ("Hoà Bình", [["hòa"], ["bình"]]),
        ("Cao-Bằng 414-KH/TU", [["cao"], ["bằng"], ["414"], ["kh"], ["tu"]]),
        ('"cột mốc" 108', [['"cột mốc"'], ["108"]]),
        ("«cột mốc»", [['"cột mốc"']]),
        ('"mốc"', [["mốc"]]),
        ('a OR b OR "c d" e', [["a", "b", '"c d"'], ["e"]]),
        ("a or b", [["a"], ["or"], ["b"]]),
        ("Chủ đề:2024", [["chủ"], ["đề"], ["2024"]]),
        ("12:30", [["12"], ["30"]]),
        ("a - b", [["a"], ["b"]]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_a_query_is_read_into_clauses(query, clauses):
    assert read(query) == clauses
    assert not parse_query(query).read_as_words


def test_field_names_may_be_typed_with_marks_and_in_english():
    for query in ("năm:2019..2025", "nam:2019..2025", "year:2019..2025", "NĂM:2019..2025"):
        parsed = parse_query(query)
        assert (parsed.year_from, parsed.year_to) == (2019, 2025)
        assert parsed.is_empty
    assert parse_query("đơn_vị:A12").units == parse_query("unit:A12").units == ("A12",)
    assert [f.field for f in parse_query("nhan_đề:a tac_gia:b").fields] == ["title", "names"]


@pytest.mark.parametrize(
    ("years", "bounds"),
    [("2024", (2024, 2024)), ("2020..", (2020, None)), ("..2020", (None, 2020))],
)
def test_years_may_be_open_on_one_side(years, bounds):
    parsed = parse_query(f"nam:{years}")
    assert (parsed.year_from, parsed.year_to) == bounds


@pytest.mark.parametrize(
    ("broken", "clauses"),
    [
        ('"a b', [["a"], ["b"]]),
        ("OR a", [["a"]]),
        ("a OR", [["a"]]),
        ("a OR -b", [["a"], ["b"]]),
        ("-a", [["a"]]),
        ("nam:hai", [["nam"], ["hai"]]),
        ("nam:20192020", [["nam"], ["20192020"]]),
        ('nhan_de:"', []),
        ("nhan_de:! a", [["a"]]),
        ("-tac_gia:b", [["b"]]),
    ],
)
def test_a_broken_query_becomes_words(broken, clauses):
    assert parse_query(broken).read_as_words
    assert read(broken) == clauses


@given(st.text(max_size=300))
def test_any_text_is_a_query(text):
    parsed = parse_query(text)
    assert len(parsed.marks.words) <= COUNTED_WORDS


@given(st.text(alphabet='ab "-:OR.năm_', max_size=40))
def test_any_mixture_of_operators_is_a_query(text):
    parse_query(text)


def test_limits_are_named_with_their_value():
    with pytest.raises(QueryRefusedError) as refused:
        parse_query("x" * 2001)
    assert refused.value.data == {"limit": "characters", "value": 2000}
    with pytest.raises(QueryRefusedError) as refused:
        parse_query("x " * 201)
    assert refused.value.data == {"limit": "terms", "value": 200}


@pytest.mark.parametrize(
    "example",
    re.findall(r"^\| `([^`]+)` \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE),
)
def test_every_example_of_the_reference_is_understood(example):
    parsed = parse_query(example)
    assert not parsed.read_as_words
    assert parsed.clauses or parsed.fields or parsed.year_from
