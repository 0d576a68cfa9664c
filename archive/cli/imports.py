"""`import`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, print_json, progress_bar, says_errors
from archive.core.errors import InvalidInputError
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.core.wording import field_sentence, sentence
from archive.metadata.csv_sheet import write_csv
from archive.metadata.headings import FIELDS, guess_fields, heading_name
from archive.models import Stage
from archive.services.heartbeats import worker_is_alive
from archive.services.importing import ImportReport, Options, import_source
from archive.services.outcomes import publication_states, waiting_stages
from archive.services.pauses import unpaused
from archive.services.recognition import availability
from archive.services.sheets import Sheet, check_fields
from archive.services.sources import FailedRow, Mapped, sheet_of
from archive.worker.loop import Worker

_PATH = click.Path(exists=True, path_type=Path)


@click.command("import")
@click.argument("source", type=_PATH)
@click.option("--sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "unit_code", default="", help="Unit of rows that name none.")
@click.option("--issued", default="", help="Issue date of rows that name none.")
@click.option("--status", type=click.Choice(["draft", "submitted", "accepted"]), default="accepted")
@click.option("--dry-run", is_flag=True, help="Check every row, add nothing.")
@click.option("--on-error", type=click.Choice(["stop", "skip"]), default="skip")
@click.option("--wait", is_flag=True, help="Return when all is searchable.")
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--map",
    "map_given",
    default="",
    help="Foreign headings: `auto`, or a JSON file {heading: field}.",
)
@click.option(
    "--failed", "failed_path", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file."
)
@with_appcontext
@says_errors
def import_command(
    source: Path,
    sheet: Path | None,
    unit_code: str,
    issued: str,
    status: str,
    dry_run: bool,
    on_error: str,
    wait: bool,
    as_json: bool,
    map_given: str,
    failed_path: Path | None,
) -> None:
    """Bring in a file, a folder with its subfolders, or what a sheet names in a folder."""
    options = Options(
        unit_code=unit_code,
        issued=issued,
        status=Status(status),
        on_error="stop" if on_error == "stop" else "skip",
        dry_run=dry_run,
    )
    with progress_bar() as bar:
        task = bar.add_task("Nhập", total=None)
        try:
            report = import_source(
                holdings(),
                source,
                sheet=sheet,
                options=options,
                by=SYSTEM,
                mapped=_mapped(map_given) if map_given else None,
                on_row=lambda done: bar.update(task, completed=done),
            )
        except InvalidInputError as error:
            reason = field_sentence(str(error.data["problem"]), error.data)
            if not as_json:
                fail(reason)
            # A program reads the same object as ever; the sheet's headings are its row 1.
            column = str(error.data.get("value", ""))
            code = str(error.data["problem"])
            wrong = FailedRow(1, (sheet or source).name, column, code, reason)
            report = ImportReport(0, (), (), (wrong,))
    # The same bytes twice in one folder are one publication, told of once.
    ids = list(dict.fromkeys([*report.added, *report.present]))
    if wait and not dry_run:
        _wait(ids)
    if failed_path is not None:
        _write_failed(failed_path, report)
    if as_json:
        print_json(_as_json(report, ids))
    else:
        _tell(
            report,
            ids,
            row_word="tệp" if sheet_of(source, sheet) is None else "dòng",
            options=options,
        )
    if report.failed:
        sys.exit(1)


def _mapped(given: str) -> Mapped:
    """What `--map` says of a sheet's columns: guessed by likeness, or as a JSON file tells."""
    chosen: dict[str, str] = {}
    if given != "auto":
        try:
            loaded = json.loads(Path(given).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            fail(f"Không đọc được bảng ghép cột {given}: cần tệp JSON dạng {{đầu cột: trường}}.")
        if not isinstance(loaded, dict):
            fail(f"Bảng ghép cột {given} phải là một đối tượng JSON dạng {{đầu cột: trường}}.")
        chosen = {heading_name(str(name)): str(field or "") for name, field in loaded.items()}

    def fields_of(sheet: Sheet) -> Sequence[str]:
        if given == "auto":
            fields = guess_fields(sheet.headings)
        else:
            fields = tuple(chosen.get(heading_name(heading), "") for heading in sheet.headings)
        for field in fields:
            if field and field not in FIELDS:
                raise InvalidInputError(field="sheet", problem="field_unknown", value=field)
        check_fields(sheet.headings, fields)
        return fields

    return fields_of


def _wait(ids: list[str]) -> None:
    """Until nothing stands between the publications and their being found.

    Where no worker is alive this process does the work; one that dies meanwhile is replaced too.
    """
    searchable = (Stage.EXTRACT, Stage.INDEX)
    needed = [*searchable, Stage.RECORD]
    if availability(holdings()).is_ok:
        needed.append(Stage.OCR)
    while True:
        with holdings().database.reading() as session:
            # What is paused moves when a person says so: nobody can wait for that here.
            going = unpaused(session, needed)
            left = waiting_stages(session, ids, stages=going)
            halted = waiting_stages(session, ids) if set(searchable) - set(going) else 0
            alive = worker_is_alive(session)
        if halted:
            messages.print("Việc tiếp nhận đang tạm dừng: các tệp đã vào kho, chưa tìm được.")
            return
        if not left:
            return
        if alive:
            time.sleep(0.2)
        else:
            Worker(holdings(), stages=needed).run(until_idle=True)


def _write_failed(path: Path, report: ImportReport) -> None:
    """The rows that did not go in, for whoever has to mend them in a spreadsheet."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(
            file,
            ("Dòng", "Tệp", "Cột", "Lý do"),
            [(row.row, row.file, row.column, row.reason) for row in report.failed],
        )


def _as_json(report: ImportReport, ids: list[str]) -> dict[str, object]:
    """What `--json` prints.

    `rows` counts rows: those `added`, those `present` already and those that `failed` names. Each
    entry of `failed` is one fault (`row`, `file`, `column`, `code`, `reason`), in the order of the
    rows; a row with several faults has several entries.
    """
    with holdings().database.reading() as session:
        states = [asdict(state) for state in publication_states(session, ids)]
    return {
        "rows": report.rows,
        "added": len(report.added),
        "present": len(report.present),
        "failed": [asdict(row) for row in report.failed],
        "publications": states,
    }


def _tell(report: ImportReport, ids: list[str], *, row_word: str, options: Options) -> None:
    """`row_word`: what a person calls a row, which without a sheet is a file."""
    for fault in report.failed:
        if row_word == "dòng":
            where = f"Dòng {fault.row}" + (f", cột {fault.column}" if fault.column else "")
            what = f"{fault.file} – {fault.reason}" if fault.file else fault.reason
            messages.print(f"{where}: {what}")
        else:
            messages.print(f"{fault.file}: {fault.reason}")
    with holdings().database.reading() as session:
        for state in publication_states(session, ids):
            if state.state not in ("searchable", "in_progress"):
                messages.print(f"{state.title} – {sentence(state.state)}")
    failed = report.failed_rows
    if options.dry_run:
        words = f"Kiểm tra {report.rows} {row_word}: {failed} {row_word} chưa đạt."
    elif options.on_error == "stop" and failed and not ids:
        words = f"Chưa nhập {row_word} nào: {failed} {row_word} chưa đạt."
    else:
        words = (
            f"{report.rows} {row_word}: thêm {len(report.added)}, đã có {len(report.present)}, "
            f"không nhập được {failed}."
        )
    messages.print(words)


COMMANDS = (import_command,)
