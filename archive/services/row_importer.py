"""One row after the other into the catalogue: what the command and the screen do alike."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import VIETNAM, IssueDate
from archive.core.errors import (
    ArchiveError,
    DamagedFileError,
    InvalidInputError,
    StorageError,
)
from archive.core.identifiers import derived_id
from archive.core.roles import Actor
from archive.core.status import Status
from archive.core.text import clean_text
from archive.core.vocabulary import UNKNOWN_UNIT_CODE
from archive.metadata.headings import NOTE
from archive.metadata.sheet_dates import first_year_of
from archive.models import Publication, Unit
from archive.services import deposits
from archive.services.holdings import Holdings
from archive.services.intake import CheckedFile, check_file
from archive.services.record_deposits import NewRecord, deposit_records, present_ids
from archive.services.records import RecordInput, read_issued, read_record, several_lines
from archive.services.sources import Row, RowError
from archive.services.units import unknown_unit
from archive.storage.incoming import ReceivedFile

OnError = Literal["stop", "skip"]
PIECE = 500
"""Rows that go into the catalogue together."""
_NOTE_LENGTH = 20_000
# Fields whose column in a sheet has another name.
_COLUMNS = {"languages": "language", "files": "file"}
_ANY_TITLE = "…"
# A file that went away, or a member of a ZIP that is damaged, locked or packed in some other way.
UNREADABLE = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error),
    *(NotImplementedError, RuntimeError),
)


@dataclass(frozen=True)
class Options:
    """`unit_code` and `issued` serve rows that name none of their own."""

    unit_code: str = ""
    issued: str = ""
    status: Status = Status.ACCEPTED
    on_error: OnError = "skip"
    dry_run: bool = False


@dataclass(frozen=True)
class Prepared:
    """A row that may go in: its record and the id it will have whenever it comes again."""

    row: Row
    record: RecordInput
    publication_id: str
    unit_given: str
    note: str


@dataclass(frozen=True)
class CheckedRow:
    """What a check says of a row: `faults` (none: it may go in), whether it `is_present` already,
    and what would go in, None where the record cannot be read."""

    row: Row
    faults: tuple[RowError, ...]
    is_present: bool
    prepared: Prepared | None


class Units:
    """The units by code and by name in any case, as they stand in one session."""

    def __init__(self, session: Session) -> None:
        rows = session.scalars(select(Unit)).all()
        self._by_name = {clean_text(unit.name).casefold(): unit for unit in reversed(rows)}
        self._by_code = {unit.code: unit for unit in rows}

    def find(self, given: str) -> Unit | None:
        """The unit meant by `given`; None for a name nobody knows."""
        wanted = clean_text(given).strip()
        if not wanted:
            return None
        return self._by_code.get(wanted) or self._by_name.get(wanted.casefold())


class RowImporter:
    """Checks rows and brings them in, under `options`, on behalf of `by`.

    Raises InvalidInputError (`unit`, `unit_unknown`) for an unknown `options.unit_code`, and for an
    `options.issued` that is no date.
    """

    def __init__(self, holdings: Holdings, options: Options, by: Actor) -> None:
        self._holdings = holdings
        self._options = options
        self._by = by
        self._first_year = holdings.settings.first_year
        with holdings.database.reading() as session:
            self._units = Units(session)
            known = self._units.find(options.unit_code)
            if options.unit_code and (known is None or known.code != options.unit_code):
                raise InvalidInputError(
                    field="unit", problem="unit_unknown", value=options.unit_code
                )
        self._issued = read_issued(options.issued, first_year=self._first_year)

    def check(self, rows: Sequence[Row]) -> list[CheckedRow]:
        """What is wrong with each row, nothing where it would go in: its missing files or the first
        that cannot be taken, each wrong field of its record, a blocked unit."""
        looked = [self._look(row) for row in rows]
        ids = [prepared.publication_id for _, prepared in looked if prepared is not None]
        with self._holdings.database.reading() as session:
            known = present_ids(session, ids)
        checked = []
        for row, (faults, prepared) in zip(rows, looked, strict=True):
            is_present = prepared is not None and prepared.publication_id in known
            if not row.is_out_of_place and not (is_present and not faults):
                faults = [*faults, *self._more_faults(row, faults)]
            checked.append(CheckedRow(row, tuple(faults), is_present and not faults, prepared))
        return checked

    def prepare(self, row: Row, *, unit: str | None = None) -> Prepared:
        """The row's record and id; the row's first fault as a RowError. `unit`: what the row's
        unit is called in truth, where that was found out; the id keeps to what the row says."""
        if row.faults:
            raise row.faults[0]
        try:
            record = read_record(row.values, first_year=self._first_year)
        except InvalidInputError as error:
            raise self._row_error(error) from error
        return self._prepared(row, record, unit)

    def add_records(self, session: Session, prepared: Sequence[Prepared]) -> frozenset[str]:
        """Bring in rows without files, all in the caller's transaction; the ids that are new."""
        units = Units(session)
        return deposit_records(
            session,
            self._holdings,
            [self._new_record(session, units, each) for each in prepared],
            status=self._options.status,
            by=self._by,
        )

    def receive(self, prepared: Prepared) -> list[CheckedFile]:
        """The row's files, copied into `incoming` and checked; whoever asked discards them."""
        return self._receive(prepared.row)

    def add_with_files(
        self, session: Session, prepared: Prepared, files: Sequence[CheckedFile]
    ) -> bool:
        """Bring in a row with its received files, in the caller's transaction; whether it is new.
        What cannot be is a RowError."""
        if session.get(Publication, prepared.publication_id) is not None:
            return False
        new = self._new_record(session, Units(session), prepared)
        try:
            deposits.deposit(
                session,
                self._holdings,
                publication_id=new.publication_id,
                record=new.record,
                files=files,
                unit=new.unit,
                status=self._options.status,
                by=self._by,
                note=new.note,
            )
        except ArchiveError as error:
            raise RowError(str(error.data.get("field", "")), error) from error
        return True

    def discard(self, files: Sequence[CheckedFile]) -> None:
        for file in files:
            self._holdings.incoming.discard(file.received)

    def is_present(self, prepared: Prepared) -> bool:
        with self._holdings.database.reading() as session:
            return session.get(Publication, prepared.publication_id) is not None

    def _new_record(self, session: Session, units: Units, prepared: Prepared) -> NewRecord:
        unit, record = units.find(prepared.unit_given), prepared.record
        if unit is None:
            unit = units.find(UNKNOWN_UNIT_CODE) or unknown_unit(session)
            record = deposits.with_unit_given(record, prepared.unit_given[:300])
        return NewRecord(
            publication_id=prepared.publication_id, record=record, unit=unit, note=prepared.note
        )

    def _look(self, row: Row) -> tuple[list[RowError], Prepared | None]:
        if row.is_out_of_place:
            return list(row.faults), None
        faults, record = self._read_all(row.values)
        faults = [*row.faults, *faults]
        if record is None or row.faults:
            return faults, None
        try:
            return faults, self._prepared(row, record, None)
        except RowError as error:
            return [*faults, error], None

    def _read_all(self, given: Mapping[str, str]) -> tuple[list[RowError], RecordInput | None]:
        """Every wrong field of a record, in turn; the record where there is none."""
        values, faults = dict(given), []
        while True:
            try:
                record = read_record(values, first_year=self._first_year)
            except InvalidInputError as error:
                field = str(error.data["field"])
                faults.append(self._row_error(error))
                values[field] = _ANY_TITLE if field == "title" else ""
            else:
                return faults, None if faults else record

    def _row_error(self, error: InvalidInputError) -> RowError:
        field, value = str(error.data["field"]), str(error.data.get("value", ""))
        first = first_year_of(value) if error.data["problem"] == "date_invalid" else None
        if first is not None:
            problem = "date_early" if first < self._first_year else "date_span"
            error = InvalidInputError(
                field=field, problem=problem, value=value, first_year=self._first_year
            )
        return RowError(_COLUMNS.get(field, field), error)

    def _prepared(self, row: Row, record: RecordInput, unit: str | None) -> Prepared:
        if record.issued is None and not row.values.get("issued"):
            record = replace(record, issued=self._issued or _file_date(row, self._first_year))
        said = row.values.get("unit") or self._options.unit_code
        return Prepared(
            row=row,
            record=record,
            publication_id=_identify(row, record, said),
            unit_given=unit or said,
            note=several_lines(row.values.get(NOTE, ""))[:_NOTE_LENGTH],
        )

    def _more_faults(self, row: Row, faults: Sequence[RowError]) -> list[RowError]:
        found = []
        unit = self._units.find(row.values.get("unit") or self._options.unit_code)
        if unit is not None and unit.is_blocked:
            blocked = InvalidInputError(field="unit", problem="unit_blocked", value=unit.name)
            found.append(RowError("unit", blocked))
        # A file that is not there was told of already.
        if row.files and not any(fault.column == "file" for fault in faults):
            try:
                self.discard(self._receive(row))
            except RowError as error:
                found.append(error)
        return found

    def _receive(self, row: Row) -> list[CheckedFile]:
        received: list[ReceivedFile] = []
        checked = []
        name = ""
        try:
            for source, name in zip(row.files, row.names, strict=True):
                with source.open() as stream:
                    file = self._holdings.incoming.receive(
                        stream, limit_bytes=self._holdings.settings.max_upload_bytes
                    )
                received.append(file)
                checked.append(
                    check_file(
                        file,
                        Path(name.replace("\\", "/")).name,
                        limits=self._holdings.limits,
                        guard_contact=self._holdings.settings.guard_contact,
                    )
                )
        except (ArchiveError, *UNREADABLE) as error:
            for file in received:
                self._holdings.incoming.discard(file)
            if isinstance(error, StorageError):
                raise  # The row is not to blame, and will go in once there is room.
            raise RowError("file", _file_fault(error, name)) from error
        return checked


def _identify(row: Row, record: RecordInput, unit: str) -> str:
    """The same row has the same id, whatever it is called and whenever it comes again."""
    digests = []
    for source, name in zip(row.files, row.names, strict=True):
        try:
            with source.open() as stream:
                digests.append(hashlib.file_digest(stream, "sha256").hexdigest())  # type: ignore[arg-type]
        except UNREADABLE as error:
            raise RowError("file", _file_fault(error, name)) from error
    if digests:
        return derived_id("import", unit, record.title, *digests)
    return derived_id(
        "import", unit, record.title, str(record.issued or ""), record.volume, record.kind
    )


def _file_fault(error: Exception, name: str) -> ArchiveError:
    if isinstance(error, ArchiveError):
        return error
    if isinstance(error, OSError):
        return InvalidInputError(field="file", problem="file_missing", value=name)
    return DamagedFileError(detail=str(error)[:200])


def _file_date(row: Row, first_year: int) -> IssueDate | None:
    """The first file's own date, for a folder without a sheet; None before the first year."""
    if "files" in row.values or not row.files:
        return None
    changed = row.files[0].modified()
    if changed is None:
        return None
    moment = datetime.fromtimestamp(changed, UTC).astimezone(VIETNAM)
    if not first_year <= moment.year <= datetime.now(VIETNAM).year:
        return None
    return IssueDate(moment.year, moment.month, moment.day)
