"""Writing down what was done: one call, so that no act is forgotten, all read alike, and each is
linked to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import Session

from archive.core.chain import BEGINNING, link_digest, plain_json
from archive.core.dates import now
from archive.core.roles import Actor
from archive.models import Event

_HEAD = select(Event.id, Event.digest).order_by(Event.id.desc()).limit(1)
# Any number of our own: PostgreSQL keeps advisory locks by number.
_CHAIN_LOCK = 7_310_411
_FIRST, _LAST = "chain_first", "chain_last"


_EVENTS = cast(Table, Event.__table__)


@dataclass(frozen=True)
class ChainHead:
    """The last link: its number and digest; number 0 where nothing was ever written down."""

    number: int
    digest: str


def note_event(
    session: Session,
    kind: str,
    *,
    by: Actor,
    publication_id: str | None = None,
    note: str = "",
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Add the event to the caller's transaction: it is kept only if the act itself is.

    `session` is a writing one. Until it commits nobody else can write an event, so that each has
    one successor. `at` is for what is written down anew from storage; left out, it is now.
    """
    head = _head(session)
    act = Act(kind, publication_id=publication_id, note=note, data=data)
    columns = _link(act, head, by=by, at=at or now())
    event = Event(**columns)
    session.add(event)
    _keep_ends(session, head, ChainHead(event.id, event.digest))
    return event


@dataclass(frozen=True)
class Act:
    """What is to be written down of one act, see `note_event`."""

    kind: str
    publication_id: str | None = None
    note: str = ""
    data: dict[str, Any] | None = None


def note_events(session: Session, acts: Iterable[Act], *, by: Actor) -> Sequence[Mapping[str, Any]]:
    """What `note_event` does for each of these, by one statement: the new rows, by column. For acts
    by the hundred; objects that the session has to watch would cost several times as much."""
    first = head = _head(session)
    moment = now()
    rows = []
    for act in acts:
        row = _link(act, head, by=by, at=moment)
        head = ChainHead(row["id"], row["digest"])
        rows.append(row)
    if rows:
        session.execute(insert(_EVENTS), rows)
        _keep_ends(session, first, head)
    return rows


def _link(act: Act, head: ChainHead, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The row that follows `head`."""
    content: dict[str, Any] = {
        "at": at,
        "kind": act.kind,
        "actor_name": by.name,
        "role": by.role.value if by.role else "",
        "origin": by.origin,
        "publication_id": act.publication_id,
        "note": act.note,
        "data": plain_json(act.data),
        "previous": head.digest,
    }
    number = head.number + 1
    digest = link_digest(number=number, **content)
    return {"id": number, "actor_id": by.user_id, "digest": digest, **content}


def _keep_ends(session: Session, before: ChainHead, last: ChainHead) -> None:
    """Remember what this transaction wrote down, for its next event and for the seal."""
    session.info[_LAST] = (_transaction(session), last)
    root = session.get_transaction()
    if session.info.get(_FIRST, (None,))[0] is not root:
        session.info[_FIRST] = (root, before)


def noted(session: Session) -> tuple[ChainHead, ChainHead | None] | None:
    """What the transaction that is ending wrote down: the link its events follow and its last one,
    which is None where a savepoint may have taken it back. None where it wrote nothing."""
    root = session.get_transaction()
    first, last = session.info.get(_FIRST), session.info.get(_LAST)
    if first is None or last is None or first[0] is not root:
        return None
    return first[1], last[1] if last[0] is root else None


def chain_head(session: Session) -> ChainHead:
    """The last event that the session sees."""
    row = session.execute(_HEAD).first()
    return ChainHead(row.id, row.digest) if row else ChainHead(0, BEGINNING)


def _head(session: Session) -> ChainHead:
    """The link to follow. It is looked up once in a transaction, and again after a savepoint, which
    may have taken events back."""
    known = session.info.get(_LAST)
    if known is not None and known[0] is _transaction(session):
        head: ChainHead = known[1]
        return head
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
    with session.no_autoflush:
        return chain_head(session)


def _transaction(session: Session) -> object:
    return session.get_nested_transaction() or session.get_transaction()
