"""`export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import true

from archive.cli.console import fail, holdings, messages, progress_bar, says_errors
from archive.cli.people import LOCAL_ADDRESS
from archive.core.roles import SYSTEM
from archive.metadata.description import Description
from archive.metadata.formats import FORMATS
from archive.search.requests import SearchRequest
from archive.services.catalogue import listed_for, viewer_of
from archive.services.exporting import found_by, picked_by


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)
@click.option("--query", default="", help="Only what this search finds, in its order.")
@click.option("--all", "everything", is_flag=True, help="Drafts, returned, withdrawn ones too.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@with_appcontext
@says_errors
def export_command(file: Path, name: str, query: str, everything: bool, force: bool) -> None:
    """Write the records, all or those of a search, to FILE (- for standard output)."""
    if query and everything:
        fail("Chỉ dùng một trong hai: --query hoặc --all. Tìm kiếm chỉ thấy ấn phẩm đã nhận.")
    wanted = FORMATS[name]
    if str(file) == "-":
        sys.stdout.buffer.writelines(wanted.write(_records(query, everything)))
        return
    if file.exists() and not force:
        fail(f"{file} đã có. Chọn tên khác, hoặc thêm --force để ghi đè.")
    # Whoever reads FILE meanwhile finds the old one or the whole new one.
    unfinished = file.with_name(f".{file.name}.part")
    count = 0
    try:
        with unfinished.open("wb") as out, progress_bar() as bar:
            task = bar.add_task("Xuất", total=None)

            def counted() -> Iterator[Description]:
                nonlocal count
                for description in _records(query, everything):
                    count += 1
                    bar.update(task, completed=count)
                    yield description

            out.writelines(wanted.write(counted()))
        unfinished.replace(file)
    except OSError as error:
        fail(f"Không ghi được {file}: {error.strerror}.")
    finally:
        unfinished.unlink(missing_ok=True)
    messages.print(f"Đã ghi {count} ấn phẩm vào {file} ({wanted.label}).")


def _records(query: str, everything: bool) -> Iterator[Description]:
    opened = holdings()
    base_url = opened.settings.base_url or LOCAL_ADDRESS
    if query:
        asked = SearchRequest(viewer=viewer_of(SYSTEM), query=query)
        return found_by(opened.database, opened.index, asked, actor=SYSTEM, base_url=base_url)
    condition = true() if everything else listed_for(SYSTEM)
    return picked_by(opened.database, condition, base_url=base_url)


COMMANDS = (export_command,)
