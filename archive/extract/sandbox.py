"""What a child gives up before it opens a file it does not trust.

Everything here runs inside the child, after its modules are imported and before the file is opened.
Nothing outside the standard library is used, and `resource` only where it exists.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
import time
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x20080522

# Standard streams, the file, and what font and structure readers open for a moment.
_OPEN_FILES = 32


def leave_network() -> bool:
    """Give up the network and every privilege; True where the network is gone. What is copied from
    this process has neither."""
    return _leave_network() if sys.platform == "linux" else False


def enter(
    *,
    memory_bytes: int,
    cpu_seconds: int,
    cpu_seconds_at_most: int,
    parent: int,
    isolated: bool = False,
) -> bool:
    """Give up network, privileges and unbounded resources; True where the network is gone.

    `isolated`: this process is the copy of one that had given up network and privileges.

    Processor time is limited softly to `cpu_seconds` (`allow_cpu_seconds` moves it later, when the
    pages are counted) and finally to `cpu_seconds_at_most`. `parent` is the process that started
    this one: where it is already dead the child ends at once.
    """
    isolated = isolated or leave_network()
    if sys.platform == "linux":
        _die_with(parent)
    _limit_resources(memory_bytes, cpu_seconds, cpu_seconds_at_most)
    return isolated


def allow_cpu_seconds(seconds: int) -> None:
    """Move the soft limit of this process's whole processor time, within the hard one."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = seconds if hard == resource.RLIM_INFINITY else min(seconds, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


def allow_cpu_seconds_more(seconds: float) -> None:
    """Let this process use so much processor time from now on, and not more."""
    allow_cpu_seconds(math.ceil(time.process_time() + seconds))


def _leave_network() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # Identity maps keep file ownership readable. Where the kernel refuses them the isolation
    # stands all the same, so a refusal changes nothing.
    for name, line in (
        ("uid_map", f"{user} {user} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with contextlib.suppress(OSError):
            Path("/proc/self", name).write_text(line)
    _drop_capabilities(libc)
    return True


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    # A new user namespace comes with every capability inside it. The child needs none.
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(nothing))


def _die_with(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # After unshare: a change of credentials clears the signal.
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit_resources(memory_bytes: int, cpu_seconds: int, cpu_seconds_at_most: int) -> None:
    try:
        import resource
    except ImportError:
        return
    wanted = [
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds_at_most),
        (resource.RLIMIT_CORE, 0, 0),
        # Everything leaves through a pipe, which this limit does not count: no file grows.
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
    ]
    if hasattr(resource, "RLIMIT_NPROC"):
        # No further process or thread may begin; the ones that run are not touched.
        wanted.append((resource.RLIMIT_NPROC, 0, 0))
    for which, soft, hard in wanted:
        _, outer = resource.getrlimit(which)
        if outer != resource.RLIM_INFINITY:
            soft, hard = min(soft, outer), min(hard, outer)
        # macOS refuses RLIMIT_AS: the other limits and the parent's clock still hold there.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(which, (soft, hard))
