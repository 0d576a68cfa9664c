"""What typed letters may become: only what this reader may see, and never an error."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from archive.core.roles import SYSTEM, Access
from archive.models import Publication, Stage
from archive.services import reviews
from archive.services.jobs import enqueue
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("completion")) as made:
        yield made


def put(archive: Standing, title: str, **changed: Any) -> str:
    made = archive.put(
        title,
        make_pdf("một trang"),
        values={
            "people": (f"Người của {title}",),
            "places": (f"Nơi của {title}",),
            "themes": (f"Chủ đề của {title}",),
        },
        **changed,
    )
    archive.work()
    return made


def offered(archive: Standing, typed: str, role: str = ANYONE, **kwargs: Any) -> list[Any]:
    answer = archive.client(role, **kwargs).get("/tim-kiem/goi-y", query_string={"q": typed})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    items: list[Any] = answer.json["items"]
    return items


def test_title_leads_to_its_publication_and_all_else_to_a_search(archive: Standing) -> None:
    made = put(archive, "Đèo Giàng")
    assert offered(archive, "deo gi") == [
        {
            "text": "Đèo Giàng",
            "kind": "title",
            "kind_label": "Ấn phẩm",
            "url": f"/an-pham/{made}",
        },
        {
            "text": "Chủ đề của Đèo Giàng",
            "kind": "theme",
            "kind_label": "Chủ đề",
            "url": "/tim-kiem?q=Ch%E1%BB%A7+%C4%91%E1%BB%81+c%E1%BB%A7a+%C4%90%C3%A8o+Gi%C3%A0ng",
        },
        {
            "text": "Người của Đèo Giàng",
            "kind": "person",
            "kind_label": "Nhân vật",
            "url": "/tim-kiem?q=Ng%C6%B0%E1%BB%9Di+c%E1%BB%A7a+%C4%90%C3%A8o+Gi%C3%A0ng",
        },
        {
            "text": "Nơi của Đèo Giàng",
            "kind": "place",
            "kind_label": "Địa danh",
            "url": "/tim-kiem?q=N%C6%A1i+c%E1%BB%A7a+%C4%90%C3%A8o+Gi%C3%A0ng",
        },
    ]
    for item in offered(archive, "deo gi"):
        assert archive.client(ANYONE).get(item["url"]).status_code == 200


@pytest.mark.parametrize(
    "typed", ["", " ", "khongcogihet", "\x00", "%", '"', "-", "🏔", "ا", "a" * 10_000, "a " * 900]
)
def test_nonsense_has_no_completion_and_is_no_error(archive: Standing, typed: str) -> None:
    put(archive, "Đèo Giàng")
    assert offered(archive, typed) == []


@pytest.mark.parametrize("access", [Access.INTERNAL, Access.RESTRICTED])
def test_what_is_closed_is_offered_to_those_alone_who_may_open_it(
    archive: Standing, access: Access
) -> None:
    put(archive, "Đèo Giàng", access=access)
    assert offered(archive, "deo giang") == []
    inside = access is Access.INTERNAL
    assert bool(offered(archive, "deo giang", "reader")) is inside
    assert bool(offered(archive, "deo giang", "depositor", unit="tinh-doan")) is inside
    assert len(offered(archive, "deo giang", "depositor", unit="so-van-hoa")) == 4
    assert len(offered(archive, "deo giang", "curator")) == 4


def test_withdrawn_publication_is_gone_at_the_next_request(archive: Standing) -> None:
    """Its names too, and before the worker has come round."""
    gone, stays = put(archive, "Đèo Giàng"), put(archive, "Đèo Giàng, tập hai")
    assert len(offered(archive, "deo giang")) == 8
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, gone)
        reviews.withdraw(session, publication, by=SYSTEM, note="Bản in có lỗi")
        session.commit()
    for role in (ANYONE, "curator"):
        left = offered(archive, "deo giang", role)
        assert [item["url"] for item in left if item["kind"] == "title"] == [f"/an-pham/{stays}"]
        assert {item["text"] for item in left if item["kind"] not in ("title", "phrase")} == {
            f"{what} của Đèo Giàng, tập hai" for what in ("Người", "Nơi", "Chủ đề")
        }


def test_publication_closed_a_moment_ago_is_gone_at_the_next_request(archive: Standing) -> None:
    closed = put(archive, "Đèo Giàng")
    with archive.holdings.database.writing() as session:
        session.get_one(Publication, closed).access = Access.RESTRICTED
        enqueue(session, Stage.INDEX, publication_id=closed)
        session.commit()
    assert offered(archive, "deo giang") == []
    assert offered(archive, "deo giang", "reader") == []


def test_title_is_checked_against_the_catalogue_and_told_as_it_is_now(archive: Standing) -> None:
    """Though nothing waits for the index: it may be older than the catalogue, or put back."""
    made = put(archive, "Đèo Giàng")
    with archive.holdings.database.writing() as session:
        session.get_one(Publication, made).title = "Đèo Giàng, bản mới"
        session.commit()
    assert offered(archive, "deo giang")[0]["text"] == "Đèo Giàng, bản mới"
    with archive.holdings.database.writing() as session:
        session.get_one(Publication, made).access = Access.RESTRICTED
        session.commit()
    assert "title" not in [item["kind"] for item in offered(archive, "deo giang")]


def test_lost_index_has_no_completion(archive: Standing) -> None:
    put(archive, "Đèo Giàng")
    shutil.rmtree(archive.holdings.settings.search_folder)
    assert offered(archive, "deo giang") == []


def test_completion_asks_the_database_little(archive: Standing) -> None:
    put(archive, "Đèo Giàng")
    statements: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            statements.append(statement)

    engine = archive.holdings.database.engine
    event.listen(engine, "before_cursor_execute", see)
    try:
        assert len(offered(archive, "deo giang")) == 4
    finally:
        event.remove(engine, "before_cursor_execute", see)
    assert len(statements) == 2, statements
