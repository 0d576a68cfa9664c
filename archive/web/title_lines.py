"""Vietnamese titles broken into lines: words of two syllables and names stay together.

A space in Vietnamese parts syllables, not words, so that a browser breaks "lực lượng" or "Cao
Bằng" in two as readily as it parts two words. Where the place of every line is ours to choose (a
drawn cover), it is chosen here; in a heading the browser is told where not to break.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

ELLIPSIS = "…"

# After these a line does not end: they belong to what follows. After a plural it rather may.
_PLURALS: Final = frozenset(("các", "những", "mọi", "mỗi", "một"))
_LEADING_WORDS: Final = """
    và với của từ tại ở trên dưới trong ngoài về cho theo đến tới bằng do là tỉnh huyện xã phường
    châu làng xóm thôn bản ban sở số tập quyển kỳ phần chương lớp năm tháng ngày thứ lần khu đồng
    ông bà anh chị cụ đội hội nhà sau trước không chưa đã được
"""
_LEADING: Final = frozenset(_LEADING_WORDS.split())

# Words of two syllables that titles of this kind are made of.
_PAIRS: Final = frozenset(
    tuple(line.split())
    for line in (Path(__file__).parent / "word_pairs.txt").read_text("utf-8").splitlines()
)

_IN_WORD, _IN_NAME, _AFTER_LEADING, _AFTER_PLURAL, _LONELY = 80.0, 80.0, 60.0, 30.0, 15.0
_AFTER_STOP = -15.0
_STOPS = ",:;.–—)?!”"


@dataclass(frozen=True)
class TypeFace:
    """Widths of letters in thousandths of the size; a letter that is not there is `usual` wide."""

    widths: Mapping[str, int]
    usual: int

    @classmethod
    def of(cls, letters: str, *, space: int, usual: int) -> TypeFace:
        """The face whose letters are given as `A746 b632 …`."""
        widths = {each[0]: int(each[1:]) for each in letters.split()}
        return cls({**widths, " ": space}, usual)

    def width(self, text: str) -> int:
        """How wide `text` is, in thousandths of the size."""
        return sum(map(self._letter, text))

    def _letter(self, letter: str) -> int:
        found = self.widths.get(letter)
        if found is None:
            # Tones and hats stand above or below a letter and make it no wider.
            found = self.widths.get(unicodedata.normalize("NFD", letter)[0], self.usual)
        return found


@dataclass(frozen=True)
class Setting:
    """A text as it is set: its lines, none wider than was asked for, and the size that does it.
    The last line ends in "…" where the text did not fit."""

    lines: tuple[str, ...]
    size: float


def set_text(
    text: str, face: TypeFace, *, width: float, sizes: Sequence[tuple[float, int]]
) -> Setting:
    """The text in the first of `sizes` (size, most lines) in which it fits into `width`; in the
    last one it is cut off where it does not. No lines for an empty text."""
    words = tuple(text.split())
    fitting = []
    for size, most in sizes:
        broken = _break(words, face, int(width / size * 1000), most)
        if broken is None:
            continue
        fitting.append(Setting(broken.lines, size))
        if not broken.parts_words:
            return fitting[-1]
    # Rather smaller letters than a word in two; where no size helps, the largest.
    if fitting:
        return fitting[0]
    size, most = sizes[-1]
    return Setting(_cut(words, face, int(width / size * 1000), most), size)


def keep_words(text: str) -> str:
    """The text with its words of two syllables held together by spaces at which no line ends."""
    words = text.split(" ")
    parts = words[:1]
    for before, after in pairwise(words):
        parts += ("\u00a0" if _as_pair(before, after) in _PAIRS else " ", after)
    return "".join(parts)


def _cut(words: Sequence[str], face: TypeFace, limit: int, most: int) -> tuple[str, ...]:
    """As many whole words as fit, with the ellipsis; a word longer than a line is cut itself."""
    kept = [word if face.width(word) <= limit else _shortened(word, face, limit) for word in words]
    for count in range(min(len(kept), most * 12), 0, -1):
        ends = kept[count - 1].rstrip(_STOPS + "(-" + ELLIPSIS) + ELLIPSIS
        broken = _break((*kept[: count - 1], ends), face, limit, most)
        if broken is not None:
            return broken.lines
    return ()


def _shortened(word: str, face: TypeFace, limit: int) -> str:
    while word and face.width(word + ELLIPSIS) > limit:
        word = word[:-1]
    return word + ELLIPSIS


@dataclass(frozen=True)
class _Broken:
    """`parts_words`: a line ends within a word or a name."""

    lines: tuple[str, ...]
    parts_words: bool


def _break(words: tuple[str, ...], face: TypeFace, limit: int, most: int) -> _Broken | None:
    """The words in at most `most` lines, broken where it hurts least; None where they need more."""
    space = face.width(" ")
    widths = [face.width(word) for word in words]
    if any(width > limit for width in widths) or sum(widths) > limit * most:
        return None
    shouted = all(word == word.upper() for word in words)
    count = len(words)
    # For each number of lines, the least that the words from a place on cost, and where the first
    # of those lines ends.
    best: list[dict[int, tuple[float, int]]] = [{count: (0.0, count)}]
    for _ in range(most):
        reached: dict[int, tuple[float, int]] = {}
        for start in range(count):
            wide = -space
            for end in range(start + 1, count + 1):
                wide += space + widths[end - 1]
                if wide > limit:
                    break
                rest = best[-1].get(end)
                if rest is None:
                    continue
                slack = (limit - wide) / limit
                cost = 100 * slack * slack * (0.4 if end == count else 1.0) + rest[0]
                if end < count:
                    cost += _price(words[end - 1], words[end], shouted=shouted)
                if end - start == 1 < count:
                    cost += _LONELY if len(words[start]) > 3 else 3 * _LONELY
                if start not in reached or cost < reached[start][0]:
                    reached[start] = (cost, end)
        best.append(reached)
    # A further line costs a little, so that short titles stay short.
    ways = [(tier[0][0] + 12 * n, n) for n, tier in enumerate(best) if n and 0 in tier]
    if not ways:
        return None if words else _Broken((), parts_words=False)
    lines, start, parts_words = [], 0, False
    for tier in range(min(ways)[1], 0, -1):
        end = best[tier][start][1]
        lines.append(" ".join(words[start:end]))
        if end < count:
            dear = _price(words[end - 1], words[end], shouted=shouted)
            parts_words = parts_words or dear >= min(_IN_WORD, _IN_NAME)
        start = end
    return _Broken(tuple(lines), parts_words)


@lru_cache(maxsize=1 << 12)
def _price(before: str, after: str, *, shouted: bool) -> float:
    """What a break between two words costs."""
    if before[-1] in _STOPS:
        return _AFTER_STOP
    pair = _as_pair(before, after)
    if pair in _PAIRS:
        return _IN_WORD
    if not shouted and before[0].isupper() and after[0].isupper():
        return _IN_NAME
    if pair[0] in _PLURALS:
        return _AFTER_PLURAL
    return _AFTER_LEADING if pair[0] in _LEADING else 0.0


def _as_pair(before: str, after: str) -> tuple[str, str]:
    """Two words as they stand in the list of pairs."""
    return before.strip("“(").lower(), after.rstrip(_STOPS + ELLIPSIS).lower()
