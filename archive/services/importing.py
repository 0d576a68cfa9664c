"""Bringing in what lies in a folder or stands in a sheet: checked first, each row accounted for,
and adding nothing when run again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import VIETNAM, IssueDate
from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.identifiers import derived_id
from archive.core.roles import Actor
from archive.core.status import Status
from archive.core.text import clean_text
from archive.models import Publication, Unit
from archive.services import deposits
from archive.services.holdings import Holdings
from archive.services.intake import CheckedFile, check_file
from archive.services.records import RecordInput, read_issued, read_record
from archive.services.sources import FailedRow, Row, RowError, fail_row, read_rows
from archive.services.units import find_unit, unknown_unit
from archive.storage.incoming import ReceivedFile

OnError = Literal["stop", "skip"]
# Fields whose column in a sheet has another name.
_COLUMNS = {"languages": "language", "files": "file"}


@dataclass(frozen=True)
class Options:
    """`unit_code` and `issued` serve rows that name none of their own."""

    unit_code: str = ""
    issued: str = ""
    status: Status = Status.ACCEPTED
    on_error: OnError = "skip"
    dry_run: bool = False


@dataclass(frozen=True)
class ImportReport:
    """`rows` = added + present + `failed_rows`, unless a strict import or a dry run stopped before
    adding any. `failed` names every fault, so that one row may stand there several times, one
    fault after the other."""

    rows: int
    added: tuple[str, ...]
    present: tuple[str, ...]
    failed: tuple[FailedRow, ...]

    @property
    def failed_rows(self) -> int:
        """How many rows did not go in, whatever the number of their faults."""
        return len({fault.row for fault in self.failed})


def import_source(
    holdings: Holdings,
    source: Path,
    *,
    sheet: Path | None,
    options: Options,
    by: Actor,
    on_row: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportReport:
    """Import `source`. Commits row by row, so that a run that is cut off goes on where it stopped.

    With `on_error="stop"` every row is checked first and one wrong row keeps all out. Raises
    InvalidInputError for a sheet that cannot be read and for an unknown `unit_code`.
    """
    rows = read_rows(source, sheet)
    failed: list[FailedRow] = []
    importer = _Importer(holdings, options, by)
    if options.on_error == "stop" or options.dry_run:
        for row in rows:
            failed += importer.check(row)
        if failed or options.dry_run:
            return ImportReport(len(rows), (), (), tuple(failed))
    added: list[str] = []
    present: list[str] = []
    for done, row in enumerate(rows, start=1):
        try:
            publication_id, is_new = importer.add(row)
            (added if is_new else present).append(publication_id)
        except RowError as error:
            # Whoever mends the row should not learn of its next fault only at the next run.
            fault, others = fail_row(row, error), importer.check(row)
            failed += others if fault in others else [fault, *others]
        on_row(done, len(rows))
    return ImportReport(len(rows), tuple(added), tuple(present), tuple(failed))


class _Importer:
    def __init__(self, holdings: Holdings, options: Options, by: Actor) -> None:
        self._holdings = holdings
        self._options = options
        self._by = by
        self._first_year = holdings.settings.first_year
        self._default_unit = options.unit_code
        if options.unit_code:
            with holdings.database.reading() as session:
                if find_unit(session, options.unit_code) is None:
                    raise InvalidInputError(
                        field="unit", problem="unit_unknown", value=options.unit_code
                    )
        self._issued = read_issued(options.issued, first_year=self._first_year)

    def check(self, row: Row) -> list[FailedRow]:
        """What is wrong with the row, nothing where it would go in: its missing files or the first
        that cannot be taken, the first wrong field of its record, a blocked unit."""
        faults = list(row.faults)
        if row.is_out_of_place:
            return [fail_row(row, fault) for fault in faults]
        try:
            record = self._record(row)
            if not faults and self._is_present(self._identify(row, record)):
                return []
        except RowError as error:
            faults.append(error)
        # A file that is not there was told of already.
        knows_files = not any(fault.column == "file" for fault in faults)
        for check in (self._check_unit, self._check_files) if knows_files else (self._check_unit,):
            try:
                check(row)
            except RowError as error:
                faults.append(error)
        return [fail_row(row, fault) for fault in faults]

    def add(self, row: Row) -> tuple[str, bool]:
        """The publication's id, and whether it is new; the row's first fault as a RowError."""
        if row.faults:
            raise row.faults[0]
        record = self._record(row)
        publication_id = self._identify(row, record)
        if self._is_present(publication_id):
            return publication_id, False
        files = self._receive(row)
        try:
            self._deposit(publication_id, record, files, unit_given=row.values.get("unit", ""))
        except ArchiveError as error:
            raise RowError(str(error.data.get("field", "")), error) from error
        finally:
            for file in files:
                self._holdings.incoming.discard(file.received)
        return publication_id, True

    def _record(self, row: Row) -> RecordInput:
        try:
            record = read_record(row.values, first_year=self._first_year)
        except InvalidInputError as error:
            field = str(error.data["field"])
            raise RowError(_COLUMNS.get(field, field), error) from error
        if record.issued is None and not row.values.get("issued"):
            record = replace(record, issued=self._issued or self._file_date(row))
        return record

    def _file_date(self, row: Row) -> IssueDate | None:
        """The first file's own date, for a folder without a sheet; None before the first year."""
        if "files" in row.values or not row.files:
            return None
        try:
            modified = row.files[0].stat().st_mtime
        except OSError:
            return None  # It went away meanwhile, which its digest will tell.
        moment = datetime.fromtimestamp(modified, UTC).astimezone(VIETNAM)
        if not self._first_year <= moment.year <= datetime.now(VIETNAM).year:
            return None
        return IssueDate(moment.year, moment.month, moment.day)

    def _identify(self, row: Row, record: RecordInput) -> str:
        """The same row has the same id, whatever it is called and whenever it comes again."""
        try:
            digests = [_sha256(path) for path in row.files]
        except OSError as error:
            missing = InvalidInputError(
                field="file", problem="file_missing", value=str(error.filename)
            )
            raise RowError("file", missing) from error
        unit = row.values.get("unit") or self._default_unit
        if digests:
            return derived_id("import", unit, record.title, *digests)
        return derived_id(
            "import", unit, record.title, str(record.issued or ""), record.volume, record.kind
        )

    def _check_unit(self, row: Row) -> None:
        with self._holdings.database.reading() as session:
            unit = _unit(session, row.values.get("unit", "") or self._default_unit)
        if unit is not None and unit.is_blocked:
            blocked = InvalidInputError(field="unit", problem="unit_blocked", value=unit.name)
            raise RowError("unit", blocked)

    def _check_files(self, row: Row) -> None:
        for file in self._receive(row):
            self._holdings.incoming.discard(file.received)

    def _is_present(self, publication_id: str) -> bool:
        with self._holdings.database.reading() as session:
            return session.get(Publication, publication_id) is not None

    def _receive(self, row: Row) -> list[CheckedFile]:
        """The row's files, copied into `incoming` and checked."""
        received: list[ReceivedFile] = []
        checked = []
        try:
            for path, name in zip(row.files, row.names, strict=True):
                with path.open("rb") as stream:
                    file = self._holdings.incoming.receive(
                        stream, limit_bytes=self._holdings.settings.max_upload_bytes
                    )
                received.append(file)
                checked.append(
                    check_file(
                        file,
                        Path(name).name,
                        limits=self._holdings.limits,
                        guard_contact=self._holdings.settings.guard_contact,
                    )
                )
        except (ArchiveError, OSError) as error:
            for file in received:
                self._holdings.incoming.discard(file)
            if isinstance(error, OSError):
                error = InvalidInputError(field="file", problem="file_missing", value=name)
            raise RowError("file", error) from error
        return checked

    def _deposit(
        self,
        publication_id: str,
        record: RecordInput,
        files: Sequence[CheckedFile],
        *,
        unit_given: str,
    ) -> None:
        with self._holdings.database.writing() as session:
            unit = _unit(session, unit_given or self._default_unit)
            if unit is None:
                unit = unknown_unit(session)
                record = deposits.with_unit_given(record, unit_given[:300])
            deposits.deposit(
                session,
                self._holdings,
                publication_id=publication_id,
                record=record,
                files=files,
                unit=unit,
                status=self._options.status,
                by=self._by,
            )
            session.commit()


def _unit(session: Session, given: str) -> Unit | None:
    """A unit by code or by its name in any case; None for a name nobody knows."""
    if not given:
        return None
    wanted = clean_text(given).strip()
    found = find_unit(session, wanted)
    if found is not None:
        return found
    for unit in session.scalars(select(Unit)):
        if clean_text(unit.name).casefold() == wanted.casefold():
            return unit
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
