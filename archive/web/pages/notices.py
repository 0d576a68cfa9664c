"""An account's notices and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.parts import Pagination


@dataclass(frozen=True)
class NoticeRow:
    """`note` is what the person who did it wrote, "" for nothing."""

    id: int
    what: str
    title: str
    url: str
    who: str
    at: datetime
    note: str
    is_new: bool


@dataclass(frozen=True)
class NoticesPage:
    rows: Sequence[NoticeRow]
    any_new: bool
    pagination: Pagination


@dataclass(frozen=True)
class ChoiceRow:
    kind: str
    label: str
    in_site: bool
    by_mail: bool


@dataclass(frozen=True)
class ChoicesPage:
    """`rows` is empty for an account that no notice can reach; `has_mail`: a server is set up."""

    rows: Sequence[ChoiceRow]
    has_mail: bool
