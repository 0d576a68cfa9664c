"""Which publications are alike: signatures of pages, pairs found, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.core.likeness import Decision, LikenessKind
from archive.models.base import Base, Code, Moment
from archive.models.publication import Publication


class PageSignature(Base):
    """The signature of a page with enough text (see `archive.core.likeness`).

    The keys are columns with an index each, not rows of a table: a page goes with all its keys,
    and they take half the room.
    """

    __tablename__ = "page_signature"

    page_id: Mapped[int] = mapped_column(
        ForeignKey("page.id", ondelete="CASCADE"), primary_key=True
    )
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    key_1: Mapped[int] = mapped_column(index=True)
    key_2: Mapped[int] = mapped_column(index=True)
    key_3: Mapped[int] = mapped_column(index=True)
    key_4: Mapped[int] = mapped_column(index=True)
    key_5: Mapped[int] = mapped_column(index=True)
    key_6: Mapped[int] = mapped_column(index=True)
    key_7: Mapped[int] = mapped_column(index=True)
    key_8: Mapped[int] = mapped_column(index=True)


class Likeness(Base):
    """Two publications that are alike, once for both: `first_id` is the smaller id.

    `…_matches` of `…_pages` comparable pages have an alike one on the other side; `pages` holds
    some of them as pairs [first's number, second's number]. `text_digest` tells of which texts
    the figures, and the decision, are: other texts are asked about anew. `decided_by` is a name;
    the account stands in the event.
    """

    __tablename__ = "likeness"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
        CheckConstraint(
            "(decision = 'undecided') = (decided_at IS NULL)", name="decision_has_moment"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    second_id: Mapped[str] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[LikenessKind] = mapped_column(Code(LikenessKind))
    first_matches: Mapped[int]
    first_pages: Mapped[int]
    second_matches: Mapped[int]
    second_pages: Mapped[int]
    pages: Mapped[list[Any]] = mapped_column(JSON)
    text_digest: Mapped[str] = mapped_column(String(32))
    found_at: Mapped[datetime] = mapped_column(Moment)
    decision: Mapped[Decision] = mapped_column(Code(Decision), default=Decision.UNDECIDED)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str] = mapped_column(String(300), default="")

    first: Mapped[Publication] = relationship(foreign_keys=first_id)
    second: Mapped[Publication] = relationship(foreign_keys=second_id)
