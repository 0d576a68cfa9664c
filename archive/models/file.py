"""Files of a publication, their pages, and files that wait for a form to be right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.publication import Publication


class File(Base):
    """One original. `name` is what the sender called it; the bytes lie under `logical_path`.

    `problem_code` with `problem_data` says why no text or image could be made; the original is
    kept all the same. `text_done` and `images_done` tell which stages are through.
    `raised_limits` are the limits that a curator raised for this file alone, with their factors.
    """

    __tablename__ = "file"
    # A number is never given twice: a worker that still reads a file which was replaced must not
    # find another file under its number.
    __table_args__ = (
        UniqueConstraint("publication_id", "position"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(1000))
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    sha512: Mapped[str] = mapped_column(String(128))
    logical_path: Mapped[str] = mapped_column(String(100))
    page_count: Mapped[int] = mapped_column(default=0)
    text_done: Mapped[bool] = mapped_column(default=False)
    images_done: Mapped[bool] = mapped_column(default=False)
    problem_code: Mapped[str | None] = mapped_column(String(40))
    problem_data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    raised_limits: Mapped[dict[str, int] | None] = mapped_column(JSON)
    outline: Mapped[list[Any] | None] = mapped_column(JSON)

    publication: Mapped[Publication] = relationship()


class Page(Base):
    """One page. `number` runs through the whole publication, `file_page` through its file.

    `width`, `height`: points for a PDF, pixels for an image, 0 where the source has no page size.
    `text_source` is embedded, repaired, ocr or none; `text_score` the share of its marked words
    that are Vietnamese syllables (0 to 1), None where nothing could be counted. `text_before` is
    what the file itself carried, where the archive repaired it or read the picture instead.
    `ocr_state`: "" where the picture need not be read, else waiting, done or failed.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("publication_id", "number"),
        Index("ix_page_file_id_file_page", "file_id", "file_page", unique=True),
        # Counting how pages were read must not walk through their text.
        Index("ix_page_publication_id_reading", "publication_id", "text_source", "ocr_state"),
        Index(
            "ix_page_ocr_waiting",
            "publication_id",
            sqlite_where=sql("ocr_state = 'waiting'"),
            postgresql_where=sql("ocr_state = 'waiting'"),
        ),
        Index(
            "ix_page_ocr_failed",
            "publication_id",
            sqlite_where=sql("ocr_state = 'failed'"),
            postgresql_where=sql("ocr_state = 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    number: Mapped[int]
    file_page: Mapped[int]
    label: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(Text)
    text_source: Mapped[str] = mapped_column(String(10))
    text_score: Mapped[float | None]
    text_before: Mapped[str | None] = mapped_column(Text)
    ocr_state: Mapped[str] = mapped_column(String(10), default="")
    width: Mapped[float] = mapped_column(default=0.0)
    height: Mapped[float] = mapped_column(default=0.0)

    file: Mapped[File] = relationship()


class PageWords(Base):
    """Where each word of a page's text stands, packed (see `services.word_boxes`)."""

    __tablename__ = "page_words"

    page_id: Mapped[int] = mapped_column(
        ForeignKey("page.id", ondelete="CASCADE"), primary_key=True
    )
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class HeldFile(Base):
    """A file that was received whole while its form was not right yet; it waits in `incoming`."""

    __tablename__ = "held_file"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(1000))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    sha512: Mapped[str] = mapped_column(String(128))
    received_at: Mapped[datetime] = mapped_column(Moment)
