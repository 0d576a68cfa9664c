"""Style sheets, scripts and typefaces, served by ourselves: offices have closed networks."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from archive.web.access import OpenTo, open_to
from archive.web.assets import Assets

blueprint = Blueprint("static", __name__)

EXTENSION = "archive_assets"
FOLDER = Path(__file__).resolve().parent.parent / "static"
YEAR_SECONDS = 365 * 24 * 3600


def init_assets(app: Flask, vendor_folder: Path) -> Assets:
    assets = Assets(FOLDER, vendor_folder)
    app.extensions[EXTENSION] = assets
    return assets


@blueprint.get("/static/<path:name>")
@open_to(OpenTo.ANYONE)
def file(name: str) -> Response:
    """The asset; kept for a year where the address names its version."""
    asset = current_app.extensions[EXTENSION].asset(name)
    if asset is None:
        abort(404)
    encoding = next((each for each in asset.encodings() if request.accept_encodings[each] > 0), "")
    response = Response(
        asset.encoded(encoding) if encoding else asset.data, content_type=asset.media_type
    )
    if asset.encodings():
        response.vary.add("Accept-Encoding")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{asset.digest}-{encoding}" if encoding else asset.digest)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_SECONDS}, immutable"
        if request.args.get("v") == asset.digest
        else "no-cache"
    )
    response.make_conditional(request)
    return response
