"""The four ways in from the home page: for readers, party cells, teachers and depositors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.core.language import _, as_written, counted
from archive.core.roles import Actor
from archive.web.languages import here
from archive.web.pages.home import Entrance
from archive.web.pages.parts import Link

CELL_AUDIENCES = as_written(("Chi bộ", "Cán bộ, đảng viên", "Cán bộ tuyên giáo"))
TEACHER_AUDIENCES = as_written(("Giáo viên",))
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
        title=counted("Bạn đọc", 2),
        text=_("Tìm, đọc và trích dẫn, không cần tài khoản."),
        icon="pages",
        links=[
            Link(_("Tất cả ấn phẩm"), here("/duyet")),
            Link(_("Địa danh cũ và mới"), here("/dia-danh")),
            Link(counted("Nhân vật", 2), here("/nhan-vat")),
            Link(counted("Di tích", 2), here("/di-tich")),
            Link(counted("Chủ đề", 2), here("/chu-de")),
        ],
    )


def _for_party_cells(audiences: Sequence[Link]) -> Entrance:
    return Entrance(
        name="chi-bo",
        title=_("Sinh hoạt chi bộ"),
        text=_("Chọn ấn phẩm, mở đúng trang để đọc trong buổi sinh hoạt chuyên đề."),
        icon="people",
        links=[
            *_named(audiences, CELL_AUDIENCES),
            Link(_("Sự kiện và ngày kỷ niệm"), here("/su-kien")),
            Link(_("Cách tìm đúng trang"), here("/huong-dan/chi-bo")),
        ],
    )


def _for_teachers(facets: Mapping[str, Sequence[Link]]) -> Entrance:
    grade = _("Lớp {grade}").format(grade="")
    grades = sorted(facets.get("grade", ()), key=lambda link: (len(link.label), link.label))
    return Entrance(
        name="giao-vien",
        title=_("Giáo viên"),
        text=_("Tìm ấn phẩm theo lớp và môn học."),
        icon="school",
        links=[
            *facets.get("subject", ())[:_MOST_SUBJECTS],
            *_named(facets.get("audience", ()), TEACHER_AUDIENCES),
            Link(_("Cách tìm cho bài dạy"), here("/huong-dan/giao-vien")),
        ],
        tags_label=_("Lớp"),
        tags=[
            Link(link.label.removeprefix(grade), link.url, link.count, link.selected)
            for link in grades
        ],
    )


def _for_depositors(actor: Actor) -> Entrance:
    links = [
        Link(_("Nộp ấn phẩm"), here("/nop")),
        Link(_("Ấn phẩm đã nộp"), here("/cua-toi")),
        Link(_("Cách nộp và sửa"), here("/huong-dan/nop")),
    ]
    if actor.may_curate:
        links.insert(0, Link(_("Duyệt bản nộp"), here("/duyet-nop")))
    elif not actor.is_signed_in:
        links = [Link(_("Đăng nhập để nộp"), here("/nop")), links[-1]]
    elif not actor.may_deposit:
        links = links[-1:]
    return Entrance(
        name="nop",
        title=counted("Cán bộ nộp", 2),
        text=_("Gửi ấn phẩm của đơn vị ngay khi in xong, theo dõi đến khi kho nhận."),
        icon="upload",
        links=links,
    )


def _named(links: Sequence[Link], names: Sequence[str]) -> list[Link]:
    """Those of `links` that have these labels, in the order of the labels."""
    known = {link.label: link for link in links}
    return [known[name] for name in names if name in known]
