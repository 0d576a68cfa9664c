"""How a child begins: as a copy of a server that read no file, or, where that cannot be, anew."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Protocol

import archive

_ROOT = Path(archive.__file__).resolve().parent.parent


class Started(Protocol):
    """A process at work on one request; its messages come through `replies`."""

    pid: int
    replies: IO[bytes]
    code: int | None
    """How it ended, as `subprocess` counts (minus the signal's number); None while it runs, and
    where nobody can tell any more."""

    def kill(self) -> None:
        """End it now. May be called from another thread, and after its end."""
        ...

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it ended within `seconds`; `code` is then set."""
        ...

    def close(self) -> None:
        """Give back what is held of it; it has ended."""
        ...


def start(request: dict[str, Any]) -> Started:
    """A process that answers `request`: shut in, with nothing of an earlier file in its memory."""
    from archive.extract import forkserver

    if forkserver.is_possible():
        with contextlib.suppress(forkserver.UnavailableError):
            return forkserver.start(request)
    return Spawned(request)


def run_python(module: str, *arguments: str, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    """`module` in a new interpreter. Nothing of this process's environment (keys, addresses,
    passwords) reaches it; Windows cannot start Python without its system folder. Tesseract's
    threads would cost twenty times what they bring, NumPy's would each take memory."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-s", "-X", "utf8", "-m", module, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", **kept},
        start_new_session=True,
    )


class Spawned:
    """A new interpreter for one request: the way where a process cannot be copied."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._process = run_python(
            "archive.extract.child", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.replies = self._process.stdout
        self.code: int | None = None
        self._send({**request, "parent": os.getpid()})

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        # A child that cannot even start has closed its end; its exit code tells the story.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode())
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def kill(self) -> None:
        if self._process.returncode is not None:
            return  # Already reaped: its number may belong to a stranger by now.
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def wait(self, seconds: float | None = None) -> bool:
        try:
            self.code = self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
