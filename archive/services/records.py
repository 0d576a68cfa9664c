"""The record as people give it: checked, written to the database, and as plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from archive.core.collation import sort_key
from archive.core.dates import IssueDate, now, parse_day, parse_issue_date
from archive.core.errors import InvalidInputError
from archive.core.roles import Access
from archive.core.text import clean_text
from archive.core.vocabulary import (
    CREATOR_ROLES,
    KINDS,
    MULTIPLE_FIELDS,
    grade_number,
    language_code,
)
from archive.models import Publication, PublicationValue

TEXT_FIELDS: Mapping[str, int] = {
    "title": 500,
    "subtitle": 500,
    "responsibility": 1000,
    "edition": 200,
    "publisher": 300,
    "publisher_place": 200,
    "printer": 300,
    "isbn": 40,
    "issn": 40,
    "licence_number": 100,
    "print_run": 40,
    "extent": 200,
    "dimensions": 60,
    "rights": 500,
    "abstract": 20_000,
    "contents": 20_000,
    "series": 300,
    "volume": 60,
    "plan_task": 300,
}
"""Fields of one value, with the number of characters each may have."""

SEVERAL_LINES = frozenset({"abstract", "contents"})
VALUE_LENGTH = 300
VALUES_PER_FIELD = 100
# Neither XML nor HTML can hold these, nor does anybody mean them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def without_controls(text: str | None) -> str | None:
    """Typed text as a page may show it again: the same, with blanks for control characters."""
    return _CONTROL.sub(" ", text) if text else text


def one_line(text: str) -> str:
    """Typed text as it is stored where a field has one line: clean, each run of blanks one."""
    return " ".join(_CONTROL.sub(" ", clean_text(text)).split())


def several_lines(text: str) -> str:
    """The same for a field of several lines, which keep their ends as a single line feed."""
    lines = _CONTROL.sub(" ", clean_text(text)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


@dataclass(frozen=True, kw_only=True)
class RecordInput:
    """A record as a form, a sheet or storage gives it; `issued` None where nobody knows."""

    title: str
    subtitle: str = ""
    responsibility: str = ""
    edition: str = ""
    issued: IssueDate | None = None
    kind: str = "other"
    publisher: str = ""
    publisher_place: str = ""
    printer: str = ""
    isbn: str = ""
    issn: str = ""
    licence_number: str = ""
    licence_date: date | None = None
    print_run: str = ""
    extent: str = ""
    dimensions: str = ""
    rights: str = ""
    access: Access = Access.PUBLIC
    embargo_until: date | None = None
    abstract: str = ""
    contents: str = ""
    series: str = ""
    volume: str = ""
    plan_task: str = ""
    unit_name_given: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values of `MULTIPLE_FIELDS`, as typed: a creator's role stands behind the name."""


def read_record(given: Mapping[str, str], *, first_year: int) -> RecordInput:
    """The record in `given`, a mapping of field names to typed text (`;` parts several values).

    Raises InvalidInputError with the field and `required`, `too_long`, `date_invalid`,
    `date_early`, `date_future`, `kind_unknown`, `access_unknown` or `too_many`.
    """
    return RecordInput(
        **{
            name: read_field(name, given.get(name) or "", first_year=first_year)
            for name in (*TEXT_FIELDS, "issued", "kind", "access", "embargo_until", "licence_date")
        },
        values={
            name: read_values(name, text) if (text := given.get(name)) else ()
            for name in MULTIPLE_FIELDS
        },
    )


def read_field(name: str, typed: str, *, first_year: int) -> Any:
    """The value of one field as RecordInput holds it; InvalidInputError as `read_record`."""
    match name:
        case "issued":
            return read_issued(typed, first_year=first_year)
        case "kind":
            return _choice(name, typed, KINDS, "other", "kind_unknown")
        case "access":
            known = [access.value for access in Access]
            return Access(_choice(name, typed, known, "public", "access_unknown"))
        case "embargo_until" | "licence_date":
            return _day(name, typed)
        case _ if name in MULTIPLE_FIELDS:
            return read_values(name, typed)
        case _:
            return _text(name, typed)


def _text(name: str, typed: str) -> str:
    text = (several_lines if name in SEVERAL_LINES else one_line)(typed)
    if name == "title" and not text:
        raise InvalidInputError(field=name, problem="required")
    most = TEXT_FIELDS[name]
    if len(text) > most:
        raise InvalidInputError(field=name, problem="too_long", most=most)
    return text


def read_issued(text: str, *, first_year: int) -> IssueDate | None:
    """The issue date, None for an empty text. From the first year on and not in the future."""
    if not text.strip():
        return None
    try:
        issued = parse_issue_date(text)
    except ValueError:
        raise InvalidInputError(field="issued", problem="date_invalid", value=text) from None
    if issued.year < first_year:
        raise InvalidInputError(
            field="issued", problem="date_early", value=text, first_year=first_year
        )
    present = now().date()
    latest = IssueDate(present.year, present.month, present.day)
    if issued.year > latest.year or (issued.day and issued > latest):
        # A publication is deposited once it is printed; a later date is a slip of the keyboard.
        raise InvalidInputError(field="issued", problem="date_future", value=text)
    return issued


def read_values(name: str, text: str) -> tuple[str, ...]:
    """The values between semicolons, each once, in their order; languages and grades as codes."""
    known = _CODES.get(name, str)
    values = tuple(
        dict.fromkeys(known(value) for part in text.split(";") if (value := one_line(part)))
    )
    if len(values) > VALUES_PER_FIELD:
        raise InvalidInputError(field=name, problem="too_many", most=VALUES_PER_FIELD)
    for value in values:
        if len(value) > VALUE_LENGTH:
            raise InvalidInputError(field=name, problem="too_long", most=VALUE_LENGTH)
    return values


_CODES: Mapping[str, Callable[[str], str]] = {"languages": language_code, "grades": grade_number}


def _choice(name: str, typed: str, known: Any, default: str, problem: str) -> str:
    value = typed.strip()
    if not value:
        return default
    if value not in known:
        raise InvalidInputError(field=name, problem=problem, value=value)
    return value


def _day(name: str, typed: str) -> date | None:
    text = typed.strip()
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError:
        raise InvalidInputError(field=name, problem="date_invalid", value=text) from None


# Whoever fills the form in in English gives the role by its code.
_ROLE_CODES = {
    **{code: code for code in CREATOR_ROLES},
    **{label: code for code, label in CREATOR_ROLES.vietnamese.items()},
}
_ROLE = re.compile(r"(.+?)\s*\(([^()]+)\)")


def parse_creator(typed: str) -> tuple[str, str]:
    """Name and role code in `Nông Văn A (chủ biên)` or `(editor)`; what is no known role stays in
    the name."""
    match = _ROLE.fullmatch(typed)
    code = _ROLE_CODES.get(" ".join(match[2].lower().split())) if match else None
    return (match[1], code) if match and code else (typed, "")


def apply_record(publication: Publication, record: RecordInput) -> None:
    """Write every field of `record` into `publication`; the caller commits."""
    for name, value in record_columns(record).items():
        setattr(publication, name, value)
    publication.values = [PublicationValue(**columns) for columns in value_columns(record)]


def record_columns(record: RecordInput) -> dict[str, Any]:
    """What the publication's own row holds of the record, by column."""
    return {
        **{name: getattr(record, name) for name in PLAIN_FIELDS},
        "title_sort": sort_key(record.title)[:2000],
        "issued": str(record.issued) if record.issued else None,
        "issued_year": record.issued.year if record.issued else None,
        "access": record.access,
        "embargo_until": record.embargo_until,
        "licence_date": record.licence_date,
    }


def value_columns(record: RecordInput) -> list[dict[str, Any]]:
    """A row for each value of the fields that may hold several, by column."""
    rows = []
    for name in MULTIPLE_FIELDS:
        for position, typed in enumerate(record.values.get(name, ())):
            value, role = parse_creator(typed) if name == "creators" else (typed, "")
            rows.append({"field": name, "position": position, "value": value, "role": role})
    return rows


PLAIN_FIELDS = tuple(
    f.name
    for f in fields(RecordInput)
    if f.name not in ("issued", "access", "embargo_until", "licence_date", "values")
)


def iso_day(day: date | None) -> str | None:
    """The day as JSON has it."""
    return str(day) if day else None


def record_from_json(content: Mapping[str, Any]) -> RecordInput:
    """The RecordInput in a stored record. Storage is trusted: no date or length is refused."""
    return RecordInput(
        **{name: content.get(name) or "" for name in PLAIN_FIELDS},
        issued=parse_issue_date(content["issued"]) if content.get("issued") else None,
        access=Access(content["access"]),
        embargo_until=_stored_day(content.get("embargo_until")),
        licence_date=_stored_day(content.get("licence_date")),
        values={name: tuple(content.get(name) or ()) for name in MULTIPLE_FIELDS},
    )


def _stored_day(text: str | None) -> date | None:
    return parse_day(text) if text else None


def record_of(publication: Publication) -> RecordInput:
    """The record as it stands, as a form would give it."""
    return RecordInput(
        **{name: getattr(publication, name) for name in PLAIN_FIELDS},
        issued=publication.issue_date,
        access=publication.access,
        embargo_until=publication.embargo_until,
        licence_date=publication.licence_date,
        values={name: publication.typed_values_of(name) for name in MULTIPLE_FIELDS},
    )


def record_content(record: RecordInput, *, unit_code: str) -> dict[str, Any]:
    """The record as plain JSON, the form in which its history keeps it: what
    `record_from_json` reads, and the unit's code."""
    return {
        **{name: getattr(record, name) for name in PLAIN_FIELDS},
        "issued": str(record.issued) if record.issued else None,
        "access": record.access.value,
        "embargo_until": iso_day(record.embargo_until),
        "licence_date": iso_day(record.licence_date),
        **{name: list(record.values.get(name, ())) for name in MULTIPLE_FIELDS},
        "unit": unit_code,
    }
