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
    "in_review": "Đang xem",
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

# What a person or body did for a publication. A record gives it behind the name, in brackets.
CREATOR_ROLES: dict[str, str] = {
    "author": "tác giả",
    "editor": "chủ biên",
    "compiler": "biên soạn",
    "sponsor": "cơ quan chủ trì",
    "issuer": "cơ quan ban hành",
    "director": "chỉ đạo nội dung",
    "translator": "dịch",
    "reviser": "hiệu đính",
    "adviser": "cố vấn",
    "photographer": "ảnh",
    "illustrator": "minh họa",
    "designer": "trình bày",
    "composer": "nhạc",
    "lyricist": "lời",
    "collector": "sưu tầm",
}

# Values of one record that may be several, in the order a record shows them. Each is a plain value
# until the authorities take over; the name is the sheet's column and the search facet's base.
MULTIPLE_FIELDS: tuple[str, ...] = (
    "other_titles",
    "creators",
    "languages",
    "themes",
    "places",
    "people",
    "events",
    "relics",
    "audiences",
    "grades",
    "subjects",
)

UNKNOWN_UNIT_CODE = "chua-ro"
UNKNOWN_UNIT_NAME = "Chưa rõ đơn vị"
