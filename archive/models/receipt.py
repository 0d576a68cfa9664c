"""Numbers given in their order, and the receipts that bear some of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment
from archive.models.publication import Publication
from archive.models.unit import Unit


class Counter(Base):
    """The last number given under `name` in `year`; the row is locked while one is given."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int]


class Receipt(Base):
    """What the archive took in from a unit, as it stood at that moment: it never changes.

    `content`: `unit`, `title`, `depositor`, `files` (each with `name`, `size_bytes`, `sha256`) and
    `earlier`, the number of the receipt that this one follows, "" for none. `token` leads whoever
    holds the paper to the public page that confirms it. The publication is named, not referred
    to: what was handed over was, whatever becomes of it.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        Index("ix_receipt_publication_id", "publication_id"),
        Index("ix_receipt_token", "token", unique=True),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int]
    number: Mapped[int]
    publication_id: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    issued_at: Mapped[datetime] = mapped_column(Moment)
    token: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    unit: Mapped[Unit] = relationship()
    publication: Mapped[Publication | None] = relationship(
        primaryjoin="foreign(Receipt.publication_id) == Publication.id", viewonly=True
    )

    @property
    def label(self) -> str:
        """The number as the paper bears it, `12/2026`."""
        return f"{self.number}/{self.year}"
