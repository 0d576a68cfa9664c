"""Tying the values of records to the authorities that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, inspect, select, update
from sqlalchemy.orm import Session

from archive.core.authorities import FIELD_KINDS
from archive.core.dates import IssueDate, parse_issue_date
from archive.models import Authority, Publication, PublicationValue, Stage
from archive.services.authorities.finding import Finder, Match
from archive.services.jobs import enqueue_all

_FIELDS = tuple(field for field in FIELD_KINDS if field != "series")
_AT_ONCE = 400


def link_record(session: Session, publication: Publication) -> None:
    """Link the values that `records.apply_record` has just written. Joins the caller's transaction.

    What a curator decided of an ambiguous name holds on for as long as the name stays.
    """
    # Before anything is asked: a question flushes, and then nobody knows what stood there.
    before = _links_before(publication)
    finder = Finder(session)
    named = [
        (value.field, value.value) for value in publication.values if value.field in FIELD_KINDS
    ]
    if publication.series:
        named.append(("series", publication.series))
    finder.prepare(named)
    _link_by(finder, publication, before=before)


Links = Mapping[tuple[str, str], str]
"""What the names of a record are tied to: ids by field and value."""


def links_of(publication: Publication) -> Links:
    """What the record's names are tied to now."""
    found = {
        (value.field, value.value): value.authority_id
        for value in publication.values
        if value.authority_id
    }
    if publication.series_id:
        found["series", publication.series] = publication.series_id
    return found


def link_as_stored(session: Session, publication: Publication, links: Links) -> None:
    """Tie the names of a record that comes back from storage: as it was there, wherever that name
    still stands or was merged into one that does; else as any new record's."""
    link_record(session, publication)
    stand = {
        row.id: row.merged_into_id or row.id
        for row in session.execute(
            select(Authority.id, Authority.merged_into_id).where(Authority.id.in_(links.values()))
        )
    }
    for value in publication.values:
        stored = stand.get(links.get((value.field, value.value), ""))
        value.authority_id = stored or value.authority_id
    series = stand.get(links.get(("series", publication.series), ""))
    publication.series_id = series or publication.series_id


def _link_by(
    finder: Finder, publication: Publication, *, before: Mapping[tuple[str, str], str]
) -> None:
    on = publication.issue_date
    for value in publication.values:
        if value.field in FIELD_KINDS:
            found = finder.find(value.field, value.value, on=on)
            value.authority_id = _decided(found, before.get((value.field, value.value)))
    series = finder.find("series", publication.series, on=on) if publication.series else None
    publication.series_id = series.authority_id if series else None


def _links_before(publication: Publication) -> dict[tuple[str, str], str]:
    earlier: Iterable[PublicationValue] = inspect(publication).attrs["values"].history.deleted or ()
    return {
        (value.field, value.value): value.authority_id for value in earlier if value.authority_id
    }


def _decided(found: Match, before: str | None) -> str | None:
    if found.authority_id is not None:
        return found.authority_id
    return before if before in {each.id for each in found.candidates} else None


@dataclass(frozen=True)
class Unlinked:
    """A name that records give and that is tied to no authority."""

    field: str
    value: str
    issued: str | None


def link_again(session: Session, *, kinds: Iterable[str]) -> int:
    """Look once more at what is not linked in the fields of these kinds; how many records gained a
    link. They go into the index again. Joins the caller's transaction."""
    wanted = set(kinds)
    fields = [field for field, known in FIELD_KINDS.items() if wanted.intersection(known)]
    finder = Finder(session)
    unlinked = [*_unlinked_values(session, fields), *_unlinked_series(session, fields)]
    finder.prepare((each.field, each.value) for each in unlinked)
    changed: set[str] = set()
    for each in unlinked:
        on = parse_issue_date(each.issued) if each.issued else None
        found = finder.find(each.field, each.value, on=on)
        if found.authority_id is not None:
            changed |= _link(session, each, found.authority_id)
    index_again(session, changed)
    store_again(session, changed)
    return len(changed)


def link_value(session: Session, field: str, value: str, authority_id: str) -> set[str]:
    """Link every value of this field and wording that is not linked yet, whatever its date: a
    curator says what the name means. The records whose name it was."""
    rows = session.scalars(
        select(PublicationValue.publication_id).where(*value_tied(field, value, None))
    )
    changed = set(rows)
    session.execute(
        update(PublicationValue)
        .where(*value_tied(field, value, None))
        .values(authority_id=authority_id)
        .execution_options(synchronize_session=False)
    )
    if field == "series":
        same = (Publication.series == value, Publication.series_id.is_(None))
        changed |= set(session.scalars(select(Publication.id).where(*same)))
        session.execute(
            update(Publication)
            .where(*same)
            .values(series_id=authority_id)
            .execution_options(synchronize_session=False)
        )
    index_again(session, changed)
    store_again(session, changed)
    return changed


def unlink_value(
    session: Session, field: str, value: str, authority_id: str, *, records: Iterable[str]
) -> int:
    """Take back in these records what `link_value` tied, where it still stands; how many it were.
    What was tied in others stays."""
    ids, changed = sorted(set(records)), set()
    for start in range(0, len(ids), _AT_ONCE):
        tied = (
            PublicationValue.publication_id.in_(ids[start : start + _AT_ONCE]),
            *value_tied(field, value, authority_id),
        )
        changed |= set(session.scalars(select(PublicationValue.publication_id).where(*tied)))
        session.execute(
            update(PublicationValue)
            .where(*tied)
            .values(authority_id=None)
            .execution_options(synchronize_session=False)
        )
    index_again(session, changed)
    store_again(session, changed)
    return len(changed)


def value_tied(field: str, value: str, authority_id: str | None) -> tuple[ColumnElement[bool], ...]:
    """The values of this field and wording that are tied to this authority; None: to nothing."""
    return (
        PublicationValue.authority_id == authority_id,
        PublicationValue.field == field,
        PublicationValue.value == value,
    )


def linked_records(session: Session, authority_ids: Iterable[str]) -> set[str]:
    """The publications that name any of these."""
    ids = sorted(set(authority_ids))
    found: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        found |= set(
            session.scalars(
                select(PublicationValue.publication_id).where(
                    PublicationValue.authority_id.in_(some)
                )
            )
        )
        found |= set(session.scalars(select(Publication.id).where(Publication.series_id.in_(some))))
    return found


def index_again(session: Session, publication_ids: Iterable[str]) -> None:
    """Let the index entries of these follow what changed around them."""
    ids = sorted(publication_ids)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        session.execute(
            update(Publication)
            .where(Publication.id.in_(some))
            .values(revision=Publication.revision + 1)
            .execution_options(synchronize_session="fetch")
        )
        enqueue_all(session, Stage.INDEX, some)


def store_again(session: Session, publication_ids: Iterable[str]) -> None:
    """Let these be stored again: storage keeps what their names are tied to."""
    enqueue_all(session, Stage.RECORD, sorted(publication_ids))


def matches_of(session: Session, unlinked: Iterable[Unlinked]) -> Mapping[Unlinked, Match]:
    """What can be said of each, all looked up together."""
    unlinked = tuple(unlinked)
    finder = Finder(session)
    finder.prepare((each.field, each.value) for each in unlinked)
    return {each: finder.find(each.field, each.value, on=_date(each.issued)) for each in unlinked}


def _date(issued: str | None) -> IssueDate | None:
    return parse_issue_date(issued) if issued else None


def _unlinked_values(session: Session, fields: Sequence[str]) -> list[Unlinked]:
    rows = session.execute(
        select(PublicationValue.field, PublicationValue.value, Publication.issued)
        .join(Publication, Publication.id == PublicationValue.publication_id)
        .where(
            PublicationValue.authority_id.is_(None),
            PublicationValue.field.in_([field for field in fields if field in _FIELDS]),
        )
        .distinct()
    )
    return [Unlinked(*row) for row in rows]


def _unlinked_series(session: Session, fields: Sequence[str]) -> list[Unlinked]:
    if "series" not in fields:
        return []
    rows = session.execute(
        select(Publication.series, Publication.issued)
        .where(Publication.series_id.is_(None), Publication.series != "")
        .distinct()
    )
    return [Unlinked("series", *row) for row in rows]


def _link(session: Session, each: Unlinked, authority_id: str) -> set[str]:
    issued = (
        Publication.issued.is_(None) if each.issued is None else Publication.issued == each.issued
    )
    if each.field == "series":
        same = (Publication.series == each.value, Publication.series_id.is_(None), issued)
        ids = set(session.scalars(select(Publication.id).where(*same)))
        change = update(Publication).where(*same).values(series_id=authority_id)
    else:
        rows = session.execute(
            select(PublicationValue.id, PublicationValue.publication_id)
            .join(Publication, Publication.id == PublicationValue.publication_id)
            .where(*value_tied(each.field, each.value, None), issued)
        ).all()
        ids = {row[1] for row in rows}
        change = (
            update(PublicationValue)
            .where(
                PublicationValue.publication_id.in_(select(Publication.id).where(issued)),
                *value_tied(each.field, each.value, None),
            )
            .values(authority_id=authority_id)
        )
    session.execute(change.execution_options(synchronize_session=False))
    return ids
