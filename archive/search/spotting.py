"""Where words stand in a text, whatever their marks and capitals: for marks and snippets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from archive.core.text import Token, fold, may_end_in_y, token_at
from archive.search.arrays import Array

_MARKED = 0x3000  # beyond it letters have neither capitals nor marks
_LONG = 64  # letters, where `archive.core.text` cuts a word
_TABLE = 0x10000  # beyond it stand rare scripts and pictures


def find_folds(cleaned: str, folds: frozenset[str]) -> list[Token]:
    """Those of the tokens of a cleaned text whose fold is one of `folds`, in order.

    As `archive.core.text.tokens`, and then `fold` of each, but for what sticks to the end of a
    decimal number or of sixty-four letters; only what looks like one of them is looked at, which
    takes a fiftieth of the time.
    """
    found: dict[int, Token] = {}
    spaced = _spaced(cleaned)
    for folded in filter(None, folds):
        if folded.isalpha() and len(folded) < _LONG:
            # Between two blanks it is a whole word, which only a digit could lengthen.
            for start in _places(spaced, folded):
                end = start + len(folded)
                found[start] = Token(cleaned[start:end], start, end)
            continue
        for start in _places(spaced, folded):
            token = token_at(cleaned, start)
            if token is not None and fold(token.text) == folded:
                found[start] = token
    return [found[start] for start in sorted(found)]


def _places(spaced: str, folded: str) -> Iterator[int]:
    """Where the fold may stand in a text of `_spaced`, as a place in the text itself."""
    for word in _ways_of_writing(folded):
        # The blank behind one word is the one before the next, so the search goes on with it. A
        # number with a point inside may stand before its unit (1,4m): any end will do.
        end = "" if " " in word else " "
        wanted = f" {word}{end}"
        at = spaced.find(wanted)
        while at >= 0:
            yield at
            at = spaced.find(wanted, at + len(word) + 1)


@lru_cache(maxsize=1 << 12)
def _ways_of_writing(folded: str) -> tuple[str, ...]:
    """The fold as `_spaced` has it: a point inside a number is a blank, a final i may be a y."""
    words = [folded, f"{folded[:-1]}y"] if may_end_in_y(folded) else [folded]
    return tuple(_spaced(word)[1:-1] for word in words)


def _spaced(text: str) -> str:
    """The text in small letters without marks, letter for letter, a blank for whatever belongs to
    no word, and one blank more before and behind it."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plain = np.full(len(codes) + 2, ord(" "), np.uint32)
    _table().take(codes, mode="clip", out=plain[1:-1])
    if len(codes) and codes.max() >= _TABLE:
        for at in np.flatnonzero(codes >= _TABLE).tolist():
            plain[at + 1] = _plain(int(codes[at]))
    return plain.tobytes().decode("utf-32-le", "surrogatepass")


@lru_cache(maxsize=1)
def _table() -> Array:
    return np.array([_plain(code) for code in range(_TABLE)], np.uint32)


def _plain(code: int) -> int:
    """The small letter without marks, where that is one letter; a blank for what is no letter.

    (Which small sigma a capital one becomes depends on its place; here it is always the same.)
    """
    letter = chr(code)
    if not re.match(r"\w", letter):
        return ord(" ")
    folded = fold(letter) if code < _MARKED else letter
    return ord(folded) if len(folded) == 1 else code
