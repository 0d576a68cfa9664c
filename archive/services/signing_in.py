"""Signing in and out: the pace of guesses, and sessions that end on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from archive.core.dates import now
from archive.core.errors import ArchiveError
from archive.core.roles import Actor
from archive.models import LoginSession, SignInAttempt, Unit, User
from archive.services.credentials import (
    hash_of_nobody,
    normal_email,
    password_matches,
    token_digest,
)
from archive.services.events import note_event
from archive.settings import Settings


class SignInRefusedError(ArchiveError):
    """Wrong address or password: from outside they are one and the same."""

    code = "sign_in_refused"


class AccountBlockedError(ArchiveError):
    """The password was right, the account is blocked: who knows it may know that too."""

    code = "account_blocked"


class SignInSlowedError(ArchiveError):
    """Too many failures of late; `retry_after_seconds` tells how long to wait."""

    code = "sign_in_slowed"


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
    stored = user.password_hash if user is not None and user.password_hash else hash_of_nobody()
    matches = password_matches(stored, password)
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
            token_sha256=token_digest(token),
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
        .where(LoginSession.token_sha256 == token_digest(token))
        .options(joinedload(LoginSession.user).joinedload(User.unit).undefer(Unit.is_successor))
    )
    if row is None or row.revoked_at is not None or row.expires_at <= now():
        return None
    return None if row.user.is_blocked else row.user


def sign_out(session: Session, token: str) -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_sha256 == token_digest(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )


def end_sessions(session: Session, *, user_id: int) -> None:
    """End every session of the account."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )
