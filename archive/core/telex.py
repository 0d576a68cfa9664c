"""Raw Telex: what stands on the screen when a Vietnamese keyboard is switched off.

Telex writes marks with letters: aa → â, aw → ă, dd → đ, ow → ơ, and a tone with s f r x j, which
people type anywhere behind the vowel (tieesng, tieengs).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from archive.core.syllables import is_syllable
from archive.core.text import canonical

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_DOUBLED = {"a": "â", "e": "ê", "o": "ô"}
_HORNED = {"a": "ă", "o": "ơ", "u": "ư"}
_HATS = {"ie": "iê", "ye": "yê", "uo": "uô"}
_HATLESS = re.compile("|".join(_HATS))
_FIRST_VOWEL = re.compile("(?<!^q)[aeiouy]")  # the u of qu is part of its onset
_LONGEST = 10


@lru_cache(maxsize=1 << 14)
def decode_telex(typed: str) -> str | None:
    """The canonical syllable whose Telex keystrokes these are; None where they are none.

    `tieengs`, `tieesng`, `tiesng` (a hat forgotten) → tiếng. Only what comes out as a syllable of
    Vietnamese spelling counts: `software` is no Telex. Upper case does not matter.
    """
    keys = typed.lower()
    vowel = _FIRST_VOWEL.search(keys)
    if vowel is None or len(keys) > _LONGEST or not (keys.isascii() and keys.isalpha()):
        return None
    onset, rest = keys[: vowel.start()], keys[vowel.start() :]
    onset, rest = _decode_onset(onset, rest)
    for letters, tone in _tones(rest):
        decoded = _decode_marks(letters)
        if not tone and onset + decoded == keys:
            continue
        syllable = _with_tone(onset, decoded, tone)
        if syllable is not None:
            return canonical(syllable)
    return None


def _decode_onset(onset: str, rest: str) -> tuple[str, str]:
    """đ is dd, and its second d may come late: ddi, did."""
    if onset.startswith("dd"):
        return "đ" + onset[2:], rest
    if onset == "d" and "d" in rest:
        at = rest.rindex("d")
        return "đ", rest[:at] + rest[at + 1 :]
    return onset, rest


def _tones(rest: str) -> list[tuple[str, str]]:
    """The ways to take a tone key out of the letters from the vowel on, the last key first; and to
    take none."""
    ways = [
        (rest[:at] + rest[at + 1 :], _TONES[rest[at]])
        for at in range(len(rest) - 1, 0, -1)
        if rest[at] in _TONES
    ]
    return [*ways, (rest, "")]


def _decode_marks(letters: str) -> str:
    """aa, ee, oo and w, each next to its vowel or later; a third letter takes the hat off again."""
    found: list[str] = []
    for key in letters:
        plain = [unicodedata.normalize("NFD", letter)[0] for letter in found]
        if key == "w" and _horn(found, plain):
            continue
        if key in _DOUBLED and key in plain:
            at = len(plain) - 1 - plain[::-1].index(key)
            between = plain[at + 1 :]
            if found[at] == key and (between[:1] in ([], ["i"], ["u"], ["y"]) or _bare(between)):
                found[at] = _DOUBLED[key]
                continue
            if found[at] == _DOUBLED[key] and not between:
                found[at:] = [key, key]
                continue
        found.append(key)
    return "".join(found)


def _bare(letters: list[str]) -> bool:
    """Whether no vowel is among the letters."""
    return not set(letters) & set("aeiouy")


def _horn(found: list[str], plain: list[str]) -> bool:
    """Puts a w where it belongs: on uo as a whole, else on the last vowel that can bear it."""
    for at in range(len(plain) - 1):
        if plain[at : at + 2] == ["u", "o"]:
            found[at : at + 2] = ["ư", "ơ"]
            return True
    if plain[:2] == ["u", "a"]:
        found[0] = "ư"
        return True
    for at in range(len(plain) - 1, -1, -1):
        if plain[at] in _HORNED and found[at] == plain[at]:
            found[at] = _HORNED[plain[at]]
            return True
    return False


def _with_tone(onset: str, letters: str, tone: str) -> str | None:
    """The syllable with its tone on the vowel where spelling puts it, None where it is none.

    A hat that was forgotten is put on where no syllable has these vowels without it, and one horn
    is enough where two give none (thuở).
    """
    hatted = _HATLESS.sub(lambda vowels: _HATS[vowels[0]], letters)
    for spelled in (letters, hatted, letters.replace("ươ", "uơ")):
        for at in range(len(spelled)):
            carried = onset + spelled[: at + 1] + tone + spelled[at + 1 :]
            if is_syllable(carried):
                return unicodedata.normalize("NFC", carried)
    return None
