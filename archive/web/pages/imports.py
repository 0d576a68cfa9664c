"""The backfile: batches, their columns, their rows, and the records still to be collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.parts import Link, Pagination


@dataclass(frozen=True)
class BatchRow:
    """A batch in the list. `state` is its code, `state_label` the words."""

    name: str
    url: str
    who: str
    at: datetime
    state: str
    state_label: str
    rows: int
    added: int
    problems: int


@dataclass(frozen=True)
class ImportsPage:
    """`error` is what was wrong with the sheet just sent, "" otherwise."""

    rows: Sequence[BatchRow]
    pagination: Pagination
    error: str
    most_sheet: str
    most_files: str


@dataclass(frozen=True)
class ColumnRow:
    """A column of the sheet: its letters, its heading, the first values and the field chosen."""

    at: int
    letters: str
    heading: str
    is_double: bool
    samples: Sequence[str]
    chosen: str


@dataclass(frozen=True)
class MappingPage:
    """Telling the columns. `fields`: groups of (code, label); `choices`: for the batch's own values
    (unit, kind, access, status) the pairs to choose from, `chosen` what is chosen."""

    name: str
    url: str
    told: str
    worksheets: Sequence[str]
    worksheet: str
    heading_row: int
    columns: Sequence[ColumnRow]
    fields: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    chosen: Mapping[str, str]
    error: str


@dataclass(frozen=True)
class GuessLine:
    """What was made of a value. `at` is its place for choosing it, None where there is nothing to
    choose; `words` say why."""

    at: int | None
    field: str
    given: str
    taken: str
    words: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class ProblemLine:
    """A row that cannot go in (or was kept): its number, title and each fault with its column."""

    number: int
    title: str
    faults: Sequence[tuple[str, str, str]]
    """(column's label, reason, value)"""
    publication: Link | None


@dataclass(frozen=True)
class BatchPage:
    """One batch. `refresh_url` gives the moving part as a fragment, "" where nothing moves.

    `progress` is (done, total or 0 where unknown, words) while a worker goes over the rows;
    `acts` are what may be done now: run, pause, undo, map.
    """

    name: str
    url: str
    state: str
    state_label: str
    sheet_name: str
    files_name: str
    told: str
    who: str
    at: datetime
    status_label: str
    figures: Sequence[Link]
    progress: tuple[int, int, str] | None
    worker_is_alive: bool
    refresh_url: str
    error: str
    acts: frozenset[str]
    on_error: str
    problem_count: int
    ready_count: int
    guesses: Sequence[GuessLine]
    shown: str
    problems: Sequence[ProblemLine]
    pagination: Pagination


@dataclass(frozen=True)
class CollectRow:
    """A record without files: what it says, and the labels of what it lacks."""

    title: str
    url: str
    unit: str
    issued: str
    missing: Sequence[str]


@dataclass(frozen=True)
class CollectPage:
    rows: Sequence[CollectRow]
    filters: Sequence[Link]
    pagination: Pagination
