"""What was done, by whom, when: the thread of a deposit and the trail of the administration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.publication import Publication
from archive.models.user import User


class Event(Base):
    """One act. `kind` is a stable code (`deposited`, `accepted`, `returned`, `user_blocked` …).

    `note` is what a person wrote to another; `data` is what a program needs to tell the act.
    `actor_name` stays readable when the account is gone.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_publication_id_at", "publication_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(300), default="")
    publication_id: Mapped[str | None] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE")
    )
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    actor: Mapped[User | None] = relationship()
    publication: Mapped[Publication | None] = relationship()
