"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import OperationalError, ProgrammingError

from archive.core.errors import ArchiveError
from archive.core.wording import error_sentence
from archive.services.founding import found_if_absent
from archive.services.holdings import Holdings
from archive.web.context import EXTENSION

# Whoever reads a pipe or a log wants a sentence on one line; a terminal wraps by itself.
messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def bare_holdings() -> Holdings:
    """The archive as it is, whatever its database."""
    found: Holdings = current_app.extensions[EXTENSION]
    return found


def holdings() -> Holdings:
    """The archive, founded where this is its first command."""
    found = bare_holdings()
    found_if_absent(found.database)
    return found


def print_json(value: Any) -> None:
    """One JSON object, alone on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 1."""
    messages.print(message, style="red" if messages.is_terminal else None)
    sys.exit(1)


def migrations_missing(opened: Holdings) -> bool:
    from archive.models import migrations

    return not migrations.is_current(opened.database)


def progress_bar() -> Progress:
    """A bar on standard error; silent where that is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=messages,
        disable=not messages.is_terminal,
    )


def says_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an ArchiveError that nobody mended into its sentence and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ArchiveError as error:
            fail(error_sentence(error))
        except (OperationalError, ProgrammingError):
            # Told apart only here: looking each time would cost every command a query.
            if migrations_missing(holdings()):
                fail("Cơ sở dữ liệu chưa được dựng. Chạy `flask --app wsgi db upgrade` trước.")
            raise

    return run
