"""A curator corrects a record in any state; what was there before can be read and put back."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from archive.core.dates import IssueDate
from archive.core.roles import Role
from archive.core.status import Status
from archive.models import Event, Job, Publication, Stage
from archive.services import history
from archive.services.records import record_of
from archive.web.record_form import as_typed
from tests.conftest import post
from tests.integration.standing import elements, page, words_of

ATTACK = "<script>alert(1)</script>\"'"


def form_of(holdings, publication_id: str, **changed: str) -> dict[str, str]:
    """The form's fields as it offers them now, with `changed`."""
    with holdings.database.reading() as session:
        publication = session.get_one(Publication, publication_id)
        seen = str(history.newest_number(session, publication_id))
        return {**as_typed(publication), "seen": seen, **changed}


def record_now(holdings, publication_id: str) -> Any:
    with holdings.database.reading() as session:
        return record_of(session.get_one(Publication, publication_id))


@pytest.mark.parametrize("status", list(Status))
def test_curator_corrects_a_record_in_any_state(holdings, signed_in, deposited, status):
    record = deposited(title="Côi nguồn", status=status)
    curator = signed_in(Role.CURATOR)
    given = form_of(
        holdings,
        record,
        title=unicodedata.normalize("NFD", "Cội nguồn Đèo Giàng"),
        creators="Nông Văn A (chủ biên); Sở Văn hóa (cơ quan chủ trì)",
        languages="tiếng Tày; Việt; en",
        grades="Lớp 6; 7",
        issued="7/2024",
        licence_date="15/7/2024",
        contents="Phần một\nPhần hai",
        note="Sai nhan đề.",
    )
    answer = post(curator, f"/an-pham/{record}/ho-so", given)
    assert answer.status_code == 302, words_of(page(answer))
    with holdings.database.reading() as session:
        found = session.get_one(Publication, record)
        assert found.status is status
        assert found.title == "Cội nguồn Đèo Giàng"
        assert found.issue_date == IssueDate(2024, 7)
        assert found.values_of("languages") == ("tyz", "vi", "en")
        assert found.values_of("grades") == ("6", "7")
        assert [v.role for v in found.values if v.field == "creators"] == ["editor", "sponsor"]
        event = session.scalars(select(Event).where(Event.kind == "corrected")).one()
        assert event.note == "Sai nhan đề."
        assert {"title", "creators", "languages", "contents"} <= set(event.data["fields"])
        waiting = set(session.scalars(select(Job.stage).where(Job.publication_id == record)))
        assert waiting >= {Stage.INDEX, Stage.RECORD}


def test_form_shows_what_the_record_holds(holdings, signed_in, deposited):
    record = deposited(
        title="Đường về", values={"languages": ("tyz",), "creators": ("A (ảnh)",)}, isbn="1"
    )
    root = page(signed_in(Role.CURATOR).get(f"/an-pham/{record}/ho-so"))
    values = {e.get("name"): e.get("value") for e in elements(root, "input")}
    assert values["title"] == "Đường về"
    assert values["languages"] == "Tiếng Tày"
    assert values["creators"] == "A (ảnh)"
    groups = [words_of(e) for e in elements(root, "h2")]
    assert groups == [
        "Ấn phẩm",
        "Xuất bản và in",
        "Nội dung",
        "Bạn đọc và trường học",
        "Quyền",
    ]


def test_depositors_form_has_the_same_groups(signed_in):
    root = page(signed_in(Role.DEPOSITOR).get("/nop"))
    titles = [words_of(e) for e in elements(root, "h2")]
    assert titles == ["Ấn phẩm", "Xuất bản và in", "Nội dung", "Bạn đọc và trường học", "Quyền"]
    offered = {e.get("id"): len(elements(e, "option")) for e in elements(root, "datalist")}
    assert offered["chon-grades"] == 12
    assert offered["chon-subjects"] > 10


def test_no_field_of_the_record_stands_beside_an_empty_place(signed_in, deposited):
    for role, path in (
        (Role.CURATOR, f"/an-pham/{deposited()}/ho-so"),
        (Role.DEPOSITOR, "/nop"),
    ):
        groups = [
            element
            for element in page(signed_in(role).get(path)).iter("{*}div")
            if element.get("role") == "group" and "form__part" in element.get("class", "")
        ]
        assert len(groups) == 5
        for group in groups:
            halves = ""
            for each in group.findall("{*}div"):
                halves += "|" if "field--wide" in each.get("class") else "x"
            assert all(len(run) % 2 == 0 for run in halves.split("|")), (path, halves)


def test_wrong_form_loses_nothing_and_writes_nothing(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    given = form_of(
        holdings, record, title="", issued="32/1/2024", abstract="Dòng một\nDòng hai", note="vì"
    )
    answer = post(curator, f"/an-pham/{record}/ho-so", given)
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    for kept in ("32/1/2024", "Dòng một\nDòng hai", ">\nvì</textarea>", "Nhập nhan đề."):
        assert kept in shown.replace("\r\n", "\n"), kept
    given["title"] = "Có nhan đề"
    again = post(curator, f"/an-pham/{record}/ho-so", given)
    assert again.status_code == 422
    assert "Không có ngày 32/1/2024." in again.get_data(as_text=True)
    assert record_now(holdings, record).title == "Non nước Cao Bằng"


def test_second_curator_sees_both_readings_and_loses_nothing(holdings, signed_in, deposited):
    record = deposited(title="Cũ", printer="Nhà in cũ", extent="10 trang")
    mine = form_of(holdings, record, title="Của tôi", subtitle="Phụ đề của tôi")
    theirs = form_of(holdings, record, title="Của người kia", printer="Nhà in mới")
    first = signed_in(Role.ADMIN, email="kia@example.org")
    second = signed_in(Role.CURATOR)
    assert post(first, f"/an-pham/{record}/ho-so", theirs).status_code == 302
    answer = post(second, f"/an-pham/{record}/ho-so", mine)
    assert answer.status_code == 409
    root = page(answer)
    (table,) = elements(root, "table")
    rows = {
        words_of(elements(row, "th")[0]): [words_of(c) for c in elements(row, "td")]
        for row in elements(elements(table, "tbody")[0], "tr")
    }
    assert rows == {
        "Nhan đề": ["Của tôi", "Của người kia"],
        "Đơn vị in": ["bạn không sửa mục này: đã lấy bản của người kia", "Nhà in mới"],
    }
    assert record_now(holdings, record).title == "Của người kia"
    again = {e.get("name"): e.get("value") for e in elements(root, "input")}
    assert again["title"] == "Của tôi"
    assert again["printer"] == "Nhà in mới"
    sent = {**mine, **{name: again[name] for name in ("title", "printer", "subtitle", "seen")}}
    assert post(second, f"/an-pham/{record}/ho-so", sent).status_code == 302
    now = record_now(holdings, record)
    assert (now.title, now.subtitle, now.printer) == ("Của tôi", "Phụ đề của tôi", "Nhà in mới")


def test_reading_a_file_in_the_meantime_is_no_clash(holdings, signed_in, deposited, work):
    record = deposited()
    given = form_of(holdings, record, title="Sửa giữa chừng")
    work()
    answer = post(signed_in(Role.CURATOR), f"/an-pham/{record}/ho-so", given)
    assert answer.status_code == 302


@pytest.mark.parametrize("seen", ["", "-1", "99", "x", "9" * 30])
def test_edited_version_number_is_refused(holdings, signed_in, deposited, seen):
    record = deposited()
    given = form_of(holdings, record, title="Mới", seen=seen)
    assert post(signed_in(Role.CURATOR), f"/an-pham/{record}/ho-so", given).status_code == 400


def test_name_of_its_day_stays_when_a_unit_is_found_for_the_record(holdings, signed_in, deposited):
    record = deposited(unit_name_given="Ty Văn hóa")
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, unit="tinh-doan"))
    with holdings.database.reading() as session:
        found = session.get_one(Publication, record)
        assert (found.unit.code, found.unit_name) == ("tinh-doan", "Ty Văn hóa")
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, unit_name_given=""))
    with holdings.database.reading() as session:
        assert session.get_one(Publication, record).unit_name == "Tỉnh đoàn"


def test_wrong_check_digit_is_told_and_kept(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    given = form_of(holdings, record, isbn="978-604-57-1234-5", issn="1234-5670")
    answer = post(curator, f"/an-pham/{record}/ho-so", given, follow_redirects=True)
    told = words_of(page(answer))
    assert "Số kiểm tra của ISBN “978-604-57-1234-5” không khớp" in told
    assert "Số kiểm tra của ISSN “1234-5670” không khớp" in told
    root = page(curator.get(f"/an-pham/{record}/ho-so"))
    (isbn,) = [e for e in elements(root, "input") if e.get("name") == "isbn"]
    assert "isbn-warning" in isbn.get("aria-describedby")
    assert isbn.get("value") == "978-604-57-1234-5"
    right = form_of(holdings, record, isbn="978-604-57-1234-4", issn="1234-5679")
    told = post(curator, f"/an-pham/{record}/ho-so", right, follow_redirects=True)
    assert "không khớp" not in words_of(page(told))


def test_nothing_changed_is_said_and_leaves_no_version(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    answer = post(
        curator, f"/an-pham/{record}/ho-so", form_of(holdings, record), follow_redirects=True
    )
    assert "Hồ sơ không có gì thay đổi." in words_of(page(answer))
    assert "Chưa ai sửa hồ sơ này" in words_of(page(curator.get(f"/an-pham/{record}/lich-su")))


def versions_of(client, record: str) -> list[etree._Element]:
    root = page(client.get(f"/an-pham/{record}/lich-su"))
    return [e for e in elements(root, "li") if "version" in e.get("class", "").split()]


def test_history_says_who_when_from_and_to_in_words(holdings, signed_in, deposited):
    record = deposited(title="Cội nguồn", kind="book")
    curator = signed_in(Role.CURATOR)
    long = " ".join(f"chữ{n}" for n in range(80))
    changed = {"kind": "leaflet", "embargo_until": "1/7/2030", "languages": "Tày", "abstract": long}
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, **changed))
    post(
        curator,
        f"/an-pham/{record}/ho-so",
        form_of(
            holdings,
            record,
            access="internal",
            unit="tinh-doan",
            abstract=long.replace("chữ40", "sửa40"),
            note="Theo công văn",
        ),
    )
    newest, second, first = versions_of(curator, record)
    assert "Bản hiện nay" in words_of(newest)
    assert "Người curator" in words_of(newest)
    assert "Theo công văn" in words_of(newest)
    assert "Công khai" in words_of(newest)
    assert "Nội bộ (cần đăng nhập)" in words_of(newest)
    assert "Tỉnh đoàn" in words_of(newest)
    assert "[bỏ: chữ40 ]" in [words_of(e) for e in elements(newest, "del")]
    assert "[thêm: sửa40 ]" in [words_of(e) for e in elements(newest, "ins")]
    assert "…" in words_of(newest)
    assert "chữ20" not in words_of(newest)
    assert re.search(r"Loại ấn phẩm.*Sách.*Tờ gấp, tờ rơi", words_of(second))
    assert "1/7/2030" in words_of(second)
    assert "Tiếng Tày" in words_of(second)
    assert "Hồ sơ lúc mới vào kho." in words_of(first)


def test_an_earlier_version_is_put_back(holdings, signed_in, deposited):
    record = deposited(title="Đúng từ đầu")
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, title="Sửa nhầm"))
    answer = post(curator, f"/an-pham/{record}/lich-su/1/dua-lai", {}, follow_redirects=True)
    assert "Đã đưa lại bản của lần 1." in words_of(page(answer))
    assert record_now(holdings, record).title == "Đúng từ đầu"
    assert len(versions_of(curator, record)) == 3
    assert post(curator, f"/an-pham/{record}/lich-su/9/dua-lai", {}).status_code == 404


def test_long_history_comes_in_pages(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    for number in range(23):
        post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, title=f"Lần {number}"))
    assert len(versions_of(curator, record)) == 20
    root = page(curator.get(f"/an-pham/{record}/lich-su?page=2"))
    last = [e for e in elements(root, "li") if "version" in e.get("class", "").split()]
    assert [e.get("id") for e in last] == ["lan-4", "lan-3", "lan-2", "lan-1"]
    assert elements(last[2], "table")


def test_history_is_for_curators_and_the_records_own_unit(holdings, signed_in, deposited, client):
    record = deposited(title="Công khai")
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, title="Công khai hai"))
    own = signed_in(Role.DEPOSITOR, unit="so-van-hoa")
    other = signed_in(Role.DEPOSITOR, unit="tinh-doan")
    reader = signed_in(Role.READER)
    path = f"/an-pham/{record}/lich-su"
    seen = own.get(path)
    assert seen.status_code == 200
    assert "Đưa lại bản này" not in seen.get_data(as_text=True)
    assert "Đưa lại bản này" in curator.get(path).get_data(as_text=True)
    assert other.get(path).status_code == 404
    assert reader.get(path).status_code == 403
    assert client.get(path).status_code == 302
    for person in (own, other, reader):
        assert person.get(f"/an-pham/{record}/ho-so").status_code == 403
        given = form_of(holdings, record, title="Không được")
        assert post(person, f"/an-pham/{record}/ho-so", given).status_code == 403
        assert post(person, f"{path}/1/dua-lai", {}).status_code == 403
    assert record_now(holdings, record).title == "Công khai hai"


def test_attack_in_any_field_is_shown_as_text(holdings, signed_in, deposited):
    record = deposited()
    curator = signed_in(Role.CURATOR)
    attacked = {
        name: f"{ATTACK} {name}"[:40] if name in ("isbn", "issn", "print_run") else ATTACK
        for name, value in form_of(holdings, record).items()
        if name not in ("unit", "kind", "access", "seen", "issued", "embargo_until", "licence_date")
    }
    answer = post(
        curator,
        f"/an-pham/{record}/ho-so",
        form_of(holdings, record, note=ATTACK, **attacked),
        follow_redirects=True,
    )
    assert answer.status_code == 200
    for path in ("", "/ho-so", "/lich-su"):
        html = curator.get(f"/an-pham/{record}{path}").get_data(as_text=True)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
        page(curator.get(f"/an-pham/{record}{path}"))


def test_first_version_of_a_deposit_is_what_was_handed_in(holdings, signed_in, deposited):
    record = deposited(title="Chờ duyệt", status=Status.SUBMITTED)
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{record}/ho-so", form_of(holdings, record, title="Đã sửa"))
    assert "lúc mới nộp" in words_of(versions_of(curator, record)[-1])
    post(curator, f"/an-pham/{record}/nhan", {})
    assert "lúc mới nộp" in words_of(versions_of(curator, record)[-1])
