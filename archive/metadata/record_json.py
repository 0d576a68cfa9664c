"""Descriptions as JSON: everything, under the names of the fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from archive.core.dates import IssueDate
from archive.core.language import in_vietnamese
from archive.metadata.citation import cite
from archive.metadata.description import Description, several_lines
from archive.metadata.marc_codes import moment


def json_records(descriptions: Iterable[Description], *, single: bool = False) -> Iterator[bytes]:
    """`{"records": […]}`; of a `single` record the object itself. Dates are ISO 8601 as far as
    they are known, null where nothing is."""
    if single:
        for description in descriptions:
            yield _dump(description) + b"\n"
        return
    yield b'{"records": ['
    separator = b"\n"
    for description in descriptions:
        yield separator + _dump(description)
        separator = b",\n"
    yield b"\n]}\n"


def _dump(description: Description) -> bytes:
    return json.dumps(plain(description), ensure_ascii=False).encode()


def plain(description: Description) -> dict[str, Any]:
    """The description as plain JSON values, with its citation."""
    made = {name: _value(value) for name, value in asdict(description).items()}
    made["issued"] = str(description.issued) if description.issued else None
    with in_vietnamese():
        return made | {"citation": cite(description)}


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return moment(value)
        case date() | IssueDate():
            return str(value)
        case str():
            return several_lines(value)
        case tuple() | list():
            return [_value(part) for part in value]
        case dict():
            return {name: _value(part) for name, part in value.items()}
        case _:
            return value
