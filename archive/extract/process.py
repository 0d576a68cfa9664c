"""The parent's side of a child: start it, listen within bounds, end it, say how it ended."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import weakref
from typing import Any

from archive.core.errors import (
    ArchiveError,
    DamagedFileError,
    EncryptedFileError,
    ExtractorFailedError,
    LimitReachedError,
    PortfolioError,
)
from archive.extract.starting import Started, start
from archive.extract.wire import Message, MessageTooLongError, ProtocolError, read_message

END_SECONDS = 10.0
_SHORTEST_LOOK_SECONDS = 0.02

# What a child may say of its file. Anything else it claims is not believed.
_BELIEVED = (DamagedFileError, EncryptedFileError, LimitReachedError, PortfolioError)


class Child:
    """One child process at work on one file.

    Waiting is what costs wall time: while the caller does something else with a page, the clock
    stands. Always ends with `close`, which is also done when the object is forgotten; afterwards
    there is no process, no zombie (but under a server that is stopped) and no open pipe. Not for
    use from several threads.
    """

    def __init__(self, request: dict[str, Any], *, wall_seconds: float, message_bytes: int) -> None:
        self._message_bytes = message_bytes
        self._cpu_seconds = int(request["cpu_seconds"])
        self._memory_bytes = int(request["memory_bytes"])
        self.isolated = False
        self.started = False
        self._process = start(request)
        self._clock = _Clock(self._process, wall_seconds)
        self._finalizer = weakref.finalize(self, _end, self._process, self._clock)

    def allow(self, *, cpu_seconds: int, wall_seconds: float) -> None:
        """The budget the child works under from now on, so that its end is explained rightly."""
        self._cpu_seconds = cpu_seconds
        self._clock.allow(wall_seconds)

    def allow_more(self, *, wall_seconds: float) -> None:
        """Let the child be waited for so long from now on."""
        self._clock.allow(self._clock.used_seconds + wall_seconds)

    def receive(self) -> Message | None:
        """The child's next message; None where it ended well after its last one.

        Raises LimitReachedError, DamagedFileError, EncryptedFileError or ExtractorFailedError.
        """
        try:
            with self._clock:
                message = read_message(self._process.replies, limit_bytes=self._message_bytes)
        except MessageTooLongError:
            self.close()
            raise LimitReachedError(limit="output_bytes", value=self._message_bytes) from None
        except ProtocolError as error:
            self.close()
            raise DamagedFileError(detail=f"protocol: {error}") from error
        if message is None:
            self._explain_end()
            return None
        kind = message[0]["type"]
        if kind == "started":
            self.started = True
            self.isolated = message[0].get("isolated") is True
            return self.receive()
        if kind == "error":
            self.close()
            raise _believed_error(message[0])
        return message

    def close(self) -> None:
        """End the child if it still runs, and clear everything away. May be called again."""
        self._finalizer()

    def _explain_end(self) -> None:
        # The pipe is closed, so the process is about to end by itself: let it, to learn how.
        ended = self._process.wait(2)
        code = self._process.code
        expired = self._clock.expired
        self.close()
        if expired:
            raise LimitReachedError(limit="wall_seconds", value=self._clock.wall_seconds)
        if code == 0:
            return
        if code is not None and code < 0:
            raise self._killed_by(-code)
        if not self.started or (ended and code is None):
            # It never began, or the server that knew its fate is gone: the file is not to blame.
            raise ExtractorFailedError(exit_code=code)
        raise DamagedFileError(detail=f"exit code {code}")

    def _killed_by(self, number: int) -> ArchiveError:
        name = _signal_name(number)
        if name == "SIGXCPU":
            return LimitReachedError(limit="cpu_seconds", value=self._cpu_seconds)
        # PDFium aborts, or traps, when it cannot have the memory it wants; SIGKILL that is not ours
        # comes from the kernel, which is out of memory.
        if name in ("SIGABRT", "SIGTRAP", "SIGILL", "SIGKILL"):
            return LimitReachedError(limit="memory", value=self._memory_bytes)
        return DamagedFileError(detail=name)


class _Clock:
    """Kills the process when more than the allowed seconds were spent waiting for it.

    Waiting begins and ends twice a page and wakes nobody: the watch sleeps until the earliest
    moment at which the allowance could be spent, and then looks how much is left.
    """

    def __init__(self, process: Started, wall_seconds: float) -> None:
        self.wall_seconds = wall_seconds
        self.used_seconds = 0.0
        self.expired = False
        self._process = process
        self._since: float | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._watch, name="extract-clock", daemon=True)
        self._thread.start()

    def __enter__(self) -> None:
        with self._changed:
            self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            if self._since is not None:
                self.used_seconds += time.monotonic() - self._since
            self._since = None

    def allow(self, wall_seconds: float) -> None:
        """The seconds allowed in all, from now on."""
        with self._changed:
            self.wall_seconds = wall_seconds
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        # A forgotten Child may be collected in any thread, in this very clock's too.
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                left = self.wall_seconds - self.used_seconds
                if self._since is not None:
                    left -= time.monotonic() - self._since
                    if left <= 0:
                        self.expired = True
                        self._process.kill()
                        return
                self._changed.wait(max(left, _SHORTEST_LOOK_SECONDS))


def _end(process: Started, clock: _Clock) -> None:
    clock.close()
    process.kill()
    # Killed, it ends at once; but a server that is stopped does not say so.
    process.wait(END_SECONDS)
    with contextlib.suppress(OSError):
        process.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _believed_error(head: dict[str, Any]) -> ArchiveError:
    raw = head.get("data")
    data = {
        str(key): value[:300] if isinstance(value, str) else value
        for key, value in (raw if isinstance(raw, dict) else {}).items()
        if isinstance(value, str | int | float)
    }
    for known in _BELIEVED:
        if head.get("code") == known.code:
            return known(**data)
    return DamagedFileError(detail="unknown error")
