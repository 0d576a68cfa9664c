"""The quick look at a file before a deposit is accepted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from archive.core.errors import ArchiveError, DamagedFileError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import expect, start_child
from archive.extract.results import FileSummary, PageMarking
from archive.extract.wire import ProtocolError, decode_marking, decode_summary


def check(path: Path, kind: FileKind, *, limits: Limits | None = None) -> FileSummary:
    """Whether the file opens, in a few seconds at most: its pages, its first page's size.

    Raises EncryptedFileError (a password is needed), DamagedFileError (no page, truncated,
    undecodable), LimitReachedError (`pages`, `pixels`, `memory`, `cpu_seconds`, …). A file
    that opens and whose pages cannot be looked at in the time for it has no `marking`: it is looked
    at again when it is read.
    """
    limits = limits or Limits()
    seconds = max(1, math.ceil(limits.check_cpu_seconds))
    child = start_child(path, kind, "check", limits=limits, cpu_seconds=seconds)
    try:
        message = expect(child, "summary")
        summary = decode_summary(message, isolated=child.isolated)
        return replace(summary, marking=_look(child, limits=limits))
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()


def _look(child: Child, *, limits: Limits) -> PageMarking | None:
    """The mark of secrecy that the child saw; None also where it could not look to the end."""
    child.allow_more(wall_seconds=limits.wall_factor * (limits.look_cpu_seconds + 1))
    try:
        return decode_marking(expect(child, "looked"))
    except ArchiveError:
        return None
