"""A page's words while they are still being put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.extract.results import Word

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Piece:
    """A word, or the part of one that lies on one line. `gap` is the white space before it, ""
    where it goes on a word. `box` is as in `Word`; None where nothing of it is seen."""

    gap: str
    text: str
    box: Box | None


def join_pieces(pieces: Sequence[Piece]) -> tuple[str, list[Word]]:
    """The text that the pieces make, and a word with its place in it for each seen piece."""
    parts: list[str] = []
    words: list[Word] = []
    length = 0
    for piece in pieces:
        if piece.gap and parts:
            parts.append(piece.gap)
            length += len(piece.gap)
        end = length + len(piece.text)
        if piece.box is not None:
            words.append(Word(length, end, *piece.box))
        parts.append(piece.text)
        length = end
    return "".join(parts), words
