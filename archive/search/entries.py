"""What the archive hands to the index: a work with its record and its pages, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

ACCEPTED = "accepted"
PUBLIC = "public"
INTERNAL = "internal"
RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page's text as stored (NFC). `number` counts from 1; `label` is what is printed on it."""

    number: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """One publication as the index keeps it.

    `revision` is the record's own counter: the index gives it back, so that whoever compares can
    see which works are behind. `issued` is a partial ISO date ("2024", "2024-07"), `added_at` the
    moment it came into the archive, `title_sort` a key made by `archive.core.collation`.

    `themes`, `places` and `people` are words as the record has them. As values of their facets
    stand `theme_values` and so on, one spelling for one thing; None where that is the record's own.
    Under `also` are further values by which a filter finds the work, without being its own: what
    its places were and became. `kin` are names to be searched, too, that the record does not say.
    `authorities` are the ids of what it names.
    """

    work_id: str
    revision: int
    status: str
    access: str
    unit_code: str
    unit_name: str
    title: str
    added_at: datetime
    title_sort: str
    embargo_until: date | None = None
    year: int | None = None
    issued: str = ""
    kind: str = ""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    responsibility: str = ""
    abstract: str = ""
    publisher: str = ""
    series: str = ""
    theme_values: tuple[str, ...] | None = None
    place_values: tuple[str, ...] | None = None
    person_values: tuple[str, ...] | None = None
    theme_also: tuple[str, ...] = ()
    place_also: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    pages: tuple[PageEntry, ...] = ()
