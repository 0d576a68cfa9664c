"""Closed lists of the catalogue: codes that are stored and the Vietnamese words that are shown."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "book": "Sách",
    "booklet": "Sách mỏng",
    "leaflet": "Tờ gấp, tờ rơi",
    "poster": "Áp phích",
    "bulletin": "Bản tin",
    "magazine": "Tạp chí",
    "picture_book": "Sách tranh, sách ảnh",
    "song_book": "Tập bài hát",
    "map": "Bản đồ",
    "calendar": "Lịch",
    "exhibition": "Tài liệu trưng bày",
    "other": "Loại khác",
}

ACCESS: dict[str, str] = {
    "public": "Công khai",
    "internal": "Nội bộ (cần đăng nhập)",
    "restricted": "Hạn chế (đơn vị nộp và cơ quan thường trực)",
}

STATUS: dict[str, str] = {
    "draft": "Bản nháp",
    "submitted": "Chờ duyệt",
    "returned": "Cần sửa",
    "accepted": "Đã nhận",
    "withdrawn": "Đã thu hồi",
}

ROLES: dict[str, str] = {
    "reader": "Bạn đọc",
    "depositor": "Cán bộ nộp",
    "curator": "Biên mục viên",
    "admin": "Quản trị",
}

LANGUAGES: dict[str, str] = {
    "vi": "Tiếng Việt",
    "tyz": "Tiếng Tày",
    "nut": "Tiếng Nùng",
    "hmn": "Tiếng Mông",
    "ium": "Tiếng Dao",
    "en": "Tiếng Anh",
    "zh": "Tiếng Trung",
    "fr": "Tiếng Pháp",
    "lo": "Tiếng Lào",
}

# Values of one record that may be several, in the order a record shows them. Each is a plain value
# until the authorities take over; the name is the sheet's column and the search facet's base.
MULTIPLE_FIELDS: tuple[str, ...] = (
    "creators",
    "languages",
    "themes",
    "places",
    "people",
    "events",
    "audiences",
    "grades",
    "subjects",
)

UNKNOWN_UNIT_CODE = "chua-ro"
UNKNOWN_UNIT_NAME = "Chưa rõ đơn vị"
