"""Names that a form's field may be filled with, for its script."""

from __future__ import annotations

from flask import Blueprint, request

from archive.core.authorities import KINDS
from archive.models import Authority
from archive.services.authorities.kin import typed_name
from archive.services.authorities.listing import offer_names
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.context import reading
from archive.web.present import authority_time

blueprint = Blueprint("names", __name__)

MOST_CHARACTERS = 100


@blueprint.get("/nop/ten-goi")
@open_to(OpenTo.DEPOSITORS)
def offer() -> dict[str, list[dict[str, str]]]:
    """Names of the kind `loai` that begin as `q`; nothing for nonsense."""
    kind = request.args.get("loai", "")
    typed = one_line(request.args.get("q", ""))[:MOST_CHARACTERS]
    rows = offer_names(reading(), kind, typed) if kind in KINDS else []
    return {"items": [_item(row) for row in rows]}


def _item(row: Authority) -> dict[str, str]:
    name = typed_name(row.name, row.type) if row.kind == "place" else row.name
    note = ", ".join(each for each in (row.dates, authority_time(row)) if each)
    return {"name": name, "label": f"{name} ({note})" if note else name}
