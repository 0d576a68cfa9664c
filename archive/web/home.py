"""The home page."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.front_page import front_page
from archive.web.heads import home_head

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to(OpenTo.ANYONE)
def index() -> str:
    page = front_page(reading(), holdings(), actor=current_actor())
    return render_template("home/index.html", current="home", head=home_head(), page=page)
