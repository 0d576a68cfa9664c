"""The printed copies of a publication that the archive holds or held."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.core.status import CopyState
from archive.models.base import Base, Code, Moment
from archive.models.publication import Publication


class Copy(Base):
    """One printed copy. `number` runs from 1 within its publication and is never given anew.

    `registration` is its number in the register of copies, as it is written on it ("" where none
    was given), and names one copy in the whole archive. `shelf` is where it stands.
    """

    __tablename__ = "copy"
    __table_args__ = (
        UniqueConstraint("publication_id", "number"),
        Index(
            "uq_copy_registration",
            "registration",
            unique=True,
            sqlite_where=sql("registration <> ''"),
            postgresql_where=sql("registration <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    number: Mapped[int]
    registration: Mapped[str] = mapped_column(String(60), default="")
    shelf: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[CopyState] = mapped_column(Code(CopyState))
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment)

    publication: Mapped[Publication] = relationship()
