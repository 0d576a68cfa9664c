"""Likeness of texts: when are two pages one page read twice, and two publications one?

A page is kept as a signature of fixed size. Its shingles (runs of four folded syllables) are
hashed; each hash falls into one of 64 bins, and of every bin the smallest hash stays (one
permutation hashing). The share of bins in which two pages agree estimates the share of shingles
they have in common. Folding takes lost marks out of the comparison, and as order does not count
beyond four words, neither do running heads nor a page that ends two lines later. Single characters
are passed over: they are what recognition makes of rules, bullets and formulas.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from archive.core.text import fold, words

SHINGLE_WORDS = 4
BINS = 64
KEYS = 8
"""So many of the bins are searched for in the database; see `Signature.keys`."""

LEAST_SHINGLES = 24
"""A page with fewer different shingles (a blank, a picture, a title) has no signature."""

LEAST_AGREEING = 12
"""Pages that agree in so many of the 64 bins are alike. Two recognitions of one page, each with a
word in twelve wrong, agree in about 23; unrelated pages in 0 to 3."""

MOST, SOME, FEW = 0.9, 0.3, 0.2
HALF = 0.5
CLEAN = 0.75
FEW_PAGES = 3

_SPREAD = 0x9E3779B1  # 2³² over the golden ratio: neighbours in CRC end far apart.
_MASK = 0xFFFFFFFF
_BIN_SHIFT = 26  # The upper six bits choose the bin, the others the order in it.
_BORROWED = 0x85EBCA6B

_ORDINALS = {
    "nhat": "1",
    "mot": "1",
    "nhi": "2",
    "hai": "2",
    "ba": "3",
    "tu": "4",
    "bon": "4",
    "nam": "5",
    "sau": "6",
    "bay": "7",
    "tam": "8",
    "chin": "9",
    "muoi": "10",
}
_EDITION = re.compile(r"\b(?:tai ban|in|xuat ban|an ban) lan (?:thu )?(\w+)\b")
_REVISED = re.compile(
    r"\b(?:(?:co|duoc) (?:sua chua|bo sung|chinh sua|chinh li)"
    r"|(?:sua chua|chinh li) (?:va )?bo sung)\b"
)
_REPRINT = re.compile(r"\btai ban\b")


class LikenessKind(StrEnum):
    """SAME_BYTES: the very same files. SAME_TEXT: one text, read from two files. EDITION: much in
    common and something new. PART: nearly all of one lies in the other, which has much more."""

    SAME_BYTES = "same_bytes"
    SAME_TEXT = "same_text"
    EDITION = "edition"
    PART = "part"


class Decision(StrEnum):
    """What a curator said of a pair: one publication twice, two editions, or two works."""

    UNDECIDED = "undecided"
    SAME = "same"
    EDITION = "edition"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Signature:
    """A page's text in 64 bytes. `marks`: a byte for each bin, for comparing. `keys`: the first
    bins' hashes as signed 32-bit numbers, for looking alike pages up: two pages whose texts have
    the share s of shingles in common have any one key in common with the probability s."""

    marks: bytes
    keys: tuple[int, ...]


def signature_of(text: str) -> Signature | None:
    """The signature of a page, None where it holds too little text to tell it from others."""
    folded = [fold(word) for word in words(text) if len(word) > 1]
    shingles = set(zip(*(folded[n:] for n in range(SHINGLE_WORDS)), strict=False))
    if len(shingles) < LEAST_SHINGLES:
        return None
    least = [-1] * BINS
    for shingle in shingles:
        value = crc32(" ".join(shingle).encode()) * _SPREAD & _MASK
        place = value >> _BIN_SHIFT
        if least[place] < 0 or value < least[place]:
            least[place] = value
    # An empty bin borrows from the next filled one; the distance goes in, so that two pages
    # agree there only if both borrowed from the same place.
    full = []
    for place in range(BINS):
        distance = next(d for d in range(BINS) if least[(place + d) % BINS] >= 0)
        full.append((least[(place + distance) % BINS] + distance * _BORROWED) & _MASK)
    keys = tuple(value - (1 << 32) if value >> 31 else value for value in full[:KEYS])
    # The smallest of a bin all begin with zeros; a product spreads the other bits over its top.
    return Signature(marks=bytes((value * _SPREAD & _MASK) >> 24 for value in full), keys=keys)


@dataclass(frozen=True)
class PageMatch:
    """The other text's page that is most like this one. `share`: of shingles in common, 0 to 1."""

    number: int
    share: float


@dataclass(frozen=True)
class Matches:
    """Pages that are alike, seen from either side: page number → its best match on the other."""

    ours: Mapping[int, PageMatch]
    theirs: Mapping[int, PageMatch]

    def without(self, common: frozenset[int]) -> Matches:
        """The matches that are left when our pages `common` prove nothing."""
        return Matches(
            ours={page: match for page, match in self.ours.items() if page not in common},
            theirs={
                page: match for page, match in self.theirs.items() if match.number not in common
            },
        )


def match_pages(ours: Mapping[int, bytes], theirs: Mapping[int, bytes]) -> Matches:
    """For each page the most alike one of the other text, whatever the order of the pages.

    Takes marks by page number. The time grows with pages that are alike, not with the product;
    pages that are all the same (a form, a bomb) count as one.
    """
    our_first, their_first = _firsts(ours), _firsts(theirs)
    index: list[defaultdict[int, list[int]]] = [defaultdict(list) for _ in range(BINS)]
    for marks, number in their_first.items():
        for place, mark in enumerate(marks):
            index[place][mark].append(number)
    best_ours: dict[int, PageMatch] = {}
    best_theirs: dict[int, PageMatch] = {}
    for marks, number in our_first.items():
        agreeing: Counter[int] = Counter()
        for place, mark in enumerate(marks):
            agreeing.update(index[place].get(mark, ()))
        for other, count in agreeing.items():
            if count < LEAST_AGREEING:
                continue
            share = _share(count)
            if number not in best_ours or share > best_ours[number].share:
                best_ours[number] = PageMatch(other, share)
            if other not in best_theirs or share > best_theirs[other].share:
                best_theirs[other] = PageMatch(number, share)
    return Matches(
        ours=_spread(best_ours, ours, our_first), theirs=_spread(best_theirs, theirs, their_first)
    )


def _firsts(pages: Mapping[int, bytes]) -> dict[bytes, int]:
    """The first page of each text."""
    firsts: dict[bytes, int] = {}
    for number, marks in pages.items():
        firsts.setdefault(marks, number)
    return firsts


def _spread(
    best: Mapping[int, PageMatch], pages: Mapping[int, bytes], firsts: Mapping[bytes, int]
) -> dict[int, PageMatch]:
    """The first pages' matches for all pages of the same text."""
    return {
        number: best[first] for number, marks in pages.items() if (first := firsts[marks]) in best
    }


def _share(agreeing: int) -> float:
    """The share of shingles in common; one mark in 256 agrees by chance."""
    return max(0.0, (agreeing / BINS - 1 / 256) / (1 - 1 / 256))


def common_pages(
    matches: Sequence[Matches], *, pages: int, least_publications: int = 3
) -> frozenset[int]:
    """Our pages that stand in several publications which have little else of ours.

    A series' foreword, a legal notice: they do not make two books alike. `pages`: how many of
    ours are compared. A book that came six times has its pages in six publications too, but they
    have the rest as well.
    """
    elsewhere: Counter[int] = Counter()
    for match in matches:
        shared = len(match.ours)
        if shared <= HALF * pages and (shared <= FEW_PAGES or shared < SOME * pages):
            elsewhere.update(match.ours.keys())
    return frozenset(page for page, count in elsewhere.items() if count >= least_publications)


@dataclass(frozen=True)
class Overlap:
    """What two publications have in common. `…_pages`: those with text enough to compare.

    `share`: the mean share of shingles that alike pages have in common; `is_clean`: neither text
    was recognised from pictures, so that differing words are not misread ones.
    """

    our_matches: int
    our_pages: int
    their_matches: int
    their_pages: int
    share: float = 1.0
    is_clean: bool = False

    @property
    def ours(self) -> float:
        return self.our_matches / self.our_pages if self.our_pages else 0.0

    @property
    def theirs(self) -> float:
        return self.their_matches / self.their_pages if self.their_pages else 0.0


def judge(overlap: Overlap, *, other_edition: bool) -> LikenessKind | None:
    """What the overlap speaks for, None where the two are not alike.

    `other_edition`: the records' years or the printed edition statements differ.
    """
    less, more = sorted((overlap.ours, overlap.theirs))
    if less >= MOST:
        revised = overlap.is_clean and overlap.share < CLEAN
        return LikenessKind.EDITION if other_edition or revised else LikenessKind.SAME_TEXT
    if more >= MOST and less < HALF:
        return LikenessKind.PART
    if more >= SOME and less >= FEW:
        return LikenessKind.EDITION
    return None


def edition_statement(text: str) -> str:
    """What a title page or an imprint says of its edition, in one spelling; "" where nothing.

    "Tái bản lần thứ hai, có sửa chữa, bổ sung" → "2, sửa"; "in lần thứ nhất" says nothing new.
    """
    folded = " ".join(fold(word) for word in words(text))
    found = _EDITION.search(folded)
    number = _ORDINALS.get(found.group(1), found.group(1)) if found else ""
    if not number and _REPRINT.search(folded):
        number = "tái bản"
    revised = "sửa" if _REVISED.search(folded) else ""
    return ", ".join(part for part in ("" if number == "1" else number, revised) if part)
