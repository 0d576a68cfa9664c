"""Files that arrive in pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, Moment


class Upload(Base):
    """A file that was announced with its size and is not held yet; how far it came, `storage`
    knows (`storage.resumable`). Once whole and checked it becomes the HeldFile of the same id.

    `modified` is when its sender last changed it, as the browser says: with name and size it tells
    the file again when it is chosen to go on. `problem_code` with `problem_data` says why the whole
    file was refused; its bytes are gone then. `changed_at`: announced, or refused.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(
            "problem_code IS NOT NULL OR problem_data IS NULL", name="problem_data_has_code"
        ),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(1000))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[str] = mapped_column(String(40), default="")
    changed_at: Mapped[datetime] = mapped_column(Moment)
    problem_code: Mapped[str | None] = mapped_column(String(40))
    problem_data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
