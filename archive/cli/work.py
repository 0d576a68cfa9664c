"""`worker`."""

from __future__ import annotations

import signal
from types import FrameType

import click
from flask.cli import with_appcontext

from archive.cli.console import holdings
from archive.worker.loop import Worker


@click.command("worker")
@click.option("--until-idle", is_flag=True, help="End when no job is left.")
@with_appcontext
def worker(until_idle: bool) -> None:
    """Run background jobs until told to stop."""
    running = Worker(holdings())

    def stop(_number: int, _frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running.run(until_idle=until_idle)


COMMANDS = (worker,)
