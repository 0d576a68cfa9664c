"""Whether a page's text can be trusted, or its picture has to be read instead.

A text layer proves nothing: scans carry a stamp (`www.LuatVietnam.vn`), the lines of a digital
signature, or what an engine for English made of Vietnamese (`DANH M1JC VAN BAN`). What decides is
how many words are Vietnamese syllables with their marks, and whether the page shows a picture that
could hold other text. A page honestly in another language, of code, or of numbers, is left alone.

Only text that a file carried is judged. What came out of recognition is compared with it once, by
`is_better`, and never judged again, so no page is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archive.core.syllables import SyllableShare, measure

Verdict = Literal["good", "needs_ocr", "nothing"]

# So many marked syllables are text of the page itself. The lines that a digital signature adds to a
# scan hold about 25.
_ENOUGH_SYLLABLES = 40
# Of the marked words on a page that is read rightly so many are syllables; the rest are names.
_GOOD_SCORE = 0.75
# Fewer words than these before a picture of a page are a stamp.
_STAMP_WORDS = 10
# A text without a picture behind it is distrusted only where hardly a marked word is right.
_BROKEN_SCORE = 0.3
_BROKEN_WORDS = 20
_BROKEN_MARKED_SHARE = 0.15

_OTHER_LANGUAGES = frozenset(
    {"the", "of", "and", "is", "are", "was", "for", "that", "this", "with", "from", "by", "or"}
    | {"you", "it", "not", "which", "can", "will", "les", "des", "une", "est", "dans", "pour"}
    | {"qui", "par", "sur", "du", "el", "los", "las", "del", "por", "una", "der", "die", "das"}
    | {"und", "ist"}
)
_WORD = re.compile(r"\w+")
_OTHER_LANGUAGE_SHARE = 0.08
_OTHER_LANGUAGE_WORDS = 20

# Glyph numbers instead of letters: the font says nothing, and the spaces are control characters.
_GLYPH_NUMBERS = re.compile("[\x01\x03-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_GLYPH_NUMBER_SHARE = 0.08
_SYMBOL_SHARE = 0.5


_SHIFT = 29
_PLAIN_LETTERS = re.compile("[^A-Za-z]")
_SHIFTED_LETTERS = 60
_SHIFTED_SYLLABLES = 0.3
_VOWELS_IN_JUNK = 0.18
_VOWELS_IN_TEXT = 0.25


@dataclass(frozen=True)
class Judgement:
    """`good`: the text stays. `needs_ocr`: the page's picture has to be read. `nothing`: no text,
    and nothing to read. `score` is the share of marked words that are syllables (0 to 1), None
    where no word carries a mark."""

    verdict: Verdict
    score: float | None


def judge(
    text: str, *, has_picture: bool | Callable[[], bool], scrambled: bool = False
) -> Judgement:
    """What to do with the clean text that a file carries for a page.

    `has_picture`: whether the page shows a picture large enough to hold the page's real text; where
    looking costs something, a function, which is called only where the text does not decide.
    `scrambled`: the characters were found to be none (see `is_scrambled`).
    """
    share = measure(text)
    if scrambled or _is_shifted(text, share):
        return Judgement("needs_ocr", share.score)
    convincing = share.valid_marked >= _ENOUGH_SYLLABLES and (share.score or 0) >= _GOOD_SCORE
    if not convincing and not _is_other_language(text, share):
        if has_picture() if callable(has_picture) else has_picture:
            return Judgement("needs_ocr", share.score)
        if _is_broken(share):
            return Judgement("needs_ocr", share.score)
    return Judgement("good" if text.strip() else "nothing", share.score)


def is_better(after: str, *, than: str) -> bool:
    """Whether the recognised text `after` should replace the text that the file carried.

    The recogniser reads Vietnamese: more marked syllables speak for it, more words only where the
    file had hardly any. An English page keeps its own text.
    """
    before, found = measure(than), measure(after)
    if not found.words:
        return False
    if found.valid_marked > before.valid_marked + 3 and (found.score or 0) >= 0.5:
        return found.valid > before.valid
    return before.words < _STAMP_WORDS and found.valid > before.valid + 3


def is_scrambled(raw: str) -> bool:
    """Whether what a PDF font calls characters are glyph numbers, which no table turns into text.

    `raw` is the text before anything was cleaned away.
    """
    found: list[str] = _GLYPH_NUMBERS.findall(raw)
    if len(found) < _BROKEN_WORDS:
        return False
    symbols = sum("\ue000" <= sign <= "\uf8ff" for sign in found)
    length = len(raw)
    return len(found) - symbols > _GLYPH_NUMBER_SHARE * length or symbols > _SYMBOL_SHARE * length


def _is_shifted(text: str, share: SyllableShare) -> bool:
    """Whether the text consists of glyph numbers, which lie 29 below the letters they draw.

    What should be small letters are capitals then, hardly a vowel among them.
    """
    if share.valid > _SHIFTED_SYLLABLES * share.words:
        return False
    letters = _PLAIN_LETTERS.sub("", text)
    if len(letters) < _SHIFTED_LETTERS or _vowel_share(letters) > _VOWELS_IN_JUNK:
        return False
    moved = "".join(chr(ord(letter) + _SHIFT) for letter in letters)
    small = sum(letter.islower() for letter in moved)
    return small > len(moved) / 2 and _vowel_share(moved.lower()) >= _VOWELS_IN_TEXT


def _vowel_share(letters: str) -> float:
    return sum(letter in "aeiouyAEIOUY" for letter in letters) / len(letters)


def _is_other_language(text: str, share: SyllableShare) -> bool:
    if share.words < _OTHER_LANGUAGE_WORDS or share.marked > share.words / 2:
        return False
    found = sum(word in _OTHER_LANGUAGES for word in _WORD.findall(text.lower()))
    return found >= _OTHER_LANGUAGE_SHARE * share.words


def _is_broken(share: SyllableShare) -> bool:
    if share.words < _BROKEN_WORDS or share.marked < _BROKEN_MARKED_SHARE * share.words:
        return False
    return (share.score or 0) < _BROKEN_SCORE
