"""ISBNs as they are printed and as recognition leaves them: found, cleaned, checked."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[\s\-–—‐‑.]+")
# What recognition makes of digits; an ISBN holds no letter but a final X.
_DIGITS = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "i": "1"})


def normal_isbn(printed: str) -> str:
    """The printed number with plain hyphens and real digits: `978-604-57-1234-5`, `9786045712345`.

    Groups stay as they were printed, because only a table of publishers could part them anew.
    """
    groups = _SIGNS.split(printed.translate(_DIGITS).upper().strip(" -–—‐‑."))
    return "-".join(group for group in groups if group)


def has_right_check_digit(isbn: str) -> bool:
    """Whether it is an ISBN of 10 or 13 characters whose last one fits the others."""
    code = isbn.replace("-", "")
    if re.fullmatch(r"97[89]\d{10}", code):
        return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(code)) % 10 == 0
    if re.fullmatch(r"\d{9}[\dX]", code):
        values = [10 if d == "X" else int(d) for d in code]
        return sum(value * (10 - i) for i, value in enumerate(values)) % 11 == 0
    return False


def looks_like_isbn(isbn: str) -> bool:
    """Whether it has an ISBN's length and form, whatever its check digit says."""
    return re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", isbn.replace("-", "")) is not None
