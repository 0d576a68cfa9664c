"""Uploaded files go straight to `uploads/incoming/`, digested on the way; nothing passes /tmp."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, TypeVar, cast

from flask import Request, current_app, request
from werkzeug.datastructures import FileStorage

from archive.core.errors import (
    ArchiveError,
    EmptyFileError,
    StorageError,
    TooLargeError,
)
from archive.services.holdings import Holdings
from archive.storage.incoming import IncomingWriter, ReceivedFile


class UploadStream:
    """What Werkzeug writes a file's part into.

    A fault (too large, disk full) is kept and the rest of the part thrown away, so that the other
    fields of the form are still read and nothing typed is lost.
    """

    def __init__(self, open_writer: Callable[[], IncomingWriter]) -> None:
        self._writer: IncomingWriter | None = None
        self._error: ArchiveError | None = None
        try:
            self._writer = open_writer()
        except StorageError as error:
            self._error = error

    def write(self, data: bytes) -> int:
        if self._writer is not None and self._error is None:
            try:
                self._writer.write(data)
            except (TooLargeError, StorageError) as error:
                self._error = error
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        return b""

    def close(self) -> None:
        """Without `finish` the bytes are thrown away: the request failed or asked for nothing."""
        if self._writer is not None:
            self._writer.close()

    def finish(self) -> ReceivedFile:
        """The received file, or the error that stopped it."""
        if self._error is not None:
            raise self._error
        assert self._writer is not None, "a stream without a writer has its error"
        return self._writer.finish()


class ArchiveRequest(Request):
    """A request whose files land in `incoming` where its view takes files, and nowhere else."""

    takes_files = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not self.takes_files:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        holdings: Holdings = current_app.extensions["archive_holdings"]
        limit_bytes = holdings.settings.max_upload_bytes
        stream: Any = UploadStream(lambda: holdings.incoming.open_writer(limit_bytes))
        return cast(IO[bytes], stream)


View = TypeVar("View", bound=Callable[..., Any])
FORM_BYTES = 1024 * 1024
PIECE_TYPE = "application/offset+octet-stream"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def takes_files(view: View) -> View:
    """Declare that the view takes files: only its requests may be large."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_pieces(view: View) -> View:
    """Declare that the view takes pieces of files, and reads them from the request itself."""
    view.takes_pieces = True  # type: ignore[attr-defined]
    return view


def allow_files() -> None:
    """Before a request's body is read, and after the guard let it through: lift the limit where
    the view takes files."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_pieces", False) and request.mimetype == PIECE_TYPE:
        # Of any other type something else would read the body: a form's parser, into memory.
        pieces: Holdings = current_app.extensions["archive_holdings"]
        request.max_content_length = pieces.settings.max_upload_bytes
    if getattr(view, "takes_files", False):
        holdings: Holdings = current_app.extensions["archive_holdings"]
        request.takes_files = True  # type: ignore[attr-defined]
        request.max_content_length = holdings.settings.max_upload_bytes + FORM_BYTES


def clean_name(name: str) -> str:
    """Line ends and NUL have no place in a name: headers and databases refuse them."""
    return _CONTROL.sub("", name)


@dataclass(frozen=True)
class Upload:
    """A file of the form: received, or the error that says why not."""

    name: str
    received: ReceivedFile | None
    error: ArchiveError | None


def finish_uploads(storages: list[FileStorage]) -> list[Upload]:
    """The form's files in their order; an input left empty is none."""
    uploads = []
    for storage in storages:
        name = clean_name(storage.filename or "")
        stream: Any = storage.stream
        if not name or not isinstance(stream, UploadStream):
            storage.close()
            continue
        try:
            uploads.append(Upload(name=name, received=stream.finish(), error=None))
        except (EmptyFileError, TooLargeError, StorageError) as error:
            uploads.append(Upload(name=name, received=None, error=error))
    return uploads
