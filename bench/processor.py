"""Processor time of this process, of children that ended, and of the servers that copy them."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from archive.extract import forkserver

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> float:
    """Seconds so far. Children of a running server count as soon as they ended."""
    own = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return own + sum(map(_with_children, forkserver.server_pids()))


def _with_children(pid: int) -> float:
    # Fields 14 to 17: user and system time of the process, and of its children that ended.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS
