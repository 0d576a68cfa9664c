"""The curators' queue: narrowed, counted with few statements, accepted many at a time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from archive.core.collation import sort_key
from archive.core.dates import now
from archive.core.identifiers import derived_id
from archive.core.roles import Access
from archive.core.status import Status
from archive.models import Event, File, Page, Publication, Unit, User
from tests.conftest import make_pdf, post
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

MANY = 5_000
OTHERS = 15_000
MOST_STATEMENTS = 12


@pytest.fixture
def archive(tmp_path: Any) -> Iterator[Standing]:
    with standing_archive(tmp_path) as made:
        yield made


def put(archive: Standing, title: str, **given: Any) -> str:
    given.setdefault("status", Status.SUBMITTED)
    given.setdefault("by", archive.actor("depositor"))
    return archive.put(title, given.pop("data", None) or make_pdf(f"{title}: chữ"), **given)


def titles(answer: Any) -> list[str]:
    return [words_of(element) for element in elements(page(answer), "h2")]


def test_queue_is_narrowed_by_curator_unit_year_kind_and_check(archive: Standing) -> None:
    curator = archive.client("curator")
    first = put(archive, "Của tôi")
    put(archive, "Của Tỉnh đoàn", unit="tinh-doan", by=archive.actor("admin"), kind="map")
    put(archive, "Không rõ ngày", issued=None)
    put(archive, "ISBN sai", isbn="978-1")
    put(archive, "ISSN sai", issn="1234-5678")
    post(curator, f"/an-pham/{first}/nhan-xem", {})
    rows = {
        "nguoi-duyet=toi": ["Của tôi"],
        "tinh-trang=in_review": ["Của tôi"],
        "nguoi-duyet=chua-ai": ["Của Tỉnh đoàn", "Không rõ ngày", "ISBN sai", "ISSN sai"],
        "nguoi-duyet=abc": [],
        "unit=tinh-doan": ["Của Tỉnh đoàn"],
        "kind=map": ["Của Tỉnh đoàn"],
        "year=2024&unit=so-van-hoa": ["ISBN sai", "ISSN sai"],
        "kiem-tra=no_date": ["Không rõ ngày"],
        "kiem-tra=isbn": ["ISBN sai"],
        "kiem-tra=issn": ["ISSN sai"],
        "kiem-tra=any": ["Không rõ ngày", "ISBN sai", "ISSN sai"],
        "kiem-tra=duplicate": [],
        "kiem-tra=marking": [],
        "kiem-tra=khong-co": ["Của Tỉnh đoàn", "Không rõ ngày", "ISBN sai", "ISSN sai"],
    }
    for query, expected in rows.items():
        found = [title for title in titles(curator.get(f"/duyet-nop?{query}")) if title in ALL]
        assert found == expected, query


ALL = {"Của tôi", "Của Tỉnh đoàn", "Không rõ ngày", "ISBN sai", "ISSN sai"}


def test_many_are_accepted_at_once_and_the_one_with_a_problem_stays(archive: Standing) -> None:
    curator = archive.client("curator")
    good = [put(archive, f"Tốt {number}") for number in range(3)]
    bad = put(archive, "Chưa rõ ngày <b>in</b>", issued=None)
    archive.work()
    for _ in range(2):
        answer = post(curator, "/duyet-nop/nhan", {"id": [*good, bad, "khong-co-ma"]})
        assert answer.status_code == 200
    said = words_of(page(answer))
    assert "3 bản đã được nhận từ trước. 1 bản chưa nhận được:" in said
    assert "Chưa rõ ngày <b>in</b>: Chưa có ngày phát hành." in said
    with archive.holdings.database.reading() as session:
        states = {
            row.id: row.status for row in session.scalars(select(Publication)) if row.id != bad
        }
        assert set(states.values()) == {Status.ACCEPTED}
        assert session.get_one(Publication, bad).status is Status.SUBMITTED
        acts = session.scalars(select(Event.publication_id).where(Event.kind == "accepted")).all()
        assert sorted(acts) == sorted(good), "one event each, however often the button is pressed"


def test_all_on_the_page_are_accepted_but_for_those_in_anothers_hands(archive: Standing) -> None:
    taken, free = put(archive, "Người khác xem"), put(archive, "Chưa ai xem")
    archive.work()
    post(archive.client("admin"), f"/an-pham/{taken}/nhan-xem", {})
    form = {"all": "1", "shown": [taken, free]}
    said = words_of(page(post(archive.client("curator"), "/duyet-nop/nhan", form)))
    assert "Đã nhận 1 bản vào kho. 1 bản chưa nhận được:" in said
    assert "Người admin đang xem bản nộp này rồi." in said
    empty = words_of(page(post(archive.client("curator"), "/duyet-nop/nhan", {})))
    assert "Chưa chọn bản nộp nào." in empty


def test_officers_do_not_reach_the_queue(archive: Standing) -> None:
    officer = archive.client("depositor")
    assert officer.get("/duyet-nop").status_code == 403
    assert post(officer, "/duyet-nop/nhan", {"id": "x"}).status_code == 403


def fill(archive: Standing) -> None:
    """`MANY` deposits that wait and `OTHERS` accepted works, each with a file of two pages."""
    moment = now() - timedelta(days=30)
    with archive.holdings.database.writing() as session:
        units = session.scalars(select(Unit.id)).all()
        curators = session.scalars(select(User.id)).all()
        rows, files, pages = [], [], []
        for number in range(MANY + OTHERS):
            waits = number < MANY
            publication_id = derived_id("queue", str(number))
            title = f"Đường lên Pác Bó {number}"
            rows.append(
                {
                    "id": publication_id,
                    "title": title,
                    "title_sort": sort_key(title),
                    "unit_id": units[number % len(units)],
                    "issued": f"{2019 + number % 8}",
                    "issued_year": 2019 + number % 8,
                    "kind": ("book", "map", "leaflet")[number % 3],
                    "access": Access.PUBLIC,
                    "abstract": "Tóm tắt dài. " * 60,
                    "isbn": "978-1" if number % 50 == 0 else "",
                    "status": Status.SUBMITTED if waits else Status.ACCEPTED,
                    "reviewer_id": curators[0] if waits and number % 10 == 0 else None,
                    "page_count": 2,
                    "object_version": 1,
                    "revision": 1,
                    "added_at": moment + timedelta(seconds=number),
                    "changed_at": moment,
                }
            )
            files.append(
                {
                    "id": number + 1,
                    "publication_id": publication_id,
                    "position": 1,
                    "name": "a.pdf",
                    "kind": "pdf",
                    "media_type": "application/pdf",
                    "size_bytes": 1,
                    "sha256": f"{number // 2 if number % 100 < 2 else number:064}",
                    "sha512": "0" * 128,
                    "logical_path": "files/0001.pdf",
                    "page_count": 2,
                    "text_done": True,
                    "images_done": True,
                }
            )
            pages += [
                {
                    "publication_id": publication_id,
                    "file_id": number + 1,
                    "number": page_number,
                    "file_page": page_number,
                    "text": "Chữ của trang. " * 100,
                    "text_source": "repaired" if number % 7 == 0 else "embedded",
                }
                for page_number in (1, 2)
            ]
        for model, values in ((Publication, rows), (File, files), (Page, pages)):
            session.execute(insert(model), values)
        session.commit()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("queue")) as made:
        made.client("curator")
        fill(made)
        yield made


class Statements:
    """Counts what the database is asked while it is open; opening a transaction asks nothing."""

    def __init__(self, archive: Standing) -> None:
        self._engine = archive.holdings.database.engine
        self.asked: list[str] = []

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.asked.append(statement)

    def __enter__(self) -> Statements:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)


QUERIES = (
    "",
    "?page=120",
    "?nguoi-duyet=toi",
    "?nguoi-duyet=chua-ai&kind=map",
    "?unit=tinh-doan&year=2021",
    "?tinh-trang=accepted",
    "?nghi-trung=1",
    "?kiem-tra=legacy_font",
)


@pytest.mark.parametrize("query", [*QUERIES, "?kiem-tra=any", "?kiem-tra=isbn"])
def test_page_of_a_long_queue_asks_the_database_few_questions(filled, query: str) -> None:
    client = filled.client("curator")
    client.get("/duyet-nop")
    with Statements(filled) as statements:
        answer = client.get(f"/duyet-nop{query}")
    assert answer.status_code == 200
    # A check digit is added up outside the database, with a question more for each kind of number.
    allowed = MOST_STATEMENTS + {"?kiem-tra=any": 2, "?kiem-tra=isbn": 1}.get(query, 0)
    assert len(statements.asked) <= allowed, "\n\n".join(statements.asked)


@pytest.mark.parametrize("query", QUERIES)
def test_page_of_a_long_queue_is_quick(filled, query: str) -> None:
    """Ten times what is aimed at, so that a busy machine does not speak for the code."""
    client = filled.client("curator")
    taken = []
    for _ in range(7):
        start = time.perf_counter()
        client.get(f"/duyet-nop{query}")
        taken.append(time.perf_counter() - start)
    median_ms = statistics.median(taken) * 1000
    print(f"{query or '/'}: {median_ms:.1f} ms")
    assert median_ms < 500


def test_empty_queue_says_what_there_is_none_of(archive: Standing) -> None:
    put(archive, "Chờ duyệt")
    curator = archive.client("curator")

    def empty(asked: str) -> str:
        (title,) = [
            words_of(element)
            for element in elements(page(curator.get(f"/duyet-nop?{asked}")), "p")
            if element.get("class") == "empty__title"
        ]
        return title

    assert empty("nghi-trung=1") == "Không có bản nào nghi trùng"
    assert empty("nguoi-duyet=toi") == "Bạn chưa nhận xem bản nào"
    assert "“Cần sửa”" in empty("tinh-trang=returned")
    waiting = "Không có bản nộp nào chờ duyệt"
    for narrowed in ("nghi-trung=1", "nguoi-duyet=toi", "tinh-trang=returned", "kind=map"):
        assert waiting not in words_of(page(curator.get(f"/duyet-nop?{narrowed}")))
