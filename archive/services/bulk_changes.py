"""One change of one field, as it is done to many records: read from what was typed, tried on a
record's content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError
from archive.core.vocabulary import ACCESS, CREATOR_ROLES, KINDS, MULTIPLE_FIELDS
from archive.models import Unit
from archive.services.records import (
    TEXT_FIELDS,
    VALUES_PER_FIELD,
    one_line,
    parse_creator,
    read_field,
)

ACTIONS = ("set", "add", "remove", "replace")
FIELDS: tuple[str, ...] = (
    *(name for name in TEXT_FIELDS if name != "title"),
    *("unit", "unit_name_given", "kind", "issued", "access", "embargo_until", "licence_date"),
    *MULTIPLE_FIELDS,
)
"""Every field but the title, which no two records share."""
_NEEDED = frozenset({"unit", "kind", "access"})
_UNIT_NAME_LENGTH = 300


@dataclass(frozen=True)
class BulkChange:
    """A change that may be tried: `value` and `replacement` are as a record's content has them,
    a list of values for a field of several."""

    field: str
    action: str
    value: Any
    replacement: Any = None

    def apply(self, current: Any) -> Any:
        """What becomes of `current`; InvalidInputError(`too_many`) where the field is full."""
        match self.action:
            case "set":
                return self.value
            case "replace" if self.field not in MULTIPLE_FIELDS:
                return self.replacement if (current or None) == (self.value or None) else current
        values = list(current or ())
        match self.action:
            case "add":
                values += [each for each in self.value if each not in values]
            case "remove":
                values = [each for each in values if not self._names(each)]
            case "replace":
                values = list(
                    dict.fromkeys(
                        new
                        for each in values
                        for new in (self._renamed(each) if self._names(each) else (each,))
                    )
                )
        if len(values) > VALUES_PER_FIELD:
            raise InvalidInputError(field=self.field, problem="too_many", most=VALUES_PER_FIELD)
        return values

    def _names(self, value: str) -> bool:
        """A creator is meant with any role where the change names none."""
        return value in self.value or (
            self.field == "creators" and parse_creator(value)[0] in self.value
        )

    def _renamed(self, value: str) -> list[str]:
        role = parse_creator(value)[1] if self.field == "creators" else ""
        return [
            new
            if not role or parse_creator(new)[1]
            else f"{new} ({CREATOR_ROLES.vietnamese[role]})"
            for new in self.replacement
        ]


def read_change(
    session: Session,
    *,
    field: str,
    action: str,
    value: str,
    replacement: str = "",
    first_year: int,
) -> BulkChange:
    """The change that was typed. Kind, access and unit are taken by code or by name.

    Raises InvalidInputError for `field` (`bulk_field`), `action` (`bulk_action`), and `value` or
    `replacement` with the problem that a form would tell.
    """
    if field not in FIELDS:
        raise InvalidInputError(field="field", problem="bulk_field", value=field)
    if action not in ACTIONS or (action in ("add", "remove") and field not in MULTIPLE_FIELDS):
        raise InvalidInputError(field="action", problem="bulk_action")
    read = _read(session, "value", field, value, first_year=first_year)
    if not read and (action in ("add", "remove") or field in _NEEDED):
        raise InvalidInputError(field="value", problem="required")
    new = None
    if action == "replace":
        if not read and field in MULTIPLE_FIELDS:
            raise InvalidInputError(field="value", problem="required")
        new = _read(session, "replacement", field, replacement, first_year=first_year)
        if not new and (field in MULTIPLE_FIELDS or field in _NEEDED):
            raise InvalidInputError(field="replacement", problem="required")
    return BulkChange(field, action, read, new)


def _read(session: Session, place: str, field: str, typed: str, *, first_year: int) -> Any:
    try:
        match field:
            case "unit":
                return _unit_code(session, one_line(typed))
            case "unit_name_given":
                name = one_line(typed)
                if len(name) > _UNIT_NAME_LENGTH:
                    raise InvalidInputError(problem="too_long", most=_UNIT_NAME_LENGTH)
                return name
            case "kind":
                return _read_code(field, typed, KINDS, first_year=first_year)
            case "access":
                return _read_code(field, typed, ACCESS, first_year=first_year)
        found = read_field(field, typed, first_year=first_year)
    except InvalidInputError as error:
        raise InvalidInputError(**{**error.data, "field": place}) from None
    if field in MULTIPLE_FIELDS:
        return list(found)
    return str(found) if found else None if field in _DATES else ""


_DATES = frozenset({"issued", "embargo_until", "licence_date"})


def _read_code(field: str, typed: str, labels: Mapping[str, str], *, first_year: int) -> str:
    wanted = one_line(typed).casefold()
    if not wanted:
        return ""
    named = {label.casefold(): code for code, label in labels.items()}
    return str(read_field(field, named.get(wanted, wanted), first_year=first_year))


def _unit_code(session: Session, typed: str) -> str:
    if not typed:
        return ""
    code = session.scalar(
        select(Unit.code).where(or_(Unit.code == typed, Unit.name == typed)).order_by(Unit.id)
    )
    if code is None:
        raise InvalidInputError(problem="unit_unknown", value=typed)
    return code
