"""Accounts, units, and the intake as its operator sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.parts import EventRow, Link, Pagination


@dataclass(frozen=True)
class UserRow:
    id: int
    email: str
    name: str
    role_label: str
    unit: str
    is_blocked: bool
    has_password: bool
    url: str


@dataclass(frozen=True)
class UnitRow:
    id: int
    code: str
    name: str
    kind: str
    parent: str
    validity: str
    is_blocked: bool
    user_count: int
    publication_count: int
    url: str
    is_over: bool = False


@dataclass(frozen=True)
class UsersPage:
    rows: Sequence[UserRow]
    form: object
    query: str
    pagination: Pagination


@dataclass(frozen=True)
class UnitsPage:
    rows: Sequence[UnitRow]
    form: object
    query: str
    pagination: Pagination


@dataclass(frozen=True)
class AdminHomePage:
    """Numbers for the administrator: each links to the list behind it."""

    counts: Sequence[Link]
    jobs: Sequence[Link]
    events: Sequence[EventRow]
    version_rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class IntakeStageRow:
    """One stage of the queue. `oldest` and `speed` are words or ""; `paused_since` is None while it
    runs."""

    code: str
    label: str
    waiting: int
    running: int
    failed: int
    oldest: str
    speed: str
    paused_by: str
    paused_since: datetime | None


@dataclass(frozen=True)
class RunningRow:
    """A job in hand: page `done` of `total` (0 where unknown), and the process that does it."""

    label: str
    publication: Link
    done: int
    total: int
    worker: str


@dataclass(frozen=True)
class FailureRow:
    """What failed for one reason: the first of `count`, each with its number for doing it again."""

    key: str
    label: str
    reason: str
    code: str
    count: int
    may_raise: bool
    items: Sequence[tuple[str, Link]]


@dataclass(frozen=True)
class IntakePage:
    """The operator's view. `refresh_url` gives the same as a fragment."""

    stages: Sequence[IntakeStageRow]
    running: Sequence[RunningRow]
    failures: Sequence[FailureRow]
    failure_count: int
    worker_is_alive: bool
    recognition: str
    recognition_is_missing: bool
    is_wholly_paused: bool
    is_partly_paused: bool
    refresh_url: str


@dataclass(frozen=True)
class PasswordLinkPage:
    """The one-time link as a sheet to print and hand over."""

    user: UserRow
    link: str
    expires_at: datetime
