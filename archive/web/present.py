"""From rows to what a page shows: cards, links, labels. No queries here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from archive.core.dates import local, parse_issue_date
from archive.core.language import N_, NC_, Words, _, counted, written_decimal, written_number
from archive.core.roles import SYSTEM
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES, STATUS
from archive.models import Authority, File, Page, Publication
from archive.services.authorities.finding import Candidate
from archive.services.holdings import Holdings
from archive.services.page_images import MIDDLE_PX
from archive.web.languages import here
from archive.web.pages.parts import Card, Cover, Link, Pagination

PER_PAGE = 20
IMAGE_SMALL_PX, IMAGE_MIDDLE_PX, IMAGE_LARGE_PX = 320, MIDDLE_PX, 1200

EVENTS = Words(
    {
        "drafted": NC_("event", "Lưu bản nháp"),
        "import_uploaded": N_("Gửi bảng để nhập: {name}"),
        "import_checked": N_("Kiểm tra bảng nhập: {name}"),
        "import_started": N_("Chạy đợt nhập: {name}"),
        "import_paused": N_("Tạm dừng đợt nhập: {name}"),
        "import_undone": N_("Gỡ đợt nhập: {name}"),
        "deposited": NC_("event", "Nộp ấn phẩm"),
        "amended": NC_("event", "Sửa bản nộp"),
        "resubmitted": NC_("event", "Nộp lại"),
        "taken_up": NC_("event", "Nhận xem"),
        "assigned": N_("Giao cho {reviewer} xem"),
        "put_back_in_queue": N_("Đưa lại hàng chờ"),
        "message": N_("Nhắn"),
        "accepted": NC_("event", "Nhận vào kho"),
        "restored": NC_("event", "Mở lại cho bạn đọc"),
        "returned": NC_("event", "Trả lại để sửa"),
        "corrected": NC_("event", "Sửa hồ sơ"),
        "put_back": N_("Đưa hồ sơ về lần sửa {version}"),
        "edited_in_bulk": N_("Sửa hồ sơ trong một đợt sửa hàng loạt"),
        "bulk_undone": N_("Hoàn tác một đợt sửa hàng loạt"),
        "bulk_edit_started": N_("Sửa hàng loạt {count} hồ sơ"),
        "copies_added": N_("Thêm {count} bản in"),
        "copies_changed": N_("Sửa {count} bản in"),
        "withdrawn": NC_("event", "Thu hồi"),
        "likeness_same": N_("Xác nhận trùng với một ấn phẩm khác"),
        "likeness_edition": N_("Xác nhận có lần xuất bản khác"),
        "likeness_different": N_("Xác nhận không trùng với một ấn phẩm khác"),
        "user_created": N_("Tạo tài khoản {user}"),
        "user_changed": N_("Sửa tài khoản {user}"),
        "user_blocked": N_("Khóa tài khoản {user}"),
        "user_unblocked": N_("Mở khóa tài khoản {user}"),
        "password_link_made": N_("Cấp liên kết đặt mật khẩu cho {user}"),
        "password_set": N_("Đặt mật khẩu cho {user}"),
        "password_changed": N_("Đổi mật khẩu của {user}"),
        "unit_created": N_("Thêm đơn vị {unit}"),
        "unit_changed": N_("Sửa đơn vị {unit}"),
        "unit_merged": N_("Hợp nhất đơn vị {unit} vào {into}"),
        "unit_blocked": N_("Khóa đơn vị {unit}"),
        "unit_unblocked": N_("Mở khóa đơn vị {unit}"),
        "marking_found": N_("Thấy dấu mật ở trang {page}: “{line}”"),
        "marking_cleared": N_("Xác nhận không phải dấu mật"),
        "declared_free": N_("Nộp kèm lời xác nhận không phải tài liệu mật"),
        "lifting_found": N_("Trang {page} ghi “{line}”"),
        "read_again": N_("Cho đọc lại tệp {file}"),
        "read_again_raised": N_("Cho đọc lại tệp {file} với giới hạn gấp {factor}"),
        "authority_created": N_("Thêm “{name}” vào danh mục"),
        "authority_changed": N_("Sửa “{name}” trong danh mục"),
        "authority_deleted": N_("Xóa “{name}” khỏi danh mục"),
        "authority_merged": N_("Gộp “{name}” vào “{into_name}”, {records} ấn phẩm"),
        "authority_split": N_("Tách “{name}” khỏi “{into_name}”"),
        "authority_linked": N_("Gắn “{value}” với “{name}”, {records} ấn phẩm"),
        "authority_unlinked": N_("Bỏ gắn “{value}” với “{name}”, {records} ấn phẩm"),
        "authorities_imported": N_("Nhập {count} mục vào danh mục"),
        "intake_paused": N_("Tạm dừng {stages}"),
        "intake_resumed": N_("Cho chạy tiếp {stages}"),
        "jobs_retried": N_("Cho làm lại {count} việc"),
        "demo_removed": N_("Gỡ {count} ấn phẩm minh họa"),
        "sign_in_slowed_user": N_("Tạm chặn đăng nhập vào {user} sau {count} lần sai"),
        "sign_in_slowed_address": N_("Tạm chặn đăng nhập từ {address} sau {count} lần sai"),
        "receipt_issued": N_("Cấp giấy biên nhận số {number}"),
        "accession_struck": N_("Rút {count} số khỏi sổ đăng ký: {reason}"),
        "accession_given": N_("Vào sổ đăng ký số {number}"),
        "files_replaced": N_("Thay tệp của ấn phẩm"),
    }
)


STAGES = Words(
    {
        "extract": N_("Đọc chữ trong tệp"),
        "ocr": N_("Nhận dạng chữ trên ảnh trang"),
        "index": N_("Đưa vào chỉ mục tìm kiếm"),
        "compare": N_("Đối chiếu bản trùng"),
        "images": N_("Tạo ảnh trang"),
        "record": N_("Cất hồ sơ"),
    }
)


def event_words(kind: str, data: Mapping[str, object] | None) -> str:
    """What was done, in words; what old data lacks leaves a gap."""
    values = defaultdict(str, {key: str(value) for key, value in (data or {}).items()})
    stages = (data or {}).get("stages")
    if isinstance(stages, list):
        whole = len(stages) == len(STAGES)
        labels = [STAGES.get(stage, str(stage)).lower() for stage in stages]
        values["stages"] = _("toàn bộ việc tiếp nhận") if whole else ", ".join(labels)
    return EVENTS.get(kind, kind).format_map(values)


def actor_words(name: str) -> str:
    """Who did something: a person's name as it is, the archive itself in words."""
    return _(name) if name == SYSTEM.name else name


_ORIGINS = Words(
    {
        "web": N_("trên trang web"),
        "cli": N_("dòng lệnh"),
        "worker": N_("tiến trình nền"),
        "storage": N_("dựng lại từ kho lưu trữ"),
    }
)


def origin_words(origin: str) -> str:
    """Where an act came from, as its event has it."""
    kind, _space, address = origin.partition(" ")
    if kind == "web" and address:
        return _("từ địa chỉ {address}").format(address=address)
    return _ORIGINS.get(kind, origin)


def publication_url(publication_id: str) -> str:
    """The publication's page. Like the two below it is written out and not asked of the router: a
    page of results has a hundred of them, and these addresses stay as they are for good."""
    return here(f"/an-pham/{publication_id}")


def reading_url(publication_id: str, number: int, query: str = "") -> str:
    """Page `number` in the reader, with the words of `query` marked."""
    page = here(f"/an-pham/{publication_id}/trang/{number}")
    return f"{page}?{urlencode({'q': query})}" if query else page


def image_url(publication_id: str, number: int, width_px: int) -> str:
    """The picture of page `number`."""
    return f"/an-pham/{publication_id}/trang/{number}/anh-{width_px}.webp"


def image_set(publication_id: str, number: int) -> str:
    """The picture of page `number` in its three widths, as `srcset` has it."""
    widths = (IMAGE_SMALL_PX, IMAGE_MIDDLE_PX, IMAGE_LARGE_PX)
    return ", ".join(f"{image_url(publication_id, number, width)} {width}w" for width in widths)


def picture_id(publication_id: str, number: int) -> str:
    """Page `number` as the IIIF Image API names it: letters, digits and `_`, nothing to escape."""
    return f"{publication_id}_{number}"


def tiles_url(publication_id: str, number: int) -> str:
    """The IIIF description of page `number` (`info.json`): what a deep-zoom viewer opens."""
    return f"/iiif/3/{picture_id(publication_id, number)}/info.json"


def has_image(holdings: Holdings, page: Page, width_px: int) -> bool:
    return holdings.images.has(page.publication_id, f"f{page.file_id}", page.file_page, width_px)


def language_of(publication: Publication) -> str:
    """The language that its title and its pages are in: Vietnamese, unless the record names known
    others alone."""
    named = publication.values_of("languages")
    return next((code for code in named if code in LANGUAGES), "vi") if "vi" not in named else "vi"


def card_of(
    publication: Publication, cover_page: Page | None, holdings: Holdings, *, lang: str = "vi"
) -> Card:
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
        lang=lang,
    )


def cards_of(
    publications: Sequence[Publication], covers: Mapping[str, Page], holdings: Holdings
) -> list[Card]:
    return [card_of(row, covers.get(row.id), holdings) for row in publications]


_MEDIA = Words(
    {
        "pdf": "PDF",
        "docx": "Word",
        "doc": N_("Word đời cũ"),
        "txt": N_("Văn bản"),
        "jpeg": N_("Ảnh JPEG"),
        "png": N_("Ảnh PNG"),
        "tiff": N_("Ảnh TIFF"),
        "webp": N_("Ảnh WebP"),
    }
)


def media_label(file: File) -> str:
    """What kind of file it is, in a word or two."""
    return _MEDIA.get(file.kind, file.kind)


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
            return _("Lớp {grade}").format(grade=value) if value.isdigit() else value
        case _:
            return given or value


FACETS = Words(
    {
        "year": N_("Năm phát hành"),
        "unit": N_("Đơn vị"),
        "kind": N_("Loại"),
        "theme": N_("Chủ đề"),
        "place": N_("Địa danh"),
        "person": N_("Nhân vật"),
        "audience": N_("Đối tượng"),
        "grade": N_("Lớp"),
        "subject": N_("Môn học"),
        "language": N_("Ngôn ngữ"),
    }
)


def facet_heading(name: str) -> str:
    """What a list of a facet's values is called: `Địa danh`, in English `Places`."""
    return counted(FACETS.vietnamese[name], 2)


def authority_time(row: Authority | Candidate) -> str:
    """`từ 1/7/2025`, `đến 30/6/2025`, or both; "" where neither is known."""
    since, until = (
        parse_issue_date(day).vietnamese if day else "" for day in (row.valid_from, row.valid_to)
    )
    if since and until:
        return _("từ {since} đến {until}").format(since=since, until=until)
    if since:
        return _("từ {since}").format(since=since)
    return _("đến {until}").format(until=until) if until else ""


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


def written_date(value: date | datetime | None) -> str:
    """dd/mm/yyyy; a moment in Vietnamese time."""
    if value is None:
        return ""
    day = local(value) if isinstance(value, datetime) else value
    return day.strftime("%d/%m/%Y")


def typed_day(day: date | None) -> str:
    """15/7/2024, as a form holds it."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""


def written_moment(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnamese time."""
    return local(value).strftime("%H:%M %d/%m/%Y") if value is not None else ""


def told_moment(value: datetime | None) -> str:
    """HH:MM ngày dd/mm/yyyy in Vietnamese time, as it stands in a sentence."""
    if value is None:
        return ""
    moment = local(value)
    return _("{time} ngày {day}").format(time=f"{moment:%H:%M}", day=f"{moment:%d/%m/%Y}")


def short_number(value: float) -> str:
    """1.234 or 12,3, in English 1,234 or 12.3: one place after the comma below a hundred."""
    return written_number(round(value)) if value >= 100 else written_decimal(value)
