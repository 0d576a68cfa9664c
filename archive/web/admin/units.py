"""Units: the list, one unit with its place among the others and the days it stands."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.dates import parse_day
from archive.core.errors import InvalidInputError
from archive.core.language import _
from archive.models import Unit
from archive.services import administration, units
from archive.services.records import one_line
from archive.services.succession import is_over
from archive.services.succession import merge_unit as merge
from archive.services.units import UnitInput
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import (
    ROWS,
    blueprint,
    change_row,
    find_row,
    save_form,
    unit_choices,
)
from archive.web.context import current_actor, reading
from archive.web.forms import UnitChangeForm, UnitForm, UnitMergeForm
from archive.web.listing import page_number
from archive.web.pages.admin import UnitRow, UnitsPage
from archive.web.present import paginate

MERGING = "hop-nhat-"
"""Before the names of the second form of a unit's page, so that no two fields share one."""


@blueprint.get("/don-vi")
@open_to(OpenTo.ADMINS)
def units_list() -> str:
    form = UnitForm()
    _choose_units(form)
    return _units_page(form)


@blueprint.post("/don-vi")
@open_to(OpenTo.ADMINS)
def create_unit() -> Response | tuple[str, int]:
    form = UnitForm()
    _choose_units(form)

    def save(session: Session) -> Unit:
        given = _unit_input(form, code=form.code.data)
        return units.create_unit(session, given, by=current_actor())

    unit = save_form(form, save)
    if unit is None:
        return _units_page(form), 422
    flash(_("Đã thêm {name}.").format(name=unit.name), "success")
    return redirect(url_for("admin.units_list"))


def _units_page(form: UnitForm) -> str:
    number, query = page_number(request.args), one_line(request.args.get("q", ""))
    rows, total = administration.list_units(
        reading(), query=query, offset=(number - 1) * ROWS, limit=ROWS
    )
    page = UnitsPage(
        rows=[_unit_row(row) for row in rows],
        form=form,
        query=query,
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=url_for("admin.units_list"),
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("admin/units.html", current="admin", page=page)


@blueprint.get("/don-vi/<int:unit_id>")
@open_to(OpenTo.ADMINS)
def unit(unit_id: int) -> str:
    found = find_row(reading(), Unit, unit_id)
    return _unit_page(found, _change_form(found))


def _change_form(found: Unit) -> UnitChangeForm:
    form = UnitChangeForm(
        formdata=None,
        name=found.name,
        kind=found.kind,
        parent=found.parent.code if found.parent else "",
        successor=found.successor.code if found.successor else "",
        valid_from=_day(found.valid_from),
        valid_to=_day(found.valid_to),
    )
    _choose_units(form)
    return form


@blueprint.post("/don-vi/<int:unit_id>")
@open_to(OpenTo.ADMINS)
def change_unit(unit_id: int) -> Response | tuple[str, int]:
    form = UnitChangeForm()
    _choose_units(form)

    def save(session: Session) -> Unit:
        code = find_row(session, Unit, unit_id).code
        given = _unit_input(form, code=code)
        return units.update_unit(session, unit_id=unit_id, given=given, by=current_actor())

    if save_form(form, save) is None:
        return _unit_page(find_row(reading(), Unit, unit_id), form), 422
    flash(_("Đã lưu đơn vị."), "success")
    return redirect(url_for("admin.unit", unit_id=unit_id))


@blueprint.post("/don-vi/<int:unit_id>/hop-nhat")
@open_to(OpenTo.ADMINS)
def merge_unit(unit_id: int) -> Response | tuple[str, int]:
    """From a day on the unit is another one, whose officers answer for what it left."""
    merging = UnitMergeForm(prefix=MERGING)
    merging.successor.choices = unit_choices()

    def save(session: Session) -> Unit:
        find_row(session, Unit, unit_id)
        return merge(
            session,
            unit_id=unit_id,
            into=merging.successor.data or "",
            since=_since(merging.since.data or ""),
            by=current_actor(),
        )

    if save_form(merging, save) is None:
        found = find_row(reading(), Unit, unit_id)
        return _unit_page(found, _change_form(found), merging), 422
    flash(_("Đã ghi việc hợp nhất. Hồ sơ cũ vẫn mang tên đơn vị cũ."), "success")
    return redirect(url_for("admin.unit", unit_id=unit_id))


def _since(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError:
        raise InvalidInputError(field="since", problem="date_invalid", value=text) from None


def _unit_page(unit: Unit, form: UnitChangeForm, merging: UnitMergeForm | None = None) -> str:
    row = _unit_row(administration.count_unit(reading(), unit))
    if merging is None:
        merging = UnitMergeForm(formdata=None, prefix=MERGING)
        merging.successor.choices = unit_choices()
    return render_template("admin/unit.html", current="admin", row=row, form=form, merging=merging)


@blueprint.post("/don-vi/<int:unit_id>/khoa")
@open_to(OpenTo.ADMINS)
def block_unit(unit_id: int) -> Response:
    return change_row(
        Unit,
        unit_id,
        lambda session: units.block_unit(session, unit_id=unit_id, by=current_actor()),
        done=_("Đã khóa đơn vị; tạm thời không nhận bản nộp mới."),
        target=url_for("admin.unit", unit_id=unit_id),
    )


@blueprint.post("/don-vi/<int:unit_id>/mo")
@open_to(OpenTo.ADMINS)
def unblock_unit(unit_id: int) -> Response:
    return change_row(
        Unit,
        unit_id,
        lambda session: units.unblock_unit(session, unit_id=unit_id, by=current_actor()),
        done=_("Đã mở khóa đơn vị."),
        target=url_for("admin.unit", unit_id=unit_id),
    )


def _choose_units(form: UnitForm) -> None:
    form.parent.choices = form.successor.choices = unit_choices()


def _day(value: date | None) -> str:
    return f"{value.day}/{value.month}/{value.year}" if value else ""


def _unit_input(form: UnitForm, *, code: str) -> UnitInput:
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        text = (form[name].data or "").strip()
        try:
            days[name] = parse_day(text) if text else None
        except ValueError:
            raise InvalidInputError(field=name, problem="date_invalid", value=text) from None
    return UnitInput(
        code=code,
        name=form.name.data or "",
        kind=form.kind.data or "",
        parent=form.parent.data or "",
        successor=form.successor.data or "",
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
    )


def _unit_row(counted: administration.CountedUnit) -> UnitRow:
    row = counted.unit
    validity = " – ".join(part for part in (_day(row.valid_from), _day(row.valid_to)) if part)
    if row.valid_from and not row.valid_to:
        validity = _("từ {day}").format(day=_day(row.valid_from))
    if row.valid_to and not row.valid_from:
        validity = _("đến {day}").format(day=_day(row.valid_to))
    return UnitRow(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent=row.parent.name if row.parent else "",
        validity=validity,
        is_blocked=row.is_blocked,
        is_over=is_over(row),
        user_count=counted.users,
        publication_count=counted.publications,
        url=url_for("admin.unit", unit_id=row.id),
    )
