"""`db upgrade`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from archive.cli.console import holdings, messages
from archive.models import migrations
from archive.services.units import unknown_unit


@click.group("db")
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema; done already, it changes nothing."""
    database = holdings().database
    if migrations.is_current(database):
        return
    revision = migrations.upgrade(database)
    with database.writing() as session:
        unknown_unit(session)
        session.commit()
    messages.print(f"Cơ sở dữ liệu ở phiên bản {revision}.")


COMMANDS = (db,)
