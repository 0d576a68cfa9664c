"""Administration: users, units, one-time links, and how the machine is doing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from archive.core.dates import parse_day
from archive.core.errors import InvalidInputError
from archive.core.roles import Role
from archive.core.vocabulary import ROLES
from archive.core.wording import field_sentence
from archive.models import Unit, User
from archive.services import accounts, administration, units
from archive.services.records import one_line
from archive.services.units import UnitInput, find_unit
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.forms import (
    UnitChangeForm,
    UnitForm,
    UserChangeForm,
    UserForm,
    empty_choice,
    show_error,
)
from archive.web.listing import page_number
from archive.web.pages import (
    AdminHomePage,
    EventRow,
    Link,
    PasswordLinkPage,
    UnitRow,
    UnitsPage,
    UserRow,
    UsersPage,
)
from archive.web.present import event_words, paginate

blueprint = Blueprint("admin", __name__, url_prefix="/quan-tri")

ROWS = 50


@blueprint.get("")
@open_to(OpenTo.ADMINS)
def index() -> str:
    session = reading()
    state = administration.overview(session, holdings())
    page = AdminHomePage(
        counts=[
            Link("Người dùng", url_for("admin.users"), state.users),
            Link("Đơn vị", url_for("admin.units_list"), state.units),
            Link("Chờ duyệt", "/duyet-nop", state.submitted),
            Link("Đã nhận", "/duyet-nop?tinh-trang=accepted", state.accepted),
        ],
        jobs=[
            Link("Đang chờ", "", state.jobs_waiting),
            Link("Đang chạy", "", state.jobs_running),
            Link("Thất bại", "", state.jobs_failed),
        ],
        events=[
            EventRow(
                at=event.at,
                who=event.actor_name,
                what=event_words(event.kind, event.data),
                note=event.note,
                about=Link(event.publication.title, f"/an-pham/{event.publication.id}")
                if event.publication
                else None,
            )
            for event in state.events
        ],
        version_rows=state.parts,
    )
    return render_template("admin/index.html", current="admin", page=page)


@blueprint.get("/nguoi-dung")
@open_to(OpenTo.ADMINS)
def users() -> str:
    return _users_page(_user_form())


@blueprint.post("/nguoi-dung")
@open_to(OpenTo.ADMINS)
def create_user() -> str | Response | tuple[str, int]:
    """A new account and, with it, its one-time link."""
    form = _user_form()
    if form.validate_on_submit():
        with writing() as session:
            try:
                user = accounts.create_user(
                    session,
                    email=form.email.data,
                    name=form.name.data or "",
                    role=Role(form.role.data),
                    unit=find_unit(session, form.unit.data) if form.unit.data else None,
                    by=current_actor(),
                )
                return _fresh_link(session, user.id)
            except InvalidInputError as error:
                session.rollback()
                show_error(form, error)
    return _users_page(form), 422


def _users_page(form: UserForm) -> str:
    number, query = page_number(request.args), one_line(request.args.get("q", ""))
    rows, total = administration.list_users(
        reading(), query=query, offset=(number - 1) * ROWS, limit=ROWS
    )
    page = UsersPage(
        rows=[_user_row(user) for user in rows],
        form=form,
        query=query,
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=url_for("admin.users"),
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("admin/users.html", current="admin", page=page)


@blueprint.get("/nguoi-dung/<int:user_id>")
@open_to(OpenTo.ADMINS)
def user(user_id: int) -> str:
    found = _find(reading(), User, user_id)
    form = UserChangeForm(
        name=found.name, role=found.role.value, unit=found.unit.code if found.unit else ""
    )
    form.unit.choices = _unit_choices()
    return render_template("admin/user.html", current="admin", row=_user_row(found), form=form)


@blueprint.post("/nguoi-dung/<int:user_id>")
@open_to(OpenTo.ADMINS)
def change_user(user_id: int) -> str | Response | tuple[str, int]:
    form = UserChangeForm()
    form.unit.choices = _unit_choices()
    if form.validate_on_submit():
        with writing() as session:
            _find(session, User, user_id)
            try:
                accounts.update_user(
                    session,
                    user_id=user_id,
                    name=form.name.data or "",
                    role=Role(form.role.data),
                    unit=find_unit(session, form.unit.data) if form.unit.data else None,
                    by=current_actor(),
                )
            except InvalidInputError as error:
                session.rollback()
                show_error(form, error)
            else:
                session.commit()
                flash("Đã lưu tài khoản.", "success")
                return redirect(url_for("admin.user", user_id=user_id))
    row = _user_row(_find(reading(), User, user_id))
    return render_template("admin/user.html", current="admin", row=row, form=form), 422


@blueprint.post("/nguoi-dung/<int:user_id>/khoa")
@open_to(OpenTo.ADMINS)
def block_user(user_id: int) -> Response:
    return _change(
        User,
        user_id,
        lambda session: accounts.block_user(session, user_id=user_id, by=current_actor()),
        "Đã khóa; các phiên đăng nhập của tài khoản này đã kết thúc.",
        url_for("admin.user", user_id=user_id),
    )


@blueprint.post("/nguoi-dung/<int:user_id>/mo")
@open_to(OpenTo.ADMINS)
def unblock_user(user_id: int) -> Response:
    return _change(
        User,
        user_id,
        lambda session: accounts.unblock_user(session, user_id=user_id, by=current_actor()),
        "Đã mở khóa tài khoản.",
        url_for("admin.user", user_id=user_id),
    )


@blueprint.post("/nguoi-dung/<int:user_id>/lien-ket")
@open_to(OpenTo.ADMINS)
def make_link(user_id: int) -> str:
    """The one-time link, shown once: only its digest is kept."""
    with writing() as session:
        _find(session, User, user_id)
        return _fresh_link(session, user_id)


def _fresh_link(session: Session, user_id: int) -> str:
    settings = holdings().settings
    token, link = accounts.make_password_link(
        session, user_id=user_id, by=current_actor(), settings=settings
    )
    session.flush()
    row, expires_at = _user_row(session.get_one(User, user_id)), link.expires_at
    session.commit()
    path = url_for("accounts.set_password", token=token)
    base = settings.base_url or request.host_url.rstrip("/")
    page = PasswordLinkPage(user=row, link=f"{base}{path}", expires_at=expires_at)
    return render_template("admin/password_link.html", current="admin", page=page)


@blueprint.get("/don-vi")
@open_to(OpenTo.ADMINS)
def units_list() -> str:
    form = UnitForm()
    _choose_units(form)
    return _units_page(form)


@blueprint.post("/don-vi")
@open_to(OpenTo.ADMINS)
def create_unit() -> str | Response | tuple[str, int]:
    form = UnitForm()
    _choose_units(form)
    if form.validate_on_submit():
        with writing() as session:
            try:
                unit = units.create_unit(
                    session, _unit_input(form, code=form.code.data), by=current_actor()
                )
            except InvalidInputError as error:
                session.rollback()
                show_error(form, error)
            else:
                session.commit()
                flash(f"Đã thêm {unit.name}.", "success")
                return redirect(url_for("admin.units_list"))
    return _units_page(form), 422


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
    found = _find(reading(), Unit, unit_id)
    form = UnitChangeForm(
        name=found.name,
        kind=found.kind,
        parent=found.parent.code if found.parent else "",
        successor=found.successor.code if found.successor else "",
        valid_from=_day(found.valid_from),
        valid_to=_day(found.valid_to),
    )
    _choose_units(form)
    row = _unit_row(administration.count_unit(reading(), found))
    return render_template("admin/unit.html", current="admin", row=row, form=form)


@blueprint.post("/don-vi/<int:unit_id>")
@open_to(OpenTo.ADMINS)
def change_unit(unit_id: int) -> str | Response | tuple[str, int]:
    form = UnitChangeForm()
    _choose_units(form)
    if form.validate_on_submit():
        with writing() as session:
            code = _find(session, Unit, unit_id).code
            try:
                units.update_unit(
                    session,
                    unit_id=unit_id,
                    given=_unit_input(form, code=code),
                    by=current_actor(),
                )
            except InvalidInputError as error:
                session.rollback()
                show_error(form, error)
            else:
                session.commit()
                flash("Đã lưu đơn vị.", "success")
                return redirect(url_for("admin.unit", unit_id=unit_id))
    row = _unit_row(administration.count_unit(reading(), _find(reading(), Unit, unit_id)))
    return render_template("admin/unit.html", current="admin", row=row, form=form), 422


@blueprint.post("/don-vi/<int:unit_id>/khoa")
@open_to(OpenTo.ADMINS)
def block_unit(unit_id: int) -> Response:
    return _change(
        Unit,
        unit_id,
        lambda session: units.block_unit(session, unit_id=unit_id, by=current_actor()),
        "Đã khóa đơn vị; tạm thời không nhận bản nộp mới.",
        url_for("admin.unit", unit_id=unit_id),
    )


@blueprint.post("/don-vi/<int:unit_id>/mo")
@open_to(OpenTo.ADMINS)
def unblock_unit(unit_id: int) -> Response:
    return _change(
        Unit,
        unit_id,
        lambda session: units.unblock_unit(session, unit_id=unit_id, by=current_actor()),
        "Đã mở khóa đơn vị.",
        url_for("admin.unit", unit_id=unit_id),
    )


def _change(
    model: type[Any], row_id: int, act: Callable[[Session], Any], done: str, target: str
) -> Response:
    with writing() as session:
        _find(session, model, row_id)
        try:
            act(session)
        except InvalidInputError as error:
            session.rollback()
            flash(field_sentence(str(error.data["problem"]), error.data), "error")
        else:
            session.commit()
            flash(done, "success")
    return redirect(target)


def _find(session: Session, model: type[Any], row_id: int) -> Any:
    found = session.get(model, row_id)
    if found is None:
        abort(404)
    return found


def _user_form() -> UserForm:
    form = UserForm()
    form.unit.choices = _unit_choices()
    return form


def _unit_choices() -> list[SelectChoice]:
    rows = administration.all_units(reading())
    return empty_choice({row.code: row.name for row in rows})


def _choose_units(form: UnitForm) -> None:
    form.parent.choices = form.successor.choices = _unit_choices()


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


def _user_row(user: User) -> UserRow:
    return UserRow(
        id=user.id,
        email=user.email,
        name=user.name,
        role_label=ROLES[user.role.value],
        unit=user.unit.name if user.unit else "",
        is_blocked=user.is_blocked,
        has_password=user.password_hash is not None,
        url=url_for("admin.user", user_id=user.id),
    )


def _unit_row(counted: administration.CountedUnit) -> UnitRow:
    row = counted.unit
    validity = " – ".join(part for part in (_day(row.valid_from), _day(row.valid_to)) if part)
    if row.valid_from and not row.valid_to:
        validity = f"từ {_day(row.valid_from)}"
    if row.valid_to and not row.valid_from:
        validity = f"đến {_day(row.valid_to)}"
    return UnitRow(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent=row.parent.name if row.parent else "",
        validity=validity,
        is_blocked=row.is_blocked,
        user_count=counted.users,
        publication_count=counted.publications,
        url=url_for("admin.unit", unit_id=row.id),
    )
