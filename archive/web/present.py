"""From rows to what a page shows: cards, links, labels. No queries here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from archive.core.dates import local, parse_issue_date
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES, STATUS
from archive.models import Authority, File, Page, Publication
from archive.services.authorities.finding import Candidate
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
    "taken_up": "Nhận xem",
    "assigned": "Giao cho {reviewer} xem",
    "put_back_in_queue": "Đưa lại hàng chờ",
    "message": "Nhắn",
    "accepted": "Nhận vào kho",
    "restored": "Mở lại cho bạn đọc",
    "returned": "Trả lại để sửa",
    "corrected": "Sửa hồ sơ",
    "put_back": "Đưa hồ sơ về lần sửa {version}",
    "edited_in_bulk": "Sửa hồ sơ trong một đợt sửa hàng loạt",
    "bulk_undone": "Hoàn tác một đợt sửa hàng loạt",
    "bulk_edit_started": "Sửa hàng loạt {count} hồ sơ",
    "copies_added": "Thêm {count} bản in",
    "copies_changed": "Sửa {count} bản in",
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
    "unit_merged": "Hợp nhất đơn vị {unit} vào {into}",
    "unit_blocked": "Khóa đơn vị {unit}",
    "unit_unblocked": "Mở khóa đơn vị {unit}",
    "marking_found": "Thấy dấu mật ở trang {page}: “{line}”",
    "marking_cleared": "Xác nhận không phải dấu mật",
    "declared_free": "Nộp kèm lời xác nhận không phải tài liệu mật",
    "lifting_found": "Trang {page} ghi “{line}”",
    "read_again": "Cho đọc lại tệp {file}",
    "read_again_raised": "Cho đọc lại tệp {file} với giới hạn gấp {factor}",
    "authority_created": "Thêm “{name}” vào danh mục",
    "authority_changed": "Sửa “{name}” trong danh mục",
    "authority_deleted": "Xóa “{name}” khỏi danh mục",
    "authority_merged": "Gộp “{name}” vào “{into_name}”, {records} ấn phẩm",
    "authority_split": "Tách “{name}” khỏi “{into_name}”",
    "authority_linked": "Gắn “{value}” với “{name}”, {records} ấn phẩm",
    "authorities_imported": "Nhập {count} mục vào danh mục",
    "intake_paused": "Tạm dừng {stages}",
    "intake_resumed": "Cho chạy tiếp {stages}",
    "jobs_retried": "Cho làm lại {count} việc",
    "demo_removed": "Gỡ {count} ấn phẩm minh họa",
    "sign_in_slowed_user": "Tạm chặn đăng nhập vào {user} sau {count} lần sai",
    "sign_in_slowed_address": "Tạm chặn đăng nhập từ {address} sau {count} lần sai",
    "receipt_issued": "Cấp giấy biên nhận số {number}",
    "accession_given": "Vào sổ đăng ký số {number}",
    "files_replaced": "Thay tệp của ấn phẩm",
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


def publication_url(publication_id: str) -> str:
    """The publication's page. Like the two below it is written out and not asked of the router: a
    page of results has a hundred of them, and these addresses stay as they are for good."""
    return f"/an-pham/{publication_id}"


def reading_url(publication_id: str, number: int, query: str = "") -> str:
    """Page `number` in the reader, with the words of `query` marked."""
    page = f"/an-pham/{publication_id}/trang/{number}"
    return f"{page}?{urlencode({'q': query})}" if query else page


def image_url(publication_id: str, number: int, width_px: int) -> str:
    """The picture of page `number`."""
    return f"/an-pham/{publication_id}/trang/{number}/anh-{width_px}.webp"


def picture_id(publication_id: str, number: int) -> str:
    """Page `number` as the IIIF Image API names it: letters, digits and `_`, nothing to escape."""
    return f"{publication_id}_{number}"


def tiles_url(publication_id: str, number: int) -> str:
    """The IIIF description of page `number` (`info.json`): what a deep-zoom viewer opens."""
    return f"/iiif/3/{picture_id(publication_id, number)}/info.json"


def has_image(holdings: Holdings, page: Page, width_px: int) -> bool:
    return holdings.images.has(page.publication_id, f"f{page.file_id}", page.file_page, width_px)


def card_of(publication: Publication, cover_page: Page | None, holdings: Holdings) -> Card:
    """The card of a publication; `cover_page` is its first page, None where it has none."""
    shown = cover_page is not None and has_image(holdings, cover_page, IMAGE_SMALL_PX)
    unit = publication.unit_name
    kind_label = KINDS.get(publication.kind, publication.kind)
    issued = publication.issue_date
    return Card(
        id=publication.id,
        url=publication_url(publication.id),
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
            seed=publication.id,
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


def authority_time(row: Authority | Candidate) -> str:
    """`từ 1/7/2025`, `đến 30/6/2025`, "" where neither is known."""
    told = []
    for word, day in (("từ", row.valid_from), ("đến", row.valid_to)):
        if day:
            told.append(f"{word} {parse_issue_date(day).vietnamese}")
    return " ".join(told)


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


def typed_day(day: date | None) -> str:
    """15/7/2024, as a form holds it."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""


def vietnamese_moment(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnamese time."""
    return local(value).strftime("%H:%M %d/%m/%Y") if value is not None else ""


def vietnamese_decimal(value: float) -> str:
    """1.234 or 12,3: one place after the comma below a hundred."""
    return vietnamese_number(round(value)) if value >= 100 else f"{value:.1f}".replace(".", ",")


def vietnamese_number(value: int) -> str:
    """1.234.567"""
    return f"{value:,}".replace(",", ".")
