"""DOCX: paragraphs and tables in document order, with the page breaks Word left in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx

from archive.extract.containers import check_docx
from archive.extract.limits import Limits
from archive.extract.plain_document import RunningText

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# A break that only repeats one made just before it (Word records both) begins no page of its own.
_SOFT_BREAK = "\v"
_HARD_BREAK = "\f"

_SIGNS = {
    f"{_W}tab": "\t",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}lastRenderedPageBreak": _SOFT_BREAK,
}
# Deleted text, field codes, and properties (where a tab is a tab stop) are not what is read; a
# fallback repeats the choice beside it.
_UNREAD = frozenset(
    {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "tblPr", "tcPr")}
    | {_FALLBACK}
)


def open_document(path: Path, _kind: str, limits: Limits) -> RunningText:
    """The text of a DOCX with its pages.

    Raises what `check_docx` raises, and whatever its reader raises on a damaged package.
    """
    check_docx(path, limits=limits)
    document = docx.Document(str(path))
    body = document.element.body
    text = _settle_breaks("\n".join(_block_lines(body)))
    return RunningText(text, limits=limits, description=_describe(document.core_properties))


def _describe(properties: Any) -> dict[str, Any]:
    found = {"title": properties.title, "author": properties.author}
    # The author that the library's own template names is nobody.
    return {key: value for key, value in found.items() if value and value != "python-docx"}


def _block_lines(parent: Any) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            yield _paragraph(element)
        elif element.tag == f"{_W}tbl":
            yield from _table_lines(element)
        elif element.tag not in _UNREAD and isinstance(element.tag, str):
            # Content controls and custom XML wrap blocks; whatever wraps them is looked into.
            yield from _block_lines(element)


def _table_lines(table: Any) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not table:
            continue  # A row of a table inside a cell is read with its cell.
        yield "\t".join(
            "\n".join(_block_lines(cell))
            for cell in row.iter(f"{_W}tc")
            if next(cell.iterancestors(f"{_W}tr")) is row
        )


def _paragraph(paragraph: Any) -> str:
    properties = paragraph.find(f"{_W}pPr")
    before = after = ""
    if properties is not None:
        before = _SOFT_BREAK if _switched_on(properties.find(f"{_W}pageBreakBefore")) else ""
        after = _SOFT_BREAK if _ends_page(properties.find(f"{_W}sectPr")) else ""
    return before + "".join(_inline(paragraph)) + after


def _inline(parent: Any) -> Iterator[str]:
    for element in parent:
        if element.tag in _UNREAD or not isinstance(element.tag, str):
            continue
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag in _SIGNS:
            yield _SIGNS[element.tag]
        elif element.tag == f"{_W}br":
            yield _HARD_BREAK if element.get(f"{_W}type") == "page" else "\n"
        elif element.tag == f"{_W}p":
            # A paragraph inside a paragraph stands in a text box.
            yield f"\n{_paragraph(element)}\n"
        elif element.tag == f"{_W}tbl":
            yield "\n" + "\n".join(_table_lines(element)) + "\n"
        else:
            yield from _inline(element)


def _switched_on(element: Any) -> bool:
    return element is not None and element.get(f"{_W}val") not in ("0", "false", "off")


def _ends_page(section: Any) -> bool:
    if section is None:
        return False
    kind = section.find(f"{_W}type")
    return kind is None or kind.get(f"{_W}val") not in ("continuous", "nextColumn")


def _settle_breaks(text: str) -> str:
    pieces = (
        text.replace(_HARD_BREAK, f"{_HARD_BREAK}\0")
        .replace(_SOFT_BREAK, f"{_SOFT_BREAK}\0")
        .split("\0")
    )
    settled = [pieces[0]]
    for before, piece in pairwise(pieces):
        if before.endswith(_SOFT_BREAK):
            content = settled[-1][:-1]
            empty = not content.strip()
            # Nothing stands on the page yet: the break is the one that began it.
            settled[-1] = content if empty else content + _HARD_BREAK
            if empty:
                settled[-1] += piece
                continue
        settled.append(piece)
    return "".join(settled)
