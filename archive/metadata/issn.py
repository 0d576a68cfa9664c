"""ISSNs as they are printed, checked."""

from __future__ import annotations

import re


def has_right_issn_digit(printed: str) -> bool:
    """Whether it is an ISSN, `1859-0012` or `18590012`, whose last character fits the others."""
    code = printed.strip().upper().replace("-", "")
    if re.fullmatch(r"\d{7}[\dX]", code, re.ASCII) is None:
        return False
    total = sum(int(digit) * (8 - at) for at, digit in enumerate(code[:7]))
    return (total + (10 if code[7] == "X" else int(code[7]))) % 11 == 0
