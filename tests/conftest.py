"""What many tests stand on: an archive in a temporary folder, signed-in clients, real files."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typst
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import URL, Engine

from archive.app import create_app
from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.language import speak
from archive.core.roles import SYSTEM, Access, Actor, Role
from archive.core.status import Status
from archive.models import Publication, User, database, migrations
from archive.models.database import Database, create_private
from archive.services import accounts, credentials, deposits
from archive.services.holdings import Holdings, open_holdings
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import UnitInput, create_unit, find_unit, unknown_unit
from archive.settings import Settings
from archive.web.context import EXTENSION
from archive.worker.loop import Worker

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
PASSWORD = "mật khẩu đủ dài 2026"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def missing(what: str) -> None:
    """Skip with one line, or fail where nothing may be missing (CI=true)."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    """A request in English leaves its language behind in the thread that answered it."""
    speak(None, None)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Passwords at a thousandth of their price: hundreds of tests sign somebody in, and what a
    guess costs is asked in one place (`test_accounts.py`)."""
    with pytest.MonkeyPatch.context() as patched:
        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        patched.setattr(credentials, "_HASHER", cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_put_together_once() -> Iterator[None]:
    """Engines of one process share what they made of each statement: every test opens a database of
    its own, and would put the same statements together anew."""
    first: list[Engine] = []
    open_engine = database._sqlite_engine

    def open_sharing(url: URL) -> Engine:
        engine = open_engine(url)
        if first:
            engine.dialect = engine.pool._dialect = first[0].dialect
            engine._compiled_cache = first[0]._compiled_cache
        else:
            first.append(engine)
        return engine

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_sqlite_engine", open_sharing)
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files beside the checkout."""
    if not CORPUS.is_dir():
        missing("../shared/corpus")
    return CORPUS


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        instance=tmp_path / "instance",
        database_url=f"sqlite:///{tmp_path / 'instance' / 'archive.db'}",
        uploads=tmp_path / "uploads",
        index=tmp_path / "index",
        assets=ROOT / "node_modules",
        secret_key="only for tests",
        max_upload_bytes=20 * 1024 * 1024,
    )


def open_app(settings: Settings) -> Flask:
    """An application over a migrated database, with the units `so-van-hoa` and `tinh-doan`."""
    _fill(settings)
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _compiled
    app.testing = True
    return app


def _fill(settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    path = settings.instance / "archive.db"
    if not path.exists():
        create_private(path)
        path.write_bytes(_new_database())


class _Compiled(BytecodeCache):
    """The templates as the process compiled them, for all its applications."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


@cache
def _new_database() -> bytes:
    """What a new archive's database file holds: hundreds of tests begin with one, and the
    migrations would take as long as many of them."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/archive.db")
        migrations.upgrade(database)
        with database.writing() as session:
            unknown_unit(session)
            create_unit(session, UnitInput(code="so-van-hoa", name="Sở Văn hóa"), by=SYSTEM)
            create_unit(session, UnitInput(code="tinh-doan", name="Tỉnh đoàn"), by=SYSTEM)
            session.commit()
        database.close()
        return Path(folder, "archive.db").read_bytes()


_spare_apps: dict[str, list[Flask]] = {}


@contextmanager
def borrowed_app(settings: Settings) -> Iterator[Flask]:
    """`open_app`, of which nothing is changed but its holdings.

    To build one takes as long as a test, for every route is compiled: one that `create_app` would
    build alike is used again. All else is read from the holdings, at each request.
    """
    built_from = (settings.secret_key, settings.session_lifetime, settings.secure_cookies)
    built_for = (settings.trusted_hosts, settings.proxies, settings.languages)
    alike = repr((built_from, built_for, settings.site_name, settings.assets))
    spare = _spare_apps.setdefault(alike, [])
    if spare:
        _fill(settings)
        made = spare.pop()
        made.extensions[EXTENSION] = open_holdings(settings)
    else:
        made = open_app(settings)
    yield made
    made.extensions[EXTENSION].database.close()
    spare.append(made)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application over an archive of the test's own."""
    with borrowed_app(settings) as made:
        yield made


@pytest.fixture
def holdings(app: Flask) -> Holdings:
    found: Holdings = app.extensions[EXTENSION]
    found.index.create()
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader without an account."""
    return app.test_client()


def make_user(
    holdings: Holdings, role: Role, *, email: str | None = None, unit: str | None = None
) -> str:
    """An account with `PASSWORD`; its address."""
    email = email or f"{role.value}@example.org"
    with holdings.database.writing() as session:
        accounts.create_user(
            session,
            email=email,
            role=role,
            by=SYSTEM,
            name=f"Người {role.value}",
            unit=find_unit(session, unit) if unit else None,
            password=PASSWORD,
        )
        session.commit()
    return email


def token_of(client: FlaskClient, path: str = "/dang-nhap") -> str:
    """The CSRF token of a page."""
    found = TOKEN.search(client.get(path).get_data(as_text=True))
    assert found is not None, f"no token on {path}"
    return found.group(1)


def post(client: FlaskClient, path: str, data: dict[str, Any], **kwargs: Any) -> Any:
    """POST with a fresh token."""
    token = token_of(client, kwargs.pop("token_from", "/huong-dan"))
    return client.post(path, data={"csrf_token": token, **data}, **kwargs)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **extra: str) -> Any:
    token = token_of(client, "/dang-nhap")
    data = {"csrf_token": token, "email": email, "password": password, **extra}
    return client.post("/dang-nhap", data=data)


SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def signed_in(app: Flask, holdings: Holdings) -> SignedIn:
    """`signed_in(Role.CURATOR)`, `signed_in(Role.DEPOSITOR, unit="tinh-doan")` → a client."""

    def make(role: Role, *, unit: str | None = None, email: str | None = None) -> FlaskClient:
        if role is Role.DEPOSITOR and unit is None:
            unit = "so-van-hoa"
        email = email or f"{role.value}-{unit or 'khong'}@example.org"
        with holdings.database.reading() as session:
            known = session.query(User).filter_by(email=email).first() is not None
        if not known:
            make_user(holdings, role, email=email, unit=unit)
        client = app.test_client()
        assert sign_in(client, email).status_code == 302
        return client

    return make


def make_pdf(*pages: str, title: str = "Thử") -> bytes:
    """A born-digital PDF, a page per text."""
    body = "\n#pagebreak()\n".join('#raw("' + text.replace('"', "'") + '")' for text in pages)
    source = f'#set document(title: "{title}")\n#set page(width: 148mm, height: 210mm)\n{body}'
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """Three pages of Vietnamese text."""
    return make_pdf(
        "Pác Bó, nơi cội nguồn cách mạng",
        "Đội Việt Nam Tuyên truyền Giải phóng quân thành lập ngày 22/12/1944",
        "Thác Bản Giốc và động Ngườm Ngao",
    )


Depositing = Callable[..., str]


@pytest.fixture
def deposited(holdings: Holdings, pdf: bytes) -> Depositing:
    """`deposited(title=…, status=…, access=…, unit=…, data=…, name=…)` → a publication's id.

    Through the deposit service, not yet read by a worker.
    """

    def make(
        *,
        title: str = "Non nước Cao Bằng",
        status: Status = Status.ACCEPTED,
        access: Access = Access.PUBLIC,
        unit: str = "so-van-hoa",
        data: bytes | None = None,
        name: str = "tep.pdf",
        embargo_until: date | None = None,
        by: Actor = SYSTEM,
        publication_id: str | None = None,
        **values: Any,
    ) -> str:
        publication_id = publication_id or new_id()
        received = holdings.incoming.receive(
            io.BytesIO(pdf if data is None else data), limit_bytes=50_000_000
        )
        record = RecordInput(
            title=title,
            issued=IssueDate(2024, 5),
            kind="book",
            access=access,
            embargo_until=embargo_until,
            values={"themes": ("Du lịch",)},
        )
        record = replace(record, **values)
        checked = check_file(received, name)
        with holdings.database.writing() as session:
            found = find_unit(session, unit)
            assert found is not None
            deposits.deposit(
                session,
                holdings,
                publication_id=publication_id,
                record=record,
                files=[checked],
                unit=found,
                status=status,
                by=by,
            )
            session.commit()
        holdings.incoming.discard(received)
        return publication_id

    return make


@pytest.fixture
def work(holdings: Holdings) -> Callable[[], None]:
    """Run the worker until nothing is left to do."""

    def run() -> None:
        Worker(holdings).run(until_idle=True)

    return run


def find_publication(holdings: Holdings, publication_id: str) -> Publication | None:
    with holdings.database.reading() as session:
        return session.get(Publication, publication_id)
