"""Letters for reading imprints: compared without marks in place, set back from capitals."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from archive.core.text import canonical
from archive.metadata.names import (
    COMMON,
    MIDDLE_NAMES,
    NAMES,
    NO_PLACE,
    PLACE_KINDS,
    SURNAMES,
)

_DIGITS = str.maketrans({"o": "0", "l": "1", "i": "1"})
_NAME_WORDS = 8  # What is longer is a heading in which every word is large.
_DASHES = (" - ", " – ")  # What follows one of these begins anew, as a second title does.
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|\s+")


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    lowered = letter.lower()
    if lowered == "đ":
        return "d"
    base = unicodedata.normalize("NFD", lowered)[:1]
    return base or letter


def bare_letters(text: str) -> str:
    """The composed text in small letters without marks, each letter at its own place.

    `len(bare_letters(text)) == len(text)`: what is found in it can be cut out of the text itself,
    and what recognition lost of the marks is not missed.
    """
    return "".join(map(_bare, text))


def read_number(digits: str) -> int:
    """The number that recognised digits mean: o for 0, l and i for 1, separators left out."""
    return int(re.sub(r"[.,\s]", "", digits).translate(_DIGITS))


def is_capitals(text: str) -> bool:
    """Whether the text is set in capitals: four letters or more, hardly a small one among them."""
    letters = [letter for letter in text if letter.isalpha()]
    small = sum(letter.islower() for letter in letters)
    return len(letters) >= 4 and small * 8 <= len(letters)


def names_in(lines: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Words that the running text writes with capitals: runs of them, and single ones that stand
    inside a line and never occur in small letters. Lines set in capitals tell nothing."""
    runs: set[tuple[str, ...]] = set()
    capital: Counter[str] = Counter()
    small: set[str] = set()
    for line in lines:
        if is_capitals(line):
            continue
        run: list[str] = []
        opens = True
        for piece in [*_WORD.findall(line), "."]:
            if piece.isspace():
                continue
            if piece[:1].isupper() and not (len(piece) > 1 and piece.isupper()):
                run.append(piece)
                if not opens:
                    capital[piece] += 1
            else:
                for start in range(len(run) - 1 if len(run) <= _NAME_WORDS else 0):
                    if run[start].lower() not in COMMON:
                        runs.add(tuple(run[start:]))
                run = []
                small.add(piece)
            opens = piece in '.:;!?“"(-–'
    single = {(word,) for word in capital if word.lower() not in small | COMMON}
    return frozenset(runs | single)


def from_capitals(text: str, names: Iterable[Sequence[str]] = ()) -> str:
    """Text set in capitals as a sentence: only its first letter and known names are large.

    `names` are those of the running text (`names_in`); the commonest ones are known anyway. Text
    that is not set in capitals is given back as it stands.
    """
    if not is_capitals(text):
        return text
    pieces = _WORD.findall(text.lower())
    words = [index for index, piece in enumerate(pieces) if piece[0].isalnum()]
    known = {tuple(map(canonical, name)): tuple(name) for name in (*names, *NAMES)}
    longest = max(map(len, known), default=1)
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            places = words[at : at + length]
            if found := known.get(tuple(canonical(pieces[place]) for place in places)):
                for place, word in zip(places, found, strict=True):
                    pieces[place] = _cased_like(pieces[place], word)
                at += length
                break
        else:
            if re.fullmatch(r"[ivxlc]{2,}|[bcdđghklmnpqrstvx]{2,}", pieces[words[at]]):
                pieces[words[at]] = pieces[words[at]].upper()  # A Roman number or an acronym.
            for place in _named_by_form([pieces[word] for word in words], at):
                pieces[words[place]] = pieces[words[place]].capitalize()
                at = place
            at += 1
    for place in words[:1] + [n for n in words if "".join(pieces[max(0, n - 3) : n]) in _DASHES]:
        pieces[place] = pieces[place][:1].upper() + pieces[place][1:]
    return "".join(pieces)


def _named_by_form(words: Sequence[str], at: int) -> range:
    """Which words behind `at` its own kind makes a name: a place's behind "xã", a person's from a
    surname with a middle name on; none where nothing tells."""
    word = words[at]
    if word in PLACE_KINDS:
        following = words[at + 1 : at + 3]
        if len(following) == 2 and not NO_PLACE.intersection(following) and _are_words(following):
            return range(at + 1, at + 3)
    if word in SURNAMES and len(words) > at + 2 and words[at + 1] in MIDDLE_NAMES:
        return range(at, at + 3)
    return range(0)


def _are_words(words: Sequence[str]) -> bool:
    return all(word.isalpha() for word in words)


def _cased_like(word: str, model: str) -> str:
    """The word, whose tone may stand elsewhere than the model's, with the model's capitals."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
