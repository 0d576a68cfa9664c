"""What a PDF says of itself, read by pypdf. Runs last and under a limit of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import Destination, DictionaryObject

from archive.extract.wire import OUTLINE_ENTRIES, TITLE_CHARACTERS


def describe_structure(source: Path | bytes) -> Iterator[dict[str, Any]]:
    """Title and author, then signs of scripts, then the outline, each as soon as it is known."""
    reader = _reader(source)
    metadata = reader.metadata
    if metadata is not None:
        yield {"title": _tidy(metadata.title), "author": _tidy(metadata.author)}
    yield {"javascript": _has_javascript(reader)}
    yield {"outline": list(_outline(reader))}


def is_collection(source: Path | bytes) -> bool:
    """Whether the document calls itself a collection of embedded files; False where its structure
    cannot be read."""
    try:
        reader = _reader(source)
        return "/Collection" in reader.root_object
    except (PyPdfError, ValueError, KeyError, RecursionError):
        return False


def _reader(source: Path | bytes) -> pypdf.PdfReader:
    reader = pypdf.PdfReader(io.BytesIO(source) if isinstance(source, bytes) else source)
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _tidy(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(value.replace("\0", "").split())[:TITLE_CHARACTERS] or None


def _has_javascript(reader: pypdf.PdfReader) -> bool:
    root = reader.root_object
    names = _dictionary(root.get("/Names"))
    action = _dictionary(root.get("/OpenAction"))
    return "/JavaScript" in names or action.get("/S") == "/JavaScript" or "/AA" in root


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _outline(reader: pypdf.PdfReader) -> Iterator[list[Any]]:
    pending: list[tuple[Any, int]] = [(entry, 0) for entry in reversed(reader.outline)]
    count = 0
    while pending and count < OUTLINE_ENTRIES:
        entry, level = pending.pop()
        if isinstance(entry, list):
            pending.extend((child, level + 1) for child in reversed(entry))
        elif isinstance(entry, Destination):
            index = reader.get_destination_page_number(entry)
            yield [_tidy(entry.title) or "", None if index is None else index + 1, level]
            count += 1
