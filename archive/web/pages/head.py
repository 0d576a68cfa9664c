"""What a page says of itself to search engines and to those to whom its address is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The picture beside a link that was sent on. `url` is absolute, sizes are in pixels."""

    url: str
    alt: str
    width: int = 1200
    height: int = 630


@dataclass(frozen=True, kw_only=True)
class Head:
    """`url` is the page's own absolute address, however it was reached. `kind` is a type of Open
    Graph. `data` is JSON-LD, safe to stand in HTML, or None. `languages` are the languages in which
    the page is there, each with its absolute address, `x-default` among them; empty while there is
    but one. `locale` is that of its own words. Pages without a Head are not meant to be found."""

    title: str
    description: str
    url: str
    picture: Picture
    kind: str = "website"
    data: Markup | None = None
    languages: Sequence[tuple[str, str]] = ()
    locale: str = "vi_VN"
    is_listed: bool = True
    """Whether search engines may list the page; its links they follow in any case."""
