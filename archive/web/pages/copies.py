"""The printed copies of a publication, as readers and as curators see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.web.pages.parts import Pagination


@dataclass(frozen=True)
class CopiesPanel:
    """What a publication's page says of its copies. `left` is a sentence; `shelves` (name, count)
    are empty for readers; `manage_url` is "" for all but curators."""

    left: str
    shelves: Sequence[tuple[str, int]]
    manage_url: str


@dataclass(frozen=True)
class CopyRow:
    number: int
    registration: str
    shelf: str
    state: str
    state_label: str
    note: str
    changed_at: datetime
    change_url: str


@dataclass(frozen=True)
class CopiesPage:
    """`typed` is what was typed into a form that was refused, by field name; `errors` by the same
    names; `chosen` the numbers that were ticked."""

    title: str
    url: str
    left: str
    rows: Sequence[CopyRow]
    pagination: Pagination
    states: Mapping[str, str]
    most_at_once: int
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[int] = frozenset()
