"""What a slow network is spared: pages travel compressed, and not at all where nothing changed."""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_compress import Compress

# A page is made for one answer, so it is compressed with little effort: at this level brotli takes
# half a millisecond of a page of 25 kB and leaves a fifth of it.
BROTLI_QUALITY = 5
GZIP_LEVEL = 5

_TEXT = (
    *("text/html", "text/plain", "text/xml", "application/xml", "application/atom+xml"),
    *("application/json", "application/problem+json", "application/manifest+json"),
    *("application/opensearchdescription+xml", "image/svg+xml"),
)
_REPEATED = ("text/html", "application/json", "application/xml")
_SUCCESS = 200


def init_delivery(app: Flask) -> None:
    """Compress text that is made for an answer, and let browsers ask whether it changed.

    Registered before everything else that looks at answers, so that it comes after all of them.
    Files are left alone: an original goes out byte for byte and in the parts that were asked for,
    and what lies under `static` was compressed when it was first sent.
    """
    app.config.update(
        COMPRESS_MIMETYPES=list(_TEXT),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=BROTLI_QUALITY,
        COMPRESS_LEVEL=GZIP_LEVEL,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
    app.after_request(name_content)


def name_content(response: Response) -> Response:
    """Give what people without a session read an ETag, so that an unchanged page is answered with
    304. What is made within a session carries a form's token and never comes twice the same."""
    if (
        request.method in ("GET", "HEAD")
        and response.status_code == _SUCCESS
        and response.mimetype in _REPEATED
        and not response.is_streamed
        and not session
    ):
        response.add_etag()
        response.make_conditional(request)
    return response
