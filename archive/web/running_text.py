"""The text of a page as it is read beside its image: paragraphs that flow, with words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from math import inf

from markupsafe import Markup, escape

_PARAGRAPH = re.compile(r"\n\s*\n")
_ITEM = re.compile(
    r"(?:[-–—•*+]|\d+(?:\.\d+)*[.)]?|[a-zđ][.)]|(?:Điều|Chương|Mục|Phần) [\dIVXLC]+[.:]?)(?:\s|$)"
)
"""How a line begins that stands by itself: a bullet, a number, a letter, an article of a law."""
_FULL_LINE = 0.75
"""The share of the page's long lines from which on a line counts as filled to its edge."""
_VERSE_CHARACTERS = 42
"""Where the long lines of a page are shorter than this it may be verse: all its lines stay."""


def paragraphs(text: str, spans: Sequence[tuple[int, int]], *, is_printed: bool = True) -> Markup:
    """Safe HTML: a paragraph per block of lines, the `spans` of `text` in <mark>. `is_printed`: the
    lines are those of a sheet of paper; in a text document each is a paragraph of its own.

    A line that was only broken because the paper ended runs on into the next one; headings, verse,
    lists and tables keep their lines. A phrase may run on from one block into the next: its mark
    is then closed and opened again.
    """
    full = _full_length(text) if is_printed else inf
    blocks = []
    begin = 0
    for gap in (*_PARAGRAPH.finditer(text), None):
        end = gap.start() if gap else len(text)
        if text[begin:end].strip():
            blocks.append(Markup("<p>{}</p>").format(_block(text, begin, end, spans, full)))
        begin = gap.end() if gap else end
    return Markup("").join(blocks)


def _full_length(text: str) -> float:
    """From how many characters on a line of this page reaches the right edge; inf for none."""
    lengths = sorted(len(line.strip()) for line in text.splitlines() if line.strip())
    long = lengths[len(lengths) * 9 // 10] if lengths else 0
    return inf if long < _VERSE_CHARACTERS else _FULL_LINE * long


def _block(
    text: str, begin: int, end: int, spans: Sequence[tuple[int, int]], full: float
) -> Markup:
    while text[begin] == "\n":
        begin += 1
    while text[end - 1] == "\n":
        end -= 1
    pieces = []
    at = begin
    for start, stop in spans:
        start, stop = max(start, begin), min(stop, end)
        if start < stop:
            pieces.append(escape(text[at:start]))
            pieces.append(Markup("<mark>{}</mark>").format(text[start:stop]))
            at = stop
    pieces.append(escape(text[at:end]))
    # Marking adds no line ends, so these are the same lines with and without marks.
    marked = str(Markup("").join(pieces)).split("\n")
    plain = text[begin:end].split("\n")
    joined = marked[0]
    for (line, following), shown in zip(pairwise(plain), marked[1:], strict=True):
        joined += ("\n" if _runs_on(line, following, full) else "<br>\n") + shown
    return Markup(joined.strip())  # noqa: S704 (escaped above)


def _runs_on(line: str, following: str, full: float) -> bool:
    line, following = line.strip(), following.strip()
    if len(line) < full or _ITEM.match(following):
        return False
    # A sentence that ends at the edge and another that begins: most often a new paragraph.
    return not (line.endswith((".", ";", ":", "!", "?")) and following[:1].isupper())
