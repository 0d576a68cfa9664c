"""`authority load`, `authority export`, `authority import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, says_errors
from archive.core.roles import SYSTEM
from archive.core.wording import field_sentence
from archive.services.authorities.loading import load_facts
from archive.services.authorities.sheet import SheetResult, read_sheet, write_sheet


@click.group("authority")
def authority() -> None:
    """Themes, places, people, bodies, events, relics, series."""


@authority.command("load")
@with_appcontext
@says_errors
def load() -> None:
    """Add the authorities that come with the archive and are not there yet."""
    with holdings().database.writing() as session:
        result = load_facts(session)
        session.commit()
    messages.print(f"Thêm {result.added} tên vào danh mục.")


@authority.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
@says_errors
def export(file: Path) -> None:
    """Write all authorities to a CSV that `authority import` reads back exactly."""
    with (
        holdings().database.reading() as session,
        file.open("w", encoding="utf-8-sig", newline="") as target,
    ):
        count = write_sheet(session, target)
    messages.print(f"Đã ghi {count} tên.")


@authority.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
@with_appcontext
@says_errors
def import_sheet(file: Path, dry_run: bool) -> None:
    """Add and change authorities from a CSV; a sheet with a wrong row changes nothing."""
    try:
        # Line ends as they stand: one inside a cell belongs to its text.
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(field_sentence("sheet_unreadable", {"value": "không phải UTF-8"}))
    with holdings().database.writing() as session:
        result = read_sheet(session, text, by=SYSTEM)
        if result.failed or dry_run:
            session.rollback()
        else:
            session.commit()
    _tell(result, dry_run=dry_run)


def _tell(result: SheetResult, *, dry_run: bool) -> None:
    for failure in result.failed:
        words = field_sentence(failure.problem, failure.data)
        messages.print(f"Dòng {failure.row}, cột {failure.column}: {words}", markup=False)
    if result.failed:
        sys.exit(1)
    told = f"thêm {result.added}, sửa {result.changed}, không đổi {result.unchanged}."
    messages.print(f"{'Thử, chưa ghi gì' if dry_run else 'Danh mục'}: {told}")


COMMANDS = (authority,)
