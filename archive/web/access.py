"""Who may open a route. Every view says so itself; a route that says nothing stops the start."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from archive.core.roles import Actor
from archive.web.context import current_actor
from archive.web.languages import here, in_language, language


class OpenTo(Enum):
    """The audiences a route can be open to, each including those after it."""

    ANYONE = "anyone"
    ACCOUNTS = "accounts"
    DEPOSITORS = "depositors"
    CURATORS = "curators"
    ADMINS = "admins"

    def admits(self, actor: Actor) -> bool:
        match self:
            case OpenTo.ANYONE:
                return True
            case OpenTo.ACCOUNTS:
                return actor.is_signed_in
            case OpenTo.DEPOSITORS:
                return actor.may_deposit
            case OpenTo.CURATORS:
                return actor.may_curate
            case OpenTo.ADMINS:
                return actor.may_administer


View = TypeVar("View", bound=Callable[..., Any])


def open_to(audience: OpenTo) -> Callable[[View], View]:
    """Declare who may open the view. Innermost decorator: it marks the function itself."""

    def mark(view: View) -> View:
        view.open_to = audience  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(app: Flask, endpoint: str) -> OpenTo | None:
    """What the endpoint's view declares; None where it declares nothing."""
    audience: OpenTo | None = getattr(app.view_functions[endpoint], "open_to", None)
    return audience


def guard() -> Response | None:
    """Before each request: let through, send to the sign-in page, or refuse.

    Runs before the body is read, so that nobody uploads into a refusal.
    """
    if request.endpoint is None:
        return None
    from flask import current_app

    audience = audience_of(current_app, request.endpoint)
    assert audience is not None, f"{request.endpoint} declares no audience"
    if audience is OpenTo.ANYONE:
        return None
    actor = current_actor()
    if audience.admits(actor):
        return None
    asked_by_program = request.path.startswith("/api/") or "Tus-Resumable" in request.headers
    if actor.is_signed_in or asked_by_program:
        abort(403 if actor.is_signed_in else 401)
    asked = f"{request.script_root}{request.full_path}".rstrip("?")
    target = asked if request.method == "GET" else url_for("home.index")
    return redirect(url_for("accounts.sign_in", next=target))


def check_declarations(app: Flask) -> None:
    """Stop the start where a route declares no audience."""
    silent = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if audience_of(app, rule.endpoint) is None
    )
    if silent:
        raise RuntimeError(f"routes without a declared audience: {silent}")


def sign_in_address() -> str:
    """The sign-in page, which leads back to the page that is being answered where that is one to
    come back to: not to what a form was sent to, nor to a one-time link."""
    asked = ""
    if request.endpoint in ("accounts.sign_in", "accounts.start_session"):
        # Not from the body: it may be too large to be read.
        asked = request.args.get("next", "")
    elif request.method in ("GET", "HEAD") and request.blueprint != "accounts":
        asked = in_language(language())
    # By `here`: a request under a foreign host is told its error, too, and has no routes.
    if not _is_own_path(asked) or asked == here("/"):
        return here("/dang-nhap")
    return f"{here('/dang-nhap')}?next={quote(asked, safe='/?')}"


def safe_target(target: str | None) -> str:
    """`target` if it is a path of this site, else the home page: `//evil` and `\\evil` are not."""
    return target if target and _is_own_path(target) else url_for("home.index")


def _is_own_path(target: str) -> bool:
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if any(ord(character) < 32 for character in target) or "\\" in target:
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
