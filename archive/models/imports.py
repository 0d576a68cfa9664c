"""Batches of a backfile: a sheet that was handed in, and what became of each of its rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, Code, Moment


class BatchState(StrEnum):
    """UPLOADED: its columns are to be told. CHECKING, RUNNING, UNDOING: a worker goes over its
    rows. CHECKED: it may run. PAUSED: by a person, or by a row that failed where one should stop
    it. FAILED: the sheet cannot be read."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class RowState(StrEnum):
    """OK: it may go in. PROBLEM: it cannot. PRESENT: the catalogue had it. ADDED: by this batch.
    UNDONE: taken out again. KEPT: changed since, so that an undo left it."""

    OK = "ok"
    PROBLEM = "problem"
    PRESENT = "present"
    ADDED = "added"
    UNDONE = "undone"
    KEPT = "kept"


class ImportBatch(Base):
    """One sheet on its way into the catalogue.

    `mapping` is the field of each of `headings` ("" left out, `note` kept as words), None until it
    was told; `headings_key` finds the batches of the same headings. `constants` serve rows that say
    nothing themselves (unit, kind, access); `replacements` maps field → given → taken. A worker
    holds a batch that is being gone over while `lease_until` lies ahead, under the token `fence`.
    `guessed` sums up the rows' guesses: [{field, given, taken, why, count}], the commonest first.
    The counts are of rows.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_state_lease_until", "state", "lease_until"),
        Index("ix_import_batch_headings_key", "headings_key", "created_at"),
        Index("ix_import_batch_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_by_name: Mapped[str] = mapped_column(String(300), default="")
    sheet_name: Mapped[str] = mapped_column(String(1000))
    files_name: Mapped[str] = mapped_column(String(1000), default="")
    worksheets: Mapped[list[str]] = mapped_column(JSON)
    worksheet: Mapped[str] = mapped_column(String(300), default="")
    heading_row: Mapped[int] = mapped_column(default=0)
    headings: Mapped[list[str]] = mapped_column(JSON)
    headings_key: Mapped[str] = mapped_column(String(64), default="")
    told: Mapped[str] = mapped_column(String(40), default="")
    mapping: Mapped[list[str] | None] = mapped_column(JSON)
    constants: Mapped[dict[str, str]] = mapped_column(JSON)
    replacements: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    guessed: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    on_error: Mapped[str] = mapped_column(String(10), default="skip")
    status: Mapped[str] = mapped_column(String(20), default="accepted")
    state: Mapped[BatchState] = mapped_column(Code(BatchState))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    row_count: Mapped[int] = mapped_column(default=0)
    problem_count: Mapped[int] = mapped_column(default=0)
    present_count: Mapped[int] = mapped_column(default=0)
    added_count: Mapped[int] = mapped_column(default=0)
    undone_count: Mapped[int] = mapped_column(default=0)
    kept_count: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(80))
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class ImportRow(Base):
    """One row of a batch: `number` as the sheet counts it, `values` as they were read.

    `problems`: [{column, code, data, value}], code and data of the error behind; older rows have
    its sentence, `reason`, in place of the data. `guesses`: [{field, given, taken, why}]. The id
    of its publication is kept after an undo, and where the publication is gone.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        Index("ix_import_row_batch_id_state_number", "batch_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    values: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[RowState] = mapped_column(Code(RowState))
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    guesses: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    publication_id: Mapped[str | None] = mapped_column(String(12))
