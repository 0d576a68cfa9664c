"""Signs of life of the workers, by which everybody else knows whether one is there."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.models import WorkerHeartbeat


def beat(session: Session, name: str) -> None:
    """Show that the worker called `name` is alive."""
    session.merge(WorkerHeartbeat(name=name, at=now()))
    session.execute(
        delete(WorkerHeartbeat).where(WorkerHeartbeat.at < now() - timedelta(minutes=10))
    )


def remove_heartbeat(session: Session, name: str) -> None:
    session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name == name))


def worker_is_alive(session: Session) -> bool:
    """Whether a worker gave a sign within the last half minute."""
    last = session.scalar(select(func.max(WorkerHeartbeat.at)))
    return last is not None and last > now() - timedelta(seconds=30)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
