"""Notices: who is told of what, in the site and by mail, and what happens without a server."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from archive.core.dates import now
from archive.core.mail_server import parse_mail_url
from archive.core.roles import SYSTEM, Access, Role
from archive.core.status import Status
from archive.models import Notice, Publication, User
from archive.services import notices, reviews
from archive.services.mailing import count_waiting, send_due
from archive.services.messages import write_message
from archive.services.notices import Choice
from archive.worker.loop import Worker
from archive.worker.mailing import mail_going_out
from config import ConfigurationError, load_settings
from tests.conftest import make_pdf, make_user, post
from tests.integration.conftest import wait_until
from tests.integration.standing import Standing, page, standing_archive, words_of
from tests.journeys.conftest import free_port


class Postbox:
    """A mail server on this machine that keeps what it gets, but for `refused` addresses."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.refused: set[str] = set()
        self._controller: Any = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append((envelope.rcpt_tos, message))
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def to(self, address: str) -> list[EmailMessage]:
        return [message for people, message in self.got if address in people]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    made = Postbox(free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def archive(tmp_path: Any, postbox: Postbox) -> Iterator[Standing]:
    mail = parse_mail_url(f"smtp://127.0.0.1:{postbox.port}?from=kho@example.org")
    with standing_archive(tmp_path, mail=mail, base_url="http://kho.example.org") as made:
        for role in ("depositor", "curator", "admin"):
            made.client(role)
        make_user(made.holdings, Role.DEPOSITOR, email="khac@example.org", unit="tinh-doan")
        yield made


OFFICER = Standing.address("depositor", unit="so-van-hoa")
CURATOR = Standing.address("curator")


def put(archive: Standing, title: str = "Đường lên Pác Bó", **given: Any) -> str:
    given.setdefault("status", Status.SUBMITTED)
    given.setdefault("by", archive.actor("depositor"))
    return archive.put(title, make_pdf(title.splitlines()[0]), **given)


def act(
    archive: Standing, publication_id: str, verb: Callable[..., Any], *args: Any, **given: Any
) -> None:
    with archive.holdings.database.writing() as session:
        verb(session, session.get_one(Publication, publication_id), *args, **given)
        session.commit()


def told(archive: Standing) -> list[tuple[str, str]]:
    """Kind and address of each notice, in their order."""
    with archive.holdings.database.reading() as session:
        rows = session.execute(
            select(Notice.kind, User.email).join(Notice.user).order_by(Notice.id)
        )
        return [(kind, address) for kind, address in rows]


def pretend(archive: Standing, publication_id: str, kind: str) -> None:
    """Let something of this kind happen to the publication, by the other side."""
    curator, officer = archive.actor("curator"), archive.actor("depositor")
    match kind:
        case "deposit_submitted":
            act(archive, publication_id, reviews.submit, by=officer)
        case "resubmitted":
            act(archive, publication_id, reviews.return_to_depositor, by=curator, note="Sửa")
            act(archive, publication_id, reviews.submit, by=officer)
        case "assigned":
            with archive.holdings.database.writing() as session:
                publication = session.get_one(Publication, publication_id)
                user = session.get_one(User, curator.user_id)
                admin = archive.actor("admin")
                reviews.assign(session, publication, user, seen=None, by=admin)
                session.commit()
        case "returned":
            act(archive, publication_id, reviews.return_to_depositor, by=curator, note="Sửa")
        case "accepted":
            act(archive, publication_id, reviews.accept, by=curator)
        case "withdrawn":
            act(archive, publication_id, reviews.accept, by=curator)
            act(archive, publication_id, reviews.withdraw, by=curator, note="In sai")
        case "message":
            act(archive, publication_id, write_message, "Chào", by=curator)


KINDS = {
    "deposit_submitted": CURATOR,
    "resubmitted": CURATOR,
    "assigned": CURATOR,
    "returned": OFFICER,
    "accepted": OFFICER,
    "withdrawn": OFFICER,
    "message": OFFICER,
}


@pytest.mark.parametrize("in_site", [True, False])
@pytest.mark.parametrize("by_mail", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_comes_in_the_site_and_by_mail_just_as_it_is_wanted(
    archive: Standing, postbox: Postbox, kind: str, in_site: bool, by_mail: bool
) -> None:
    address = KINDS[kind]
    role = "curator" if address == CURATOR else "depositor"
    with archive.holdings.database.writing() as session:
        chosen = {other: Choice(in_site=False, by_mail=False) for other in KINDS}
        chosen[kind] = Choice(in_site=in_site, by_mail=by_mail)
        notices.choose(session, chosen, actor=archive.actor(role))
        session.commit()
    status = Status.DRAFT if kind == "deposit_submitted" else Status.SUBMITTED
    pretend(archive, put(archive, status=status), kind)
    send_due(archive.holdings)
    assert told(archive).count((kind, address)) == (1 if in_site or by_mail else 0)
    shown = words_of(page(archive.client(role).get("/thong-bao")))
    assert ("Đường lên Pác Bó" in shown) == in_site
    assert len(postbox.to(address)) == (1 if by_mail else 0)


def test_notice_goes_to_those_concerned_and_never_to_who_did_it(archive: Standing) -> None:
    publication_id = put(archive)
    pretend(archive, publication_id, "message")
    act(archive, publication_id, write_message, "Đây ạ", by=archive.actor("depositor"))
    admin = Standing.address("admin")
    assert told(archive) == [
        ("deposit_submitted", CURATOR),
        ("deposit_submitted", admin),
        ("message", OFFICER),
        ("message", CURATOR),
        ("message", admin),
    ]


def test_what_curators_bring_in_is_no_news_to_curators(archive: Standing) -> None:
    put(archive, by=archive.actor("admin"))
    put(archive, by=SYSTEM)
    assert told(archive) == []


def test_restricted_record_is_told_only_to_those_who_may_open_it(
    archive: Standing, postbox
) -> None:
    """The officer moved to another unit: what they deposited is not theirs to see any more."""
    publication_id = put(archive, "Bản kín", access=Access.RESTRICTED)
    pretend(archive, publication_id, "message")
    with archive.holdings.database.writing() as session:
        other = session.scalars(select(User).where(User.email == "khac@example.org")).one()
        mover = session.scalars(select(User).where(User.email == OFFICER)).one()
        mover.unit_id = other.unit_id
        session.commit()
    assert "Bản kín" not in words_of(page(archive.client("depositor").get("/thong-bao")))
    assert "1 mới" not in words_of(page(archive.client("depositor").get("/huong-dan")))
    pretend(archive, publication_id, "returned")
    assert ("returned", OFFICER) not in told(archive)
    send_due(archive.holdings)
    assert postbox.to(OFFICER) == [], "the mail that was due already is dropped, too"
    assert not any("Bản kín" in str(m) for _, m in postbox.got if "khac" in str(m["To"]))


def test_mail_is_vietnamese_names_the_title_and_leads_to_it(archive: Standing, postbox) -> None:
    publication_id = put(archive)
    act(
        archive,
        publication_id,
        reviews.return_to_depositor,
        by=archive.actor("curator"),
        note="Thiếu bìa\nsau",
        fields={"isbn": "Ghi ISBN"},
    )
    assert send_due(archive.holdings) == 3
    (mail,) = postbox.to(OFFICER)
    assert mail["Subject"] == "Bản nộp được trả lại để sửa: Đường lên Pác Bó"
    assert mail["From"] == "Kho Ấn Phẩm Cao Bằng <kho@example.org>"
    text = mail.get_content()
    assert f"http://kho.example.org/an-pham/{publication_id}" in text
    assert "> Thiếu bìa\n> sau\n> Ghi ISBN" in text.replace("\r\n", "\n")
    assert send_due(archive.holdings) == 0, "once"


def test_mail_about_what_is_not_open_to_all_quotes_nothing_of_its_thread(archive, postbox) -> None:
    publication_id = put(archive, "Nội bộ", access=Access.INTERNAL)
    act(archive, publication_id, write_message, "chuyenkin", by=archive.actor("curator"))
    send_due(archive.holdings)
    (mail,) = postbox.to(OFFICER)
    assert "Nội bộ" in mail.get_content()
    assert "chuyenkin" not in mail.get_content()


def test_title_with_a_line_end_adds_no_header(archive: Standing, postbox: Postbox) -> None:
    title = "Về nguồn\r\nBcc: ai@example.org\r\n\r\nThân thư"
    pretend(archive, put(archive, title), "message")
    send_due(archive.holdings)
    (mail,) = postbox.to(OFFICER)
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("Về nguồn Bcc: ai@example.org Thân thư")
    assert all("ai@example.org" not in people for people, _ in postbox.got)


def test_news_of_one_account_come_in_one_mail(archive: Standing, postbox: Postbox) -> None:
    for number in range(3):
        pretend(archive, put(archive, f"Bản số {number}"), "accepted")
    send_due(archive.holdings)
    (mail,) = postbox.to(OFFICER)
    assert mail["Subject"].startswith("3 thông báo mới")
    assert all(f"Bản số {number}" in mail.get_content() for number in range(3))


def test_nothing_is_lost_while_the_server_is_down(archive: Standing, postbox: Postbox) -> None:
    postbox.stop()
    pretend(archive, put(archive), "accepted")
    assert send_due(archive.holdings) == 0
    with archive.holdings.database.reading() as session:
        assert count_waiting(session) == 3
        rows = session.scalars(select(Notice)).all()
        assert {row.mail_attempts for row in rows} == {1}
        assert all(row.mail_due_at is not None and row.mail_due_at > now() for row in rows)
    client = archive.client("depositor")
    assert client.get("/").status_code == 200
    assert "Đường lên Pác Bó" in words_of(page(client.get("/thong-bao")))
    ready = client.get("/readyz").json["parts"]["mail"]
    assert (ready["ok"], ready["needed"]) == (False, False)
    assert "3 notices waiting" in ready["detail"]
    postbox.start()
    assert send_due(archive.holdings) == 0, "not before its time"
    with archive.holdings.database.writing() as session:
        session.execute(update(Notice).values(mail_due_at=now()))
        session.commit()
    assert send_due(archive.holdings) == 3
    assert len(postbox.to(OFFICER)) == 1
    assert client.get("/readyz").json["parts"]["mail"]["ok"]


def test_waits_grow_up_to_an_hour(archive: Standing, postbox: Postbox) -> None:
    postbox.stop()
    pretend(archive, put(archive), "message")
    waits = []
    for _ in range(9):
        with archive.holdings.database.writing() as session:
            session.execute(update(Notice).values(mail_due_at=now()))
            session.commit()
        send_due(archive.holdings)
        with archive.holdings.database.reading() as session:
            due = session.scalars(select(Notice.mail_due_at)).first()
            assert due is not None
            waits.append(round((due - now()) / timedelta(seconds=30)))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_address_that_is_refused_holds_up_no_other(archive: Standing, postbox: Postbox) -> None:
    postbox.refused.add(CURATOR)
    pretend(archive, put(archive), "accepted")
    assert send_due(archive.holdings) == 2
    assert len(postbox.to(OFFICER)) == 1
    with archive.holdings.database.reading() as session:
        refused = session.scalars(select(Notice).where(Notice.mail_error != "")).all()
        assert [row.mail_due_at for row in refused] == [None]
        assert count_waiting(session) == 0


def test_worker_sends_while_it_works(archive: Standing, postbox: Postbox) -> None:
    pretend(archive, put(archive), "message")
    with mail_going_out(archive.holdings):
        wait_until(lambda: len(postbox.to(OFFICER)) == 1)
    Worker(archive.holdings).run(until_idle=True)
    assert len(postbox.to(OFFICER)) == 1


def test_notices_are_read_one_by_one_and_all_at_once(archive: Standing) -> None:
    first = put(archive, "Một <b>đậm</b>")
    for publication_id in (first, put(archive, "Hai"), put(archive, "Ba")):
        pretend(archive, publication_id, "message")
    client = archive.client("depositor")
    answer = client.get("/thong-bao")
    assert "Một <b>đậm</b>" in words_of(page(answer))
    assert "3 mới" in words_of(page(answer))
    with archive.holdings.database.reading() as session:
        mine = session.scalars(select(Notice.id).where(Notice.publication_id == first)).all()
    stranger = archive.client("reader")
    for number in mine:
        assert post(stranger, f"/thong-bao/{number}/mo", {}).status_code == 404
        post(stranger, "/thong-bao/da-doc", {"id": number})
    assert "3 mới" in words_of(page(client.get("/huong-dan")))
    opened = post(client, f"/thong-bao/{mine[-1]}/mo", {})
    assert opened.location == f"/an-pham/{first}"
    assert "2 mới" in words_of(page(client.get("/huong-dan")))
    post(client, "/thong-bao/da-doc", {})
    assert "mới" not in words_of(page(client.get("/thong-bao"))).split("Thông báo")[1]


def test_account_chooses_its_kinds_on_a_page(archive: Standing) -> None:
    client = archive.client("depositor")
    shown = words_of(page(client.get("/thong-bao/cai-dat")))
    assert "Bản nộp được trả lại để sửa" in shown
    assert "Có bản nộp mới chờ duyệt" not in shown, "no officer is told of that"
    form = {"site": ["returned", "message"], "mail": ["returned", "deposit_submitted"]}
    assert post(client, "/thong-bao/cai-dat", form).status_code == 302
    with archive.holdings.database.reading() as session:
        found = notices.choices_of(session, actor=archive.actor("depositor"))
    assert found == {
        "returned": Choice(True, True),
        "accepted": Choice(False, False),
        "withdrawn": Choice(False, False),
        "message": Choice(True, False),
    }


def test_account_goes_with_its_notices(archive: Standing) -> None:
    from archive.services.accounts import delete_user

    pretend(archive, put(archive), "message")
    number = archive.actor("depositor").user_id
    assert number is not None
    with archive.holdings.database.writing() as session:
        delete_user(session, user_id=number)
        session.commit()
    assert ("message", OFFICER) not in told(archive)


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://a", "smtp://", "smtp://host:25", "smtp://h?from=a b@c"]
)
def test_mail_address_that_cannot_be_used_is_named_without_its_password(tmp_path, url) -> None:
    given = {"ARCHIVE_INSTANCE": str(tmp_path), "ARCHIVE_MAIL_URL": url}
    with pytest.raises(ConfigurationError, match="ARCHIVE_MAIL_URL"):
        load_settings(given)


def test_mail_address_is_read(tmp_path) -> None:
    url = "smtps://kho%40example.vn:m%C3%A2t%3A@thu.example.vn"
    given = {"ARCHIVE_INSTANCE": str(tmp_path), "ARCHIVE_MAIL_URL": url}
    server = load_settings(given).mail
    assert server is not None
    assert (server.host, server.port, server.is_wrapped) == ("thu.example.vn", 465, True)
    assert (server.user, server.password, server.sender) == (
        "kho@example.vn",
        "mât:",
        "kho@example.vn",
    )
    assert "mât" not in repr(server)
