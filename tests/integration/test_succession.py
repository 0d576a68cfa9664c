"""Units that became others: who sees, mends and answers for what they left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from archive.core.dates import IssueDate, today
from archive.core.errors import InvalidInputError
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.models import Publication, Unit
from archive.services import succession
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import make_pdf, post
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

WORD = "chuoitimriengcuadonvicu"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """`xa-dau` and `xa-hai` became `xa-moi` yesterday week; `xa-dau` had taken over `xa-xua`."""
    with standing_archive(tmp_path_factory.mktemp("succession")) as made:
        with made.holdings.database.writing() as session:
            for code, name in (
                ("xa-xua", "Xã Xưa"),
                ("xa-dau", "Xã Đàm Đầu"),
                ("xa-hai", "Xã Hai"),
                ("xa-moi", "Xã Mới"),
            ):
                create_unit(session, UnitInput(code=code, name=name), by=SYSTEM)
            since = today() - timedelta(days=7)
            for code, into, day in (
                ("xa-xua", "xa-dau", date(2021, 1, 1)),
                ("xa-dau", "xa-moi", since),
                ("xa-hai", "xa-moi", since),
            ):
                unit = find_unit(session, code)
                assert unit is not None
                succession.merge_unit(session, unit_id=unit.id, into=into, since=day, by=SYSTEM)
            session.commit()
        yield made


def put(archive: Standing, title: str, *, unit: str, status: Status, **record: object) -> str:
    data = make_pdf(f"{title} {WORD}")
    return archive.put(title, data, unit=unit, status=status, **record)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def left(archive: Standing) -> dict[tuple[str, Status], str]:
    """What the two old units left, one in each state."""
    found = {
        (unit, status): put(
            archive, f"{unit} {status}", unit=unit, status=status, access=Access.RESTRICTED
        )
        for unit in ("xa-xua", "xa-dau")
        for status in Status
    }
    archive.work()
    return found


def test_successors_officer_opens_what_the_old_units_left_in_every_state(archive, left) -> None:
    client = archive.client("depositor", unit="xa-moi")
    mine = words_of(page(client.get("/cua-toi")))
    for (unit, status), publication_id in left.items():
        answer = client.get(f"/an-pham/{publication_id}")
        assert answer.status_code == 200, (unit, status)
        name = "Xã Xưa" if unit == "xa-xua" else "Xã Đàm Đầu"
        assert name in words_of(page(answer)), "an old record still says who issued it"
        assert f"{unit} {status}" in mine


def test_another_unit_finds_neither_pages_nor_drafts_of_them(archive, left) -> None:
    client = archive.client("depositor", unit="tinh-doan")
    for publication_id in left.values():
        assert client.get(f"/an-pham/{publication_id}").status_code == 404
        assert client.get(f"/an-pham/{publication_id}/sua").status_code == 404
    assert client.get(f"/api/v1/search?q={WORD}").json["total"] == 0


def test_search_finds_restricted_works_of_the_predecessors(archive, left) -> None:
    answer = archive.client("depositor", unit="xa-moi").get(f"/api/v1/search?q={WORD}").json
    accepted = {key: found for key, found in left.items() if key[1] is Status.ACCEPTED}
    assert {item["id"] for item in answer["items"]} == set(accepted.values())
    assert {item["unit"]["name"] for item in answer["items"]} == {"Xã Xưa", "Xã Đàm Đầu"}


def test_successor_mends_and_hands_in_again_and_the_record_keeps_its_unit(archive) -> None:
    returned = put(archive, "Cần sửa", unit="xa-dau", status=Status.RETURNED)
    client = archive.client("depositor", unit="xa-moi")
    form = page(client.get(f"/an-pham/{returned}/sua"))
    offered = [option.get("value") for option in elements(form, "option")]
    assert offered[0] == "xa-moi", "its own comes first"
    assert {"xa-dau", "xa-hai", "xa-xua"} <= set(offered)
    typed = {"title": "Đã sửa", "unit": "xa-dau", "issued": "2024", "action": "submit"}
    answer = post(client, f"/an-pham/{returned}/sua", {**typed, "kind": "book", "access": "public"})
    assert answer.status_code == 302, words_of(page(answer))
    with archive.holdings.database.reading() as session:
        publication = session.get_one(Publication, returned)
        assert (publication.status, publication.unit.code) == (Status.SUBMITTED, "xa-dau")


def test_officer_of_a_unit_that_is_over_is_told_who_deposits_now(archive) -> None:
    client = archive.client("depositor", unit="xa-hai")
    form = client.get("/nop")
    assert "“Xã Mới” kế thừa và nộp thay" in words_of(page(form))
    returned = put(archive, "Của xã cũ", unit="xa-hai", status=Status.RETURNED)
    answer = post(client, f"/an-pham/{returned}/nop-lai", {}, follow_redirects=True)
    assert "“Xã Mới” kế thừa và nộp thay" in words_of(page(answer))
    with archive.holdings.database.reading() as session:
        assert session.get_one(Publication, returned).status is Status.RETURNED


@pytest.mark.parametrize(
    ("issued", "is_taken"),
    [
        (IssueDate(2020, 12, 31), True),
        (IssueDate(2020), True),
        (IssueDate(2021), False),
        (IssueDate(2021, 1, 1), False),
    ],
)
def test_old_unit_is_named_only_for_what_was_issued_in_its_time(archive, issued, is_taken) -> None:
    by = archive.actor("depositor", unit="xa-moi")
    with archive.holdings.database.reading() as session:
        unit = find_unit(session, "xa-xua")
        assert unit is not None

        def ask() -> None:
            succession.check_may_deposit(session, unit, issued=issued, by=by, is_new=True)

        if is_taken:
            ask()
            return
        with pytest.raises(InvalidInputError) as caught:
            ask()
    assert (caught.value.data["field"], caught.value.data["problem"]) == ("issued", "outside_unit")


def test_succession_takes_hold_the_day_after_the_last_one(archive) -> None:
    with archive.holdings.database.writing() as session:
        for code in ("mai-het", "mai-moi"):
            create_unit(session, UnitInput(code=code, name=code), by=SYSTEM)
        old, new = find_unit(session, "mai-het"), find_unit(session, "mai-moi")
        assert old is not None
        assert new is not None
        day = today() + timedelta(days=1)
        succession.merge_unit(session, unit_id=old.id, into="mai-moi", since=day, by=SYSTEM)
        assert succession.predecessors_of(session, new.id) == ()
        assert succession.heirs_of(session, old.id) == (old.id,)
        assert succession.predecessors_of(session, new.id, on=day) == ((old.id, "mai-het"),)
        assert succession.heirs_of(session, old.id, on=day) == (new.id,)


def test_units_never_become_each_other_in_a_circle(archive) -> None:
    admin = archive.client("admin")
    with archive.holdings.database.reading() as session:
        new = find_unit(session, "xa-moi")
        assert new is not None
        number = new.id
    path = f"/quan-tri/don-vi/{number}/hop-nhat"
    typed = {"hop-nhat-successor": "xa-xua", "hop-nhat-since": "1/1/2026"}
    answer = post(admin, path, typed)
    assert answer.status_code == 422
    assert "đang nằm dưới chính đơn vị này" in words_of(page(answer))


def test_admin_merges_a_unit_on_its_page(archive) -> None:
    admin = archive.client("admin")
    with archive.holdings.database.writing() as session:
        create_unit(session, UnitInput(code="tru-so-cu", name="Trụ sở cũ"), by=SYSTEM)
        session.commit()
        old = find_unit(session, "tru-so-cu")
        assert old is not None
        number = old.id
    path = f"/quan-tri/don-vi/{number}/hop-nhat"
    wrong = post(admin, path, {"hop-nhat-successor": "xa-moi", "hop-nhat-since": "mai"})
    assert wrong.status_code == 422
    assert "Chưa đọc được ngày “mai”" in words_of(page(wrong))
    typed = {"hop-nhat-successor": "xa-moi", "hop-nhat-since": "1/7/2025"}
    assert post(admin, path, typed).status_code == 302
    with archive.holdings.database.reading() as session:
        unit = session.get_one(Unit, number)
        assert unit.successor is not None
        assert (unit.valid_to, unit.successor.code) == (date(2025, 6, 30), "xa-moi")
