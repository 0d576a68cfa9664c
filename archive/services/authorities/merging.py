"""Making one authority of two, and taking that back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, union, update
from sqlalchemy.orm import Session

from archive.core.authorities import name_key
from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import Actor
from archive.models import (
    Authority,
    AuthoritySuccession,
    AuthorityVariant,
    Event,
    Publication,
    PublicationValue,
)
from archive.services.authorities.changes import names_changed
from archive.services.authorities.editing import count_uses, find_authority, touched
from archive.services.authorities.finding import forget_names
from archive.services.authorities.linking import index_again, linked_records, store_again
from archive.services.events import note_event


def check_merge(session: Session, merged: Authority, into_id: str) -> Authority:
    """The authority that `merged` would become part of. InvalidInputError for `into`:
    `authority_unknown`, `authority_circle` (itself, or something that lies in it)."""
    into = session.get(Authority, into_id.strip())
    if into is None or into.kind != merged.kind or into.merged_into_id is not None:
        raise InvalidInputError(field="into", problem="authority_unknown", value=into_id)
    above: str | None = into.id
    seen: set[str] = set()
    while above is not None and above not in seen:
        if above == merged.id:
            raise InvalidInputError(field="into", problem="authority_circle", value=into.name)
        seen.add(above)
        above = session.scalar(select(Authority.parent_id).where(Authority.id == above))
    return into


def merge_authorities(session: Session, merged: Authority, into_id: str, *, by: Actor) -> int:
    """All records that name `merged` name the other from now on; how many they are.

    Its names become variants of the other, what lies in it or follows it goes over, its address
    leads there. The event keeps what `split_again` needs. Raises as `check_merge`.
    """
    if not by.may_curate:
        raise NotAllowedError(what="authority")
    if merged.merged_into_id is not None:
        raise InvalidInputError(field="into", problem="authority_merged", value=merged.name)
    into = find_authority(session, check_merge(session, merged, into_id).id)
    near = touched(session, [merged, into])
    records = count_uses(session, merged.id)
    children = list(session.scalars(select(Authority.id).where(Authority.parent_id == merged.id)))
    told: dict[str, Any] = {
        "authority": merged.id,
        "name": merged.name,
        "into": into.id,
        "into_name": into.name,
        "records": records,
        "values": _values_of(session, merged.id),
        "variants": _give_names(merged, into),
        "children": children,
        "ties": _move_ties(session, merged.id, into.id),
    }
    led = list(session.scalars(select(Authority.id).where(Authority.merged_into_id == merged.id)))
    names_changed(session, [merged.id, into.id, *children, *led, *_ends_of(told["ties"])])
    session.execute(
        update(Authority)
        .where(Authority.id.in_(children))
        .values(parent_id=into.id)
        .execution_options(synchronize_session="fetch")
    )
    # What was merged into it before leads on to where it stands now.
    session.execute(
        update(Authority)
        .where(Authority.id.in_(led))
        .values(merged_into_id=into.id)
        .execution_options(synchronize_session="fetch")
    )
    _move_links(session, merged.id, into.id)
    merged.merged_into_id = into.id
    merged.changed_at = into.changed_at = now()
    session.flush()
    forget_names(session)
    index_again(session, linked_records(session, near | touched(session, [into])))
    # Before the commit, when what the merge needs to be taken back is read from the event.
    note_event(session, "authority_merged", by=by, data=told)
    return records


def split_again(session: Session, merged: Authority, *, by: Actor) -> int:
    """Take a merge back: `merged` stands by itself again, with the records whose value is one of
    those that named it then; how many they are. InvalidInputError where it is not merged."""
    if not by.may_curate:
        raise NotAllowedError(what="authority")
    if merged.merged_into_id is None:
        raise InvalidInputError(field="into", problem="authority_not_merged", value=merged.name)
    into = find_authority(session, merged.merged_into_id)
    told = what_merge_told(session, merged.id)
    near = touched(session, [into])
    children, ties = told.get("children", []), told.get("ties", [])
    names_changed(session, [merged.id, into.id, *children, *_ends_of(ties)])
    given = {(name, note) for name, note in told.get("variants", [])}
    into.variants = [each for each in into.variants if (each.name, each.note) not in given]
    merged.merged_into_id = None
    merged.changed_at = into.changed_at = now()
    session.execute(
        update(Authority)
        .where(Authority.id.in_(children), Authority.parent_id == into.id)
        .values(parent_id=merged.id)
        .execution_options(synchronize_session="fetch")
    )
    for earlier, later, relation in ties:
        moved = tuple(into.id if each == merged.id else each for each in (earlier, later))
        _untie(session, moved, relation)
        session.merge(AuthoritySuccession(earlier_id=earlier, later_id=later, relation=relation))
    _move_links(session, into.id, merged.id, only=told.get("values", [merged.name]))
    session.flush()
    forget_names(session)
    records = count_uses(session, merged.id)
    index_again(session, linked_records(session, near | touched(session, [merged])))
    store_again(session, linked_records(session, [merged.id]))
    note_event(
        session,
        "authority_split",
        by=by,
        data={"authority": merged.id, "name": merged.name, "into_name": into.name},
    )
    return records


def _values_of(session: Session, authority_id: str) -> list[str]:
    """How records name it."""
    values = select(PublicationValue.value).where(PublicationValue.authority_id == authority_id)
    series = select(Publication.series).where(Publication.series_id == authority_id)
    return sorted(session.scalars(union(values, series)))


def _give_names(merged: Authority, into: Authority) -> list[tuple[str, str]]:
    """The variants that `into` gains."""
    known = {into.name, *(each.name for each in into.variants)}
    given = [(merged.name, ""), *((each.name, each.note) for each in merged.variants)]
    gained = [(name, note) for name, note in given if name not in known]
    start = len(into.variants)
    for at, (name, note) in enumerate(gained, start=start):
        into.variants.append(
            AuthorityVariant(position=at, name=name, key=name_key(name), note=note)
        )
    return gained


def _move_ties(session: Session, merged_id: str, into_id: str) -> list[tuple[str, str, str]]:
    """The ties of `merged`, as they were; they are those of `into` now."""
    rows = session.scalars(
        select(AuthoritySuccession).where(
            or_(
                AuthoritySuccession.earlier_id == merged_id,
                AuthoritySuccession.later_id == merged_id,
            )
        )
    ).all()
    before = [(row.earlier_id, row.later_id, row.relation) for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    for earlier, later, relation in before:
        ends = [into_id if each == merged_id else each for each in (earlier, later)]
        if ends[0] != ends[1]:
            session.merge(
                AuthoritySuccession(earlier_id=ends[0], later_id=ends[1], relation=relation)
            )
    session.flush()
    return before


def _untie(session: Session, ends: Sequence[str], relation: str) -> None:
    session.execute(
        delete(AuthoritySuccession).where(
            AuthoritySuccession.earlier_id == ends[0],
            AuthoritySuccession.later_id == ends[1],
            AuthoritySuccession.relation == relation,
        )
    )


def _move_links(
    session: Session, from_id: str, to_id: str, *, only: Iterable[str] | None = None
) -> None:
    values = [PublicationValue.authority_id == from_id]
    series = [Publication.series_id == from_id]
    if only is not None:
        names = list(only)
        values.append(PublicationValue.value.in_(names))
        series.append(Publication.series.in_(names))
    session.execute(
        update(PublicationValue)
        .where(*values)
        .values(authority_id=to_id)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(Publication)
        .where(*series)
        .values(series_id=to_id)
        .execution_options(synchronize_session="fetch")
    )


def _ends_of(ties: Iterable[Sequence[str]]) -> set[str]:
    return {end for tie in ties for end in tie[:2]}


def what_merge_told(session: Session, merged_id: str) -> dict[str, Any]:
    """What the last merge of it wrote down, {} where nobody knows."""
    events = session.scalars(
        select(Event).where(Event.kind == "authority_merged").order_by(Event.id.desc())
    )
    for event in events:
        if event.data and event.data.get("authority") == merged_id:
            return event.data
    return {}
