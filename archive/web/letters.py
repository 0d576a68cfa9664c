"""The bar of letters over a list from A to Z."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archive.core.collation import ALPHABET, NO_LETTER
from archive.core.language import _
from archive.web.pages.parts import Link

_FOREIGN = "FJWZ"


def letter_words(letter: str) -> str:
    """A letter as a filter in words; "" for none."""
    if letter == NO_LETTER:
        return _("Không bắt đầu bằng chữ cái")
    return _("Chữ {letter}").format(letter=letter) if letter else ""


def letter_links(
    counts: Mapping[str, int], *, chosen: str, address: Callable[[str], str]
) -> list[Link]:
    """A link to the whole list and one for each letter under which something stands; the other
    Vietnamese letters stand there without an address. Empty where nothing stands under any.
    `address` makes the address of a letter, of "" that of the whole list."""
    if not counts:
        return []
    links = [Link(_("Tất cả"), address(""), count=sum(counts.values()), selected=not chosen)]
    for letter in (*ALPHABET, NO_LETTER):
        count = counts.get(letter, 0)
        if not count and (letter in _FOREIGN or letter == NO_LETTER) and letter != chosen:
            continue
        url = address(letter) if count or letter == chosen else ""
        label = "0–9" if letter == NO_LETTER else letter
        links.append(Link(label, url, count=count, selected=letter == chosen, lang="vi"))
    return links
