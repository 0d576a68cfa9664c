"""What the guides show; their words are in templates/help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.web.pages.parts import Link


@dataclass(frozen=True)
class GuideCard:
    """The way to one guide: for whom it is, and what they come for. `name` is the last part of its
    address and the anchor of the card; `icon` a name of templates/components/icon.html."""

    name: str
    title: str
    text: str
    icon: str
    url: str


@dataclass(frozen=True)
class GuidePicture:
    """A picture of a page of the archive, with its size on the page in CSS pixels."""

    url: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class HelpPage:
    """The entrance to the guides."""

    guides: Sequence[GuideCard]


@dataclass(frozen=True)
class GuidePage:
    """One guide. `pictures` by their name; `others` lead to all guides but this one."""

    card: GuideCard
    pictures: Mapping[str, GuidePicture]
    others: Sequence[Link]
