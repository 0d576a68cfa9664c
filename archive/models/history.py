"""The versions of a record: how it stood after each change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.publication import Publication
from archive.models.user import User


class RecordVersion(Base):
    """A record as it stood after one change; `number` runs from 1 within its publication.

    A record that nobody changed yet has none: its first two are written with its first change.
    `act` is what was done (`deposited`, `amended`, `corrected`, `edited_in_bulk`, `put_back` …);
    `batch` names the bulk edit that the change belongs to, "" where it stands alone. `content` is
    what `services.records.record_content` makes. `actor_name` stays when the account is gone.
    """

    __tablename__ = "record_version"
    __table_args__ = (
        UniqueConstraint("publication_id", "number"),
        Index("ix_record_version_batch", "batch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(300), default="")
    act: Mapped[str] = mapped_column(String(40))
    batch: Mapped[str] = mapped_column(String(12), default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    publication: Mapped[Publication] = relationship()
    actor: Mapped[User | None] = relationship()
