"""What a file says of itself, from a child of its own."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from archive.core.errors import ArchiveError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.requests import opened_pages, start_child
from archive.extract.results import DocumentInfo
from archive.extract.wire import ProtocolError, decode_info


def describe(path: Path, kind: FileKind, *, limits: Limits | None = None) -> DocumentInfo:
    """Title, outline and attachments of a file that opens.

    A structure that is a maze gives what was found until a limit was met (`complete` is False).
    Raises as `extract` does where the file does not open.
    """
    limits = limits or Limits()
    seconds = max(1, math.ceil(limits.check_cpu_seconds + limits.structure_cpu_seconds))
    child = start_child(path, kind, "describe", limits=limits, cpu_seconds=seconds)
    parts: list[dict[str, Any]] = []
    complete = False
    try:
        page_count = opened_pages(child, limits=limits)
        child.allow_more(wall_seconds=limits.wall_factor * limits.structure_cpu_seconds)
        try:
            while (message := child.receive()) is not None:
                head = message[0]
                complete = head["type"] == "info_done"
                if head["type"] == "info" and isinstance(head.get("part"), dict):
                    parts.append(head["part"])
        except ArchiveError:
            complete = False  # What came before the limit is good.
    finally:
        child.close()
    try:
        return decode_info(parts, page_count=page_count, complete=complete)
    except ProtocolError:
        return decode_info([], page_count=page_count, complete=False)
