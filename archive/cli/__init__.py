"""`flask --app wsgi …`: the same services as the pages, for scripts and operators."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

# Command → its module, where `COMMANDS` lists it.
MODULES = {
    "audit": "audit",
    "authority": "authorities",
    "backup": "snapshots",
    "catalogue": "catalogue",
    "db": "database",
    "demo": "demo",
    "export": "exports",
    "fixity": "catalogue",
    "import": "imports",
    "index": "index",
    "restore": "snapshots",
    "search": "index",
    "unit": "people",
    "user": "people",
    "worker": "work",
}


class Commands(AppGroup):
    """The commands, each imported when it is asked for: the web processes, and a command that
    should answer quickly, do without what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in MODULES:
            return None
        module = import_module(f"archive.cli.{MODULES[name]}")
        return next((found for found in module.COMMANDS if found.name == name), None)


def init_commands(app: Flask) -> None:
    """Give the application its commands."""
    app.cli = Commands()
