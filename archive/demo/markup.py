"""The small markup of the demo texts (`text.md`), read into blocks of plain data.

# Chapter {tag}     a section begins; the tag names its scene or its number of columns
## Part  ### Piece
a paragraph         up to a blank line, with **bold** and *italic*
- item              bullets          1. item   numbered
| a | b |           a table, its first row the head; `|: 2 3` before it sets column widths
> ! title           a note, with its lines below as `> line`
? question          numbered in its chapter; `a) option` lines and `= answer` below it
~ line              verse
@rail name          a line of a schematic, its stops below as `- name | note`
___ 4               four ruled lines to write on
---                 a new page
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Run = dict[str, str]
Block = dict[str, Any]

_INLINE = re.compile(r"\*\*(?P<b>[^*]+)\*\*|\*(?P<i>[^*]+)\*")
_TAG = re.compile(r"\s*\{(?P<tag>[a-z0-9]+)\}$")
_OPTION = re.compile(r"^[a-d]\) ")
_NUMBERED = re.compile(r"^\d+\. ")
_DAYS = re.compile(r"^(?P<first>\d{1,2})(?:–(?P<last>\d{1,2}))?/\d{1,2}$")
_STARTS = ("#", "- ", "|", ">", "? ", "~ ", "@", "___", "---")


class MarkupError(ValueError):
    """A line of a demo text that means nothing: the line's number and its words."""


@dataclass(frozen=True, slots=True)
class Section:
    """Everything from one `#` line to the next; `blocks[0]` is that heading.

    `tag` is what stood in braces ("" where nothing did).
    """

    title: list[Run]
    tag: str
    blocks: list[Block]

    def marked_days(self) -> list[int]:
        """The days of a month that its list items open with (`**19–21/2**`), in order."""
        days: set[int] = set()
        for block in self.blocks:
            if block["t"] != "ul":
                continue
            for item in block["items"]:
                found = _DAYS.match(item[0]["s"]) if item and item[0]["k"] == "b" else None
                if found:
                    first = int(found["first"])
                    days.update(range(first, int(found["last"] or first) + 1))
        return sorted(days)


def read_runs(text: str) -> list[Run]:
    """The words of one line as runs: `s` the words, `k` "b", "i" or "" for how they are set."""
    runs: list[Run] = []
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            runs.append({"s": text[end : found.start()], "k": ""})
        kind = "b" if found["b"] is not None else "i"
        runs.append({"s": found[kind], "k": kind})
        end = found.end()
    if end < len(text):
        runs.append({"s": text[end:], "k": ""})
    return runs


def plain_text(runs: list[Run]) -> str:
    return "".join(run["s"] for run in runs)


def read_text(source: str) -> tuple[list[Block], list[Section]]:
    """The blocks before the first chapter, and the chapters.

    Raises MarkupError naming the line that could not be read.
    """
    reader = _Reader(source)
    intro: list[Block] = []
    sections: list[Section] = []
    for block in reader.blocks():
        if block["t"] == "h1":
            sections.append(Section(block["runs"], block.pop("tag"), [block]))
        else:
            (sections[-1].blocks if sections else intro).append(block)
    return intro, sections


class _Reader:
    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._at = 0
        self._questions = 0

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        while self._at < len(self._lines):
            if not self._lines[self._at].strip():
                self._at += 1
                continue
            found.append(self._block())
        return found

    def _take(self, prefix: str) -> list[str]:
        """The following lines that start with the prefix, without it."""
        taken = []
        while self._at < len(self._lines) and self._lines[self._at].startswith(prefix):
            taken.append(self._lines[self._at][len(prefix) :].strip())
            self._at += 1
        return taken

    def _next(self) -> str:
        self._at += 1
        return self._lines[self._at - 1]

    def _block(self) -> Block:
        line = self._lines[self._at]
        if line.startswith("#"):
            return self._heading()
        if line.startswith("|"):
            return self._table()
        if line.startswith("> "):
            title, *lines = self._take(">")
            if title.startswith("!"):
                title = title[1:].strip()
            else:
                title, lines = "", [title, *lines]
            return {"t": "note", "title": read_runs(title), "lines": [read_runs(x) for x in lines]}
        if line.startswith("? "):
            return self._question()
        if line.startswith("~ "):
            return {"t": "verse", "lines": [read_runs(x) for x in self._take("~ ")]}
        if line.startswith("- "):
            return {"t": "ul", "items": [read_runs(x) for x in self._take("- ")]}
        if _NUMBERED.match(line):
            return self._numbered()
        if line.startswith("@rail "):
            name = self._next()[len("@rail ") :].strip()
            stops = [x.partition("|") for x in self._take("- ")]
            return {
                "t": "rail",
                "name": read_runs(name),
                "stops": [
                    {"name": read_runs(a.strip()), "note": read_runs(b.strip())}
                    for a, _, b in stops
                ],
            }
        if line.startswith("___"):
            return {"t": "ruled", "count": int(self._next()[3:])}
        if line.strip() == "---":
            self._at += 1
            return {"t": "break"}
        if line.startswith(_STARTS):
            raise MarkupError(f"line {self._at + 1}: {line}")
        return self._paragraph()

    def _heading(self) -> Block:
        line = self._next()
        marks, _, words = line.partition(" ")
        level = len(marks)
        if marks != "#" * level or level > 3 or not words.strip():
            raise MarkupError(f"line {self._at}: {line}")
        tag = _TAG.search(words)
        block: Block = {"t": f"h{level}", "runs": read_runs(_TAG.sub("", words).strip())}
        if level == 1:
            self._questions = 0
            block["tag"] = tag["tag"] if tag else ""
        return block

    def _paragraph(self) -> Block:
        words = [self._next().strip()]
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip() or line.startswith(_STARTS) or _NUMBERED.match(line):
                break
            words.append(self._next().strip())
        return {"t": "p", "runs": read_runs(" ".join(words))}

    def _numbered(self) -> Block:
        items = []
        while self._at < len(self._lines) and _NUMBERED.match(self._lines[self._at]):
            items.append(read_runs(_NUMBERED.sub("", self._next()).strip()))
        return {"t": "ol", "items": items}

    def _question(self) -> Block:
        self._questions += 1
        words = self._next()[2:].strip()
        options, answer = [], ""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _OPTION.match(line):
                options.append(read_runs(self._next().strip()))
            elif line.startswith("= "):
                answer = self._next()[2:].strip()
            else:
                break
        return {
            "t": "q",
            "n": self._questions,
            "runs": read_runs(words),
            "options": options,
            "answer": read_runs(answer),
        }

    def _table(self) -> Block:
        first = self._at + 1
        widths: list[float] = []
        if self._lines[self._at].startswith("|:"):
            widths = [float(x) for x in self._next()[2:].split()]
        rows = [[cell.strip() for cell in line.rstrip("|").split("|")] for line in self._take("|")]
        if any(len(a) != len(b) for a, b in pairwise(rows)) or (
            widths and rows and len(widths) != len(rows[0])
        ):
            raise MarkupError(f"line {first}: the rows of this table differ in length")
        if not rows:
            raise MarkupError(f"line {first}: a table without rows")
        return {
            "t": "table",
            "widths": widths or [_column_weight(column) for column in zip(*rows, strict=True)],
            "head": [read_runs(x) for x in rows[0]],
            "cells": [read_runs(x) for row in rows[1:] for x in row],
        }


def _column_weight(column: tuple[str, ...]) -> float:
    """A share of the width that grows with the longest cell, but slower than it."""
    longest = max(len(cell) for cell in column)
    weight: float = max(6, longest) ** 0.62
    return round(weight, 2)
