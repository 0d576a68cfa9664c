"""What the letters typed into a search box may become, for the box's script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from archive.core.language import N_, Words
from archive.search.results import Completion
from archive.services.records import one_line
from archive.services.searching import complete
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading

blueprint = Blueprint("completion", __name__)

MOST_CHARACTERS = 100
"""Of a longer text only its beginning is looked at: nobody means to complete a paragraph."""

_KINDS = Words(
    {
        "title": N_("Ấn phẩm"),
        "person": N_("Nhân vật"),
        "place": N_("Địa danh"),
        "theme": N_("Chủ đề"),
        "phrase": N_("Cụm từ"),
    }
)


@blueprint.get("/tim-kiem/goi-y")
@open_to(OpenTo.ANYONE)
def show() -> dict[str, Any]:
    """Completions of `q`, best first, from what this reader may see. Never an error: nonsense and
    an index that cannot answer have none."""
    typed = one_line(request.args.get("q", ""))[:MOST_CHARACTERS]
    found = complete(reading(), holdings().index, typed, actor=current_actor())
    return {"items": [_item(completion) for completion in found]}


def _item(completion: Completion) -> dict[str, str]:
    return {
        "text": completion.text,
        "kind": completion.kind,
        "kind_label": _KINDS[completion.kind],
        "url": url_for("publications.show", publication_id=completion.work_id)
        if completion.work_id
        else url_for("search.results", q=completion.text),
    }
