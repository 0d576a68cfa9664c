"""Accounts: the list, one account, and the one-time links with which people set a password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.language import _
from archive.core.roles import Role
from archive.core.vocabulary import ROLES
from archive.models import Unit, User
from archive.services import accounts, administration
from archive.services.records import one_line
from archive.services.units import find_unit
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import (
    ROWS,
    blueprint,
    change_row,
    find_row,
    save_form,
    unit_choices,
)
from archive.web.context import base_url, current_actor, holdings, reading, writing
from archive.web.forms import UserChangeForm, UserForm
from archive.web.listing import page_number
from archive.web.pages.admin import PasswordLinkPage, UserRow, UsersPage
from archive.web.present import paginate


@blueprint.get("/nguoi-dung")
@open_to(OpenTo.ADMINS)
def users() -> str:
    return _users_page(_user_form())


@blueprint.post("/nguoi-dung")
@open_to(OpenTo.ADMINS)
def create_user() -> str | tuple[str, int]:
    """A new account and, with it, its one-time link."""
    form = _user_form()

    def save(session: Session) -> PasswordLinkPage:
        user = accounts.create_user(
            session,
            email=form.email.data,
            name=form.name.data or "",
            role=Role(form.role.data),
            unit=_chosen_unit(session, form),
            by=current_actor(),
        )
        return _fresh_link(session, user.id)

    link = save_form(form, save)
    if link is None:
        return _users_page(form), 422
    return _link_sheet(link)


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
    found = find_row(reading(), User, user_id)
    form = UserChangeForm(
        name=found.name, role=found.role.value, unit=found.unit.code if found.unit else ""
    )
    form.unit.choices = unit_choices()
    return _user_page(found, form)


@blueprint.post("/nguoi-dung/<int:user_id>")
@open_to(OpenTo.ADMINS)
def change_user(user_id: int) -> Response | tuple[str, int]:
    form = UserChangeForm()
    form.unit.choices = unit_choices()

    def save(session: Session) -> User:
        find_row(session, User, user_id)
        return accounts.update_user(
            session,
            user_id=user_id,
            name=form.name.data or "",
            role=Role(form.role.data),
            unit=_chosen_unit(session, form),
            by=current_actor(),
        )

    if save_form(form, save) is None:
        return _user_page(find_row(reading(), User, user_id), form), 422
    flash(_("Đã lưu tài khoản."), "success")
    return redirect(url_for("admin.user", user_id=user_id))


def _user_page(user: User, form: UserChangeForm) -> str:
    return render_template("admin/user.html", current="admin", row=_user_row(user), form=form)


@blueprint.post("/nguoi-dung/<int:user_id>/khoa")
@open_to(OpenTo.ADMINS)
def block_user(user_id: int) -> Response:
    return change_row(
        User,
        user_id,
        lambda session: accounts.block_user(session, user_id=user_id, by=current_actor()),
        done=_("Đã khóa; các phiên đăng nhập của tài khoản này đã kết thúc."),
        target=url_for("admin.user", user_id=user_id),
    )


@blueprint.post("/nguoi-dung/<int:user_id>/mo")
@open_to(OpenTo.ADMINS)
def unblock_user(user_id: int) -> Response:
    return change_row(
        User,
        user_id,
        lambda session: accounts.unblock_user(session, user_id=user_id, by=current_actor()),
        done=_("Đã mở khóa tài khoản."),
        target=url_for("admin.user", user_id=user_id),
    )


@blueprint.post("/nguoi-dung/<int:user_id>/lien-ket")
@open_to(OpenTo.ADMINS)
def make_link(user_id: int) -> str:
    """The one-time link, shown once: only its digest is kept."""
    with writing() as session:
        find_row(session, User, user_id)
        link = _fresh_link(session, user_id)
        session.commit()
    return _link_sheet(link)


def _fresh_link(session: Session, user_id: int) -> PasswordLinkPage:
    """A new one-time link for the account. It works once the caller has committed."""
    settings = holdings().settings
    token, link = accounts.make_password_link(
        session, user_id=user_id, by=current_actor(), settings=settings
    )
    session.flush()
    path = url_for("accounts.set_password", token=token)
    row = _user_row(session.get_one(User, user_id))
    return PasswordLinkPage(user=row, link=f"{base_url()}{path}", expires_at=link.expires_at)


def _link_sheet(page: PasswordLinkPage) -> str:
    return render_template("admin/password_link.html", current="admin", page=page)


def _user_form() -> UserForm:
    form = UserForm()
    form.unit.choices = unit_choices()
    return form


def _chosen_unit(session: Session, form: UserForm | UserChangeForm) -> Unit | None:
    return find_unit(session, form.unit.data) if form.unit.data else None


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
