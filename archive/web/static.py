"""Style sheets, scripts and typefaces, served by ourselves: offices have closed networks."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, request, send_file
from werkzeug.wrappers import Response

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
    path = current_app.extensions[EXTENSION].find(name)
    if path is None:
        abort(404)
    response = send_file(path, conditional=True)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_SECONDS}, immutable" if request.args.get("v") else "no-cache"
    )
    return response
