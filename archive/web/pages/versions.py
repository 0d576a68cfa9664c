"""What becomes of an accepted publication: its files replaced, its earlier versions, its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.depositing import HeldFileRow


@dataclass(frozen=True)
class ReplacePage:
    """The form that puts new files in the place of all that there are (`files_now`)."""

    title: str
    url: str
    form: object
    held: Sequence[HeldFileRow]
    file_errors: Sequence[str]
    files_now: Sequence[str]
    accepted_endings: str
    max_upload_label: str
    max_upload_bytes: int
    draft_key: str
    declared: bool
    declared_reason: str


@dataclass(frozen=True)
class VersionFile:
    name: str
    size_label: str
    sha256: str
    url: str


@dataclass(frozen=True)
class VersionRow:
    """A version in storage. `files` is empty where they are those of the version before."""

    number: int
    what: str
    at: datetime
    who: str
    files: Sequence[VersionFile]
    is_current: bool


@dataclass(frozen=True)
class VersionsPage:
    """The newest version first."""

    title: str
    url: str
    versions: Sequence[VersionRow]


@dataclass(frozen=True)
class WithdrawnPage:
    """What stays of a publication that was open and was withdrawn; `reason` may be ""."""

    title: str
    unit: str
    withdrawn_at: datetime
    reason: str
