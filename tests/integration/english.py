"""What an English page must not hold: Vietnamese that does not say so, and ways out of English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from tests.house.languages import VIETNAMESE
from tests.integration.standing import XHTML

_TOLD = {"title", "alt", "placeholder", "aria-label", "aria-description", "label"}
# What scripts and style sheets read from the page and show.
_SHOWN = re.compile(r"data-(?:label|words|done|.*-label|.*-said|said.*)")
_NOT_READ = {f"{XHTML}{name}" for name in ("script", "style", "textarea")}
# One language, one cache: what is no page, and files as they were deposited or are fetched.
_NO_PAGE = re.compile(
    r"/(?:en/)?(?:static|iiif|api)/.*|.*\.(?:webp|csv|xlsx|pdf|xml|webmanifest)|.*/(?:tep|tai-ve)\b.*"
)


def vietnamese_in(root: etree._Element, names: Iterable[str] = ()) -> list[str]:
    """The texts and told attributes in Vietnamese that stand in no element which says so.

    `names` are data that may stand within an English sentence: a title in `<title>`, a name in a
    label for those who listen.
    """
    known = sorted(names, key=len, reverse=True)
    found = []
    for text in _told(root, "en"):
        left = text
        for name in known:
            left = left.replace(name, "")
        if VIETNAMESE.search(left):
            found.append(text.strip())
    return found


def _told(element: etree._Element, language: str) -> Iterator[str]:
    language = element.get("lang", language)
    for name, value in element.attrib.items():
        if name in _TOLD or _SHOWN.fullmatch(str(name)):
            yield str(value)
    if element.tag in _NOT_READ:
        return
    if language != "vi" and element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield from _told(child, language)
        if language != "vi" and child.tail:
            yield child.tail


def addresses_outside(root: etree._Element) -> list[str]:
    """The addresses of pages of this site that do not stay in English, the switch left out."""
    return [
        str(address)
        for element in root.iter()
        if isinstance(element.tag, str) and element.get("hreflang") is None
        for name in ("href", "action", "formaction", "data-uploads", "data-guesses-url")
        if (address := element.get(name)) is not None
        and address.startswith("/")
        and not address.startswith("/en/")
        and not _NO_PAGE.fullmatch(address)
    ]
