"""Fresh children without a fresh start: a server loads the readers once and copies itself.

The server opens no file that anybody sent, reads nothing but requests of its own parent, and has no
network; each copy of it is shut in (`sandbox.enter`), opens one file, answers, and ends. What a
file does to its child never reaches the server, so no file finds anything of an earlier one.
Starting Python and loading the readers costs about 100 ms of processor time, a copy about 8
(decision 0006).

Parent and server speak over a socket: a request and two ends of the child's own (its replies, its
fate) go there; the child's process handle comes back, and how it ended. A server ends with its
parent, its children with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from archive.extract import sandbox, starting
from archive.extract.memory import keep_freed_memory

_REQUEST_BYTES = 1 << 18
_FATE = 64
_BUFFER_BYTES = 1 << 16
_FIRST_PATIENCE_SECONDS = 0.001
_PATIENCE_SECONDS = 0.02
ANSWER_SECONDS = 30.0
"""A server that has not answered for so long (it is stopped, or loads its readers on a machine
that has no more room) is given up: whoever waits for it keeps others from being served."""
_MODULES = (
    "archive.extract.pdf_document",
    "archive.extract.pdf_structure",
    "archive.extract.image_document",
    "archive.extract.docx_document",
    "archive.extract.plain_document",
)


class UnavailableError(Exception):
    """The server did not answer; the child has to be started another way."""


def is_possible() -> bool:
    """Whether this system can pass process handles between processes (Linux)."""
    return (
        sys.platform == "linux"
        and hasattr(os, "pidfd_open")
        and hasattr(signal, "pidfd_send_signal")
        and hasattr(socket, "send_fds")
    )


# The parent's side


class _Replies(io.RawIOBase):
    """The reading end of a pipe through which a child sends page after page.

    To be woken for each page costs more than reading it, on both sides. What is not there yet is
    looked for a little later, or as soon as the child has ended.
    """

    def __init__(self, pipe: int, fate: socket.socket) -> None:
        self._pipe = pipe
        self._fate = fate
        self._patience_seconds = _FIRST_PATIENCE_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not _is_readable(self._pipe, 0):
            _is_readable(self._fate, self._patience_seconds)
            self._patience_seconds = min(2 * self._patience_seconds, _PATIENCE_SECONDS)
        return os.readv(self._pipe, [buffer])

    def close(self) -> None:
        if not self.closed:
            os.close(self._pipe)
        super().close()


class Forked:
    """A copy of the server at work on one request."""

    def __init__(self, replies: IO[bytes], fate: socket.socket) -> None:
        self.pid = 0
        self.replies = replies
        self.code: int | None = None
        self.cpu_seconds = 0.0
        self._fate = fate
        self._handle = -1
        self._lock = threading.Lock()

    def take_handle(self) -> None:
        """Wait for the server's word that the child exists. Raises UnavailableError."""
        try:
            if not _is_readable(self._fate, ANSWER_SECONDS):
                raise UnavailableError
            message, handles, _, _ = socket.recv_fds(self._fate, _FATE, 1)
        except OSError as error:
            raise UnavailableError from error
        if not message or not handles:
            raise UnavailableError
        self.pid, self._handle = int(message), handles[0]

    def kill(self) -> None:
        with self._lock:
            if self._handle >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self, seconds: float | None = None) -> bool:
        if self.code is not None:
            return True
        if seconds is not None and not _is_readable(self._fate, seconds):
            return False
        with contextlib.suppress(OSError, ValueError):
            # Nothing comes where the server itself is gone: how the child ended nobody knows.
            code, cpu_ms = self._fate.recv(_FATE).split()
            self.code, self.cpu_seconds = int(code), int(cpu_ms) / 1000
        return True

    def close(self) -> None:
        with self._lock:
            if self._handle >= 0:
                os.close(self._handle)
            self._handle = -1
        self._fate.close()
        self.replies.close()


def _is_readable(place: socket.socket | int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(place, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class _Server:
    """The server of this process, as seen from the parent."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(ANSWER_SECONDS)
        with theirs:
            self._process = starting.run_python(
                "archive.extract.forkserver",
                *arguments,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def start(self, request: dict[str, Any]) -> Forked:
        """A child at work on `request`. Raises UnavailableError."""
        # The sockets first: where no more files may be open, they are given back by themselves.
        fate, their_fate = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        replies, their_replies = os.pipe()
        stream: IO[bytes] = (
            io.BufferedReader(_Replies(replies, fate), _BUFFER_BYTES)
            if request["task"] == "read"
            else os.fdopen(replies, "rb")
        )
        forked = Forked(stream, fate)
        try:
            socket.send_fds(
                self._socket, [json.dumps(request).encode()], [their_replies, their_fate.fileno()]
            )
        except OSError as error:
            forked.close()
            raise UnavailableError from error
        finally:
            os.close(their_replies)
            their_fate.close()
        try:
            forked.take_handle()
        except UnavailableError:
            forked.close()
            raise
        return forked

    def close(self, *, patience_seconds: float = 5.0) -> None:
        """End it: it sees the closed socket, and its children go with it."""
        self._socket.close()
        try:
            self._process.wait(timeout=patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_lock = threading.Lock()
_servers: dict[str, _Server] = {}


def start(request: dict[str, Any]) -> Forked:
    """A child at work on `request`, from this process's server. Raises UnavailableError."""
    engine = str(request.get("engine", ""))
    with _lock:
        for attempt in range(2):
            server = _servers.get(engine)
            if server is None or not server.is_alive:
                _close_others(engine)
                server = _servers[engine] = _Server((engine,) if engine else ())
            try:
                return server.start(request)
            except UnavailableError:
                # A server that was killed or is stopped is started again, once.
                server.close(patience_seconds=0)
                del _servers[engine]
                if attempt:
                    raise
    raise UnavailableError


def _close_others(engine: str) -> None:
    """End what is in a new server's way: its forerunner, and the server of another recogniser's
    data, of which a process needs one."""
    for other in [other for other in _servers if other == engine or (other and engine)]:
        _servers.pop(other).close()


def server_pids() -> list[int]:
    """This process's servers, by process number."""
    with _lock:
        return [server.pid for server in _servers.values() if server.is_alive]


def stop() -> None:
    """End this process's servers; the next child starts one again."""
    with _lock:
        while _servers:
            _servers.popitem()[1].close()


def _forget() -> None:
    # In a copy of this process (gunicorn's workers) the servers are the original's.
    global _lock
    _lock = threading.Lock()
    for server in _servers.values():
        server._socket.close()
    _servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


# The server's side


@dataclass
class _Running:
    pid: int
    handle: int
    fate: socket.socket


def main(arguments: list[str]) -> None:
    """Copy this process for each request on standard input, until the parent's end is closed."""
    control = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    keep_freed_memory()
    _load(*arguments)
    # Once for all copies. Where it fails (readers that started threads) each copy does it itself.
    isolated = sandbox.leave_network()
    running: dict[int, _Running] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for place, _ in poll.poll():
            if place != control.fileno():
                poll.unregister(place)
                _tell(running.pop(place))
                continue
            request, ends, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 2)
            if not request:
                return  # The parent is gone; the kernel ends the children with this process.
            born = _copy(request, ends, control, running, isolated=isolated)
            running[born.handle] = born
            poll.register(born.handle, select.POLLIN)


def _load(engine: str = "") -> None:
    for name in _MODULES:
        importlib.import_module(name)
    if engine:
        importlib.import_module("archive.extract.ocr_page").load_engine(Path(engine))
    importlib.import_module("archive.extract.child")
    from PIL import Image

    Image.init()
    importlib.import_module("archive.extract.pdf_document").warm_up()
    # What is loaded stays shared: the collector would otherwise touch, and so copy, every object.
    gc.collect()
    gc.freeze()


def _copy(
    request: bytes,
    ends: list[int],
    control: socket.socket,
    running: dict[int, _Running],
    *,
    isolated: bool,
) -> _Running:
    replies, fate = ends[0], socket.socket(fileno=ends[1])
    server = os.getpid()
    pid = os.fork()
    if pid == 0:
        for place in (control, fate, *(other.fate for other in running.values())):
            place.close()
        for other in running.values():
            os.close(other.handle)
        _become_child(request, replies, server=server, isolated=isolated)
    os.close(replies)
    handle = os.pidfd_open(pid)
    with contextlib.suppress(OSError):
        socket.send_fds(fate, [b"%d" % pid], [handle])
    return _Running(pid, handle, fate)


def _become_child(request: bytes, replies: int, *, server: int, isolated: bool) -> None:
    from archive.extract import child

    code = 1
    try:
        os.setsid()
        with os.fdopen(replies, "wb") as stream:
            code = child.answer(
                {**json.loads(request), "parent": server, "isolated": isolated}, stream
            )
    finally:
        os._exit(code)


def _tell(ended: _Running) -> None:
    _, status, used = os.wait4(ended.pid, 0)
    cpu_ms = round(1000 * (used.ru_utime + used.ru_stime))
    with contextlib.suppress(OSError):
        ended.fate.send(f"{os.waitstatus_to_exitcode(status)} {cpu_ms}".encode())
    ended.fate.close()
    os.close(ended.handle)


if __name__ == "__main__":
    main(sys.argv[1:])
