"""Looking at a file before it is taken in: what it is and whether it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from archive.core.errors import SecretMarkingError
from archive.core.wording import GUARD_CONTACT
from archive.extract.checking import check
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.results import PageMarking
from archive.extract.sniff import identify
from archive.storage.incoming import ReceivedFile

NAME_LENGTH = 1000


@dataclass(frozen=True)
class CheckedFile:
    """A received file that may be deposited; `name` is what its sender calls it. `marking` is a
    mark of secrecy in it that whoever hands it in declared to be none."""

    received: ReceivedFile
    name: str
    kind: FileKind
    pages: int
    marking: PageMarking | None = None


def check_file(
    received: ReceivedFile,
    name: str,
    *,
    limits: Limits | None = None,
    guard_contact: str = GUARD_CONTACT,
    declared_free: bool = False,
) -> CheckedFile:
    """The file with its kind, or a RefusedFileError or LimitReachedError that says why not.

    The bytes are opened only in a child process with limits of its own. A file with a mark of
    secrecy is refused (SecretMarkingError, which names `guard_contact`), unless it is
    `declared_free`: a curator looked and answers for it (see `guard.declare`). The caller discards
    the bytes of a refused file.
    """
    limits = limits or Limits()
    kind = identify(received.path, name, limits=limits)
    summary = check(received.path, kind, limits=limits)
    found = summary.marking
    if found is not None and not declared_free:
        raise SecretMarkingError(
            marking=found.level, page=found.page_number, line=found.line, contact=guard_contact
        )
    return CheckedFile(
        received=received,
        name=name[:NAME_LENGTH],
        kind=kind,
        pages=summary.pages,
        marking=found,
    )
