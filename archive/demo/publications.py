"""The demo archive's records and units, read from the files beside this module.

`publications/<slug>/record.json` is the record, `publications/<slug>/text.md` its words (see
`markup.py`), `units.json` the units. Nothing here writes to the archive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from archive.demo.markup import plain_text, read_text

HERE = Path(__file__).parent

KINDS = (
    "book",
    "booklet",
    "leaflet",
    "poster",
    "bulletin",
    "magazine",
    "picture_book",
    "song_book",
    "map",
    "calendar",
    "exhibition",
    "other",
)
ACCESS = ("public", "internal", "restricted")
STATUSES = ("accepted", "submitted", "returned")

Output = Literal["pdf", "scan_pdf", "tiff", "docx"]
OUTPUT_SUFFIXES: dict[Output, str] = {
    "pdf": ".pdf",
    "scan_pdf": ".pdf",
    "tiff": ".tif",
    "docx": ".docx",
}


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit that deposits. Dates are ISO or None where the facts do not tell them.

    `parent` and `successor` are codes of other units, or None.
    """

    code: str
    name: str
    kind: str
    parent: str | None
    valid_from: str | None
    valid_to: str | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class DemoPublication:
    """One demo publication: the sheet's columns as plain values, and how it is typeset.

    `issued` is an ISO day; `embargo_until` an ISO day or None; `outputs` says which files
    `typeset` makes, in order; `review_note` is what the curator wrote where `status` is
    "returned", else ""; `facts` names the rows of the facts files that the text rests on;
    `design` is for the templates only.
    """

    slug: str
    title: str
    subtitle: str
    responsibility: str
    creators: tuple[str, ...]
    unit: str
    issued: str
    kind: str
    publisher: str
    dimensions: str
    language: tuple[str, ...]
    themes: tuple[str, ...]
    places: tuple[str, ...]
    people: tuple[str, ...]
    events: tuple[str, ...]
    audiences: tuple[str, ...]
    grades: tuple[str, ...]
    subjects: tuple[str, ...]
    rights: str
    access: str
    embargo_until: str | None
    abstract: str
    series: str
    volume: str
    plan_task: str
    status: str
    review_note: str
    outputs: tuple[Output, ...]
    facts: tuple[str, ...]
    design: dict[str, Any] = field(hash=False)

    @property
    def year(self) -> int:
        return int(self.issued[:4])

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that `typeset` makes for it, in order."""
        return tuple(self.slug + OUTPUT_SUFFIXES[output] for output in self.outputs)

    @property
    def contents(self) -> str:
        """The headings of its parts, a line each; "" for a single sheet, which has no contents."""
        if self.kind in ("leaflet", "poster", "map"):
            return ""
        _, sections = read_text(self.text)
        return "\n".join(plain_text(section.title) for section in sections)

    @property
    def text(self) -> str:
        """Its words, in the markup of `markup.py`."""
        return (HERE / "publications" / self.slug / "text.md").read_text(encoding="utf-8")


def publications() -> tuple[DemoPublication, ...]:
    """Every demo publication, oldest first."""
    found = [_read(path) for path in (HERE / "publications").glob("*/record.json")]
    return tuple(sorted(found, key=lambda publication: (publication.issued, publication.slug)))


def units() -> tuple[DemoUnit, ...]:
    """Every demo unit, in the order of `units.json`: a parent stands before its children."""
    rows = json.loads((HERE / "units.json").read_text(encoding="utf-8"))
    return tuple(DemoUnit(**row) for row in rows)


def _read(path: Path) -> DemoPublication:
    values = json.loads(path.read_text(encoding="utf-8"))
    for key, value in values.items():
        if isinstance(value, list):
            values[key] = tuple(value)
    return DemoPublication(slug=path.parent.name, **values)
