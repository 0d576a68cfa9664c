"""Capitals of TCVN3: a font of capitals (.VnTimeH) draws them from the codes of small letters.

So `SắC LệNH` was seen as `SẮC LỆNH`. The plain letters of a line, which every font draws as typed,
tell which words are meant in capitals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

_Case = Literal["upper", "lower", "unclear"]

# Words with plain capitals and small codes (TÞCH) that prove a font of capitals.
_PROOFS = 2


def recapitalise(typed: Sequence[str], read: Sequence[str]) -> list[str]:
    """The words of a line, as `read` from what was `typed`, in capitals where they were seen so."""
    own = [case_of(word) for word in typed]
    if _is_in_capitals(own, read):
        return [word.upper() for word in read]
    around = [case_of(word) for word in read]
    before = list(_last_clear(around))
    after = list(_last_clear(reversed(around)))[::-1]
    return [
        word.upper()
        if case == "upper" or (case == "unclear" and {left, right} - {"unclear"} == {"upper"})
        else word
        for word, case, left, right in zip(read, own, before, after, strict=True)
    ]


def case_of(word: str) -> _Case:
    """By its plain letters; a single capital says nothing."""
    plain = [letter for letter in word if letter.isascii() and letter.isalpha()]
    if any(letter.islower() for letter in plain):
        return "lower"
    return "upper" if len(plain) > 1 else "unclear"


def _is_in_capitals(cases: Sequence[_Case], read: Sequence[str]) -> bool:
    proofs = sum(
        case == "upper" and word != word.upper() for case, word in zip(cases, read, strict=True)
    )
    return proofs >= _PROOFS and proofs >= 2 * sum(case == "lower" for case in cases)


def _last_clear(cases: Iterable[_Case]) -> Iterator[_Case]:
    """For each word the case of the last clear one before it; `unclear` where there is none."""
    last: _Case = "unclear"
    for case in cases:
        yield last
        if case != "unclear":
            last = case
