"""The backfile: a sheet is sent, its columns are told, its rows are checked and brought in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, cast

from flask import (
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.language import _
from archive.core.status import Status
from archive.core.wording import error_sentence, field_sentence
from archive.metadata.csv_sheet import write_csv
from archive.models import ImportBatch
from archive.services import batches
from archive.services.batch_report import HEADINGS, report_rows, write_workbook
from archive.services.batches import Plan
from archive.services.collecting import LACKS, list_to_collect, missing_of
from archive.services.row_importer import OnError
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import ROWS, blueprint
from archive.web.admin.import_pages import (
    LACK_LABELS,
    batch_page,
    batch_rows,
    mapping_page,
    sizes,
)
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.listing import page_number
from archive.web.pages.imports import CollectPage, CollectRow, ImportsPage
from archive.web.pages.parts import Link
from archive.web.present import paginate
from archive.web.uploads import Upload, finish_uploads, takes_files

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/nhap")
@open_to(OpenTo.CURATORS)
def imports() -> str:
    return _imports_page()


@blueprint.post("/nhap")
@takes_files
@open_to(OpenTo.CURATORS)
def upload_sheet() -> Response | tuple[str, int]:
    """Take a sheet in, with a ZIP of its files where one is sent."""
    uploads = {
        name: next(iter(finish_uploads(request.files.getlist(name))), None)
        for name in ("sheet", "files")
    }
    try:
        batch_id = _create(uploads["sheet"], uploads["files"])
    except ArchiveError as error:
        return _imports_page(error_sentence(error)), 422
    finally:
        for upload in uploads.values():
            # What became a batch was moved away.
            if upload is not None and upload.received is not None:
                holdings().incoming.discard(upload.received)
    return redirect(url_for("admin.import_columns", batch_id=batch_id))


def _create(sheet: Upload | None, files: Upload | None) -> str:
    for upload in (sheet, files):
        if upload is not None and upload.error is not None:
            raise upload.error
    if sheet is None or sheet.received is None:
        raise InvalidInputError(field="sheet", problem="sheet_missing")
    with writing() as session:
        batch = batches.create_batch(
            session,
            holdings(),
            sheet=sheet.received,
            sheet_name=sheet.name,
            files=files.received if files else None,
            files_name=files.name if files else "",
            by=current_actor(),
        )
        session.commit()
        return batch.id


def _imports_page(error: str = "") -> str:
    number = page_number(request.args)
    rows, total = batches.list_batches(reading(), offset=(number - 1) * ROWS, limit=ROWS)
    most_sheet, most_files = sizes()
    page = ImportsPage(
        rows=batch_rows(rows),
        pagination=paginate(
            page=number, total=total, per_page=ROWS, path=url_for("admin.imports"), args={}
        ),
        error=error,
        most_sheet=most_sheet,
        most_files=most_files,
    )
    return render_template("admin/imports/list.html", current="admin", page=page)


@blueprint.get("/nhap/<batch_id>")
@open_to(OpenTo.CURATORS)
def import_batch(batch_id: str) -> str:
    batch = batches.find_batch(reading(), batch_id)
    return render_template("admin/imports/batch.html", current="admin", page=batch_page(batch))


@blueprint.get("/nhap/<batch_id>/tinh-hinh")
@open_to(OpenTo.CURATORS)
def import_now(batch_id: str) -> Response:
    """The part of the batch's page that asks for itself again while a worker is at it; once that
    is over the whole page is to be loaded anew, with what was found and what may be done."""
    page = batch_page(batches.find_batch(reading(), batch_id))
    answer = make_response(render_template("admin/imports/_progress.html", page=page))
    if not page.refresh_url:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get("/nhap/<batch_id>/cot")
@open_to(OpenTo.CURATORS)
def import_columns(batch_id: str) -> str:
    batch = batches.find_batch(reading(), batch_id)
    return _mapping_page(batch)


def _mapping_page(batch: ImportBatch, error: str = "", plan: Plan | None = None) -> str:
    page = mapping_page(reading(), batch, error=error, plan=plan)
    return render_template("admin/imports/columns.html", current="admin", page=page)


@blueprint.post("/nhap/<batch_id>/cot")
@open_to(OpenTo.CURATORS)
def map_columns(batch_id: str) -> Response | tuple[str, int]:
    """Tell the columns and have the rows checked."""
    batch = batches.find_batch(reading(), batch_id)
    form = request.form
    status = form.get("status", "")
    plan = Plan(
        mapping=[form.get(f"cot-{at}", "") for at in range(len(batch.headings))],
        constants={name: form.get(name, "") for name in ("unit", "kind", "access")},
        status=Status(status) if status in ("draft", "submitted") else Status.ACCEPTED,
    )
    try:
        _change(
            batch_id,
            lambda session, held: batches.start_check(session, held, plan, by=current_actor()),
        )
    except InvalidInputError as error:
        words = field_sentence(str(error.data["problem"]), error.data)
        return _mapping_page(batches.find_batch(reading(), batch_id), words, plan), 422
    return redirect(url_for("admin.import_batch", batch_id=batch_id))


@blueprint.post("/nhap/<batch_id>/trang")
@open_to(OpenTo.CURATORS)
def choose_worksheet(batch_id: str) -> Response:
    """Read another worksheet, or take the headings from another row."""
    form = request.form
    row = form.get("heading_row", "")
    return _act(
        batch_id,
        lambda session, batch: batches.choose_sheet(
            session,
            holdings(),
            batch,
            worksheet=form.get("worksheet", ""),
            heading_row=min(int(row), 10_000) if row.isascii() and row.isdecimal() else 0,
        ),
        target="admin.import_columns",
    )


@blueprint.post("/nhap/<batch_id>/goi-y")
@open_to(OpenTo.CURATORS)
def take_guesses(batch_id: str) -> Response:
    chosen = [int(at) for at in request.form.getlist("dung") if at.isascii() and at.isdecimal()]
    return _act(
        batch_id,
        lambda _session, batch: batches.take_guesses(batch, chosen),
        done=_("Đã ghi lại các tên bạn chọn; khi nhập, tên này thay cho tên trong bảng."),
    )


@blueprint.post("/nhap/<batch_id>/chay")
@open_to(OpenTo.CURATORS)
def run_import(batch_id: str) -> Response:
    on_error = request.form.get("on_error", "")
    if on_error not in ("stop", "skip"):
        abort(400)
    return _act(
        batch_id,
        lambda session, batch: batches.start_run(
            session, holdings(), batch, on_error=cast(OnError, on_error), by=current_actor()
        ),
    )


@blueprint.post("/nhap/<batch_id>/dung")
@open_to(OpenTo.CURATORS)
def pause_import(batch_id: str) -> Response:
    return _act(
        batch_id,
        lambda session, batch: batches.pause(session, batch, by=current_actor()),
        done=_("Đã tạm dừng. Những dòng đã nhập vẫn ở trong kho."),
    )


@blueprint.post("/nhap/<batch_id>/hoan-tac")
@open_to(OpenTo.CURATORS)
def undo_import(batch_id: str) -> Response:
    return _act(
        batch_id,
        lambda session, batch: batches.start_undo(session, batch, by=current_actor()),
    )


Change = Callable[[Session, ImportBatch], Any]


def _change(batch_id: str, change: Change) -> None:
    with writing() as session:
        change(session, batches.find_batch(session, batch_id))
        session.commit()


def _act(
    batch_id: str, change: Change, *, done: str = "", target: str = "admin.import_batch"
) -> Response:
    """Do it and go to the batch's page, which says what stood in the way."""
    try:
        _change(batch_id, change)
    except InvalidInputError as error:
        flash(field_sentence(str(error.data["problem"]), error.data), "error")
    else:
        if done:
            flash(done, "success")
    return redirect(url_for(target, batch_id=batch_id))


@blueprint.get("/nhap/<batch_id>/bao-cao.<any(csv,xlsx):ending>")
@open_to(OpenTo.CURATORS)
def import_report(batch_id: str, ending: str) -> Response:
    """The rows that did not go in, with their reasons."""
    batch = batches.find_batch(reading(), batch_id)
    rows: Iterator[tuple[str, ...]] = report_rows(reading(), batch)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the response)
    if ending == "xlsx":
        write_workbook(file, rows)
    else:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        write_csv(text, HEADINGS, rows)
        text.flush()
        text.detach()
    file.seek(0)
    return send_file(
        file,
        mimetype=_XLSX if ending == "xlsx" else "text/csv; charset=utf-8",
        as_attachment=True,
        download_name=f"bao-cao-nhap-{batch.id}.{ending}",
    )


@blueprint.get("/can-suu-tam")
@open_to(OpenTo.CURATORS)
def to_collect() -> str:
    """Records the archive has no file of, by title, with what else they lack."""
    number, lacks = page_number(request.args), request.args.get("thieu", "")
    path = url_for("admin.to_collect")
    rows, total = list_to_collect(reading(), lacks=lacks, offset=(number - 1) * ROWS, limit=ROWS)
    page = CollectPage(
        rows=[
            CollectRow(
                title=row.title,
                url=url_for("publications.show", publication_id=row.id),
                unit=row.unit_name,
                issued=row.issue_date.vietnamese if row.issue_date else "",
                missing=[_("tệp"), *(LACK_LABELS[name] for name in missing_of(row))],
            )
            for row in rows
        ],
        filters=[
            Link(_("Tất cả"), path, selected=lacks not in LACKS),
            *(
                Link(
                    _("Thiếu {label}").format(label=label),
                    f"{path}?thieu={name}",
                    selected=lacks == name,
                )
                for name, label in LACK_LABELS.items()
            ),
        ],
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=path,
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("admin/imports/collect.html", current="admin", page=page)


assert set(LACK_LABELS) == set(LACKS), "each lack has its words"
