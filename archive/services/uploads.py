"""Files that arrive in pieces: who may send how much, how far they are, what becomes of them."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import (
    ArchiveError,
    EmptyFileError,
    LimitReachedError,
    NotFoundError,
    RefusedFileError,
    StorageFullError,
    TooLargeError,
    UploadExpiredError,
    UploadQuotaError,
)
from archive.core.roles import Actor
from archive.models import HeldFile, Upload
from archive.services.held_files import hold_file
from archive.services.holdings import Holdings
from archive.services.intake import NAME_LENGTH, CheckedFile, check_file
from archive.settings import Settings

MOST_WAITING = 200
"""Files of one account that are unfinished or held: a quota of bytes alone lets empty ones pile."""


@dataclass(frozen=True)
class UploadState:
    """How an upload stands. `is_held`: whole, checked, fit to go with a form. `problem_code` with
    `problem_data`: whole and refused. `offset_bytes` of `size_bytes` are safe on the disk."""

    id: str
    name: str
    size_bytes: int
    offset_bytes: int
    modified: str
    expires_at: datetime
    is_held: bool = False
    problem_code: str = ""
    problem_data: dict[str, Any] | None = None

    @property
    def is_whole(self) -> bool:
        return self.offset_bytes == self.size_bytes


def create_upload(
    session: Session,
    holdings: Holdings,
    *,
    name: str,
    size_bytes: int,
    modified: str = "",
    by: Actor,
) -> UploadState:
    """Announce a file; the caller commits.

    Raises EmptyFileError, TooLargeError, UploadQuotaError, and StorageFullError where the disk
    has no room for the whole of it: better now than after an hour of sending.
    """
    assert by.user_id is not None, "only an account sends files"
    settings = holdings.settings
    if size_bytes == 0:
        raise EmptyFileError()
    if size_bytes > settings.max_upload_bytes:
        raise TooLargeError(limit_bytes=settings.max_upload_bytes, size_bytes=size_bytes)
    waiting_bytes, waiting_files = _waiting(session, by.user_id)
    if waiting_bytes + size_bytes > settings.upload_quota_bytes or waiting_files >= MOST_WAITING:
        raise UploadQuotaError(
            limit_bytes=settings.upload_quota_bytes,
            limit_files=MOST_WAITING,
            waiting_bytes=waiting_bytes,
            waiting_files=waiting_files,
        )
    settings.incoming.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.incoming).free < size_bytes:
        raise StorageFullError
    row = Upload(
        id=secrets.token_hex(16),
        user_id=by.user_id,
        name=name[:NAME_LENGTH],
        size_bytes=size_bytes,
        modified=modified[:40],
        changed_at=now(),
    )
    # The bytes' place first: without the row it is swept, a row without it would be a lie.
    holdings.resumable.create(row.id)
    session.add(row)
    return _state(row, 0, row.changed_at, settings)


def find_upload(session: Session, holdings: Holdings, upload_id: str, *, by: Actor) -> UploadState:
    """The actor's own upload, unfinished, held or refused.

    NotFoundError for anybody else's and for one that became part of a deposit; UploadExpiredError
    where it got no byte for longer than `Settings.held_file_lifetime`.
    """
    row = session.get(Upload, upload_id)
    if row is not None and row.user_id == by.user_id:
        state = _upload_state(row, holdings)
    else:
        held = session.get(HeldFile, upload_id)
        if held is None or held.user_id != by.user_id:
            raise NotFoundError(upload=upload_id)
        state = _held_state(held, holdings)
    if state is None:
        raise NotFoundError(upload=upload_id)
    if state.expires_at < now():
        raise UploadExpiredError(upload=upload_id)
    return state


def list_waiting(session: Session, holdings: Holdings, *, by: Actor) -> list[UploadState]:
    """What the actor sent and did not deposit, unfinished and held, the newest last."""
    uploads = session.scalars(
        select(Upload).where(Upload.user_id == by.user_id, Upload.problem_code.is_(None))
    )
    helds = session.scalars(select(HeldFile).where(HeldFile.user_id == by.user_id))
    found = [_upload_state(row, holdings) for row in uploads]
    found += [_held_state(held, holdings) for held in helds]
    states = [state for state in found if state is not None and state.expires_at >= now()]
    return sorted(states, key=lambda state: state.expires_at)


def check_upload(
    holdings: Holdings, state: UploadState, *, declared_free: bool = False
) -> CheckedFile:
    """The whole file, digested, moved to the held ones and looked at in a child process.

    `declared_free`: a curator answers for a mark of secrecy on it (see `intake.check_file`).

    RefusedFileError or LimitReachedError says why it is not taken in. May be repeated: after a
    kill, or by a second request. Nothing of it needs the database, which is free meanwhile.
    """
    try:
        received = holdings.resumable.finish(state.id)
    except NotFoundError:
        received = holdings.incoming.find(state.id)
    return check_file(
        received,
        state.name,
        limits=holdings.limits,
        guard_contact=holdings.settings.guard_contact,
        declared_free=declared_free,
    )


def hold_upload(session: Session, checked: CheckedFile, *, by: Actor) -> None:
    """The checked file waits for a form, as if it had come with one; the caller commits.

    NotFoundError where the upload was ended meanwhile.
    """
    upload_id = checked.received.name
    if session.get(HeldFile, upload_id) is not None:
        return
    row = session.get(Upload, upload_id)
    if row is None or row.user_id != by.user_id:
        raise NotFoundError(upload=upload_id)
    session.delete(row)
    hold_file(session, received=checked.received, name=checked.name, by=by)


def refuse_upload(
    session: Session, upload_id: str, error: RefusedFileError | LimitReachedError
) -> None:
    """Remember why the file was refused, for a sender whose connection was cut; the caller
    commits, then discards the bytes."""
    row = session.get(Upload, upload_id)
    if row is not None:
        row.problem_code, row.problem_data = error.code, error.data
        row.changed_at = now()


def end_upload(session: Session, upload_id: str, *, by: Actor) -> None:
    """Forget the actor's own upload; the caller commits, then discards the bytes."""
    row = session.get(Upload, upload_id) or session.get(HeldFile, upload_id)
    if row is None or row.user_id != by.user_id:
        raise NotFoundError(upload=upload_id)
    session.delete(row)


def discard_bytes(holdings: Holdings, upload_id: str) -> None:
    """Leave nothing of an ended or refused upload on the disk."""
    holdings.resumable.discard(upload_id)
    (holdings.incoming.folder / upload_id).unlink(missing_ok=True)


def sweep_uploads(session: Session, holdings: Holdings) -> int:
    """Forget unfinished and refused uploads that are out of date, and bytes that nobody owns;
    returns their number."""
    ended, lifetime = 0, holdings.settings.held_file_lifetime
    for row in session.scalars(select(Upload)):
        state = _upload_state(row, holdings)
        # Bytes that are gone before their row's time: a restored backup has none.
        expires_at = state.expires_at if state else row.changed_at + lifetime
        if expires_at < now():
            session.delete(row)
            ended += 1
    return ended + holdings.resumable.sweep(lifetime)


def problem_of(state: UploadState) -> ArchiveError:
    """The refusal as an error again, for the face to word."""
    error = (LimitReachedError if state.problem_code == LimitReachedError.code else ArchiveError)(
        **(state.problem_data or {})
    )
    error.code = state.problem_code
    return error


def _waiting(session: Session, user_id: int) -> tuple[int, int]:
    """Bytes and number of what the account has announced or holds. What is announced counts in
    full: its room is promised."""
    total_bytes, total = 0, 0
    for model, condition in (
        (Upload, Upload.problem_code.is_(None)),
        (HeldFile, HeldFile.user_id == user_id),
    ):
        size_bytes, number = session.execute(
            select(func.coalesce(func.sum(model.size_bytes), 0), func.count()).where(
                model.user_id == user_id, condition
            )
        ).one()
        total_bytes, total = total_bytes + int(size_bytes), total + int(number)
    return total_bytes, total


def _state(row: Upload, offset_bytes: int, touched_at: datetime, settings: Settings) -> UploadState:
    return UploadState(
        id=row.id,
        name=row.name,
        size_bytes=row.size_bytes,
        offset_bytes=offset_bytes,
        modified=row.modified,
        expires_at=touched_at + settings.held_file_lifetime,
        problem_code=row.problem_code or "",
        problem_data=row.problem_data,
    )


def _upload_state(row: Upload, holdings: Holdings) -> UploadState | None:
    """None where its bytes are gone."""
    if row.problem_code:
        return _state(row, row.size_bytes, row.changed_at, holdings.settings)
    try:
        part = holdings.resumable.find(row.id)
    except NotFoundError:
        path = holdings.incoming.folder / row.id
        if not path.is_file():
            return None
        # Whole, and cut off before it was checked.
        touched_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return _state(row, row.size_bytes, touched_at, holdings.settings)
    return _state(row, part.offset_bytes, part.touched_at, holdings.settings)


def _held_state(held: HeldFile, holdings: Holdings) -> UploadState | None:
    if not (holdings.incoming.folder / held.id).is_file():
        return None
    return UploadState(
        id=held.id,
        name=held.name,
        size_bytes=held.size_bytes,
        offset_bytes=held.size_bytes,
        modified="",
        expires_at=held.received_at + holdings.settings.held_file_lifetime,
        is_held=True,
    )
