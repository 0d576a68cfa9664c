"""Where a search finds nothing, it says what would find something, and how much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from archive.core.dates import IssueDate
from archive.core.roles import Access
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("ways")) as made:
        texts = ("Chuyện kể Pác Bó bên suối", "Pác Bó mùa xuân", "Thác Bản Giốc mùa nước")
        for number, text in enumerate(texts):
            made.put(text, make_pdf(text), issued=IssueDate(2022 + number), kind="book")
        made.put("Pác Bó kín", make_pdf("Pác Bó"), issued=IssueDate(2020), access=Access.RESTRICTED)
        made.work()
        yield made


def links(archive: Standing, path: str) -> dict[str, str]:
    answer = archive.client(ANYONE).get(path)
    assert answer.status_code == 200, path
    return {words_of(link): link.get("href", "") for link in elements(page(answer), "a")}


def test_filters_are_named_with_what_dropping_each_would_find(archive: Standing) -> None:
    found = links(archive, "/tim-kiem?q=pac+bo&year=2024")
    assert found["Bỏ “năm 2024”: 2 ấn phẩm"] == "/tim-kiem?q=pac+bo"
    assert found["Bỏ từ “pac bo”: 1 ấn phẩm"] == "/tim-kiem?year=2024"
    found = links(archive, "/tim-kiem?q=pac+bo&year=2024&year=2021&kind=map")
    assert found["Bỏ mọi bộ lọc: 2 ấn phẩm"] == "/tim-kiem?q=pac+bo"
    assert "Bỏ “năm 2024, 2021”" not in " ".join(found), "it would find nothing"
    found = links(archive, "/tim-kiem?q=pac+bo&year_from=2024")
    assert found["Bỏ “Từ năm 2024”: 2 ấn phẩm"] == "/tim-kiem?q=pac+bo"


def test_nothing_is_offered_that_the_reader_would_not_find(archive: Standing) -> None:
    found = links(archive, "/tim-kiem?q=pac+bo&year=2020&kind=map")
    assert not [label for label in found if label.startswith("Bỏ “") and "năm" not in label]


def test_ways_out_cost_few_statements(archive: Standing) -> None:
    asked: list[str] = []

    def see(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    engine = archive.holdings.database.engine
    event.listen(engine, "before_cursor_execute", see)
    links(archive, "/tim-kiem?q=pac+bo&year=2019&kind=map&unit=tinh-doan&year_to=2018&grade=4")
    event.remove(engine, "before_cursor_execute", see)
    assert len(asked) <= 12, asked


def test_search_inside_offers_the_words_that_were_meant_and_the_whole_archive(
    archive: Standing,
) -> None:
    listed = archive.client(ANYONE).get("/api/v1/search?q=ban+gioc").json["items"]
    found = links(archive, f"/an-pham/{listed[0]['id']}/tim?q=suoi")
    assert found["Tìm “suoi” trong toàn kho: 1 ấn phẩm"] == "/tim-kiem?q=suoi"


def test_page_behind_the_last_leads_back(archive: Standing) -> None:
    found = links(archive, "/tim-kiem?q=pac+bo&page=7")
    assert found["Về trang đầu"] == "/tim-kiem?q=pac+bo"
