"""From what the recogniser saw, word by word, to the text of a page and its words' boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from archive.core.text import clean_text
from archive.extract.hyphens import divides_a_word
from archive.extract.results import Word

Box = tuple[float, float, float, float]

# What stands alone in a sentence; anything else without a letter is a rule, a speck or a fold.
_LONE_SIGNS = frozenset("-–—+=&%*•/→©§")
_LONE_CONFIDENCE = 60.0
_ONE_CHARACTER_CONFIDENCE = 40.0
_MOSTLY_SIGNS_CONFIDENCE = 50.0
_LINE_CONFIDENCE = 50.0
# A word so long is wider than it is high, in any face.
_TELLING_CHARACTERS = 4
_HYPHENS = "-\u2010\u00ad"
_NOISE = dict.fromkeys((*range(32), 127))
_BROKEN = re.compile(rf".*\w[{_HYPHENS}]")


class SeenWord(NamedTuple):
    """A word as the recogniser gives it: confidence from 0 to 100, box in pixels of its picture
    (left, top, right, bottom), and whether it begins a line, and a paragraph with that line."""

    text: str
    confidence: float
    box: tuple[int, int, int, int]
    starts_line: bool
    starts_paragraph: bool


def confidence_of(words: Iterable[SeenWord]) -> float:
    """How sure the recogniser is of the letters and digits it saw, 0 to 100; 0 for none.

    It reads lines that run up or down the page too, worse than in their own turn: of those it
    counts as not sure at all.
    """
    sure, count = 0.0, 0
    for word in words:
        letters = _letters(word.text)
        sure += letters * word.confidence * _lies_flat(word)
        count += letters
    return sure / count if count else 0.0


def sure_letters(words: Iterable[SeenWord], *, confidence: float) -> int:
    """How many letters and digits stand in words on level lines that are at least so sure."""
    return sum(
        _letters(word.text) for word in words if word.confidence >= confidence and _lies_flat(word)
    )


def assemble(
    seen: Iterable[SeenWord], on_page: Callable[[tuple[int, int, int, int]], Box | None]
) -> tuple[str, tuple[Word, ...]]:
    """The text in the order given, a line to a line and an empty line between paragraphs, and its
    words. What is no writing is left out; a word broken by a hyphen at a line's end is one word of
    the text with a `Word` on each line."""
    text = _Text()
    for line in _lines(seen):
        kept = [word for word in line if not _is_noise(word)]
        if not kept or max(word.confidence for word in kept) < _LINE_CONFIDENCE:
            text.paragraph_ends = text.paragraph_ends or line[0].starts_paragraph
            continue
        text.begin_line(kept[0].text, starts_paragraph=line[0].starts_paragraph)
        for word in kept:
            text.add(word.text, on_page(word.box))
    return text.content, tuple(text.words)


class _Text:
    """The text as far as it is written."""

    def __init__(self) -> None:
        self.content = ""
        self.words: list[Word] = []
        self.paragraph_ends = False
        self._gap = ""

    def begin_line(self, first_word: str, *, starts_paragraph: bool) -> None:
        starts_paragraph = starts_paragraph or self.paragraph_ends
        self.paragraph_ends = False
        last = self.content.rpartition("\n")[2].rpartition(" ")[2]
        if not self.content:
            self._gap = ""
        elif starts_paragraph:
            self._gap = "\n\n"
        elif _BROKEN.fullmatch(last) and first_word[:1].isalnum():
            self._gap = ""
            if last[-1] != "-" or divides_a_word(last[:-1], first_word):
                self._take_back_hyphen()
        else:
            self._gap = "\n"

    def add(self, text: str, box: Box | None) -> None:
        for part in clean_text(text.translate(_NOISE)).split():
            start = len(self.content) + len(self._gap)
            self.content += self._gap + part
            self._gap = " "
            if box is not None:
                self.words.append(Word(start, len(self.content), *box))

    def _take_back_hyphen(self) -> None:
        self.content = self.content[:-1]
        if self.words and self.words[-1].end > len(self.content):
            self.words[-1] = self.words[-1]._replace(end=len(self.content))


def _lines(seen: Iterable[SeenWord]) -> Iterable[list[SeenWord]]:
    line: list[SeenWord] = []
    for word in seen:
        if word.starts_line and line:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _is_noise(word: SeenWord) -> bool:
    letters, signs = _letters(word.text), len(word.text.strip())
    if letters == 0:
        return word.text.strip() not in _LONE_SIGNS or word.confidence < _LONE_CONFIDENCE
    if signs == 1:
        return word.confidence < _ONE_CHARACTER_CONFIDENCE
    return 2 * letters < signs and word.confidence < _MOSTLY_SIGNS_CONFIDENCE


def _lies_flat(word: SeenWord) -> bool:
    left, top, right, bottom = word.box
    return len(word.text) < _TELLING_CHARACTERS or right - left >= bottom - top


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)
