"""Mail goes out from a thread of its own: a server that does not answer holds up no other work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import exc

from archive.services.holdings import Holdings
from archive.services.mailing import send_due

INTERVAL_SECONDS = 3.0

log = structlog.get_logger("worker")


@contextmanager
def mail_going_out(holdings: Holdings) -> Iterator[None]:
    """Send what is due, again and again, as long as the block lasts; nothing without a server."""
    if holdings.settings.mail is None:
        yield
        return
    over = threading.Event()

    def send() -> None:
        while True:
            try:
                send_due(holdings)
            except (exc.OperationalError, OSError) as error:
                log.warning("mail_missed", detail=str(error)[:200])
            if over.wait(INTERVAL_SECONDS):
                return

    thread = threading.Thread(target=send, name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=20)
