"""The order in which a page of two columns is read.

Some programs write such a page line by line across both columns, so that each line of the left one
runs on into its neighbour. Where the boxes of the words show a gutter beyond doubt, the left column
is read before the right one; a table, whose rows must stay together, is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.extract.pieces import Box, Piece

# Fractions of the page's width. A space of justified text is narrower than a gutter.
_GUTTER = 0.018
_MIDDLE = (0.3, 0.7)
# So many lines on each side, or there are no columns to speak of.
_LINES = 8
# Lines of running text nearly fill their column; cells of a table do not.
_FILLED = 0.8
_FILLED_LINES = 0.6
# Lines across both columns (a title, a picture's caption) are the exception.
_CROSSING = 0.25
# Pages whose order is mostly left and right in turn were written across.
_ALTERNATING = 0.5


@dataclass(slots=True)
class _Segment:
    """Words that stand together on a line."""

    pieces: list[Piece]
    left: float
    right: float


def order_columns(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces in reading order; the same sequence where there is no reason to change it."""
    if _lines_from_the_middle(pieces) < _LINES:
        return pieces
    segments = _segments(pieces)
    gutter = _gutter(segments)
    if gutter is None:
        return pieces
    ordered: list[_Segment] = []
    left: list[_Segment] = []
    right: list[_Segment] = []
    for segment in segments:
        if segment.right <= gutter:
            left.append(segment)
        elif segment.left >= gutter:
            right.append(segment)
        else:
            ordered += [*left, *right, segment]
            left, right = [], []
    ordered += [*left, *right]
    for segment in ordered:
        first = segment.pieces[0]
        first.gap = first.gap if "\n" in first.gap else "\n"
    return [piece for segment in ordered for piece in segment.pieces]


def _lines_from_the_middle(pieces: Sequence[Piece]) -> int:
    """How many lines, or stretches after a wide gap, begin where a right column would: the quick
    look that spares most pages the rest."""
    count, last_right = 0, 0.0
    for piece in pieces:
        box = piece.box
        if box is None:
            continue
        if _MIDDLE[0] < box[0] < _MIDDLE[1] and (
            not -_GUTTER < box[0] - last_right < _GUTTER or "\n" in piece.gap
        ):
            count += 1
        last_right = box[2]
    return count


def _segments(pieces: Sequence[Piece]) -> list[_Segment]:
    segments: list[_Segment] = []
    last: Box | None = None
    for piece in pieces:
        box = piece.box
        if box is None:
            if segments:
                segments[-1].pieces.append(piece)
            else:
                segments.append(_Segment([piece], 1.0, 0.0))
            continue
        begins = (
            last is None
            or "\n" in piece.gap
            or (piece.gap and not -_GUTTER < box[0] - last[2] < _GUTTER)
        )
        if begins or not segments:
            segments.append(_Segment([piece], box[0], box[2]))
        else:
            segment = segments[-1]
            segment.pieces.append(piece)
            segment.left = min(segment.left, box[0])
            segment.right = max(segment.right, box[2])
        last = box
    return segments


def _gutter(segments: Sequence[_Segment]) -> float | None:
    """Where the page divides, as a fraction of its width; None unless it surely does."""
    starts = [segment.left for segment in segments if _MIDDLE[0] < segment.left < _MIDDLE[1]]
    if len(starts) < _LINES:
        return None
    # The right column begins where most lines of the middle do.
    place, _ = Counter(round(start, 2) for start in starts).most_common(1)[0]
    column = min(start for start in starts if abs(start - place) < 0.01)
    gutter = column - _GUTTER / 3
    if not _MIDDLE[0] < gutter < _MIDDLE[1]:
        return None
    left = [segment for segment in segments if segment.right <= gutter]
    right = [segment for segment in segments if segment.left >= gutter]
    crossing = len(segments) - len(left) - len(right)
    if min(len(left), len(right)) < _LINES or crossing > _CROSSING * len(segments):
        return None
    if not (_is_prose(left) and _is_prose(right)):
        return None
    sides = [segment.left >= gutter for segment in segments]
    turns = sum(side != before for before, side in pairwise(sides))
    return gutter if turns >= _ALTERNATING * 2 * min(len(left), len(right)) else None


def _is_prose(column: Sequence[_Segment]) -> bool:
    left = min(segment.left for segment in column)
    right = max(segment.right for segment in column)
    width = right - left
    full = sum(segment.right - segment.left >= _FILLED * width for segment in column)
    return width > 0.15 and full >= _FILLED_LINES * len(column)
