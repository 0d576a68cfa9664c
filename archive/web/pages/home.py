"""What the home page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.web.pages.parts import Card, Cover, Link


@dataclass(frozen=True)
class Entrance:
    """One way in for one kind of user: what they come for, and links to it. `icon` is a name of
    templates/components/icon.html, `tags` are short links with counts (grades, audiences)."""

    name: str
    title: str
    text: str
    icon: str
    links: Sequence[Link]
    tags_label: str = ""
    tags: Sequence[Link] = ()


@dataclass(frozen=True)
class AnniversaryRow:
    """The next anniversary of an event. `day` ("22", "16–18") and `month` ("Tháng 12") stand on
    its leaf, `date` is the first day in ISO 8601. `count` publications name the event;
    `search_url` looks for its name in the pages; `deposit_url` is "" for those who hand in none."""

    name: str
    url: str
    day: str
    month: str
    date: str
    when: str
    years: str
    is_round: bool
    count: int
    search_url: str
    deposit_url: str = ""


@dataclass(frozen=True)
class KindTile:
    """A kind of publication with its newest cover; `link` leads to all of the kind."""

    link: Link
    cover: Cover


@dataclass(frozen=True)
class HomePage:
    """`upcoming`: the next anniversaries, the nearest first. Everything counts what this reader
    may see; where the index cannot answer, what needs its counts is left out."""

    newest: Sequence[Card]
    years: Sequence[Link]
    kinds: Sequence[KindTile]
    audiences: Sequence[Link]
    entrances: Sequence[Entrance]
    upcoming: Sequence[AnniversaryRow]
    publication_count: int
    page_count: int
