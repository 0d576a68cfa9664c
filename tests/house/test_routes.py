"""Every route says who may open it, keeps to it, asks for a token, and GET changes nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule

from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import Publication, User
from archive.models.database import Database, sqlite_module
from archive.services.authorities.editing import AuthorityInput, create_authority
from archive.services.batches import create_batch
from archive.services.receipts import issue_receipt
from archive.services.uploads import create_upload
from archive.web.access import OpenTo, audience_of, check_declarations, open_to
from archive.web.inline import SCRIPTS
from tests.conftest import make_pdf
from tests.integration.standing import (
    ANYONE,
    Standing,
    elements,
    page,
    standing_archive,
    words_of,
)

ROLES = (ANYONE, "reader", "depositor", "curator", "admin")
ADMITTED = {
    OpenTo.ANYONE: set(ROLES),
    OpenTo.ACCOUNTS: {"reader", "depositor", "curator", "admin"},
    OpenTo.DEPOSITORS: {"depositor", "curator", "admin"},
    OpenTo.CURATORS: {"curator", "admin"},
    OpenTo.ADMINS: {"admin"},
}
# Routes whose answer is not the plain 200: signed in there is no sign-in page, without a worker
# beside it the archive is not ready, and a download wants to know its format.
OTHER_ANSWERS = {
    "accounts.sign_in": {200, 302},
    "health.ready": {200, 503},
    "exports.search": {400},
    "exports.browse": {400},
    "admin.named_records": {404},
}


WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|BEGIN IMMEDIATE)", re.IGNORECASE)


class Meter:
    """Sees each commit that changed the database file, and each statement that would write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = sqlite_module().connect(str(database.path))
        self._statements = 0
        event.listen(database.engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._statements += bool(WRITES.match(statement))

    def read(self) -> tuple[int, int]:
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return int(version), self._statements

    def close(self) -> None:
        event.remove(self._database.engine, "before_cursor_execute", self._look)
        self._connection.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("routes")) as made:
        yield made


@pytest.fixture(scope="module")
def known(archive: Standing) -> dict[str, Any]:
    """Values for every part of an address, each of something that exists."""
    publication_id = archive.put("Ấn phẩm mẫu", make_pdf("Một trang chữ"))
    draft_id = archive.put("Bản nháp mẫu", make_pdf("Một trang nháp"), status=Status.RETURNED)
    archive.work()
    archive.client("reader")
    with archive.holdings.database.reading() as session:
        user_id = session.query(User.id).filter_by(email=archive.address("reader")).scalar()
    depositor = archive.actor("depositor")
    with archive.holdings.database.writing() as session:
        given = AuthorityInput(name="Chủ đề mẫu")
        create_authority(session, "theme", given, by=SYSTEM, authority_id="cd-mau")
        session.commit()
    with archive.holdings.database.writing() as session:
        upload = create_upload(session, archive.holdings, name="a.pdf", size_bytes=9, by=depositor)
        receipt = issue_receipt(session, session.get_one(Publication, publication_id), by=depositor)
        session.commit()
    assert receipt is not None
    sheet = archive.holdings.incoming.receive(io.BytesIO(b"title\nMot\n"), limit_bytes=99)
    with archive.holdings.database.writing() as session:
        batch = create_batch(
            session,
            archive.holdings,
            sheet=sheet,
            sheet_name="a.csv",
            files=None,
            files_name="",
            by=depositor,
        )
        session.commit()
    return {
        "receipt_id": receipt.id,
        "batch_id": batch.id,
        "ending": "csv",
        "publication_id": publication_id,
        "draft_id": draft_id,
        "number": 1,
        "position": 1,
        "width_px": 320,
        "user_id": user_id,
        "unit_id": 2,
        "name": "css/base.css",
        "guide": "nop",
        "upload_id": upload.id,
        "token": "khong-co-lien-ket-nay",
        "edit_id": "khong-co-dot",
        "section": "chu-de",
        "authority_id": "cd-mau",
        "region": "full",
        "size": "max",
        "rotation": "0",
        "quality": "default",
        "image_format": "jpg",
    }


@pytest.fixture
def meter(archive: Standing) -> Iterator[Meter]:
    made = Meter(archive.holdings.database)
    yield made
    made.close()


def rules(app: Flask, method: str) -> list[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())),
        key=lambda rule: rule.rule,
    )


def address(app: Flask, rule: Rule, known: dict[str, Any]) -> str:
    given = {name: known[name] for name in rule.arguments}
    if rule.endpoint in ("deposits.edit", "deposits.amend", "publications.resubmit"):
        given["publication_id"] = known["draft_id"]
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, given, method=next(iter(rule.methods or ())))


def test_every_route_declares_its_audience(archive: Standing) -> None:
    for rule in archive.app.url_map.iter_rules():
        assert isinstance(audience_of(archive.app, rule.endpoint), OpenTo), rule.rule


def test_route_that_declares_nothing_stops_the_start() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/a", "loud", open_to(OpenTo.ANYONE)(lambda: ""))
    check_declarations(app)
    app.add_url_rule("/b", "silent", lambda: "")
    with pytest.raises(RuntimeError, match="silent"):
        check_declarations(app)


@pytest.mark.parametrize("role", ROLES)
def test_page_opens_to_its_audience_and_to_nobody_else(archive: Standing, role: str) -> None:
    client = archive.client(role)
    seen = 0
    for rule in rules(archive.app, "GET"):
        if rule.arguments:
            continue
        audience = audience_of(archive.app, rule.endpoint)
        assert audience is not None
        answer = client.get(rule.rule)
        where = f"{role} {rule.rule}"
        if role in ADMITTED[audience]:
            assert answer.status_code in OTHER_ANSWERS.get(rule.endpoint, {200}), where
        elif role == ANYONE:
            assert answer.status_code == 302, where
            assert answer.location.startswith("/dang-nhap?next="), where
        else:
            assert answer.status_code == 403, where
        seen += 1
    assert seen >= 12


@pytest.mark.parametrize(("method", "least"), [("POST", 15), ("PATCH", 1), ("DELETE", 1)])
@pytest.mark.parametrize("role", ROLES)
def test_change_without_a_token_is_refused_and_changes_nothing(
    archive: Standing, known: dict[str, Any], meter: Meter, role: str, method: str, least: int
) -> None:
    client = archive.client(role)
    everything = {"note": "x", "email": "x@example.org", "name": "x", "role": "reader"}
    before = meter.read()
    seen = 0
    for rule in rules(archive.app, method):
        audience = audience_of(archive.app, rule.endpoint)
        assert audience is not None
        path = address(archive.app, rule, known)
        answer = client.open(path, method=method, data=everything)
        where = f"{role} {rule.rule}"
        if role in ADMITTED[audience]:
            assert answer.status_code == 400, where
            assert "tải lại trang" in answer.get_data(as_text=True), where
        else:
            assert answer.status_code == (302 if role == ANYONE else 403), where
        seen += 1
    assert seen >= least
    assert meter.read() == before
    if role != ANYONE:
        assert client.get("/doi-mat-khau").status_code == 200, "still signed in"


@pytest.mark.parametrize("role", [ANYONE, "depositor", "admin"])
def test_get_never_commits(
    archive: Standing, known: dict[str, Any], meter: Meter, role: str
) -> None:
    client = archive.client(role)
    good = 0
    for rule in rules(archive.app, "GET"):
        path = address(archive.app, rule, known)
        before = meter.read()
        for asked in (path, f"{path}?q=mot&page=2"):
            answer = client.get(asked)
            assert answer.status_code < 500 or rule.endpoint == "health.ready", asked
            good += answer.status_code == 200
        assert meter.read() == before, f"GET {path} wrote to the database"
    assert good >= {ANYONE: 20, "depositor": 26, "admin": 40}[role]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_strict_html_in_vietnamese(
    archive: Standing, known: dict[str, Any], role: str
) -> None:
    """Whatever the answer is: the page, a refusal, a sheet that lacks something."""
    client = archive.client(role)
    seen = 0
    for rule in rules(archive.app, "GET"):
        answer = client.get(address(archive.app, rule, known))
        if answer.mimetype != "text/html" or answer.status_code == 302:
            continue
        fragments = ("publications.progress", "admin.intake_now", "admin.import_now")
        if rule.endpoint in fragments and answer.status_code == 200:
            continue  # A fragment, which stands inside a page that is looked at here.
        root = page(answer)
        assert root.get("lang") == "vi", rule.rule
        assert words_of(elements(root, "h1")[0]), rule.rule
        scripts = [e for e in root.iter("{*}script") if e.get("type") != "application/ld+json"]
        here = {e.text for e in scripts if e.get("src") is None}
        assert here <= set(SCRIPTS.values()), rule.rule
        assert not [e for e in root.iter("{*}*") if "style" in e.attrib], rule.rule
        seen += 1
    assert seen >= 8


def test_meter_of_commits_sees_a_commit(archive: Standing, meter: Meter) -> None:
    before = meter.read()
    with archive.holdings.database.writing() as session:
        session.query(User).update({User.name: "Tên khác"})
        session.commit()
    after = meter.read()
    assert after[0] != before[0]
    assert after[1] == before[1] + 2, "the lock and the update"
