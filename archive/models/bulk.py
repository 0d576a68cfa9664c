"""Bulk edits: one change of one field, carried out record by record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.core.status import BulkState
from archive.models.base import Base, Code, Moment
from archive.models.user import User


class BulkEdit(Base):
    """What was to be done to which records. `action`: set | add | remove | replace | undo.

    `value` and `replacement` are as a person typed them. `undoes` is the edit that an undo takes
    back, `selection` the search from which the records were chosen, as pairs of its arguments.
    """

    __tablename__ = "bulk_edit"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(300), default="")
    field: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(Text, default="")
    replacement: Mapped[str] = mapped_column(Text, default="")
    selection: Mapped[list[Any]] = mapped_column(JSON)
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("bulk_edit.id"), unique=True)

    actor: Mapped[User | None] = relationship()
    undoes: Mapped[BulkEdit | None] = relationship(remote_side="BulkEdit.id")


class BulkItem(Base):
    """One record of a bulk edit, and what became of it. `reason` is the problem's code where it was
    refused."""

    __tablename__ = "bulk_item"
    __table_args__ = (
        Index("ix_bulk_item_edit_id_state", "edit_id", "state"),
        Index("ix_bulk_item_publication_id", "publication_id"),
        Index(
            "ix_bulk_item_pending",
            "edit_id",
            sqlite_where=sql("state = 'pending'"),
            postgresql_where=sql("state = 'pending'"),
        ),
    )

    edit_id: Mapped[str] = mapped_column(
        ForeignKey("bulk_edit.id", ondelete="CASCADE"), primary_key=True
    )
    publication_id: Mapped[str] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[BulkState] = mapped_column(Code(BulkState))
    reason: Mapped[str] = mapped_column(String(40), default="")

    edit: Mapped[BulkEdit] = relationship()
