"""The review on a publication's page: what is to be looked at, who has it in hand, what was asked
and what was mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CheckRow:
    """`level`: problem | notice; `url` leads to where it is, "" for nowhere."""

    level: str
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Choice:
    """One option of a select."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True)
class ReviewPanel:
    """Who has the deposit in hand. `reviewer` is a name, "" for nobody; `seen` their number, which
    the form for giving it to another curator carries back. `takes`: this curator may take it up."""

    reviewer: str
    is_mine: bool
    is_in_review: bool
    takes: bool
    seen: str
    curators: Sequence[Choice]


@dataclass(frozen=True)
class ReturnField:
    """A field of the deposit form as a return may name it; `text` and `error` as they were sent."""

    name: str
    label: str
    is_named: bool = False
    text: str = ""
    error: str = ""


@dataclass(frozen=True)
class ReturnForm:
    """The form that sends a deposit back; `is_open` after it was sent with something missing.
    `first` are the fields that every record has, `rest` stand folded behind them."""

    first: Sequence[ReturnField]
    rest: Sequence[ReturnField]
    note: str = ""
    error: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class AnswerRow:
    """A field that was to be mended (`asked`) or was changed unasked (""): its words before and
    after."""

    label: str
    asked: str
    is_changed: bool
    before: str
    after: str


@dataclass(frozen=True)
class AskedRow:
    """A field that the depositor is asked to mend; `url` leads to it in the form."""

    label: str
    sentence: str
    url: str


@dataclass(frozen=True)
class ReturnedNotice:
    """What the depositor reads of the last return."""

    at: datetime
    who: str
    note: str
    fields: Sequence[AskedRow]


@dataclass(frozen=True)
class MessageForm:
    """Where a message goes; `text` and `error` as they were sent."""

    url: str
    hint: str
    text: str = ""
    error: str = ""


@dataclass(frozen=True)
class ReviewParts:
    """What of the review a publication's page shows to this reader; empty for readers. `faults` are
    what is wrong with its forms as they were sent: the id of the field, and a sentence."""

    checks: Sequence[CheckRow] = ()
    panel: ReviewPanel | None = None
    return_form: ReturnForm | None = None
    answers: Sequence[AnswerRow] = ()
    returned: ReturnedNotice | None = None
    message: MessageForm | None = None
    faults: Sequence[tuple[str, str]] = ()
