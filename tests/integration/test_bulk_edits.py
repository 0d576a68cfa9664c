"""Many records are changed at once, seen before, carried out once, and taken back."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, select

from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Role
from archive.core.status import BulkState, Status
from archive.models import BulkEdit, BulkItem, Publication, RecordVersion
from archive.services import bulk_edits, history
from archive.services.bulk_changes import BulkChange
from archive.services.deposits import deposit
from archive.services.records import RecordInput, record_of
from archive.services.units import find_unit
from tests.conftest import post
from tests.integration.standing import elements, page, words_of

PATH = "/sua-hang-loat"


@pytest.fixture
def records(holdings, work) -> list[str]:
    """Three accepted records without files, searchable."""
    return put(holdings, work, 3)


def put(holdings, work, count: int) -> list[str]:
    made = []
    with holdings.database.writing() as session:
        unit = find_unit(session, "so-van-hoa")
        for number in range(count):
            record = RecordInput(
                title=f"Về nguồn {number:03}",
                values={"themes": ("Lịch sử",) if number else ("Lịch sử", "Du lịch")},
            )
            made.append(
                deposit(
                    session,
                    holdings,
                    publication_id=new_id(),
                    record=record,
                    files=(),
                    unit=unit,
                    status=Status.ACCEPTED,
                    by=SYSTEM,
                ).publication.id
            )
        session.commit()
    work()
    return made


def values(holdings, ids: list[str], field: str = "themes") -> list[tuple[str, ...]]:
    with holdings.database.reading() as session:
        return [session.get_one(Publication, each).typed_values_of(field) for each in ids]


def ask(**typed: str) -> dict[str, str]:
    return {"q": "về nguồn", "action": "add", "field": "themes", "value": "", **typed}


def carry_out(client, **typed: str):
    """Preview, and send what the preview offers."""
    given = ask(**typed)
    root = page(client.get(f"{PATH}?{urlencode(given)}"))
    digest = {e.get("name"): e.get("value") for e in elements(root, "input")}["digest"]
    return post(
        client, PATH, {**given, "replacement": typed.get("replacement", ""), "digest": digest}
    )


def batch_id(answer) -> str:
    assert answer.status_code == 302, words_of(page(answer))
    return answer.location.rsplit("/", 1)[1]


def test_search_and_browse_lead_curators_and_nobody_else_there(signed_in, records, client):
    curator = signed_in(Role.CURATOR)
    for path in ("/tim-kiem?q=về+nguồn", "/duyet?theme=Lịch+sử"):
        html = curator.get(path).get_data(as_text=True)
        (link,) = re.findall(r'href="(/sua-hang-loat[^"]+)"', html)
        told = words_of(page(curator.get(link.replace("&amp;", "&"))))
        assert "Đang chọn 3 ấn phẩm" in told
        for other in (client, signed_in(Role.DEPOSITOR)):
            assert PATH not in other.get(path).get_data(as_text=True)


def test_preview_says_what_would_change_and_writes_nothing(holdings, signed_in, records):
    curator = signed_in(Role.CURATOR)
    root = page(curator.get(f"{PATH}?{urlencode(ask(value='Du lịch'))}"))
    told = words_of(root)
    assert {words_of(e) for e in elements(root, "ins")} == {"[thêm: Du lịch]"}
    assert not elements(root, "del")
    assert "2 hồ sơ sẽ được sửa, 1 hồ sơ vốn đã như vậy. " in told
    assert "Về nguồn 001" in told
    assert values(holdings, records)[1] == ("Lịch sử",)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"action": "set", "value": "Đỏ; Xanh"}, ("Đỏ", "Xanh")),
        ({"action": "set", "value": ""}, ()),
        ({"action": "add", "value": "Đỏ"}, ("Lịch sử", "Du lịch", "Đỏ")),
        ({"action": "remove", "value": "Lịch sử"}, ("Du lịch",)),
        ({"action": "replace", "value": "Lịch sử", "replacement": "Đảng"}, ("Đảng", "Du lịch")),
        ({"action": "replace", "value": "Lịch sử", "replacement": "Du lịch"}, ("Du lịch",)),
    ],
)
def test_each_way_of_changing_a_field_of_several_values(
    holdings, signed_in, records, typed, expected
):
    edit = batch_id(carry_out(signed_in(Role.CURATOR), **typed))
    assert values(holdings, records)[0] == expected
    with holdings.database.reading() as session:
        versions = session.scalars(select(RecordVersion).where(RecordVersion.batch == edit)).all()
        assert {version.act for version in versions} == {"edited_in_bulk"}
        assert {version.actor_name for version in versions} == {"Người curator"}


@pytest.mark.parametrize(
    ("field", "typed", "attribute", "expected"),
    [
        ("kind", "Tờ gấp, tờ rơi", "kind", "leaflet"),
        ("access", "internal", "access", "internal"),
        ("publisher", " Nhà xuất bản  Đ ", "publisher", "Nhà xuất bản Đ"),
        ("issued", "7/2024", "issued", "2024-07"),
        ("unit", "Tỉnh đoàn", "unit_name", "Tỉnh đoàn"),
        ("languages", "tiếng Tày", "languages", ("tyz",)),
    ],
)
def test_fields_of_every_kind_are_set(
    holdings, signed_in, records, field, typed, attribute, expected
):
    carry_out(signed_in(Role.CURATOR), field=field, action="set", value=typed)
    with holdings.database.reading() as session:
        for each in records:
            found = session.get_one(Publication, each)
            value = (
                found.values_of(attribute)
                if attribute == "languages"
                else getattr(found, attribute)
            )
            assert value == expected


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"field": "title", "action": "set", "value": "x"}, "Chọn mục cần sửa."),
        ({"field": "isbn", "action": "add", "value": "x"}, "Cách sửa này không dùng được"),
        ({"field": "issued", "action": "set", "value": "2010"}, "từ năm 2019"),
        ({"field": "unit", "action": "set", "value": "Không có"}, "Không có đơn vị"),
        ({"field": "kind", "action": "set", "value": ""}, "không được để trống"),
        ({"value": ""}, "không được để trống"),
        ({"action": "replace", "value": "a", "replacement": ""}, "không được để trống"),
        ({"value": "x" * 301}, "tối đa 300 ký tự"),
    ],
)
def test_change_that_makes_no_sense_is_refused_beside_its_field(signed_in, records, typed, told):
    answer = signed_in(Role.CURATOR).get(f"{PATH}?{urlencode(ask(**typed))}")
    assert answer.status_code == 422
    assert told in words_of(page(answer))


def test_creator_keeps_the_role_when_the_name_is_replaced():
    change = BulkChange("creators", "replace", ["Nông A"], ["Nông Văn A"])
    assert change.apply(["Nông A (ảnh)", "B", "Nông A"]) == [
        "Nông Văn A (ảnh)",
        "B",
        "Nông Văn A",
    ]


def test_list_that_changed_since_the_preview_is_shown_anew(holdings, signed_in, records, work):
    curator = signed_in(Role.CURATOR)
    given = ask(value="Đỏ")
    root = page(curator.get(f"{PATH}?{urlencode(given)}"))
    digest = {e.get("name"): e.get("value") for e in elements(root, "input")}["digest"]
    put(holdings, work, 1)
    answer = post(curator, PATH, {**given, "replacement": "", "digest": digest})
    assert answer.status_code == 409
    told = words_of(page(answer))
    assert "Danh sách ấn phẩm vừa thay đổi" in told
    assert "4 hồ sơ sẽ được sửa" in told
    assert values(holdings, records)[1] == ("Lịch sử",)


def test_undo_takes_back_all_but_what_somebody_changed_since(holdings, signed_in, records):
    curator = signed_in(Role.CURATOR)
    edit = batch_id(carry_out(curator, action="replace", value="Lịch sử", replacement="Đảng"))
    with holdings.database.writing() as session:
        for each, change in ((records[1], {"themes": ("Khác",)}), (records[2], {})):
            publication = session.get_one(Publication, each)
            now = record_of(publication)
            mended = RecordInput(
                title="Sửa nhan đề sau", values={**now.values, **change}, kind=now.kind
            )
            history.change_record(session, publication, mended, by=SYSTEM)
        session.commit()
    told = words_of(page(curator.get(f"{PATH}/{edit}")))
    assert "3 hồ sơ: 3 đã sửa" in told
    assert "Hoàn tác cả đợt" in told
    undone = post(curator, f"{PATH}/{edit}/hoan-tac", {})
    undo = batch_id(undone)
    assert values(holdings, records) == [("Lịch sử", "Du lịch"), ("Khác",), ("Lịch sử",)]
    told = words_of(page(curator.get(f"{PATH}/{undo}")))
    assert "2 đã sửa, 1 để nguyên vì đã có người sửa sau đó" in told
    with holdings.database.reading() as session:
        assert session.get_one(Publication, records[2]).title == "Sửa nhan đề sau"
    again = post(curator, f"{PATH}/{edit}/hoan-tac", {})
    assert batch_id(again) == undo
    assert "đã được hoàn tác" in words_of(page(curator.get(f"{PATH}/{edit}")))
    refused = post(curator, f"{PATH}/{undo}/hoan-tac", {}, follow_redirects=True)
    assert "Đợt này là một lần hoàn tác" in words_of(page(refused))


def test_what_is_beyond_the_first_records_is_done_by_the_worker_each_once(
    holdings, signed_in, work, monkeypatch
):
    ids = put(holdings, work, 12)
    monkeypatch.setattr(bulk_edits, "AT_ONCE", 4)
    monkeypatch.setattr(bulk_edits, "PIECE", 3)
    curator = signed_in(Role.CURATOR)
    edit = batch_id(carry_out(curator, value="Đỏ"))
    told = words_of(page(curator.get(f"{PATH}/{edit}")))
    assert "Đã sửa 4 / 12 hồ sơ." in told
    assert "Hoàn tác" not in told
    early = post(curator, f"{PATH}/{edit}/hoan-tac", {}, follow_redirects=True)
    assert "Đợt sửa đang chạy" in words_of(page(early))
    with holdings.database.writing() as session:
        bulk_edits.advance(session, first_year=2019)  # A kill before the commit.
    work()
    assert all("Đỏ" in found for found in values(holdings, ids))
    with holdings.database.reading() as session:
        states = set(session.scalars(select(BulkItem.state)))
        versions = session.scalars(select(RecordVersion).where(RecordVersion.batch == edit)).all()
    assert states == {BulkState.CHANGED}
    assert len(versions) == 12
    answer = curator.get("/api/v1/search?theme=Đỏ").json
    assert answer["total"] == 12


def test_full_field_is_refused_with_its_reason(holdings, signed_in, deposited, work):
    deposited(title="Về nguồn đầy", values={"themes": tuple(f"Chủ đề {n}" for n in range(100))})
    work()
    curator = signed_in(Role.CURATOR)
    told = words_of(page(curator.get(f"{PATH}?{urlencode(ask(value='Nữa'))}")))
    assert "Không có hồ sơ nào để sửa, 1 hồ sơ không sửa được. " in told
    assert "Nhiều giá trị quá: tối đa 100." in told


def test_list_of_ids_chooses_records_too(holdings, signed_in, records):
    curator = signed_in(Role.CURATOR)
    given = {"id": records[:2], "field": "relics", "action": "add", "value": "Pác Bó"}
    root = page(curator.get(f"{PATH}?{urlencode(given, doseq=True)}"))
    digest = {e.get("name"): e.get("value") for e in elements(root, "input")}["digest"]
    batch_id(post(curator, PATH, {**given, "digest": digest}))
    assert values(holdings, records, "relics") == [("Pác Bó",), ("Pác Bó",), ()]


def test_bulk_edit_is_for_curators(signed_in, records, client):
    edit = batch_id(carry_out(signed_in(Role.CURATOR), value="Đỏ"))
    for person, status in (
        (client, 302),
        (signed_in(Role.READER), 403),
        (signed_in(Role.DEPOSITOR), 403),
    ):
        for path in (PATH, f"{PATH}/{edit}"):
            assert person.get(path).status_code == status
        for path in (PATH, f"{PATH}/{edit}/hoan-tac"):
            source = "/dang-nhap" if person is client else "/huong-dan"
            assert post(person, path, {}, token_from=source).status_code == status
    assert signed_in(Role.CURATOR).get(f"{PATH}/000000000000").status_code == 404


def test_attack_in_values_and_query_is_shown_as_text(holdings, signed_in, records):
    curator = signed_in(Role.CURATOR)
    attack = "<script>alert(1)</script>"
    edit = batch_id(carry_out(curator, value=attack))
    for path in (
        f"{PATH}?{urlencode({'q': attack, 'field': 'themes', 'action': 'add', 'value': attack})}",
        f"{PATH}?{urlencode(ask(action='remove', value=attack))}",
        f"{PATH}/{edit}",
        PATH,
    ):
        answer = curator.get(path)
        html = answer.get_data(as_text=True)
        assert "<script>alert" not in html
        page(answer)


def test_pages_ask_the_database_at_most_twelve_times(holdings, signed_in, work):
    put(holdings, work, 120)
    curator = signed_in(Role.CURATOR)
    edit = batch_id(carry_out(curator, value="Đỏ"))
    statements: list[str] = []

    def see(_connection, _cursor, statement, *_rest):
        if statement != "BEGIN":
            statements.append(statement)

    event.listen(holdings.database.engine, "before_cursor_execute", see)
    try:
        for path in (PATH, f"{PATH}?{urlencode(ask(value='Xanh'))}", f"{PATH}/{edit}"):
            statements.clear()
            assert curator.get(path).status_code == 200
            assert len(statements) <= 12, (path, "\n".join(statements))
    finally:
        event.remove(holdings.database.engine, "before_cursor_execute", see)
    with holdings.database.reading() as session:
        assert session.scalar(select(BulkEdit.id)) == edit
