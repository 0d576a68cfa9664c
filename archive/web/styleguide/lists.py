"""Samples of lists of publications and of what stands around them."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from archive.core.roles import ANYONE
from archive.core.vocabulary import KINDS
from archive.web.drawn_cover import MOTIFS, PALETTES, draw_cover
from archive.web.entrances import entrances
from archive.web.pages.authorities import AuthorityRow, IssueYearRow
from archive.web.pages.finding import Hit, HitPage
from archive.web.pages.home import AnniversaryRow, KindTile
from archive.web.pages.parts import Card, Cover, Downloads, Link, LinkGroup, Pagination
from archive.web.pages.reading import HitSteps
from archive.web.pages.styleguide import ListSamples

_UNIT = "Ban Tuyên giáo và Dân vận Tỉnh ủy"
_TITLES = (
    ("Các tướng lĩnh lực lượng vũ trang tỉnh (ví dụ)", "book"),
    ("KỶ NIỆM: ỨNG XỬ, ĐẶNG, ỖI, NGỮ (ví dụ)", "poster"),
    ("Làn điệu then, sli, lượn (ví dụ)", "song_book"),
    ("Bản tin sinh hoạt chi bộ số 7 (ví dụ)", "bulletin"),
    (
        "Tài liệu tuyên truyền kỷ niệm tám mươi năm ngày thành lập Đội Việt Nam Tuyên truyền "
        "Giải phóng quân, tiền thân của Quân đội nhân dân Việt Nam (ví dụ)",
        "booklet",
    ),
    ("Bản đồ di tích (ví dụ)", "map"),
)
_HERE = "/mau-giao-dien"


def card(number: int = 0, **changes: object) -> Card:
    """A publication that there is not; `number` chooses its title and kind."""
    title, kind = _TITLES[number % len(_TITLES)]
    made = Card(
        id=f"vi-du-{number}",
        url=_HERE,
        title=title,
        subtitle="Phụ đề của ấn phẩm (ví dụ)" if number == 0 else "",
        unit=_UNIT,
        issued="15/7/2025",
        kind_label=KINDS[kind],
        access="public",
        status="accepted",
        status_label="Đã nhận",
        page_count=120,
        cover=Cover(None, title, _UNIT, 2025, kind, KINDS[kind], seed=f"vi-du-{number}"),
        is_demo=number == 0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def links(*labels: str, selected: int = -1) -> list[Link]:
    return [
        Link(label, _HERE, count=1234 if not place else 3 * place, selected=place == selected)
        for place, label in enumerate(labels)
    ]


def list_samples() -> ListSamples:
    pictured = replace(card(5).cover, url="/static/img/ridge.svg", is_wide=True)
    cards = [card(number) for number in range(5)]
    cards[2] = card(2, access="internal")
    cards[3] = card(3, access="restricted", status="returned", status_label="Cần sửa")
    return ListSamples(
        cards=[*cards, card(5, cover=pictured)],
        covers=[
            (
                palette,
                replace(
                    draw_cover(
                        seed=palette,
                        title=_TITLES[number % len(_TITLES)][0],
                        unit=_UNIT,
                        year=2019 + number,
                        kind="book",
                        kind_label=KINDS["picture_book"],
                    ),
                    palette=palette,
                    motif=MOTIFS[number % len(MOTIFS)],
                ),
            )
            for number, palette in enumerate(PALETTES)
        ],
        motifs=MOTIFS,
        hits=_hits(),
        facet=LinkGroup(
            "vi-du",
            "Chủ đề",
            links("Lịch sử Đảng bộ", "Di tích", "Dân ca Tày, Nùng", selected=1),
            more_url=_HERE,
            folded=12,
            whole_url=_HERE,
        ),
        active=[Link("Loại: Sách", _HERE), Link("Năm: 2024", _HERE)],
        tabs=links("Sát nhất", "Mới nhất", "Nhan đề A–Z", selected=0),
        paginations=[_pagination(1), _pagination(4), _pagination(9)],
        years=[
            Link(str(year), _HERE, count=count, selected=count == 24)
            for year, count in ((2019, 12), (2020, 0), (2021, 24), (2022, 7), (2023, 31))
        ],
        links=links("Sách", "Tờ gấp, tờ rơi", "Áp phích"),
        downloads=Downloads(
            [Link("Excel (XLSX)", _HERE), Link("MARC 21", _HERE)], "1.000 hồ sơ đầu."
        ),
        suggestion=Link("các tướng lĩnh", _HERE),
        steps=HitSteps(3, 17, _HERE, _HERE, _HERE),
        entrance=entrances({"grade": links("Lớp 6", "Lớp 10", "Lớp 12")}, actor=ANYONE)[2],
        anniversaries=_anniversaries(),
        pile=KindTile(Link("Tập bài hát", _HERE, count=7), card(2).cover),
        authorities=[
            AuthorityRow("Pác Bó", _HERE, "xã Trường Hà", 12),
            AuthorityRow("Nặm Lìn", _HERE, "", 0),
            AuthorityRow("Khuổi Nặm", _HERE, "đến 30/6/2025", 3, depth=1),
        ],
        issues=[
            IssueYearRow("2024", [("Số 1", Link("Bản tin (ví dụ)", _HERE))], "Chưa có: số 2, số 3.")
        ],
    )


def _hits() -> list[Hit]:
    snippet = Markup("… người con của quê hương: <mark>các tướng lĩnh</mark> của tỉnh (ví dụ) …")
    page = HitPage("10", _HERE, snippet, None, 12)
    return [
        Hit(card(0), [page], [Link("14", _HERE), Link("bìa", _HERE)], 17, _HERE),
        Hit(card(1), [], [], 0),
    ]


def _pagination(page: int) -> Pagination:
    numbers = [Link(str(number), _HERE, selected=number == page) for number in (1, 4, 9)]
    return Pagination(
        page=page,
        pages=9,
        total=1234,
        previous_url=_HERE if page > 1 else "",
        next_url=_HERE if page < 9 else "",
        links=[numbers[0], None, numbers[1], None, numbers[2]],
    )


def _anniversaries() -> list[AnniversaryRow]:
    held = AnniversaryRow(
        name="Thành lập Đội Việt Nam Tuyên truyền Giải phóng quân",
        url=_HERE,
        day="22",
        month="Tháng 12",
        date="2026-12-22",
        when="Còn 26 ngày",
        years="Kỷ niệm 82 năm",
        is_round=False,
        count=9,
        search_url=_HERE,
    )
    none = replace(
        held,
        name="Trận Đông Khê mở màn Chiến dịch Biên giới",
        day="16–18",
        month="Tháng 9",
        when="Đang trong những ngày này",
        years="Kỷ niệm 80 năm",
        is_round=True,
        count=0,
        deposit_url="/nop",
    )
    return [held, none]
