"""An archive that stands for a whole module of tests: made once, with one client per account."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Access, Actor, Role
from archive.core.status import Status
from archive.models import User
from archive.services import accounts, deposits
from archive.services.holdings import Holdings
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import find_unit
from archive.settings import Settings
from archive.web.context import EXTENSION
from archive.worker.loop import Worker
from tests.conftest import ROOT, borrowed_app, make_user, sign_in

XHTML = "{http://www.w3.org/1999/xhtml}"
ANYONE = "anonymous"


def settings_in(folder: Path, **changed: Any) -> Settings:
    made = Settings(
        instance=folder / "instance",
        database_url=f"sqlite:///{folder / 'instance' / 'archive.db'}",
        uploads=folder / "uploads",
        index=folder / "index",
        assets=ROOT / "node_modules",
        secret_key="only for tests",
        max_upload_bytes=3 * 1024 * 1024,
    )
    return replace(made, **changed)


@dataclass
class Standing:
    """`client("curator")`, `client("depositor", unit="tinh-doan")`, `client("anonymous")`."""

    app: Flask
    holdings: Holdings
    _clients: dict[tuple[str, str | None], FlaskClient] = field(default_factory=dict)

    def client(self, role: str, *, unit: str | None = None) -> FlaskClient:
        if role == "depositor" and unit is None:
            unit = "so-van-hoa"
        key = (role, unit)
        if key not in self._clients:
            client = self.app.test_client()
            if role != ANYONE:
                email = self.address(role, unit=unit)
                make_user(self.holdings, Role(role), email=email, unit=unit)
                assert sign_in(client, email).status_code == 302
            self._clients[key] = client
        return self._clients[key]

    @staticmethod
    def address(role: str, *, unit: str | None = None) -> str:
        return f"{role}-{unit or 'khong'}@example.org"

    def actor(self, role: str, *, unit: str | None = None) -> Actor:
        self.client(role, unit=unit)
        if role == "depositor" and unit is None:
            unit = "so-van-hoa"
        with self.holdings.database.reading() as session:
            user = session.query(User).filter_by(email=self.address(role, unit=unit)).one()
            return accounts.actor_of(user)

    def put(
        self,
        title: str,
        data: bytes,
        *,
        name: str = "tep.pdf",
        status: Status = Status.ACCEPTED,
        access: Access = Access.PUBLIC,
        unit: str = "so-van-hoa",
        by: Actor = SYSTEM,
        publication_id: str | None = None,
        **record: Any,
    ) -> str:
        """A publication through the deposit service, not yet read by a worker; its id."""
        publication_id = publication_id or new_id()
        received = self.holdings.incoming.receive(io.BytesIO(data), limit_bytes=50_000_000)
        given = RecordInput(title=title, issued=IssueDate(2024, 5), kind="book", access=access)
        with self.holdings.database.writing() as session:
            owner = find_unit(session, unit)
            assert owner is not None
            deposits.deposit(
                session,
                self.holdings,
                publication_id=publication_id,
                record=replace(given, **record),
                files=[check_file(received, name)],
                unit=owner,
                status=status,
                by=by,
            )
            session.commit()
        self.holdings.incoming.discard(received)
        return publication_id

    def work(self) -> None:
        Worker(self.holdings).run(until_idle=True)


@contextmanager
def standing_archive(folder: Path, **changed: Any) -> Iterator[Standing]:
    with borrowed_app(settings_in(folder, **changed)) as app:
        holdings: Holdings = app.extensions[EXTENSION]
        holdings.index.create()
        yield Standing(app, holdings)


def page(answer: Any) -> etree._Element:
    """The answer's HTML, parsed strictly: the first fault in it ends the test."""
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("lxml"))
    return parser.parse(answer.get_data(as_text=True)).getroot()


def elements(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter(f"{XHTML}{name}"))


def words_of(root: etree._Element) -> str:
    """All text of an element, blanks made one."""
    return re.sub(r"\s+", " ", "".join(root.itertext())).strip()
