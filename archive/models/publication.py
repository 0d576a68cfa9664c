"""The record of a publication: every column of the deposit sheet as plain values."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.core.dates import IssueDate, parse_issue_date
from archive.core.roles import Access
from archive.core.status import Status
from archive.core.vocabulary import CREATOR_ROLES
from archive.models.authority import Authority
from archive.models.base import Base, Code, Moment
from archive.models.unit import Unit
from archive.models.user import User


class Publication(Base):
    """One publication of one unit.

    `issued` holds as much of the date as is known (`2024`, `2024-07`, `2024-07-15`), None where
    nothing is; `issued_year` repeats its year for lists. `unit_name_given` keeps a unit's name that
    a sheet gave and nobody knew. `object_version` is the head of its OCFL object, 0 for a record
    without files. `accepted_at` is when it was last opened to readers. `revision` counts every
    change that the search index has to follow. `reviewer_id`: the curator who has the deposit in
    hand, or had it when it was returned. `accession_year` and `accession_number` are its place in
    the register, given at `accession_at`, when it was accepted first, and kept for good.
    `series_id` is the authority that `series` names.
    """

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint("(issued IS NULL) = (issued_year IS NULL)", name="issued_year"),
        Index("ix_publication_status_added_at", "status", "added_at"),
        Index("ix_publication_unit_id_status", "unit_id", "status"),
        Index("ix_publication_issued_year", "issued_year"),
        Index("ix_publication_status_issued_year", "status", "issued_year"),
        # What a list of accepted records asks of each: whether this reader may see it, and the
        # newest arrivals or issues first, so that none goes through the records themselves.
        Index(
            "ix_publication_listed",
            *("status", "access", "embargo_until", "unit_id", "id", "page_count"),
        ),
        Index(
            "ix_publication_newest",
            *("status", "accepted_at", "id", "kind", "access", "embargo_until", "unit_id"),
        ),
        Index(
            "ix_publication_newest_issues",
            *("status", "issued", "title_sort", "id", "access", "embargo_until", "unit_id"),
        ),
        Index("ix_publication_status_kind", "status", "kind"),
        Index("ix_publication_reviewer_id_status", "reviewer_id", "status"),
        Index("uq_publication_accession", "accession_year", "accession_number", unique=True),
        Index("ix_publication_series_id", "series_id", "series"),
        Index(
            "ix_publication_to_collect",
            "title_sort",
            sqlite_where=sql("object_version = 0"),
            postgresql_where=sql("object_version = 0"),
        ),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    title_sort: Mapped[str] = mapped_column(String(2000))
    subtitle: Mapped[str] = mapped_column(String(500), default="")
    edition: Mapped[str] = mapped_column(String(200), default="")
    responsibility: Mapped[str] = mapped_column(String(1000), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_name_given: Mapped[str] = mapped_column(String(300), default="")
    issued: Mapped[str | None] = mapped_column(String(10))
    issued_year: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20), default="other")
    publisher: Mapped[str] = mapped_column(String(300), default="")
    publisher_place: Mapped[str] = mapped_column(String(200), default="")
    printer: Mapped[str] = mapped_column(String(300), default="")
    isbn: Mapped[str] = mapped_column(String(40), default="")
    issn: Mapped[str] = mapped_column(String(40), default="")
    licence_number: Mapped[str] = mapped_column(String(100), default="")
    licence_date: Mapped[date | None]
    print_run: Mapped[str] = mapped_column(String(40), default="")
    dimensions: Mapped[str] = mapped_column(String(60), default="")
    extent: Mapped[str] = mapped_column(String(200), default="")
    rights: Mapped[str] = mapped_column(String(500), default="")
    access: Mapped[Access] = mapped_column(Code(Access), default=Access.PUBLIC)
    embargo_until: Mapped[date | None]
    abstract: Mapped[str] = mapped_column(Text, default="")
    contents: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[str] = mapped_column(String(300), default="")
    series_id: Mapped[str | None] = mapped_column(ForeignKey("authority.id"))
    volume: Mapped[str] = mapped_column(String(60), default="")
    plan_task: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[Status] = mapped_column(Code(Status))
    is_demo: Mapped[bool] = mapped_column(default=False)
    page_count: Mapped[int] = mapped_column(default=0)
    object_version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    added_at: Mapped[datetime] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    accession_year: Mapped[int | None]
    accession_number: Mapped[int | None]
    accession_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    depositor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship()
    depositor: Mapped[User | None] = relationship(foreign_keys=[depositor_id])
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewer_id])
    values: Mapped[list[PublicationValue]] = relationship(
        order_by="PublicationValue.position", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def unit_name(self) -> str:
        """The unit as the record names it: what the sheet called it, else its name of today."""
        return self.unit_name_given or self.unit.name

    @property
    def accession(self) -> str:
        """The accession number as the register has it, `12/2026`; "" before acceptance."""
        return f"{self.accession_number}/{self.accession_year}" if self.accession_number else ""

    @property
    def issue_date(self) -> IssueDate | None:
        return parse_issue_date(self.issued) if self.issued else None

    def values_of(self, field: str) -> tuple[str, ...]:
        """The values of one of `core.vocabulary.MULTIPLE_FIELDS`, in their order."""
        return tuple(value.value for value in self.values if value.field == field)

    def typed_values_of(self, field: str) -> tuple[str, ...]:
        """The same as a person types them: a creator's role stands behind the name."""
        return tuple(value.typed for value in self.values if value.field == field)


class PublicationValue(Base):
    """One value of a field that may hold several (a theme, a place, a grade …).

    `role` is a code of `core.vocabulary.CREATOR_ROLES` for a creator whose part is known, else "".
    `authority_id` is what the value names, None where nobody knows; `value` stays as it was given,
    the name of its day.
    """

    __tablename__ = "publication_value"
    __table_args__ = (
        Index("ix_publication_value_field_value", "field", "value"),
        Index(
            "ix_publication_value_authority_id", "authority_id", "field", "value", "publication_id"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[str] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), index=True
    )
    field: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    value: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(20), default="")
    authority_id: Mapped[str | None] = mapped_column(ForeignKey("authority.id"))

    authority: Mapped[Authority | None] = relationship()

    @property
    def typed(self) -> str:
        """The value as a person types it, `Nông Văn A (chủ biên)`."""
        return f"{self.value} ({CREATOR_ROLES.vietnamese[self.role]})" if self.role else self.value
