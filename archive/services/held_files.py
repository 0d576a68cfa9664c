"""Files that arrived whole and wait for a form to be right."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.roles import Actor
from archive.models import HeldFile
from archive.services.holdings import Holdings
from archive.storage.incoming import ReceivedFile


def hold_file(session: Session, *, received: ReceivedFile, name: str, by: Actor) -> HeldFile:
    """Keep a received file for the form's next attempt, so that it need not be sent again."""
    assert by.user_id is not None, "only an account holds files"
    held = HeldFile(
        id=received.name,
        user_id=by.user_id,
        name=name,
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        sha512=received.sha512,
        received_at=now(),
    )
    session.add(held)
    return held


def find_held(
    session: Session, holdings: Holdings, ids: Sequence[str], *, by: Actor
) -> list[tuple[HeldFile, ReceivedFile]]:
    """The actor's own held files among `ids` whose bytes are still there, in the order of `ids`."""
    rows = {
        row.id: row
        for row in session.scalars(
            select(HeldFile).where(HeldFile.id.in_(ids), HeldFile.user_id == by.user_id)
        )
    }
    found = []
    for held_id in dict.fromkeys(ids):
        row = rows.get(held_id)
        path = holdings.incoming.folder / held_id
        if row is not None and path.is_file():
            received = ReceivedFile(
                path=path,
                size_bytes=row.size_bytes,
                sha512=row.sha512,
                sha256=row.sha256,
                name=row.id,
            )
            found.append((row, received))
    return found


def forget_held(session: Session, ids: Sequence[str]) -> None:
    """The held files became part of a deposit, or were taken back."""
    session.execute(delete(HeldFile).where(HeldFile.id.in_(ids)))


def sweep_held(session: Session, holdings: Holdings) -> int:
    """Forget what waited too long, remove temporary names nobody holds; returns their number."""
    oldest = now() - holdings.settings.held_file_lifetime
    session.execute(delete(HeldFile).where(HeldFile.received_at < oldest))
    return holdings.incoming.sweep(holdings.settings.held_file_lifetime)
