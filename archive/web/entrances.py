"""The four ways in from the home page: for readers, party cells, teachers and depositors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.core.roles import Actor
from archive.web.pages.home import Entrance
from archive.web.pages.parts import Link

CELL_AUDIENCES = ("Chi bộ", "Cán bộ, đảng viên", "Cán bộ tuyên giáo")
TEACHER_AUDIENCES = ("Giáo viên",)
_MOST_SUBJECTS = 2


def entrances(facets: Mapping[str, Sequence[Link]], *, actor: Actor) -> list[Entrance]:
    """The entrances with what the archive has for each now; `facets` are the links of each facet
    by its name, none where the index cannot count."""
    return [
        _for_readers(),
        _for_party_cells(facets.get("audience", ())),
        _for_teachers(facets),
        _for_depositors(actor),
    ]


def _for_readers() -> Entrance:
    return Entrance(
        name="ban-doc",
        title="Bạn đọc",
        text="Tìm, đọc và trích dẫn, không cần tài khoản.",
        icon="pages",
        links=[
            Link("Tất cả ấn phẩm", "/duyet"),
            Link("Địa danh cũ và mới", "/dia-danh"),
            Link("Nhân vật", "/nhan-vat"),
            Link("Di tích", "/di-tich"),
            Link("Chủ đề", "/chu-de"),
        ],
    )


def _for_party_cells(audiences: Sequence[Link]) -> Entrance:
    return Entrance(
        name="chi-bo",
        title="Sinh hoạt chi bộ",
        text="Chọn ấn phẩm, mở đúng trang để đọc trong buổi sinh hoạt chuyên đề.",
        icon="people",
        links=[
            *_named(audiences, CELL_AUDIENCES),
            Link("Sự kiện và ngày kỷ niệm", "/su-kien"),
            Link("Cách tìm một trang", "/huong-dan/chi-bo"),
        ],
    )


def _for_teachers(facets: Mapping[str, Sequence[Link]]) -> Entrance:
    grades = sorted(facets.get("grade", ()), key=lambda link: (len(link.label), link.label))
    return Entrance(
        name="giao-vien",
        title="Giáo viên",
        text="Tìm ấn phẩm theo lớp và môn học.",
        icon="school",
        links=[
            *facets.get("subject", ())[:_MOST_SUBJECTS],
            *_named(facets.get("audience", ()), TEACHER_AUDIENCES),
            Link("Tìm trong bài dạy thế nào", "/huong-dan/giao-vien"),
        ],
        tags_label="Lớp",
        tags=[
            Link(link.label.removeprefix("Lớp "), link.url, link.count, link.selected)
            for link in grades
        ],
    )


def _for_depositors(actor: Actor) -> Entrance:
    links = [
        Link("Nộp ấn phẩm", "/nop"),
        Link("Ấn phẩm đã nộp", "/cua-toi"),
        Link("Cách nộp và sửa", "/huong-dan/nop"),
    ]
    if actor.may_curate:
        links.insert(0, Link("Duyệt bản nộp", "/duyet-nop"))
    elif not actor.is_signed_in:
        links = [Link("Đăng nhập để nộp", "/nop"), links[-1]]
    elif not actor.may_deposit:
        links = links[-1:]
    return Entrance(
        name="nop",
        title="Cán bộ nộp",
        text="Gửi ấn phẩm của đơn vị ngay khi in xong, theo dõi đến khi kho nhận.",
        icon="upload",
        links=links,
    )


def _named(links: Sequence[Link], names: Sequence[str]) -> list[Link]:
    """Those of `links` that have these labels, in the order of the labels."""
    known = {link.label: link for link in links}
    return [known[name] for name in names if name in known]
