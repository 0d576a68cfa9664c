"""The register of accessions by year: to look at, to print, as XLSX and as CSV."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.core.dates import local, today
from archive.core.language import N_, _, in_vietnamese
from archive.core.vocabulary import KINDS, STATUS
from archive.metadata.register_sheet import RegisterEntry, write_register_csv, write_register_xlsx
from archive.services.accession import (
    RegisterRow,
    StruckNumbers,
    register_page,
    register_years,
    whole_register,
)
from archive.web.access import OpenTo, open_to
from archive.web.context import holdings, reading
from archive.web.listing import page_number
from archive.web.pages.parts import Link
from archive.web.pages.receipts import RegisterLine, RegisterPage
from archive.web.present import paginate, written_date

blueprint = Blueprint("register", __name__)

ROWS = 100
MOST_PRINTED = 5000
STRUCK = N_("Đã xoá số")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/so-dang-ky")
@open_to(OpenTo.CURATORS)
def show() -> str:
    """The register of `nam` (else the newest year that has one), a page of it or, with `in=1`, all
    of it to print."""
    session = reading()
    years = register_years(session)
    year = _year(years)
    is_whole = request.args.get("in") == "1"
    number = 1 if is_whole else page_number(request.args)
    limit = MOST_PRINTED if is_whole else ROWS
    rows, total = register_page(session, year, offset=(number - 1) * limit, limit=limit)
    page = RegisterPage(
        year=year,
        years=[
            Link(str(each), url_for("register.show", nam=each), selected=each == year)
            for each in sorted({*years, year}, reverse=True)
        ],
        rows=[_struck_line(row) if isinstance(row, StruckNumbers) else _line(row) for row in rows],
        total=total,
        pagination=paginate(
            page=number,
            total=total,
            per_page=limit,
            path=url_for("register.show"),
            args={"nam": [str(year)]},
        ),
        xlsx_url=url_for("register.xlsx", nam=year),
        csv_url=url_for("register.csv", nam=year),
        print_url=url_for("register.show", nam=year) + "&in=1",
        is_whole=is_whole,
    )
    return render_template("register/show.html", current="review", page=page)


@blueprint.get("/so-dang-ky.xlsx")
@open_to(OpenTo.CURATORS)
def xlsx() -> AnyResponse:
    year = _year([])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "so.xlsx"
        site = holdings().settings.site_name
        write_register_xlsx(path, _entries(year), year=year, site=site)
        made = io.BytesIO(path.read_bytes())
    return send_file(
        made, mimetype=XLSX, as_attachment=True, download_name=f"so-dang-ky-{year}.xlsx"
    )


@blueprint.get("/so-dang-ky.csv")
@open_to(OpenTo.CURATORS)
def csv() -> Response:
    year = _year([])
    text = io.StringIO(newline="")
    write_register_csv(text, _entries(year))
    name = f"so-dang-ky-{year}.csv"
    return Response(
        text.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _year(years: list[int]) -> int:
    asked = request.args.get("nam", type=int)
    if asked is not None and 1900 <= asked <= 9999:
        return asked
    return years[0] if years else today().year


def _entries(year: int) -> Iterator[RegisterEntry]:
    for row in whole_register(reading(), year):
        if isinstance(row, StruckNumbers):
            with in_vietnamese():
                why = _why(row)
            yield RegisterEntry(number=row.label, status=STRUCK, note=why)
            continue
        publication = row.publication
        yield RegisterEntry(
            number=publication.accession,
            given_on=local(publication.accession_at) if publication.accession_at else None,
            title=publication.title,
            unit=publication.unit_name,
            kind=KINDS.vietnamese.get(publication.kind, publication.kind),
            year=publication.issued_year,
            licence=publication.licence_number,
            isbn=publication.isbn,
            print_run=publication.print_run,
            files=row.file_count,
            status=STATUS.vietnamese[publication.status.value],
            note=row.note,
        )


def _struck_line(row: StruckNumbers) -> RegisterLine:
    return RegisterLine(number=row.label, status=_(STRUCK), note=_why(row), is_struck=True)


def _why(row: StruckNumbers) -> str:
    return (
        _("Lý do: {reasons}.").format(reasons="; ".join(row.reasons))
        if row.reasons
        else _("Không còn ghi lý do.")
    )


def _line(row: RegisterRow) -> RegisterLine:
    publication = row.publication
    return RegisterLine(
        number=publication.accession,
        given_on=written_date(publication.accession_at),
        title=publication.title,
        url=url_for("publications.show", publication_id=publication.id),
        unit=publication.unit_name,
        kind=KINDS.get(publication.kind, publication.kind),
        issued=publication.issue_date.vietnamese if publication.issue_date else "",
        licence=publication.licence_number,
        isbn=publication.isbn,
        print_run=publication.print_run,
        files=row.file_count,
        status=STATUS[publication.status.value],
        note=row.note,
    )
