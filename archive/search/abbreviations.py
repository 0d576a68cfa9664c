"""Abbreviations that readers type, and what they stand for: a table a curator can edit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from archive.core.text import canonical, clean_text

ABBREVIATIONS = Path(__file__).with_name("abbreviations.tsv")
"""The table that comes with the archive: abbreviation, tab, what it stands for."""


class Abbreviations:
    """The table in a file, or the one that comes with the archive while there is none; read anew
    when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[str, int, int] | None = None
        self._held: Mapping[str, str] = {}

    def current(self) -> Mapping[str, str]:
        """What stands for each abbreviation, by its canonical form."""
        path = self._path
        try:
            found = path.stat()
        except OSError:
            path = ABBREVIATIONS
            found = path.stat()
        stamp = (str(path), found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            self._held, self._stamp = read_abbreviations(path), stamp
        return self._held


def read_abbreviations(path: Path) -> dict[str, str]:
    """The table's rows; a line that is not one (a comment, a blank) is passed over."""
    held: dict[str, str] = {}
    for line in path.read_text("utf-8-sig", errors="replace").splitlines():
        short, tab, full = clean_text(line).partition("\t")
        short, full = short.strip(), full.strip()
        if tab and full and short.isalnum() and not line.startswith("#"):
            held[canonical(short)] = full
    return held
