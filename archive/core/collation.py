"""Vietnamese dictionary order as a plain string that a database can keep, index and compare."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from archive.core.text import clean_text

# The order of the Unicode collation for Vietnamese: blank, signs, digits, then 33 letters.
_SIGNS = "_-–—,;:!?.…·'\"«»()[]{}§@*/\\&#%•`^°©+×<=>|~$"
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {sign: chr(0x22 + i) for i, sign in enumerate(f" {_SIGNS}0123456789{_LETTERS}")}
# The weight that begins a letter → the capital that stands over all words beginning with it.
_SIGN_WEIGHTS = frozenset(_ORDER[sign] for sign in f" {_SIGNS}")
_CAPITALS = {_ORDER[letter]: letter.upper() for letter in _LETTERS}
ALPHABET = _LETTERS.upper()
"""The capitals of lists from A to Z: the 29 Vietnamese letters and F, J, W, Z, in their order."""
NO_LETTER = "#"
"""Stands for whatever begins with no letter of `ALPHABET`: digits, letters of other scripts."""
_BEYOND = "\x7f"  # after all of the above: letters of other scripts, by code point
_LEVEL = "!"  # before all of the above, so that a prefix comes first
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER_MARK = "6"
# Curly quotes stand with the straight one and differ from it as tones differ.
_QUOTES = {"‘": ("'", "1"), "’": ("'", "2"), "“": ('"', "1"), "”": ('"', "2")}


def sort_key(text: str) -> str:
    """A key whose order as bytes is the Vietnamese order of the texts: Hạ Lang, Ha Long, Hà Quảng.

    Letters are compared first over the whole text (ă, â after a; đ after d; ê, ô, ơ, ư likewise),
    then tones (ngang, huyền, hỏi, ngã, sắc, nặng), then small before capital; blanks count, a run
    of them as one. Compare it as text under SQLite's BINARY or PostgreSQL's "C" collation, which
    agree with Python's `<`. About as long as the text, at most three times that; "" sorts first.
    """
    letters: list[str] = []
    tones: list[str] = []
    cases: list[str] = []
    for cluster in _clusters(" ".join(clean_text(text).split())):
        base, tone = _QUOTES.get(cluster) or _split_tone(cluster)
        lowered = base.lower()
        weight = _ORDER.get(lowered)
        if weight is None:
            plain = unicodedata.normalize("NFD", lowered)[:1]
            weight = _ORDER.get(plain)
            if weight is None:
                weight = _BEYOND + lowered
            else:
                tone = _OTHER_MARK
        letters.append(weight)
        tones.append(tone)
        cases.append("1" if base != lowered else "0")
    # The least weight at the end says nothing; without it most keys hold little but the letters.
    levels = ("".join(letters), "".join(tones).rstrip("0"), "".join(cases).rstrip("0"))
    return _LEVEL.join(levels).rstrip(_LEVEL)


def first_letter(key: str) -> str:
    """The capital of `ALPHABET` with which what has this sort key begins, quotes and other signs
    before it left aside; `NO_LETTER` where it begins with none."""
    for weight in key:
        if weight == _LEVEL:
            break
        if weight in _CAPITALS:
            return _CAPITALS[weight]
        if weight not in _SIGN_WEIGHTS:
            break
    return NO_LETTER


def keys_under(letter: str) -> tuple[str, str]:
    """The least sort key that begins with a letter of `ALPHABET`, and the least behind all of
    these. ValueError for anything else."""
    if len(letter) != 1 or letter not in ALPHABET:
        raise ValueError(letter)
    weight = _ORDER[letter.lower()]
    return weight, chr(ord(weight) + 1)


def _clusters(text: str) -> list[str]:
    """The letters of the text, decomposed, each with the marks that follow it."""
    clusters: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char) and clusters:
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


@lru_cache(maxsize=4096)
def _split_tone(cluster: str) -> tuple[str, str]:
    """The letter without its tone, composed, and the weight of the tone."""
    tone = "0"
    kept = ""
    for char in cluster:
        if char in _TONES and tone == "0":
            tone = _TONES[char]
        else:
            kept += char
    return unicodedata.normalize("NFC", kept), tone
