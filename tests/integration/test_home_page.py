"""The home page: the ways in, the days to come with what is held for each, kinds as piles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from archive.core.roles import SYSTEM, Access
from archive.models import Authority
from archive.services.authorities.editing import AuthorityInput, create_authority
from archive.web import front_page
from tests.conftest import make_pdf
from tests.integration.standing import (
    ANYONE,
    Standing,
    elements,
    page,
    standing_archive,
    words_of,
)

TODAY = date(2026, 9, 17)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("home")) as made:
        with made.holdings.database.writing() as session:
            session.query(Authority).filter_by(kind="event").delete()
            for event_id, name, dates in (
                ("sk-dong-khe", "Trận Đông Khê mở màn Chiến dịch Biên giới", "16–18/9/1950"),
                ("sk-giai-phong", "Ngày giải phóng Cao Bằng", "3/10/1950"),
                ("sk-tam-kim", "Thành lập Đội Việt Nam Tuyên truyền", "22/12/1944"),
                ("sk-phap-lenh", "Lễ hội theo âm lịch", "10/1 âm lịch"),
                ("sk-nam", "Năm thành lập tỉnh", "1499"),
            ):
                given = AuthorityInput(name=name, dates=dates)
                create_authority(session, "event", given, by=SYSTEM, authority_id=event_id)
            session.commit()
        made.put("Đông Khê năm ấy", make_pdf("Đông Khê"), values={
            "events": ("Trận Đông Khê mở màn Chiến dịch Biên giới",),
            "audiences": ("Chi bộ",), "grades": ("8", "12"), "subjects": ("Lịch sử",),
        })  # fmt: skip
        made.put("Nhật ký giải phóng", make_pdf("Nhật ký"), access=Access.RESTRICTED, values={
            "events": ("Ngày giải phóng Cao Bằng",), "audiences": ("Giáo viên",),
        })  # fmt: skip
        made.work()
        yield made


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_page, "today", lambda: TODAY)


def home_of(archive: Standing, role: str):
    return page(archive.client(role).get("/"))


def by_class(root, name: str):
    return [each for each in root.iter() if name in str(each.get("class", "")).split()]


def days_of(archive: Standing, role: str) -> list[str]:
    return [words_of(each) for each in by_class(home_of(archive, role), "day")]


def test_next_days_stand_nearest_first_with_their_years(archive: Standing) -> None:
    days = days_of(archive, ANYONE)
    assert [day.split(" Kỷ niệm")[0].partition(" ")[2] for day in days] == [
        "9 16–18 Trận Đông Khê mở màn Chiến dịch Biên giới",
        "10 3 Ngày giải phóng Cao Bằng",
        "12 22 Thành lập Đội Việt Nam Tuyên truyền",
    ]
    assert "Kỷ niệm 76 năm · Đang trong những ngày này" in days[0]
    assert "Kỷ niệm 76 năm · Còn 16 ngày" in days[1]


def test_each_day_tells_what_this_reader_finds_for_it(archive: Standing) -> None:
    assert "Kho có 1 ấn phẩm" in days_of(archive, ANYONE)[0]
    # The record on the liberation is restricted to its unit: others are not told of it.
    assert "Kho chưa có ấn phẩm về sự kiện này" in days_of(archive, ANYONE)[1]
    assert "Kho có 1 ấn phẩm" in days_of(archive, "depositor")[1]


def test_who_may_deposit_is_invited_where_nothing_is_held(archive: Standing) -> None:
    assert "Nộp ấn phẩm về Thành lập" in days_of(archive, "depositor")[2]
    assert "Nộp ấn phẩm" not in " ".join(days_of(archive, ANYONE))


def test_day_leads_to_its_event(archive: Standing) -> None:
    links = [link.get("href") for link in elements(home_of(archive, ANYONE), "a")]
    assert "/su-kien/sk-dong-khe" in links
    answer = archive.client(ANYONE).get("/su-kien/sk-dong-khe")
    assert answer.status_code == 200
    assert "Đông Khê năm ấy" in answer.get_data(as_text=True)


def entrance(archive: Standing, role: str, name: str):
    return by_class(home_of(archive, role), f"entrance--{name}")[0]


def test_entrances_lead_to_what_is_there_for_each(archive: Standing) -> None:
    cell = {
        words_of(link): link.get("href")
        for link in elements(entrance(archive, ANYONE, "chi-bo"), "a")
    }
    assert cell["Chi bộ1 ấn phẩm"] == "/duyet?audience=Chi+b%E1%BB%99"
    teacher = entrance(archive, ANYONE, "giao-vien")
    grades = [words_of(tag) for tag in by_class(teacher, "tag")]
    assert grades == ["Lớp 8", "Lớp 12"]
    assert "Lịch sử" in words_of(teacher)
    # "Giáo viên" stands on a restricted record only.
    assert "/duyet?audience=" not in str([a.get("href") for a in elements(teacher, "a")])


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (ANYONE, "Đăng nhập để nộp"),
        ("reader", "Cách nộp và sửa"),
        ("depositor", "Nộp ấn phẩm"),
        ("curator", "Duyệt bản nộp"),
    ],
)
def test_entrance_of_depositors_offers_what_the_account_may_do(
    archive: Standing, role: str, first: str
) -> None:
    assert words_of(elements(entrance(archive, role, "nop"), "a")[0]) == first


def test_every_entrance_opens(archive: Standing) -> None:
    client = archive.client("depositor")
    for entrance_ in by_class(home_of(archive, "depositor"), "entrance"):
        for link in elements(entrance_, "a"):
            assert client.get(link.get("href")).status_code == 200, link.get("href")


def test_kinds_are_piles_under_their_newest_cover(archive: Standing) -> None:
    (pile,) = by_class(home_of(archive, ANYONE), "pile")
    assert pile.get("href") == "/duyet?kind=book"
    assert words_of(pile).endswith("Sách 1 ấn phẩm")


def test_home_stands_without_its_index(archive: Standing, monkeypatch) -> None:
    from archive.core.errors import SearchIndexError

    def unavailable(*_args, **_kwargs):
        raise SearchIndexError(problem="missing")

    monkeypatch.setattr(front_page, "search", unavailable)
    root = home_of(archive, ANYONE)
    assert len(by_class(root, "entrance")) == 4
    assert by_class(root, "pile") == []
    assert days_of(archive, ANYONE)


def test_events_of_the_catalogue_have_days(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Those that come with the archive: each but the one of which only the year is known."""
    from archive.core.anniversaries import parse_event_days
    from archive.services.authorities.loading import load_facts

    with (
        standing_archive(tmp_path_factory.mktemp("facts")) as made,
        made.holdings.database.writing() as session,
    ):
        load_facts(session)
        rows = session.execute(
            select(Authority.dates).where(Authority.kind == "event")
        ).scalars().all()  # fmt: skip
        total = session.scalar(select(func.count()).where(Authority.kind == "event"))
        assert total == len(rows)
        assert [dates for dates in rows if parse_event_days(dates) is None] == ["1499"]
