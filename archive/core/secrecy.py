"""Secrecy markings: does a page carry MẬT, TỐI MẬT or TUYỆT MẬT as a mark, and not as a word?

The law has a stamp or a heading put on a secret document, on its first page near the top. In text
it stands on a line of its own, or glued by a reader of layouts to the line of the agency beside it.
In a sentence, in a title ("Hội nghị bí mật"), in a list of the law's levels the same words mark
nothing. Only such lines are judged as stand near the beginning or at the very end of the page,
where a stamp that was drawn last comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.core.text import clean_text

Level = Literal["mat", "toi_mat", "tuyet_mat"]

LEVELS: tuple[Level, ...] = ("mat", "toi_mat", "tuyet_mat")

HEAD_LINES = 20
"""So many lines that are not blank count as the page's beginning."""
TAIL_LINES = 3
LINE_LENGTH = 200
_LONGEST_LINE = 400
_HEAD_CHARACTERS = 8_000
_TAIL_CHARACTERS = 1_000


@dataclass(frozen=True)
class Marking:
    """A mark of secrecy. `line` is the line it stands on, without the blanks around it and at most
    `LINE_LENGTH` long; `start` is where that line begins in `clean_text` of the page's text."""

    level: Level
    line: str
    start: int


@dataclass(frozen=True)
class _Line:
    text: str
    start: int
    touches_last: bool
    """No blank line lies between this line and the one before."""


# The marks that recognition loses: MÂT for MẬT, TÔI for TỐI. MẮT, MẤT, MẶT, MÁT are other words.
# Some PDFs give a marked letter twice where two glyphs make it.
_MAT = "M[ẬÂẠA]{1,2}T"
_TOI = "T[ỐÔÓO]{1,2}I"
_TUYET = "TUY[ỆÊẸẾE]{1,2}T"

# What boxes, stars and smudges become: signs, and the uprights of a frame read as letters.
_SIGNS = r"\s\|\[\](){}<>*_=~+.:!¦│┃║—–\-"
_NOISE = rf"(?:[{_SIGNS}]|(?<!\w)[Il](?!\w))*"
_SURE_BOX = r"[\|\[\](){}*¦│┃║]"

_URGENCY = r"(?:HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN|HẸN GIỜ)"
_EXTRA = (
    r"(?:(?i:BẢN SỐ|SỐ BẢN).{0,20}|THU HỒI|TÀI LIỆU THU HỒI|KHÔNG PHỔ BIẾN|CẤM SAO CHỤP"
    r"|KHÔNG SAO CHỤP|LƯU HÀNH NỘI BỘ)"
)
_BEFORE_MARK = rf"(?:{_URGENCY}[\s,/\-–]+)?"
_AFTER_MARK = rf"(?:[\s,/\-–(]+(?:{_URGENCY}|{_EXTRA}))?"
_WORD = rf"(?P<level>(?:(?P<tuyet>{_TUYET}|Tuyệt)|(?P<toi>{_TOI}|Tối))\s+(?:{_MAT}|[Mm]ật)|{_MAT})"
_ALONE = re.compile(rf"{_NOISE}{_BEFORE_MARK}{_WORD}{_AFTER_MARK}{_NOISE}")
_BRACKETED = re.compile(
    r"[(\[]\s*(?:(?P<tuyet>tuyệt)\s+|(?P<toi>tối)\s+|tài liệu\s+)?mật\s*[)\]][.\s]*", re.IGNORECASE
)
_LABELLED = re.compile(
    r"(?:mức\s+)?độ\s+mật\s*(?:[:.\-–]\s*|\s)(?:(?P<tuyet>tuyệt\s+mật|a)|(?P<toi>tối\s+mật|b)|mật|c)"
    r"[\s.]*",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(r"(?:MỨC\s+)?ĐỘ\s+MẬT[\s:.…_\-]*|DO\s+MAT[\s:.…_]*")
_DOCUMENT = re.compile(
    rf"{_NOISE}(?:TÀI LIỆU|VĂN BẢN|TAI LIEU|VAN BAN)\s+"
    rf"(?:(?P<tuyet>{_TUYET})\s+|(?P<toi>{_TOI})\s+)?{_MAT}{_AFTER_MARK}{_NOISE}"
)

# Whose line a mark may be glued to. The first are headings of documents beyond doubt, so that one
# blank is enough; beside the others the mark has to stand apart.
_HEADING = (
    r"(?:CỘNG H(?:ÒA|OÀ) XÃ HỘI|ĐẢNG CỘNG SẢN VIỆT NAM|UBND|HĐND|[ỦU][YỶ] BAN NHÂN DÂN|UỶ BAN NHÂN"
    r"|ỦY BAN NHÂN|HỘI ĐỒNG NHÂN DÂN|TỈNH [ỦU][YỶ]|TỈNH UỶ|HUYỆN [ỦU][YỶ]|HUYỆN UỶ|THÀNH [ỦU][YỶ]"
    r"|THÀNH UỶ|ĐẢNG [ỦU][YỶ]|ĐẢNG UỶ|CÔNG AN (?:TỈNH|HUYỆN|XÃ)|BỘ CÔNG AN|BỘ QUỐC PHÒNG"
    r"|BỘ CHỈ HUY QUÂN SỰ|BỘ TƯ LỆNH|QUÂN KHU)"
)
_AGENCY = (
    rf"(?:{_HEADING}|SỞ|BAN|BỘ|VĂN PHÒNG|CHI CỤC|CỤC|PHÒNG|TRUNG TÂM|VIỆN|TÒA ÁN|CHI BỘ|TỔNG CỤC"
    r"|Độc lập|ĐỘC LẬP|TRƯỜNG|CÔNG TY|MẶT TRẬN|HỘI|TỈNH ĐOÀN)"
)
_BARE = r"[^.;,?!]"
_NUMBER = r"Số\s*:?\s*[\w./\-]{1,30}"
_GLUED = (
    re.compile(rf"(?P<left>{_HEADING}{_BARE}{{0,70}}?)\s(?:[{_SIGNS}]*)(?P<mark>{_WORD}){_NOISE}"),
    re.compile(
        rf"(?P<left>{_AGENCY}[^.;?!]{{0,70}}?)(?:\t|\s\s+|\s*{_SURE_BOX}\s*){_NOISE}"
        rf"(?P<mark>{_WORD}){_NOISE}"
    ),
    re.compile(
        rf"(?P<left>{_HEADING}{_BARE}{{0,70}}?)\s+(?P<mark>{_WORD})\s+{_HEADING}{_BARE}{{0,70}}"
    ),
    re.compile(rf"(?P<left>){_NOISE}(?P<mark>{_WORD})\s+{_HEADING}{_BARE}{{0,70}}"),
    re.compile(
        rf"(?P<left>){_NOISE}(?P<mark>{_WORD})\s+"
        rf"(?:{_NUMBER}|[^\W\d][^,;.]{{1,30}},\s*ngày\b.{{0,40}})"
    ),
    re.compile(rf"(?P<left>(?:Bản số|BẢN SỐ)[^\w]*\w{{1,8}})\s+(?P<mark>{_WORD}){_NOISE}"),
    re.compile(rf"(?P<left>{_NUMBER})\s+[{_SIGNS}]*(?P<mark>{_WORD}|\(\s*[Mm]ật\s*\)){_NOISE}"),
    re.compile(
        rf"(?P<left>{_NUMBER}|{_HEADING}{_BARE}{{0,70}}?)\s*\(\s*"
        r"(?:(?P<tuyet>[Tt]uyệt)\s+|(?P<toi>[Tt]ối)\s+)?[Mm]ật\s*\)\s*"
    ),
)

# Words that make another word with MẬT (bí mật, rừng mật; mật ong, mật danh): where a title breaks
# its line there, the mark is none.
_MAKES_WORD_BEFORE = re.compile(
    "bí|cơ|bảo|cẩn|thân|chi|tuần|trăng|ong|rừng|nước|đường|giọt|hũ|túi|vị|ngọt|kỷ|vật|hoa|lấy|nuôi"
    "|tổ|mùa|hương|cao|hòm"
)
_MAKES_WORD_AFTER = re.compile(
    "ong|mã|độ|khẩu|thám|vụ|thiết|ngọt|mía|danh|thư|ước|đàm|nghị|tông|hiệu|khu|gấu|hoa|vàng|rừng"
    "|báo|lệnh|ngữ|viện|phái|sự"
)
# What such a line says of any level is a title's second half: "ĐƯỜNG DÂY / TUYỆT MẬT", a chapter's.
_LEADS_TO_TITLE = re.compile(
    r"(?:(?:chương|phần|bài|hồi|tập|kỳ)\s+[\divxlc]+\W*"
    r"|.*\b(?:dây|dịch|họp|chuyến đi|nhiệm vụ|thư|căn cứ|liên lạc|hầm|hành trình))",
    re.IGNORECASE,
)
# Headings that begin with such a word: a report, a list, an invitation stands below its mark.
_DOCUMENT_KINDS = re.compile(
    r"(?:báo\s+cáo|danh\s+(?:sách|mục|bạ)|thư\s+(?:mời|công|khen|ngỏ|chúc)|nghị\s+(?:quyết|định)"
    r"|lệnh|sự\s+vụ|độ\s+khẩn|viện\s+kiểm\s+sát|khu\s+(?:ủy|uỷ))\b",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"\W*(?:MỤC LỤC|Mục lục)\W*")
_LIFTED = re.compile(
    r"\W*(?:(?:tài liệu|hồ sơ|văn bản|bản)\s+(?:này\s+)?)?"
    r"(?:đã\s+(?:được\s+)?giả{1,2}i\s+mậ{1,2}t\b.{0,120}|giả{1,2}i\s+mậ{1,2}t\W*)",
    re.IGNORECASE,
)
# Without its mark the word counts in capitals alone: "format" is none.
_ANY = re.compile(r"[mM]\s*[ậâạẬÂẠA]{1,2}\s*[tT]")
_SPACED = re.compile(r"(?<!\w)(?:\w\s+){1,9}\w(?!\w)")
_OPENING, _CLOSING = "\"“‘«'„", "\"”’»'“"


def may_be_marked(text: str) -> bool:
    """Whether a page may bear a mark of secrecy, or say of one: cheap, and never wrongly False."""
    return _ANY.search(clean_text(text)) is not None


def find_marking(text: str) -> Marking | None:
    """The first mark of secrecy on a page, None where it has none or says that it was lifted."""
    if not _ANY.search(text := clean_text(text)):
        return None
    head, tail = _judged_lines(text)
    lines = [*head, *tail]
    if any(_LIFTED.fullmatch(line.text) for line in lines):
        return None
    levels = [_level_of(line.text) for line in lines]
    if _is_list_of_levels(lines, levels):
        return None
    in_contents = False
    for index, line in enumerate(lines):
        in_contents = in_contents or bool(_CONTENTS.fullmatch(line.text))
        if in_contents or _ANY.search(line.text) is None:
            continue
        at_top = index < len(head)
        level = _marked_level(lines, index, levels[index], at_top=at_top)
        if level is not None:
            return Marking(level=level, line=line.text[:LINE_LENGTH], start=line.start)
    return None


def find_lifting(text: str) -> str | None:
    """The line by which a page says that its secrecy was lifted ("Đã giải mật …"), or None."""
    if not _ANY.search(text := clean_text(text)):
        return None
    head, tail = _judged_lines(text)
    for line in (*head, *tail):
        if _LIFTED.fullmatch(line.text):
            return line.text[:LINE_LENGTH]
    return None


def _judged_lines(text: str) -> tuple[list[_Line], list[_Line]]:
    """The lines at the page's beginning, and those at its end that are not among them."""
    head = list(_lines(text[:_HEAD_CHARACTERS], 0))
    if len(text) <= _HEAD_CHARACTERS:
        tail = head[HEAD_LINES:][-TAIL_LINES:]
    else:
        end = text[-_TAIL_CHARACTERS:]
        tail = list(_lines(end, len(text) - len(end)))[1:][-TAIL_LINES:]
    return head[:HEAD_LINES], tail


def _lines(text: str, offset: int) -> Iterator[_Line]:
    at, blank = 0, True
    for piece in text.splitlines(keepends=True):
        stripped = piece.strip()
        if stripped:
            start = offset + at + piece.index(stripped[0])
            # No mark shares its line with a whole paragraph.
            judged = _closed_up(stripped) if len(stripped) <= _LONGEST_LINE else stripped[:1]
            yield _Line(judged, start, touches_last=not blank)
        blank = not stripped
        at += len(piece)


def _closed_up(line: str) -> str:
    """Letters that were set apart as words again: "T Ố I   M Ậ T" → "TỐI MẬT"."""
    if not _ANY.search(line):
        return line

    def close(found: re.Match[str]) -> str:
        return "".join(found.group().split())

    closed = _SPACED.sub(close, line)
    return re.sub(rf"(?<!\w)({_TUYET}|{_TOI})({_MAT})(?!\w)", r"\1 \2", closed)


def _level_of(line: str) -> Level | None:
    """The level of a line that holds nothing but the mark, whatever stands around it."""
    for pattern in (_ALONE, _BRACKETED, _DOCUMENT):
        if found := pattern.fullmatch(line):
            return _level(found)
    bare = line.strip("-–•*+;.,: \t").casefold()
    return {"tuyệt mật": "tuyet_mat", "tối mật": "toi_mat", "mật": "mat"}.get(bare)  # type: ignore[return-value]


def _level(found: re.Match[str]) -> Level:
    groups = found.groupdict()
    if groups.get("tuyet"):
        return "tuyet_mat"
    return "toi_mat" if groups.get("toi") else "mat"


def _is_list_of_levels(lines: Sequence[_Line], levels: Sequence[Level | None]) -> bool:
    """Whether the page counts the levels up, as the law and its forms do."""
    if {level for level in levels if level} == set(LEVELS):
        return True
    return any(
        one and other and one != other and line.touches_last
        for one, other, line in zip(levels, levels[1:], lines[1:], strict=False)
    )


def _marked_level(
    lines: Sequence[_Line], index: int, alone: Level | None, *, at_top: bool
) -> Level | None:
    line = lines[index].text
    if found := _ALONE.fullmatch(line):
        if _is_weak(found, line, at_top=at_top) or _is_part_of_text(lines, index, found):
            return None
        return _level(found)
    if not at_top:
        return None
    if alone is not None and (found := _DOCUMENT.fullmatch(line) or _BRACKETED.fullmatch(line)):
        return None if _is_part_of_text(lines, index, found) else _level(found)
    if found := _LABELLED.fullmatch(line):
        return _level(found)
    if _LABEL_ALONE.fullmatch(line):
        after = _level_of(lines[index + 1].text) if index + 1 < len(lines) else None
        return after or "mat"
    for pattern in _GLUED:
        found = pattern.fullmatch(line)
        if found and _is_heading(found["left"]) and not _makes_word(found["left"], "", one=found):
            return _level(found)
    return None


def _is_heading(left: str) -> bool:
    """Whether what stands before the mark is a line of a document's head, and no sentence."""
    return left == left.upper() or left.startswith(("Số", "Bản số", "Độc lập"))


def _is_weak(found: re.Match[str], line: str, *, at_top: bool) -> bool:
    """Whether the letters alone do not say that this is a mark: small letters far from the top, or
    MAT without any sign, which may be a lost MẮT or MẶT."""
    word = found["level"]
    if word == "MAT":
        return not (re.search(_SURE_BOX, line[: found.start("level")]) and at_top)
    if word in ("MẠT", "MÂT"):
        return not at_top
    return word != word.upper() and not at_top


def _is_part_of_text(lines: Sequence[_Line], index: int, found: re.Match[str]) -> bool:
    """Whether the line goes on with the one before or leads to the next: a broken title, a
    sentence in whose middle the word came to stand alone."""
    line = lines[index]
    before = lines[index - 1].text if index and line.touches_last else ""
    follows = index + 1 < len(lines) and lines[index + 1].touches_last
    after = lines[index + 1].text if follows else ""
    if before and before[-1:].islower() and after[:1].islower():
        return True
    if before and before[-1:] in ',(“"' and after[:1].islower():
        return True
    if before and _LEADS_TO_TITLE.fullmatch(before):
        return True
    return _makes_word(before, after, one=found)


def _makes_word(before: str, after: str, *, one: re.Match[str]) -> bool:
    """Whether MẬT alone makes one word with the end of `before` or the beginning of `after`."""
    if _level(one) != "mat":
        return False
    last, first = before.split()[-1:], after.split()[:1]
    if last and _MAKES_WORD_BEFORE.fullmatch(last[0].casefold()):
        return True
    follows = bool(first and _MAKES_WORD_AFTER.fullmatch(first[0].strip(".,:").casefold()))
    return follows and not (after[:1].isupper() and _DOCUMENT_KINDS.match(after))
