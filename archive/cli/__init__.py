"""`flask --app wsgi …`: the same services as the pages, for scripts and operators."""

from __future__ import annotations

from flask import Flask

from archive.cli import catalogue, database, demo, imports, index, people, snapshots, work


def init_commands(app: Flask) -> None:
    """Register every command group."""
    for module in (database, people, imports, work, index, catalogue, snapshots, demo):
        for command in module.COMMANDS:
            app.cli.add_command(command)
