"""What every request has at hand: sessions, the actor, the holdings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from archive.core.roles import ANYONE, Actor
from archive.core.vocabulary import ROLES
from archive.services.accounts import actor_of
from archive.services.holdings import Holdings
from archive.services.notices import count_unread
from archive.services.signing_in import find_session_user

EXTENSION = "archive_holdings"


def holdings() -> Holdings:
    return cast(Holdings, current_app.extensions[EXTENSION])


def base_url() -> str:
    """What an absolute address begins with: as the operator set it, else as this request came."""
    return holdings().settings.base_url or request.host_url.rstrip("/")


def reading() -> Session:
    """The request's session for reading. It is never committed: GET changes nothing."""
    if "reading_session" not in g:
        g.reading_session = holdings().database.reading()
    return cast(Session, g.reading_session)


@contextmanager
def writing() -> Iterator[Session]:
    """A session that holds the write lock; the view commits it. Without a commit it rolls back."""
    # The read snapshot ends first, so that what is read after the write shows the write.
    close_reading()
    with holdings().database.writing() as session:
        yield session


def close_reading(_error: BaseException | None = None) -> None:
    session = g.pop("reading_session", None)
    if session is not None:
        session.close()


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login keeps it: by its session's token, not by its number."""

    def __init__(self, token: str, actor: Actor, *, email: str, unit_name: str) -> None:
        self.token = token
        self.actor = actor
        self.email = email
        self.unit_name = unit_name

    def get_id(self) -> str:
        return self.token


def current_actor() -> Actor:
    """The actor of this request, with the address it came from; `ANYONE`'s rights without a
    session."""
    actor = cast(SignedIn, current_user).actor if current_user.is_authenticated else ANYONE
    return replace(actor, origin=f"web {request.remote_addr or ''}".strip()[:100])


@dataclass(frozen=True)
class Me:
    """What templates know of the reader."""

    is_signed_in: bool
    name: str
    role_label: str
    unit: str
    may_deposit: bool
    may_curate: bool
    may_administer: bool
    unread: int
    """How many of their notices are new."""


def me() -> Me:
    actor = current_actor()
    unit = cast(SignedIn, current_user).unit_name if actor.is_signed_in else ""
    return Me(
        is_signed_in=actor.is_signed_in,
        name=actor.name,
        role_label=ROLES[actor.role.value] if actor.role else "",
        unit=unit,
        may_deposit=actor.may_deposit,
        may_curate=actor.may_curate,
        may_administer=actor.may_administer,
        unread=_count_unread(actor),
    )


def _count_unread(actor: Actor) -> int:
    """A page that says what is wrong with the database must not fail for a number beside it."""
    try:
        return count_unread(reading(), actor=actor)
    except SQLAlchemyError:
        close_reading()
        return 0


def forget_reader() -> None:
    """For the rest of this request nobody is signed in: the database cannot tell who it is."""
    close_reading()
    g.reader_is_unknown = True


def load_signed_in(token: str) -> SignedIn | None:
    if g.get("reader_is_unknown"):
        return None
    user = find_session_user(reading(), token)
    if user is None:
        return None
    unit_name = user.unit.name if user.unit else ""
    return SignedIn(token, actor_of(user), email=user.email, unit_name=unit_name)


def init_context(app: Flask, opened: Holdings) -> None:
    app.extensions[EXTENSION] = opened
    app.teardown_appcontext(close_reading)
    manager = LoginManager(app)
    # The token names a row that the server can end; tying it to an address as well would sign
    # phones out on every change of network.
    manager.session_protection = None
    manager.user_loader(load_signed_in)
