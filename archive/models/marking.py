"""Marks of secrecy that were found on pages, and what became of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.file import File
from archive.models.publication import Publication


class PageMarking(Base):
    """A mark of secrecy on a page of a file, by its page there: the page's number in the
    publication may still change while the files before it are read.

    While `cleared_at` is None the publication is closed to all but its depositor, curators and
    administrators. A page is asked about once for each level: what was cleared stays cleared. The
    rows go with their file when a mended deposit replaces it.
    """

    __tablename__ = "page_marking"
    __table_args__ = (
        UniqueConstraint("file_id", "file_page", "level"),
        CheckConstraint("(cleared_at IS NULL) = (reason IS NULL)", name="cleared_with_reason"),
        Index("ix_page_marking_publication_id", "publication_id"),
        Index(
            "ix_page_marking_open",
            "publication_id",
            sqlite_where=sql("cleared_at IS NULL"),
            postgresql_where=sql("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    file_page: Mapped[int]
    level: Mapped[str] = mapped_column(String(10))
    line: Mapped[str] = mapped_column(String(200))
    found_at: Mapped[datetime] = mapped_column(Moment)
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(Text)

    publication: Mapped[Publication] = relationship()
    file: Mapped[File] = relationship()
