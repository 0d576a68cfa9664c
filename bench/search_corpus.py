"""The corpus of `bench.search`: works of 50 pages that look to an index like a provincial archive.

Words are pairs of real Vietnamese syllables, as often as Zipf's law has them, beneath a head of
words that such an archive is full of. Each work has words of its own that return; names, numbers
and misread words let the vocabulary grow as that of real text does. Work number n depends on n
alone, so that the first 10,000 pages of any corpus are the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from archive.core.collation import sort_key
from archive.core.identifiers import derived_id
from archive.core.syllables import syllables
from archive.core.text import fold, words
from archive.core.vocabulary import KINDS
from archive.search.entries import ACCEPTED, PUBLIC, PageEntry, WorkEntry
from bench.vietnamese import TOPICS

PAGES_PER_WORK = 50
FACETS = ("year", "unit", "kind", "theme", "place", "person")
"""The facets that every engine counts."""

_SEED = 1941
_WORDS_PER_PAGE = 188  # about 350 syllables
_WORDS_PER_LINE = 7
_OWN_WORDS = 80
_OWN_SHARE = 0.12
_NAMES_SHARE = 0.015
_NUMBERS_SHARE = 0.03
_MISREADS_PER_PAGE = 1
_SENTENCE = 11
UNITS = 120
_PAIRS, _SINGLES = 40_000, 5_000
_LETTERS = "abcdeghiklmnopqrstuvxy"
_FIRST_ARRIVAL = datetime(2019, 8, 13, 8, tzinfo=UTC)


def _listed(text: str, between: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(between))


FUNCTION_WORDS = _listed(
    "và của là các những được với cũng đã trong có một cho từ đến theo về này do để khi tại như",
    " ",
)
_COMMON = _listed(
    """
    nhân dân|kháng chiến|dân tộc|đồng bào|lực lượng|chiến sĩ|biên giới|lịch sử|truyền thống|văn hóa|
    đấu tranh|giải phóng|độc lập|tự do|phong trào|chi bộ|đảng viên|cán bộ|chính quyền|quân đội|
    chiến dịch|thắng lợi|du kích|căn cứ|địa phương|phụ nữ|thanh niên|thiếu nhi|học sinh|giáo viên|
    giáo dục|tuyên truyền|lãnh đạo|tổ chức|nhiệm vụ|phát triển|kinh tế|xã hội|nông thôn|nông dân|
    sản xuất|rừng núi|hang động|suối nguồn|bản làng|lễ hội|hát then|đàn tính|thổ cẩm|trang phục|
    di tích|bảo tàng|tham quan|du lịch|thác nước|cảnh đẹp|ruộng nương|thủy lợi|giao thông|đường bộ|
    trường học|lớp học|sách giáo khoa|bài hát|thơ ca|truyện kể|anh hùng|liệt sĩ|mẹ anh hùng|
    tự vệ|dân quân|bộ đội|công an|biên phòng|hậu cần|tiếp tế|liên lạc|giao liên|truyền đơn|
    hội nghị|nghị quyết|chỉ thị|kế hoạch|báo cáo|tổng kết|thi đua|khen thưởng|gia đình|sức khỏe|
    môi trường|bảo vệ|tài nguyên|khoáng sản|chăn nuôi|trồng trọt|hợp tác xã|chợ phiên|đoàn kết
    """,
    "|",
)
_FAMILIES = _listed(
    "Nông Hoàng Lý Bế Đàm Nguyễn Trần Lê Phạm Triệu Mã Vi Lương Hà Ma Lục Dương Đinh", " "
)
_MIDDLES = _listed("Văn Thị Đức Quốc Minh Xuân Ngọc Thanh Hữu Kim Đình Công", " ")
_AUDIENCES = (
    *("Thiếu niên, nhi đồng", "Học sinh", "Thanh niên", "Phụ nữ", "Nông dân", "Cán bộ"),
    *("Lực lượng vũ trang", "Khách tham quan"),
)
_SUBJECTS = (
    *("Ngữ văn", "Lịch sử", "Địa lí", "Giáo dục công dân", "Âm nhạc", "Mĩ thuật", "Tin học"),
    *("Đạo đức", "Tự nhiên và Xã hội", "Giáo dục địa phương", "Toán", "Vật lí", "Sinh học"),
    "Công nghệ",
)
_LANGUAGES = (("vi",), ("vi",), ("vi",), ("vi",), ("vi", "tyz"), ("vi", "nut"), ("vi", "en"))


@dataclass(frozen=True)
class Lexicon:
    """The words of the corpus by rank, the commonest first, and the names in it."""

    ranked: tuple[str, ...]
    people: tuple[str, ...]
    places: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The lexicon, always the same."""
    chance = random.Random(_SEED)
    known = sorted(syllables())
    chance.shuffle(known)
    drawn = chance.choices(
        known, weights=[1 / (rank + 3) for rank in range(len(known))], k=2 * _PAIRS
    )
    pairs = dict.fromkeys(map(" ".join, zip(drawn[::2], drawn[1::2], strict=True)))
    tail = [*pairs, *chance.sample(known, min(_SINGLES, len(known)))]
    chance.shuffle(tail)
    head = list(_COMMON)
    for place, word in enumerate(FUNCTION_WORDS):
        head.insert(2 * place, word)
    people = dict.fromkeys(
        f"{chance.choice(_FAMILIES)} {chance.choice(_MIDDLES)} {chance.choice(known).capitalize()}"
        for _ in range(6_000)
    )
    places = dict.fromkeys(
        f"{chance.choice(known).capitalize()} {chance.choice(known).capitalize()}"
        for _ in range(400)
    )
    return Lexicon(tuple(dict.fromkeys([*head, *tail])), tuple(people), tuple(places))


def work_count(pages: int) -> int:
    return -(-pages // PAGES_PER_WORK)


def works(pages: int, *, first: int = 0) -> Iterator[WorkEntry]:
    """Works with `pages` pages in all from work number `first` on; the last may be shorter."""
    for number in range(first, first + work_count(pages)):
        left = pages - (number - first) * PAGES_PER_WORK
        yield make_work(number, pages=min(PAGES_PER_WORK, left))


def make_work(number: int, *, pages: int = PAGES_PER_WORK) -> WorkEntry:
    """One work, open to anyone."""
    chance = random.Random(f"{_SEED} {number}")
    known = lexicon()
    texts = _Texts(number)
    # Units and people are as uneven as in life: half of what comes in comes from a few.
    unit = int(UNITS * chance.random() ** 2.5)
    year = 2025 - int(80 * chance.random() ** 2)
    title = f"{chance.choice(_COMMON)} {texts.phrase(3)} {_topic(chance)}"
    title = f"{title[:1].upper()}{title[1:]}".strip()
    return WorkEntry(
        work_id=work_id(number),
        revision=1,
        status=ACCEPTED,
        access=PUBLIC,
        unit_code=f"don-vi-{unit:03d}",
        unit_name=unit_name(unit),
        title=title,
        title_sort=sort_key(title),
        added_at=_FIRST_ARRIVAL + timedelta(minutes=700 * number),
        year=year,
        issued=f"{year}-{chance.randint(1, 12):02d}",
        kind=tuple(KINDS)[int(len(KINDS) * chance.random() ** 2)],
        creators=_several(chance, known.people[:900], 1, 2),
        people=_several(chance, known.people[:300], 0, 3),
        themes=_several(chance, [word.capitalize() for word in _COMMON[:40]], 1, 3),
        places=_several(chance, known.places[:160], 0, 4),
        audiences=_several(chance, _AUDIENCES, 0, 2),
        grades=_several(chance, [f"Lớp {grade}" for grade in range(1, 13)], 0, 3),
        subjects=_several(chance, _SUBJECTS, 0, 2),
        languages=chance.choice(_LANGUAGES),
        abstract=texts.phrase(30),
        publisher="Nhà xuất bản minh họa",
        pages=tuple(
            PageEntry(page, str(page), text) for page, text in enumerate(texts.pages(pages), 1)
        ),
    )


def work_id(number: int) -> str:
    return derived_id("bench-search", str(number))


def unit_name(unit: int) -> str:
    return f"Ban Tuyên giáo xã {lexicon().places[unit]}"


def facet_values(entry: WorkEntry) -> dict[str, tuple[str, ...]]:
    """The values of each of `FACETS` that the work carries."""
    return {
        "year": (str(entry.year),),
        "unit": (entry.unit_code,),
        "kind": (entry.kind,),
        "theme": entry.themes,
        "place": entry.places,
        "person": entry.people,
    }


def record_text(entry: WorkEntry) -> str:
    """All words of the record, for engines that keep it as the work's page 0."""
    several = (
        *(entry.creators, entry.people, entry.themes, entry.places, entry.events),
        *(entry.subjects, entry.grades),
    )
    one = (
        *(entry.title, entry.subtitle, entry.responsibility, entry.abstract, entry.publisher),
        *(entry.series, entry.unit_name, entry.issued.replace("-", " ")),
    )
    return "\n".join([*one, *(value for values in several for value in values)])


def with_marks(text: str) -> str:
    """The text's canonical words, a blank between them: what the peers index."""
    return " ".join(words(text))


def without_marks(text: str) -> str:
    """The same, each word without its marks."""
    return " ".join(map(fold, words(text)))


def _several(
    chance: random.Random, values: tuple[str, ...] | list[str], least: int, most: int
) -> tuple[str, ...]:
    """Between `least` and `most` of the values, those in front more often."""
    count = chance.randint(least, most)
    drawn = (values[int(len(values) * chance.random() ** 2)] for _ in range(count))
    return tuple(dict.fromkeys(drawn))


def _topic(chance: random.Random) -> str:
    return chance.choice((*TOPICS, "", ""))


class _Texts:
    """The texts of one work."""

    def __init__(self, number: int) -> None:
        self._chance = np.random.default_rng((_SEED, number))
        ranked, _ = _weighed()
        own = self._chance.integers(len(ranked) // 50, len(ranked), _OWN_WORDS)
        self._own = ranked[own]

    def phrase(self, count: int) -> str:
        return " ".join(self._draw(count).tolist())

    def pages(self, count: int) -> Iterator[str]:
        """About 350 syllables each, in sentences and lines."""
        size = _WORDS_PER_PAGE
        drawn = self._draw(count * size)
        self._strew(drawn)
        ends = self._chance.random(count * size) < 1 / _SENTENCE
        topical = {
            topic: self._chance.integers(1, 4, count) * (self._chance.random(count) < share)
            for topic, share in TOPICS.items()
        }
        for page in range(count):
            start = page * size
            run = drawn[start : start + size].tolist()
            for end in np.flatnonzero(ends[start : start + size - 1]).tolist():
                run[end] += "."
                run[end + 1] = run[end + 1][:1].upper() + run[end + 1][1:]
            for topic, times in topical.items():
                for place in self._chance.integers(0, size, int(times[page])).tolist():
                    run.insert(place, topic)
            yield "\n".join(
                " ".join(run[at : at + _WORDS_PER_LINE])
                for at in range(0, len(run), _WORDS_PER_LINE)
            )

    def _draw(self, count: int) -> NDArray[np.object_]:
        ranked, reached = _weighed()
        places = np.searchsorted(reached, self._chance.random(count), side="right")
        drawn: NDArray[np.object_] = ranked[np.minimum(places, len(ranked) - 1)]
        own = np.flatnonzero(self._chance.random(count) < _OWN_SHARE)
        drawn[own] = self._own[self._chance.integers(0, len(self._own), len(own))]
        return drawn

    def _strew(self, drawn: NDArray[np.object_]) -> None:
        """Puts names, numbers and misread words in the place of others."""
        chance, count = self._chance, len(drawn)
        people = lexicon().people
        for at in np.flatnonzero(chance.random(count) < _NAMES_SHARE).tolist():
            drawn[at] = people[int(len(people) * chance.random() ** 3)]
        for at in np.flatnonzero(chance.random(count) < _NUMBERS_SHARE).tolist():
            drawn[at] = _number(*chance.random(2).tolist())
        for at in chance.integers(0, count, count * _MISREADS_PER_PAGE // _WORDS_PER_PAGE).tolist():
            drawn[at] = _misread(str(drawn[at]), *chance.random(3).tolist())


@cache
def _weighed() -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """The words by rank, and the share of running text that each and all before it take."""
    ranked = np.array(lexicon().ranked, dtype=object)
    weights = 1 / (np.arange(len(ranked)) + 8.0)
    reached = np.cumsum(weights)
    return ranked, reached / reached[-1]


def _number(kind: float, size: float) -> str:
    """A year, a day, or a quantity of up to six digits, small ones more often."""
    if kind < 0.4:
        return str(1925 + int(size * 100))
    if kind < 0.8:
        return str(1 + int(size * 31))
    return f"{int(10 ** (1 + size * 4.5)):,}".replace(",", ".")


def _misread(word: str, where: float, which: float, how: float) -> str:
    """The word with a letter taken for another, lost or doubled."""
    at = int(where * len(word))
    letter = _LETTERS[int(which * len(_LETTERS))]
    middle = (letter, "", word[at] * 2)[int(how * 3)]
    return f"{word[:at]}{middle}{word[at + 1 :]}" or letter


def misspelt(chance: random.Random, sentence: str) -> str:
    """The sentence with one slip of the finger in one of its longer words."""
    long_words = list(re.finditer(r"\w{4,}", sentence))
    if not long_words:
        return sentence
    found = chance.choice(long_words)
    slip = _misread(found.group(), chance.random() * 0.99, chance.random(), chance.random())
    return f"{sentence[: found.start()]}{slip}{sentence[found.end() :]}"
