"""What was probably meant: a line on the search page and a part of the JSON answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from archive.core.roles import Access
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("suggestion")) as made:
        made.put("Một", make_pdf("hòa bình trên quê hương"), kind="book")
        made.put("Hai", make_pdf("hòa bình và sum họp"), kind="leaflet")
        made.put("Kín", make_pdf("đèo Giàng"), access=Access.RESTRICTED)
        made.work()
        yield made


def suggested(answer: Any) -> list[tuple[str, str]]:
    """Words and address of each suggestion on the page."""
    return [
        (words_of(link), link.get("href", ""))
        for link in elements(page(answer), "a")
        if link.get("class") == "suggestion__words"
    ]


def test_page_offers_the_words_with_their_marks(archive: Standing) -> None:
    answer = archive.client(ANYONE).get("/tim-kiem?q=hoa+binh")
    assert "Có phải bạn muốn tìm: hòa bình" in words_of(page(answer))
    ((words, address),) = suggested(answer)
    assert words == "hòa bình"
    followed = archive.client(ANYONE).get(address)
    assert suggested(followed) == []
    assert "2 ấn phẩm" in words_of(page(followed))


def test_suggestion_keeps_filters_and_order_and_begins_at_the_first_page(
    archive: Standing,
) -> None:
    asked = "/tim-kiem?q=hoa+binh&kind=book&kind=leaflet&year=2024&sort=title&page=1"
    ((_, address),) = suggested(archive.client(ANYONE).get(asked))
    assert address == ("/tim-kiem?q=h%C3%B2a+b%C3%ACnh&kind=book&kind=leaflet&year=2024&sort=title")


def test_nothing_is_offered_where_nothing_better_is_known(archive: Standing) -> None:
    client = archive.client(ANYONE)
    for query in ("h%C3%B2a+b%C3%ACnh", "khongcogihet", ""):
        answer = client.get(f"/tim-kiem?q={query}")
        assert "Có phải bạn muốn tìm" not in answer.get_data(as_text=True)
        assert client.get(f"/api/v1/search?q={query}").json["suggestion"] is None


def test_words_of_what_the_reader_may_not_see_are_not_offered(archive: Standing) -> None:
    for role, found in ((ANYONE, []), ("curator", ["đèo giàng"])):
        answer = archive.client(role).get("/tim-kiem?q=deo+giang")
        assert [words for words, _ in suggested(answer)] == found


def test_json_answer_tells_the_words_and_leads_to_the_search_page(archive: Standing) -> None:
    client = archive.client(ANYONE)
    answer = client.get("/api/v1/search?q=hoa+binh&group=page&per_page=1&kind=book").json
    assert answer["suggestion"]["text"] == "hòa bình"
    assert answer["suggestion"]["url"] == "/tim-kiem?q=h%C3%B2a+b%C3%ACnh&kind=book"
    assert client.get(answer["suggestion"]["url"]).status_code == 200


def test_command_says_it_too(archive: Standing) -> None:
    found = archive.app.test_cli_runner().invoke(args=["search", "hoa binh"])
    assert "Có phải bạn muốn tìm: hòa bình" in found.stderr
    asked = archive.app.test_cli_runner().invoke(args=["search", "hoa binh", "--json"])
    assert json.loads(asked.stdout)["suggestion"]["text"] == "hòa bình"
