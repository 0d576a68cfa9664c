"""The page that shows every component in every state, made of the components themselves."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template
from werkzeug.wrappers import Response

from archive.web.access import OpenTo, open_to
from archive.web.styleguide.page import style_guide

blueprint = Blueprint("styleguide", __name__)

ADDRESS = "/mau-giao-dien"


@blueprint.get(ADDRESS)
@open_to(OpenTo.ANYONE)
def index() -> Response:
    response = make_response(render_template("styleguide/index.html", page=style_guide()))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post(ADDRESS)
@open_to(OpenTo.ANYONE)
def press() -> Response:
    """Whatever is pressed there does nothing, and leads back."""
    return redirect(ADDRESS, 303)
