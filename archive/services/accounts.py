"""Accounts: what an admin does to users, their passwords, and one-time links."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session

from archive.core.dates import now
from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.roles import Actor, Role
from archive.models import (
    Event,
    HeldFile,
    LoginSession,
    PasswordLink,
    Publication,
    Unit,
    Upload,
    User,
)
from archive.services.credentials import (
    MAXIMUM_PASSWORD_LENGTH,
    MINIMUM_PASSWORD_LENGTH,
    hash_password,
    normal_email,
    password_matches,
    token_digest,
    typed_password,
)
from archive.services.events import note_event
from archive.services.records import one_line
from archive.services.signing_in import end_sessions, open_session
from archive.services.succession import predecessors_of
from archive.settings import Settings

NAME_LENGTH = 200
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


class LinkSpentError(ArchiveError):
    """The one-time link is unknown, used, or past its time."""

    code = "link_spent"


def actor_of(user: User) -> Actor:
    """What the rules need to know of `user`. A blocked unit's depositor only reads for the time;
    an officer answers for the units that became theirs."""
    role = user.role
    if user.unit is not None and user.unit.is_blocked and role is Role.DEPOSITOR:
        role = Role.READER
    return Actor(
        user_id=user.id,
        role=role,
        unit_id=user.unit_id,
        unit_code=user.unit.code if user.unit else None,
        name=user.name or user.email,
        predecessors=_predecessors(user),
    )


def _predecessors(user: User) -> tuple[tuple[int, str], ...]:
    session = object_session(user)
    if user.unit is None or session is None or not user.unit.is_successor:
        return ()
    return predecessors_of(session, user.unit.id)


def change_password(
    session: Session, *, user_id: int, current: str, new: str, by: Actor, settings: Settings
) -> str:
    """Set a new password; every session of the user ends. Returns the token of a fresh one."""
    user = session.get_one(User, user_id)
    if user.password_hash is None or not password_matches(user.password_hash, current):
        raise InvalidInputError(field="current", problem="password_wrong")
    set_password(session, user=user, password=new)
    note_event(session, "password_changed", by=by, data={"user": user.email})
    return open_session(session, user=user, lifetime=settings.session_lifetime)


def set_password(session: Session, *, user: User, password: str) -> None:
    """Give `user` this password and end all their sessions and open links."""
    password = typed_password(password)
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInputError(
            field="new", problem="password_short", least=MINIMUM_PASSWORD_LENGTH
        )
    if len(password) > MAXIMUM_PASSWORD_LENGTH:
        raise InvalidInputError(field="new", problem="too_long", most=MAXIMUM_PASSWORD_LENGTH)
    user.password_hash = hash_password(password)
    end_sessions(session, user_id=user.id)
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None))
        .values(used_at=now())
    )


def create_user(
    session: Session,
    *,
    email: str,
    role: Role,
    by: Actor,
    name: str = "",
    unit: Unit | None = None,
    password: str | None = None,
) -> User:
    """A new account. Without a password it can sign in only after its one-time link was used.

    Raises InvalidInputError for `email` (`email_invalid`, `email_taken`), `name` (`too_long`),
    `unit` (`unit_needed` for a depositor) or `new` (`password_short`, `too_long`).
    """
    email = normal_email(email)
    if not _EMAIL.fullmatch(email):
        raise InvalidInputError(field="email", problem="email_invalid", value=email)
    if role is Role.DEPOSITOR and unit is None:
        raise InvalidInputError(field="unit", problem="unit_needed")
    user = User(
        email=email,
        name=_name(name),
        role=role,
        unit_id=unit.id if unit else None,
        created_at=now(),
        is_blocked=False,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise InvalidInputError(field="email", problem="email_taken", value=email) from None
    if password is not None:
        set_password(session, user=user, password=password)
    note_event(session, "user_created", by=by, data={"user": email, "role": role.value})
    return user


def update_user(
    session: Session, *, user_id: int, name: str, role: Role, unit: Unit | None, by: Actor
) -> User:
    """Rename, give another role, move to another unit. Sessions go on with the new rights."""
    user = session.get_one(User, user_id)
    if role is Role.DEPOSITOR and unit is None:
        raise InvalidInputError(field="unit", problem="unit_needed")
    if user.id == by.user_id and role is not Role.ADMIN:
        # An admin who demotes their own account might leave the archive without any.
        raise InvalidInputError(field="role", problem="own_role")
    before = {"role": user.role.value, "unit": user.unit.code if user.unit else None}
    user.name, user.role, user.unit_id = _name(name), role, unit.id if unit else None
    after = {"role": role.value, "unit": unit.code if unit else None}
    note_event(
        session,
        "user_changed",
        by=by,
        data={"user": user.email, "before": before, "after": after},
    )
    return user


def block_user(session: Session, *, user_id: int, by: Actor) -> User:
    """Shut the account out at once: its sessions and open links end."""
    user = session.get_one(User, user_id)
    if user.id == by.user_id:
        raise InvalidInputError(field="user", problem="own_account")
    user.is_blocked = True
    end_sessions(session, user_id=user.id)
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None))
        .values(used_at=now())
    )
    note_event(session, "user_blocked", by=by, data={"user": user.email})
    return user


def unblock_user(session: Session, *, user_id: int, by: Actor) -> User:
    user = session.get_one(User, user_id)
    user.is_blocked = False
    note_event(session, "user_unblocked", by=by, data={"user": user.email})
    return user


def delete_user(session: Session, *, user_id: int) -> None:
    """Remove an account for good. What it did stays under its name; its deposits stay too."""
    for model in (LoginSession, PasswordLink, HeldFile, Upload):
        session.execute(delete(model).where(model.user_id == user_id))
    session.execute(update(Event).where(Event.actor_id == user_id).values(actor_id=None))
    for column in (Publication.depositor_id, Publication.reviewer_id):
        session.execute(update(Publication).where(column == user_id).values({column: None}))
    session.execute(delete(User).where(User.id == user_id))


def make_password_link(
    session: Session, *, user_id: int, by: Actor, settings: Settings
) -> tuple[str, PasswordLink]:
    """A fresh one-time token and its row; links made earlier for the same user stop working."""
    user = session.get_one(User, user_id)
    moment = now()
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None))
        .values(used_at=moment)
    )
    token = secrets.token_urlsafe(24)
    link = PasswordLink(
        token_sha256=token_digest(token),
        user_id=user.id,
        created_at=moment,
        expires_at=moment + settings.password_link_lifetime,
    )
    session.add(link)
    note_event(session, "password_link_made", by=by, data={"user": user.email})
    return token, link


def find_password_link(session: Session, token: str) -> PasswordLink:
    """The open link with this token, or LinkSpentError."""
    link = session.scalar(
        select(PasswordLink).where(PasswordLink.token_sha256 == token_digest(token))
    )
    if link is None or link.used_at is not None or link.expires_at <= now():
        raise LinkSpentError()
    if link.user.is_blocked:
        raise LinkSpentError()
    return link


def use_password_link(session: Session, *, token: str, password: str, origin: str = "") -> User:
    """Set the password of the link's user; the link is spent with it. `origin` as an actor's."""
    link = find_password_link(session, token)
    user = link.user
    set_password(session, user=user, password=password)
    note_event(
        session,
        "password_set",
        by=replace(actor_of(user), origin=origin),
        data={"user": user.email},
    )
    return user


def _name(name: str) -> str:
    name = one_line(name)
    if len(name) > NAME_LENGTH:
        raise InvalidInputError(field="name", problem="too_long", most=NAME_LENGTH)
    return name
