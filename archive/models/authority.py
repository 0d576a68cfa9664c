"""Authorities: the names that records share, each kept once with all its spellings."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, Moment


class Authority(Base):
    """A theme, place, person, body, event, relic or series (`kind`, a key of
    `core.authorities.KINDS`).

    `id` never changes and is never given to another. `key` is `core.authorities.name_key` of the
    name. `type` says more of a place or body (xã, huyện, sở). `valid_from` and `valid_to` (its last
    day) are partial ISO dates, "" where unknown or not over. `dates` are those of a life or of an
    event, as text. One that was merged into another keeps its row, so that its address leads there.
    """

    UNCHECKED: ClassVar = ("Cần kiểm tra:", "To be checked:")
    """The words in a `note` from which on it is for curators alone."""

    __tablename__ = "authority"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="parent_is_another"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index("ix_authority_kind_name_sort", "kind", "name_sort"),
        Index("ix_authority_key", "key"),
        Index("ix_authority_parent_id", "parent_id"),
        Index("ix_authority_merged_into_id", "merged_into_id"),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(300))
    name_sort: Mapped[str] = mapped_column(String(2000))
    type: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[str] = mapped_column(String(10), default="")
    valid_to: Mapped[str] = mapped_column(String(10), default="")
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("authority.id"))
    dates: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("authority.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)

    parent: Mapped[Authority | None] = relationship(
        foreign_keys=[parent_id], remote_side="Authority.id"
    )
    variants: Mapped[list[AuthorityVariant]] = relationship(
        order_by="AuthorityVariant.position", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def public_note(self) -> str:
        """The note as anyone may read it: without what is yet to be checked."""
        note = self.note
        for words in self.UNCHECKED:
            note = note.partition(words)[0]
        return note.strip()


class AuthorityVariant(Base):
    """Another name or spelling of an authority; `note` says whose or where it is used."""

    __tablename__ = "authority_variant"
    __table_args__ = (Index("ix_authority_variant_key", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[str] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(String(300), default="")


class AuthoritySuccession(Base):
    """How two authorities follow each other. `relation` "became": `earlier` became `later`, or a
    part of it. "held": `later` lay in `earlier` before it came to its present parent."""

    __tablename__ = "authority_succession"

    earlier_id: Mapped[str] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True
    )
    later_id: Mapped[str] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[str] = mapped_column(String(10), primary_key=True, default="became")
