"""Printed copies: added, moved, given out, counted for readers, and kept in storage."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from archive.core.roles import SYSTEM, Role
from archive.core.status import CopyState, Status
from archive.models import Copy, Event, Publication
from archive.services import copies, deposits
from archive.services.holdings import Holdings
from archive.services.records import RecordInput
from archive.services.restoring import rebuild_catalogue
from archive.services.units import unknown_unit
from tests.conftest import post
from tests.integration.standing import elements, page, words_of


def add(client, record: str, **given: str):
    return post(client, f"/an-pham/{record}/ban-in", {"count": "1", **given})


def held(holdings: Holdings, record: str) -> list[tuple[int, str, str, str]]:
    with holdings.database.reading() as session:
        return [
            (copy.number, copy.registration, copy.shelf, copy.state.value)
            for copy in copies.list_copies(session, record)
        ]


def test_several_copies_are_added_at_once_with_numbers_that_follow(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    assert (
        add(curator, record, count="3", shelf=" Kệ  A3 ", registration="CB 0099").status_code == 302
    )
    assert add(curator, record, count="1", shelf="Kho Đ").status_code == 302
    assert held(holdings, record) == [
        (1, "CB 0099", "Kệ A3", "available"),
        (2, "CB 0100", "Kệ A3", "available"),
        (3, "CB 0101", "Kệ A3", "available"),
        (4, "", "Kho Đ", "available"),
    ]
    with holdings.database.reading() as session:
        events = session.scalars(select(Event).where(Event.kind == "copies_added")).all()
        assert [(e.data["count"], e.data["shelf"]) for e in events] == [(3, "Kệ A3"), (1, "Kho Đ")]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"count": "0"}, "Ghi một số từ 1 đến 500."),
        ({"count": "501"}, "Ghi một số từ 1 đến 500."),
        ({"count": "hai"}, "Ghi một số từ 1 đến 500."),
        ({"count": "2", "registration": "CB"}, "phải kết thúc bằng chữ số"),
        ({"count": "1", "registration": "CB 1"}, "“CB 1” đã dùng cho bản khác"),
        ({"count": "3", "registration": "CB 0"}, "“CB 1” đã dùng cho bản khác"),
        ({"count": "1", "shelf": "x" * 101}, "tối đa 100 ký tự"),
    ],
)
def test_refused_copies_come_back_as_typed(holdings, signed_in, deposited, given, told):
    other, record = deposited(), deposited()
    curator = signed_in(Role.CURATOR)
    add(curator, other, registration="CB 1")
    answer = add(curator, record, **given)
    assert answer.status_code == 422
    root = page(answer)
    assert told in words_of(root)
    typed = {e.get("name"): e.get("value") for e in elements(root, "input")}
    assert {name: typed[name] for name in given} == given
    assert held(holdings, record) == []


def test_chosen_copies_are_given_out_and_what_is_left_empty_stays(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    add(curator, record, count="4", shelf="A3")
    answer = post(
        curator,
        f"/an-pham/{record}/ban-in/sua",
        {"copy": ["2", "3"], "state": "given_out", "new_shelf": "", "note": "Tặng trường Pác Bó"},
        follow_redirects=True,
    )
    assert "Đã sửa 2 bản in." in words_of(page(answer))
    assert [row[2:] for row in held(holdings, record)] == [
        ("A3", "available"),
        ("A3", "given_out"),
        ("A3", "given_out"),
        ("A3", "available"),
    ]
    none = post(curator, f"/an-pham/{record}/ban-in/sua", {"state": "lost"})
    assert none.status_code == 422
    assert "Chọn ít nhất một bản in." in words_of(page(none))
    strange = post(curator, f"/an-pham/{record}/ban-in/sua", {"copy": ["9"], "state": "lost"})
    assert strange.status_code == 404


def test_one_copy_gets_its_number_and_a_taken_one_is_refused_beside_its_field(
    holdings, signed_in, deposited
):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    add(curator, record, count="2", registration="Đ 1")
    one = {"state": "available", "shelf": "B", "note": "", "registration": "Đ 2"}
    answer = post(curator, f"/an-pham/{record}/ban-in/1", one)
    assert answer.status_code == 422
    root = page(answer)
    (wrong,) = [e for e in elements(root, "input") if e.get("aria-invalid") == "true"]
    assert (wrong.get("id"), wrong.get("value")) == ("b1-registration", "Đ 2")
    one["registration"] = "Đ 7"
    assert post(curator, f"/an-pham/{record}/ban-in/1", one).status_code == 302
    assert held(holdings, record)[0] == (1, "Đ 7", "B", "available")


def test_readers_are_told_how_many_are_left_and_staff_where(
    holdings, signed_in, deposited, client, work
):
    record = deposited()
    work()
    curator = signed_in(Role.CURATOR)
    path = f"/an-pham/{record}"
    assert "Bản in" not in client.get(path).get_data(as_text=True)
    add(curator, record, count="12", shelf="Kệ bí mật A3")
    post(curator, f"{path}/ban-in/sua", {"copy": ["1", "2"], "state": "lost"})
    for person in (client, signed_in(Role.READER)):
        told = words_of(page(person.get(path)))
        assert "Còn 10 bản in tại kho." in told
        assert "Kệ bí mật" not in told
    for role in (Role.DEPOSITOR, Role.CURATOR):
        assert "Kệ bí mật A3: 10 bản" in words_of(page(signed_in(role).get(path)))
    assert client.get(f"/api/v1/publications/{record}").json["copies_left"] == 10


def test_copies_are_for_curators_to_change(holdings, signed_in, deposited, client):
    record = deposited()
    for person, status in (
        (client, 302),
        (signed_in(Role.READER), 403),
        (signed_in(Role.DEPOSITOR), 403),
    ):
        assert person.get(f"/an-pham/{record}/ban-in").status_code == status
        for act in ("", "/sua", "/1"):
            answer = post(
                person,
                f"/an-pham/{record}/ban-in{act}",
                {"count": "1", "copy": "1"},
                token_from="/dang-nhap" if person is client else "/huong-dan",
            )
            assert answer.status_code == status
    assert held(holdings, record) == []
    assert signed_in(Role.CURATOR).get("/an-pham/000000000000/ban-in").status_code == 404


@pytest.mark.parametrize("with_files", [True, False])
def test_copies_come_back_when_the_catalogue_is_made_again(
    holdings, signed_in, deposited, work, with_files
):
    curator = signed_in(Role.CURATOR)
    if with_files:
        record = deposited()
    else:
        with holdings.database.writing() as session:
            record = deposits.deposit(
                session,
                holdings,
                publication_id="a1b2c3d4e5f6",
                record=RecordInput(title="Sẽ sưu tầm"),
                files=(),
                unit=unknown_unit(session),
                status=Status.ACCEPTED,
                by=SYSTEM,
            ).publication.id
            session.commit()
    add(curator, record, count="2", shelf="Kệ A3", registration="CB 9")
    post(curator, f"/an-pham/{record}/ban-in/sua", {"copy": ["2"], "state": "lost", "note": "Ẩm"})
    work()
    with holdings.database.reading() as session:
        before = [(c.changed_at, c.note) for c in copies.list_copies(session, record)]
    rows = held(holdings, record)
    with holdings.database.writing() as session:
        session.delete(session.get_one(Publication, record))
        session.commit()
    assert held(holdings, record) == []
    assert rebuild_catalogue(holdings) == 1
    assert held(holdings, record) == rows
    with holdings.database.reading() as session:
        after = [(c.changed_at, c.note) for c in copies.list_copies(session, record)]
    assert after == before


def test_number_that_two_stored_records_claim_is_kept_in_the_note(holdings, deposited):
    first, second = deposited(), deposited()
    stored = {
        "number": 1,
        "registration": "CB 1",
        "shelf": "",
        "state": "available",
        "note": "cũ",
        "changed_at": "2026-01-01T00:00:00+00:00",
    }
    with holdings.database.writing() as session:
        for record in (first, second):
            copies.restore_copies(session, record, [stored])
        session.commit()
    with holdings.database.reading() as session:
        (copy,) = copies.list_copies(session, second)
        assert (copy.registration, copy.note) == ("", "cũ\nSố đăng ký cá biệt: CB 1")
        assert copy.state is CopyState.AVAILABLE


def test_attack_in_shelf_number_and_note_is_shown_as_text(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    attack = "<script>alert(1)</script>\"'"
    add(curator, record, shelf=attack, registration=attack)
    post(curator, f"/an-pham/{record}/ban-in/sua", {"copy": ["1"], "note": attack})
    refused = add(curator, record, count=attack, shelf=attack, registration=attack)
    for answer in (
        refused,
        curator.get(f"/an-pham/{record}"),
        curator.get(f"/an-pham/{record}/ban-in"),
    ):
        html = answer.get_data(as_text=True)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
        page(answer)


def test_publication_page_asks_the_database_at_most_twelve_times(
    holdings, signed_in, deposited, work
):
    record = deposited(values={"creators": ("A (ảnh)",), "themes": tuple("abcdef")})
    work()
    curator = signed_in(Role.CURATOR)
    add(curator, record, count="5", shelf="A")
    statements: list[str] = []

    def see(_connection, _cursor, statement, *_rest):
        if statement != "BEGIN":
            statements.append(" ".join(statement.split()))

    engine = holdings.database.engine
    event.listen(engine, "before_cursor_execute", see)
    try:
        counts = {}
        for role in (Role.CURATOR, Role.DEPOSITOR, Role.READER):
            client = signed_in(role)
            for path in ("", "/ban-in", "/ho-so", "/lich-su"):
                statements.clear()
                if client.get(f"/an-pham/{record}{path}").status_code == 200:
                    counts[role.value, path] = len(statements)
                    # An officer's own page looks for editions that nobody told them of.
                    most = 13 if role is Role.DEPOSITOR else 12
                    assert len(statements) <= most, (role, path, "\n".join(statements))
    finally:
        event.remove(engine, "before_cursor_execute", see)
    assert set(counts) >= {("curator", ""), ("reader", ""), ("curator", "/ho-so")}
    with holdings.database.reading() as session:
        assert session.scalar(select(Copy.id)) is not None
