"""The authorities that come with the archive: places, people, relics, events and themes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from archive.core.roles import SYSTEM
from archive.services.authorities.sheet import SheetResult, read_sheet

FACTS = Path(__file__).resolve().parent / "facts"
# Parents before what lies in them, for nothing but the order of the events.
_SHEETS = ("themes", "places", "people", "relics", "events")


def load_facts(session: Session, *, is_kept: bool = True) -> SheetResult:
    """Add those of them that are not there. What is there is left as it stands, for a curator may
    have changed it; so nothing happens the second time. Joins the caller's transaction.

    Without `is_kept` storage hears nothing of it: a new archive may be one that lost its database,
    whose storage knows better.
    """
    results = [
        read_sheet(
            session,
            (FACTS / f"{name}.csv").read_text(encoding="utf-8"),
            by=SYSTEM,
            only_new=True,
            is_kept=is_kept,
        )
        for name in _SHEETS
    ]
    failed = tuple(failure for result in results for failure in result.failed)
    assert not failed, failed
    return SheetResult(sum(result.added for result in results), 0, 0, ())
