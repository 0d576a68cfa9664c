"""The curators' queue with its filters and what can be done to many deposits at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.web.pages.depositing import DepositRow
from archive.web.pages.parts import Link, Pagination
from archive.web.pages.reviewing import Choice


@dataclass(frozen=True)
class QueueSelect:
    """One way to narrow the queue, as a select of this name."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class RefusedRow:
    title: str
    url: str
    reason: str


@dataclass(frozen=True)
class QueuePage:
    """`may_tick`: the rows are such as can be accepted together. `told` says what came of the last
    time, `refused` what was left and why. `kept`: the filter as hidden fields. `empty` says what
    there is none of; `is_usual`: what is looked at is what every curator sees first."""

    rows: Sequence[DepositRow]
    filters: Sequence[Link]
    pagination: Pagination
    selects: Sequence[QueueSelect] = ()
    is_narrowed: bool = False
    clear_url: str = ""
    may_tick: bool = False
    told: str = ""
    refused: Sequence[RefusedRow] = ()
    kept: Sequence[tuple[str, str]] = ()
    empty: str = ""
    is_usual: bool = True
