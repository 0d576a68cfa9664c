"""The screens on which many records are changed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.web.pages.parts import Link, Pagination
from archive.web.pages.record import WordPart


@dataclass(frozen=True)
class BulkRow:
    """One record: what the field says and would say. `problem` says why it is refused."""

    title: str
    url: str
    before: Sequence[WordPart]
    after: Sequence[WordPart]
    problem: str = ""


@dataclass(frozen=True)
class BulkPreview:
    """`digest` tells the previewed list again when the edit is sent."""

    rows: Sequence[BulkRow]
    changed: int
    unchanged: int
    refused: int
    digest: str


@dataclass(frozen=True)
class BatchLink:
    url: str
    what: str
    who: str
    at: datetime


@dataclass(frozen=True)
class BulkPage:
    """`total` records were chosen by `chosen` (a search in words); 0 where nothing is chosen yet.
    `hidden` repeats the choice for the forms; `typed` is what was typed, by field name."""

    total: int
    most: int
    chosen: Sequence[str]
    choice_url: str
    hidden: Sequence[tuple[str, str]]
    fields: Sequence[tuple[str, str]]
    actions: Sequence[tuple[str, str]]
    recent: Sequence[BatchLink]
    notice: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    preview: BulkPreview | None = None


@dataclass(frozen=True)
class BatchRow:
    title: str
    url: str
    outcome: str


@dataclass(frozen=True)
class BatchPage:
    """A bulk edit at `url` and what became of it. `undo_url` is "" where there is nothing to take
    back; `undone` leads to the undo, `undoes` to the edit that this one takes back."""

    what: str
    who: str
    at: datetime
    total: int
    pending: int
    counts: Sequence[tuple[str, int]]
    rows: Sequence[BatchRow]
    pagination: Pagination
    undo_url: str
    url: str
    undone: Link | None
    undoes: Link | None
    choice_url: str
