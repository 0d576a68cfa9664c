"""What an administrator does to accounts and units, and what is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.core.roles import Role
from archive.models import Event, Unit, User
from archive.web.access import OpenTo, audience_of
from tests.conftest import post
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

UNIT = {"kind": "", "parent": "", "successor": "", "valid_from": "", "valid_to": ""}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("administration")) as made:
        yield made


@pytest.fixture
def admin(archive: Standing) -> FlaskClient:
    return archive.client("admin")


def user(archive: Standing, email: str) -> User | None:
    with archive.holdings.database.reading() as session:
        found = session.scalar(select(User).where(User.email == email))
        assert found is None or found.unit is None or found.unit.code
        return found


def unit(archive: Standing, code: str) -> Unit:
    with archive.holdings.database.reading() as session:
        found = session.scalars(select(Unit).where(Unit.code == code)).one()
        assert found.parent is None or found.parent.code
        assert found.successor is None or found.successor.code
        return found


def beside(answer: Any, field: str) -> str:
    found = [e for e in page(answer).iter("{*}p") if e.get("id") == f"{field}-error"]
    return words_of(found[0]) if found else ""


def new_user(client: FlaskClient, **given: str) -> Any:
    data = {"email": "moi@example.org", "name": "Mới", "role": "reader", "unit": "", **given}
    return post(client, "/quan-tri/nguoi-dung", data)


def test_new_account_comes_with_a_link_to_print(archive: Standing, admin: FlaskClient) -> None:
    answer = new_user(admin, email="Can.Bo@Example.org", role="depositor", unit="tinh-doan")
    assert answer.status_code == 200
    text = words_of(page(answer))
    assert "http://localhost/dat-mat-khau/" in text
    assert "can.bo@example.org" in text
    made = user(archive, "can.bo@example.org")
    assert made is not None
    assert (made.role, made.unit.code if made.unit else "") == (Role.DEPOSITOR, "tinh-doan")
    assert made.password_hash is None


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"email": ""}, "email", "Nhập thư điện tử."),
        ({"email": "không phải thư"}, "email", "chưa đúng"),
        ({"email": "a@b\r\nBcc: c@d"}, "email", "chưa đúng"),
        ({"email": "a" * 65 + "@example.org"}, "email", "chưa đúng"),
        ({"email": "a@" + "b" * 190}, "email", "chưa đúng"),
        ({"role": "depositor"}, "unit", "phải thuộc một đơn vị"),
        ({"role": "root"}, "role", "Chọn một mục"),
        ({"unit": "khong-co"}, "unit", "Chọn một mục"),
        ({"name": "a" * 201}, "name", "tối đa 200 ký tự"),
    ],
)
def test_wrong_account_is_explained_beside_its_field(
    archive: Standing, admin: FlaskClient, given: dict[str, str], field: str, said: str
) -> None:
    answer = new_user(admin, **given)
    assert answer.status_code == 422
    assert said in beside(answer, field)
    assert user(archive, "moi@example.org") is None


def test_form_cannot_set_a_password_or_a_block(archive: Standing, admin: FlaskClient) -> None:
    new_user(admin, email="gan@example.org", password="x" * 12, is_blocked="1", id="1")
    made = user(archive, "gan@example.org")
    assert made is not None
    assert made.password_hash is None
    assert made.is_blocked is False


def test_admin_cannot_demote_or_block_the_own_account(
    archive: Standing, admin: FlaskClient
) -> None:
    own = archive.actor("admin")
    path = f"/quan-tri/nguoi-dung/{own.user_id}"
    answer = post(admin, path, {"name": "Tôi", "role": "curator", "unit": ""})
    assert answer.status_code == 422
    assert "tự bỏ quyền quản trị" in beside(answer, "role")
    assert post(admin, f"{path}/khoa", {}).status_code == 302
    assert "Không thể tự khóa" in words_of(page(admin.get(path)))
    found = user(archive, archive.address("admin"))
    assert found is not None
    assert (found.role, found.is_blocked) == (Role.ADMIN, False)


def test_changed_role_and_unit_count_from_the_next_request_on(
    archive: Standing, admin: FlaskClient
) -> None:
    client = archive.client("reader")
    path = f"/quan-tri/nguoi-dung/{archive.actor('reader').user_id}"
    assert client.get("/nop").status_code == 403
    no_unit = post(admin, path, {"name": "", "role": "depositor", "unit": ""})
    assert "phải thuộc một đơn vị" in beside(no_unit, "unit")
    given = {"name": "Tên  mới\r\nhai", "role": "depositor", "unit": "tinh-doan"}
    assert post(admin, path, given).status_code == 302
    assert client.get("/nop").status_code == 200
    changed = user(archive, archive.address("reader"))
    assert changed is not None
    assert changed.name == "Tên mới hai"
    post(admin, path, {"name": "", "role": "reader", "unit": ""})
    assert client.get("/nop").status_code == 403


def test_lists_are_searched_by_name_address_and_code(admin: FlaskClient) -> None:
    new_user(admin, email="tim-toi@example.org", name="Nông Thị Đào")
    for query, found in (
        ("tim-toi@", True),
        ("TIM-TOI", True),
        ("Đào", True),
        ("đào", True),
        ("nong thi dao", True),
        ("không-ai", False),
        ("%", False),
    ):
        answer = admin.get("/quan-tri/nguoi-dung", query_string={"q": query})
        assert ("tim-toi@example.org" in words_of(page(answer))) is found, query
    assert "admin-khong@example.org" not in words_of(page(admin.get("/quan-tri/nguoi-dung?q=Đào")))
    new_user(admin, email="cua-doan@example.org", role="depositor", unit="tinh-doan")
    by_unit = words_of(page(admin.get("/quan-tri/nguoi-dung?q=tinh+doan")))
    assert "cua-doan@example.org" in by_unit
    assert "tim-toi@example.org" not in by_unit
    for query in ("tinh-d", "TỈNH ĐOÀN", "doan"):
        rows = page(admin.get("/quan-tri/don-vi", query_string={"q": query}))
        assert [words_of(e) for e in elements(rows, "tr")][1].startswith("Tỉnh đoàn"), query
    (box,) = [
        field
        for field in elements(page(admin.get("/quan-tri/don-vi?q=tinh-d")), "input")
        if field.get("id") == "loc-don-vi"
    ]
    assert (box.get("name"), box.get("value")) == ("q", "tinh-d")


def test_unit_is_made_changed_and_shown(archive: Standing, admin: FlaskClient) -> None:
    given = {**UNIT, "code": "huyen-a", "name": "Huyện A", "valid_to": "30/6/2025"}
    given |= {"successor": "tinh-doan"}
    assert post(admin, "/quan-tri/don-vi", given).status_code == 302
    made = unit(archive, "huyen-a")
    assert made.successor is not None
    assert (str(made.valid_to), made.successor.code) == ("2025-06-30", "tinh-doan")
    path = f"/quan-tri/don-vi/{made.id}"
    shown = admin.get(path)
    assert shown.status_code == 200
    fields = {e.get("name"): e.get("value") for e in elements(page(shown), "input")}
    assert (fields["name"], fields["valid_to"]) == ("Huyện A", "30/6/2025")
    changed = {**UNIT, "name": "Huyện A cũ", "parent": "so-van-hoa", "code": "khac"}
    assert post(admin, path, changed).status_code == 302
    after = unit(archive, "huyen-a")
    assert after.parent is not None
    assert (after.name, after.parent.code, after.successor) == ("Huyện A cũ", "so-van-hoa", None)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"code": "so-van-hoa"}, "code", "đã có"),
        ({"code": "Sở"}, "code", "chữ không dấu"),
        ({"code": "../x"}, "code", "chữ không dấu"),
        ({"name": ""}, "name", "Nhập tên đơn vị."),
        ({"name": "a" * 301}, "name", "tối đa 300"),
        ({"kind": "a" * 61}, "kind", "tối đa 60"),
        ({"valid_from": "2024"}, "valid_from", "Chưa đọc được"),
        ({"valid_from": "2/1/2024", "valid_to": "1/1/2024"}, "valid_to", "sau ngày đầu"),
        ({"parent": "khong-co"}, "parent", "Chọn một mục"),
    ],
)
def test_wrong_unit_is_explained_beside_its_field(
    admin: FlaskClient, given: dict[str, str], field: str, said: str
) -> None:
    answer = post(admin, "/quan-tri/don-vi", {**UNIT, "code": "thu", "name": "Thử", **given})
    assert answer.status_code == 422
    assert said in beside(answer, field)


def test_unit_cannot_stand_below_itself(archive: Standing, admin: FlaskClient) -> None:
    for code, parent in (("cap-1", ""), ("cap-2", "cap-1"), ("cap-3", "cap-2")):
        post(admin, "/quan-tri/don-vi", {**UNIT, "code": code, "name": code, "parent": parent})
    path = f"/quan-tri/don-vi/{unit(archive, 'cap-1').id}"
    for parent in ("cap-1", "cap-3"):
        answer = post(admin, path, {**UNIT, "name": "cap-1", "parent": parent})
        assert answer.status_code == 422
        assert "nằm dưới chính đơn vị này" in beside(answer, "parent")


def test_what_is_not_there_is_not_found(admin: FlaskClient) -> None:
    for path in ("/quan-tri/nguoi-dung/9999", "/quan-tri/don-vi/9999"):
        assert admin.get(path).status_code == 404
        assert post(admin, f"{path}/khoa", {}).status_code == 404
        assert (
            post(admin, path, {"name": "x", "role": "reader", "unit": "", **UNIT}).status_code
            == 404
        )
    assert post(admin, "/quan-tri/nguoi-dung/9999/lien-ket", {}).status_code == 404


def test_every_act_is_written_down(archive: Standing, admin: FlaskClient) -> None:
    new_user(admin, email="ghi-lai@example.org")
    made = user(archive, "ghi-lai@example.org")
    assert made is not None
    post(admin, f"/quan-tri/nguoi-dung/{made.id}/khoa", {})
    post(admin, f"/quan-tri/nguoi-dung/{made.id}/mo", {})
    with archive.holdings.database.reading() as session:
        events = session.scalars(select(Event).order_by(Event.id.desc()).limit(4)).all()
    assert [event.kind for event in reversed(events)] == [
        "user_created",
        "password_link_made",
        "user_blocked",
        "user_unblocked",
    ]
    assert {event.actor_id for event in events} == {archive.actor("admin").user_id}
    assert "Khóa tài khoản ghi-lai@example.org" in words_of(page(admin.get("/quan-tri")))


@pytest.mark.parametrize("who", ["curator", "admin"])
def test_navigation_names_where_each_page_of_the_administration_belongs(archive, who):
    opened = {"curator": {OpenTo.CURATORS}, "admin": {OpenTo.CURATORS, OpenTo.ADMINS}}[who]
    paths = [
        rule.rule
        for rule in archive.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
        and not rule.arguments
        and "GET" in (rule.methods or ())
        and audience_of(archive.app, rule.endpoint) in opened
    ]
    assert "/quan-tri/nhap" in paths
    for path in paths:
        answer = archive.client(who).get(path)
        if answer.status_code != 200 or not answer.data.startswith(b"<!DOCTYPE html>"):
            continue  # A file, a part of a page, or nothing without what is asked for.
        header = elements(page(answer), "header")[0]
        current = [words_of(e) for e in elements(header, "a") if e.get("aria-current")]
        if path.startswith("/quan-tri/danh-muc"):
            assert current == ["Danh mục tên"], path
        else:
            assert current == ["Quản trị" if who == "admin" else "Duyệt bản nộp"], path


def test_units_and_accounts_stand_in_vietnamese_order(
    archive: Standing, admin: FlaskClient
) -> None:
    for code, name in (("xep-1", "Xếp Đoàn"), ("xep-2", "Xếp Dân"), ("xep-3", "Xếp Yên")):
        post(admin, "/quan-tri/don-vi", {**UNIT, "code": code, "name": name})
    for email, name in (
        ("a-xep", "Lê Xếp Yến"),
        ("b-xep", "Nông Xếp Đào"),
        ("c-xep", "Vũ Xếp Dung"),
    ):
        new_user(admin, email=f"{email}@example.org", name=name)

    def listed(path: str) -> list[str]:
        rows = [e for e in page(admin.get(path)).iter("{*}th") if e.get("scope") == "row"]
        return [words_of(next(e.iter("{*}a"))) for e in rows]

    assert listed("/quan-tri/don-vi?q=xếp") == ["Xếp Dân", "Xếp Đoàn", "Xếp Yên"]
    people = [name for name in listed("/quan-tri/nguoi-dung?q=xep") if "Xếp" in name]
    assert people == ["Vũ Xếp Dung", "Nông Xếp Đào", "Lê Xếp Yến"], "by given name"
    (choice,) = [e for e in page(admin.get("/nop")).iter("{*}select") if e.get("name") == "unit"]
    offered = [words_of(e) for e in choice.iter("{*}option") if "Xếp" in words_of(e)]
    assert offered == ["Xếp Dân", "Xếp Đoàn", "Xếp Yên"]


def test_unit_that_ended_is_not_said_to_deposit(archive: Standing, admin: FlaskClient) -> None:
    given = {**UNIT, "code": "da-het", "name": "Đơn vị đã hết", "valid_to": "30/6/2025"}
    post(admin, "/quan-tri/don-vi", given)
    assert "Đang nộp" not in words_of(
        elements(page(admin.get("/quan-tri/don-vi?q=da-het")), "table")[0]
    )
    assert "Đã hết hiệu lực" in words_of(
        page(admin.get(f"/quan-tri/don-vi/{unit(archive, 'da-het').id}"))
    )
