"""What the screens of administration share: the blueprint, rows by number, saving a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from archive.core.errors import InvalidInputError
from archive.core.wording import field_sentence
from archive.models import Unit, User
from archive.services import administration
from archive.web.context import reading, writing
from archive.web.forms import Form, empty_choice, show_error

blueprint = Blueprint("admin", __name__, url_prefix="/quan-tri")

ROWS = 50

Row = TypeVar("Row", User, Unit)
Saved = TypeVar("Saved")


def find_row(session: Session, model: type[Row], row_id: int) -> Row:
    """The row of this number; 404 where there is none."""
    found = session.get(model, row_id)
    if found is None:
        abort(404)
    return found


def unit_choices() -> list[SelectChoice]:
    """Every unit by name, and none of them as the first choice."""
    rows = administration.all_units(reading())
    return empty_choice({row.code: row.name for row in rows})


def save_form(form: Form, save: Callable[[Session], Saved]) -> Saved | None:
    """What `save` returns, committed; None where the form or the service found something wrong,
    which then stands in the form beside its field."""
    if not form.validate_on_submit():
        return None
    with writing() as session:
        try:
            saved = save(session)
        except InvalidInputError as error:
            session.rollback()
            show_error(form, error)
            return None
        session.commit()
        return saved


def change_row(
    model: type[Row], row_id: int, change: Callable[[Session], Any], *, done: str, target: str
) -> Response:
    """Change a row at the press of a button: go to `target` and say there that it is `done`, or
    what stands in its way. 404 where there is no such row."""
    with writing() as session:
        find_row(session, model, row_id)
        try:
            change(session)
        except InvalidInputError as error:
            session.rollback()
            flash(field_sentence(str(error.data["problem"]), error.data), "error")
        else:
            session.commit()
            flash(done, "success")
    return redirect(target)
