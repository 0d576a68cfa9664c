"""A lock between threads and processes, held through a file and let go by a dying process."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from archive.core.errors import StorageBusyError

if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # flock belongs to the open file, so that two threads of one process exclude each other too;
    # a lock of lockf's kind would let the second thread in.
    def _try_to_lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


_HELD_BY_ANOTHER = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@contextmanager
def hold(path: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the lock file for the length of the block; alone among threads and processes.

    The file is made where it is missing and stays: removing it would let two holders in.
    `StorageBusyError` (`waited_seconds`) where another one keeps it longer than `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        started = time.monotonic()
        pause_seconds = 0.001
        while True:
            try:
                _try_to_lock(file)
                break
            except OSError as fault:
                if fault.errno not in _HELD_BY_ANOTHER:
                    raise
            if time.monotonic() - started >= wait_seconds:
                raise StorageBusyError(waited_seconds=wait_seconds)
            time.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, 0.05)
        try:
            yield
        finally:
            _unlock(file)
