"""What stands in the index: one field of canonical syllables, a document per page.

The classes here are kept inside the index by their module path: do not move them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from whoosh import fields, formats

from archive.core.text import words
from archive.search.entries import WorkEntry

SYLLABLES = "syl"
TITLE = "title"
NAMES = "names"
WORK = "work"
ROLE = "role"
RECORD = "record"
RECORD_ROLE = "record"

# A syllable of the title says more about a work than one of its abstract. The record is page 0
# of its work, and a weight is a repetition there.
_WEIGHTS = {"title": 4, "names": 3, "headings": 2, "rest": 1}
_MAX_FREQUENCY = 255

# Texts are taken apart by `archive.core.text`, before they come here.
_NO_ANALYZER: Any = None

_Postings = Generator[tuple[bytes, int, float | int, bytes], Any, None]


class FrequencyFormat(formats.Existence):
    """Postings that hold a weight, here the frequency, and no other value: no positions."""


class SyllableField(fields.FieldType):
    """A field filled with ready-made frequencies (`{canonical syllable: times}`)."""

    def __init__(self, scorable: bool) -> None:
        super().__init__(FrequencyFormat(), _NO_ANALYZER, scorable=scorable)

    def index(self, value: Mapping[str, int], **_: Any) -> _Postings:
        for term, times in value.items():
            yield term.encode(), times, float(min(times, _MAX_FREQUENCY)), b""


class KeyField(fields.FieldType):
    """A field of one exact value per document."""

    def __init__(self) -> None:
        super().__init__(FrequencyFormat(), _NO_ANALYZER, scorable=False)

    def index(self, value: str, **_: Any) -> _Postings:
        yield value.encode(), 1, 1.0, b""


def build_schema() -> fields.Schema:
    """The index's fields; all but the syllables stand on record documents only."""
    return fields.Schema(
        **{
            SYLLABLES: SyllableField(scorable=True),
            TITLE: SyllableField(scorable=False),
            NAMES: SyllableField(scorable=False),
            WORK: KeyField(),
            ROLE: KeyField(),
            RECORD: fields.STORED(),
        }
    )


def record_texts(entry: WorkEntry) -> dict[str, list[str]]:
    """The record's texts by weight class, each value a text of its own (a phrase stays inside)."""
    year = entry.issued or (str(entry.year) if entry.year else "")
    texts = {
        "title": [entry.title],
        "names": [*entry.creators, *entry.people],
        "headings": [entry.subtitle, *entry.themes, *entry.places, *entry.events, *entry.subjects],
        "rest": [
            entry.responsibility,
            entry.abstract,
            entry.publisher,
            entry.series,
            entry.unit_name,
            year.replace("-", " "),
            *entry.grades,
            *entry.kin,
        ],
    }
    return {name: [text for text in values if text] for name, values in texts.items()}


def weighted_texts(texts: Mapping[str, list[str]]) -> Iterator[tuple[str, int]]:
    """The texts of a record (see `record_texts`), each with its weight."""
    for name, values in texts.items():
        for text in values:
            yield text, _WEIGHTS[name]


def record_frequencies(texts: Mapping[str, list[str]]) -> Counter[str]:
    """The weighted syllables of a record, for page 0."""
    found: Counter[str] = Counter()
    for text, weight in weighted_texts(texts):
        for word in words(text):
            found[word] += weight
    return found
