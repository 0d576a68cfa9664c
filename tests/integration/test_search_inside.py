"""The search inside one publication: its pages in order, their hits counted, the way from hit to
hit, and marks that are the same wherever they are shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from archive.api.rest.shapes import InsideAnswer
from archive.core.dates import now
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.models import File, PageMarking, Publication, Stage
from archive.services import reviews
from archive.services.jobs import enqueue
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of

PAGES = 260
MARK = re.compile(r"<mark>(.*?)</mark>")


def long_text() -> bytes:
    """Every odd page speaks of hát then, every tenth page beyond that twice more."""
    pages = []
    for number in range(1, PAGES + 1):
        words = f"Trang thứ {number}."
        if number % 2:
            words += " Người Tày hát then bên bếp lửa."
        if number % 10 == 5:
            words += " Lời hát then vang xa. Hát Then ngày hội."
        pages.append(words)
    return "\f".join(pages).encode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("inside")) as made:
        yield made


@pytest.fixture(scope="module")
def book(archive: Standing) -> str:
    made = archive.put("Then Tày", long_text(), name="then.txt")
    archive.put("Sách khác", "hát then ở sách khác".encode(), name="khac.txt")
    archive.work()
    return made


def rows(answer: Any) -> list[tuple[str, str]]:
    """What each row of the list says of its page, and where it leads."""
    return [
        (words_of(next(iter(link.iter("{*}span")))), link.get("href", ""))
        for link in elements(page(answer), "a")
        if link.get("class") == "match__link"
    ]


def steps(answer: Any) -> dict[str, str]:
    """The links of the bar that leads from hit to hit, and under "" what it says."""
    root = page(answer)
    bars = [nav for nav in elements(root, "nav") if nav.get("class") == "hit-steps"]
    if not bars:
        return {}
    said = words_of(elements(bars[0], "p")[0])
    return {words_of(a): a.get("href", "") for a in elements(bars[0], "a")} | {"": said}


def test_pages_come_in_their_order_with_their_hits_and_the_totals(
    archive: Standing, book: str
) -> None:
    answer = archive.client(ANYONE).get(f"/an-pham/{book}/tim?q=hat+then")
    assert answer.status_code == 200
    found = rows(answer)
    assert len(found) == 100
    assert found[:3] == [
        ("Trang 1 · 1 kết quả", f"/an-pham/{book}/trang/1?q=hat+then"),
        ("Trang 3 · 1 kết quả", f"/an-pham/{book}/trang/3?q=hat+then"),
        ("Trang 5 · 3 kết quả", f"/an-pham/{book}/trang/5?q=hat+then"),
    ]
    hits = PAGES // 2 + 2 * (PAGES // 10)
    assert f"{hits} kết quả trong {PAGES // 2} trang" in words_of(page(answer))


def test_long_list_goes_on_behind_its_hundredth_page(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    first = client.get(f"/an-pham/{book}/tim?q=hat+then")
    (following,) = [a for a in elements(page(first), "a") if a.get("rel") == "next"]
    rest = client.get(following.get("href", ""))
    assert [said for said, _ in rows(rest)][:1] == ["Trang 201 · 1 kết quả"]
    assert len(rows(rest)) == PAGES // 2 - 100
    assert f"trong {PAGES // 2} trang" in words_of(page(rest))


@pytest.mark.parametrize(
    ("number", "said", "before", "behind"),
    [
        (1, "Trang có kết quả: 1 / 130", None, 3),
        (5, "Trang có kết quả: 3 / 130", 3, 7),
        (6, "Có kết quả ở 130 trang khác", 5, 7),
        (199, "Trang có kết quả: 100 / 130", 197, 201),
        (201, "Trang có kết quả: 101 / 130", 199, 203),
        (259, "Trang có kết quả: 130 / 130", 257, None),
        (260, "Có kết quả ở 130 trang khác", 259, None),
    ],
)
def test_reader_leads_to_the_hit_before_and_the_hit_behind(
    archive: Standing, book: str, number: int, said: str, before: int | None, behind: int | None
) -> None:
    address = f"/an-pham/{book}/trang/{{}}?q=hat+then"
    expected = {"": said, "Danh sách": f"/an-pham/{book}/tim?q=hat+then"}
    if before:
        expected["Trang có kết quả trước"] = address.format(before)
    if behind:
        expected["Trang có kết quả sau"] = address.format(behind)
    assert steps(archive.client(ANYONE).get(address.format(number))) == expected


def test_reader_without_a_query_has_no_way_from_hit_to_hit(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    assert steps(client.get(f"/an-pham/{book}/trang/1")) == {}
    assert steps(client.get(f"/an-pham/{book}/trang/1?q=+")) == {}
    nothing = steps(client.get(f"/an-pham/{book}/trang/1?q=khongcogihet"))
    assert nothing == {"": "Ấn phẩm này không có trang nào khớp."}


def test_both_boxes_search_this_publication(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    for path, action in (
        (f"/an-pham/{book}", f"/an-pham/{book}/tim"),
        (f"/an-pham/{book}/tim", f"/an-pham/{book}/tim"),
        (f"/an-pham/{book}/trang/7", f"/an-pham/{book}/trang/7"),
    ):
        root = page(client.get(path))
        (label,) = [e for e in elements(root, "label") if "Tìm trong ấn phẩm này" in words_of(e)]
        (form,) = [
            form
            for form in elements(root, "form")
            if label.get("for") in [field.get("id") for field in elements(form, "input")]
        ]
        assert form.get("action") == action


def test_marks_are_the_same_in_the_list_on_the_text_and_on_the_image(archive: Standing) -> None:
    """Typed with a mark it is that word alone; neighbours in the query are one mark."""
    text = "Hòa bình ở thung lũng. Hóa học. Sau ngày hoà bình, hòa với bình."
    made = archive.put("Dấu", make_pdf(text, "trang không có gì"))
    archive.work()
    client = archive.client(ANYONE)
    for query, expected in (
        ("hòa bình", ["Hòa bình", "hoà bình"]),
        ("hòa", ["Hòa", "hoà", "hòa"]),
        ("hoa", ["Hòa", "Hóa", "hoà", "hòa"]),
        ('"thung lũng" -xyz', ["thung lũng"]),
    ):
        asked = {"q": query}
        everywhere = client.get("/api/v1/search", query_string=asked).json["items"][0]["pages"]
        assert MARK.findall(everywhere[0]["snippet"]) == expected
        inside = client.get(f"/api/v1/publications/{made}/search", query_string=asked).json
        (item,) = inside["items"]
        assert MARK.findall(item["snippet"]) == expected
        assert item["hits"] == inside["total_hits"] == len(expected)
        shown = client.get(item["url"])
        assert [words_of(mark) for mark in elements(page(shown), "mark")] == expected
        boxes = list(page(shown).iter("{*}rect"))
        marked = [b for b in boxes if b.getparent().get("class") == "sheet__marks"]
        assert len(marked) == sum(len(words.split()) for words in expected)


def test_nothing_is_found_without_a_word(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    for query in ("", "+", "nam%3A2024", "..."):
        answer = client.get(f"/an-pham/{book}/tim?q={query}")
        assert answer.status_code == 200
        assert rows(answer) == []
        assert client.get(f"/an-pham/{book}/trang/1?q={query}").status_code == 200


def test_search_page_leads_to_all_pages_of_a_work_that_match(archive: Standing, book: str) -> None:
    answer = archive.client(ANYONE).get("/tim-kiem?q=hat+then&year=2024")
    links = {words_of(link): link.get("href") for link in elements(page(answer), "a")}
    words = next(each for each in links if each.startswith("cả 130 trang khớp"))
    assert links[words] == f"/an-pham/{book}/tim?q=hat+then"


def test_nearest_pages_are_said_to_be_no_more_than_that(archive: Standing, book: str) -> None:
    answer = archive.client(ANYONE).get(f"/an-pham/{book}/tim?q=hat+khongcogihet")
    assert "đây là các trang gần nhất" in words_of(page(answer))
    assert len(rows(answer)) == 100


def test_query_beyond_the_limits_is_refused_and_the_page_can_be_read(
    archive: Standing, book: str
) -> None:
    client = archive.client(ANYONE)
    long = "a+" * 300
    assert client.get(f"/an-pham/{book}/tim?q={long}").status_code == 400
    read = client.get(f"/an-pham/{book}/trang/1?q={long}")
    assert (read.status_code, steps(read)) == (200, {})


def test_page_beyond_the_last_is_empty(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    assert rows(client.get(f"/an-pham/{book}/tim?q=hat+then&page=9")) == []
    answer = client.get(f"/api/v1/publications/{book}/search?q=hat+then&page=9").json
    assert (answer["items"], answer["total_pages"]) == ([], 130)


def test_json_tells_the_same(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    answer = client.get(f"/api/v1/publications/{book}/search?q=hat+then&page=2").json
    InsideAnswer.model_validate(answer)
    assert answer["publication"] == {"id": book, "title": "Then Tày"}
    assert (answer["total_pages"], answer["total_hits"]) == (130, 182)
    assert [item["number"] for item in answer["items"]] == list(range(201, PAGES, 2))
    assert answer["items"][2] == {
        "number": 205,
        "label": "205",
        "hits": 3,
        "snippet": answer["items"][2]["snippet"],
        "url": f"/an-pham/{book}/trang/205?q=hat+then",
    }
    assert "<mark>hát then</mark>" in answer["items"][2]["snippet"]


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [("", "q"), ("q=", "q"), ("q=x&page=0", "page"), ("q=x&sort=title", "sort"), ("Q=x", "q")],
)
def test_bad_parameter_is_a_problem_that_names_it(
    archive: Standing, book: str, asked: str, parameter: str
) -> None:
    answer = archive.client(ANYONE).get(f"/api/v1/publications/{book}/search?{asked}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["parameter"] == parameter


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.RETURNED])
def test_deposit_that_is_not_accepted_is_searched_by_those_who_may_read_it(
    archive: Standing, status: Status
) -> None:
    made = archive.put("Bản nộp", "bản nộp hát lượn".encode(), name="a.txt", status=status)
    archive.work()
    for role in ("depositor", "curator"):
        client = archive.client(role)
        assert len(rows(client.get(f"/an-pham/{made}/tim?q=hat+luon"))) == 1
        assert steps(client.get(f"/an-pham/{made}/trang/1?q=hat+luon"))[""].endswith("1 / 1")
    for client in (archive.client(ANYONE), archive.client("depositor", unit="tinh-doan")):
        assert client.get(f"/an-pham/{made}/tim?q=hat+luon").status_code == 404


def test_withdrawn_publication_is_gone_for_readers_and_still_searched_by_curators(
    archive: Standing,
) -> None:
    """At the next request, and after the index has followed."""
    made = archive.put("Sẽ thu hồi", "câu hát lượn cọi".encode(), name="a.txt")
    archive.work()
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, made)
        reviews.withdraw(session, publication, by=SYSTEM, note="In sai")
        session.commit()
    for _ in range(2):
        assert archive.client(ANYONE).get(f"/an-pham/{made}/tim?q=coi").status_code == 404
        assert len(rows(archive.client("curator").get(f"/an-pham/{made}/tim?q=coi"))) == 1
        archive.work()


def test_restricted_publication_is_searched_by_its_unit_alone(archive: Standing) -> None:
    made = archive.put("Hạn chế", "điệu sli giang".encode(), name="a.txt", access=Access.RESTRICTED)
    archive.work()
    own, other = archive.client("depositor"), archive.client("depositor", unit="tinh-doan")
    assert len(rows(own.get(f"/an-pham/{made}/tim?q=sli"))) == 1
    assert other.get(f"/an-pham/{made}/tim?q=sli").status_code == 404


def test_publication_under_a_mark_of_secrecy_says_why_nothing_is_found(archive: Standing) -> None:
    made = archive.put("Có dấu", "số liệu nội bộ".encode(), name="a.txt")
    archive.work()
    curator = archive.client("curator")
    assert len(rows(curator.get(f"/an-pham/{made}/tim?q=so+lieu"))) == 1
    with archive.holdings.database.writing() as session:
        file = session.scalars(select(File).where(File.publication_id == made)).one()
        mark = PageMarking(publication_id=made, file_id=file.id, file_page=1, level="mat")
        mark.line, mark.found_at = "MẬT", now()
        session.add(mark)
        enqueue(session, Stage.INDEX, publication_id=made)
        session.commit()
    archive.work()
    answer = archive.client("curator").get(f"/an-pham/{made}/tim?q=so+lieu")
    assert "đang đóng vì có dấu mật" in words_of(page(answer))
    assert rows(answer) == []
    assert archive.client(ANYONE).get(f"/an-pham/{made}/tim?q=so+lieu").status_code == 404


def test_lost_index_is_said_and_the_page_is_marked_as_typed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with standing_archive(tmp_path_factory.mktemp("no-index")) as made:
        book = made.put("Then Tày", "hát then, hát lượn".encode(), name="a.txt")
        made.work()
        shutil.rmtree(made.holdings.settings.search_folder)
        client = made.client(ANYONE)
        assert client.get(f"/an-pham/{book}/tim?q=hat+then").status_code == 503
        assert client.get(f"/api/v1/publications/{book}/search?q=hat").status_code == 503
        read = client.get(f"/an-pham/{book}/trang/1?q=hat+then")
        assert [words_of(mark) for mark in elements(page(read), "mark")] == ["hát then"]
        assert steps(read) == {}
