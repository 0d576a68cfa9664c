"""Resumable upload by tus 1.0: https://tus.io/protocols/resumable-upload

Core, creation, creation-with-upload, termination, checksum, expiration. The rules are in
`services.uploads`, the bytes in `storage.resumable`; here are the headers and the socket.
"""

from __future__ import annotations

import base64
import binascii
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import format_datetime

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.exceptions import ClientDisconnected

from archive.core.errors import (
    ArchiveError,
    EmptyFileError,
    LimitReachedError,
    NotFoundError,
    RefusedFileError,
    StorageBusyError,
    StorageFullError,
    TooLargeError,
    UploadConflictError,
    UploadCorruptError,
    UploadExpiredError,
    UploadQuotaError,
)
from archive.core.wording import refusal_sentence
from archive.services import uploads
from archive.services.uploads import UploadState
from archive.storage.resumable import ALGORITHMS, Checksum
from archive.web.access import OpenTo, open_to
from archive.web.context import close_reading, current_actor, holdings, reading, writing
from archive.web.uploads import PIECE_TYPE, clean_name, takes_pieces

blueprint = Blueprint("tus", __name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"

PIECE_BYTES = 64 * 1024
SILENCE_SECONDS = 20.0
"""A sender that is silent for so long is gone: a phone that changed its network says no goodbye,
and would keep its upload locked and a thread busy until the system gives the connection up."""

AT_ONCE = 3
"""Pieces that one web process takes in at the same time. It has four threads, and whoever reads
must not wait for those who send over a slow line."""

_STATUS: dict[type[ArchiveError], int] = {
    EmptyFileError: 400,
    NotFoundError: 404,
    UploadConflictError: 409,
    UploadExpiredError: 410,
    TooLargeError: 413,
    UploadQuotaError: 413,
    RefusedFileError: 422,
    LimitReachedError: 422,
    StorageBusyError: 423,
    UploadCorruptError: 460,
    StorageFullError: 507,
}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_room = threading.BoundedSemaphore(AT_ONCE)


@blueprint.route("/nop/tai-len", methods=["OPTIONS"])
@open_to(OpenTo.DEPOSITORS)
def describe() -> Response:
    """What this server can do."""
    answer = Response(status=204)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Max-Size"] = str(holdings().settings.max_upload_bytes)
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return answer


@blueprint.post("/nop/tai-len", provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
@takes_pieces
def create() -> Response:
    """Announce a file by size and name; its first piece may come along."""
    _check_version()
    size_bytes = _number("Upload-Length")
    metadata = read_metadata(request.headers.get("Upload-Metadata", ""))
    name = clean_name(metadata.get("filename", ""))
    if not name:
        abort(400)
    checksum = _checksum()
    has_piece = request.mimetype == PIECE_TYPE
    with writing() as database:
        state = uploads.create_upload(
            database,
            holdings(),
            name=name,
            size_bytes=size_bytes,
            modified=clean_name(metadata.get("lastModified", "")),
            by=current_actor(),
        )
        database.commit()
    if has_piece:
        state = _take_piece(state, 0, checksum)
    answer = _answer(201, state)
    answer.headers["Location"] = url_for("tus.append", upload_id=state.id, _external=True)
    return answer


@blueprint.route("/nop/tai-len/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
def look(upload_id: str) -> Response:
    """How far the upload has come. What is refused has come whole; its outcome says so."""
    _check_version()
    state = uploads.find_upload(reading(), holdings(), upload_id, by=current_actor())
    answer = _answer(200, state)
    answer.headers["Upload-Length"] = str(state.size_bytes)
    metadata = {"filename": state.name, "lastModified": state.modified}
    answer.headers["Upload-Metadata"] = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}"
        for key, value in metadata.items()
        if value
    )
    return answer


@blueprint.patch("/nop/tai-len/<upload_id>", provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
@takes_pieces
def append(upload_id: str) -> Response:
    """Take a piece in. The last one is answered when the whole file has been checked."""
    _check_version()
    if request.mimetype != PIECE_TYPE:
        abort(415)
    offset_bytes, checksum = _number("Upload-Offset"), _checksum()
    state = uploads.find_upload(reading(), holdings(), upload_id, by=current_actor())
    return _answer(204, _take_piece(state, offset_bytes, checksum))


@blueprint.delete("/nop/tai-len/<upload_id>", provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
def end(upload_id: str) -> Response:
    """Forget the upload, finished or not."""
    _check_version()
    with writing() as database:
        uploads.end_upload(database, upload_id, by=current_actor())
        database.commit()
    uploads.discard_bytes(holdings(), upload_id)
    return Response(status=204)


@blueprint.post("/nop/tai-len/<upload_id>", provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
@takes_pieces
def override(upload_id: str) -> Response:
    """Networks that let GET and POST through alone: the method is named in a header."""
    method = request.headers.get("X-HTTP-Method-Override")
    if method not in ("PATCH", "DELETE"):
        abort(405)
    return append(upload_id) if method == "PATCH" else end(upload_id)


@blueprint.post("/nop/tai-len/<upload_id>/kiem-tra", provide_automatic_options=False)
@open_to(OpenTo.DEPOSITORS)
def outcome(upload_id: str) -> Response:
    """204 where the whole file is held for the form, 422 with the sentence that says why not.

    Asked after the last piece, whose answer may have been lost; a check that was cut off is done
    now.
    """
    state = uploads.find_upload(reading(), holdings(), upload_id, by=current_actor())
    if not state.is_whole:
        raise UploadConflictError(offset_bytes=state.offset_bytes)
    if not state.is_held and not state.problem_code:
        state = _check(state)
    if state.problem_code:
        return _say(422, refusal_sentence(uploads.problem_of(state)))
    return Response(status=204)


@blueprint.after_request
def set_protocol_headers(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == 412:
        answer.headers["Tus-Version"] = VERSION
    return answer


@blueprint.errorhandler(ArchiveError)
def refuse(error: ArchiveError) -> Response:
    """A status that a tus client knows, and the sentence for the person who waits for it."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    return _say(status, refusal_sentence(error))


def _say(status: int, sentence: str) -> Response:
    return Response(sentence, status=status, content_type="text/plain; charset=utf-8")


def _answer(status: int, state: UploadState) -> Response:
    answer = Response(status=status)
    answer.headers["Upload-Offset"] = str(state.offset_bytes)
    answer.headers["Upload-Expires"] = format_datetime(state.expires_at, usegmt=True)
    return answer


def _take_piece(state: UploadState, offset_bytes: int, checksum: Checksum | None) -> UploadState:
    """Receive the request's body; the state it leads to, checked where it was the last piece."""
    # Neither a transaction nor a thread of its own is kept by somebody who sends for minutes.
    close_reading()
    if state.is_held or state.problem_code:
        if offset_bytes != state.offset_bytes or request.content_length:
            raise UploadConflictError(offset_bytes=state.offset_bytes)
        return state
    if offset_bytes + (request.content_length or 0) > state.size_bytes:
        raise TooLargeError(limit_bytes=state.size_bytes)
    if not _room.acquire(blocking=False):
        abort(Response(status=503, headers={"Retry-After": "2"}))
    try:
        with (
            _impatience(),
            holdings().resumable.append(
                state.id, offset_bytes=offset_bytes, checksum=checksum
            ) as arriving,
        ):
            while data := request.stream.read(PIECE_BYTES):
                arriving.write(data, limit_bytes=state.size_bytes)
    except StorageBusyError:
        raise UploadConflictError(offset_bytes=state.offset_bytes) from None
    finally:
        _room.release()
    state = uploads.find_upload(reading(), holdings(), state.id, by=current_actor())
    if state.is_whole and not state.is_held and not state.problem_code:
        state = _check(state)
    return state


def _check(state: UploadState) -> UploadState:
    """Look at the whole file; it is held from now on, or refused and gone."""
    close_reading()
    actor = current_actor()
    try:
        # A curator may answer for a file, as on the form itself; a depositor's word opens no door.
        declares = actor.may_curate and request.headers.get("X-Declared-Free") == "1"
        checked = uploads.check_upload(holdings(), state, declared_free=declares)
    except (RefusedFileError, LimitReachedError) as error:
        with writing() as database:
            uploads.refuse_upload(database, state.id, error)
            database.commit()
        uploads.discard_bytes(holdings(), state.id)
    else:
        with writing() as database:
            uploads.hold_upload(database, checked, by=actor)
            database.commit()
    return uploads.find_upload(reading(), holdings(), state.id, by=actor)


@contextmanager
def _impatience() -> Iterator[None]:
    """Within the block a sender that falls silent is cut off, and its connection ended."""
    # gunicorn's; elsewhere the server has read the body before it asks us.
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    patience = connection.gettimeout()
    connection.settimeout(SILENCE_SECONDS)
    try:
        yield
    except ClientDisconnected:
        # Without this the server would wait for the rest of the piece.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)
        raise
    finally:
        connection.settimeout(patience)


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        abort(Response(status=412))


def _number(header: str) -> int:
    """The header's number; without one, or with another thing, the request makes no sense."""
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        abort(400)
    return int(value)


def _checksum() -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    checksum = Checksum.parse(header)
    if checksum is None:
        abort(400)
    return checksum


def read_metadata(header: str) -> dict[str, str]:
    """`filename d29ybGQ=,flag` → its values as text; what is not well formed is a 400."""
    found: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            abort(400)
    return found
