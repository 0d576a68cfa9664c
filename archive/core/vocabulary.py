"""Closed lists of the catalogue: codes that are stored and the Vietnamese words that are shown.

Lists of names that a form offers without insisting on them stand here too.
"""

from __future__ import annotations

from archive.core.text import fold, words

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

# Names in use besides those above, folded as `language_code` folds them.
_OTHER_LANGUAGE_NAMES: dict[str, str] = {
    "hmong": "hmn",
    "h mong": "hmn",
    "kinh": "vi",
    "phap ngu": "fr",
    "anh ngu": "en",
    "hoa": "zh",
    "trung quoc": "zh",
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

# For whom a publication is meant, as the archive's records call them. Offered, not enforced.
AUDIENCES: tuple[str, ...] = (
    "Chi bộ",
    "Cán bộ, đảng viên",
    "Cán bộ tuyên giáo",
    "Đoàn viên, thanh niên",
    "Hội viên phụ nữ",
    "Cựu chiến binh",
    "Lực lượng vũ trang",
    "Nông dân",
    "Công nhân, công chức",
    "Nhân dân",
    "Khách tham quan",
    "Giáo viên",
    "Phụ huynh",
    "Trẻ mầm non",
    "Học sinh tiểu học",
    "Học sinh THCS",
    "Học sinh THPT",
    "Học viên giáo dục thường xuyên",
    "Sinh viên",
)

GRADES: tuple[str, ...] = tuple(str(grade) for grade in range(1, 13))

# School subjects and activities of the curriculum of 2018 in which local publications are used,
# from primary school upward. Offered, not enforced.
SUBJECTS: tuple[str, ...] = (
    "Hoạt động trải nghiệm",
    "Đạo đức",
    "Tự nhiên và Xã hội",
    "Lịch sử và Địa lí",
    "Tiếng Việt",
    "Tiếng dân tộc thiểu số",
    "Âm nhạc",
    "Mĩ thuật",
    "Nội dung giáo dục của địa phương",
    "Hoạt động trải nghiệm, hướng nghiệp",
    "Giáo dục công dân",
    "Ngữ văn",
    "Nghệ thuật (Âm nhạc, Mĩ thuật)",
    "Lịch sử",
    "Địa lí",
    "Giáo dục kinh tế và pháp luật",
    "Giáo dục quốc phòng và an ninh",
)

COPY_STATES: dict[str, str] = {
    "available": "Còn trong kho",
    "given_out": "Đã phát, đã cho",
    "lost": "Mất",
    "discarded": "Đã thanh lý",
}

UNKNOWN_UNIT_CODE = "chua-ro"
UNKNOWN_UNIT_NAME = "Chưa rõ đơn vị"


def _folded(name: str) -> str:
    return " ".join(fold(word) for word in words(name))


_LANGUAGE_CODES: dict[str, str] = {
    **_OTHER_LANGUAGE_NAMES,
    **{_folded(label).removeprefix("tieng "): code for code, label in LANGUAGES.items()},
}


def language_code(typed: str) -> str:
    """The code of a language that is named (`Tày`, `tiếng tày`, `tieng Tay`) or given as its code;
    what is no known language is given back as it was typed."""
    name = _folded(typed)
    if name in LANGUAGES:
        return name
    return _LANGUAGE_CODES.get(name.removeprefix("tieng "), typed)


def grade_number(typed: str) -> str:
    """The grade in `Lớp 6` or `6`; what names none of the twelve is given back as it was typed."""
    number = _folded(typed).removeprefix("lop ")
    return number if number in GRADES else typed
