"""RIS, which Zotero, EndNote and Mendeley read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.metadata.citation import authors
from archive.metadata.description import DEMO_NOTE, Description, one_line

_TYPES = {
    "book": "BOOK",
    "picture_book": "BOOK",
    "song_book": "MUSIC",
    "booklet": "PAMP",
    "leaflet": "PAMP",
    "poster": "ART",
    "bulletin": "MGZN",
    "magazine": "MGZN",
    "map": "MAP",
}
_CREATORS = {"editor": "A2", "compiler": "A2", "translator": "A4"}


def ris(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """A record after the other, lines parted by CR LF as the format asks, in UTF-8. No value holds
    a line end, so that none can pass for a tag."""
    for description in descriptions:
        lines = [
            f"{tag}  - {text}"
            for tag, value in _lines(description)
            if (text := one_line(value)) or tag == "ER"
        ]
        yield ("\r\n".join(lines) + "\r\n\r\n").encode()


def _lines(d: Description) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES.get(d.kind, "GEN")
    yield "ID", d.id
    yield "TI", d.full_title
    for title in d.other_titles:
        yield "TT", title
    for creator in d.creators:
        yield _CREATORS.get(creator.role, "AU" if creator in authors(d) else "A3"), creator.name
    if not d.creators:
        yield "AU", d.unit_name
    if d.issued:
        yield "PY", str(d.issued.year)
        month = f"{d.issued.month:02}" if d.issued.month else ""
        day = f"{d.issued.day:02}" if d.issued.day else ""
        yield "DA", f"{d.issued.year:04}/{month}/{day}/"
    yield "ET", d.edition
    yield "PB", d.brought_out_by
    yield "CY", d.publisher_place
    yield "T2", d.series
    yield "VL", d.volume
    yield "SN", d.isbn or d.issn
    yield "SP", d.extent
    yield "LA", ", ".join(d.languages)
    for word in (*d.themes, *d.people, *d.places, *d.events, *d.relics):
        yield "KW", word
    yield "AB", d.abstract
    if d.is_demo:
        yield "N1", f"{DEMO_NOTE}, không phải ấn phẩm thật."
    yield "UR", d.url
    yield "ER", ""
