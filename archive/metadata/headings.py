"""Headings of sheets → fields of the record: our own by heart, foreign ones by likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from archive.core.text import clean_text, fold

NOTE = "note"
"""Where a column goes whose words are kept beside the record, as they stand."""

_SAME = (
    *("title", "subtitle", "other_titles", "responsibility", "creators", "edition", "unit"),
    *("issued", "kind", "publisher", "publisher_place", "printer", "isbn", "issn"),
    *("licence_number", "licence_date", "print_run", "extent", "dimensions", "themes", "places"),
    *("people", "events", "relics", "audiences", "grades", "subjects", "rights", "access"),
    *("embargo_until", "abstract", "contents", "series", "volume", "plan_task"),
)
# Heading → field. Several headings may name one field, a field stands in a sheet once.
HEADINGS: Mapping[str, str] = {
    **{name: name for name in _SAME},
    "file": "files",
    "files": "files",
    "language": "languages",
    "languages": "languages",
    "tệp": "files",
    "nhan đề": "title",
    "phụ đề": "subtitle",
    "nhan đề khác": "other_titles",
    "lần xuất bản": "edition",
    "nơi xuất bản": "publisher_place",
    "ngày cấp phép": "licence_date",
    "số trang": "extent",
    "di tích": "relics",
    "mục lục": "contents",
    "thông tin trách nhiệm": "responsibility",
    "tác giả": "creators",
    "đơn vị": "unit",
    "ngày phát hành": "issued",
    "năm": "issued",
    "loại": "kind",
    "nhà xuất bản": "publisher",
    "đơn vị in": "printer",
    "số giấy phép": "licence_number",
    "số lượng in": "print_run",
    "khổ": "dimensions",
    "ngôn ngữ": "languages",
    "chủ đề": "themes",
    "địa danh": "places",
    "nhân vật": "people",
    "sự kiện": "events",
    "đối tượng": "audiences",
    "lớp": "grades",
    "môn": "subjects",
    "quyền": "rights",
    "quyền sử dụng": "rights",
    "truy cập": "access",
    "hạn chế đến": "embargo_until",
    "tóm tắt": "abstract",
    "tùng thư": "series",
    "tập": "volume",
    "nhiệm vụ": "plan_task",
}

FIELDS: frozenset[str] = frozenset({*HEADINGS.values(), NOTE})
"""Where a column may go."""

# What other people's sheets call the fields; compared without marks.
_OTHER_WORDS: Mapping[str, str] = {
    "files": "tên tệp|tên file|đường dẫn|file name|filename|path|tệp đính kèm|tệp số hóa",
    "title": "tên sách|tên ấn phẩm|tên tài liệu|tên sản phẩm|tiêu đề|tựa đề|nhan đề chính|tên|name"
    "|book title|nội dung ấn phẩm|tên gọi",
    "subtitle": "nhan đề phụ|tiêu đề phụ|tên phụ|thông tin khác về nhan đề",
    "other_titles": "tên khác|tên gọi khác|nhan đề song song|variant title|alternative title",
    "responsibility": "trách nhiệm|statement of responsibility",
    "creators": "người viết|soạn giả|chủ biên|người biên soạn|ban biên soạn|nhóm tác giả|author"
    "|authors|creator|writer|họ tên tác giả",
    "unit": "cơ quan ban hành|cơ quan chủ quản|cơ quan chủ trì|đơn vị phát hành|đơn vị chủ trì"
    "|đơn vị thực hiện|nơi ban hành|cơ quan|tên đơn vị|responsible unit|issuing body|department",
    "issued": "năm xb|năm xuất bản|năm phát hành|năm ban hành|ngày xuất bản|ngày ban hành"
    "|thời gian phát hành|thời gian xuất bản|thời gian|ngày tháng|year|date|published"
    "|publication year|publication date|năm in",
    "kind": "loại hình|loại ấn phẩm|thể loại|loại tài liệu|loại sản phẩm|hình thức|type|genre"
    "|format",
    "publisher": "nxb|nhà xb|tên nxb|nơi phát hành|kênh phát hành|publisher or channel"
    "|đơn vị xuất bản",
    "publisher_place": "nơi xb|place of publication|place published",
    "printer": "nhà in|cơ sở in|nơi in|xưởng in",
    "isbn": "mã isbn|số isbn|isbn 13",
    "issn": "mã issn|số issn",
    "licence_number": "giấy phép|số gp|số giấy phép xuất bản|giấy phép xuất bản|gpxb|licence"
    "|license number|số đăng ký xuất bản",
    "licence_date": "ngày giấy phép|ngày gp|license date",
    "print_run": "số bản|số lượng|số bản in|số cuốn|số lượng bản in|copies|lượng in",
    "extent": "trang|pages|số tờ|page count|khối lượng|dung lượng",
    "dimensions": "khổ sách|khổ giấy|kích thước|kích cỡ|size|khổ cỡ",
    "languages": "tiếng|ngôn ngữ thể hiện|lang",
    "themes": "đề tài|chuyên đề|lĩnh vực|từ khóa|keywords|subject|theme|tags|chủ điểm",
    "places": "địa phương|địa điểm|nơi nói đến|place|location|xã phường",
    "people": "danh nhân|người được nói đến|person|anh hùng",
    "events": "sự kiện lịch sử|ngày kỷ niệm|event|dịp kỷ niệm",
    "relics": "di tích lịch sử|khu di tích|relic",
    "audiences": "đối tượng sử dụng|đối tượng phục vụ|bạn đọc|người đọc|audience|đối tượng tuyên"
    " truyền",
    "grades": "khối lớp|cấp học|grade",
    "subjects": "môn học|school subject",
    "rights": "bản quyền|quyền tác giả|copyright",
    "access": "mức truy cập|chế độ|quyền xem|phạm vi",
    "embargo_until": "hạn chế đến ngày|embargo",
    "abstract": "nội dung|nội dung chính|nội dung tóm tắt|giới thiệu|mô tả|summary|description",
    "contents": "các phần|table of contents",
    "series": "bộ sách|tủ sách|loạt|collection",
    "volume": "tập số|số|số thứ tự tập|issue|vol|quyển|số báo",
    "edition": "lần tái bản|tái bản",
    "plan_task": "nhiệm vụ kế hoạch|nhiệm vụ của kế hoạch|kế hoạch|task",
    NOTE: "ghi chú|chú thích|nhận xét|nguồn|tình trạng|hiện trạng|trạng thái|note|notes|remark"
    "|remarks|comment|source|status|thuộc đề án|belongs to 19 da tu|lưu ý",
    "": "stt|tt|số tt|số thứ tự|no|id|index|mã|mã số",
}
_LEAST_LIKENESS = 0.82


def heading_name(heading: str) -> str:
    """The heading as it is compared: clean, in small letters, each run of blanks one."""
    return " ".join(clean_text(heading).lower().split())


def known_field(heading: str) -> str | None:
    """The field of one of our own headings; None for a foreign one."""
    name = heading_name(heading)
    return HEADINGS.get(name) or HEADINGS.get(name.replace(" ", "_"))


def guess_field(heading: str) -> str:
    """The field a heading probably means, `NOTE`, or "" where nothing comes near (or a running
    number)."""
    known = known_field(heading)
    if known is not None:
        return known
    name = _plain(heading)
    if name in _PLAIN:
        return _PLAIN[name]
    best, likeness = "", 0.0
    for word, field in _PLAIN.items():
        if len(word) < 5 or not field:
            continue
        found = SequenceMatcher(None, name, word).ratio()
        # `Tên sách (ghi đầy đủ)` begins as a known heading does.
        if len(word.split()) > 1 and (f"{name} ").startswith(f"{word} "):
            found = max(found, 0.9)
        if found > likeness:
            best, likeness = field, found
    return best if likeness >= _LEAST_LIKENESS else ""


def guess_fields(headings: Sequence[str]) -> tuple[str, ...]:
    """A field for each heading, no field twice but for `NOTE`: the surer heading has it, of equal
    ones the first."""
    guesses = ["" if not heading.strip() else guess_field(heading) for heading in headings]
    sure = [known_field(heading) is not None for heading in headings]
    taken: dict[str, int] = {}
    for at in sorted(range(len(guesses)), key=lambda at: (not sure[at], at)):
        field = guesses[at]
        if field and field != NOTE and field in taken:
            guesses[at] = ""
        else:
            taken[field] = at
    return tuple(guesses)


def column_letters(at: int) -> str:
    """What a spreadsheet calls the column at `at` (from 0): A … Z, AA …"""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _plain(heading: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in heading_name(heading)).split()
    return " ".join(fold(word) for word in words)


_PLAIN: Mapping[str, str] = {
    **{_plain(word): field for field, words in _OTHER_WORDS.items() for word in words.split("|")},
    **{_plain(heading): field for heading, field in HEADINGS.items()},
}
