"""Who made the publication, as the imprint names them: printer, publisher, who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from archive.core.text import canonical
from archive.metadata.guesses import Guess
from archive.metadata.leaves import Leaf
from archive.metadata.letters import bare_letters, from_capitals, is_capitals
from archive.metadata.names import PRINTERS_WORDS, PUBLISHERS

Names = Iterable[Sequence[str]]

_STATEMENTS = 20
"""How many statements of a kind are looked at on a page: an imprint has one or two."""
_STRETCH = 400
"""How far a name and its address may reach, in characters."""

# Where another statement begins: a value that runs over the line's end stops before it.
_NEXT = re.compile(
    r"(?:in (?:xong|tai|lan|\d|so luong)|so (?:luong|dk|dang|xac|qd|gp)|giay (?:phep|chap|xac"
    r"|dang)|gpxb|"
    r"qdxb|quyet dinh|dkxb|dkkhxb|ma (?:so )?isbn|isbn|chiu trach nhiem|bien tap|bien soan"
    r"|chu bien|"
    r"bien dich|trinh bay|ve bia|sua ban in|doc sach|thiet ke|che ban|ky thuat|doi tac|lien ket|"
    r"dia chi|d/c|dc:|dien thoai|dt|tel|fax|email|e-mail|website|web:|kho |gia|nop luu|to chuc|"
    r"giam doc|tong bien tap|pho giam doc|don vi|noi in|nha in:|anh|minh hoa|van phong|co quan|"
    r"thu ky|hoi dong|ban bien|phu trach|hieu dinh|bia:|nha xuat ban|nxb|do so|tp\.|so \d|so nha|"
    r"ngo |pho |duong |km|\d)"
)
_ADDRESS = re.compile(
    r"\s*[,;(\-–.:]?\s*(?:dia chi|d/c\b|dt\b|dien thoai|tel\b|so nha|so \d|\d+[a-z]?[,/ ]|lo |km|"
    r"khu |thon |xom |to \d|ngo |ngach |duong |pho |phuong |xa |thi tran |quan |huyen |"
    r"tp\.? |thanh pho |t\. |tinh |ha noi|theo |giay |gpxb|qdxb|so dk|in xong|nop luu|isbn|kho |"
    r"website|email|\()"
)
_PLACE = re.compile(
    r"\s*[,.;(–-]?\s*(?:(?:dia chi|d/c)\s*:?\s*(?=[^\W_])|(?=(?:so \d|so nha|lo |km|khu "
    r"|thon |xom |ngo |"
    r"duong |pho |phuong |xa |thi tran |quan |huyen |tp|thanh pho |tinh |ha noi"
    r"|\d+[a-z]?[,/ ])))(.)"
)
_WORKS = re.compile(
    r"\b(?:cong ty|cty|xi nghiep|nha in|xuong in|co so in|tnhh|doanh nghiep|hop tac xa|nha may in|"
    r"trung tam (?:in|che ban|van hoa)|nha xuat ban)\b"
)
_PRINTERS = (
    re.compile(
        r"(?<![a-z0-9])[il]n\s*(?:an\s*)?(?:va\s*(?:gia\s*cong|dong\s*sach)\s*)?tai\s*[:.]?\s*"
    ),
    re.compile(r"(?<![a-z])(?:don\s*vi|noi|co\s*so)\s*in(?:\s*an)?\s*[:.]\s*"),
    re.compile(r"(?<![a-z])nha\s*in\s*:\s*"),
)
_RUN_AT = re.compile(
    r"(?<![a-z0-9])[il]n\s*(?:so\s*luong\s*:?\s*)?[0-9oli.,]{2,9}\s*(?:cuon|ban|quyen|to|tap|bo)\b"
    r"[^\n;]{0,60}(?:\n[^\n;]{0,60})??\btai\s*:?\s*"
)
# Kinds of bodies: the first word as it is spelt (hội and not hỏi, sở and not sổ), and what may
# follow it where the word alone would say too little.
_BODIES: dict[str, str] = {
    "ban": "tuyen|dan van|to chuc|quan ly|chi|chap hanh|thuong|bien soan|kinh te|noi chinh"
    "|dan toc|lien",
    "sở": "",
    "ủy": "ban",
    "ubnd": "",
    "hđnd": "",
    "tỉnh": "uy|doan|hoi",
    "huyện": "uy|doan",
    "thành": "uy|doan",
    "thị": "uy|doan",
    "đảng": "uy|bo|cong san",
    "chi": "bo|cuc|hoi",
    "hội": "",
    "đoàn": "thanh nien|tncs|tnsc",
    "bộ": "chi huy|tu lenh|doi|van hoa|giao duc|thong tin|noi vu|quoc phong|cong an|khoa hoc",
    "báo": "(?!cao\\b(?! bang))",
    "đài": "phat|truyen",
    "trường": "dai hoc|cao dang|trung|thpt|thcs|tieu hoc|pho thong|chinh tri|mam non",
    "trung": "tam|uong",
    "bảo": "tang",
    "thư": "vien",
    "mặt": "tran",
    "liên": "doan|hiep",
    "công": "an (?:tinh|huyen|xa|thanh|phuong|nhan)|doan",
    "phòng": "giao duc|van hoa|noi vu|thong tin",
    "học": "vien",
    "viện": "",
    "văn": "phong",
    "cục": "",
}
_ANSWERS = re.compile(
    r"(?:^|(?<=[\n.;]))\s*(?:chiu\s*trach\s*nhiem\s*(?:xuat\s*ban\s*(?:va\s*noi\s*dung)?"
    r"|noi\s*dung\s*"
    r"(?:va\s*xuat\s*ban)?|ban\s*thao|chinh)?|co\s*quan\s*(?:chu\s*quan|chu\s*tri|bien\s*soan"
    r"|xuat\s*ban|"
    r"ban\s*hanh|thuc\s*hien)|don\s*vi\s*(?:thuc\s*hien|bien\s*soan|xuat\s*ban|chu\s*tri"
    r"|phat\s*hanh)"
    r"|to\s*chuc\s*(?:noi\s*dung|ban\s*thao|bien\s*soan))\s*[:.\-–]?\s*"
)


def printers(page: Leaf, names: Names) -> Iterator[Guess]:
    """Where it was printed: "In tại …", "Đơn vị in: …", "In 1000 cuốn …, tại …"."""
    for rank, pattern in enumerate((*_PRINTERS, _RUN_AT)):
        labelled = rank in (1, 2)
        for match in islice(pattern.finditer(page.bare), _STATEMENTS):
            before = page.bare[: match.start()].rstrip(" ")
            opens = before == "" or before[-1] in "\n.;,:(-–*•/"
            if not opens and not labelled and page.cues < 2:
                continue
            value, place, end = _stretch(page, match.end())
            works = _WORKS.search(bare_letters(value))
            if not 4 <= len(value) <= 150 or (works is None and (not labelled or page.cues < 2)):
                continue
            if works is not None and works.start() > (12 if opens else 3):
                continue
            name = _proper(value, (*names, *PRINTERS_WORDS))
            certainty = 0.9 if page.cues >= 2 else 0.7
            line = page.line_at(match.start(), end)
            yield Guess("printer", name, page.number, line, certainty)
            if place:
                place = _proper(place, names)
                yield Guess("printer_place", place, page.number, line, certainty)


def _stretch(page: Leaf, start: int) -> tuple[str, str, int]:
    """The name that begins at `start`, over line ends as long as it goes on, the address behind
    it, and where the name ends."""
    end = start
    for turn in range(3):
        stop = page.bare.find("\n", end, start + _STRETCH)
        stop = min(len(page.bare), start + _STRETCH) if stop < 0 else stop
        if stop == end and turn == 0 and start < len(page.bare):
            end = stop + 1  # The label stands alone; the name is on the next line.
            continue
        end = stop
        following = page.bare[end + 1 : end + 60]
        told = page.text[start:end].strip()
        if not following or not told or told[-1] in ".;" or _NEXT.match(following):
            break
        if is_capitals(told) != is_capitals(page.text[end + 1 : end + 60].split("\n")[0]):
            break
        end += 1
    text = page.text[start:end].replace("\n", " ")
    bare = bare_letters(text)
    full = re.search(r"(?<!tp)(?<!q)(?<!t)(?<!cty)\.(?=\s|$)|;|\s[–-]\s(?=dia|d/c|so \d|dt)", bare)
    cut = full.start() if full else len(text)
    signs = re.finditer(r"[,(–-]|\s(?=dia chi|theo |giay )", bare[:cut])
    cut = next((sign.start() for sign in signs if _ADDRESS.match(bare, sign.start())), cut)
    return text[:cut].strip(" ,.;:–-*"), _address(page, start + cut), start + cut


def _address(page: Leaf, start: int) -> str:
    """The address behind a name, "" where something else follows."""
    match = _PLACE.match(page.bare, start)
    if match is None:
        return ""
    text = page.text[match.start(1) : match.start(1) + 120]
    return re.split(r"\.(?=\s|$)|[;)]|\n", text)[0].strip(" ,.;:()–-")


def _proper(text: str, names: Names) -> str:
    return from_capitals(" ".join(text.split()), names)


def _house(text: str) -> tuple[str, int] | None:
    """The publishing house that the text begins with, and how many letters name it."""
    words = list(re.finditer(r"\w+", text))
    spoken = [bare_letters(word.group()) for word in words]
    marked = [canonical(word.group()) for word in words]
    found: tuple[str, int] | None = None
    for name in PUBLISHERS:
        wanted = re.findall(r"\w+", name)
        size = len(wanted)
        if spoken[:size] != [bare_letters(word) for word in wanted]:
            continue
        if size == 1 and marked[:1] != [canonical(wanted[0])]:
            continue  # A single syllable without its marks may be anything.
        if found is None or words[size - 1].end() > found[1]:
            found = name, words[size - 1].end()
    return found


def publishers(page: Leaf, names: Names) -> Iterator[Guess]:
    """The publishing house: named by the decision to publish, or on a line of its own."""
    label = r"(?:nha\s*xuat\s*ban|nxb)\.?\s*[:\-–]?\s*"
    for match in re.finditer(
        rf"(?:do|cua)\s+(?:giam\s*doc\s*[,\-–]?\s*(?:tong\s*bien\s*tap\s*)?)?{label}", page.bare
    ):
        if page.cues >= 2 and (house := _house(page.text[match.end() : match.end() + 60])):
            yield _publisher(page, house[0], match.start(), match.end() + house[1], 0.9)
    on_its_line = re.finditer(rf"(?:^|(?<=\n)){label}", page.bare)
    for match in islice(on_its_line, _STATEMENTS):
        follows = page.text[match.end() : match.end() + 90]
        house = _house(follows)
        if house is None:
            line = follows.split("\n")[0].strip(" .")
            if is_capitals(line) and 1 <= len(line.split()) <= 6 and not re.search(r"\d", line):
                name = " ".join(from_capitals(line, names).split())
                yield _publisher(page, name, match.start(), match.end() + len(line), 0.6)
            continue
        rest = bare_letters(follows[house[1] :].split("\n")[0]).strip(" .,-–:*")
        if rest == "" or re.fullmatch(
            r"(?:ha noi|[a-z. ]{3,25})?\s*[,\-–]?\s*(?:nam\s*)?(?:20\d\d)?", rest
        ):
            end = match.end() + house[1]
            # A bibliography names many houses, each behind its book.
            certainty = 0.92 if page.cues >= 2 else 0.85 if page.number <= 4 else 0.4
            yield _publisher(page, house[0], match.start(), end, certainty)


def _publisher(page: Leaf, name: str, start: int, end: int, certainty: float) -> Guess:
    line = page.line_at(start, end)
    return Guess("publisher", f"Nhà xuất bản {name}", page.number, line, certainty)


def names_a_body(line: str) -> bool:
    """Whether the line names a body: a committee, a department, an association …"""
    words = re.findall(r"\w+", line)
    if len(words) < 2:
        return False
    spelt, rest = canonical(words[0]), bare_letters(" ".join(words[1:]))
    unmarked = {bare_letters(word): follows for word, follows in _BODIES.items() if follows}
    follows = _BODIES.get(spelt)
    if follows is None and spelt.isascii():
        follows = unmarked.get(spelt)  # Recognition lost the marks; the next word must tell.
    if follows is None or not (words[0][:1].isupper() and words[1][:1].isalpha()):
        return False
    if spelt == "báo" and (canonical(words[1]) == "cáo" or not words[1][:1].isupper()):
        return False
    return re.match(rf"(?:{follows})", rest) is not None


def responsible(page: Leaf, names: Names) -> Iterator[Guess]:
    """The body that answers for the publication; persons are left to the form."""
    for match in islice(_ANSWERS.finditer(page.bare), _STATEMENTS):
        value, _, end = _stretch(page, match.end())
        if not 6 <= len(value) <= 150 or not names_a_body(value):
            continue
        certainty = 0.9 if page.cues >= 2 else 0.75
        line = page.line_at(match.start(), end)
        yield Guess("responsibility", _proper(value, names), page.number, line, certainty)
