"""The quick look at a file before a deposit is accepted."""

from __future__ import annotations

import math
from pathlib import Path

from archive.core.errors import DamagedFileError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.requests import expect, start_child
from archive.extract.results import FileSummary
from archive.extract.wire import ProtocolError, decode_summary


def check(path: Path, kind: FileKind, *, limits: Limits | None = None) -> FileSummary:
    """Whether the file opens, in a few seconds at most: its pages, its first page's size.

    Raises EncryptedFileError (a password is needed), DamagedFileError (no page, truncated,
    undecodable), LimitReachedError (`pages`, `pixels`, `memory`, `cpu_seconds`, …).
    """
    limits = limits or Limits()
    seconds = max(1, math.ceil(limits.check_cpu_seconds))
    child = start_child(path, kind, "check", limits=limits, cpu_seconds=seconds)
    try:
        message = expect(child, "summary")
        return decode_summary(message, isolated=child.isolated)
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()
