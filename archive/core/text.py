"""Vietnamese text: what is stored, what counts as a word, and when two spellings are one word.

Four spellings of one syllable are common in what people type and in what files hold: composed
and decomposed Unicode, two habits of placing the tone (hoà, hòa), i for y (kỹ, kĩ), and no marks
at all. `canonical` joins the first three, `fold` all four.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Eth and the African d look like đ, and old fonts and keyboards put them in its place. The soft
# hyphen, the zero-width signs, the marks of direction and the byte order mark show nothing and
# split words. NUL and lone surrogates can be held by no database and no UTF-8 file.
_FOREIGN = re.compile("[\x00ÐðƉɖ\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_REPLACED = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}

# A number keeps its separators (1.234,5). The bounds keep a page without any space from becoming
# one word of a megabyte.
_TOKEN = re.compile(r"\w{1,64}(?:(?<=\d)[.,]\d{1,20}){0,8}")

_WORD_LETTER = re.compile(r"\w")
_INSIDE_NUMBER = re.compile(r"\d[.,]\d")

_VOWELS = "aăâeêioôơuưy"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền hỏi ngã sắc nặng
_TONED = {unicodedata.normalize("NFC", v + t): (v, t) for v in _VOWELS for t in _TONES}
_ANY_TONED = re.compile(f"[{''.join(_TONED)}]")
_SYLLABLE = re.compile(
    rf"(qu(?=[{_VOWELS}])|gi(?=[{_VOWELS}])|[b-df-hj-np-tv-xzđ]*)([{_VOWELS}]{{1,3}})([b-df-hj-np-tv-xzđ]*)"
)
_FINAL_Y = re.compile(r"(?:[hklmstv]|qu)y")


class Token(NamedTuple):
    """A word as it stands in the text, and its place there: `text[start:end]`."""

    text: str
    start: int
    end: int


def clean_text(text: str) -> str:
    """The text as it is stored: NFC, with a real đ and without invisible characters.

    Line ends, form feeds and everything else a reader may see stay as they are. Idempotent.
    """
    cleaned = _FOREIGN.sub(lambda m: _REPLACED.get(m.group(), ""), text)
    return unicodedata.normalize("NFC", cleaned)


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text in order, none left out; [] where it has none.

    The places count in `clean_text(text)`, which is `text` itself for stored text.
    """
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(clean_text(text))]


def words(text: str) -> list[str]:
    """The canonical forms of the text's tokens, in order: `tokens` without the places, faster."""
    return list(map(canonical, find_tokens(clean_text(text))))


def find_tokens(cleaned: str) -> list[str]:
    """The words and numbers of a text that `clean_text` gave, as they stand there."""
    return _TOKEN.findall(cleaned)


@lru_cache(maxsize=1 << 16)
def canonical(token: str) -> str:
    """The one spelling under which a word is kept: lower case, NFC, tone and i/y in one habit.

    hoà → hòa, thuý → thúy, ngừơi → người, kỹ → kĩ, QUÝ → quí; a word that is no Vietnamese
    syllable (café, 414, ĐCSVN) only becomes lower case. Idempotent.
    """
    lowered = clean_text(clean_text(token).lower())
    toned = [] if lowered.isascii() else _ANY_TONED.findall(lowered)
    if len(toned) > 1:
        return lowered
    tone = ""
    bare = lowered
    if toned:
        vowel, tone = _TONED[toned[0]]
        bare = lowered.replace(toned[0], vowel)
    if _FINAL_Y.fullmatch(bare):
        bare = bare[:-1] + "i"
    if not tone:
        return bare
    syllable = _SYLLABLE.fullmatch(bare)
    if syllable is None:
        return lowered
    onset, vowels, coda = syllable.groups()
    at = _tone_place(vowels, coda) + len(onset)
    return unicodedata.normalize("NFC", bare[: at + 1] + tone + bare[at + 1 :])


@lru_cache(maxsize=1 << 16)
def fold(token: str) -> str:
    """The word without tones and marks, đ as d: what a person types who types none.

    `fold(token) == fold(canonical(token))`, and a folded word is its own canonical form.
    """
    lowered = clean_text(token).lower().replace("đ", "d").replace("ð", "d").replace("ɖ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFC", bare)
    return bare[:-1] + "i" if _FINAL_Y.fullmatch(bare) else bare


def is_marked(token: str) -> bool:
    """Whether the word was typed with a tone, a mark or đ, so that its writer meant just that."""
    return canonical(token) != fold(token)


def may_end_in_y(folded: str) -> bool:
    """Whether a folded word that ends in i is also written with y: ki, li, qui."""
    return folded[-1:] == "i" and _FINAL_Y.fullmatch(f"{folded[:-1]}y") is not None


def token_at(cleaned: str, start: int) -> Token | None:
    """The word or number of a cleaned text that begins at a place; None where none does."""
    before = cleaned[max(0, start - 2) : start]
    # A number goes on behind a point or comma.
    if _WORD_LETTER.match(before[-1:]) or (start > 1 and _INSIDE_NUMBER.match(cleaned, start - 2)):
        return None
    found = _TOKEN.match(cleaned, start)
    return Token(found.group(), found.start(), found.end()) if found else None


def _tone_place(vowels: str, coda: str) -> int:
    """The vowel that carries the tone in the older, still commoner habit: hòa, thúy, khỏe."""
    marked = [i for i, vowel in enumerate(vowels) if vowel in "ăâêôơư"]
    if marked:
        return marked[-1]
    if len(vowels) == 3:
        return 1
    return 1 if len(vowels) == 2 and coda else 0
