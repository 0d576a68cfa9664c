"""Edits of many records at once: previewed, carried out record by record, taken back as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload, subqueryload

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from archive.core.identifiers import new_id
from archive.core.roles import Actor, Role
from archive.core.status import BulkState
from archive.models import BulkEdit, BulkItem, Publication, RecordVersion, User
from archive.search.index import SearchIndex
from archive.search.requests import MAX_IN_BULK, SearchRequest
from archive.services.bulk_changes import BulkChange, read_change
from archive.services.events import note_event
from archive.services.history import change_record, content_now
from archive.services.records import record_from_json
from archive.services.units import find_unit

MOST_RECORDS = MAX_IN_BULK
AT_ONCE = 500
"""So many records are changed in the transaction that begins the edit; the worker does the rest."""
PIECE = 50
SHOWN = 50


@dataclass(frozen=True)
class Selection:
    """The records that a search finds: their ids, and how many there are in all."""

    ids: tuple[str, ...]
    total: int


def select_records(index: SearchIndex, request: SearchRequest) -> Selection:
    """All works that answer the search, up to `MOST_RECORDS`. Raises as `SearchIndex.search`."""
    asked = replace(request, page=1, per_page=MOST_RECORDS, is_bulk=True, facets=(), group="work")
    found = index.search(asked)
    return Selection(ids=tuple(item.work_id for item in found.items), total=found.total)


@dataclass(frozen=True)
class PreviewRow:
    """One record as it is and as it would be; `problem` is set where the change is refused."""

    publication: Publication
    before: Any
    after: Any
    problem: InvalidInputError | None = None


@dataclass(frozen=True)
class Preview:
    """The first `SHOWN` records that differ or are refused, and how many there are of each kind."""

    rows: tuple[PreviewRow, ...]
    changed: int
    unchanged: int
    refused: int


def preview(session: Session, ids: Sequence[str], change: BulkChange) -> Preview:
    """What `change` would do to these records; writes nothing."""
    places = {each: at for at, each in enumerate(ids)}
    found = session.scalars(
        select(Publication)
        .where(Publication.id.in_(ids))
        .options(joinedload(Publication.unit), subqueryload(Publication.values))
    ).all()
    rows: list[PreviewRow] = []
    counts: Counter[str] = Counter()
    for publication in sorted(found, key=lambda row: places[row.id]):
        before = content_now(publication)[change.field]
        try:
            row = PreviewRow(publication, before, change.apply(before))
        except InvalidInputError as error:
            row = PreviewRow(publication, before, before, error)
        same = (row.before or None) == (row.after or None)
        kind = "refused" if row.problem else "unchanged" if same else "changed"
        counts[kind] += 1
        if kind != "unchanged" and len(rows) < SHOWN:
            rows.append(row)
    return Preview(tuple(rows), counts["changed"], counts["unchanged"], counts["refused"])


def start_edit(
    session: Session,
    ids: Sequence[str],
    *,
    field: str,
    action: str,
    value: str,
    replacement: str,
    selection: Sequence[tuple[str, str]],
    first_year: int,
    by: Actor,
) -> BulkEdit:
    """Begin the edit and carry out its first `AT_ONCE` records; the caller commits.

    Raises InvalidInputError as `read_change`, and for `ids` (`bulk_none`, `bulk_many`).
    """
    _curator(by)
    read_change(
        session,
        field=field,
        action=action,
        value=value,
        replacement=replacement,
        first_year=first_year,
    )
    edit = _begin(
        session,
        ids,
        BulkEdit(
            field=field,
            action=action,
            value=value,
            replacement=replacement,
            selection=[list(pair) for pair in selection],
        ),
        by=by,
    )
    advance(session, first_year=first_year, limit=AT_ONCE, edit_id=edit.id)
    return edit


def undo_edit(session: Session, edit: BulkEdit, *, first_year: int, by: Actor) -> BulkEdit:
    """Take the edit back: each record's field is what it was, but where somebody changed it since.

    An edit that was taken back already gives the undo of then. Raises InvalidInputError
    (`bulk_running`) while the edit still runs, (`bulk_undo`) for an undo itself, (`bulk_none`)
    where it changed nothing.
    """
    _curator(by)
    known = session.scalar(select(BulkEdit).where(BulkEdit.undoes_id == edit.id))
    if known is not None:
        return known
    if edit.action == "undo":
        raise InvalidInputError(field="edit", problem="bulk_undo")
    if count_states(session, edit.id)[BulkState.PENDING]:
        raise InvalidInputError(field="edit", problem="bulk_running")
    ids = session.scalars(
        select(BulkItem.publication_id).where(
            BulkItem.edit_id == edit.id, BulkItem.state == BulkState.CHANGED
        )
    ).all()
    undo = _begin(
        session,
        ids,
        BulkEdit(
            field=edit.field,
            action="undo",
            value="",
            replacement="",
            selection=[],
            undoes_id=edit.id,
        ),
        by=by,
    )
    advance(session, first_year=first_year, limit=AT_ONCE, edit_id=undo.id)
    return undo


def _begin(session: Session, ids: Iterable[str], edit: BulkEdit, *, by: Actor) -> BulkEdit:
    known = session.scalars(select(Publication.id).where(Publication.id.in_(set(ids)))).all()
    if not known:
        raise InvalidInputError(field="ids", problem="bulk_none")
    if len(known) > MOST_RECORDS:
        raise InvalidInputError(field="ids", problem="bulk_many", most=MOST_RECORDS)
    edit.id, edit.at, edit.actor_id, edit.actor_name = new_id(), now(), by.user_id, by.name
    session.add(edit)
    session.flush()
    session.execute(
        insert(BulkItem),
        [
            {
                "edit_id": edit.id,
                "publication_id": publication_id,
                "state": BulkState.PENDING,
                "reason": "",
            }
            for publication_id in known
        ],
    )
    note_event(
        session,
        "bulk_edit_started",
        by=by,
        data={"batch": edit.id, "field": edit.field, "action": edit.action, "count": len(known)},
    )
    return edit


def anything_pending(session: Session) -> bool:
    pending = select(BulkItem.edit_id).where(BulkItem.state == BulkState.PENDING)
    return session.scalar(pending.limit(1)) is not None


def advance(
    session: Session, *, first_year: int, limit: int = PIECE, edit_id: str | None = None
) -> int:
    """Carry out up to `limit` waiting records of one edit; how many. The caller commits, so that
    a kill leaves each record either done or waiting; `session` holds the write lock, so that no
    two workers take the same ones."""
    query = select(BulkItem).where(BulkItem.state == BulkState.PENDING)
    if edit_id is None:
        edit_id = session.scalar(query.with_only_columns(BulkItem.edit_id).limit(1))
    items = session.scalars(query.where(BulkItem.edit_id == edit_id).limit(limit)).all()
    if not items:
        return 0
    edit = session.get_one(BulkEdit, edit_id)
    by = _actor_of(session, edit)
    change = None
    if edit.action != "undo":
        try:
            change = read_change(
                session,
                field=edit.field,
                action=edit.action,
                value=edit.value,
                replacement=edit.replacement,
                first_year=first_year,
            )
        except InvalidInputError as error:
            # What was right when the edit began is no more: a unit is gone.
            for item in items:
                item.state, item.reason = BulkState.REFUSED, str(error.data["problem"])
            session.flush()
            return len(items)
    publications = {
        row.id: row
        for row in session.scalars(
            select(Publication)
            .where(Publication.id.in_([item.publication_id for item in items]))
            .options(joinedload(Publication.unit), selectinload(Publication.values))
        )
    }
    for item in items:
        _carry_out(session, edit, item, publications[item.publication_id], change, by=by)
    session.flush()
    return len(items)


def _carry_out(
    session: Session,
    edit: BulkEdit,
    item: BulkItem,
    publication: Publication,
    change: BulkChange | None,
    *,
    by: Actor,
) -> None:
    content = content_now(publication)
    if change is None:
        before, after = _values_of(session, str(edit.undoes_id), publication.id, edit.field)
        if (content[edit.field] or None) != (after or None):
            item.state = BulkState.LEFT
            return
        content[edit.field] = before
    else:
        try:
            content[edit.field] = change.apply(content[edit.field])
        except InvalidInputError as error:
            item.state, item.reason = BulkState.REFUSED, str(error.data["problem"])
            return
    act = "bulk_undone" if change is None else "edited_in_bulk"
    changes = change_record(
        session,
        publication,
        record_from_json(content),
        by=by,
        act=act,
        unit=find_unit(session, content["unit"]),
        batch=edit.id,
    )
    item.state = BulkState.CHANGED if changes else BulkState.UNCHANGED
    if changes:
        note_event(
            session,
            act,
            by=by,
            publication_id=publication.id,
            data={"batch": edit.id, "fields": [each.field for each in changes]},
        )


def _values_of(session: Session, edit_id: str, publication_id: str, field: str) -> tuple[Any, Any]:
    """The field before and after the edit, as the record's versions have it."""
    made = session.scalars(
        select(RecordVersion).where(
            RecordVersion.publication_id == publication_id, RecordVersion.batch == edit_id
        )
    ).one()
    earlier = session.scalars(
        select(RecordVersion).where(
            RecordVersion.publication_id == publication_id,
            RecordVersion.number == made.number - 1,
        )
    ).one()
    return earlier.content.get(field), made.content.get(field)


def _actor_of(session: Session, edit: BulkEdit) -> Actor:
    """Who began the edit: its records are changed in that name, whoever carries it out."""
    user = session.get(User, edit.actor_id) if edit.actor_id else None
    return Actor(
        user_id=user.id if user else None,
        role=user.role if user else Role.CURATOR,
        name=edit.actor_name,
    )


def find_edit(session: Session, edit_id: str) -> BulkEdit:
    """The edit, or NotFoundError."""
    edit = session.get(BulkEdit, edit_id)
    if edit is None:
        raise NotFoundError(what="bulk_edit", id=edit_id)
    return edit


def list_edits(session: Session, *, limit: int = 20) -> Sequence[BulkEdit]:
    """The newest edits and undos."""
    return session.scalars(select(BulkEdit).order_by(BulkEdit.at.desc()).limit(limit)).all()


def undo_of(session: Session, edit_id: str) -> BulkEdit | None:
    return session.scalar(select(BulkEdit).where(BulkEdit.undoes_id == edit_id))


def count_states(session: Session, edit_id: str) -> Counter[BulkState]:
    """How many records of the edit are in each state."""
    rows = session.execute(
        select(BulkItem.state, func.count())
        .where(BulkItem.edit_id == edit_id)
        .group_by(BulkItem.state)
    )
    return Counter({row[0]: row[1] for row in rows})


def list_items(
    session: Session, edit_id: str, *, offset: int = 0, limit: int = 50
) -> Sequence[tuple[BulkItem, Publication]]:
    """The edit's records by title, those that were refused or left first."""
    rows = session.execute(
        select(BulkItem, Publication)
        .join(Publication, Publication.id == BulkItem.publication_id)
        .where(BulkItem.edit_id == edit_id)
        .order_by(
            BulkItem.state.in_((BulkState.CHANGED, BulkState.UNCHANGED, BulkState.PENDING)),
            Publication.title_sort,
            Publication.id,
        )
        .offset(offset)
        .limit(limit)
    )
    return [(item, publication) for item, publication in rows]


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="bulk_edit")
