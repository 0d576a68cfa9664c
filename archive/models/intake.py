"""What the operator of the intake sees and sets: stages that are paused, pages done per minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, Code, Moment
from archive.models.job import Stage


class StagePause(Base):
    """A stage that workers claim no job of. A pause of the whole intake is a row per stage."""

    __tablename__ = "stage_pause"

    stage: Mapped[Stage] = mapped_column(Code(Stage), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(300), default="")


class MinuteTally(Base):
    """How many pages a stage brought in during the minute that begins at `minute`."""

    __tablename__ = "minute_tally"

    stage: Mapped[Stage] = mapped_column(Code(Stage), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    pages: Mapped[int]
