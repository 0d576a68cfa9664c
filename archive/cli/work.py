"""`worker`, `serve`."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click
from flask.cli import with_appcontext

from archive.cli.console import holdings
from archive.cli.database import migrate
from archive.cli.demo import load_with_progress
from archive.cli.serving import serve_archive
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


@click.command("serve")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@click.option("--demo/--no-demo", default=False, help="Load the demo archive first, once.")
@with_appcontext
def serve(host: str, port: int, demo: bool) -> None:
    """Web and worker together; a worker that ends is started again."""
    migrate(holdings())
    if demo:
        load_with_progress(holdings())
    sys.exit(
        serve_archive(
            holdings(),
            host=host,
            port=port,
        )
    )


COMMANDS = (worker, serve)
