"""Text that looks to a search index like Vietnamese: syllables by rule, frequencies by Zipf.

Nothing here is meant to be read. The share of pages with each topic is that of a provincial
archive, where the commonest words are the usual questions.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

from archive.core.text import canonical

SYLLABLES_PER_PAGE = 350
TOPICS = {"Cao Bằng": 0.87, "cách mạng": 0.63, "Bác Hồ": 0.45}
"""A topic and the share of pages it stands on."""

_VOCABULARY = 4_500
_DECK = 1 << 18
_ONSETS = (
    *("", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "p", "ph"),
    *("qu", "r", "s", "t", "th", "tr", "v", "x"),
)
_OPEN = (
    *("a", "ai", "am", "an", "ang", "anh", "ao", "au", "ăm", "ăn", "ăng", "âm", "ân", "âng"),
    *("âu", "ây", "e", "em", "en", "eo", "ê", "êm", "ên", "ênh", "êu", "i", "im", "in", "inh"),
    *("iêm", "iên", "iêng", "iêu", "o", "oa", "oai", "oan", "oi", "om", "on", "ong", "ô", "ôi"),
    *("ôm", "ôn", "ông", "ơ", "ơi", "ơm", "ơn", "u", "ua", "ui", "um", "un", "ung", "uôi", "uôn"),
    *("uông", "uyên", "ư", "ưa", "ưng", "ươi", "ươm", "ươn", "ương", "ưu"),
)
_STOPPED = (
    *("ac", "ach", "ap", "at", "ăc", "ăp", "ăt", "âc", "âp", "ât", "ec", "ep", "et", "êch"),
    *("êp", "êt", "ich", "it", "iêc", "iêp", "iêt", "oc", "op", "ot", "ôc", "ôp", "ôt", "ơp"),
    *("ơt", "uc", "ut", "uôc", "uôt", "uyêt", "ưc", "ươc", "ươt"),
)
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_STOPPED_TONES = ("\u0301", "\u0323")
_FRONT = "eêi"
_VOWELS = "aăâeêioôơuưy"


def syllables() -> list[str]:
    """The vocabulary in its fixed order of frequency, the commonest first."""
    made: dict[str, None] = {}
    for rhymes, tones in ((_OPEN, _TONES), (_STOPPED, _STOPPED_TONES)):
        for onset in _ONSETS:
            for rhyme in rhymes:
                for tone in tones:
                    spelt = _spell(onset, rhyme, tone)
                    if spelt:
                        made[spelt] = None
    shuffled = list(made)
    random.Random(1944).shuffle(shuffled)
    return shuffled[:_VOCABULARY]


def _spell(onset: str, rhyme: str, tone: str) -> str:
    """The syllable, "" where Vietnamese has none such."""
    front = rhyme[0] in _FRONT
    if onset == "qu" and rhyme[0] in "uưoôơ":
        return ""
    if onset == "gi" and rhyme[0] == "i":
        return ""
    onset = {"c": "k", "g": "gh", "ng": "ngh"}.get(onset, onset) if front else onset
    if onset == "" and rhyme.startswith("iê"):
        rhyme = f"y{rhyme[1:]}"
    at = next(i for i, letter in enumerate(rhyme) if letter in _VOWELS)
    toned = rhyme[: at + 1] + tone + rhyme[at + 1 :]
    return canonical(unicodedata.normalize("NFC", onset + toned))


class Writer:
    """Pages of text, always the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._deck = _deck()

    def page(self, count: int = SYLLABLES_PER_PAGE) -> str:
        """About `count` syllables in sentences, lines and paragraphs, with the page's topics."""
        chance, deck = self._random.random, self._deck
        run = [deck[int(chance() * _DECK)] for _ in range(count)]
        for topic, share in TOPICS.items():
            if chance() < share:
                for _ in range(1 + int(chance() * 3)):
                    run.insert(int(chance() * len(run)), topic)
        return self._set(run)

    def phrase(self, count: int) -> str:
        chance = self._random.random
        return " ".join(self._deck[int(chance() * _DECK)] for _ in range(count))

    def _set(self, run: Sequence[str]) -> str:
        chance = self._random.random
        lines: list[str] = []
        line: list[str] = []
        left = 0
        for syllable in run:
            if left == 0:
                left = 8 + int(chance() * 20)
                syllable = syllable[:1].upper() + syllable[1:]
            left -= 1
            line.append(f"{syllable}." if left == 0 else syllable)
            if len(line) == 13:
                lines.append(" ".join(line))
                line = []
                if chance() < 0.15:
                    lines.append("")
        lines.append(" ".join(line) + ".")
        return "\n".join(lines)


def _deck() -> list[str]:
    """Syllables as often as Zipf's law has them, to draw from evenly: quicker than weights."""
    vocabulary = syllables()
    weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    return random.Random(2019).choices(vocabulary, cum_weights=weights, k=_DECK)
