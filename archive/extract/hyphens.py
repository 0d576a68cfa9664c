"""Hyphens at line ends: the author's, or only the typesetter's."""

from __future__ import annotations

import re


def divides_a_word(before: str, after: str) -> bool:
    """Whether the hyphen between the end of a line and the next one only divides a long word.

    Vietnamese is not divided within a syllable: between its words, in names ("Cao-Bằng") and in
    numbers ("2019-2025") the hyphen is the author's. What is divided is a long foreign word.
    """
    head, tail = before.rsplit("-", 1)[-1], re.split(r"\W", after, maxsplit=1)[0]
    joined = head + tail
    return len(joined) > 7 and joined.isascii() and joined.isalpha() and tail.islower()
