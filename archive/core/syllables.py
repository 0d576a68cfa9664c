"""Which words are Vietnamese syllables, by the rules of the spelling and not by a word list.

A syllable is an onset, a rime and a tone; hardly two in a hundred of all letter strings of its
length are one. So a text that is read rightly consists of syllables nearly throughout, and one that
is read in a wrong encoding, or by a recogniser of another language, does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
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
_RIME_PARTS = re.compile(rf"([{_VOWELS}]+)([^{_VOWELS}]*)")
_EITHER_PLACE = frozenset({"oa", "oe", "uy"})

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


def is_syllable(word: str) -> bool:
    """Whether the word is a Vietnamese syllable as it is written, in any case, NFC or NFD.

    Both habits of placing the tone (hòa, hoà) and of i and y (kĩ, kỹ) count; a syllable that ends
    in a stop needs sắc or nặng, so `cac` is none while `các` is.
    """
    lowered = word.lower()
    return lowered in syllables() or unicodedata.normalize("NFC", lowered) in syllables()


@cache
def syllables() -> frozenset[str]:
    """Every syllable that the rules allow, in small letters and NFC: some 18,000."""
    return frozenset(
        word
        for onset in _ONSETS
        for rime in _RIMES | _RIMES_AFTER_GI | _RIMES_AFTER_QU
        if _fits(onset, rime)
        for word in _toned(onset, rime)
    )


def _toned(onset: str, rime: str) -> Iterator[str]:
    """The syllable with every tone that it can carry, in every habit of placing it."""
    vowels, coda = _RIME_PARTS.fullmatch(rime).groups()  # type: ignore[union-attr]
    if coda not in _STOPS:
        yield onset + rime
    for tone in _STOP_TONES if coda in _STOPS else _TONES:
        for place in _tone_places(vowels, coda):
            carried = onset + vowels[: place + 1] + tone + vowels[place + 1 :] + coda
            yield unicodedata.normalize("NFC", carried)


@cache
def _bare_syllables() -> frozenset[str]:
    return frozenset(_plain(word) for word in syllables())


def measure(text: str) -> SyllableShare:
    """The syllables among the words of a text."""
    is_known, is_plain = syllables().__contains__, _bare_syllables().__contains__
    found = _WORD.findall((text if text.isascii() else unicodedata.normalize("NFC", text)).lower())
    unmarked = list(filter(str.isascii, found))
    valid, valid_unmarked = sum(map(is_known, found)), sum(map(is_known, unmarked))
    return SyllableShare(
        words=len(found),
        marked=len(found) - len(unmarked),
        valid=valid,
        valid_marked=valid - valid_unmarked,
        bare=sum(map(is_plain, unmarked)),
    )


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
