"""Cases 21 and 23: whatever is typed into the search, through the whole archive: an answer, or a
sentence about its length."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.core.errors import QueryRefusedError
from archive.search.requests import SearchRequest, Viewer
from archive.search.results import SearchResults
from tests.conftest import make_pdf
from tests.integration.standing import Standing, page, standing_archive, words_of

READER = Viewer(today=date(2026, 7, 1))
TEXTS = {
    "Đường về Pác Bó": "Ngày 28/1/1941, lãnh tụ Nguyễn Ái Quốc về nước qua cột mốc 108, tới Pác Bó",
    "Những làn điệu": "Hát then, hát sli, hát lượn và của các bản làng 🎶 שלום",
}

TOO_LONG = {
    "10,000 characters": "a" * 10_000,
    "10,000 letters with marks": "ố" * 10_000,
    "10,000 decomposed": unicodedata.normalize("NFD", "ố" * 10_000),
    "1,000 words": "từ " * 1_000,
    "1,000 wildcards": "a*b*" * 1_000,
    "1,000 alternatives": " OR ".join(["từ"] * 1_000),
    "1,000 fields": "nhan_de:từ " * 1_000,
    "1,000 phrases": '"từ này" ' * 1_000,
}
STRANGE = {
    "only function words": "và của các là những được",
    "only marks": "\u0301\u0300\u0323",
    "a mark before a letter": "\u0301a \u0323",
    "marks heaped upon a letter": "a" + "\u0301" * 500,
    "emoji": "🎶",
    "emoji of several signs": "👩‍👩‍👧‍👦 🇻🇳 1️⃣",
    "right to left": "שלום עולם",
    "right to left, overridden": "\u202eóB cáP\u202c",
    "Arabic with a phrase": '"مرحبا بالعالم" -سلام',
    "NUL": "Pác\x00Bó",
    "only NUL": "\x00",
    "control signs": "\x01\x02\x1b[31m\x7f",
    "line ends": "Pác\r\nBó\u2028hang\u2029",
    "unbalanced quote": '"Pác Bó',
    "quotes in one another": '"Pác "Bó" hang"',
    "nothing but quotes": '""""""',
    "curly and straight": '“Pác Bó"',
    "lonely minus": "-",
    "many minuses": "- -- --- -- -",
    "minus and nothing else": "-Pác -Bó",
    "lonely OR": "OR",
    "ORs at both ends": "OR Pác OR OR Bó OR",
    "lonely colon": ":",
    "colons": ":: nhan_de: :a tac_gia::: nhan_de:nhan_de:",
    "field of nothing": "nhan_de:",
    "field of an empty phrase": 'nhan_de:""',
    "years that are none": "nam:.. nam:20..19 nam:99999..0 nam:-1",
    "years the wrong way round": "nam:2025..2019 Pác Bó",
    "digits of other scripts": "nam:２０２４ nam:٢٠٢٤",
    "brackets and slashes": "(((a) AND [b TO c]) ^2 ~ \\ / {} ? *",
    "markup": "<script>alert(1)</script> &amp; <b>Pác</b>",
    "SQL": "'; DROP TABLE publication; --",
    "template": "{{7*7}} {% raw %} ${7*7}",
    "percent signs": "%s %d %00 %",
    "blanks of every kind": " \t\u00a0\u2003\u3000\u200b\ufeff",
    "one long word": "x" * 1_999,
    "forty phrases": '"Pác Bó" ' * 40,
    "words without blanks": "Pác" * 600,
    "unassigned and private": "\ue000\U000f0000\U0010fffd\ufffe",
}

# What the query language is made of, and what only looks like it.
PIECES = st.sampled_from(
    [
        *('"', "“", "”", "-", "--", ":", "OR", "or", "AND", "NOT", "..", "*", "(", ")", "~", "\\"),
        *("nhan_de:", "tac_gia:", "don_vi:", "nam:", "title:", "author:", "unit:", "year:"),
        *("năm:", "NHAN_DE:", "nhan_de", "nam:2019..2025", "nam:..", "nam:2024..", "la_gi:"),
        *("Pác", "Bó", "pac", "hát", "then", "và", "của", "108", "28/1/1941", "1.234,5", "Ð", "đ"),
        *("\u0301", "\u0323a", "\x00", "\ufeff", "\u202e", "🎶", "שלום", "ﬁ", "İ", "ß", "Ǆ", "ﷺ"),
        *(" ", "  ", "\n", "\t", ""),
    ]
)
QUERIES = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.text(max_size=80),
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=10).map(" ".join),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("queries")) as made:
        for title, text in TEXTS.items():
            made.put(title, make_pdf(text, "Trang hai"))
        made.work()
        yield made


def search(archive: Standing, query: str, **options: object) -> SearchResults:
    request = SearchRequest(READER, query, **options)  # type: ignore[arg-type]
    return archive.holdings.index.search(request)


def assert_sound(found: SearchResults) -> None:
    assert found.total <= len(TEXTS)
    assert found.total_pages <= 2 * len(TEXTS)
    assert len(found.items) <= max(found.total, found.total_pages)
    for counts in found.facets.values():
        assert all(0 <= count.count <= len(TEXTS) for count in counts)


@pytest.mark.parametrize("path", ["/tim-kiem", "/tim-kiem.atom", "/duyet", "/api/v1/search"])
@pytest.mark.parametrize("query", TOO_LONG.values(), ids=TOO_LONG)
def test_endless_query_is_refused_in_words(archive: Standing, path: str, query: str) -> None:
    with pytest.raises(QueryRefusedError) as refused:
        search(archive, query)
    answer = archive.client("anonymous").get(path, query_string={"q": query})
    assert answer.status_code == 400
    text = answer.get_data(as_text=True)
    assert len(text) < 100_000, "the query is not sent back"
    if path != "/api/v1/search":
        assert "Câu tìm dài quá" in text
    else:
        assert answer.json["parameter"] == "q"
    assert refused.value.data["limit"] in ("characters", "terms")


@pytest.mark.parametrize("query", STRANGE.values(), ids=STRANGE)
def test_strange_query_gets_an_answer_everywhere(archive: Standing, query: str) -> None:
    assert_sound(search(archive, query))
    reader = archive.client("anonymous")
    for path in ("/tim-kiem", "/duyet"):
        answer = reader.get(path, query_string={"q": query})
        assert answer.status_code == 200, path
        page(answer)
    feed = reader.get("/tim-kiem.atom", query_string={"q": query})
    assert feed.status_code == 200
    etree.fromstring(feed.get_data())
    found = reader.get("/api/v1/search", query_string={"q": query})
    assert found.status_code == 200
    listed = reader.get("/api/v1/search").json["items"]
    answer = reader.get(f"/an-pham/{listed[0]['id']}/trang/1", query_string={"q": query})
    assert answer.status_code == 200
    page(answer)


def test_words_that_say_nothing_are_looked_for_where_they_are_all_there_is(
    archive: Standing,
) -> None:
    assert search(archive, "và của các").total == 1
    assert search(archive, "Pác Bó và của các").total == 1


def test_nothing_to_look_for_is_browsing(archive: Standing) -> None:
    for query in ("", " \u200b\ufeff", "\u0301\u0323", "\x00"):
        assert search(archive, query).total == len(TEXTS), query


def test_emoji_and_right_to_left_text_find_their_page_or_nothing(archive: Standing) -> None:
    assert search(archive, "שלום").total == 1
    assert search(archive, "hát then 🎶").total == 1
    assert not [item for item in search(archive, "עולם").items if item.pages]


def test_mixed_up_query_says_that_it_was_read_as_words(archive: Standing) -> None:
    for query in ('"Pác Bó', "Pác OR", "-Pác", "nam:hai Pác", "nhan_de: OR"):
        answer = archive.client("anonymous").get("/tim-kiem", query_string={"q": query})
        assert "được đọc như các từ thường" in words_of(page(answer)), query


@settings(max_examples=300, deadline=None, suppress_health_check=[*HealthCheck])
@given(QUERIES)
@example("nhan_de:\x00")
@example('"\u0301"')
def test_any_query_is_answered_or_refused_for_its_length(archive: Standing, query: str) -> None:
    for group in ("work", "page"):
        with suppress(QueryRefusedError):
            assert_sound(search(archive, query, group=group))


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(QUERIES)
def test_any_query_is_answered_by_page_and_feed(archive: Standing, query: str) -> None:
    reader = archive.client("anonymous")
    answer = reader.get("/tim-kiem", query_string={"q": query})
    assert answer.status_code == 200
    page(answer)
    feed = reader.get("/tim-kiem.atom", query_string={"q": query})
    assert feed.status_code == 200
    etree.fromstring(feed.get_data())
    assert reader.get("/api/v1/search", query_string={"q": query}).status_code == 200


@pytest.mark.parametrize(
    "edited",
    [
        *("page=0", "page=-1", "page=x", "page=1e9", "page=99999999999999999999", "page=%00"),
        *("sort=evil", "sort=", "sort=title&sort=x", "year=x", "year=-1", "year=" + "9" * 400),
        *("year_from=9999&year_to=1", "unit=" + "a" * 5_000, "kind=%F0%9F%8E%B6", "theme=%00"),
        "&".join(f"place={n}" for n in range(100)),
        "q=P%E1%BA%A3c&page=2&sort=oldest&" + "unknown=1&" * 50,
    ],
)
def test_edited_address_of_a_search_is_read_kindly_by_a_page_and_strictly_by_the_interface(
    archive: Standing, edited: str
) -> None:
    reader = archive.client("anonymous")
    for path in ("/tim-kiem", "/duyet"):
        answer = reader.get(f"{path}?{edited}")
        assert answer.status_code == 200
        page(answer)
    assert reader.get(f"/tim-kiem.atom?{edited}").status_code == 200
    assert reader.get(f"/api/v1/search?{edited}").status_code in (200, 400)
