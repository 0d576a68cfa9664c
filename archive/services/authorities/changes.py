"""Which names a transaction has changed, so that storage has them before it commits."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

_CHANGED = "authorities changed"


def names_changed(session: Session, authority_ids: Iterable[str]) -> None:
    """Say that these were added, changed or taken away in the transaction under way. Whoever does
    that calls this: else a rebuild from storage knows nothing of it."""
    root, ids = session.info.get(_CHANGED, (None, set()))
    if root is not session.get_transaction():
        ids = set()
    session.info[_CHANGED] = (session.get_transaction(), ids | set(authority_ids))


def changed_names(session: Session) -> list[str]:
    """The ids that `names_changed` was told of in this transaction, in order."""
    root, ids = session.info.get(_CHANGED, (None, set()))
    return sorted(ids) if root is not None and root is session.get_transaction() else []
