"""Lists of authorities, the page of one, and what curators do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.web.pages.depositing import DepositRow
from archive.web.pages.parts import Card, Link, Pagination


@dataclass(frozen=True)
class AuthorityRow:
    """An authority in a list. `note` says when it stands or stood, `within` names what it lies in;
    `count` is None while nobody can count; `depth` is how deep it stands in a tree."""

    name: str
    url: str
    note: str
    count: int | None
    depth: int = 0
    within: str = ""


@dataclass(frozen=True)
class AuthorityGroup:
    """Rows under a heading: what they lay in. `note` says of how many the archive holds anything,
    "" while nobody can count; `is_named`: the label is a name of the catalogue."""

    label: str
    rows: Sequence[AuthorityRow]
    note: str = ""
    is_named: bool = True


@dataclass(frozen=True)
class AuthorityListPage:
    """All authorities of a kind; `sections` lead to the other kinds, `times` to what stands and
    what is over, where a list has both, `held` to those with publications and to those without;
    `letters` choose one. `groups` stand in place of `rows` where the list is put in order by what
    its names lay in. `lead` says of how many names the archive holds anything, or "". `all_url`
    is the list with nothing asked of it."""

    title: str
    rows: Sequence[AuthorityRow]
    total: int
    query: str
    sections: Sequence[Link]
    times: Sequence[Link]
    pagination: Pagination | None
    edit_url: str
    groups: Sequence[AuthorityGroup] = ()
    held: Sequence[Link] = ()
    letters: Sequence[Link] = ()
    lead: str = ""
    all_url: str = ""
    empty: str = ""
    """Why the list is empty, in a sentence."""


@dataclass(frozen=True)
class IssueYearRow:
    """The issues of a year (its number, or words where unknown). `missing` is a sentence or ""."""

    label: str
    issues: Sequence[tuple[str, Link]]
    missing: str


@dataclass(frozen=True)
class AuthorityPage:
    """One authority. `facts` are lines of label and links (or bare words); `years` the issues of a
    series, `cards` the publications of any other, both only what this reader may see.
    `gathers` says what else is counted here, in a sentence, or ""."""

    kind_label: str
    list_url: str
    name: str
    lead: str
    facts: Sequence[tuple[str, Sequence[Link]]]
    note: Sequence[str]
    source: Sequence[str]
    total: int
    cards: Sequence[Card]
    years: Sequence[IssueYearRow]
    pagination: Pagination | None
    search_url: str
    edit_url: str
    gathers: str = ""


@dataclass(frozen=True)
class EditAuthorityPage:
    """A curator's view of one authority, or of a new one (`authority_id` ""). `records` name it,
    `merged_into` is set where it was merged."""

    form: object
    authority_id: str
    title: str
    records: int
    url: str
    merged_into: Link | None = None
    merge_form: object | None = None
    preview: MergePreview | None = None


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do, to be confirmed."""

    into_id: str
    into_name: str
    records: int
    children: int


@dataclass(frozen=True)
class QuestionRow:
    """A name that is tied to nothing. `choices` are the authorities that it may mean, by id;
    `records_url` lists where it stands."""

    field: str
    label: str
    value: str
    records: int
    records_url: str
    choices: Sequence[tuple[str, str]]
    add_url: str


@dataclass(frozen=True)
class AuthoritiesAdminPage:
    """The curators' list of a kind: `rows` lead to the forms."""

    rows: Sequence[AuthorityRow]
    kinds: Sequence[Link]
    query: str
    add_url: str
    questions_url: str
    pagination: Pagination | None


@dataclass(frozen=True)
class Settled:
    """A name that was just tied, in words; `event_id` undoes it, "" where that is too much."""

    words: str
    event_id: str


@dataclass(frozen=True)
class NamedRecordsPage:
    """The publications of a name that is tied to nothing."""

    value: str
    label: str
    rows: Sequence[DepositRow]
    total: int
    back_url: str
    pagination: Pagination | None


@dataclass(frozen=True)
class QuestionsPage:
    rows: Sequence[QuestionRow]
    total: int
    pagination: Pagination | None
    notes: Sequence[str] = field(default_factory=tuple)
    settled: Settled | None = None
