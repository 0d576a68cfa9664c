"""The log of what was done, as an admin looks through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.parts import Link


@dataclass(frozen=True)
class LogRow:
    """One act. `about` is its publication, without an address where that is gone."""

    number: int
    at: datetime
    who: str
    who_url: str
    origin: str
    what: str
    about: Link | None
    note: str
    digest: str


@dataclass(frozen=True)
class LogPage:
    """`people` are names to choose from; `verdict` says how the last check of the chain went, ""
    where there was none; `older_url` and `newest_url` are "" where they lead nowhere."""

    form: object
    rows: Sequence[LogRow]
    people: Sequence[str]
    older_url: str
    newest_url: str
    is_filtered: bool
    verdict: str
    verdict_at: datetime | None
    is_whole: bool
