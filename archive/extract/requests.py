"""How a child is asked: what every request holds, and what its first answer must be."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

from archive.core.errors import DamagedFileError, LimitReachedError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.wire import Message

# Starting a child and importing its libraries is not the file's doing: a machine under load may
# need a while, so this much waiting is allowed on top of every budget.
START_SECONDS = 10.0


def start_child(
    path: Path, kind: FileKind, task: str, *, limits: Limits, cpu_seconds: int, **details: Any
) -> Child:
    """A child that begins on `task`, bounded by `limits`; the caller closes it."""
    if not path.is_file():
        raise FileNotFoundError(path)
    memory_bytes = limits.image_memory_bytes if kind.is_image else limits.memory_bytes
    request = {
        "task": task,
        "path": str(path.resolve()),
        "kind": kind.code,
        "limits": dataclasses.asdict(limits),
        **budgets(limits, cpu_seconds=cpu_seconds, memory_bytes=memory_bytes),
        **details,
    }
    return Child(
        request, wall_seconds=wall_seconds(cpu_seconds, limits), message_bytes=limits.message_bytes
    )


def budgets(limits: Limits, *, cpu_seconds: int, memory_bytes: int | None = None) -> dict[str, int]:
    """The part of a request that says what the child may use."""
    at_most = limits.cpu_budget(limits.pages) + math.ceil(limits.structure_cpu_seconds) + 1
    return {
        "memory_bytes": memory_bytes or limits.memory_bytes,
        "cpu_seconds": cpu_seconds,
        # A soft limit may never be above the hard one.
        "cpu_seconds_at_most": max(at_most, cpu_seconds + 1),
    }


def wall_seconds(cpu_seconds: int, limits: Limits) -> float:
    """How long a child with so much processor time is waited for."""
    return limits.wall_factor * cpu_seconds + START_SECONDS


def expect(child: Child, kind: str) -> Message:
    """The next message, which must be of this kind. Raises DamagedFileError and as `receive`."""
    message = child.receive()
    if message is None or message[0]["type"] != kind:
        raise DamagedFileError(detail=f"protocol: no {kind}")
    return message


def opened_pages(child: Child, *, limits: Limits) -> int:
    """How many pages the child says it will deliver. Raises as `expect`, LimitReachedError."""
    count = expect(child, "opened")[0].get("pages")
    if not isinstance(count, int) or count < 0:
        raise DamagedFileError(detail="protocol: no page count")
    if count > limits.pages:
        raise LimitReachedError(limit="pages", value=limits.pages, found=count)
    return count
