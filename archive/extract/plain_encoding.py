"""Text files of before Unicode: bytes of Western Windows that a font drew as Vietnamese."""

from __future__ import annotations

import re

from archive.core.syllables import measure
from archive.extract.legacy_fonts import repair

LOOKED_AT_BYTES = 16 * 1024

_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")
_SYLLABLES = 5
_SCORE = 0.75


def legacy_text(data: bytes) -> str | None:
    """The text, its letters as typed, where bytes that are no UTF-8 were typed in TCVN3 or VNI.

    None where the beginning does not become Vietnamese when its letters are repaired: such bytes
    may be anything.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    beginning = text[:LOOKED_AT_BYTES]
    if _CONTROLS.search(beginning):
        return None
    repaired = repair(beginning)
    share = measure(repaired)
    if repaired == beginning or share.valid_marked < _SYLLABLES or (share.score or 0) < _SCORE:
        return None
    return text
