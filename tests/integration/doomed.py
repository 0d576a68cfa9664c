"""Carries out orders in forked children that kill themselves with SIGKILL at a chosen moment.

Reads a JSON order per line, answers a line per order. `task` is `work` (the worker until idle) or
`import` (`source`); `care` False leaves out the worker's care. `kill_at` counts commits of the main
thread's write sessions, `when` is `before` or `after` that commit; `kill_step` names a step of the
storage root's `put`. Without either the child comes to its end. `lease_seconds` is how long a dead
child's jobs stay its own.
"""

from __future__ import annotations

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
from archive.logs import configure_logs
from archive.services.holdings import open_holdings
from archive.services.importing import Options, import_source
from archive.storage.ocfl import StorageRoot
from archive.worker import loop
from archive.worker.loop import Worker
from config import load_settings


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


def carry_out(order: dict[str, Any]) -> None:
    lease = timedelta(seconds=order.get("lease_seconds", 0.4))
    settings = replace(load_settings(), lease=lease)
    holdings = open_holdings(settings)
    if "kill_at" in order:
        die_at_commit(order["kill_at"], order.get("when", "after"))
    if "kill_step" in order:

        def on_step(step: str) -> None:
            if step == order["kill_step"]:
                die()

        root = StorageRoot.create_or_open(settings.ocfl, settings.incoming, on_step=on_step)
        holdings = replace(holdings, originals=root)
    if order["task"] == "work":
        loop.IDLE_SECONDS = 0.05
        worker = Worker(holdings)
        if not order.get("care", True):
            # Only the jobs' own commits are to be counted.
            worker._next_care = worker._next_sweep = math.inf
        worker.run(until_idle=True)
    else:
        source = Path(order["source"])
        import_source(holdings, source, sheet=None, options=Options(), by=SYSTEM)


def main() -> None:
    configure_logs()
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
        }
        print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main()
