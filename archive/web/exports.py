"""Fetching records: of one publication, or of all that a search or a choice in the catalogue
finds, in each of the formats of `archive.metadata.formats`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from urllib.parse import quote

from flask import Blueprint, Response, request

from archive.core.dates import today
from archive.core.errors import SearchIndexError
from archive.core.language import _, as_written
from archive.core.text import fold
from archive.core.wording import error_sentence
from archive.metadata.description import one_line
from archive.metadata.formats import FORMATS, Format
from archive.search.requests import Sort
from archive.services import exporting
from archive.web.access import OpenTo, open_to
from archive.web.context import base_url, current_actor, holdings, reading
from archive.web.downloads import BROWSE, SEARCH
from archive.web.errors import answer
from archive.web.listing import read_request
from archive.web.publications.base import find_publication
from archive.web.publications.contents import download_name

blueprint = Blueprint("exports", __name__)


@blueprint.get("/an-pham/<publication_id>/tai-ve")
@open_to(OpenTo.ANYONE)
def publication(publication_id: str) -> Response:
    """The record in the format `dang`. 404 for what the reader may not open, 400 for a format that
    there is none of."""
    session = reading()
    found = find_publication(session, publication_id, current_actor())
    wanted = FORMATS.get(request.args.get("dang", ""))
    if wanted is None:
        return _no_such_format()
    described = exporting.describe(session, [found], base_url=base_url())
    return _file(wanted, wanted.write_one(described), name=found.title)


@blueprint.get(SEARCH)
@open_to(OpenTo.ANYONE)
def search() -> Response:
    """All that the search in the URL finds, in its order, whatever page it is on."""
    return _list(default_sort="relevance")


@blueprint.get(BROWSE)
@open_to(OpenTo.ANYONE)
def browse() -> Response:
    """All of the choice in the catalogue that the URL holds."""
    return _list(default_sort="newest")


def _list(*, default_sort: Sort) -> Response:
    """Up to `exporting.most_records`. 400 for an unknown format and a query beyond the limits, 503
    without an index; nothing is sent before the first records are there."""
    wanted = FORMATS.get(request.args.get("dang", ""))
    if wanted is None:
        return _no_such_format()
    opened = holdings()
    described = exporting.found_by(
        opened.database,
        opened.index,
        read_request(request.args, per_page=1, default_sort=default_sort),
        actor=current_actor(),
        base_url=base_url(),
    )
    try:
        first = list(islice(described, 1))
    except SearchIndexError as error:
        return _error(503, _("Chưa tải được"), error_sentence(error))
    pieces = wanted.write(chain(first, described))
    return _file(wanted, pieces, name=as_written(f"Danh sách ấn phẩm {today():%d-%m-%Y}"))


def _file(wanted: Format, pieces: Iterable[bytes], *, name: str) -> Response:
    """The pieces as a download under a Vietnamese name, as RFC 6266 has it."""
    full = f"{download_name(one_line(name), '')[:150].strip()}.{wanted.ending}"
    plain = "".join(c if c.isalnum() or c in "-._" else "-" for c in fold(full) if c.isascii())
    response = Response(pieces, content_type=wanted.content_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
    )
    return response


def _no_such_format() -> Response:
    # Each name on one line.
    known = ", ".join(_(each.label).replace(" ", "\u00a0") for each in FORMATS.values())
    message = _("Thông tin ấn phẩm tải về được ở các dạng: {known}.").format(known=known)
    return _error(400, _("Chưa có dạng tệp này"), message)


def _error(status: int, title: str, message: str) -> Response:
    return answer(status, message, title=title)
