"""`worker`."""

from __future__ import annotations

import logging
import os
import signal
from types import FrameType

import click
from flask.cli import with_appcontext

from archive.cli.console import holdings
from archive.logs import configure_logs
from archive.worker.loop import Worker, spare_what_is_loaded

NICENESS = 10


@click.command("worker")
@click.option("--until-idle", is_flag=True, help="End when no job is left.")
@click.option("--quiet", is_flag=True, help="Log only what needs somebody's eye.")
@with_appcontext
def worker(until_idle: bool, quiet: bool) -> None:
    """Run background jobs until told to stop."""
    if quiet:
        configure_logs(least=logging.WARNING)
    if hasattr(os, "nice"):
        # Readers come first: who turns a page waits for it, who deposited does something else.
        os.nice(NICENESS)
    running = Worker(holdings())

    def stop(_number: int, _frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    spare_what_is_loaded()
    running.run(until_idle=until_idle)


COMMANDS = (worker,)
