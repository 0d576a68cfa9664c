"""Whether this machine lets a child be cut off from the network."""

from __future__ import annotations

import functools
import socket

from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import START_SECONDS, budgets, expect


@functools.cache
def isolation_available() -> bool:
    """Whether a child can be cut off from the network here; tried once, with a real connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        return not probe_connection(host, port)


def probe_connection(host: str, port: int) -> bool:
    """Whether a child, shut in as every child is, reaches the address."""
    limits = Limits()
    child = Child(
        {"task": "probe", "host": host, "port": port, **budgets(limits, cpu_seconds=5)},
        wall_seconds=START_SECONDS,
        message_bytes=limits.message_bytes,
    )
    try:
        return bool(expect(child, "probe")[0].get("connected"))
    finally:
        child.close()
