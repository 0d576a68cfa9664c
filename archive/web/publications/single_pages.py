"""Pages for what comes after reading: one as a text file, one on paper with its source, and the row
of all of them for the reader's script."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from archive.services.page_list import list_pages as pages_in_order
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.present import IMAGE_LARGE_PX
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.contents import find_page
from archive.web.reader import image_size, printed_page


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>.txt")
@open_to(OpenTo.ANYONE)
def page_text(publication_id: str, number: int) -> Response:
    """The text of a page as it is kept, UTF-8; empty where the page has none."""
    page = find_page(publication_id, number)
    response = make_response(page.text)
    response.mimetype = "text/plain"
    name = f"{publication_id}-trang-{number}.txt"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _asked_again(response)


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>/in")
@open_to(OpenTo.ANYONE)
def print_page(publication_id: str, number: int) -> str:
    """A page on a sheet of paper with its source at the foot."""
    shown = printed_page(holdings(), find_page(publication_id, number))
    return render_template("publications/print_page.html", current="", page=shown)


@blueprint.get("/an-pham/<publication_id>/cac-trang")
@open_to(OpenTo.ANYONE)
def list_pages(publication_id: str) -> Response:
    """`pages`: of each in order what is printed on it ("" for nothing), the width and height of its
    large picture (0 without a shape), and 1 where that picture is there, else 0. Rows and not
    objects, since a book of a thousand pages is asked for over a telephone."""
    session = reading()
    publication = find_publication(session, publication_id, current_actor())
    images = holdings().images
    rows = [
        [
            page.label,
            *image_size(page.width, page.height),
            int(images.has(publication.id, f"f{page.file_id}", page.file_page, IMAGE_LARGE_PX)),
        ]
        for page in pages_in_order(session, publication.id)
    ]
    return _asked_again(jsonify(pages=rows))


def _asked_again(response: FlaskResponse) -> Response:
    """A browser may keep it but asks each time: a withdrawn page is gone at the next look."""
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)
