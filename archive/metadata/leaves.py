"""A page's text made ready for reading imprints: tidy lines, and the same without marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from archive.core.text import clean_text
from archive.metadata.guesses import LINE_LENGTH
from archive.metadata.letters import bare_letters

# What makes a page an imprint: two different ones of these on it.
_CUES = re.compile(
    r"chiu trach nhiem|nop luu chieu|giay phep|gpxb|dang k[yi]|dkkhxb|dkxb|cxb|qdxb|isbn"
    r"|quyet dinh xuat ban|bien tap|trinh bay|sua ban in|\bin tai\b|che ban|thiet ke|so luong"
    r"|don vi in|nha in|ve bia|doc sach mau|lien ket xuat ban|in xong|\bkho\b.{0,12}\dcm|ban in"
)

_END_LENGTH = 8_000


@dataclass(frozen=True)
class Leaf:
    """One page: `text` has tidy lines, `bare` the same letters small and without marks."""

    number: int
    text: str
    bare: str

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def cues(self) -> int:
        """How many different signs of an imprint the page shows."""
        return len({re.sub(r"\d+", "", cue) for cue in _CUES.findall(self.bare)})

    def line_at(self, start: int, end: int) -> str:
        """The lines that `text[start:end]` stands in, as one."""
        begin = self.text.rfind("\n", 0, start) + 1
        stop = self.text.find("\n", max(start, end - 1))
        line = self.text[begin : stop if stop >= 0 else len(self.text)].replace("\n", " ").strip()
        if len(line) <= LINE_LENGTH:
            return line
        # A long line is shown around the value.
        before = max(0, min(start - begin - 40, len(line) - LINE_LENGTH))
        return ("…" if before else "") + line[before : before + LINE_LENGTH - 2].strip() + "…"


def leaf(number: int, text: str) -> Leaf:
    """The page `number` with its text in order: composed, a blank for each run of blanks.

    Of a page that is longer than any imprint only both ends are looked at.
    """
    if len(text) > 2 * _END_LENGTH:
        text = f"{text[:_END_LENGTH]}\n{text[-_END_LENGTH:]}"
    lines = [" ".join(line.split()) for line in clean_text(text).splitlines()]
    tidy = "\n".join(lines).strip("\n")
    return Leaf(number=number, text=tidy, bare=bare_letters(tidy))
