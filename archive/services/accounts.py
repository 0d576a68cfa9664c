"""Accounts: signing in and out, passwords, one-time links, and what an admin does to users."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, object_session

from archive.core.dates import now
from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.roles import Actor, Role
from archive.models import (
    Event,
    HeldFile,
    LoginSession,
    PasswordLink,
    Publication,
    SignInAttempt,
    Unit,
    Upload,
    User,
)
from archive.services.events import note_event
from archive.services.records import one_line
from archive.services.succession import predecessors_of
from archive.settings import Settings

MINIMUM_PASSWORD_LENGTH = 10
# Longer ones add no safety, only work for the hasher.
MAXIMUM_PASSWORD_LENGTH = 1000
NAME_LENGTH = 200
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_HASHER = PasswordHasher()


class SignInRefusedError(ArchiveError):
    """Wrong address or password: from outside they are one and the same."""

    code = "sign_in_refused"


class AccountBlockedError(ArchiveError):
    """The password was right, the account is blocked: who knows it may know that too."""

    code = "account_blocked"


class SignInSlowedError(ArchiveError):
    """Too many failures of late; `retry_after_seconds` tells how long to wait."""

    code = "sign_in_slowed"


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


def normal_email(email: str) -> str:
    return one_line(email).lower()


@dataclass(frozen=True)
class Attempt:
    """A sign-in whose password was looked at. `user_id` None: wrong or unknown.
    `verified` is the hash that the password matched."""

    email: str
    address: str
    user_id: int | None
    verified: str


def try_password(
    session: Session, *, email: str, password: str, address: str, settings: Settings
) -> Attempt:
    """Look at the password, which takes its time on purpose: in a reading session, so that nobody
    waits for it. Raises SignInSlowedError where account or address failed too often of late."""
    email = normal_email(email)[:254]
    _check_pace(session, email=email, address=address, settings=settings)
    user = session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user is not None and user.password_hash else _of_nobody()
    matches = _matches(stored, password)
    user_id = user.id if user is not None and matches else None
    return Attempt(email=email, address=address, user_id=user_id, verified=stored)


def sign_in(session: Session, attempt: Attempt, *, settings: Settings) -> tuple[User, str]:
    """The user and the token of a new session; the caller commits in each case, since a failure
    counts.

    Raises SignInRefusedError, AccountBlockedError, or SignInSlowedError where others failed
    meanwhile: guesses sent side by side are counted one after the other here.
    """
    _check_pace(session, email=attempt.email, address=attempt.address, settings=settings)
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    if user is None or user.password_hash != attempt.verified:
        session.add(SignInAttempt(email=attempt.email, address=attempt.address, at=now()))
        _note_lockout(session, attempt, settings=settings)
        raise SignInRefusedError()
    if user.is_blocked:
        raise AccountBlockedError()
    session.execute(delete(SignInAttempt).where(SignInAttempt.email == attempt.email))
    return user, open_session(session, user=user, lifetime=settings.session_lifetime)


def _note_lockout(session: Session, attempt: Attempt, *, settings: Settings) -> None:
    """Write it down where this failure is the one that shuts the account or the address out."""
    session.flush()
    since = now() - settings.sign_in_window
    for column, value, limit, what in (
        (SignInAttempt.email, attempt.email, settings.sign_in_failures_per_account, "user"),
        (SignInAttempt.address, attempt.address, settings.sign_in_failures_per_address, "address"),
    ):
        count = session.scalar(
            select(func.count()).where(column == value, SignInAttempt.at >= since)
        )
        if count == limit:
            by = Actor(origin=f"web {attempt.address}"[:100])
            data = {"user": "", "address": "", what: value, "count": count}
            note_event(session, f"sign_in_slowed_{what}", by=by, data=data)


def _check_pace(session: Session, *, email: str, address: str, settings: Settings) -> None:
    since = now() - settings.sign_in_window
    for column, value, limit in (
        (SignInAttempt.email, email, settings.sign_in_failures_per_account),
        (SignInAttempt.address, address, settings.sign_in_failures_per_address),
    ):
        count, oldest = session.execute(
            select(func.count(), func.min(SignInAttempt.at)).where(
                column == value, SignInAttempt.at >= since
            )
        ).one()
        if count >= limit:
            wait = (oldest + settings.sign_in_window - now()).total_seconds()
            raise SignInSlowedError(retry_after_seconds=max(1, int(wait) + 1))


def forget_attempts(session: Session, *, settings: Settings) -> None:
    """Drop the failures that no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now() - settings.sign_in_window))


def open_session(session: Session, *, user: User, lifetime: timedelta) -> str:
    """A new session of `user`; the returned token is known to the browser only."""
    token = secrets.token_urlsafe(32)
    moment = now()
    session.execute(delete(LoginSession).where(LoginSession.expires_at < moment))
    session.add(
        LoginSession(
            token_sha256=_sha256(token),
            user_id=user.id,
            created_at=moment,
            expires_at=moment + lifetime,
        )
    )
    return token


def find_session_user(session: Session, token: str) -> User | None:
    """The user whose live session has this token; None where it ended or never was."""
    # Every request asks this: in one statement.
    row = session.scalar(
        select(LoginSession)
        .where(LoginSession.token_sha256 == _sha256(token))
        .options(joinedload(LoginSession.user).joinedload(User.unit).undefer(Unit.is_successor))
    )
    if row is None or row.revoked_at is not None or row.expires_at <= now():
        return None
    return None if row.user.is_blocked else row.user


def sign_out(session: Session, token: str) -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_sha256 == _sha256(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )


def change_password(
    session: Session, *, user_id: int, current: str, new: str, by: Actor, settings: Settings
) -> str:
    """Set a new password; every session of the user ends. Returns the token of a fresh one."""
    user = session.get_one(User, user_id)
    if user.password_hash is None or not _matches(user.password_hash, current):
        raise InvalidInputError(field="current", problem="password_wrong")
    set_password(session, user=user, password=new)
    note_event(session, "password_changed", by=by, data={"user": user.email})
    return open_session(session, user=user, lifetime=settings.session_lifetime)


def set_password(session: Session, *, user: User, password: str) -> None:
    """Give `user` this password and end all their sessions and open links."""
    password = _typed(password)
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInputError(
            field="new", problem="password_short", least=MINIMUM_PASSWORD_LENGTH
        )
    if len(password) > MAXIMUM_PASSWORD_LENGTH:
        raise InvalidInputError(field="new", problem="too_long", most=MAXIMUM_PASSWORD_LENGTH)
    user.password_hash = _HASHER.hash(password)
    end_sessions(session, user_id=user.id)
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None))
        .values(used_at=now())
    )


def end_sessions(session: Session, *, user_id: int) -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now())
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
        token_sha256=_sha256(token),
        user_id=user.id,
        created_at=moment,
        expires_at=moment + settings.password_link_lifetime,
    )
    session.add(link)
    note_event(session, "password_link_made", by=by, data={"user": user.email})
    return token, link


def find_password_link(session: Session, token: str) -> PasswordLink:
    """The open link with this token, or LinkSpentError."""
    link = session.scalar(select(PasswordLink).where(PasswordLink.token_sha256 == _sha256(token)))
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


def _typed(password: str) -> str:
    """The password in one spelling: keyboards differ in how they compose Vietnamese letters."""
    return unicodedata.normalize("NFC", password)


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, _typed(password)[: MAXIMUM_PASSWORD_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False


def _of_nobody() -> str:
    """A hash that no password has, verified when the address is unknown, so that the answer takes
    as long as for a known one. Made of chance: to hash a word for it would cost every process of
    the archive a quarter of a second at its start."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
