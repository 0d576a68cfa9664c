"""The catalogue: its entrance, lists by letter and view, names from A to Z, ways out of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from archive.core.dates import parse_issue_date
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.services.authorities.loading import load_facts
from archive.services.deposits import deposit
from archive.services.records import RecordInput
from archive.services.units import find_unit
from archive.web import downloads
from tests.integration.standing import (
    ANYONE,
    Standing,
    elements,
    page,
    standing_archive,
    words_of,
)

TITLES = ("Đường về Pác Bó", "Dân ca Tày", "Ăn quả nhớ kẻ trồng cây", "An toàn khu", "“Ơn Bác”")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("browse")) as made:
        with made.holdings.database.writing() as session:
            load_facts(session)
            unit = find_unit(session, "so-van-hoa")
            assert unit is not None

            def put(title: str, issued: str = "2024", **given) -> None:
                record = RecordInput(
                    title=title, issued=parse_issue_date(issued), kind="book", **given
                )
                deposit(
                    session,
                    made.holdings,
                    publication_id=new_id(),
                    record=record,
                    files=(),
                    unit=unit,
                    status=Status.ACCEPTED,
                    by=SYSTEM,
                )

            for title in TITLES:
                put(title, values={"themes": ("Báo chí",), "people": ("Kim Đồng",)})
            # Of a commune by the name of today, by one it came from, and by a hamlet in it; and of
            # the district alone, which speaks of no commune.
            put("Hôm nay", "2025-08", values={"places": ("xã Trường Hà",)})
            put("Ngày trước", "2020", values={"places": ("xã Sóc Hà",)})
            put("Một làng", "2022", values={"places": ("Nà Mạ", "xã Sóc Hà")})
            put("Cả huyện", "2021", values={"places": ("huyện Hà Quảng",)})
            put("Kín", access=Access.RESTRICTED, values={"places": ("xã Đàm Thủy",)})
            put("19 tháng 5", "2023", values={"relics": ("Khu di tích Kim Đồng",)})
            session.commit()
        made.work()
        yield made


def told(archive: Standing, path: str) -> str:
    answer = archive.client(ANYONE).get(path)
    assert answer.status_code == 200, path
    return words_of(page(answer))


def titles(archive: Standing, path: str) -> list[str]:
    root = page(archive.client(ANYONE).get(path))
    found = [
        words_of(heading)
        for heading in elements(root, "h2")
        if heading.get("class") in ("tile__title", "entry__title")
    ]
    assert len(found) == len(set(found))
    return found


def links(archive: Standing, path: str) -> dict[str, str]:
    root = page(archive.client(ANYONE).get(path))
    return {words_of(link): link.get("href", "") for link in elements(root, "a")}


def test_entrance_shows_every_year_since_the_first_and_what_is_held(archive: Standing) -> None:
    shown = told(archive, "/duyet")
    for words in ("2019 0 ấn phẩm", "2020 1 ấn phẩm", "Sách 10 ấn phẩm", "Báo chí 5 ấn phẩm"):
        assert words in shown
    assert "Lịch sử cách mạng 5 ấn phẩm Báo chí 5 ấn phẩm" in shown, "what holds a theme counts it"
    assert "1 trong 8 di tích đã có ấn phẩm" in shown
    assert "Xem 7 nơi chưa có ấn phẩm" in shown


def test_whole_list_stands_in_vietnamese_order_as_covers_or_rows(archive: Standing) -> None:
    expected = [
        "19 tháng 5", "An toàn khu", "Ăn quả nhớ kẻ trồng cây", "Cả huyện", "Dân ca Tày",
        "Đường về Pác Bó", "Hôm nay", "Một làng", "Ngày trước", "“Ơn Bác”",
    ]  # fmt: skip
    listed = titles(archive, "/duyet?sort=title")
    assert sorted(listed) == sorted(expected)
    assert [title for title in listed if title != "“Ơn Bác”"] == expected[:-1]
    assert titles(archive, "/duyet?sort=title&xem=danh-sach") == listed
    html = archive.client(ANYONE).get("/duyet?sort=title&xem=danh-sach").get_data(as_text=True)
    assert '<article class="entry">' in html
    assert "/duyet?sort=title&amp;xem=danh-sach&amp;year=2024" in html, "links keep the view"


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("Đ", ["Đường về Pác Bó"]),
        ("đ", ["Đường về Pác Bó"]),
        ("A", ["An toàn khu"]),
        ("A\u0306", ["Ăn quả nhớ kẻ trồng cây"]),
        ("Ơ", ["“Ơn Bác”"]),
        ("#", ["19 tháng 5"]),
    ],
)
def test_letter_chooses_titles_that_begin_with_it(
    archive: Standing, letter: str, expected: list[str]
) -> None:
    assert titles(archive, f"/duyet?chu={quote(letter)}") == expected


def test_letters_tell_how_many_and_lead_there_with_what_is_chosen(archive: Standing) -> None:
    found = links(archive, "/duyet?year=2024&sort=title")
    assert found["Đ: 1"] == "/duyet?year=2024&sort=title&chu=%C4%90"
    assert found["Tất cả: 5"] == "/duyet?year=2024&sort=title"
    assert "C: 1" not in found, "the title under C is of another year"
    chosen = links(archive, "/duyet?year=2024&chu=%C4%90")
    assert chosen["Chữ Đ – bỏ lọc"] == "/duyet?year=2024"
    assert chosen["2024 – bỏ lọc"] == "/duyet?chu=%C4%90"
    assert not [label for label in links(archive, "/duyet?year=2024") if label.startswith("Đ:")]


@pytest.mark.parametrize("letter", ["ab", "", "%00", "?", "Ω", "x" * 3000])
def test_what_is_no_letter_is_left_out(archive: Standing, letter: str) -> None:
    assert len(titles(archive, f"/duyet?sort=title&chu={letter}")) == 10


def test_download_and_bulk_change_take_the_letter_along(archive: Standing) -> None:
    path = "/duyet/tai-ve?dang=json&chu=%C4%90"
    assert archive.client(ANYONE).get(path).get_data(as_text=True).count('"title"') == 1
    curator = archive.client("curator").get("/duyet?chu=%C4%90&xem=danh-sach")
    found = [link.get("href", "") for link in elements(page(curator), "a")]
    assert "/sua-hang-loat?chu=%C4%90" in found
    shown = words_of(page(archive.client("curator").get("/sua-hang-loat?chu=%C4%90")))
    assert "nhan đề bắt đầu bằng “Đ”" in shown
    assert re.search(r"\b1 (hồ sơ|ấn phẩm)", shown), shown


def test_long_list_says_that_a_workbook_takes_a_while(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/duyet?sort=title"
    assert "mới bắt đầu gửi" not in words_of(page(archive.client("curator").get(path)))
    monkeypatch.setattr(downloads, "LONG_LIST", 5)
    assert "mới bắt đầu gửi" in words_of(page(archive.client("curator").get(path)))


def test_commune_counts_its_former_names_and_its_hamlets_but_not_its_district(
    archive: Standing,
) -> None:
    listed = told(archive, "/dia-danh")
    assert re.search(r"xã Trường Hà từ 1/7/2025 3 ấn phẩm", listed), (
        "today's name, an old one, a hamlet"
    )
    assert re.search(r"xã Đàm Thủy từ 1/7/2025 chưa có ấn phẩm", listed), "one nobody may see"
    assert "1 trong 56 xã, phường hiện nay đã có ấn phẩm, 55 nơi chưa có." in listed
    own = told(archive, links(archive, "/dia-danh")["xã Trường Hà"])
    for title in ("Hôm nay", "Ngày trước", "Một làng"):
        assert title in own
    assert "Cả huyện" not in own
    assert "3 ấn phẩm" in own


def test_places_of_before_stand_by_district_with_what_is_held_of_each(archive: Standing) -> None:
    shown = told(archive, "/dia-danh?thoi=cu")
    part = shown[shown.rindex("huyện Hà Quảng ") :]
    assert re.match(r"huyện Hà Quảng 2 trong \d+ nơi có ấn phẩm\.", part), part[:80]
    assert re.search(r"xã Sóc Hà (từ 2/2020 )?đến 30/6/2025 2 ấn phẩm", part)
    assert "Chưa nơi nào có ấn phẩm." in shown
    root = page(archive.client(ANYONE).get("/dia-danh?thoi=cu"))
    groups = [words_of(heading) for heading in elements(root, "h2")]
    assert len(groups) == len(set(groups)), "city and province of one name stand apart"
    assert {"tỉnh Cao Bằng", "thành phố Cao Bằng"} <= set(groups)


def test_names_with_and_without_publications_are_lists_of_their_own(archive: Standing) -> None:
    missing = told(archive, "/di-tich?co=chua")
    assert "Khu di tích Kim Đồng" not in missing
    assert "7 mục" in missing
    held = told(archive, "/di-tich?co=roi")
    assert "1 mục" in held
    assert "Khu di tích Kim Đồng" in held
    assert "55 mục" not in told(archive, "/dia-danh?co=roi")


def test_people_are_found_under_the_letter_of_their_given_name(archive: Standing) -> None:
    found = links(archive, "/nhan-vat")
    path = next(url for label, url in found.items() if label.startswith("Đ:"))
    assert "Kim Đồng" in told(archive, path)
    assert "Hoàng Văn Thụ" not in told(archive, path)
    assert "Hoàng Văn Thụ" in told(archive, "/nhan-vat?chu=T")


def test_all_values_of_a_kind_stand_under_letters(archive: Standing) -> None:
    shown = told(archive, "/duyet?nhom=person")
    assert "Đ Kim Đồng 5" in shown
    assert "Chưa có mục nào" in told(archive, "/duyet?nhom=language")
    assert "Năm phát hành" in told(archive, "/duyet?nhom=khong-co"), "nonsense is the entrance"


def test_list_shows_one_of_its_facets_whole(archive: Standing) -> None:
    """Not the values of the whole archive, which have a page of their own."""
    everyone = links(archive, "/duyet?nhom=theme")
    for narrowed in ("q=b%C3%A1o", "year_from=2024", "sort=title", "xem=danh-sach"):
        shown = told(archive, f"/duyet?{narrowed}&nhom=theme")
        assert "Lọc" in shown, narrowed
        assert "Lọc" not in told(archive, "/duyet?nhom=theme")
    assert everyone


def test_empty_list_offers_what_it_would_hold_with_less_asked(archive: Standing) -> None:
    found = links(archive, "/duyet?year=2020&theme=B%C3%A1o+ch%C3%AD")
    assert found["Bỏ “năm 2020”: 5 ấn phẩm"] == "/duyet?theme=B%C3%A1o+ch%C3%AD"
    assert found["Bỏ “Báo chí”: 1 ấn phẩm"] == "/duyet?year=2020"
    several = links(archive, "/duyet?year=2020&theme=B%C3%A1o+ch%C3%AD&kind=map&xem=danh-sach")
    assert several["Bỏ mọi bộ lọc: 10 ấn phẩm"] == "/duyet?xem=danh-sach"
    assert not [label for label in several if label.startswith("Bỏ “")]
    alone = told(archive, "/duyet?kind=map")
    assert "Chưa có ấn phẩm nào ở mục này" in alone
    assert "Bỏ “Bản đồ”: 10 ấn phẩm" in alone


def test_ways_out_count_nothing_that_is_closed(archive: Standing) -> None:
    shown = told(archive, f"/duyet?place={quote('xã Đàm Thủy')}&year=2019")
    assert "Bỏ “năm 2019”" not in shown
    assert "Bỏ “xã Đàm Thủy”" not in shown, "nothing is of that year"


def test_page_behind_the_last_leads_back(archive: Standing) -> None:
    found = links(archive, "/duyet?sort=title&page=9")
    assert found["Về trang đầu của danh sách"] == "/duyet?sort=title"
