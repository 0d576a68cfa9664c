"""Which words are Vietnamese syllables, by the rules of the spelling and not by a word list.

A syllable is an onset, a rime and a tone; hardly two in a hundred of all letter strings of its
length are one. So a text that is read rightly consists of syllables nearly throughout, and one that
is read in a wrong encoding, or by a recogniser of another language, does not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ONSETS = _table("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x") | {""}
# The spelling of /k/, /ɡ/ and /ŋ/ depends on the vowel that follows.
_BEFORE_FRONT_VOWELS = frozenset({"gh", "ngh"})
_BEFORE_OTHER_VOWELS = frozenset({"c", "g", "ng"})
_FRONT_VOWELS = frozenset("eêiy")

_RIMES = _table(
    """
    a ai ao au ay ac ach ak am an ang anh ap at
    ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeng oeo oet
    oi om on ong oong ooc op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh uêu ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uy uya uych uyn uynh uyp uyt uyu uyên uyêt
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    y ynh yt yêm yên yêng yêt yêu
    """
)
# What follows "qu" and "gi": the u and the i already belong to the onset.
_RIMES_AFTER_GI = frozenset(rime for rime in _RIMES if rime[0] not in "iy") | _table(
    "êc êm ên êng êp êt êu"
)
_RIMES_AFTER_QU = frozenset(rime for rime in _RIMES if rime[0] not in "uưoy") | _table(
    "y ych yn ynh yt yên yêt o ot"
)
# Rimes that need an onset: "tiếng", but not "iếng"; and those that have one nowhere but in "qu".
_NEED_ONSET = frozenset(rime for rime in _RIMES if rime.startswith("iê")) | _table(
    "ak ăk ên êp êt êu ynh yt"
)
_WITHOUT_ONSET = _table("yêm yên yêng yêt yêu ynh yt")
_STOPS = ("c", "ch", "k", "p", "t")
_TONES = {"\u0300": "`", "\u0309": "?", "\u0303": "~", "\u0301": "'", "\u0323": "."}
_STOP_TONES = frozenset({"\u0301", "\u0323"})
_VOWELS = "aăâeêioôơuưy"
_MARKED_VOWELS = frozenset("ăâêôơư")
_PARTS = re.compile(rf"(gi(?=[{_VOWELS}])|qu|[^{_VOWELS}]*)([{_VOWELS}]+)([^{_VOWELS}]*)")
_EITHER_PLACE = frozenset({"oa", "oe", "uy"})
_LONGEST = len("nghiêng")

# Words of the Latin alphabet; the signs × and ÷ stand among its letters. Other scripts are no words
# here: nothing is known of them.
_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+")


class SyllableShare(NamedTuple):
    """How Vietnamese a text is, in numbers of words (runs of Latin letters).

    `marked`: the words that hold a letter beyond a–z. `valid`, `valid_marked`: those that are
    syllables as written. `bare`: the words in plain a–z that some tones and marks would make
    syllables, which is what remains of Vietnamese typed or recognised without its marks.
    """

    words: int
    marked: int
    valid: int
    valid_marked: int
    bare: int

    @property
    def score(self) -> float | None:
        """The share of the marked words that are syllables, 0 to 1; None where none is marked."""
        return self.valid_marked / self.marked if self.marked else None


@lru_cache(maxsize=1 << 15)
def is_syllable(word: str) -> bool:
    """Whether the word is a Vietnamese syllable as it is written, in any case, NFC or NFD.

    Both habits of placing the tone (hòa, hoà) and of i and y (kĩ, kỹ) count; a syllable that ends
    in a stop needs sắc or nặng, so `cac` is none while `các` is.
    """
    lowered = unicodedata.normalize("NFC", word).lower()
    if not 1 <= len(lowered) <= _LONGEST:
        return False
    tone, place, bare = _without_tone(lowered)
    parts = _split(bare)
    if parts is None:
        return False
    onset, vowels, coda = parts
    if not _fits(onset, vowels + coda):
        return False
    if coda in _STOPS and tone not in _STOP_TONES:
        return False
    return not tone or place - len(onset) in _tone_places(vowels, coda)


@lru_cache(maxsize=1 << 15)
def is_bare_syllable(word: str) -> bool:
    """Whether some tones and marks would make the plain word a syllable: `cac`, `nuoc`, `duong`."""
    lowered = word.lower()
    found = _BARE_PARTS.fullmatch(lowered)
    if found is None or len(lowered) > _LONGEST:
        return False
    return any(
        found[2] + found[3] in rimes for onset, rimes in _BARE_RIMES.items() if onset == found[1]
    )


def measure(text: str) -> SyllableShare:
    """The syllables among the words of a text."""
    marked = valid = valid_marked = bare = 0
    found = _WORD.findall(text if text.isascii() else unicodedata.normalize("NFC", text))
    for word in found:
        if len(word) > _LONGEST:  # No syllable, and nothing to remember.
            marked += not word.isascii()
        elif word.isascii():
            valid += is_syllable(word)
            bare += is_bare_syllable(word)
        else:
            marked += 1
            if is_syllable(word):
                valid += 1
                valid_marked += 1
    return SyllableShare(len(found), marked, valid, valid_marked, bare)


def _without_tone(lowered: str) -> tuple[str, int, str]:
    """The tone (a combining character, or ""), the place of its letter, the word without it."""
    if lowered.isascii():
        return "", -1, lowered
    tone, place, letters = "", -1, []
    for at, letter in enumerate(lowered):
        base, mark = _TONED.get(letter, (letter, ""))
        if mark:
            if tone:
                return "", -1, ""  # Two tones: no syllable.
            tone, place = mark, at
        letters.append(base)
    return tone, place, "".join(letters)


def _split(bare: str) -> tuple[str, str, str] | None:
    found = _PARTS.fullmatch(bare)
    if found is None:
        return None
    onset, vowels, coda = found.groups()
    if onset == "gi" and vowels + coda not in _RIMES_AFTER_GI:
        # "giết" and "gia" are gi and a rime; "gìn" and "giếng" may be looked at as g and a rime.
        return "g", "i" + vowels, coda
    return onset, vowels, coda


def _fits(onset: str, rime: str) -> bool:
    if onset not in _ONSETS:
        return False
    if onset == "gi":
        return rime in _RIMES_AFTER_GI
    if onset == "qu":
        return rime in _RIMES_AFTER_QU
    if rime not in _RIMES or rime in (_WITHOUT_ONSET if onset else _NEED_ONSET):
        return False
    if onset in _BEFORE_FRONT_VOWELS:
        return rime[0] in _FRONT_VOWELS
    if onset == "k":
        # Before a and o only in names of the highlands: Bắc Kạn, Mê Kông.
        return rime[0] in _FRONT_VOWELS or rime[0] in "aoô"
    if onset in _BEFORE_OTHER_VOWELS and rime[0] in _FRONT_VOWELS:
        # "gì", "gìn": gi and a rime in i share their i.
        return onset == "g" and rime in ("i", "in")
    return True


def _tone_places(vowels: str, coda: str) -> tuple[int, ...]:
    """The vowels that may carry the tone in one habit or the other."""
    marked = [at for at, vowel in enumerate(vowels) if vowel in _MARKED_VOWELS]
    if marked:
        return (marked[-1],)
    if len(vowels) == 1:
        return (0,)
    if coda:
        return (len(vowels) - 1,)
    if len(vowels) > 2:
        return (1,)
    return (0, 1) if vowels in _EITHER_PLACE else (0,)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_TONED = {
    unicodedata.normalize("NFC", vowel + tone): (vowel, tone)
    for vowel in _VOWELS
    for tone in _TONES
}
_BARE_PARTS = re.compile("(gi(?=[aeouy])|qu|[^aeiouy]*)([aeiouy]+)([^aeiouy]*)")
_BARE_RIMES: dict[str, frozenset[str]] = {}
for _onset in _ONSETS:
    _fitting = frozenset(
        _plain(rime) for rime in _RIMES | _RIMES_AFTER_GI | _RIMES_AFTER_QU if _fits(_onset, rime)
    )
    _BARE_RIMES[_plain(_onset)] = _BARE_RIMES.get(_plain(_onset), frozenset()) | _fitting
