"""Moving the log's seal on after each commit that wrote something down."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.errors import StorageError
from archive.models import Event
from archive.models.database import Database
from archive.services.events import ChainHead, chain_head, noted
from archive.storage.seal import Seal, Sealed

log = structlog.get_logger("audit")


def seal_after(database: Database, seal: Seal) -> Callable[[Session], None]:
    """What to call after a commit. It never fails: the act is done by then, and a seal that is
    behind only tells less."""

    def after_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return
        written = noted(session)
        if written is None:
            return
        first, last = written
        try:
            _advance(database, seal, first, last)
        except StorageError as error:
            log.warning("seal_not_set", code=error.code, **error.data)

    return after_commit


def _advance(database: Database, seal: Seal, first: ChainHead, last: ChainHead | None) -> None:
    """`first` is the link that this transaction's events followed; `last` is None where a savepoint
    leaves it open which event was its last."""
    if last is None:
        with database.reading() as session:
            last = chain_head(session)
    if not last.number:
        return

    def follows(known: Sealed) -> bool:
        if known.number == first.number:
            return known.digest == first.digest
        # Another process committed in between and has not set its seal yet.
        with database.reading() as session:
            found = session.scalar(select(Event.digest).where(Event.id == known.number))
        return found == known.digest

    seal.advance(Sealed(last.number, last.digest), follows=follows)
