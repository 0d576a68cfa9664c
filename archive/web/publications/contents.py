"""What readers open: a publication, a page of it to read, a page's image, an original."""

from __future__ import annotations

import re

from flask import abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from archive.core.errors import NotFoundError
from archive.models import Page
from archive.services import catalogue
from archive.services.holdings import original_path
from archive.services.outlines import find_labelled
from archive.services.page_images import middle_image
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.heads import publication_head, reader_head
from archive.web.present import IMAGE_LARGE_PX, IMAGE_MIDDLE_PX, IMAGE_SMALL_PX
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.page import publication_page, tends
from archive.web.publications.withdrawn import withdrawn_page
from archive.web.reader import TEXT_ONLY, reader_page

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Original bytes are never shown inside the site: a browser is told to save them, not to guess what
# they are, and to run nothing should it open them all the same.
ORIGINAL_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


@blueprint.get("/an-pham/<publication_id>")
@open_to(OpenTo.ANYONE)
def show(publication_id: str) -> str | tuple[str, int]:
    """Its page; of one that was open to this reader and was withdrawn, what stays of it (410)."""
    session, actor = reading(), current_actor()
    try:
        publication = catalogue.find_publication(session, publication_id, actor=actor)
    except NotFoundError:
        return _instead_of(publication_id)
    everything = request.args.get("trang") == "tat-ca"
    page = publication_page(session, publication, actor, all_thumbs=everything)
    return render_template(
        "publications/show.html",
        current="browse",
        page=page,
        head=publication_head(publication),
    )


def _instead_of(publication_id: str) -> tuple[str, int]:
    """What this reader finds where they may open nothing: what stays of a withdrawn publication
    that was open to them (410), else 404."""
    gone = withdrawn_page(reading(), publication_id, current_actor())
    if gone is None:
        abort(404)
    return render_template("publications/withdrawn.html", current="", page=gone), 410


@blueprint.get("/an-pham/<publication_id>/tien-do")
@open_to(OpenTo.DEPOSITORS)
def progress(publication_id: str) -> str:
    """The fragment that a depositor's page asks for while intake runs; the last one asks no more.

    The page is not loaded again at the end: that would take its messages from under the eyes."""
    session, actor = reading(), current_actor()
    publication = find_publication(session, publication_id, actor)
    page = publication_page(session, publication, actor, all_thumbs=False)
    if not page.progress:
        abort(404)  # Another unit's intake is nobody's business, a public record's too.
    return render_template("publications/_progress.html", page=page)


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>")
@open_to(OpenTo.ANYONE)
def read(publication_id: str, number: int) -> str | tuple[str, int]:
    """One page to read, with the words of `q` marked, as text alone with `xem=chu`; 410 as for the
    publication's page."""
    try:
        page = catalogue.find_page(reading(), publication_id, number, actor=current_actor())
    except NotFoundError:
        return _instead_of(publication_id)
    shown = reader_page(
        reading(),
        holdings(),
        page,
        query=one_line(request.args.get("q", "")),
        actor=current_actor(),
        tends=tends(current_actor(), page.file.publication),
        is_text_only=_wants_text_only(),
    )
    return render_template(
        "publications/read.html",
        current="browse",
        page=shown,
        head=reader_head(page, label=shown.label),
    )


def _wants_text_only() -> bool:
    return request.args.get("xem") == TEXT_ONLY


@blueprint.get("/an-pham/<publication_id>/trang")
@open_to(OpenTo.ANYONE)
def go_to(publication_id: str) -> Response | tuple[str, int]:
    """To the page that a reader names by what is printed on it ("iv", "A-3") or by its place; where
    there is none, the page they came from says so."""
    session = reading()
    try:
        publication = catalogue.find_publication(session, publication_id, actor=current_actor())
    except NotFoundError:
        return _instead_of(publication_id)
    typed, query = one_line(request.args.get("so", "")), one_line(request.args.get("q", ""))
    number = find_labelled(session, publication.id, typed)
    if number is not None:
        address = url_for(
            "publications.read",
            publication_id=publication.id,
            number=number,
            q=query or None,
            xem=TEXT_ONLY if _wants_text_only() else None,
        )
        return redirect(address)
    page = find_page(publication.id, request.args.get("tu", 1, type=int))
    shown = reader_page(
        session,
        holdings(),
        page,
        query=query,
        actor=current_actor(),
        tends=tends(current_actor(), page.file.publication),
        missed=typed or "…",
        is_text_only=_wants_text_only(),
    )
    return render_template("publications/read.html", current="browse", page=shown), 404


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>/anh-<int:width_px>.webp")
@open_to(OpenTo.ANYONE)
def page_image(publication_id: str, number: int, width_px: int) -> Response:
    """A page's image at one of the three widths; the reader's right is checked on every request."""
    if width_px not in (IMAGE_SMALL_PX, IMAGE_MIDDLE_PX, IMAGE_LARGE_PX):
        abort(404)
    page = find_page(publication_id, number)
    if width_px == IMAGE_MIDDLE_PX:
        response = _middle_image(page)
    else:
        path = holdings().images.path(publication_id, f"f{page.file_id}", page.file_page, width_px)
        if not path.is_file():
            abort(404)
        response = send_file(path, mimetype="image/webp", conditional=True)
    # A browser may keep it but asks each time: a withdrawn page is gone at the next look.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _middle_image(page: Page) -> Response:
    try:
        data = middle_image(holdings(), page)
    except NotFoundError:
        abort(404)
    response = Response(data, mimetype="image/webp")
    response.add_etag()
    return response.make_conditional(request)


def find_page(publication_id: str, number: int) -> Page:
    """The page; 404 where there is none and where this reader may not know of it."""
    try:
        return catalogue.find_page(reading(), publication_id, number, actor=current_actor())
    except NotFoundError:
        abort(404)


@blueprint.get("/an-pham/<publication_id>/tep/<int:position>")
@open_to(OpenTo.ANYONE)
def original(publication_id: str, position: int) -> Response:
    """The original, byte for byte, as a download under the name its sender gave it."""
    try:
        file = catalogue.find_file(reading(), publication_id, position, actor=current_actor())
    except NotFoundError:
        abort(404)
    path = original_path(
        holdings(), publication_id, file.logical_path, file.publication.object_version
    )
    response = send_file(
        path,
        mimetype=file.media_type,
        as_attachment=True,
        download_name=download_name(file.name, path.suffix),
        conditional=True,
        etag=file.sha256,
    )
    response.headers.update(ORIGINAL_HEADERS)
    return response


def download_name(name: str, suffix: str) -> str:
    """The sender's name without folders and control characters; it is never empty."""
    last = re.split(r"[\\/]", name)[-1]
    return _CONTROL.sub("", last).strip(". ")[-200:] or f"an-pham{suffix}"
