"""Authorities as a CSV: written, read back exactly, and refused by row and column."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.core.authorities import KINDS
from archive.core.dates import now
from archive.core.errors import InvalidInputError
from archive.core.identifiers import new_id
from archive.core.language import _
from archive.core.roles import Actor
from archive.metadata.csv_sheet import as_cell, from_cell
from archive.models import Authority, AuthoritySuccession
from archive.services.authorities import editing
from archive.services.authorities.changes import names_changed
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.kin import Kin, load_kin
from archive.services.authorities.merging import check_merge, merge_authorities, split_again
from archive.services.events import note_event
from archive.services.records import one_line

COLUMNS = (
    "id",
    "kind",
    "name",
    "variants",
    "type",
    "valid_from",
    "valid_to",
    "parent",
    "dates",
    "source",
    "note",
    "merged_into",
    "successors",
    "formerly_in",
)
ID_LENGTH = 60
_GIVEN = tuple(name for name in COLUMNS if name not in ("id", "kind", "merged_into"))


@dataclass(frozen=True)
class Failure:
    """What is wrong in one cell. `row` counts from 2, below the headings; `data` is that of the
    problem's sentence."""

    row: int
    column: str
    problem: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class SheetResult:
    added: int
    changed: int
    unchanged: int
    failed: tuple[Failure, ...]


def write_sheet(session: Session, file: TextIO) -> int:
    """Write every authority to `file` (opened with `encoding="utf-8-sig", newline=""`), by kind and
    name; how many. Cells that a spreadsheet would take for formulas are text."""
    ties = _all_ties(session)
    rows = session.scalars(
        select(Authority)
        .options(selectinload(Authority.variants))
        .order_by(Authority.kind, Authority.name_sort, Authority.id)
    ).all()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = {
            **{name: getattr(row, name, "") for name in COLUMNS},
            "variants": editing.variants_text(row),
            "parent": row.parent_id or "",
            "merged_into": row.merged_into_id or "",
            "successors": "; ".join(sorted(ties["successors", row.id])),
            "formerly_in": "; ".join(sorted(ties["formerly_in", row.id])),
        }
        writer.writerow([as_cell(cells[name]) for name in COLUMNS])
    return len(rows)


def read_sheet(
    session: Session, text: str, *, by: Actor, only_new: bool = False, is_kept: bool = True
) -> SheetResult:
    """Add and change what the sheet says; authorities that it does not name stay as they are.

    A row without an id is a new authority. With `only_new` a row whose id is there is left alone,
    whatever it says; without `is_kept` storage hears nothing of it. Parents and successors may
    stand below what needs them. Where a row failed, the caller rolls back. InvalidInputError for a
    sheet that cannot be read (`sheet`).
    """
    rows = _rows(text)
    reading = _Reading(session, by)
    if only_new:
        known = set(session.scalars(select(Authority.id)))
        rows = [(number, row) for number, row in rows if row.get("id", "") not in known]
    for number, row in rows:
        reading.take(number, row)
    # In a sheet that is wrong already, what hangs together is told as far as it can be.
    session.flush()
    for taken in reading.taken:
        reading.tie(taken)
    session.flush()
    for taken in reading.taken:
        reading.merge(taken)
    if not reading.failed:
        changed = reading.follow()
        if is_kept:
            names_changed(session, changed)
    return reading.result()


@dataclass
class _Taken:
    row: int
    authority: Authority
    given: AuthorityInput
    merged_into: str
    is_new: bool
    before: tuple[object, ...] = ()


@dataclass
class _Reading:
    session: Session
    by: Actor
    taken: list[_Taken] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _known: dict[str, Authority] = field(default_factory=dict)
    _kin: dict[str, Kin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Held here, so that asking for one of them asks the database nothing more.
        rows = self.session.scalars(select(Authority).options(selectinload(Authority.variants)))
        self._known = {row.id: row for row in rows}
        self._kin = {kind: load_kin(self.session, kind) for kind in ("place", "theme")}
        self._ties = _all_ties(self.session)

    def take(self, number: int, row: Mapping[str, str]) -> None:
        """The row's authority with its plain fields."""
        try:
            given = AuthorityInput(**{name: row.get(name, "") for name in _GIVEN})
            authority, is_new = self._authority(row)
            before = () if is_new else self._state(authority)
            with self.session.no_autoflush:
                editing.write(authority, given)
            self.session.add(authority)
            merged = row.get("merged_into", "").strip()
            self.taken.append(_Taken(number, authority, given, merged, is_new, before))
        except InvalidInputError as error:
            self._fail(number, error)

    def tie(self, taken: _Taken) -> None:
        """Its parent and what came before and after it."""
        try:
            with self.session.no_autoflush:
                editing.tie(
                    self.session,
                    taken.authority,
                    taken.given,
                    before={
                        name: self._ties.get((name, taken.authority.id), ())
                        for name in editing.RELATIONS
                    },
                )
        except InvalidInputError as error:
            self._fail(taken.row, error)

    def merge(self, taken: _Taken) -> None:
        """Bring what the column `merged_into` says about."""
        authority, wanted = taken.authority, taken.merged_into
        if (authority.merged_into_id or "") == wanted:
            return
        try:
            if not wanted:
                split_again(self.session, authority, by=self.by)
            elif taken.is_new:
                # Its names and ties stand in the other's row already.
                authority.merged_into_id = check_merge(self.session, authority, wanted).id
            else:
                merge_authorities(self.session, authority, wanted, by=self.by)
        except InvalidInputError as error:
            error.data["field"] = "merged_into"
            self._fail(taken.row, error)

    def follow(self) -> list[str]:
        """Let records and index follow all that changed; the ids."""
        self._ties = _all_ties(self.session)
        changed = [each for each in self.taken if each.is_new or self._is_changed(each)]
        for each in changed:
            each.authority.changed_at = now()
        self.session.flush()
        if changed:
            near: set[str] = set()
            for each in changed:
                kin = self._kin.get(each.authority.kind)
                near |= kin.around(each.authority.id) if kin else frozenset()
            editing.follow(self.session, [each.authority for each in changed], near=near)
            note_event(
                self.session, "authorities_imported", by=self.by, data={"count": len(changed)}
            )
        return [each.authority.id for each in changed]

    def result(self) -> SheetResult:
        added = sum(each.is_new for each in self.taken)
        changed = 0
        if not self.failed:
            changed = sum(not each.is_new and self._is_changed(each) for each in self.taken)
        return SheetResult(
            added=added,
            changed=changed,
            unchanged=len(self.taken) - added - changed,
            failed=tuple(sorted(self.failed, key=lambda each: each.row)),
        )

    def _authority(self, row: Mapping[str, str]) -> tuple[Authority, bool]:
        authority_id, kind = row.get("id", "").strip(), row.get("kind", "").strip()
        if kind not in KINDS:
            raise InvalidInputError(field="kind", problem="kind_unknown", value=kind)
        if len(authority_id) > ID_LENGTH or one_line(authority_id) != authority_id:
            raise InvalidInputError(field="id", problem="code_invalid", value=authority_id)
        if authority_id in self._seen:
            raise InvalidInputError(field="id", problem="code_taken", value=authority_id)
        found = self._known.get(authority_id)
        if found is not None and found.kind != kind:
            raise InvalidInputError(field="kind", problem="kind_fixed", value=found.kind)
        if authority_id:
            self._seen.add(authority_id)
        if found is not None:
            return found, False
        return Authority(id=authority_id or new_id(), kind=kind, changed_at=now()), True

    def _state(self, authority: Authority) -> tuple[object, ...]:
        ties = (sorted(self._ties.get((name, authority.id), ())) for name in editing.RELATIONS)
        return (*editing.plain_content(authority), *ties, authority.merged_into_id)

    def _is_changed(self, taken: _Taken) -> bool:
        return self._state(taken.authority) != taken.before

    def _fail(self, row: int, error: InvalidInputError) -> None:
        problem = str(error.data["problem"])
        self.failed.append(Failure(row, str(error.data["field"]), problem, error.data))


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """(number, cells by column) of every row that says anything."""
    delimiter = max("\t;,", key=text.partition("\n")[0].count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInputError(
            field="sheet", problem="sheet_unreadable", value=str(error)
        ) from None
    headings = [one_line(cell).lower() for cell in lines[0]] if lines else []
    missing = [name for name in ("id", "kind", "name") if name not in headings]
    if missing:
        raise InvalidInputError(field="sheet", problem="columns_missing", value=", ".join(missing))
    for heading in headings:
        if heading not in COLUMNS:
            raise InvalidInputError(field="sheet", problem="column_unknown", value=heading)
        if headings.count(heading) > 1:
            raise InvalidInputError(field="sheet", problem="column_twice", value=heading)
    return list(_numbered(headings, lines[1:]))


def _numbered(
    headings: Sequence[str], lines: Sequence[Sequence[str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(lines, start=2):
        surplus = [cell for cell in cells[len(headings) :] if cell.strip()]
        if surplus:
            raise InvalidInputError(
                field="sheet",
                problem="cells_surplus",
                value=_("{cell} – dòng {number}").format(cell=surplus[0], number=number),
            )
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(headings, map(from_cell, cells), strict=False))


def _all_ties(session: Session) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for tie in session.scalars(select(AuthoritySuccession)):
        if tie.relation == "became":
            found["successors", tie.earlier_id].append(tie.later_id)
        else:
            found["formerly_in", tie.later_id].append(tie.earlier_id)
    return found
