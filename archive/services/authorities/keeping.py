"""Names that people added or changed, kept in storage, and brought back from there.

Every change is in storage before its transaction commits (decision 0001): a line of a log for each
name that the transaction changed, which says all of it. Names that came with the archive and that
nobody touched are not there; they come again with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.core.authorities import name_key, name_sort
from archive.core.language import as_written
from archive.core.roles import Actor, Role
from archive.models import Authority, AuthoritySuccession, AuthorityVariant
from archive.services.authorities.changes import changed_names
from archive.services.authorities.editing import (
    RELATIONS,
    find_authority,
    follow,
    is_used,
    ties_of,
)
from archive.services.authorities.merging import what_merge_told
from archive.services.events import note_event
from archive.storage.records import RecordLog

_PLAIN = ("name", "type", "valid_from", "valid_to", "dates", "source", "note")
_STORAGE = Actor(role=Role.ADMIN, name=as_written("hệ thống"), origin="storage")


def keep_before_commit(log: RecordLog) -> Callable[[Session], None]:
    """What to call before a commit: the names that it changes are in `log` when this returns. Where
    that cannot be (StorageError), the commit does not happen."""

    def before_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return
        ids = changed_names(session)
        if ids:
            session.flush()
            log.append([(each, _stored(session, each)) for each in ids])

    return before_commit


def _stored(session: Session, authority_id: str) -> dict[str, Any]:
    authority = session.get(Authority, authority_id)
    if authority is None:
        return {"removed": True}
    merged = authority.merged_into_id is not None
    return {
        "kind": authority.kind,
        **{name: getattr(authority, name) for name in _PLAIN},
        "variants": [[each.name, each.note] for each in authority.variants],
        "parent": authority.parent_id,
        **{name: list(ids) for name, ids in ties_of(session, authority_id).items()},
        "merged_into": authority.merged_into_id,
        # What taking the merge back needs.
        "merge": what_merge_told(session, authority_id) if merged else None,
        "changed_at": authority.changed_at.isoformat(),
    }


def restore_names(session: Session, log: RecordLog) -> int:
    """Bring every name into the state in which storage has it; how many differed. Records that the
    catalogue has are tied again. The caller commits.

    What a name lies in or follows is left out where that is not there (its line was damaged), and
    one that was taken away stays where something names it.
    """
    stored = dict(log.latest())
    present = {
        row.id: row
        for row in session.scalars(select(Authority).options(selectinload(Authority.variants)))
    }
    before = {each: _stored(session, each) for each in stored if each in present}
    wanted = {
        authority_id: content
        for authority_id, content in stored.items()
        if content != before.get(authority_id, {"removed": True})
    }
    _write(session, present, wanted)
    there = {each: present[each] for each in wanted if not wanted[each].get("removed")}
    session.flush()
    for authority_id in there:
        _tie(session, present, authority_id, wanted[authority_id])
    session.flush()
    for authority_id, content in wanted.items():
        if content.get("removed") and not is_used(session, authority_id):
            session.delete(find_authority(session, authority_id))
            session.flush()
    for authority_id in there:
        if told := wanted[authority_id]["merge"]:
            note_event(session, "authority_merged", by=_STORAGE, data=told)
    if wanted:
        follow(session, list(there.values()))
    return len(wanted)


def _write(
    session: Session, present: dict[str, Authority], wanted: Mapping[str, Mapping[str, Any]]
) -> None:
    """Plain fields and other names; rows that were not there join `present`."""
    for authority_id, content in wanted.items():
        if content.get("removed"):
            continue
        authority = present.get(authority_id)
        if authority is None:
            authority = Authority(id=authority_id, kind=content["kind"])
            session.add(authority)
            present[authority_id] = authority
        for name in _PLAIN:
            setattr(authority, name, content[name])
        authority.key = name_key(authority.name)
        authority.name_sort = name_sort(authority.kind, authority.name)
        authority.changed_at = datetime.fromisoformat(content["changed_at"])
        authority.parent_id = authority.merged_into_id = None
        authority.variants = [
            AuthorityVariant(position=at, name=name, key=name_key(name), note=note)
            for at, (name, note) in enumerate(content["variants"])
        ]


def _tie(
    session: Session,
    present: Mapping[str, Authority],
    authority_id: str,
    content: Mapping[str, Any],
) -> None:
    authority = present[authority_id]
    authority.parent_id = _known(present, content["parent"])
    authority.merged_into_id = _known(present, content["merged_into"])
    before = ties_of(session, authority_id)
    for field, relation in RELATIONS.items():
        for other in sorted({*before[field]} ^ {*_all_known(present, content[field])}):
            ends = (authority_id, other) if field == "successors" else (other, authority_id)
            if other in before[field]:
                session.delete(session.get_one(AuthoritySuccession, (*ends, relation)))
            else:
                session.add(
                    AuthoritySuccession(earlier_id=ends[0], later_id=ends[1], relation=relation)
                )


def _known(present: Mapping[str, Authority], authority_id: str | None) -> str | None:
    return authority_id if authority_id in present else None


def _all_known(present: Mapping[str, Authority], ids: Iterable[str]) -> Sequence[str]:
    return [each for each in ids if each in present]
