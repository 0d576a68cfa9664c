"""Bringing in what lies in a folder or stands in a sheet: checked first, each row accounted for,
and adding nothing when run again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.core.errors import ArchiveError, StorageError
from archive.core.roles import Actor
from archive.services.holdings import Holdings
from archive.services.row_importer import PIECE, OnError, Options, Prepared, RowImporter
from archive.services.sources import FailedRow, Mapped, Row, RowError, fail_row, read_rows

__all__ = ["ImportReport", "OnError", "Options", "import_source"]


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
    mapped: Mapped | None = None,
    on_row: Callable[[int], None] = lambda _done: None,
) -> ImportReport:
    """Import `source`. Commits as it goes, rows without files many at a time, so that a run that is
    cut off goes on where it stopped. `mapped` tells the columns of a sheet with foreign headings;
    `on_row` hears how many rows are through.

    With `on_error="stop"` every row is checked first and one wrong row keeps all out. Raises
    InvalidInputError for a sheet that cannot be read and for an unknown `unit_code`.
    """
    rows = read_rows(source, sheet, mapped=mapped)
    importer = RowImporter(holdings, options, by)
    if options.on_error == "stop" or options.dry_run:
        count, failed = _check(importer, rows, on_row)
        if failed or options.dry_run:
            return ImportReport(count, (), (), tuple(failed))
    return _Run(holdings, importer, on_row).over(rows)


def _check(
    importer: RowImporter, rows: Iterable[Row], on_row: Callable[[int], None]
) -> tuple[int, list[FailedRow]]:
    count = 0
    failed: list[FailedRow] = []
    for piece in pieces(rows):
        for checked in importer.check(piece):
            failed += (fail_row(checked.row, fault) for fault in checked.faults)
        count += len(piece)
        on_row(count)
    return count, failed


def pieces(rows: Iterable[Row], *, size: int = PIECE) -> Iterator[list[Row]]:
    """The rows, `size` at a time."""
    going = iter(rows)
    while piece := list(itertools.islice(going, size)):
        yield piece


class _Run:
    """One import: rows without files wait until a piece is full or one with files comes."""

    def __init__(
        self, holdings: Holdings, importer: RowImporter, on_row: Callable[[int], None]
    ) -> None:
        self._holdings = holdings
        self._importer = importer
        self._on_row = on_row
        self._waiting: list[Prepared] = []
        self._added: list[str] = []
        self._present: list[str] = []
        self._failed: list[FailedRow] = []

    def over(self, rows: Iterable[Row]) -> ImportReport:
        done = 0
        for done, row in enumerate(rows, start=1):
            try:
                prepared = self._importer.prepare(row)
            except RowError as error:
                self._fail(row, error)
            else:
                if row.files:
                    self._bring_in()
                    self._with_files(prepared)
                else:
                    self._waiting.append(prepared)
            if len(self._waiting) >= PIECE:
                self._bring_in()
            self._on_row(done)
        self._bring_in()
        self._failed.sort(key=lambda fault: fault.row)
        return ImportReport(done, tuple(self._added), tuple(self._present), tuple(self._failed))

    def _bring_in(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            self._together(waiting)
        except ArchiveError as error:
            if len(waiting) > 1:
                # One of them is to blame: each by itself tells which.
                for each in waiting:
                    self._waiting = [each]
                    self._bring_in()
                return
            field = str(error.data.get("field", ""))
            self._fail(waiting[0].row, RowError(field, error))

    def _together(self, waiting: list[Prepared]) -> None:
        with self._holdings.database.writing() as session:
            new = set(self._importer.add_records(session, waiting))
            session.commit()
        for each in waiting:
            # The same row twice in one sheet is one publication, present the second time.
            if each.publication_id in new:
                self._added.append(each.publication_id)
                new.discard(each.publication_id)
            else:
                self._present.append(each.publication_id)

    def _with_files(self, prepared: Prepared) -> None:
        if self._importer.is_present(prepared):
            self._present.append(prepared.publication_id)
            return
        try:
            files = self._importer.receive(prepared)
            try:
                with self._holdings.database.writing() as session:
                    is_new = self._importer.add_with_files(session, prepared, files)
                    session.commit()
            finally:
                self._importer.discard(files)
        except RowError as error:
            self._fail(prepared.row, error)
            return
        except StorageError as error:
            # No room: the row is told of and the others are tried; nothing else is asked of it.
            self._failed.append(fail_row(prepared.row, RowError("file", error)))
            return
        (self._added if is_new else self._present).append(prepared.publication_id)

    def _fail(self, row: Row, error: RowError) -> None:
        """Whoever mends the row should not learn of its next fault only at the next run."""
        fault = fail_row(row, error)
        (checked,) = self._importer.check([row])
        others = [fail_row(row, other) for other in checked.faults]
        self._failed += others if fault in others else [fault, *others]
