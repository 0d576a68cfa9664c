"""Going over the rows of a batch in pieces: checking them and bringing them in.

Each piece is one transaction that holds its rows' new state and what they became, so that a kill
anywhere leaves every row either in with its publication or as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError, StorageError
from archive.metadata.cells import CellGuess
from archive.models import BatchState, ImportBatch, ImportRow, RowState
from archive.services.batches import (
    BatchClaim,
    actor_for,
    batch_files,
    end_work,
    held_batch,
    open_batch_sheet,
    options_of,
)
from archive.services.holdings import Holdings
from archive.services.importing import pieces
from archive.services.name_guesses import FIELDS, NameGuesser, guesser_for
from archive.services.records import TEXT_FIELDS
from archive.services.row_importer import PIECE, CheckedRow, Prepared, RowImporter, Units
from archive.services.sources import FindFile, Row, RowError, SheetRows, no_files

_ROWS = cast(Table, ImportRow.__table__)
MOST_GUESSES = 300
FILES_PIECE = 20
"""Rows of a batch with files that are checked in one go: opening a file takes its time."""

GiveWay = Callable[[], bool]
"""Asked after each piece: whether to stop here and be called again later."""


def check_rows(holdings: Holdings, claim: BatchClaim, *, give_way: GiveWay) -> None:
    """Look at the rows that nobody looked at yet and keep what was found, piece by piece; at the
    end the batch is CHECKED, or FAILED where its sheet cannot be read."""
    lease = holdings.settings.lease
    with holdings.database.reading() as session:
        batch = session.get_one(ImportBatch, claim.batch_id)
        last = session.scalar(
            select(func.max(ImportRow.number)).where(ImportRow.batch_id == batch.id)
        )
        guesser, units = guesser_for(session), Units(session)
    files = batch_files(holdings, batch.id)
    try:
        importer = RowImporter(holdings, options_of(batch), actor_for(batch))
        rows = _rows(open_batch_sheet(holdings, batch), batch, files.find if files else no_files)
        unseen = (row for row in rows if row.number > (last or 0))
        for piece in pieces(unseen, size=FILES_PIECE if files else PIECE):
            checked = importer.check(piece)
            found = [_found(batch.id, each, guesser, units) for each in checked]
            with holdings.database.writing() as session:
                held = held_batch(session, claim, lease=lease)
                session.execute(insert(ImportRow), found)
                held.guessed = _summed(held.guessed, found)
                held.row_count += len(found)
                held.problem_count += sum(row["state"] is RowState.PROBLEM for row in found)
                held.present_count += sum(row["state"] is RowState.PRESENT for row in found)
                session.commit()
            if give_way():
                return
    except InvalidInputError as error:
        with holdings.database.writing() as session:
            held = held_batch(session, claim, lease=lease)
            held.problem = dict(error.data)
            end_work(held, BatchState.FAILED)
            session.commit()
        return
    finally:
        if files is not None:
            files.close()
    with holdings.database.writing() as session:
        end_work(held_batch(session, claim, lease=lease), BatchState.CHECKED)
        session.commit()


def run_rows(holdings: Holdings, claim: BatchClaim, *, give_way: GiveWay) -> None:
    """Bring in the rows that may go in, piece by piece; at the end the batch is DONE. A row that
    fails on the way is a problem from then on, and pauses the batch where one should stop it."""
    with holdings.database.reading() as session:
        batch = session.get_one(ImportBatch, claim.batch_id)
    files = batch_files(holdings, batch.id)
    try:
        importer = RowImporter(holdings, options_of(batch), actor_for(batch))
        run = _BatchRun(holdings, claim, batch, importer, files.find if files else no_files)
        while run.next_piece():
            if give_way():
                return
    finally:
        if files is not None:
            files.close()


class _BatchRun:
    def __init__(
        self,
        holdings: Holdings,
        claim: BatchClaim,
        batch: ImportBatch,
        importer: RowImporter,
        find: FindFile,
    ) -> None:
        self._holdings = holdings
        self._claim = claim
        self._batch = batch
        self._importer = importer
        self._find = find

    def next_piece(self) -> bool:
        """Bring in the next rows; False where none is left or one stopped the batch."""
        with self._holdings.database.reading() as session:
            kept = session.scalars(
                select(ImportRow)
                .where(ImportRow.batch_id == self._batch.id, ImportRow.state == RowState.OK)
                .order_by(ImportRow.number)
                .limit(PIECE)
            ).all()
        if not kept:
            with self._holdings.database.writing() as session:
                held = held_batch(session, self._claim, lease=self._lease)
                end_work(held, BatchState.DONE)
                session.commit()
            return False
        together: list[tuple[ImportRow, Prepared]] = []
        for row in kept:
            try:
                prepared = self._prepare(row)
            except RowError as error:
                if not self._fail(row, error):
                    return False
                continue
            if not prepared.row.files:
                together.append((row, prepared))
            elif not self._with_files(row, prepared):
                return False
        return self._together(together)

    @property
    def _lease(self) -> Any:
        return self._holdings.settings.lease

    def _prepare(self, kept: ImportRow) -> Prepared:
        """The row as it was read, with the names that were taken in place of those given."""
        values, unit = dict(kept.values), None
        for field, taken in self._batch.replacements.items():
            if field == "unit":
                unit = taken.get(values.get("unit", ""))
            elif field in values:
                parts = [part.strip() for part in values[field].split(";")]
                values[field] = ";".join(taken.get(part, part) for part in parts)
        names = tuple(filter(None, (part.strip() for part in values.get("files", "").split(";"))))
        found = [self._find(name) for name in names]
        faults = tuple(
            RowError("file", InvalidInputError(field="file", problem=problem, value=name))
            for name, (_, problem) in zip(names, found, strict=True)
            if problem
        )
        files = tuple(file for file, _ in found if file is not None)
        return self._importer.prepare(Row(kept.number, values, files, names, faults), unit=unit)

    def _together(self, waiting: Sequence[tuple[ImportRow, Prepared]]) -> bool:
        if not waiting:
            return True
        try:
            with self._holdings.database.writing() as session:
                held = held_batch(session, self._claim, lease=self._lease)
                new = set(self._importer.add_records(session, [each for _, each in waiting]))
                became = []
                for row, prepared in waiting:
                    is_new = prepared.publication_id in new
                    new.discard(prepared.publication_id)
                    became.append(_Became(row.id, prepared.publication_id, is_new))
                _keep(session, held, became)
                session.commit()
        except StorageError:
            raise
        except InvalidInputError as error:
            if len(waiting) > 1:
                # One of them is to blame: each by itself tells which.
                return all(self._together([each]) for each in waiting)
            return self._fail(waiting[0][0], RowError(str(error.data.get("field", "")), error))
        return True

    def _with_files(self, row: ImportRow, prepared: Prepared) -> bool:
        try:
            files = [] if self._importer.is_present(prepared) else self._importer.receive(prepared)
            try:
                with self._holdings.database.writing() as session:
                    held = held_batch(session, self._claim, lease=self._lease)
                    is_new = bool(files) and self._importer.add_with_files(session, prepared, files)
                    _keep(session, held, [_Became(row.id, prepared.publication_id, is_new)])
                    session.commit()
            finally:
                self._importer.discard(files)
        except RowError as error:
            if isinstance(error.error, StorageError):
                raise error.error from error
            return self._fail(row, error)
        return True

    def _fail(self, row: ImportRow, error: RowError) -> bool:
        """Keep the row's fault; False where it stops the batch."""
        stops = self._batch.on_error == "stop"
        problem = _problem(error, row.values)
        with self._holdings.database.writing() as session:
            held = held_batch(session, self._claim, lease=self._lease)
            session.execute(
                update(ImportRow)
                .where(ImportRow.id == row.id)
                .values(state=RowState.PROBLEM, problems=[problem])
            )
            held.problem_count += 1
            if stops:
                held.problem = {"row": row.number, **problem}
                end_work(held, BatchState.PAUSED)
            session.commit()
        return not stops


class _Became(NamedTuple):
    """What a row became: a publication that is new, or was there."""

    row_id: int
    publication_id: str
    is_new: bool


def _keep(session: Session, batch: ImportBatch, became: Sequence[_Became]) -> None:
    session.connection().execute(
        update(_ROWS)
        .where(_ROWS.c.id == bindparam("row"))
        .values(state=bindparam("now"), publication_id=bindparam("publication")),
        [
            {
                "row": each.row_id,
                "now": RowState.ADDED if each.is_new else RowState.PRESENT,
                "publication": each.publication_id,
            }
            for each in became
        ],
    )
    added = sum(each.is_new for each in became)
    batch.added_count += added
    batch.present_count += len(became) - added


def _rows(sheet: Any, batch: ImportBatch, find: FindFile) -> Iterator[Row]:
    """The rows under the batch's mapping; kind and access of the batch serve those without."""
    constants = {
        name: value for name, value in batch.constants.items() if name in ("kind", "access")
    }
    rows: Iterable[Row] = SheetRows(sheet, batch.mapping or (), find, is_foreign=True)
    for row in rows:
        yield replace(row, values={**constants, **row.values}) if constants else row


def _found(
    batch_id: str, checked: CheckedRow, guesser: NameGuesser, units: Units
) -> dict[str, Any]:
    row = checked.row
    state = RowState.OK
    if checked.faults:
        state = RowState.PROBLEM
    elif checked.is_present:
        state = RowState.PRESENT
    problems = [_problem(fault, row.values) for fault in checked.faults]
    guesses = [*row.guesses, *_names(row.values, guesser, units)]
    return {
        "batch_id": batch_id,
        "number": row.number,
        "values": dict(row.values),
        "state": state,
        "problems": problems or None,
        "guesses": [vars(guess) for guess in guesses] or None,
        "publication_id": checked.prepared.publication_id if checked.prepared else None,
    }


def _summed(
    before: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The guesses of all rows so far, each once with how many rows it is of."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for guess in before:
        counts[guess["field"], guess["given"], guess["taken"], guess["why"]] = guess["count"]
    for row in found:
        for guess in row["guesses"] or ():
            counts[guess["field"], guess["given"][:300], guess["taken"], guess["why"]] += 1
    return [
        {"field": field, "given": given, "taken": taken, "why": why, "count": count}
        for (field, given, taken, why), count in counts.most_common(MOST_GUESSES)
    ]


def _problem(fault: RowError, values: Mapping[str, str]) -> dict[str, Any]:
    field = {"language": "languages", "file": "files"}.get(fault.column, fault.column)
    most = min(200, TEXT_FIELDS.get(field, 200))
    return {
        "column": fault.column,
        "code": fault.error.code,
        "data": fault.error.data,
        "value": values.get(field, "")[:most],
    }


def _names(values: Mapping[str, str], guesser: NameGuesser, units: Units) -> Iterator[CellGuess]:
    """Names that nearly are known ones, and units that nobody knows."""
    unit = values.get("unit", "")
    if unit and units.find(unit) is None:
        yield CellGuess("unit", unit, guesser.guess("unit", unit), "unit_unknown")
    for field in FIELDS:
        for part in values.get(field, "").split(";"):
            name = part.strip()
            if name and (near := guesser.guess(field, name)):
                yield CellGuess(field, name, near, "name")
