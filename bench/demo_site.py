"""The demo archive as people see it, served for measurements in a browser."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.cli.demo import FONTS
from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.demo.load import load_demo
from archive.logs import configure_logs
from archive.models import Publication, Unit
from archive.services import accounts, founding
from archive.services.holdings import open_holdings
from archive.worker.loop import Worker
from bench.report import tell
from bench.running import Client, running_web, settings_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CURATOR, PASSWORD = "bien-muc@example.org", "mot mat khau de do"


@dataclass(frozen=True)
class DemoSite:
    """Where it answers, its longest publication, and a curator's session (a cookie's value)."""

    port: int
    publication_id: str
    session: str


def find_chromium() -> str | None:
    """The browser's path; None, and a line, where there is none. With CI=true that is an error."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI") == "true":
            raise RuntimeError("no Chromium: pages cannot be looked at")
        tell("no Chromium: pages are not looked at")
    return found


@contextmanager
def running_demo() -> Iterator[DemoSite]:
    """The demo archive, typeset, taken in and drawn, behind a web server of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-demo-") as name:
        publication_id = _found(Path(name))
        with running_web(Path(name)) as (_, port):
            client = Client(port)
            client.sign_in(CURATOR, PASSWORD)
            yield DemoSite(port, publication_id, client.cookie("session"))
            client.close()


def _found(folder: Path) -> str:
    """The demo archive with a curator in it; the id of its longest publication."""
    settings = settings_of(folder)
    configure_logs(least=logging.WARNING)
    holdings = open_holdings(settings)
    founding.upgrade(holdings.database)
    holdings.index.create()
    load_demo(holdings, fonts=settings.assets / FONTS)
    Worker(holdings).run(until_idle=True)
    with holdings.database.writing() as session:
        unit = session.scalars(select(Unit).order_by(Unit.id)).first()
        accounts.create_user(
            session,
            email=CURATOR,
            role=Role.CURATOR,
            by=SYSTEM,
            name="Người đo",
            unit=unit,
            password=PASSWORD,
        )
        found = session.scalar(
            select(Publication.id)
            .where(Publication.status == Status.ACCEPTED)
            .order_by(Publication.page_count.desc(), Publication.id)
            .limit(1)
        )
        session.commit()
    holdings.database.close()
    assert found is not None
    return found
