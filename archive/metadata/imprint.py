"""The imprint read: licence, dates, ISBN, print run, size, printer, publisher, who answers for it.

Every statement is looked for in the letters without marks, so that what recognition lost is not
missed, and cut out of the text itself. Numbers may hold o for 0 and l or i for 1. A statement that
does not read like one is left alone: silence is better than a wrong value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.core.dates import parse_issue_date
from archive.metadata.guesses import Doubt, Guess, Guesses, best
from archive.metadata.isbn import has_right_check_digit, looks_like_isbn, normal_isbn
from archive.metadata.leaves import Leaf, leaf
from archive.metadata.letters import names_in, read_number
from archive.metadata.makers import Names, printers, publishers, responsible
from archive.metadata.title_page import title_page

_D = "[0-9oli]"
_DIGITS = str.maketrans({"o": "0", "l": "1", "i": "1"})
_CAPITALS = "A-ZĐÀ-ÖØ-ÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_YEARS = range(1945, 2100)

_FULL_DATE = (
    rf"(?:ngay\s*)?({_D}{{1,2}})\s*(?:[/.\-]|thang)\s*({_D}{{1,2}})\s*(?:[/.\-]|,?\s*nam)\s*"
    rf"({_D}{{4}})(?![0-9])"
)
_MONTH = rf"thang\s*({_D}{{1,2}})\s*(?:[/.\-]|,?\s*nam)?\s*({_D}{{4}})(?![0-9])"
_QUARTER = (
    rf"qu[yi]\s*\.?\s*(iv|i{{1,3}}|l{{1,3}}|[1-4])\s*(?:[/.,\-]|,?\s*nam)?\s*({_D}{{4}})(?![0-9])"
)
_DEPOSITED = re.compile(r"(?:in\s*xong\s*(?:va\s*)?)?nop\s*luu\s*ch[il]eu\s*:?\s*")

# The number of a licence: 12/GP-STTTT, 1711-2021/CXBIPH/05-130/HN, 264 /QĐ-NXBĐHKTQD. Blanks may
# stand beside a sign only where capitals or digits go on, or "số 12/GP - Cao Bằng" would run on.
_NUMBER = re.compile(
    rf"[0-9OolI]{{1,5}}(?:\s?[/\-–]\s?[0-9{_CAPITALS}.l]+(?![^\W\d_])|[/\-–][^\W_]+)*"
)
_LICENCES: tuple[tuple[str, float], ...] = (
    (r"(?:giay\s*phep\s*xuat\s*ban|gp\s*xb)(?:[^\d:;.\n]|\n(?!\n)){0,70}?(?:so\s*)?[:.]?\s*", 0.95),
    (
        r"(?:giay\s*(?:chap|xac)\s*nhan|(?:so\s*)?xac\s*nhan)\s*(?:so\s*)?"
        r"(?:dang\s*k[yi]|[dt]k)\s*(?:ke\s*hoach\s*|kh\s*)?(?:de\s*tai\s*|dt\s*)?(?:xuat\s*ban|xb)?"
        r"\s*(?:so\s*)?[:.]?\s*",
        0.92,
    ),
    (
        r"(?:so\s*)?(?:dang\s*k[yi]|dk)\s*(?:ke\s*hoach\s*|kh\s*)?(?:xuat\s*ban|xb)"
        r"(?:\s*-\s*cxb)?\s*(?:so\s*)?[:.]?\s*",
        0.9,
    ),
    (r"(?:quyet\s*dinh\s*xuat\s*ban|qd\s*xb)\s*(?:so\s*)?[:.]?\s*", 0.8),
    (r"giay\s*phep\s*(?:hoat\s*dong\s*bao\s*chi\s*|in\s*)?so\s*[:.]?\s*", 0.7),
)
_REGISTERED = re.compile(rf"{_D}{{1,5}}\s?-\s?{_D}{{4}}\s?/\s?cxb[a-z]*\s?/\s?[0-9oli\-–/ ]+")
_ISBN = re.compile(
    rf"[il1][s5]b[nm]\s*(?:\((?:13|10|bo|tap[^)]*)\)|-?\s?1[03]\b)?\s*(?:so\s*)?[:.\-–]?\s*"
    rf"({_D}(?:[\s\-–—‐‑.]?{_D}){{8,12}}(?:[\s\-–]?x)?)(?![0-9])"
)
_BARE_ISBN = re.compile(r"(?<![\d\-])97[89][\s\-–]?6(?:04|32)(?:[\s\-–]?[0-9]){7}(?![\d\-])")
_COPIES = r"(?:cuon|ban|quyen|to\s*gap|to|tap|bo|an\s*pham|cuan)"
_AMOUNT = rf"({_D}{{1,3}}(?:[.,\s]{_D}{{3}})+|{_D}{{2,7}})"
_RUN = re.compile(
    rf"(?:(?<![a-z0-9])(?P<word>[il]n)\s*(?:lan\s*thu\s*(?:[a-z]+|\d+)\s*[,:;]?\s*)?"
    rf"(?:so\s*luong\s*)?|(?P<amount>so\s*luong\s*(?:in|ban\s*in|an\s*ban)?|so\s*ban\s*in))"
    rf"\s*[:.]?\s*{_AMOUNT}\s*(?P<copies>{_COPIES})"
    r"(?=\s*(?:$|[.,;:()\n\-–/*]|(?:in|kho|tai|theo|tren|gia|va|do|dong|bia|so|giay|gpxb|nop)\b))"
)
_RUN_WITH_SIZE = re.compile(
    rf"(?<![^\n]){_AMOUNT}\s*(?P<copies>{_COPIES})\s*[,;]?\s*(?=kho\s*\(?\d)"
)
_SIZE = re.compile(
    rf"(?<![a-z])kho\s*(?:giay|sach|in|an\s*pham)?\s*[:.]?\s*\(?\s*({_D}{{1,3}}(?:[.,]{_D}{{1,2}})?)\s*(cm|mm)?"
    rf"\s*[x×*]\s*({_D}{{1,3}}(?:[.,]{_D}{{1,2}})?)\s*\)?\s*(cm|mm)?(?![a-z0-9])"
)
_SHEET = re.compile(r"(?<![a-z])kho\s*(?:giay|sach|in)?\s*[:.]?\s*(a[3-6])(?![a-z0-9])")


def guess_record(
    pages: Sequence[tuple[int, str]],
    *,
    file_title: str | None = None,
    file_name: str = "",
    names: Names = (),
) -> Guesses:
    """What the first and last pages of a publication, `(page number, text)`, say of it.

    `file_title` is what the file calls itself, `file_name` what its sender calls it; `names` are
    further proper names (places, units), which text in capitals is set back with.
    """
    leaves = [leaf(number, text) for number, text in pages]
    known = (*(tuple(name) for name in names), *names_in(_running_lines(leaves)))
    found = list(title_page(leaves, file_title=file_title, file_name=file_name, names=known))
    doubts: list[Doubt] = []
    for page in leaves:
        found += [*_licences(page), *_deposits(page), *_runs(page), *_sizes(page)]
        found += [*printers(page, known), *publishers(page, known), *responsible(page, known)]
        for guess in _isbns(page):
            if isinstance(guess, Doubt):
                doubts.append(guess)
            else:
                found.append(guess)
    return best(found, doubts)


def _running_lines(leaves: Iterable[Leaf]) -> Iterator[str]:
    for page in leaves:
        yield from page.lines


def _date(day: str, month: str, year: str) -> str:
    """The date as it is typed; "" where there is no such day."""
    try:
        found = parse_issue_date(
            "/".join(str(read_number(part)) for part in (day, month) if part)
            + f"/{read_number(year)}"
            if month
            else str(read_number(year))
        )
    except ValueError:
        return ""
    return found.vietnamese if found.year in _YEARS else ""


def _guess(page: Leaf, field: str, value: str, start: int, end: int, certainty: float) -> Guess:
    return Guess(field, value, page.number, page.line_at(start, end), certainty)


def _licences(page: Leaf) -> Iterator[Guess]:
    for label, certainty in _LICENCES:
        for match in re.finditer(rf"(?<![a-z0-9]){label}(?=[oli]{{0,3}}\d)", page.bare):
            printed = _NUMBER.match(page.text, match.end())
            if printed is None:
                continue
            value = _licence_number(printed.group())
            bare = re.fullmatch(r"\d+", value) is not None
            after = page.bare[printed.end() : printed.end() + 40]
            if bare and not re.match(r"\s*(?:do|cap|ngay|cua|,|;|\.|$)", after):
                continue
            if bare and certainty < 0.9:
                continue
            if certainty == 0.7 and "/GP" not in value:
                continue  # Some other permit: of a shop, of a vehicle.
            yield _guess(page, "licence_number", value, match.start(), printed.end(), certainty)
            yield from _licence_dates(page, match.start(), printed.end())
    for match in _REGISTERED.finditer(page.bare):
        # The form alone tells it; the publisher's letters follow after the last stroke.
        printed = _NUMBER.match(page.text, match.start())
        if printed and "/" in printed.group():
            value = _licence_number(printed.group())
            yield _guess(page, "licence_number", value, match.start(), printed.end(), 0.85)


def _licence_number(printed: str) -> str:
    """With real digits and without blanks: `264 /QĐ-NXB` → `264/QĐ-NXB`."""
    tight = re.sub(r"\s*([/\-–])\s*", r"\1", printed).replace("–", "-").rstrip(".-/")
    parts = re.split(r"([/\-])", tight)
    return "".join(
        part.translate(str.maketrans("OolI", "0011"))
        if re.fullmatch(r"[0-9OolI]+", part) and re.search(r"\d", part)
        else part.replace("l", "I")
        if part.upper().startswith("CXB")
        else part
        for part in parts
    )


def _licence_dates(page: Leaf, begin: int, end: int) -> Iterator[Guess]:
    """The year of the licence, which is that of most publications; weaker than any other date."""
    stretch = page.bare[end : end + 220]
    stop = re.search(r"nop\s*luu|in\s*xong|qdxb|quyet\s*dinh\s*xuat", stretch)
    match = re.search(_FULL_DATE, stretch[: stop.start()] if stop else stretch)
    if match and (value := _date(*match.groups())):
        year = str(parse_issue_date(value).year)
        yield _guess(page, "issued", year, begin, end + match.end(), 0.6)


def _deposits(page: Leaf) -> Iterator[Guess]:
    """When it was printed and handed to the library of legal deposit."""
    for match in _DEPOSITED.finditer(page.bare):
        rest = page.bare[match.end() : match.end() + 60]
        certainty = 0.95 if match.group().startswith("in") else 0.9
        if quarter := re.match(r"(?:trong\s*|vao\s*)?" + _QUARTER, rest):
            year = _date("", "", quarter.group(2))
            roman = {"1": "I", "2": "II", "3": "III", "4": "IV"}.get(
                quarter.group(1), quarter.group(1).replace("l", "i").upper()
            )
            if year:
                end = match.end() + quarter.end()
                yield _guess(page, "issued", year, match.start(), end, certainty)
                when = f"quý {roman} năm {year}"
                yield _guess(page, "legal_deposit", when, match.start(), end, certainty)
            continue
        patterns = (
            (_FULL_DATE, 3),
            (_MONTH, 2),
            (rf"({_D}{{1,2}})\s*/\s*({_D}{{4}})(?![0-9])", 2),
            (rf"nam\s*({_D}{{4}})(?![0-9])", 1),
        )
        for pattern, parts in patterns:
            if found := re.match(r"(?:trong\s*|vao\s*)?" + pattern, rest):
                value = _date(*([""] * (3 - parts)), *found.groups())
                if value:
                    end = match.end() + found.end()
                    yield _guess(page, "issued", value, match.start(), end, certainty)
                    yield _guess(page, "legal_deposit", value, match.start(), end, certainty)
                break


def _isbns(page: Leaf) -> Iterator[Guess | Doubt]:
    seen: set[str] = set()
    for labelled, pattern in ((True, _ISBN), (False, _BARE_ISBN)):
        for match in pattern.finditer(page.bare):
            group = 1 if labelled else 0
            isbn = normal_isbn(page.text[match.start(group) : match.end(group)])
            if isbn in seen or not re.search(r"\d", isbn):
                continue
            seen.add(isbn)
            if has_right_check_digit(isbn):
                certainty = (0.95 if labelled else 0.8) - 0.1 * (len(seen) > 1)
                yield _guess(page, "isbn", isbn, match.start(), match.end(), certainty)
            elif looks_like_isbn(isbn):
                line = page.line_at(match.start(), match.end())
                yield Doubt("isbn", isbn, page.number, line, "check_digit")


def _runs(page: Leaf) -> Iterator[Guess]:
    for match in _RUN.finditer(page.bare):
        before = page.bare[: match.start()].rstrip(" ")
        opens = before == "" or before[-1] in "\n.;,:(-–*•/"
        word = match.group("word")
        if word and not (opens and (page.text[match.start()] != "i" or page.cues >= 2)):
            continue  # "đã in 1000 cuốn" in running text is another book's.
        if not word and not (opens and (page.cues >= 2 or "in" in match.group("amount").split())):
            continue
        yield from _run(page, match, match.group(3))
    for match in _RUN_WITH_SIZE.finditer(page.bare):
        yield from _run(page, match, match.group(1))


def _run(page: Leaf, match: re.Match[str], digits: str) -> Iterator[Guess]:
    if not re.search(r"\d|[ol]{3}", digits) or not 10 <= read_number(digits) <= 5_000_000:
        return
    copies = " ".join(match.group("copies").split())
    value = f"{read_number(digits)} {_UNITS[copies]}"
    certainty = 0.95 if page.cues >= 2 else 0.8
    yield _guess(page, "print_run", value, match.start(), match.end(), certainty)


_UNITS = {
    "cuon": "cuốn",
    "cuan": "cuốn",
    "ban": "bản",
    "quyen": "quyển",
    "to": "tờ",
    "to gap": "tờ gấp",
    "tap": "tập",
    "bo": "bộ",
    "an pham": "ấn phẩm",
}


def _sizes(page: Leaf) -> Iterator[Guess]:
    for match in _SIZE.finditer(page.bare):
        width, height = (_centimetres(match.group(n)) for n in (1, 3))
        unit = match.group(4) or match.group(2) or ("mm" if max(width, height) > 120 else "cm")
        if not all((4 if unit == "cm" else 40) <= side <= 1300 for side in (width, height)):
            continue
        sides = " x ".join(f"{side:g}".replace(".", ",") for side in (width, height))
        certainty = 0.95 if page.cues >= 2 else 0.75
        yield _guess(page, "dimensions", f"{sides} {unit}", match.start(), match.end(), certainty)
    if page.cues >= 2:
        for match in _SHEET.finditer(page.bare):
            value = match.group(1).upper()
            yield _guess(page, "dimensions", value, match.start(), match.end(), 0.8)


def _centimetres(digits: str) -> float:
    return float(digits.translate(_DIGITS).replace(",", "."))
