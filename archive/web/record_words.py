"""A record's values as words, and what changed between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from archive.core.dates import parse_day, parse_issue_date
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES, MULTIPLE_FIELDS
from archive.services.history import FieldChange
from archive.web.pages.record import ChangeRow, WordPart
from archive.web.present import typed_day
from archive.web.record_form import LABELS

MOST_WORDS = 2000
"""A longer text is compared by lines: by words it would take longer than a page may."""
CONTEXT = 8
"""So many words are shown on either side of a change in a long text."""
_WORD = re.compile(r"\S+\s*")
_VALUE = re.compile(r"[^;]+(?:;\s*)?")
_LINE = re.compile(r"[^\n]*\n?")


def value_words(field: str, value: Any, *, units: Mapping[str, str]) -> str:
    """The value as a reader knows it; `units` are names by code. "" for an empty one."""
    if not value:
        return ""
    match field:
        case "kind":
            return KINDS.get(str(value), str(value))
        case "access":
            return ACCESS.get(str(value), str(value))
        case "issued":
            return parse_issue_date(value).vietnamese
        case "embargo_until" | "licence_date":
            return typed_day(parse_day(value))
        case "unit":
            return units.get(value, value)
        case "languages":
            return "; ".join(LANGUAGES.get(each, each) for each in value)
        case _:
            return value if isinstance(value, str) else "; ".join(value)


def change_row(change: FieldChange, *, units: Mapping[str, str]) -> ChangeRow:
    """The change with what went and what came marked word by word, or value by value."""
    before = value_words(change.field, change.before, units=units)
    after = value_words(change.field, change.after, units=units)
    several = change.field in MULTIPLE_FIELDS
    old, new = marked(before, after, pieces=_VALUE if several else _WORD)
    return ChangeRow(label=LABELS.get(change.field, change.field), before=old, after=new)


def marked(
    before: str, after: str, *, pieces: re.Pattern[str] = _WORD
) -> tuple[list[WordPart], list[WordPart]]:
    """The two texts with what each has of its own; what both have is cut short where it is long."""
    old, new = pieces.findall(before), pieces.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = _LINE.findall(before), _LINE.findall(after)
    gone: list[WordPart] = []
    came: list[WordPart] = []
    # A last value has no sign behind it; it is the same value all the same.
    ends = "; \n" if pieces is _VALUE else " \n"
    matcher = SequenceMatcher(
        a=[word.strip(ends) for word in old], b=[word.strip(ends) for word in new]
    )
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            gone += _shortened(old[old_from:old_to])
            came += _shortened(new[new_from:new_to])
            continue
        if old_from < old_to:
            gone.append(WordPart("gone", "".join(old[old_from:old_to])))
        if new_from < new_to:
            came.append(WordPart("new", "".join(new[new_from:new_to])))
    return gone, came


def _shortened(words: Sequence[str]) -> Iterator[WordPart]:
    if len(words) <= 3 * CONTEXT:
        yield WordPart("same", "".join(words))
        return
    yield WordPart("same", "".join(words[:CONTEXT]))
    yield WordPart("gap", "… ")
    yield WordPart("same", "".join(words[-CONTEXT:]))
