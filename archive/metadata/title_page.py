"""Cover and title page read: title, subtitle, the body above them, the year below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.core.secrecy import find_marking
from archive.core.text import clean_text
from archive.metadata.guesses import Guess
from archive.metadata.leaves import Leaf
from archive.metadata.letters import (
    bare_letters,
    from_capitals,
    is_capitals,
    read_number,
)
from archive.metadata.makers import Names, names_a_body
from archive.metadata.names import SURNAMES

_COVER_WORDS = 90
"""A page with more words than this is no cover, and its first lines may be anything."""
_TITLE_WORDS = 32

_NEVER_TITLE = re.compile(
    r"cong hoa xa hoi|doc lap\s*[-–]\s*tu do|dang cong san viet nam$|nha xuat ban|nxb\b"
    r"|luu hanh noi bo|"
    r"tai lieu (?:luu hanh|noi bo)|sach (?:khong ban|khong kinh doanh|nha nuoc|tham khao)"
    r"|khong ban|"
    r"so\s*:|an pham minh hoa|isbn|gia\s*:|tai ban|in lan thu|xuat ban lan|www|http|muc luc|"
    r"loi (?:noi dau|gioi thieu|mo dau|nha xuat ban)|chiu trach nhiem|bien tap|gpxb|giay phep"
    r"|kinh gui|"
    r"trang \d|chu bien|nhieu tac gia|bien soan|tac gia"
)
_D = "[0-9oli]"
_YEAR = rf"(?={_D}{{0,3}}[0-9])[12l][09o]{_D}{{2}}"
_PLACE_YEAR = re.compile(
    r"((?!thang\b|nam\b|ngay\b|quy\b|so\b)[a-z]+"
    r"(?:[ .]+(?!thang\b|nam\b|ngay\b|quy\b)[a-z]+){0,3}?)?"
    rf"(?(1)(?:\s*[,\-–]+\s*|\s+(?=thang|{_YEAR}))|)(?:ngay\s*({_D}{{1,2}})\s*,?\s*)?"
    rf"(?:thang\s*({_D}{{1,2}})\s*(?:[/.\-]|,?\s*nam)?\s*|nam\s*"
    r"|quy [iv\d]+\s*[/\-–]?\s*(?:nam)?\s*)?"
    rf"[,\-–]?\s*({_YEAR})\s*\.?"
)
# The same at the beginning of a line on which more follows: what stands beside it on the cover.
_PLACE_MONTH = re.compile(
    r"[^\W\d_]+(?: [^\W\d_]+){0,3}, (?:ngày \d{1,2} )?tháng \d{1,2}(?: năm |/)\d{4}(?!\d)"
)
_SPAN = re.compile(
    rf"[(\[]\s*(?:tu\s*)?(?:nam\s*)?{_D}{{4}}\s*(?:[-–—]|den)\s*(?:nam\s*)?(?:{_D}{{4}}|nay)\s*[)\]]"
)
_TOLD = re.compile(
    r"\W*(?:chiu trach nhiem|bien tap|giay phep|gpxb|qdxb|so (?:dk|dang k|xac nhan)|isbn|in xong)"
)
_VOLUME = re.compile(r"(?:tap|quyen|phan)\s*(?:thu\s*)?(?:[ivx]+|\d{1,2}|mot|hai|ba|bon|nam)\s*:?")
_PROGRAMS = re.compile(
    r"^(?:microsoft|untitled|khong co tieu de|document\d*$|presentation|powerpoint|slide"
    r"|layout|print|"
    r"scan|img|image|book\d*$|sheet|new |adobe|coreldraw|graphic|page \d|tai lieu\d*$|title|"
    r"https?:|file:|ban trinh bay)|\.(?:docx?|pdf|indd|cdr|ai|pptx?|xlsx?|qxp|qxd|p65|pub|tex"
    r"|txt|odt|eps)$"
)
_MANGLED = re.compile("[\ufffd\x00-\x1f]|Ã.|á»|Ä‘|Æ°|µ|¸|¬|\\bch­")


def title_page(
    leaves: Sequence[Leaf], *, file_title: str | None, file_name: str, names: Names
) -> Iterator[Guess]:
    """Guesses from the cover, the title page and the title the file gives itself."""
    front = [page for page in leaves if page.number <= 4 and page.text.strip()]
    titled = _sane_title(file_title, file_name)
    if titled:
        yield from _own_title(titled, front, names)
    covers = [page for page in front if _is_cover(page)]
    for page in covers[:2]:
        yield from _cover(page, leaves, names)
    for page in front:
        yield from _years(page)


def _sane_title(title: str | None, file_name: str) -> str:
    """What the file calls itself where a person seems to have meant it, else ""."""
    tidy = " ".join(clean_text(title or "").split())
    bare = bare_letters(tidy)
    stem = bare_letters(clean_text(file_name)).rsplit(".", 1)[0]
    letters = sum(letter.isalpha() for letter in tidy)
    words = tidy.split()
    if not 6 <= len(tidy) <= 300 or len(words) < 2 or letters * 2 < len(tidy):
        return ""
    if _PROGRAMS.search(bare) or _MANGLED.search(tidy) or "_" in tidy or "\\" in tidy:
        return ""
    return "" if _squeezed(bare) == _squeezed(stem) else tidy


def _squeezed(bare: str) -> str:
    return re.sub(r"[\W_]", "", bare)


def _own_title(title: str, front: Sequence[Leaf], names: Names) -> Iterator[Guess]:
    """The file's own title where its first pages bear it out; a stale one names another text."""
    wanted = _squeezed(bare_letters(title))
    for page in front:
        place = _find_squeezed(page.bare, wanted)
        if place is None or not _stands_alone(page, *place):
            continue
        begin, end = place
        printed = " ".join(page.text[begin:end].split())
        value = printed if is_capitals(title) and not is_capitals(printed) else title
        line = page.line_at(begin, end)
        yield Guess("title", from_capitals(value, names), page.number, line, 0.95)
        if _is_cover(page):
            subtitle = _plain_subtitle(page.text[end:].split("\n")[1:])
            if subtitle:
                yield Guess("subtitle", subtitle, page.number, subtitle[:200], 0.6)
        return
    if not front:
        yield Guess("title", from_capitals(title, names), 0, title, 0.5)


def _stands_alone(page: Leaf, begin: int, end: int) -> bool:
    """Whether the words fill their lines, as a title does; a sign may follow them."""
    before = page.text[:begin].rstrip(' “"«*-–')
    after = page.text[end:].lstrip(' ”"»*!?….')
    return before[-1:] in ("", "\n") and (after[:1] in ("", "\n") or after[:1] in ":;-–(")


def _is_cover(page: Leaf) -> bool:
    return len(page.text.split()) <= _COVER_WORDS


def _plain_subtitle(lines: Sequence[str]) -> str:
    """The few lines between the title and the cover's foot, where they are one plain sentence."""
    taken: list[str] = []
    for line in lines:
        if _is_barred(line) or names_a_body(line) or _PLACE_MONTH.match(line):
            break
        taken.append(line)
    else:
        return ""  # Nothing closes it: this is no cover's foot.
    if taken and _names_a_person(taken[0]):
        return ""
    text = " ".join(" ".join(taken).split()).strip("() ")
    words = text.split()
    person = sum(word[:1].isupper() for word in words) == len(words)
    if not 3 <= len(words) <= 22 or len(taken) > 3 or person or not text[:1].isupper():
        return ""
    return "" if is_capitals(text) else text


def _names_a_person(line: str) -> bool:
    words = re.findall(r"\w+", line)
    large = all(word[:1].isupper() for word in words)
    return 2 <= len(words) <= 4 and large and words[0].lower() in SURNAMES


def _find_squeezed(bare: str, wanted: str) -> tuple[int, int] | None:
    """Where the letters of `wanted` stand in `bare`, whatever blanks and signs are between."""
    places = [index for index, letter in enumerate(bare) if letter.isalnum()]
    at = "".join(bare[index] for index in places).find(wanted)
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 and wanted else None


def _cover(page: Leaf, leaves: Sequence[Leaf], names: Names) -> Iterator[Guess]:
    lines = page.lines
    told = next((n for n, line in enumerate(lines) if _TOLD.match(bare_letters(line))), len(lines))
    # What stands under "chịu trách nhiệm …" names persons and their offices.
    barred = [n >= told or _is_barred(line) for n, line in enumerate(lines)]
    body = [n for n, line in enumerate(lines) if names_a_body(line) and _opens_as_body(lines, n)]
    yield from _bodies(page, [n for n in body if n < 6], names)
    blocks = _blocks(lines, [bar or n in body for n, bar in enumerate(barred)])
    if not blocks:
        return
    begin, end = max(blocks, key=lambda block: len(" ".join(lines[slice(*block)])))
    value = " ".join(" ".join(lines[begin:end]).split())
    words = value.split()
    if len(words) < 2 or len(words) > _TITLE_WORDS or not re.search(r"[^\W\d_]{2}", value):
        return
    certainty = 0.8 if page.number <= 2 else 0.7
    if end < len(lines) and _VOLUME.fullmatch(bare_letters(lines[end]).strip()):
        end += 1
    if end < len(lines) and _SPAN.fullmatch(bare_letters(lines[end]).strip()):
        value += " " + lines[end].strip()
        end += 1
    repeats = _repeats(value, page, leaves)
    title = from_capitals(value.strip(" *-–"), names)
    line = " ".join(lines[begin:end])[:200]
    yield Guess("title", title, page.number, line, min(0.9, certainty + 0.1 * repeats))
    subtitle = _subtitle(lines, end)
    if subtitle:
        text = from_capitals(subtitle.strip("()[] "), names)
        yield Guess("subtitle", text, page.number, subtitle[:200], 0.65)


def _is_barred(line: str) -> bool:
    bare = bare_letters(line).strip(" *-–_.")
    if not re.search(r"[a-z]{2}", bare) or _NEVER_TITLE.search(bare):
        return True
    if find_marking(line) is not None:
        return True
    return (_PLACE_YEAR.fullmatch(bare) or _VOLUME.fullmatch(bare)) is not None


def _opens_as_body(lines: Sequence[str], n: int) -> bool:
    """A body's name stands above the title, and no line before it is part of a sentence."""
    return all(names_a_body(line) or _is_barred(line) for line in lines[:n])


def _blocks(lines: Sequence[str], barred: Sequence[bool]) -> list[tuple[int, int]]:
    """Runs of lines in capitals, each as `[begin, end)`."""
    blocks: list[tuple[int, int]] = []
    begin: int | None = None
    for n, line in enumerate([*lines, ""]):
        fits = (
            n < len(lines)
            and not barred[n]
            and (is_capitals(line) or (begin is not None and _is_short_capitals(line)))
        )
        if fits and begin is None:
            begin = n
        elif not fits and begin is not None:
            blocks.append((begin, n))
            begin = None
    return blocks


def _is_short_capitals(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return bool(letters) and all(letter.isupper() for letter in letters)


def _repeats(value: str, page: Leaf, leaves: Sequence[Leaf]) -> bool:
    """Whether another page bears the same words: a title page, a running head."""
    wanted = _squeezed(bare_letters(value))
    return any(
        other.number != page.number and wanted in _squeezed(other.bare[:2000]) for other in leaves
    )


def _subtitle(lines: Sequence[str], start: int) -> str:
    """What stands in brackets right below the title, "" where nothing does."""
    text = ""
    for line in lines[start : start + 4]:
        if not text and not line.strip():
            continue
        if not text and not line.startswith("("):
            return ""
        text = f"{text} {line}".strip()
        if line.rstrip().endswith(")"):
            inner = text.strip("()")
            bare = bare_letters(inner)
            plain = 3 <= len(inner.split()) <= 30 and not _NEVER_TITLE.search(bare)
            return text if plain else ""
    return ""


def _bodies(page: Leaf, places: Sequence[int], names: Names) -> Iterator[Guess]:
    """The body named above the title: the lower one, with what it belongs to where it says so."""
    run = [n for index, n in enumerate(places) if n == places[0] + index]
    if not run:
        return
    lines = [" ".join(page.lines[n].strip(" *-–").split()) for n in run]
    value = from_capitals(lines[-1], names)
    if len(lines) > 1:
        above = from_capitals(lines[-2], names)
        bare = bare_letters(above)
        if re.match(r"(?:tinh|huyen|thanh|thi|dang) uy ", bare):
            value = f"{value} {above}"
        elif place := re.match(
            r"(?:uy ban nhan dan|ubnd) ((?:tinh|huyen|thanh pho|xa|phuong) .+)", bare
        ):
            where = above[place.start(1) :]
            if bare_letters(where).split(" ", 1)[-1] not in bare_letters(value):
                value = f"{value} {where}"
    if 2 < len(value.split()) <= 25:
        line = " ".join(lines)
        yield Guess("responsibility", value, page.number, line[:200], 0.65)


def _years(page: Leaf) -> Iterator[Guess]:
    """The place and year at a cover's foot: "Cao Bằng, tháng 7 năm 2025", "HÀ NỘI - 2024"."""
    cover = _is_cover(page)
    for line in page.lines:
        found = _PLACE_MONTH.match(line) if cover else None
        match = _PLACE_YEAR.fullmatch(bare_letters(found.group() if found else line).strip(" *()"))
        if match is None:
            continue
        day, month, year = (read_number(part or "0") for part in match.groups()[1:])
        place = (found.group() if found else line).strip(" *()")[: len(match.group(1) or "")]
        named = bool(place) and all(word[:1].isupper() for word in re.findall(r"\w+", place))
        if (place and not named) or not 1945 <= year < 2100 or month > 12 or day > 31:
            continue
        if not cover and not (place and month):
            continue
        certainty = 0.85 if month else 0.8 if named else 0.6
        typed = "/".join(str(part) for part in (day if month else 0, month, year) if part)
        yield Guess("issued", typed, page.number, line[:200], certainty)
    for match in re.finditer(
        r"so\s*\d{1,3}[\s(,\-–/]{0,6}(?:ra\s*)?thang\s*(\d{1,2})\s*(?:[/.\-]|,?\s*nam)\s*(20\d\d)",
        page.bare,
    ):
        if int(match.group(1)) <= 12 and page.number <= 2:
            value = f"{int(match.group(1))}/{match.group(2)}"
            yield Guess("issued", value, page.number, page.line_at(*match.span()), 0.8)
