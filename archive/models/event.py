"""What was done, by whom, when, from where: the thread of a deposit, the trail of the
administration, and a chain in which no link can be changed unseen."""

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
    `actor_name` stays readable when the account is gone, and the event when the publication is:
    `publication_id` is a name, no reference. `origin` says where the act came from (`web
    203.0.113.7`, `cli`, `worker`, `storage` for what a rebuild brought back).

    Rows are added by `services.events.note_event` alone and never changed; triggers see to it.
    `digest` is made of the row and of `previous`, the digest of the row before.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_at", "at"),
        Index("ix_event_publication_id_at", "publication_id", "at"),
        Index("ix_event_kind_at", "kind", "at"),
        Index("ix_event_actor_name_at", "actor_name", "at"),
        Index("ix_event_actor_id", "actor_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(300), default="")
    role: Mapped[str] = mapped_column(String(20), default="")
    origin: Mapped[str] = mapped_column(String(100), default="")
    publication_id: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    actor: Mapped[User | None] = relationship()
    publication: Mapped[Publication | None] = relationship(
        primaryjoin="foreign(Event.publication_id) == Publication.id", viewonly=True
    )
