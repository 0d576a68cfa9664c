"""The catalogue's screens with page objects that are made up but realistic; see `preview`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archive.web.pages.authorities import (
    AuthorityGroup,
    AuthorityListPage,
    AuthorityPage,
    AuthorityRow,
)
from archive.web.pages.browsing import (
    BrowseGroupPage,
    BrowseHomePage,
    BrowseListPage,
    Coverage,
    ValueGroup,
)
from archive.web.pages.parts import Link
from tests.unit.web.preview import ADMIN, FACETS, SEARCH, YEARS, card, links, pagination

Screens = Mapping[str, tuple[str, dict[str, Any]]]

ALPHABET = [Link("Tất cả", "/duyet?sort=title", count=27, selected=True)] + [
    Link(letter, f"/duyet?chu={letter}" if letter in "ĂBCĐỌT" else "", count=4)
    for letter in "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY"
]
THEMES = [
    AuthorityRow("Lịch sử cách mạng (ví dụ)", "/chu-de/a", "", 1204),
    AuthorityRow("Lịch sử Đảng bộ (ví dụ)", "/chu-de/b", "", 12, depth=1),
    AuthorityRow("Báo chí cách mạng, từ tờ Việt Nam độc lập (ví dụ)", "/chu-de/c", "", 0, depth=2),
]
PLACES = [
    AuthorityRow("xã Trường Hà (ví dụ)", "/dia-danh/a", "từ 1/7/2025", 12),
    AuthorityRow("phường Thục Phán (ví dụ)", "/dia-danh/b", "từ 1/7/2025", 0),
]
COVERED = Coverage(56, 12, links("xã Trường Hà", "xã Tam Kim"), "/dia-danh", "/dia-danh?co=chua")
HOME = BrowseHomePage(
    years=[*YEARS, Link("2026", "/duyet?year=2026", count=0)],
    kinds=links("Sách", "Sách tranh, sách ảnh", "Tờ gấp, tờ rơi", "Tài liệu trưng bày"),
    themes=THEMES,
    places=COVERED,
    relics=replace(COVERED, total=8, covered=8, missing_url=""),
    groups=[group for group in FACETS if group.name in ("unit", "audience") and group.links],
    names=links("Chủ đề", "Địa danh", "Nhân vật"),
    all_url="/duyet?sort=title",
    total=1234,
)
NO_HOME = replace(HOME, years=[], kinds=[], themes=[], places=None, relics=None, groups=[], total=0)
LIST = BrowseListPage(
    heading="Năm 2024, Sách",
    total=1234,
    cards=[card(n) for n in range(12)],
    is_grid=True,
    active=[Link("2024", "/duyet"), Link("Sách", "/duyet?year=2024")],
    facets=FACETS,
    sorts=SEARCH.sorts,
    views=[Link("Lưới bìa", "?xem=luoi", selected=True), Link("Danh sách", "?xem=danh-sach")],
    letters=ALPHABET,
    pagination=pagination(),
)
NO_LIST = replace(
    LIST,
    total=0,
    cards=[],
    letters=[],
    pagination=pagination(1, 1),
    ways_out=[Link("Bỏ “năm 2024”: 12 ấn phẩm", "/duyet?kind=book", count=12)],
)
GROUP = BrowseGroupPage(
    label="Nhân vật",
    total=3,
    groups=[
        ValueGroup("Đ", "chu-Đ", links("Kim Đồng (ví dụ)")),
        ValueGroup("0–9", "chu-so", links("19 (ví dụ)")),
    ],
    letters=ALPHABET[1:],
)
NAMES = AuthorityListPage(
    title="Địa danh",
    rows=PLACES,
    total=57,
    query="",
    sections=links("Chủ đề", "Địa danh", "Nhân vật", selected=1),
    times=links("Hiện nay", "Trước đây", selected=0),
    pagination=pagination(1, 1),
    edit_url="",
    held=links("Tất cả", "Đã có ấn phẩm", "Chưa có ấn phẩm", selected=0),
    letters=ALPHABET,
    lead="12 trong 56 xã, phường hiện nay đã có ấn phẩm, 44 nơi chưa có.",
    all_url="/dia-danh",
)
NO_NAMES = replace(NAMES, rows=[], total=0, letters=[], lead="")
PAST = AuthorityGroup("huyện Hà Quảng (ví dụ)", PLACES, "1 trong 2 nơi có ấn phẩm.")
NAME = AuthorityPage(
    kind_label="Địa danh",
    list_url="/dia-danh",
    name="xã Trường Hà (ví dụ)",
    lead="từ 1/7/2025",
    facts=[("Lập từ", links("xã Trường Hà (ví dụ)", "xã Kéo Yên (ví dụ)"))],
    note=["Ghi chú ví dụ."],
    source=["Nghị quyết 1657/NQ-UBTVQH15"],
    total=1,
    cards=[card(3)],
    years=[],
    pagination=pagination(1, 1),
    search_url="/duyet?place=x",
    edit_url="",
    gathers="Tính cả ấn phẩm nói tới các nơi thuộc địa bàn này hoặc tới tên cũ của địa bàn.",
)


def screens() -> Screens:
    """As `preview.screens`."""
    home, listed, group = "browse/index.html", "browse/list.html", "browse/group.html"
    names, name = "authorities/list.html", "authorities/show.html"
    broken = replace(NO_HOME, notice="Kho đang sửa chỉ mục (ví dụ).")
    rows = replace(LIST, is_grid=False, bulk_url="/sua")
    held = replace(NO_NAMES, empty="Mọi tên trong danh sách này đều đã có ấn phẩm.")
    pages: dict[str, tuple[str, object]] = {
        "browse": (home, HOME),
        "browse-empty": (home, NO_HOME),
        "browse-broken": (home, broken),
        "browse-chosen": (listed, LIST),
        "browse-list": (listed, rows),
        "browse-none": (listed, NO_LIST),
        "browse-none-at-all": (listed, replace(NO_LIST, ways_out=[])),
        "browse-beyond": (listed, replace(LIST, cards=[])),
        "browse-group": (group, GROUP),
        "browse-group-empty": (group, replace(GROUP, groups=[], total=0)),
        "names": (names, NAMES),
        "names-past": (names, replace(NAMES, rows=[], groups=[PAST])),
        "names-empty": (names, NO_NAMES),
        "names-empty-curator": (names, replace(NO_NAMES, edit_url="/sua")),
        "names-none": (names, replace(NO_NAMES, query="không có")),
        "names-all-held": (names, held),
        "name": (name, NAME),
        "name-empty": (name, replace(NAME, total=0, cards=[], gathers="")),
    }
    curators = {"browse-list", "names-empty-curator"}
    return {
        key: (
            template,
            {"page": page, "current": "browse", **({"me": ADMIN} if key in curators else {})},
        )
        for key, (template, page) in pages.items()
    }
