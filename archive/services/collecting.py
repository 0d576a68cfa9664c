"""Records to be collected: those the archive knows of and has no file of, and what they lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from archive.core.status import WITH_CURATORS, WITH_DEPOSITOR, Status
from archive.core.vocabulary import UNKNOWN_UNIT_CODE
from archive.models import Publication, Unit

# Written out, not bound: only so does SQLite know that the index of these records serves.
_WITHOUT_FILES = Publication.object_version == literal_column("0")
_TO_COLLECT = and_(_WITHOUT_FILES, Publication.status != Status.WITHDRAWN)
# Bound, so that what few records lack is looked for there and not along that index.
_LACKING = and_(
    Publication.object_version == 0,
    Publication.status.in_((*WITH_CURATORS, *WITH_DEPOSITOR, Status.ACCEPTED)),
)
_UNKNOWN_UNIT = select(Unit.id).where(Unit.code == UNKNOWN_UNIT_CODE).scalar_subquery()
LACKS: Mapping[str, ColumnElement[bool]] = {
    "issued": Publication.issued.is_(None),
    "unit": Publication.unit_id == _UNKNOWN_UNIT,
    "publisher": Publication.publisher == "",
    "extent": Publication.extent == "",
}
"""What a record may lack besides its files, and the condition under which it does."""


def list_to_collect(
    session: Session, *, lacks: str = "", offset: int, limit: int
) -> tuple[Sequence[Publication], int]:
    """Records without files by title, those that lack `lacks` where it is given; and how many."""
    condition = and_(_LACKING, LACKS[lacks]) if lacks in LACKS else _TO_COLLECT
    rows = session.scalars(
        select(Publication)
        .where(condition)
        .options(joinedload(Publication.unit))
        .order_by(Publication.title_sort, Publication.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, _count(session, lacks)


def _count(session: Session, lacks: str) -> int:
    """How many there are. Of all, what the index alone can count, less the few withdrawn ones."""
    count = select(func.count()).select_from(Publication)
    if lacks in LACKS:
        return session.scalar(count.where(_LACKING, LACKS[lacks])) or 0
    withdrawn = and_(_WITHOUT_FILES, Publication.status == Status.WITHDRAWN)
    every, over = (
        count.where(condition).scalar_subquery() for condition in (_WITHOUT_FILES, withdrawn)
    )
    return session.scalar(select(every - over)) or 0


def missing_of(publication: Publication) -> list[str]:
    """The codes of what the record lacks, of those in `LACKS`."""
    found = {
        "issued": publication.issued is None,
        "unit": publication.unit.code == UNKNOWN_UNIT_CODE,
        "publisher": not publication.publisher,
        "extent": not publication.extent,
    }
    return [name for name, is_missing in found.items() if is_missing]
