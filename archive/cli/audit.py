"""`audit verify`, `audit export`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, print_json, progress_bar, says_errors
from archive.core.wording import log_sentence
from archive.services import audit as log


@click.group("audit")
def audit() -> None:
    """The log of what was done, by whom, when."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True)
@click.option("--reseal", is_flag=True, help="Accept the log's end as it stands from now on.")
@with_appcontext
@says_errors
def verify(as_json: bool, reseal: bool) -> None:
    """Walk the log link by link; name the first one that is wrong."""
    archive = holdings()
    with archive.database.reading() as session, progress_bar() as bar:
        task = bar.add_task("Kiểm tra nhật ký", total=None)
        if reseal:
            log.seal_anew(session, archive)
        verdict = log.verify(session, archive, on_rows=lambda n: bar.advance(task, n))
    log.keep_verdict(archive.settings.verdict, verdict)
    if as_json:
        print_json({**asdict(verdict), "is_whole": verdict.is_whole})
    messages.print(log_sentence(verdict.problem, number=verdict.number, rows=verdict.rows))
    if not verdict.is_whole:
        sys.exit(1)


@audit.command("export")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a file of that name.")
@with_appcontext
@says_errors
def export(target: Path, force: bool) -> None:
    """Write every event as a line of JSON."""
    archive = holdings()
    if target.exists() and not force:
        fail(f"{target} đã có. Chọn tên khác, hoặc thêm --force để ghi đè.")
    try:
        with archive.database.reading() as session, target.open("w", encoding="utf-8") as file:
            count = log.export(session, file)
    except OSError as error:
        fail(f"Không ghi được {target}: {error.strerror}.")
    messages.print(f"Đã ghi {count} việc vào {target}.")


COMMANDS = (audit,)
