"""Guesses on the deposit form: what the chosen files say of themselves, for fields still empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, abort, request, url_for
from werkzeug.datastructures import MultiDict

from archive.core.errors import NotFoundError
from archive.core.language import _
from archive.services import catalogue, held_files
from archive.services.guessing import (
    NamedPath,
    Offers,
    guess_files,
    guess_publication,
    known_names,
)
from archive.services.intake import CheckedFile
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading
from archive.web.pages.publication import GuessRow
from archive.web.record_form import DepositForm

blueprint = Blueprint("guesses", __name__)

ALL = "all"
"""What the button sends that takes over every guess."""


@blueprint.get("/nop/goi-y")
@open_to(OpenTo.DEPOSITORS)
def show() -> dict[str, Any]:
    """What the account's own held files `held` say, for the form's script. Nothing is kept: the
    files are looked at anew, and whoever asks for another's file is told that there is none."""
    asked = list(dict.fromkeys(request.args.getlist("held")))
    if len(asked) > holdings().settings.max_files_per_deposit:
        abort(400)
    found = held_files.find_held(reading(), holdings(), asked, by=current_actor())
    if len(found) != len(asked):
        abort(404)
    offers = _offers_of(NamedPath(received.path, row.name) for row, received in found)
    form = DepositForm(formdata=None)
    return {
        "guesses": [
            {
                "field": row.field,
                "label": row.label,
                "value": row.value,
                "source": row.source,
                "line": row.line,
            }
            for row in guess_rows(offers, form)
        ],
        "doubts": [{"field": "isbn", "sentence": sentence} for sentence in doubt_words(offers)],
    }


def asks_for_guesses(given: MultiDict[str, str]) -> bool:
    """Whether the form was sent to be read or filled, and not yet to be deposited."""
    return given.get("action") == "guess" or bool(given.get("use"))


def form_offers(form: DepositForm, files: Sequence[CheckedFile], *, amending_id: str) -> Offers:
    """Guesses for the form's empty fields: from the files that just arrived, else from the pages of
    the deposit that is mended."""
    if files:
        offers = _offers_of(NamedPath(file.received.path, file.name) for file in files)
    elif amending_id:
        offers = _offers_of_publication(amending_id)
    else:
        offers = Offers()
    return offers.without(field.short_name for field in form if (field.data or "") != "")


def take_over(form: DepositForm, offers: Offers, wanted: str) -> list[str]:
    """Fill the empty field `wanted` (or all of them) with its guess; the labels of what was
    filled. What a person wrote is never touched: `offers` holds none for it."""
    filled = []
    for guess in offers.guesses:
        if wanted in (guess.field, ALL):
            field = form[guess.field]
            field.data = guess.value
            filled.append(str(field.label.text))
    return filled


def guess_rows(
    offers: Offers, form: DepositForm, *, publication_id: str = "", has_pages: bool = False
) -> list[GuessRow]:
    """The guesses as the pages show them; with a publication each leads to the page it is from."""
    return [
        GuessRow(
            field=guess.field,
            label=str(form[guess.field].label.text),
            value=guess.value,
            source=_("trang {number}").format(number=guess.page_number)
            if guess.page_number
            else _("tên ghi trong tệp"),
            line=guess.line if guess.page_number else "",
            url=url_for(
                "publications.read", publication_id=publication_id, number=guess.page_number
            )
            if publication_id and has_pages and guess.page_number
            else "",
        )
        for guess in offers.guesses
    ]


def doubt_words(offers: Offers) -> list[str]:
    """A sentence for each printed number that cannot be right."""
    return [
        _(
            "Số ISBN {isbn} ở trang {number} sai số kiểm tra. Xin xem lại bản in rồi ghi số đúng."
        ).format(isbn=doubt.value, number=doubt.page_number)
        for doubt in offers.doubts
    ]


def _offers_of(files: Iterable[NamedPath]) -> Offers:
    return guess_files(
        tuple(files),
        names=known_names(reading()),
        first_year=holdings().settings.first_year,
    )


def _offers_of_publication(publication_id: str) -> Offers:
    session = reading()
    try:
        found = catalogue.find_publication(session, publication_id, actor=current_actor())
    except NotFoundError:
        return Offers()
    return guess_publication(session, found, first_year=holdings().settings.first_year)
