"""What a person is told: in the site, by mail, and which of it they want."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.event import Event
from archive.models.publication import Publication
from archive.models.user import User


class Notice(Base):
    """One account is told of one act. `kind` is a code of `core.notices.NOTICES`.

    `in_site`: it stands among the account's notices, until `read_at` as a new one. `mail_due_at`
    is when the mail is to be tried next, None where none is wanted, where it went (`mailed_at`) and
    where it was given up (`mail_error`). `mail_attempts` counts what failed so far.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_user_id_at", "user_id", "at"),
        Index(
            "ix_notice_unread",
            "user_id",
            sqlite_where=sql("read_at IS NULL AND in_site"),
            postgresql_where=sql("read_at IS NULL AND in_site"),
        ),
        Index(
            "ix_notice_mail_due_at",
            "mail_due_at",
            sqlite_where=sql("mail_due_at IS NOT NULL"),
            postgresql_where=sql("mail_due_at IS NOT NULL"),
        ),
        Index("ix_notice_publication_id", "publication_id"),
        Index("ix_notice_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    in_site: Mapped[bool] = mapped_column(default=True)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    mail_due_at: Mapped[datetime | None] = mapped_column(Moment)
    mail_attempts: Mapped[int] = mapped_column(default=0)
    mail_error: Mapped[str] = mapped_column(String(200), default="")
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)

    user: Mapped[User] = relationship()
    publication: Mapped[Publication] = relationship()
    event: Mapped[Event] = relationship()


class NoticeChoice(Base):
    """What an account wants of one kind; a kind without a row is wanted in both ways."""

    __tablename__ = "notice_choice"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    in_site: Mapped[bool]
    by_mail: Mapped[bool]
