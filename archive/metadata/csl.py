"""CSL-JSON 1.0.2, which citation processors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archive.metadata.citation import authors
from archive.metadata.description import DEMO_NOTE, Creator, Description, one_line

_TYPES = {
    "book": "book",
    "picture_book": "book",
    "song_book": "musical_score",
    "booklet": "pamphlet",
    "leaflet": "pamphlet",
    "poster": "graphic",
    "bulletin": "periodical",
    "magazine": "periodical",
    "map": "map",
}
_NAMES = {
    "editor": "editor",
    "compiler": "compiler",
    "translator": "translator",
    "illustrator": "illustrator",
    "composer": "composer",
}


def csl_json(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """A JSON array of items, whatever their number."""
    yield b"["
    separator = b"\n"
    for description in descriptions:
        yield separator + json.dumps(item(description), ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]\n"


def item(d: Description) -> dict[str, Any]:
    """One item. Names are literal: a Vietnamese name is said whole and in its own order."""
    people = {"author": _names(authors(d))}
    for role, name in _NAMES.items():
        people[name] = _names([creator for creator in d.creators if creator.role == role])
    publisher = d.brought_out_by
    if not any(people.values()):
        publisher = d.publisher
        people["author"] = _names([Creator(name=d.unit_name)])
    texts = {
        "edition": d.edition,
        "publisher": publisher,
        "publisher-place": d.publisher_place,
        "collection-title": d.series,
        "volume": d.volume,
        "ISBN": d.isbn,
        "ISSN": d.issn,
        "dimensions": d.dimensions,
        "language": next(iter(d.languages), ""),
        "keyword": ", ".join((*d.themes, *d.people, *d.places, *d.events, *d.relics)),
        "abstract": d.abstract,
        "note": DEMO_NOTE if d.is_demo else "",
        "source": d.source,
        "URL": d.url,
    }
    made: dict[str, Any] = {
        "id": d.id,
        "type": _TYPES.get(d.kind, "document"),
        "title": d.full_title,
        **{name: names for name, names in people.items() if names},
    }
    if d.issued:
        parts = [part for part in (d.issued.year, d.issued.month, d.issued.day) if part]
        made["issued"] = {"date-parts": [parts]}
    return made | {name: text for name, value in texts.items() if (text := one_line(value))}


def _names(creators: Sequence[Creator]) -> list[dict[str, str]]:
    return [{"literal": name} for creator in creators if (name := one_line(creator.name))]
