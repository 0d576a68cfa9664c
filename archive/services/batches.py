"""Batches of a backfile: handed in, their columns told, started, paused, undone.

A batch is its own job: whoever goes over its rows holds it under a lease and a fencing token, as
with the jobs of publications (see decision 0018), and every act of a person makes a new token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotFoundError
from archive.core.identifiers import new_id
from archive.core.language import as_written
from archive.core.roles import Actor, Role
from archive.core.status import Status
from archive.core.vocabulary import ACCESS, KINDS
from archive.core.wording import row_words
from archive.metadata.headings import FIELDS, guess_fields, heading_name
from archive.models import BatchState, ImportBatch, ImportRow, RowState
from archive.services.events import note_event
from archive.services.holdings import Holdings
from archive.services.jobs import StaleLeaseError
from archive.services.packed_files import PackedFiles
from archive.services.records import one_line
from archive.services.row_importer import OnError, Options
from archive.services.sheets import Sheet, check_fields, open_sheet
from archive.services.units import find_unit
from archive.storage.incoming import ReceivedFile

WORKING = (BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING)
_MAPPABLE = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED)
_CONSTANTS: Mapping[str, Mapping[str, str]] = {"kind": KINDS, "access": ACCESS}


@dataclass(frozen=True)
class Plan:
    """What a curator says of a sheet: the field of each column, what serves rows that say nothing,
    and the state in which records come in."""

    mapping: Sequence[str]
    constants: Mapping[str, str]
    status: Status


@dataclass(frozen=True)
class BatchClaim:
    """A batch held under the token `fence`, and what is to be done with it."""

    batch_id: str
    state: BatchState
    fence: int


def create_batch(
    session: Session,
    holdings: Holdings,
    *,
    sheet: ReceivedFile,
    sheet_name: str,
    files: ReceivedFile | None,
    files_name: str,
    by: Actor,
) -> ImportBatch:
    """A new batch of a received sheet, and a ZIP of its files where there is one; both are moved
    out of `incoming`. Raises InvalidInputError(`sheet` or `files`, …) where either cannot be read;
    then both stay where they are.
    """
    suffix = Path(sheet_name).suffix.lower()
    opened = open_sheet(sheet.path)
    if files is not None:
        open_files(holdings, files.path).close()
    batch = ImportBatch(
        id=new_id(),
        name=one_line(Path(sheet_name).stem)[:300] or as_written("Bảng nhập"),
        created_at=now(),
        created_by_id=by.user_id,
        created_by_name=by.name,
        sheet_name=sheet_name[:1000],
        files_name=files_name[:1000] if files is not None else "",
        constants={},
        replacements={},
        guessed=[],
        state=BatchState.UPLOADED,
        status=Status.ACCEPTED.value,
    )
    _look_at(session, batch, opened)
    folder = batch_folder(holdings, batch.id)
    folder.mkdir(parents=True)
    sheet.path.rename(folder / f"sheet{suffix if suffix == '.xlsx' else '.csv'}")
    if files is not None:
        files.path.rename(files_path(holdings, batch.id))
    session.add(batch)
    note_event(session, "import_uploaded", by=by, data={"name": batch.name, "batch": batch.id})
    session.flush()
    return batch


def batch_folder(holdings: Holdings, batch_id: str) -> Path:
    return holdings.settings.imports / batch_id


def sheet_path(holdings: Holdings, batch_id: str) -> Path:
    """The batch's sheet as it was handed in."""
    folder = batch_folder(holdings, batch_id)
    workbook = folder / "sheet.xlsx"
    return workbook if workbook.is_file() else folder / "sheet.csv"


def open_batch_sheet(holdings: Holdings, batch: ImportBatch) -> Sheet:
    """The sheet as the batch knows it. Raises what `open_sheet` raises."""
    return open_sheet(
        sheet_path(holdings, batch.id),
        worksheet=batch.worksheet,
        heading_row=batch.heading_row,
    )


def open_files(holdings: Holdings, path: Path) -> PackedFiles:
    """The ZIP of a batch, within the limits of intake."""
    return PackedFiles(path, limits=holdings.limits, most_bytes=holdings.settings.max_upload_bytes)


def files_path(holdings: Holdings, batch_id: str) -> Path:
    """Where the ZIP of the batch's files lies, if it came with one."""
    return batch_folder(holdings, batch_id) / "files.zip"


def batch_files(holdings: Holdings, batch_id: str) -> PackedFiles | None:
    """The batch's files, None where the sheet came alone."""
    path = files_path(holdings, batch_id)
    return open_files(holdings, path) if path.is_file() else None


def choose_sheet(
    session: Session, holdings: Holdings, batch: ImportBatch, *, worksheet: str, heading_row: int
) -> None:
    """Read another worksheet, or take the headings from another row (0: found out)."""
    _expect(batch, _MAPPABLE)
    path = sheet_path(holdings, batch.id)
    _look_at(session, batch, open_sheet(path, worksheet=worksheet, heading_row=heading_row))
    batch.mapping = None
    batch.state = BatchState.UPLOADED


def guess_mapping(session: Session, batch: ImportBatch) -> tuple[str, ...]:
    """What the columns probably mean: as they were told for this batch, else the last time the
    same headings came, else by likeness."""
    if batch.mapping is not None:
        return tuple(batch.mapping)
    last = session.scalar(
        select(ImportBatch.mapping)
        .where(
            ImportBatch.headings_key == batch.headings_key,
            ImportBatch.id != batch.id,
            ImportBatch.mapping.is_not(None),
            ImportBatch.row_count > 0,
        )
        .order_by(ImportBatch.created_at.desc())
        .limit(1)
    )
    if last is not None and len(last) == len(batch.headings):
        return tuple(last)
    return guess_fields(batch.headings)


def start_check(session: Session, batch: ImportBatch, plan: Plan, *, by: Actor) -> None:
    """Have every row looked at under `plan`; what an earlier look found is forgotten.

    Raises InvalidInputError: `column_twice`, `columns_missing`, `field_unknown`, `unit_unknown`,
    `kind_unknown`, `access_unknown`, `batch_busy`.
    """
    _expect(batch, _MAPPABLE)
    mapping = list(plan.mapping)
    for field in mapping:
        if field and field not in FIELDS:
            raise InvalidInputError(field="sheet", problem="field_unknown", value=field)
    check_fields(batch.headings, mapping)
    constants = {name: value for name, value in plan.constants.items() if value}
    if (unit := constants.get("unit")) and find_unit(session, unit) is None:
        raise InvalidInputError(field="unit", problem="unit_unknown", value=unit)
    for name, known in _CONSTANTS.items():
        if constants.get(name) and constants[name] not in known:
            raise InvalidInputError(field=name, problem=f"{name}_unknown", value=constants[name])
    session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.mapping, batch.constants = mapping, constants
    batch.status = plan.status.value
    batch.replacements, batch.guessed = {}, []
    batch.row_count = batch.problem_count = batch.present_count = batch.added_count = 0
    batch.undone_count = batch.kept_count = 0
    _go(batch, BatchState.CHECKING)
    note_event(session, "import_checked", by=by, data=_about(batch))


def start_run(
    session: Session, holdings: Holdings, batch: ImportBatch, *, on_error: OnError, by: Actor
) -> None:
    """Bring the rows in that may go in. With `on_error="stop"` one wrong row keeps all out:
    InvalidInputError (`batch_problems`); so does a ZIP that was cleared away after an earlier run
    (`batch_files_gone`)."""
    _expect(batch, (BatchState.CHECKED, BatchState.PAUSED, BatchState.UNDONE))
    if on_error == "stop" and batch.problem_count and not batch.added_count:
        raise InvalidInputError(
            field="on_error", problem="batch_problems", count=batch.problem_count
        )
    if batch.files_name and not files_path(holdings, batch.id).is_file():
        raise InvalidInputError(field="files", problem="batch_files_gone", value=batch.files_name)
    if batch.state is BatchState.UNDONE:
        undone = and_(ImportRow.batch_id == batch.id, ImportRow.state == RowState.UNDONE)
        session.execute(update(ImportRow).where(undone).values(state=RowState.OK))
        batch.undone_count = 0
    batch.on_error = on_error
    batch.problem = None
    _go(batch, BatchState.RUNNING)
    note_event(session, "import_started", by=by, data=_about(batch))


def pause(session: Session, batch: ImportBatch, *, by: Actor) -> None:
    """Stop a run before its next piece; what is in stays in."""
    _expect(batch, (BatchState.RUNNING,))
    _go(batch, BatchState.PAUSED)
    note_event(session, "import_paused", by=by, data=_about(batch))


def start_undo(session: Session, batch: ImportBatch, *, by: Actor) -> None:
    """Take out again what the batch brought in and nobody changed since."""
    _expect(batch, (BatchState.DONE, BatchState.PAUSED, BatchState.RUNNING))
    _go(batch, BatchState.UNDOING)
    note_event(session, "import_undone", by=by, data=_about(batch))


def take_guesses(batch: ImportBatch, chosen: Sequence[int]) -> None:
    """Let rows have the known names of these guesses (their places in `batch.guessed`) instead of
    the ones given; all other names stay as they are given."""
    _expect(batch, (BatchState.CHECKED, BatchState.PAUSED))
    replacements: dict[str, dict[str, str]] = {}
    for at in chosen:
        if 0 <= at < len(batch.guessed) and may_be_taken(batch.guessed[at]):
            guess = batch.guessed[at]
            replacements.setdefault(guess["field"], {})[guess["given"]] = guess["taken"]
    batch.replacements = replacements


def may_be_taken(guess: Mapping[str, Any]) -> bool:
    """Whether a person may choose the guess: a known name for another one."""
    return bool(guess["taken"]) and guess["why"] in ("name", "unit_unknown")


def find_batch(session: Session, batch_id: str) -> ImportBatch:
    """The batch, or NotFoundError."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFoundError(what="import_batch", id=batch_id)
    return batch


def list_batches(session: Session, *, offset: int, limit: int) -> tuple[Sequence[ImportBatch], int]:
    """The batches, the newest first, and how many there are."""
    rows = session.scalars(
        select(ImportBatch)
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, session.scalar(select(func.count()).select_from(ImportBatch)) or 0


def list_rows(
    session: Session, batch: ImportBatch, state: RowState, *, offset: int, limit: int
) -> Sequence[ImportRow]:
    """The batch's rows in one state, in the sheet's order."""
    return session.scalars(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.state == state)
        .order_by(ImportRow.number)
        .offset(offset)
        .limit(limit)
    ).all()


def fault_words(problem: Mapping[str, Any]) -> str:
    """A row's kept fault in words. Older ones were kept as their sentence."""
    if "reason" in problem:
        return str(problem["reason"])
    return row_words(str(problem["code"]), problem["data"])


def options_of(batch: ImportBatch) -> Options:
    """What the batch says to whoever checks and brings in its rows."""
    return Options(
        unit_code=batch.constants.get("unit", ""),
        status=Status(batch.status),
        on_error=cast(OnError, batch.on_error),
    )


def actor_for(batch: ImportBatch) -> Actor:
    """On whose behalf a worker brings the rows in: who handed the sheet in."""
    return Actor(user_id=batch.created_by_id, role=Role.CURATOR, name=batch.created_by_name)


def claim_batch(session: Session, *, lease: timedelta, worker: str) -> BatchClaim | None:
    """The oldest batch that is to be gone over and nobody holds; None where there is none."""
    batch = session.scalar(
        select(ImportBatch).where(_is_due()).order_by(ImportBatch.created_at).limit(1)
    )
    if batch is None:
        return None
    batch.fence += 1
    batch.lease_until = now() + lease
    batch.worker = worker
    session.flush()
    return BatchClaim(batch.id, batch.state, batch.fence)


def any_batch_due(session: Session) -> bool:
    """Whether `claim_batch` would find one: a look that takes no lock."""
    return session.scalar(select(ImportBatch.id).where(_is_due()).limit(1)) is not None


def any_batch_left(session: Session) -> bool:
    """Whether any batch is to be gone over, held or not."""
    left = select(ImportBatch.id).where(ImportBatch.state.in_(WORKING))
    return session.scalar(left.limit(1)) is not None


def held_batch(session: Session, claim: BatchClaim, *, lease: timedelta) -> ImportBatch:
    """The batch, its lease extended in the caller's transaction. StaleLeaseError where somebody
    else has it, or a person paused or undid it meanwhile."""
    batch = session.get(ImportBatch, claim.batch_id, with_for_update=True)
    if batch is None or batch.fence != claim.fence or batch.state is not claim.state:
        raise StaleLeaseError(job_id=claim.batch_id)
    batch.lease_until = now() + lease
    return batch


def release_batch(session: Session, claim: BatchClaim, *, wait: timedelta = timedelta(0)) -> None:
    """Give the batch back as it stands, to be gone on with in `wait`."""
    batch = session.get(ImportBatch, claim.batch_id)
    if batch is not None and batch.fence == claim.fence and batch.state in WORKING:
        batch.lease_until = now() + wait if wait else None
        batch.worker = None


def end_work(batch: ImportBatch, state: BatchState) -> None:
    """The held batch has been gone over: it is in `state`, and in nobody's hands."""
    batch.state = state
    batch.lease_until = batch.worker = None
    batch.finished_at = now()


def _is_due() -> ColumnElement[bool]:
    free = or_(ImportBatch.lease_until.is_(None), ImportBatch.lease_until <= now())
    return and_(ImportBatch.state.in_(WORKING), free)


def _look_at(session: Session, batch: ImportBatch, sheet: Sheet) -> None:
    names = "\x1f".join(heading_name(heading) for heading in sheet.headings)
    batch.worksheets = list(sheet.worksheets)
    batch.worksheet = sheet.worksheet
    batch.heading_row = sheet.heading_row
    batch.headings = list(sheet.headings)
    batch.headings_key = hashlib.sha256(names.encode()).hexdigest()
    batch.told = sheet.told


def _go(batch: ImportBatch, state: BatchState) -> None:
    """Into the state by a person's act: whoever holds the batch loses it."""
    batch.state = state
    batch.fence += 1
    batch.lease_until = batch.worker = batch.finished_at = None


def _expect(batch: ImportBatch, states: Sequence[BatchState]) -> None:
    if batch.state not in states:
        raise InvalidInputError(field="state", problem="batch_busy", value=batch.state.value)


def _about(batch: ImportBatch) -> dict[str, Any]:
    return {"name": batch.name, "batch": batch.id}
