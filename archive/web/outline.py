"""The table of contents as the pages show it: nested parts, each with its address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archive.services.outlines import OutlinePart
from archive.web.pages.publication import OutlineRow


def outline_rows(
    parts: Sequence[OutlinePart], address_of: Callable[[int], str], *, at: int | None = None
) -> list[OutlineRow]:
    """The parts as a tree. The one that page `at` belongs to is marked: the last that begins on it
    or before it."""
    begun = [index for index, part in enumerate(parts) if at and part.number and part.number <= at]
    current = max(begun, key=lambda index: (parts[index].number or 0, index), default=None)
    rows, _ = _rows(parts, 0, -1, address_of, current)
    return rows


def _rows(
    parts: Sequence[OutlinePart],
    begin: int,
    above: int,
    address_of: Callable[[int], str],
    current: int | None,
) -> tuple[list[OutlineRow], int]:
    """The rows deeper than level `above` from `begin` on, and where they end. A level that leaps
    is one step deeper."""
    rows: list[OutlineRow] = []
    index = begin
    while index < len(parts) and parts[index].level > above:
        part = parts[index]
        inner, after = _rows(parts, index + 1, part.level, address_of, current)
        rows.append(
            OutlineRow(
                title=part.title,
                url=address_of(part.number) if part.number else "",
                page_label=part.label,
                is_current=index == current,
                parts=inner,
            )
        )
        index = after
    return rows, index
