"""ISSNs: whether the last of the eight characters fits the others."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[\s\-–—‐‑.]+")


def has_right_issn_digit(issn: str) -> bool:
    """Whether it is an ISSN of eight characters, hyphen or not, with a check digit that fits."""
    code = _SIGNS.sub("", issn).upper()
    if not re.fullmatch(r"[0-9]{7}[0-9X]", code):
        return False
    values = [10 if digit == "X" else int(digit) for digit in code]
    return sum(value * (8 - place) for place, value in enumerate(values)) % 11 == 0
