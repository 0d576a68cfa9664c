"""From rows to what a page shows: cards, links, labels. No queries here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from flask import url_for

from archive.core.dates import local
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES, STATUS
from archive.models import File, Page, Publication
from archive.services.holdings import Holdings
from archive.web.pages.parts import Card, Cover, Link, Pagination

PER_PAGE = 20
IMAGE_SMALL_PX, IMAGE_LARGE_PX = 320, 1200

EVENTS: Mapping[str, str] = {
    "drafted": "Lưu bản nháp",
    "import_uploaded": "Gửi bảng để nhập: {name}",
    "import_checked": "Kiểm tra bảng nhập: {name}",
    "import_started": "Chạy đợt nhập: {name}",
    "import_paused": "Tạm dừng đợt nhập: {name}",
    "import_undone": "Gỡ đợt nhập: {name}",
    "deposited": "Nộp ấn phẩm",
    "amended": "Sửa bản nộp",
    "resubmitted": "Nộp lại",
    "accepted": "Nhận vào kho",
    "restored": "Mở lại cho bạn đọc",
    "returned": "Trả lại để sửa",
    "withdrawn": "Thu hồi",
    "likeness_same": "Xác nhận trùng với một ấn phẩm khác",
    "likeness_edition": "Xác nhận có lần xuất bản khác",
    "likeness_different": "Xác nhận không trùng với một ấn phẩm khác",
    "user_created": "Tạo tài khoản {user}",
    "user_changed": "Sửa tài khoản {user}",
    "user_blocked": "Khóa tài khoản {user}",
    "user_unblocked": "Mở khóa tài khoản {user}",
    "password_link_made": "Cấp liên kết đặt mật khẩu cho {user}",
    "password_set": "Đặt mật khẩu cho {user}",
    "password_changed": "Đổi mật khẩu của {user}",
    "unit_created": "Thêm đơn vị {unit}",
    "unit_changed": "Sửa đơn vị {unit}",
    "unit_blocked": "Khóa đơn vị {unit}",
    "unit_unblocked": "Mở khóa đơn vị {unit}",
    "marking_found": "Thấy dấu mật ở trang {page}: “{line}”",
    "marking_cleared": "Xác nhận không phải dấu mật",
    "declared_free": "Nộp kèm lời xác nhận không phải tài liệu mật",
    "lifting_found": "Trang {page} ghi “{line}”",
    "read_again": "Cho đọc lại tệp {file}",
    "read_again_raised": "Cho đọc lại tệp {file} với giới hạn gấp {factor}",
    "intake_paused": "Tạm dừng {stages}",
    "intake_resumed": "Cho chạy tiếp {stages}",
    "jobs_retried": "Cho làm lại {count} việc",
}


STAGES: Mapping[str, str] = {
    "extract": "Đọc chữ trong tệp",
    "ocr": "Nhận dạng chữ trên ảnh trang",
    "index": "Đưa vào chỉ mục tìm kiếm",
    "compare": "Đối chiếu bản trùng",
    "images": "Tạo ảnh trang",
    "record": "Cất hồ sơ",
}


def event_words(kind: str, data: Mapping[str, object] | None) -> str:
    """What was done, in words; what old data lacks leaves a gap."""
    values = defaultdict(str, {key: str(value) for key, value in (data or {}).items()})
    stages = (data or {}).get("stages")
    if isinstance(stages, list):
        whole = len(stages) == len(STAGES)
        labels = [STAGES.get(stage, str(stage)).lower() for stage in stages]
        values["stages"] = "toàn bộ việc tiếp nhận" if whole else ", ".join(labels)
    return EVENTS.get(kind, kind).format_map(values)


def image_url(publication_id: str, number: int, width_px: int) -> str:
    return url_for(
        "publications.page_image", publication_id=publication_id, number=number, width_px=width_px
    )


def has_image(holdings: Holdings, page: Page, width_px: int) -> bool:
    return holdings.images.path(
        page.publication_id, f"f{page.file_id}", page.file_page, width_px
    ).exists()


def card_of(publication: Publication, cover_page: Page | None, holdings: Holdings) -> Card:
    """The card of a publication; `cover_page` is its first page, None where it has none."""
    shown = cover_page is not None and has_image(holdings, cover_page, IMAGE_SMALL_PX)
    unit = publication.unit_name
    kind_label = KINDS.get(publication.kind, publication.kind)
    issued = publication.issue_date
    return Card(
        id=publication.id,
        url=url_for("publications.show", publication_id=publication.id),
        title=publication.title,
        subtitle=publication.subtitle,
        unit=unit,
        issued=issued.vietnamese if issued else "",
        kind_label=kind_label,
        access=publication.access.value,
        status=publication.status.value,
        status_label=STATUS[publication.status.value],
        page_count=publication.page_count,
        cover=Cover(
            url=image_url(publication.id, cover_page.number, IMAGE_SMALL_PX)
            if shown and cover_page is not None
            else None,
            title=publication.title,
            unit=unit,
            year=publication.issued_year,
            kind=publication.kind,
            kind_label=kind_label,
            is_wide=cover_page is not None and cover_page.width > cover_page.height,
        ),
        is_demo=publication.is_demo,
    )


def cards_of(
    publications: Sequence[Publication], covers: Mapping[str, Page], holdings: Holdings
) -> list[Card]:
    return [card_of(row, covers.get(row.id), holdings) for row in publications]


def media_label(file: File) -> str:
    return {
        "pdf": "PDF",
        "docx": "Word",
        "doc": "Word đời cũ",
        "txt": "Văn bản",
        "jpeg": "Ảnh JPEG",
        "png": "Ảnh PNG",
        "tiff": "Ảnh TIFF",
        "webp": "Ảnh WebP",
    }.get(file.kind, file.kind)


def facet_label(name: str, value: str, given: str | None = None) -> str:
    """The words for a facet's value: codes have labels, plain values speak for themselves."""
    match name:
        case "kind":
            return KINDS.get(value, value)
        case "language":
            return LANGUAGES.get(value, value)
        case "access":
            return ACCESS.get(value, value)
        case "grade":
            return f"Lớp {value}" if value.isdigit() else value
        case _:
            return given or value


FACETS: Mapping[str, str] = {
    "year": "Năm phát hành",
    "unit": "Đơn vị",
    "kind": "Loại",
    "theme": "Chủ đề",
    "place": "Địa danh",
    "person": "Nhân vật",
    "audience": "Đối tượng",
    "grade": "Lớp",
    "subject": "Môn học",
    "language": "Ngôn ngữ",
}


def paginate(
    *, page: int, total: int, per_page: int, path: str, args: Mapping[str, Sequence[str]]
) -> Pagination:
    """The pages of a list at `path`, whose other arguments are `args`."""
    pages = max(1, -(-total // per_page))

    def at(number: int) -> str:
        kept = [(key, value) for key, values in args.items() for value in values if key != "page"]
        if number > 1:
            kept.append(("page", str(number)))
        return f"{path}?{urlencode(kept)}" if kept else path

    near = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    links: list[Link | None] = []
    previous = 0
    for number in near:
        if number > previous + 1:
            links.append(None)
        links.append(Link(label=str(number), url=at(number), selected=number == page))
        previous = number
    return Pagination(
        page=page,
        pages=pages,
        total=total,
        previous_url=at(page - 1) if page > 1 else "",
        next_url=at(page + 1) if page < pages else "",
        links=links,
    )


def vietnamese_date(value: date | datetime | None) -> str:
    """dd/mm/yyyy; a moment in Vietnamese time."""
    if value is None:
        return ""
    day = local(value) if isinstance(value, datetime) else value
    return day.strftime("%d/%m/%Y")


def vietnamese_moment(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnamese time."""
    return local(value).strftime("%H:%M %d/%m/%Y") if value is not None else ""


def vietnamese_decimal(value: float) -> str:
    """1.234 or 12,3: one place after the comma below a hundred."""
    return vietnamese_number(round(value)) if value >= 100 else f"{value:.1f}".replace(".", ",")


def vietnamese_number(value: int) -> str:
    """1.234.567"""
    return f"{value:,}".replace(",", ".")
