"""Home and help."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.core.language import _
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.front_page import front_page
from archive.web.heads import home_head, page_head

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to(OpenTo.ANYONE)
def index() -> str:
    page = front_page(reading(), holdings(), actor=current_actor())
    return render_template("home/index.html", current="home", head=home_head(), page=page)


@blueprint.get("/huong-dan")
@open_to(OpenTo.ANYONE)
def guide() -> str:
    head = page_head(
        _("Hướng dẫn"), _("Cách tìm, đọc, nộp và duyệt ấn phẩm trong kho, từng bước một.")
    )
    return render_template("help/index.html", current="help", head=head)
