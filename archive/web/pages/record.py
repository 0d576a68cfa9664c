"""The screens on which a record is corrected and its history read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wtforms import Field

from archive.web.pages.parts import Link, Pagination


@dataclass(frozen=True)
class FieldGroup:
    """Fields of a form that belong together, in their order."""

    title: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class WordPart:
    """A stretch of text. `state`: same | gone | new, or gap for words left out between changes."""

    state: str
    text: str


@dataclass(frozen=True)
class ChangeRow:
    """One field of a change; `before` and `after` empty where the field was."""

    label: str
    before: Sequence[WordPart]
    after: Sequence[WordPart]


@dataclass(frozen=True)
class VersionRow:
    """A record after one change, the newest first. `note` is what its author wrote; `begun` says of
    the first one what it is; `batch_url`
    leads to the bulk edit it belongs to; `put_back_url` is "" for the present version and for
    those who may not change the record."""

    number: int
    at: datetime
    who: str
    what: str
    note: str
    changes: Sequence[ChangeRow]
    is_present: bool
    batch_url: str = ""
    put_back_url: str = ""
    begun: str = ""


@dataclass(frozen=True)
class HistoryPage:
    """`correct_url` leads to the form; "" for those who may not change the record."""

    title: str
    url: str
    versions: Sequence[VersionRow]
    pagination: Pagination
    correct_url: str


@dataclass(frozen=True)
class ClashRow:
    """A field that somebody else changed while the form was being filled in. `is_taken`: this
    form had left it alone, so that the other value stands in it now."""

    field: str
    label: str
    mine: str
    theirs: str
    is_taken: bool


@dataclass(frozen=True)
class Clash:
    """Who changed the record meanwhile, when, and where the two differ."""

    who: str
    at: datetime
    rows: Sequence[ClashRow]


@dataclass(frozen=True)
class CorrectionPage:
    """`form` is the WTForms object, `groups` its fields; `warnings` by field name; `clash` None
    where nobody else changed the record."""

    title: str
    url: str
    form: object
    groups: Sequence[FieldGroup]
    choices: Mapping[str, Sequence[str]]
    wide: frozenset[str]
    warnings: Mapping[str, str]
    links: Sequence[Link]
    clash: Clash | None = None
