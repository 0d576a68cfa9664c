"""Works by the letter with which their titles begin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from archive.core.collation import ALPHABET, NO_LETTER
from archive.search.arrays import Array
from archive.search.requests import SearchRequest
from archive.search.snapshot import Snapshot

_LETTERS = (*ALPHABET, NO_LETTER)


def with_letter(snapshot: Snapshot, letter: str) -> Array:
    """The works whose titles begin with the letter; none for what is no letter."""
    place = _LETTERS.index(letter) if letter in _LETTERS else len(_LETTERS)
    found: Array = snapshot.first_letters == place
    return found


def count_letters(snapshot: Snapshot, works: Array, request: SearchRequest) -> Mapping[str, int]:
    """How many of the works (their places, or a mark for each) begin with each letter, in order;
    nothing where the request asks neither for the order of titles nor for a letter."""
    if request.sort != "title" and not request.letter:
        return {}
    counts = np.bincount(snapshot.first_letters[works], minlength=len(_LETTERS)).tolist()
    return {letter: count for letter, count in zip(_LETTERS, counts, strict=True) if count}
