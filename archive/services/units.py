"""Units: made, changed, blocked, and read from a sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.core.collation import sort_key
from archive.core.dates import parse_day
from archive.core.errors import InvalidInputError
from archive.core.language import _
from archive.core.roles import Actor
from archive.core.vocabulary import UNKNOWN_UNIT_CODE, UNKNOWN_UNIT_NAME
from archive.models import Publication, Stage, Unit
from archive.services.events import note_event
from archive.services.jobs import enqueue
from archive.services.records import one_line

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
NAME_LENGTH, KIND_LENGTH = 300, 60
SHEET_COLUMNS = ("code", "name", "kind", "parent", "valid_from", "valid_to", "successor")


@dataclass(frozen=True, kw_only=True)
class UnitInput:
    """A unit as a form or a sheet gives it; `parent` and `successor` are codes or ""."""

    code: str
    name: str
    kind: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


class Named(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=Named)


def by_name(rows: Iterable[_Named]) -> list[_Named]:
    """Units, or rows with their names, in the Vietnamese order of the names: no database has it."""
    return sorted(rows, key=lambda row: sort_key(row.name))


def find_unit(session: Session, code: str) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.code == code))


def unknown_unit(session: Session) -> Unit:
    """The built-in unit of records whose unit nobody named or knew."""
    unit = find_unit(session, UNKNOWN_UNIT_CODE)
    if unit is None:
        unit = Unit(code=UNKNOWN_UNIT_CODE, name=UNKNOWN_UNIT_NAME, kind="", is_blocked=False)
        session.add(unit)
        session.flush()
    return unit


def create_unit(session: Session, given: UnitInput, *, by: Actor) -> Unit:
    """A new unit. InvalidInputError names the field: `code` (`code_invalid`, `code_taken`),
    `name` (`required`), `parent`/`successor` (`unit_unknown`), `valid_to` (`before_start`)."""
    unit = Unit(code=given.code.strip(), is_blocked=False)
    if not _CODE.fullmatch(unit.code):
        raise InvalidInputError(field="code", problem="code_invalid", value=unit.code)
    _apply(session, unit, given)
    try:
        with session.begin_nested():
            session.add(unit)
    except IntegrityError:
        raise InvalidInputError(field="code", problem="code_taken", value=unit.code) from None
    note_event(session, "unit_created", by=by, data={"unit": unit.code})
    return unit


def update_unit(session: Session, *, unit_id: int, given: UnitInput, by: Actor) -> Unit:
    """Change everything but the code, which records outside the archive may rely on.

    What says the same as before leaves no event."""
    unit = session.get_one(Unit, unit_id)
    name_before, before = unit.name, _content(unit)
    _apply(session, unit, given)
    if unit.name != name_before:
        _index_again(session, unit)
    if _content(unit) != before:
        note_event(session, "unit_changed", by=by, data={"unit": unit.code})
    return unit


def _content(unit: Unit) -> tuple[object, ...]:
    """What a form or a sheet can change."""
    return (
        *(unit.name, unit.kind, unit.valid_from, unit.valid_to),
        *(unit.parent_id, unit.successor_id),
    )


def _index_again(session: Session, unit: Unit) -> None:
    """The unit's name stands in the index entry of each of its publications."""
    theirs = Publication.unit_id == unit.id
    session.execute(update(Publication).where(theirs).values(revision=Publication.revision + 1))
    for publication_id in session.scalars(select(Publication.id).where(theirs)).all():
        enqueue(session, Stage.INDEX, publication_id=publication_id)


def block_unit(session: Session, *, unit_id: int, by: Actor) -> Unit:
    """Stop deposits of this unit; its people can still read."""
    unit = session.get_one(Unit, unit_id)
    unit.is_blocked = True
    note_event(session, "unit_blocked", by=by, data={"unit": unit.code})
    return unit


def unblock_unit(session: Session, *, unit_id: int, by: Actor) -> Unit:
    unit = session.get_one(Unit, unit_id)
    unit.is_blocked = False
    note_event(session, "unit_unblocked", by=by, data={"unit": unit.code})
    return unit


def _apply(session: Session, unit: Unit, given: UnitInput) -> None:
    name, kind = one_line(given.name), one_line(given.kind)
    if not name:
        raise InvalidInputError(field="name", problem="required")
    for field, text, most in (("name", name, NAME_LENGTH), ("kind", kind, KIND_LENGTH)):
        if len(text) > most:
            raise InvalidInputError(field=field, problem="too_long", most=most)
    if given.valid_from and given.valid_to and given.valid_to < given.valid_from:
        raise InvalidInputError(field="valid_to", problem="before_start")
    unit.name, unit.kind = name, kind
    unit.valid_from, unit.valid_to = given.valid_from, given.valid_to
    unit.parent_id = _other(session, unit, "parent", given.parent)
    unit.successor_id = _other(session, unit, "successor", given.successor)


def _other(session: Session, unit: Unit, field: str, code: str) -> int | None:
    if not code.strip():
        return None
    found = find_unit(session, code.strip())
    if found is None:
        raise InvalidInputError(field=field, problem="unit_unknown", value=code)
    # A unit below itself would send every walk up the tree round in a circle.
    above: Unit | None = found
    while above is not None:
        if above.code == unit.code:
            raise InvalidInputError(field=field, problem="unit_circle", value=code)
        # By number: what a relationship loaded earlier in this session may be out of date.
        number = above.parent_id if field == "parent" else above.successor_id
        above = session.get(Unit, number) if number is not None else None
    return found.id


@dataclass(frozen=True)
class UnitSheetResult:
    """Units, each counted once however often the sheet names it."""

    added: int
    changed: int
    unchanged: int
    failed: tuple[tuple[int, str, str, str], ...]
    """(row from 2, column, problem code, value)"""


def import_units(session: Session, path: Path, *, by: Actor) -> UnitSheetResult:
    """Read a UTF-8 CSV or TSV of units with the columns of SHEET_COLUMNS (`code`, `name` needed).

    A code that exists is changed. Parents and successors may stand below their children. When a
    row fails, the caller should roll back: a half-read sheet leaves wrong parents behind.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(
            field="sheet", problem="sheet_unreadable", value=_("không phải UTF-8")
        ) from None
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    missing = [name for name in ("code", "name") if not rows or name not in rows[0]]
    if missing:
        raise InvalidInputError(field="sheet", problem="columns_missing", value=", ".join(missing))
    return _import_rows(session, rows, by=by)


def _import_rows(
    session: Session, rows: Iterable[Mapping[str, str | None]], *, by: Actor
) -> UnitSheetResult:
    added: set[int] = set()
    before: dict[int, tuple[object, ...]] = {}
    failed: list[tuple[int, str, str, str]] = []
    linked: list[tuple[int, Unit, UnitInput]] = []
    for number, row in enumerate(rows, start=2):
        column = ""
        try:
            given = _unit_input(row)
            bare = UnitInput(code=given.code, name=given.name, kind=given.kind)
            unit = find_unit(session, given.code)
            if unit is None:
                unit = create_unit(session, bare, by=by)
                added.add(unit.id)
            elif unit.id not in added:
                before.setdefault(unit.id, _content(unit))
            linked.append((number, unit, given))
        except InvalidInputError as error:
            column = str(error.data["field"])
            failed.append(
                (number, column, str(error.data["problem"]), str(error.data.get("value", "")))
            )
    for number, unit, given in linked:
        try:
            update_unit(session, unit_id=unit.id, given=given, by=by)
        except InvalidInputError as error:
            failed.append(
                (
                    number,
                    str(error.data["field"]),
                    str(error.data["problem"]),
                    str(error.data.get("value", "")),
                )
            )
    after = {unit.id: _content(unit) for _, unit, _ in linked}
    changed = sum(after[unit_id] != content for unit_id, content in before.items())
    return UnitSheetResult(
        added=len(added),
        changed=changed,
        unchanged=len(before) - changed,
        failed=tuple(failed),
    )


def _unit_input(row: Mapping[str, str | None]) -> UnitInput:
    values = {name: (row.get(name) or "").strip() for name in SHEET_COLUMNS}
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        try:
            days[name] = parse_day(values[name]) if values[name] else None
        except ValueError:
            raise InvalidInputError(
                field=name, problem="date_invalid", value=values[name]
            ) from None
    return UnitInput(
        code=values["code"],
        name=values["name"],
        kind=values["kind"],
        parent=values["parent"],
        successor=values["successor"],
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
    )
