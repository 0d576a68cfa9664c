"""Writing down what was done: one call, so that no act is forgotten, all read alike, and each is
linked to the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from archive.core.chain import BEGINNING, link_digest, plain_json
from archive.core.dates import now
from archive.core.roles import Actor
from archive.models import Event

_HEAD = select(Event.id, Event.digest).order_by(Event.id.desc()).limit(1)
# Any number of our own: PostgreSQL keeps advisory locks by number.
_CHAIN_LOCK = 7_310_411
_FIRST, _LAST = "chain_first", "chain_last"


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
    moment, plain = at or now(), plain_json(data)
    event = Event(
        id=head.number + 1,
        at=moment,
        kind=kind,
        actor_id=by.user_id,
        actor_name=by.name,
        role=by.role.value if by.role else "",
        origin=by.origin,
        publication_id=publication_id,
        note=note,
        data=plain,
        previous=head.digest,
        digest=link_digest(
            number=head.number + 1,
            at=moment,
            kind=kind,
            actor_name=by.name,
            role=by.role.value if by.role else "",
            origin=by.origin,
            publication_id=publication_id,
            note=note,
            data=plain,
            previous=head.digest,
        ),
    )
    session.add(event)
    session.info[_LAST] = (_transaction(session), ChainHead(event.id, event.digest))
    root = session.get_transaction()
    if session.info.get(_FIRST, (None,))[0] is not root:
        session.info[_FIRST] = (root, head)
    return event


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
