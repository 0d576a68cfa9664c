"""Signing in and out, passwords, one-time links: what a session is worth, and when it ends."""

from __future__ import annotations

import io
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import Type, extract_parameters
from argon2.exceptions import VerifyMismatchError
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from archive.core.dates import now
from archive.core.roles import SYSTEM, Role
from archive.logs import configure_logs
from archive.models import LoginSession, PasswordLink, SignInAttempt, User
from archive.services import accounts, credentials, signing_in
from archive.services.units import find_unit
from tests.conftest import PASSWORD, post, sign_in, token_of
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

REFUSED = "Thư điện tử hoặc mật khẩu chưa đúng."
# As the archive has it; the tests themselves sign people in more cheaply (see `conftest.py`).
HASHER = credentials._HASHER
_numbers = count(1)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(
        tmp_path_factory.mktemp("accounts"),
        sign_in_failures_per_account=3,
        sign_in_failures_per_address=5,
    ) as made:
        yield made


@pytest.fixture(autouse=True)
def no_failures_so_far(archive: Standing) -> None:
    with archive.holdings.database.writing() as session:
        session.query(SignInAttempt).delete()
        session.commit()


def user_of(archive: Standing, email: str) -> User:
    with archive.holdings.database.reading() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def fresh_user(archive: Standing, *, password: str | None = PASSWORD) -> str:
    email = f"nguoi-{next(_numbers)}@example.org"
    with archive.holdings.database.writing() as session:
        accounts.create_user(session, email=email, role=Role.READER, by=SYSTEM, password=password)
        session.commit()
    return email


def is_in(client: FlaskClient) -> bool:
    return client.get("/doi-mat-khau").status_code == 200


def one_time_path(archive: Standing, email: str) -> str:
    """What the admin's page shows once, as a path."""
    answer = post(
        archive.client("admin"), f"/quan-tri/nguoi-dung/{user_of(archive, email).id}/lien-ket", {}
    )
    assert answer.status_code == 200
    found = re.search(r"http://localhost(/dat-mat-khau/[\w-]+)", answer.get_data(as_text=True))
    assert found is not None
    return found.group(1)


def set_by_link(client: FlaskClient, path: str, password: str, again: str | None = None) -> Any:
    given = {"new": password, "again": password if again is None else again}
    return post(client, path, given, token_from="/dang-nhap")


def test_signing_in_and_out_ends_the_session_on_the_server(archive: Standing) -> None:
    email, client = fresh_user(archive), archive.app.test_client()
    assert not is_in(client)
    assert sign_in(client, email).location == "/"
    assert is_in(client)
    stolen = client.get_cookie("session")
    assert stolen is not None
    assert post(client, "/dang-xuat", {}).status_code == 302
    assert not is_in(client)
    thief = archive.app.test_client()
    thief.set_cookie("session", stolen.value)
    assert not is_in(thief)


def test_cookie_is_out_of_reach_of_scripts_and_of_other_sites(archive: Standing) -> None:
    answer = sign_in(archive.app.test_client(), fresh_user(archive))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_only_a_digest_of_the_session_is_stored(archive: Standing) -> None:
    client = archive.app.test_client()
    sign_in(client, fresh_user(archive))
    with client.session_transaction() as kept:
        token = kept["_user_id"]
    with archive.holdings.database.reading() as session:
        digests = session.scalars(select(LoginSession.token_sha256)).all()
    assert token not in digests
    assert credentials.token_digest(token) in digests


def test_session_planted_before_sign_in_is_worth_nothing_after_it(archive: Standing) -> None:
    victim, attacker = archive.app.test_client(), archive.app.test_client()
    token_of(attacker)
    planted = attacker.get_cookie("session")
    assert planted is not None
    victim.set_cookie("session", planted.value)
    with victim.session_transaction() as kept:
        kept["_user_id"] = "planted-token"
        form_token = kept["csrf_token"]
    assert sign_in(victim, fresh_user(archive)).status_code == 302
    assert is_in(victim)
    assert not is_in(attacker)
    with victim.session_transaction() as kept:
        assert kept["_user_id"] != "planted-token"
        assert kept["csrf_token"] != form_token, "the form token went with the old session"


def test_signing_in_again_ends_the_browsers_earlier_session(archive: Standing) -> None:
    client = archive.app.test_client()
    sign_in(client, fresh_user(archive))
    earlier = client.get_cookie("session")
    assert earlier is not None
    token = token_of(client, "/huong-dan")
    given = {"csrf_token": token, "email": fresh_user(archive), "password": PASSWORD}
    assert client.post("/dang-nhap", data=given).status_code == 302
    left = archive.app.test_client()
    left.set_cookie("session", earlier.value)
    assert is_in(client)
    assert not is_in(left)


def test_expired_session_is_no_session(archive: Standing) -> None:
    email, client = fresh_user(archive), archive.app.test_client()
    sign_in(client, email)
    assert is_in(client)
    with archive.holdings.database.writing() as session:
        session.execute(
            update(LoginSession)
            .where(LoginSession.user_id == user_of(archive, email).id)
            .values(expires_at=now() - timedelta(seconds=1))
        )
        session.commit()
    assert not is_in(client)


def test_new_password_ends_the_other_sessions_and_this_one_goes_on(archive: Standing) -> None:
    email = fresh_user(archive)
    here, there = archive.app.test_client(), archive.app.test_client()
    sign_in(here, email)
    sign_in(there, email)
    old = here.get_cookie("session")
    assert old is not None
    new = "mật khẩu mới 2026"
    given = {"current": PASSWORD, "new": new, "again": new}
    assert post(here, "/doi-mat-khau", given).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    copy = archive.app.test_client()
    copy.set_cookie("session", old.value)
    assert not is_in(copy)
    assert sign_in(archive.app.test_client(), email).status_code == 422
    assert sign_in(archive.app.test_client(), email, new).status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"current": "không phải", "new": "mười ký tự!", "again": "mười ký tự!"}, "hiện tại chưa"),
        ({"current": PASSWORD, "new": "chín ký t", "again": "chín ký t"}, "ít nhất 10 ký tự"),
        ({"current": PASSWORD, "new": "mười ký tự!", "again": "mười ký tư!"}, "chưa giống nhau"),
        ({"current": PASSWORD, "new": "chín", "again": "mười"}, "ít nhất 10 ký tự"),
        ({"current": PASSWORD, "new": "chín", "again": "mười"}, "chưa giống nhau"),
        ({"current": PASSWORD, "new": "a" * 1001, "again": "a" * 1001}, "tối đa 1000 ký tự"),
        ({"current": PASSWORD, "new": "", "again": ""}, "Nhập mật khẩu mới."),
    ],
)
def test_wrong_new_password_is_explained_and_changes_nothing(
    archive: Standing, given: dict[str, str], said: str
) -> None:
    before = user_of(archive, _reader(archive)).password_hash
    answer = post(archive.client("reader"), "/doi-mat-khau", given)
    assert answer.status_code == 422
    assert said in words_of(page(answer))
    assert user_of(archive, _reader(archive)).password_hash == before


def _reader(archive: Standing) -> str:
    archive.client("reader")
    return archive.address("reader")


def test_ten_characters_are_enough_whichever_way_they_are_typed(archive: Standing) -> None:
    email = fresh_user(archive, password="đặc biệt 1")
    typed = unicodedata.normalize("NFD", "đặc biệt 1")
    assert sign_in(archive.app.test_client(), email, typed).status_code == 302
    short = unicodedata.normalize("NFD", "chín ký t")
    path = one_time_path(archive, email)
    answer = set_by_link(archive.app.test_client(), path, short)
    assert answer.status_code == 422, "marks typed apart do not make a password longer"


def test_address_is_the_same_in_capitals_and_with_blanks_around(archive: Standing) -> None:
    email = fresh_user(archive)
    assert sign_in(archive.app.test_client(), f"  {email.upper()} ").status_code == 302
    given = {"email": email.upper(), "role": "reader", "unit": "", "name": ""}
    answer = post(archive.client("admin"), "/quan-tri/nguoi-dung", given)
    assert answer.status_code == 422
    assert "đã có tài khoản" in words_of(page(answer))


def test_guess_costs_what_rfc_9106_recommends_and_no_address_costs_as_much() -> None:
    assert (HASHER.type, HASHER.time_cost, HASHER.memory_cost) == (Type.ID, 3, 64 * 1024)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(credentials, "_HASHER", HASHER)
        nobody = credentials.hash_of_nobody()
    assert extract_parameters(nobody) == extract_parameters(HASHER.hash(PASSWORD))
    with pytest.raises(VerifyMismatchError):
        HASHER.verify(nobody, PASSWORD)


def test_unknown_address_and_wrong_password_are_told_apart_by_nothing(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    hasher = credentials._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return hasher.verify(stored, password)

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    blocked = fresh_user(archive)
    post(archive.client("admin"), f"/quan-tri/nguoi-dung/{user_of(archive, blocked).id}/khoa", {})
    fresh = fresh_user(archive)
    unset = fresh_user(archive, password=None)
    monkeypatch.setattr(credentials, "_HASHER", Counting())
    pages = set()
    for email, password in (
        ("khong-ai@example.org", "mật khẩu nào đó"),
        (fresh, "sai mật khẩu rồi"),
        (blocked, "sai mật khẩu rồi"),
        (unset, "mật khẩu nào đó"),
    ):
        answer = sign_in(archive.app.test_client(), email, password)
        assert answer.status_code == 422
        text = words_of(page(answer))
        assert REFUSED in text
        pages.add(text.replace(email, ""))
    assert len(pages) == 1
    assert len(verified) == 4, "the hasher ran each time"
    assert len({stored[:40].rpartition("$")[0] for stored in verified}) == 1, "at one price"
    assert all(stored.startswith("$argon2id$") for stored in verified)


def test_failures_slow_an_account_down_wherever_they_come_from(archive: Standing) -> None:
    email = fresh_user(archive)
    for number in range(3):
        client = archive.app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        assert sign_in(client, email, "không phải nó").status_code == 422
    answer = sign_in(archive.app.test_client(), email)
    assert answer.status_code == 429, "even the right password waits"
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60 + 1
    assert "Đợi 15 phút" in words_of(page(answer))
    assert sign_in(archive.app.test_client(), fresh_user(archive)).status_code == 302


def test_failures_slow_an_address_down_whatever_account_they_try(archive: Standing) -> None:
    email = fresh_user(archive)
    for number in range(5):
        client = archive.app.test_client()
        client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
        assert sign_in(client, f"thu-{number}@example.org", "x" * 12).status_code == 422
    answer = sign_in(client, email)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert sign_in(archive.app.test_client(), email).status_code == 302, "from elsewhere"


def test_old_failures_no_longer_count(archive: Standing) -> None:
    email = fresh_user(archive)
    for _ in range(3):
        sign_in(archive.app.test_client(), email, "không phải nó")
    with archive.holdings.database.writing() as session:
        session.execute(update(SignInAttempt).values(at=now() - timedelta(minutes=16)))
        session.commit()
    assert sign_in(archive.app.test_client(), email).status_code == 302
    with archive.holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        " //evil.example",
        "javascript:alert(1)",
        "/an-pham\\..\\x",
        "evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(archive: Standing, target: str) -> None:
    client = archive.client("reader")
    answer = client.get("/dang-nhap", query_string={"next": target})
    assert (answer.status_code, answer.location) == (302, "/")


def test_sign_in_leads_back_to_the_page_that_asked_for_it(archive: Standing) -> None:
    client = archive.app.test_client()
    asked = client.get("/doi-mat-khau?a=1")
    assert asked.status_code == 302
    form = client.get(asked.location)
    assert form.status_code == 200
    answer = sign_in(client, fresh_user(archive), next="/doi-mat-khau?a=1")
    assert answer.location == "/doi-mat-khau?a=1"
    evil = sign_in(archive.app.test_client(), fresh_user(archive), next="//evil.example")
    assert evil.location == "/"


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/duyet?year=2024", "/duyet?year=2024"),
        ("/en/duyet", "/en/duyet"),
        ("/tim-kiem?q=P%C3%A1c%20B%C3%B3&next=//evil.example", None),
        ("/khong-co/ở%20đây", None),
        ("/", ""),
        ("/en/", ""),
        ("//evil.example/", ""),
        ("/%5Cevil.example", None),
        ("/dang-nhap", ""),
        ("/dang-nhap?next=/cua-toi", "/cua-toi"),
        ("/dang-nhap?next=//evil.example", ""),
        ("/dang-nhap?next=https://evil.example/", ""),
        ("/dat-mat-khau/khong-co", ""),
    ],
)
def test_sign_in_of_the_header_leads_back_to_the_page(
    archive: Standing, path: str, back: str | None
) -> None:
    client = archive.app.test_client()
    answer = client.get(path)
    links = [
        link.get("href")
        for link in elements(page(answer), "a")
        if link.get("class") == "account__sign-in"
    ]
    (address,) = links
    parts = urlsplit(address)
    assert parts.scheme == parts.netloc == ""
    assert parts.path.endswith("/dang-nhap")
    (target,) = parse_qs(parts.query).get("next", [""])
    if back is not None:
        assert target == back
    done = sign_in(client, fresh_user(archive), next=target)
    assert done.status_code == 302
    assert not done.location.startswith(("//", "/\\"))
    assert urlsplit(done.location).netloc == ""
    if back is None:
        came = client.get(done.location).request
        assert (came.path, came.query_string) == (answer.request.path, answer.request.query_string)


def test_one_time_link_sets_a_password_once(archive: Standing) -> None:
    email = fresh_user(archive, password=None)
    path = one_time_path(archive, email)
    client = archive.app.test_client()
    assert client.get(path).status_code == 200
    answer = set_by_link(client, path, "mật khẩu đầu tiên")
    assert (answer.status_code, answer.location) == (302, "/dang-nhap")
    assert sign_in(client, email, "mật khẩu đầu tiên").status_code == 302
    again = set_by_link(archive.app.test_client(), path, "mật khẩu thứ hai")
    assert again.status_code == 410
    assert archive.app.test_client().get(path).status_code == 410
    assert "hết hiệu lực" in words_of(page(again))
    with archive.holdings.database.reading() as session:
        digests = session.scalars(select(PasswordLink.token_sha256)).all()
    assert path.rpartition("/")[2] not in digests


def test_setting_a_password_by_link_ends_all_sessions(archive: Standing) -> None:
    email, client = fresh_user(archive), archive.app.test_client()
    sign_in(client, email)
    set_by_link(archive.app.test_client(), one_time_path(archive, email), "một mật khẩu khác")
    assert not is_in(client)


def test_newer_link_spends_the_older_one(archive: Standing) -> None:
    email = fresh_user(archive, password=None)
    first, second = one_time_path(archive, email), one_time_path(archive, email)
    client = archive.app.test_client()
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_link_past_its_time_is_spent(archive: Standing) -> None:
    path = one_time_path(archive, fresh_user(archive, password=None))
    with archive.holdings.database.writing() as session:
        session.execute(update(PasswordLink).values(expires_at=now() - timedelta(seconds=1)))
        session.commit()
    assert archive.app.test_client().get(path).status_code == 410


def test_block_ends_sessions_and_links_at_once(archive: Standing) -> None:
    email, client = fresh_user(archive), archive.app.test_client()
    sign_in(client, email)
    path = one_time_path(archive, email)
    user_id = user_of(archive, email).id
    assert (
        post(archive.client("admin"), f"/quan-tri/nguoi-dung/{user_id}/khoa", {}).status_code == 302
    )
    assert not is_in(client)
    assert archive.app.test_client().get(path).status_code == 410
    assert sign_in(archive.app.test_client(), email).status_code == 422
    fresh = one_time_path(archive, email)
    assert archive.app.test_client().get(fresh).status_code == 410, "a blocked user's new link"
    post(archive.client("admin"), f"/quan-tri/nguoi-dung/{user_id}/mo", {})
    assert not is_in(client), "the old session stays dead"
    assert sign_in(client, email).status_code == 302


def test_blocked_units_depositor_may_only_read(archive: Standing) -> None:
    client = archive.client("depositor", unit="tinh-doan")
    with archive.holdings.database.reading() as session:
        unit = find_unit(session, "tinh-doan")
        assert unit is not None
    assert client.get("/nop").status_code == 200
    post(archive.client("admin"), f"/quan-tri/don-vi/{unit.id}/khoa", {})
    assert client.get("/nop").status_code == 403
    assert client.get("/cua-toi").status_code == 403
    assert client.get("/").status_code == 200
    post(archive.client("admin"), f"/quan-tri/don-vi/{unit.id}/mo", {})
    assert client.get("/nop").status_code == 200


def test_fault_in_the_log_shows_no_secret(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(stored: str, password: str) -> bool:
        raise SQLAlchemyError("hỏng")

    email = fresh_user(archive)
    monkeypatch.setattr(signing_in, "password_matches", broken)
    kept = io.StringIO()
    with monkeypatch.context() as streams:
        streams.setattr(sys, "stderr", kept)
        configure_logs()
    try:
        assert sign_in(archive.app.test_client(), email).status_code == 500
    finally:
        configure_logs()
    logged = kept.getvalue()
    assert "request_broken" in logged
    assert PASSWORD not in logged
    assert archive.holdings.settings.secret_key not in logged


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/nop", "Đăng nhập để nộp ấn phẩm."),
        ("/cua-toi", "Đăng nhập để mở trang này."),
        ("", ""),
        ("//evil.example", ""),
    ],
)
def test_sign_in_page_says_for_what_it_was_asked(archive: Standing, target: str, said: str) -> None:
    answer = archive.app.test_client().get("/dang-nhap", query_string={"next": target})
    text = words_of(page(answer))
    assert said in text
    assert ("Đăng nhập để" in text) is bool(said)


def test_wrong_form_says_what_could_not_be_done(archive: Standing) -> None:
    client = archive.client("anonymous")
    answer = post(client, "/dang-nhap", {"email": "", "password": ""}, token_from="/dang-nhap")
    (summary,) = [e for e in page(answer).iter("{*}h2") if "error-summary" in e.get("class", "")]
    assert words_of(summary) == "Chưa đăng nhập được"
