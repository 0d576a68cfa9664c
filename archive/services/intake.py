"""Looking at a file before it is taken in: what it is and whether it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from archive.extract.checking import check
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.sniff import identify
from archive.storage.incoming import ReceivedFile

NAME_LENGTH = 1000


@dataclass(frozen=True)
class CheckedFile:
    """A received file that may be deposited; `name` is what its sender calls it."""

    received: ReceivedFile
    name: str
    kind: FileKind
    pages: int


def check_file(received: ReceivedFile, name: str, *, limits: Limits | None = None) -> CheckedFile:
    """The file with its kind, or a RefusedFileError or LimitReachedError that says why not.

    The bytes are opened only in a child process with limits of its own.
    """
    limits = limits or Limits()
    kind = identify(received.path, name)
    summary = check(received.path, kind, limits=limits)
    return CheckedFile(received=received, name=name[:NAME_LENGTH], kind=kind, pages=summary.pages)
