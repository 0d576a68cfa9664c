"""Background work, committed together with the record it serves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.core.status import JobState
from archive.models.base import Base, Code, Moment


class Stage(StrEnum):
    """EXTRACT: a file's text and word boxes. OCR: the text of pages that are pictures. IMAGES: its
    page images. INDEX: the publication's entries in the search index. RECORD: the edited record
    into storage. COMPARE: which publications its text is like. Each may be repeated."""

    EXTRACT = "extract"
    OCR = "ocr"
    IMAGES = "images"
    INDEX = "index"
    RECORD = "record"
    COMPARE = "compare"


class Job(Base):
    """One stage of one publication (or of one of its files).

    A worker holds a job while `lease_until` lies ahead; `fence` rises with every claim, and a
    worker writes only where its own fence still stands, so one that slept past its lease can do
    no harm. `worker` is who claimed it last. While a job is queued the same work is not queued
    again: `coalesce` keeps it single.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name="running_has_lease"
        ),
        Index(
            "uq_job_coalesce",
            "coalesce",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_job_state_not_before", "state", "not_before"),
        # A number is never given twice, so that a fence of a job long gone opens no other one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[Stage] = mapped_column(Code(Stage))
    publication_id: Mapped[str] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    coalesce: Mapped[str] = mapped_column(String(60))
    state: Mapped[JobState] = mapped_column(Code(JobState), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(String(80))
    done_pages: Mapped[int] = mapped_column(default=0)
    total_pages: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class WorkerHeartbeat(Base):
    """The last sign of life of each worker process; a row older than a minute is a dead worker."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
