"""`db upgrade`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from archive.cli.console import bare_holdings, messages
from archive.services import founding


@click.group("db")
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema; done already, it changes nothing."""
    revision = founding.upgrade(bare_holdings().database)
    if revision is not None:
        messages.print(f"Cơ sở dữ liệu ở phiên bản {revision}.")


COMMANDS = (db,)
