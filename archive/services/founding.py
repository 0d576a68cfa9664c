"""Founding an archive, and bringing an older one to today's schema."""

from __future__ import annotations

from archive.models import migrations
from archive.models.database import Database
from archive.services.authorities.loading import load_facts
from archive.services.units import unknown_unit


def upgrade(database: Database) -> str | None:
    """Bring the database to the newest schema, with what every archive has; the revision it came
    to, None where it stood there already."""
    if migrations.is_current(database):
        return None
    revision = migrations.upgrade(database)
    with database.writing() as session:
        unknown_unit(session)
        load_facts(session, is_kept=False)
        session.commit()
    return revision


def found_if_absent(database: Database) -> None:
    """Make the database file where there is none yet: the first command of a new archive may be
    any. An older one is left alone, for an operator decides when to upgrade."""
    if database.path is not None and not database.path.exists():
        upgrade(database)
