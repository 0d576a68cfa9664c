"""Carries out orders in forked children that kill themselves with SIGKILL at a chosen moment.

Reads a JSON order per line, answers a line per order. `task` is `work` (the worker until idle) or
`import` (`source`); `stages` are those the worker takes on, all where it is left out; `care` False
leaves out the worker's care. `kill_at` counts commits of the main thread's write sessions, `when`
is `before` or `after` that commit; `kill_step` names a step of the storage root's `put`; `kill_in`
names one of `PLACES` and `number` which call of it, `when` whether its work is done then.
`kill_server` ends the server of the reading processes after so many of them were started, and the
worker goes on. Without any of these the child comes to its end. `lease_seconds` is how long a dead
child's jobs stay its own. The answer tells how it ended, and how many processes of its own it left
behind.
"""

from __future__ import annotations

import ctypes
import functools
import json
import math
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from archive.app import create_app  # noqa: F401  (imported before the forks, not in each)
from archive.core.roles import SYSTEM
from archive.extract import forkserver, process
from archive.logs import configure_logs
from archive.models import Stage
from archive.search.index import IndexWriter
from archive.search.writing import GenerationWriter
from archive.services import comparing, jobs, reading, recognition
from archive.services.holdings import open_holdings
from archive.services.importing import Options, import_source
from archive.storage import derivatives
from archive.storage.derivatives import Derivatives
from archive.storage.ocfl import StorageRoot
from archive.worker import drawing, loop
from archive.worker import recognition as recognising
from archive.worker.loop import Worker
from config import load_settings

PLACES: dict[str, tuple[Any, str]] = {
    "pages": (reading, "add_pages"),
    "problem": (reading, "record_problem"),
    "file": (reading, "finish_file"),
    "end of reading": (reading, "finish_reading"),
    "end of job": (jobs, "complete_standing"),
    "index": (IndexWriter, "write"),
    "index commit": (GenerationWriter, "commit"),
    "signatures": (comparing, "note_signatures"),
    "comparison": (comparing, "compare_text"),
    "likeness": (comparing, "note_found"),
    "words": (reading, "note_words"),
    "image": (Derivatives, "write"),
    "image in place": (derivatives, "replace_file"),
    "outline": (drawing, "describe"),
    "recogniser": (recognising, "unpack_data"),
    "picture": (recognising, "recognise"),
    "picture's text": (recognition, "note_recognised"),
    "findable": (recognition, "make_findable"),
}
"""Where a worker may be killed: what stands there is called once or more in every intake."""

_PR_SET_CHILD_SUBREAPER = 36


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def die_at_commit(number: int, when: str) -> None:
    seen = 0

    def count(session: Session) -> None:
        nonlocal seen
        bind = session.get_bind()
        writes = bind.get_execution_options().get("writes", False)
        if writes and threading.current_thread() is threading.main_thread():
            seen += 1
            if seen == number:
                die()

    event.listen(Session, f"{when}_commit", count)


def die_in(place: str, number: int, when: str) -> None:
    owner, name = PLACES[place]
    real = getattr(owner, name)
    seen = 0

    @functools.wraps(real)
    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal seen
        seen += 1
        turn = seen
        if turn == number and when == "before":
            die()
        result = real(*args, **kwargs)
        if turn == number:
            die()
        return result

    setattr(owner, name, counted)


def end_server_after(number: int) -> None:
    """The children end with it, in the middle of whatever they read."""
    real = process.start
    seen = 0

    def counted(request: dict[str, Any]) -> Any:
        nonlocal seen
        started = real(request)
        seen += 1
        if seen == number:
            for pid in forkserver.server_pids():
                os.kill(pid, signal.SIGKILL)
        return started

    process.start = counted


def carry_out(order: dict[str, Any]) -> None:
    lease = timedelta(seconds=order.get("lease_seconds", 0.4))
    settings = replace(load_settings(), lease=lease)
    holdings = open_holdings(settings)
    if "kill_at" in order:
        die_at_commit(order["kill_at"], order.get("when", "after"))
    if "kill_in" in order:
        die_in(order["kill_in"], order.get("number", 1), order.get("when", "before"))
    if "kill_server" in order:
        end_server_after(order["kill_server"])
    if "kill_step" in order:

        def on_step(step: str) -> None:
            if step == order["kill_step"]:
                die()

        root = StorageRoot.create_or_open(settings.ocfl, settings.incoming, on_step=on_step)
        holdings = replace(holdings, originals=root)
    if order["task"] == "work":
        loop.IDLE_SECONDS = 0.05
        worker = Worker(holdings, stages=[Stage(name) for name in order.get("stages", Stage)])
        if not order.get("care", True):
            # Only the jobs' own commits are to be counted.
            worker.care.next_comparison = worker.care.next_sweep = math.inf
        worker.run(until_idle=True)
    else:
        source = Path(order["source"])
        import_source(holdings, source, sheet=None, options=Options(), by=SYSTEM)


def adopt_orphans() -> None:
    """Become the parent of whatever a killed child leaves running (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def count_left(*, seconds: float = 20.0) -> int:
    """How many processes still run after a moment in which they may end by themselves."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        if pid == 0:
            time.sleep(0.01)
    return len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def main() -> None:
    configure_logs()
    adopt_orphans()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                carry_out(order)
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        ended = {
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
            "left": count_left(),
        }
        print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main()
