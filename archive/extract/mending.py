"""Small faults of the text that programs write, mended where the words prove the mend right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.core.syllables import is_syllable
from archive.extract.pieces import Piece

# Symbol fonts keep their signs in the private use area, at 0xF000 and their byte. Digits and plain
# signs are what the byte says; what stands at these places in Symbol or Wingdings begins a list.
_LIST_SIGNS = "\uf06e\uf06f\uf071\uf075\uf076\uf077\uf09f\uf0a7\uf0a8\uf0b7\uf0d8\uf0e8\uf0fc"
PRIVATE_SIGNS: dict[int, str | None] = {
    **dict.fromkeys(range(0xE000, 0xF900)),
    **{code: chr(code - 0xF000) for code in range(0xF021, 0xF040)},
    **{ord(sign): "•" for sign in _LIST_SIGNS},
}

_WITH_TILDE = re.compile(r"(?<!\w)\w*[ñÑ]\w*")
_TILDE_TO_STROKE = str.maketrans("ñÑ", "đĐ")

# A consonant that stands alone and a rime after it: `d ữ`. Both cases are spelled out, and white
# space comes first, which is what a search can look for quickly.
_CONSONANT = "[bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX]"
_ORPHAN = re.compile(
    rf"[ \n](?:[cgknptCGKNPT][hH]|[nN][gG][hH]?|[tT][rR]|{_CONSONANT})"
    " [aeiouyAEIOUYăâêôơưĂÂÊÔƠƯà-ỹÀ-Ỹ]"
)
_ORPHANS = 3
# Widest gap, in heights of the word, that is no space: letters of one word touch.
_TOUCHING = 0.06
# Width over height of the page is not known here; most pages are portrait.
_PAGE_SHAPE = 0.707


def mend_letters(text: str) -> str:
    """The text with đ where ñ was put in its place: in words that only thus become syllables.

    A text in which most words with ñ are not such words is Spanish, or about a Spaniard.
    """
    if "ñ" not in text and "Ñ" not in text:
        return text
    found = _WITH_TILDE.findall(text)
    right = sum(is_syllable(word.translate(_TILDE_TO_STROKE)) for word in found)
    if right <= len(found) / 2:
        return text
    return _WITH_TILDE.sub(_with_stroke, text)


def _with_stroke(found: re.Match[str]) -> str:
    mended = found.group().translate(_TILDE_TO_STROKE)
    return mended if is_syllable(mended) else found.group()


def may_be_fragmented(raw: str) -> bool:
    """Whether words of the text may have spaces inside: cheap, and never wrongly False."""
    return len(_ORPHAN.findall(f" {raw}")) >= _ORPHANS


def rejoin_fragments(pieces: Sequence[Piece], raw: str) -> Sequence[Piece]:
    """The pieces, with words in one again that a program wrote with spaces inside (`d ữ li ệu`).

    Only where the letters touch, the parts are not both syllables, and together they are one.
    """
    if not may_be_fragmented(raw):
        return pieces
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.gap == " " and _belong_together(joined[-1], piece):
            last = joined[-1]
            assert last.box is not None
            assert piece.box is not None
            box = (
                min(last.box[0], piece.box[0]),
                min(last.box[1], piece.box[1]),
                max(last.box[2], piece.box[2]),
                max(last.box[3], piece.box[3]),
            )
            joined[-1] = Piece(last.gap, last.text + piece.text, box)
        else:
            joined.append(piece)
    return joined


def _belong_together(left: Piece, right: Piece) -> bool:
    if left.box is None or right.box is None:
        return False
    height = left.box[3] - left.box[1]
    if right.box[0] - left.box[2] > _TOUCHING * height / _PAGE_SHAPE:
        return False
    if min(left.box[3], right.box[3]) - max(left.box[1], right.box[1]) < height / 2:
        return False
    head, tail = left.text, right.text.rstrip(".,;:!?)”\"'")
    return is_syllable(head + tail) and not (is_syllable(head) and is_syllable(tail))
