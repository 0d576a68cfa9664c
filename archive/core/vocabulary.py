"""Closed lists of the catalogue: codes that are stored and the words that are shown for them."""

from __future__ import annotations

from archive.core.language import N_, Words, as_written
from archive.core.offered import GRADES
from archive.core.text import fold, words

KINDS = Words(
    {
        "book": N_("Sách"),
        "booklet": N_("Sách mỏng"),
        "leaflet": N_("Tờ gấp, tờ rơi"),
        "poster": N_("Áp phích"),
        "bulletin": N_("Bản tin"),
        "magazine": N_("Tạp chí"),
        "picture_book": N_("Sách tranh, sách ảnh"),
        "song_book": N_("Tập bài hát"),
        "map": N_("Bản đồ"),
        "calendar": N_("Lịch"),
        "exhibition": N_("Tài liệu trưng bày"),
        "other": N_("Loại khác"),
    }
)

ACCESS = Words(
    {
        "public": N_("Công khai"),
        "internal": N_("Nội bộ (cần đăng nhập)"),
        "restricted": N_("Hạn chế (đơn vị nộp và cơ quan thường trực)"),
    }
)

STATUS = Words(
    {
        "draft": N_("Bản nháp"),
        "submitted": N_("Chờ duyệt"),
        "in_review": N_("Đang xem"),
        "returned": N_("Cần sửa"),
        "accepted": N_("Đã nhận"),
        "withdrawn": N_("Đã thu hồi"),
    }
)

ROLES = Words(
    {
        "reader": N_("Bạn đọc"),
        "depositor": N_("Cán bộ nộp"),
        "curator": N_("Biên mục viên"),
        "admin": N_("Quản trị"),
    }
)

LANGUAGES = Words(
    {
        "vi": N_("Tiếng Việt"),
        "tyz": N_("Tiếng Tày"),
        "nut": N_("Tiếng Nùng"),
        "hmn": N_("Tiếng Mông"),
        "ium": N_("Tiếng Dao"),
        "en": N_("Tiếng Anh"),
        "zh": N_("Tiếng Trung"),
        "fr": N_("Tiếng Pháp"),
        "lo": N_("Tiếng Lào"),
    }
)

# Names in use besides those above, folded as `language_code` folds them.
_OTHER_LANGUAGE_NAMES: dict[str, str] = {
    "hmong": "hmn",
    "h mong": "hmn",
    "kinh": "vi",
    "phap ngu": "fr",
    "anh ngu": "en",
    "hoa": "zh",
    "trung quoc": "zh",
    "vietnamese": "vi",
    "english": "en",
    "chinese": "zh",
    "french": "fr",
}

# What a person or body did for a publication. A record gives it behind the name, in brackets.
CREATOR_ROLES = Words(
    {
        "author": N_("tác giả"),
        "editor": N_("chủ biên"),
        "compiler": N_("biên soạn"),
        "sponsor": N_("cơ quan chủ trì"),
        "issuer": N_("cơ quan ban hành"),
        "director": N_("chỉ đạo nội dung"),
        "translator": N_("dịch"),
        "reviser": N_("hiệu đính"),
        "adviser": N_("cố vấn"),
        "photographer": N_("ảnh"),
        "illustrator": N_("minh họa"),
        "designer": N_("trình bày"),
        "composer": N_("nhạc"),
        "lyricist": N_("lời"),
        "collector": N_("sưu tầm"),
    }
)

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

COPY_STATES = Words(
    {
        "available": N_("Còn trong kho"),
        "given_out": N_("Đã phát, đã cho"),
        "lost": N_("Mất"),
        "discarded": N_("Đã thanh lý"),
    }
)

UNKNOWN_UNIT_CODE = "chua-ro"
UNKNOWN_UNIT_NAME = as_written("Chưa rõ đơn vị")


def _folded(name: str) -> str:
    return " ".join(fold(word) for word in words(name))


_LANGUAGE_CODES: dict[str, str] = {
    **_OTHER_LANGUAGE_NAMES,
    **{_folded(label).removeprefix("tieng "): code for code, label in LANGUAGES.vietnamese.items()},
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
