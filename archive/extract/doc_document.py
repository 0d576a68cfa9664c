"""DOC, the Word format of before 2007: its text, told by the program catdoc.

catdoc is a C program that reads a file nobody vouches for, so it runs under the same limits as the
child itself: no network, no privileges, bounded memory and time, no file to write. Because the
child may start no process once it is limited, one that waits is made before: it learns the path
over a pipe, limits itself, and becomes catdoc.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from archive.core.errors import DamagedFileError, EncryptedFileError, LimitReachedError
from archive.extract import sandbox
from archive.extract.doc_program import catdoc_program
from archive.extract.limits import Limits
from archive.extract.plain_document import RunningText

_TABLES = Path(__file__).with_name("catdoc")
# Lines as the author ended them; bytes are those of Western Windows, which is what the legacy fonts
# took the places of.
_OPTIONS = ("-w", "-s", "cp1252", "-d", "utf-8")
_READ_BYTES = 1 << 16
_REQUEST_BYTES = 1 << 16
_NOT_STARTED = 127
# How catdoc ends at a file with a password, after saying so on standard error.
_ENCRYPTED = 69

# What a header or footer holds where Word prints the number of the page.
_PAGE_FIELD = re.compile(r"^[ \t]*(?:(?:NUM)?PAGES?\b(?:[ \t]*\\\*[ \t]*\w+)?[ \t\d]*)+$", re.M)


def ready_opener() -> Callable[[Path, str, Limits], RunningText]:
    """The function that opens a DOC. Call it before the process is limited: it starts the one that
    will become catdoc."""
    reader = _Reader()

    def open_document(path: Path, _kind: str, limits: Limits) -> RunningText:
        """The text of the DOC with its pages.

        Raises DamagedFileError, EncryptedFileError, LimitReachedError.
        """
        return RunningText(_PAGE_FIELD.sub("", reader.read(path, limits=limits)), limits=limits)

    return open_document


class _Reader:
    """The process that waits to become catdoc, and the pipes to it."""

    def __init__(self) -> None:
        request_from, request_to = os.pipe()
        answer_from, answer_to = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(request_to)
            os.close(answer_from)
            _become_catdoc(request_from, answer_to)
        os.close(request_from)
        os.close(answer_to)
        self._request: IO[bytes] = os.fdopen(request_to, "wb")
        self._answer: IO[bytes] = os.fdopen(answer_from, "rb", buffering=0)

    def read(self, path: Path, *, limits: Limits) -> str:
        with self._request as request:
            request.write(json.dumps(_request(path, limits=limits)).encode())
        text = bytearray()
        with self._answer as answer:
            while chunk := answer.read(_READ_BYTES):
                text += chunk
                if len(text) > limits.file_text_bytes:
                    raise LimitReachedError(limit="output_bytes", value=limits.file_text_bytes)
        _, status = os.waitpid(self._process, 0)
        _check_end(os.waitstatus_to_exitcode(status), limits=limits)
        return text.decode("utf-8", "replace")


def _request(path: Path, *, limits: Limits) -> dict[str, Any]:
    cpu_seconds = math.ceil(limits.cpu_seconds)
    return {
        "path": str(path),
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": cpu_seconds,
        "cpu_seconds_at_most": cpu_seconds + 1,
    }


def _become_catdoc(request_from: int, answer_to: int) -> None:
    """In the waiting process: never returns."""
    try:
        parent = os.getppid()
        with os.fdopen(request_from, "rb") as stream:
            told = stream.read(_REQUEST_BYTES)
        program = catdoc_program()
        if told and program is not None:
            request = json.loads(told)
            path = request.pop("path")
            sandbox.enter(parent=parent, **request)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor, source in ((0, nowhere), (1, answer_to), (2, nowhere)):
                os.dup2(source, descriptor)
            # The path is absolute: nothing in it is taken for an option.
            arguments = [program, *_OPTIONS, path]
            os.execve(program, arguments, {"HOME": str(_TABLES)})  # noqa: S606
    finally:
        os._exit(_NOT_STARTED)


def _check_end(code: int, *, limits: Limits) -> None:
    if code == 0:
        return
    if code == _ENCRYPTED:
        raise EncryptedFileError()
    if code == -signal.SIGXCPU:
        raise LimitReachedError(limit="cpu_seconds", value=math.ceil(limits.cpu_seconds))
    raise DamagedFileError(detail=f"catdoc ended with {code}")
