"""Units: the bodies that issue and deposit publications."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from archive.models.base import Base


class Unit(Base):
    """A unit under one code for as long as it exists; `valid_to` is its last day, and from the day
    after it is its successor that answers for it.

    A blocked unit keeps its records, and its accounts can sign in but not deposit.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(60), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    is_blocked: Mapped[bool] = mapped_column(default=False)
    # Whether another unit names this one as its successor; set below, where the class is known.
    is_successor: ClassVar[Any]

    parent: Mapped[Unit | None] = relationship(foreign_keys=[parent_id], remote_side="Unit.id")
    successor: Mapped[Unit | None] = relationship(
        foreign_keys=[successor_id], remote_side="Unit.id"
    )


_earlier = aliased(Unit)
# Every request of an officer asks it, and nearly always it is not so.
Unit.is_successor = column_property(
    select(_earlier.id).where(_earlier.successor_id == Unit.id).exists(), deferred=True
)
