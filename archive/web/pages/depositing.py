"""The deposit form, one's own deposits, and the queue of those to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.web.pages.parts import Card, Link, Pagination, StageRow
from archive.web.pages.publication import GuessRow
from archive.web.pages.record import FieldGroup
from archive.web.pages.reviewing import CheckRow


@dataclass(frozen=True)
class HeldFileRow:
    """A file that already arrived; the form carries its `id` so that it need not be sent again."""

    id: str
    name: str
    size_label: str


@dataclass(frozen=True)
class WaitingFileRow:
    """A file that was sent earlier and is in no deposit yet: whole (`is_held`; the form may take
    it along by its `id`), or cut off at `percent`, to go on when the same file is chosen again.

    `name`, `size_bytes` and `modified` (the browser's number, "" where unknown) tell it again.
    """

    id: str
    name: str
    size_label: str
    size_bytes: int
    modified: str
    percent: int
    is_held: bool
    kept_until: str


@dataclass(frozen=True)
class DepositPage:
    """`form` is the WTForms object; `held` the files kept from a form that had to be mended;
    `waiting` what else the account has sent and not deposited. `draft_key` names what the browser
    keeps of a form that is being filled in: each account and each form its own."""

    form: object
    held: Sequence[HeldFileRow]
    max_upload_label: str
    max_upload_bytes: int
    accepted_endings: str
    file_errors: Sequence[str]
    first_year: int
    groups: Sequence[FieldGroup] = ()
    """Further fields, in their groups."""
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What a field of several values offers, by field name."""
    wide: frozenset[str] = frozenset()
    """The fields that take the form's whole width."""
    warnings: Mapping[str, str] = field(default_factory=dict)
    """What is doubtful about a field and not refused, by field name."""
    editing: bool = False
    """The form mends an earlier deposit: files may stay as they are."""
    is_returned: bool = False
    """That deposit was returned by a curator, and is no draft."""
    files_now: Sequence[str] = ()
    """The names of the files that stay if no others are chosen."""
    note: str = ""
    """What the curator wrote when it was returned."""
    may_declare: bool = False
    """A curator may answer for a file that was taken for secret."""
    declared: bool = False
    declared_reason: str = ""
    guesses: Sequence[GuessRow] = ()
    """Values offered for fields that are still empty."""
    doubts: Sequence[str] = ()
    """Sentences about printed numbers that cannot be right."""
    taken: Sequence[str] = ()
    """The labels of the fields that were just filled with their guesses."""
    was_read: bool = False
    """The files were just looked at for guesses: it is said even where there is none."""
    waiting: Sequence[WaitingFileRow] = ()
    draft_key: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    """What a curator wants mended, by field, where the deposit was returned."""
    stopped: str = ""
    """Why this account may not deposit at present, a sentence; "" where it may."""


@dataclass(frozen=True)
class DepositRow:
    card: Card
    deposited_at: datetime
    progress: Sequence[StageRow]
    problem: str
    note: str
    """The curator's note when it was returned."""
    marking: str = ""
    """The mark of secrecy that keeps it closed, as a sentence."""
    likeness: str = ""
    """Why it may be a duplicate, in a sentence; "" where nothing waits for a curator's word."""
    flag: str = ""
    """A word that curators look for in the queue, e.g. "Nghi trùng"."""
    checks: Sequence[CheckRow] = ()
    reviewer: str = ""
    """Who has it in hand, for curators."""
    receipt: Link | None = None
    """The newest receipt for its files."""


@dataclass(frozen=True)
class MyDepositsPage:
    rows: Sequence[DepositRow]
    filters: Sequence[Link]
    pagination: Pagination
