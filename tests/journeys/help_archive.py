"""An archive that looks the same on every run: the same publications, moments and identifiers.

The pictures in the guides are taken of it.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from archive.core import dates, identifiers
from archive.core.dates import VIETNAM
from archive.core.roles import Role
from archive.demo import load
from archive.demo.publications import DemoPublication, publications
from archive.demo.state import ACCOUNTS_FILE
from archive.demo.typeset import typeset
from archive.models import Publication, User
from archive.services.accounts import actor_of
from archive.services.authorities.loading import load_facts
from archive.services.holdings import Holdings
from archive.services.receipts import issue_receipt
from archive.worker.loop import Worker
from tests.conftest import ROOT, missing, sign_in
from tests.integration.standing import standing_archive

BEGINNING = datetime(2026, 9, 10, 9, 15, tzinfo=VIETNAM)
FONTS = ROOT / "node_modules" / "@expo-google-fonts"
SLUGS = (
    "2020-bien-gioi-mua-thu-1950",
    "2020-ngon-lua-nam-lin",
    "2021-ben-suoi-duoi-hang",
    "2025-dong-khe-ba-ngay-thang-chin",
    "2026-cam-nang-chuyen-di",
    "2026-mot-ngay-o-tam-kim",
)
NEW = "2024-xin-chao-non-nuoc"
"""What is handed in while a picture is taken."""


class Clock:
    """Each asked moment is a millisecond after the one before, so that lists have their order."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def now(self) -> datetime:
        return (BEGINNING + timedelta(seconds=next(self._seconds) / 1000)).astimezone(dates.UTC)

    @staticmethod
    def today() -> date:
        return BEGINNING.date()


@contextmanager
def same_moments_and_names() -> Iterator[None]:
    """The archive's clock and its identifiers as they are on every run."""
    clock, numbers = Clock(), itertools.count(1)
    # By identity: to compare with a proxy of Flask's would ask it for its request.
    instead = {
        id(dates.now): clock.now,
        id(dates.today): clock.today,
        id(identifiers.new_id): lambda: identifiers.derived_id("help", str(next(numbers))),
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if not name.startswith("archive."):
                continue
            for known, value in list(vars(module).items()):
                if id(value) in instead:
                    patched.setattr(module, known, instead[id(value)])
        yield


@dataclass
class HelpArchive:
    """`sign_in("curator")` → the value of a session's cookie."""

    app: Flask
    holdings: Holdings
    address: str
    folder: Path

    def sign_in(self, role: str) -> str:
        known = json.loads((self.holdings.settings.instance / ACCOUNTS_FILE).read_text("utf-8"))
        # The second depositor is the one of Tỉnh đoàn, whose deposit was returned.
        account = [row for row in known if row["role"] == role][-1]
        client = self.app.test_client()
        assert sign_in(client, account["email"], account["password"]).status_code == 302
        cookie = client.get_cookie("session")
        assert cookie is not None
        return str(cookie.value)

    def typeset(self, slug: str) -> Path:
        """The file of a demo publication that the archive does not hold."""
        return typeset(_demo(slug), FONTS, self.folder)[0]


def publication_id(slug: str) -> str:
    return load.demo_id(_demo(slug))


def _demo(slug: str) -> DemoPublication:
    return next(each for each in publications() if each.slug == slug)


def _give_receipt(holdings: Holdings) -> None:
    """What the second depositor handed in gets its receipt, as it would on the screen."""
    with holdings.database.writing() as session:
        user = session.scalars(select(User).where(User.role == Role.DEPOSITOR)).all()[-1]
        handed_in = select(Publication).where(Publication.unit_id == user.unit_id)
        for publication in session.scalars(handed_in).all():
            issue_receipt(session, publication, by=actor_of(user))
        session.commit()


@contextmanager
def help_archive(folder: Path) -> Iterator[HelpArchive]:
    """The archive, read to the end, answering in threads of this process."""
    if not FONTS.is_dir():
        missing("node_modules (make assets)")
    with (
        same_moments_and_names(),
        standing_archive(
            folder,
            ocr=False,
            base_url="https://kho.example.vn",
            max_upload_bytes=2048 * 1024 * 1024,
        ) as archive,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(load, "publications", lambda: tuple(map(_demo, SLUGS)))
        with archive.holdings.database.writing() as session:
            load_facts(session)
            session.commit()
        load.load_demo(archive.holdings, fonts=FONTS)
        _give_receipt(archive.holdings)
        Worker(archive.holdings).run(until_idle=True)
        server = make_server("127.0.0.1", 0, archive.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            made = folder / "new"
            made.mkdir()
            yield HelpArchive(archive.app, archive.holdings, address, made)
        finally:
            server.shutdown()
            thread.join()
