"""ISSNs: eight characters, the last of which fits the others (ISO 3297)."""

from __future__ import annotations

import re


def has_right_issn_digit(issn: str) -> bool:
    """Whether it is an ISSN, with or without its hyphen, whose last character fits."""
    code = issn.replace("-", "").strip().upper()
    if not re.fullmatch(r"[0-9]{7}[0-9X]", code):
        return False
    values = [10 if sign == "X" else int(sign) for sign in code]
    return sum(value * (8 - place) for place, value in enumerate(values)) % 11 == 0
