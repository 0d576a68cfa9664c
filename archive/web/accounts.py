"""Signing in and out, passwords, one-time links."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError
from archive.core.language import _
from archive.core.wording import error_sentence
from archive.services import accounts, signing_in
from archive.services.accounts import LinkSpentError
from archive.services.signing_in import (
    AccountBlockedError,
    SignInRefusedError,
    SignInSlowedError,
)
from archive.web.access import OpenTo, open_to, safe_target
from archive.web.context import SignedIn, current_actor, holdings, reading, writing
from archive.web.forms import PasswordForm, SetPasswordForm, SignInForm, show_error

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/dang-nhap")
@open_to(OpenTo.ANYONE)
def sign_in() -> str | Response:
    if current_actor().is_signed_in:
        return redirect(safe_target(request.args.get("next")))
    form = SignInForm(next=request.args.get("next", ""))
    return _show_sign_in(form)


@blueprint.post("/dang-nhap")
@open_to(OpenTo.ANYONE)
def start_session() -> str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    form = SignInForm()
    if not form.validate_on_submit():
        return _show_sign_in(form), 422
    try:
        signed_in = _sign_in(form)
    except (SignInRefusedError, AccountBlockedError) as error:
        form.form_errors.append(error_sentence(error))
        return _show_sign_in(form), 422
    except SignInSlowedError as error:
        form.form_errors.append(error_sentence(error))
        headers = {"Retry-After": str(error.data["retry_after_seconds"])}
        return _show_sign_in(form), 429, headers
    _begin(signed_in)
    return redirect(safe_target(form.next.data))


def _show_sign_in(form: SignInForm) -> str:
    return render_template(
        "accounts/sign_in.html", form=form, current="", reason=_reason(form.next.data)
    )


def _reason(target: str | None) -> str:
    """Why somebody is asked to sign in: the page they came for; "" where it was none."""
    path = safe_target(target).partition("?")[0]
    if path == url_for("home.index"):
        return ""
    if path == url_for("deposits.new"):
        return _("Đăng nhập để nộp ấn phẩm.")
    return _("Đăng nhập để mở trang này.")


def _sign_in(form: SignInForm) -> SignedIn:
    """Check the password without the write lock, then open the session with it."""
    settings = holdings().settings
    attempt = signing_in.try_password(
        reading(),
        email=form.email.data,
        password=form.password.data,
        address=request.remote_addr or "",
        settings=settings,
    )
    with writing() as database:
        try:
            user, token = signing_in.sign_in(database, attempt, settings=settings)
        except SignInRefusedError:
            database.commit()
            raise
        if current_actor().is_signed_in:
            # This browser's earlier session ends with it: its cookie would be good for days yet.
            signing_in.sign_out(database, current_user.token)
        unit_name = user.unit.name if user.unit else ""
        actor, address = accounts.actor_of(user), user.email
        database.commit()
    return SignedIn(token, actor, email=address, unit_name=unit_name)


def _begin(signed_in: SignedIn) -> None:
    """Start the browser's session afresh: nothing set before sign-in goes on behind it."""
    session.clear()
    session.permanent = True
    login_user(signed_in)


@blueprint.post("/dang-xuat")
@open_to(OpenTo.ANYONE)
def sign_out() -> Response:
    if current_actor().is_signed_in:
        with writing() as database:
            signing_in.sign_out(database, current_user.token)
            database.commit()
        logout_user()
    session.clear()
    return redirect(url_for("home.index"))


@blueprint.get("/doi-mat-khau")
@open_to(OpenTo.ACCOUNTS)
def password() -> str:
    return render_template("accounts/password.html", form=PasswordForm(), current="")


@blueprint.post("/doi-mat-khau")
@open_to(OpenTo.ACCOUNTS)
def change_password() -> str | Response | tuple[str, int]:
    """A new password ends all sessions of the account; this browser goes on in a fresh one."""
    form = PasswordForm()
    if form.validate_on_submit():
        same = _same_twice(form)
        signed_in: SignedIn = current_user
        actor = current_actor()
        assert actor.user_id is not None
        with writing() as database:
            try:
                token = accounts.change_password(
                    database,
                    user_id=actor.user_id,
                    current=form.current.data,
                    new=form.new.data,
                    by=actor,
                    settings=holdings().settings,
                )
            except InvalidInputError as error:
                show_error(form, error)
            else:
                if same:
                    database.commit()
                    _begin(
                        SignedIn(token, actor, email=signed_in.email, unit_name=signed_in.unit_name)
                    )
                    flash(_("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."), "success")
                    return redirect(url_for("home.index"))
    return render_template("accounts/password.html", form=form, current=""), 422


def _same_twice(form: PasswordForm | SetPasswordForm) -> bool:
    """Whether both entries are equal. The service judges the first one all the same, so that every
    fault is told at once; what it did is committed only where they are."""
    if form.new.data == form.again.data:
        return True
    show_error(form, InvalidInputError(field="again", problem="passwords_differ"))
    return False


@blueprint.get("/dat-mat-khau/<token>")
@open_to(OpenTo.ANYONE)
def set_password(token: str) -> str:
    try:
        accounts.find_password_link(reading(), token)
    except LinkSpentError:
        abort(410)
    return render_template("accounts/set_password.html", form=SetPasswordForm(), current="")


@blueprint.post("/dat-mat-khau/<token>")
@open_to(OpenTo.ANYONE)
def use_password_link(token: str) -> str | Response | tuple[str, int]:
    form = SetPasswordForm()
    if form.validate_on_submit():
        same = _same_twice(form)
        with writing() as database:
            try:
                accounts.use_password_link(
                    database,
                    token=token,
                    password=form.new.data,
                    origin=current_actor().origin,
                )
            except LinkSpentError:
                abort(410)
            except InvalidInputError as error:
                show_error(form, error)
            else:
                if same:
                    database.commit()
                    flash(_("Đã đặt mật khẩu. Mời đăng nhập."), "success")
                    return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/set_password.html", form=form, current=""), 422
