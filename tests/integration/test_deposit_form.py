"""The deposit form by hand-written requests: every fault in words, nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from archive.core.identifiers import new_id
from archive.core.status import Status
from archive.models import Event, File, HeldFile, Publication
from archive.services.accession import place_of
from archive.services.units import find_unit
from archive.web import deposits as web_deposits
from tests.conftest import make_pdf, post, token_of
from tests.integration.standing import (
    Standing,
    elements,
    page,
    standing_archive,
    words_of,
)

HTML = b"<!doctype html><p>x</p>"
TYPED = {
    "title": "Cội nguồn",
    "subtitle": "Tập một",
    "responsibility": "Nhiều tác giả",
    "creators": "Lê Văn A; Nông Thị B",
    "issued": "15/7/2024",
    "kind": "leaflet",
    "access": "internal",
    "publisher": "NXB Cao Bằng",
    "printer": "Xưởng in số 1",
    "isbn": "978-604-000-000-0",
    "licence_number": "12/GP",
    "print_run": "500",
    "dimensions": "14,5 × 20,5 cm",
    "series": "Tủ sách",
    "volume": "2",
    "languages": "vi; tyz",
    "themes": "Du lịch; Lịch sử",
    "places": "Pác Bó",
    "people": "Kim Đồng",
    "events": "Chiến dịch Biên giới",
    "audiences": "Học sinh",
    "grades": "8; 9",
    "subjects": "Lịch sử",
    "embargo_until": "1/7/2030",
    "plan_task": "Nhiệm vụ 3",
    "rights": "Giữ bản quyền",
    "abstract": "Dòng một\nDòng hai",
    "other_titles": "Nguồn cội",
    "edition": "Tái bản lần 2",
    "publisher_place": "Cao Bằng",
    "issn": "0866-7655",
    "licence_date": "1/6/2024",
    "extent": "64 trang",
    "relics": "Hang Cốc Bó",
    "contents": "Mở đầu\nPhần một",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("form"), max_files_per_deposit=3) as made:
        yield made


@pytest.fixture
def client(archive: Standing) -> FlaskClient:
    return archive.client("depositor")


@pytest.fixture(scope="module")
def small_pdf() -> bytes:
    return make_pdf("một trang")


def send(
    client: FlaskClient,
    *files: tuple[bytes, str],
    path: str = "/nop",
    headers: dict[str, str] | None = None,
    **given: Any,
) -> Any:
    data: dict[str, Any] = {
        "csrf_token": token_of(client, "/huong-dan"),
        "title": "Ấn phẩm",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        **given,
    }
    data["files"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(path, data=data, content_type="multipart/form-data", headers=headers)


def beside(answer: Any, field: str) -> str:
    """The sentence beside a field; "" where there is none."""
    found = [e for e in page(answer).iter("{*}p") if e.get("id") == f"{field}-error"]
    return words_of(found[0]) if found else ""


def held_ids(answer: Any) -> list[str]:
    fields = elements(page(answer), "input")
    return [str(field.get("value")) for field in fields if field.get("name") == "held"]


def count(archive: Standing, model: type[Any]) -> int:
    with archive.holdings.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def publication(archive: Standing, address: str) -> Publication:
    with archive.holdings.database.reading() as session:
        found = session.get_one(Publication, address.rpartition("/")[2])
        assert found.values is not None
        assert found.unit.code
        return found


def names_of(archive: Standing, address: str) -> list[str]:
    with archive.holdings.database.reading() as session:
        rows = select(File.name).where(File.publication_id == address.rpartition("/")[2])
        return list(session.scalars(rows.order_by(File.position)))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Nhập nhan đề."),
        ("title", " \x01\u200b ", "Nhập nhan đề."),
        ("title", "a" * 501, "tối đa 500 ký tự"),
        ("unit", "", "Chọn đơn vị."),
        ("unit", "tinh-doan", "Chọn một mục trong danh sách."),
        ("kind", "novel", "Chọn một mục trong danh sách."),
        ("access", "secret", "Chọn một mục trong danh sách."),
        ("issued", "", "Nhập ngày phát hành."),
        ("issued", "hôm qua", "Chưa đọc được ngày “hôm qua”"),
        ("issued", "31/2/2024", "Không có ngày 31/2/2024."),
        ("issued", "2018", "từ năm 2019"),
        ("issued", "2199", "ở tương lai"),
        ("embargo_until", "2030", "Chưa đọc được ngày “2030”"),
        ("themes", ";".join(str(n) for n in range(101)), "tối đa 100"),
        ("people", "a" * 301, "tối đa 300 ký tự"),
        ("isbn", "9" * 41, "tối đa 40 ký tự"),
        ("abstract", "a" * 20_001, "tối đa 20000 ký tự"),
        ("print_run", "9" * 41, "tối đa 40 ký tự"),
    ],
)
def test_wrong_field_has_its_sentence_beside_it(
    client: FlaskClient, archive: Standing, field: str, value: str, said: str
) -> None:
    before = count(archive, Publication)
    answer = send(client, **{field: value})
    assert answer.status_code == 422
    assert said in beside(answer, field)
    root = page(answer)
    summary = [e for e in root.iter("{*}div") if "data-error-summary" in e.attrib]
    assert said in words_of(summary[0]), "and at the top, with a link to it"
    assert f"#{field}" in [link.get("href") for link in elements(summary[0], "a")]
    (control,) = [e for e in root.iter("{*}*") if e.get("id") == field]
    assert control.get("aria-invalid") == "true"
    assert f"{field}-error" in control.get("aria-describedby", "").split()
    assert count(archive, Publication) == before


def test_everything_typed_comes_back(client: FlaskClient) -> None:
    answer = send(client, **TYPED)
    assert answer.status_code == 422
    assert "Chưa có tệp nào" in beside(answer, "files")
    root = page(answer)
    shown = {e.get("name"): e.get("value") for e in elements(root, "input")}
    shown |= {e.get("name"): (e.text or "").strip() for e in elements(root, "textarea")}
    for select_box in elements(root, "select"):
        for option in elements(select_box, "option"):
            if "selected" in option.attrib:
                shown[select_box.get("name")] = option.get("value")
    for name, value in TYPED.items():
        assert shown[name].replace("\r\n", "\n") == value, name
    assert shown["unit"] == "so-van-hoa"


def test_everything_typed_is_kept_in_the_record(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    made = publication(archive, send(client, (small_pdf, "a.pdf"), **TYPED).location)
    assert (made.title, made.issued, made.kind) == ("Cội nguồn", "2024-07-15", "leaflet")
    assert made.abstract == "Dòng một\nDòng hai"
    assert str(made.embargo_until) == "2030-07-01"
    for name in ("creators", "themes", "languages", "grades"):
        assert made.values_of(name) == tuple(v.strip() for v in TYPED[name].split(";"))
    form = client.get(f"/an-pham/{made.id}/sua")
    assert form.status_code == 409, "a submitted deposit is with the curators"


def test_good_files_are_kept_for_the_second_try(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    before = count(archive, HeldFile)
    answer = send(client, (small_pdf, "bìa.pdf"), (HTML, "xấu.pdf"), title="")
    assert answer.status_code == 422
    assert "xấu.pdf" in beside(answer, "files")
    assert "trang web" in beside(answer, "files")
    assert "bìa.pdf" not in beside(answer, "files")
    held = held_ids(answer)
    assert len(held) == 1
    assert "bìa.pdf" in words_of(page(answer))
    again = send(client, held=held, title="")
    assert held_ids(again) == held, "over any number of tries"
    done = send(client, ("ruột".encode(), "ruột.txt"), held=held)
    assert done.status_code == 302
    assert names_of(archive, done.location) == ["bìa.pdf", "ruột.txt"]
    assert client.get(f"{done.location}/tep/1").data == small_pdf
    assert not (archive.holdings.incoming.folder / held[0]).exists()
    assert count(archive, HeldFile) == before
    spent = send(client, held=held)
    assert spent.status_code == 422
    assert "Chưa có tệp nào" in beside(spent, "files")


def test_file_over_the_limit_is_named_and_the_rest_of_the_form_is_read(
    client: FlaskClient,
) -> None:
    big = b"%PDF-1.4" + bytes(3 * 1024 * 1024)
    answer = send(client, (big, "to.pdf"), title="Nhan đề vẫn còn")
    assert answer.status_code == 422
    assert "to.pdf: Tệp lớn hơn mức cho phép (3 MB)" in beside(answer, "files")
    assert "Nhan đề vẫn còn" in answer.get_data(as_text=True)


def test_too_many_files_are_refused_and_the_first_ones_kept(client: FlaskClient) -> None:
    answer = send(client, *((f"tệp {n}".encode(), f"{n}.txt") for n in range(5)))
    assert answer.status_code == 422
    assert "tối đa 3 tệp" in beside(answer, "files")
    assert len(held_ids(answer)) == 3


def test_same_form_sent_twice_makes_one_publication(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    before, deposit_id = count(archive, Publication), new_id()
    held_before = count(archive, HeldFile)
    first = send(client, (small_pdf, "a.pdf"), deposit_id=deposit_id)
    second = send(client, (small_pdf, "a.pdf"), deposit_id=deposit_id)
    assert first.location == second.location == f"/an-pham/{deposit_id}"
    assert count(archive, Publication) == before + 1
    assert count(archive, HeldFile) == held_before


def test_two_presses_at_once_make_one_publication(
    client: FlaskClient,
    archive: Standing,
    small_pdf: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, deposit_id = count(archive, Publication), new_id()
    held_before = count(archive, HeldFile)
    both, take_files = Barrier(2), web_deposits.take_files

    def take_files_together() -> Any:
        both.wait(timeout=30)
        return take_files()

    monkeypatch.setattr(web_deposits, "take_files", take_files_together)
    token = token_of(client, "/huong-dan")
    cookie = client.get_cookie("session")
    assert cookie is not None

    def press(_number: int) -> Any:
        other = archive.app.test_client()
        other.set_cookie("session", cookie.value)
        data = {
            "csrf_token": token,
            "deposit_id": deposit_id,
            "title": "Bấm hai lần",
            "unit": "so-van-hoa",
            "kind": "book",
            "issued": "2024",
            "access": "public",
            "files": (io.BytesIO(small_pdf), "a.pdf"),
        }
        return other.post("/nop", data=data, content_type="multipart/form-data")

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, range(2)))
    assert [a.status_code for a in answers] == [302, 302]
    assert {a.location for a in answers} == {f"/an-pham/{deposit_id}"}
    assert count(archive, Publication) == before + 1
    assert count(archive, HeldFile) == held_before


def test_number_of_somebody_elses_publication_makes_a_new_one(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    theirs = archive.put("Của Tỉnh đoàn", make_pdf("khác"), unit="tinh-doan", status=Status.DRAFT)
    answer = send(client, (small_pdf, "a.pdf"), deposit_id=theirs, title="Của mình")
    assert answer.status_code == 302
    assert not answer.location.endswith(theirs)
    assert publication(archive, theirs).title == "Của Tỉnh đoàn"
    assert publication(archive, theirs).object_version == 1


def test_form_with_a_number_of_no_use_keeps_the_new_one(client: FlaskClient) -> None:
    answer = send(client, deposit_id="../../x")
    (field,) = [e for e in elements(page(answer), "input") if e.get("name") == "deposit_id"]
    assert len(field.get("value")) == 12


def test_script_is_told_the_address_and_finds_the_messages_there(
    client: FlaskClient, small_pdf: bytes
) -> None:
    headers = {"X-Requested-With": "XMLHttpRequest"}
    answer = send(client, (small_pdf, "a.pdf"), headers=headers)
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("/an-pham/")
    assert "Đã gửi." in words_of(page(client.get(answer.headers["Location"])))
    wrong = send(client, headers=headers)
    assert wrong.status_code == 422
    assert [e for e in page(wrong).iter("{*}form") if "data-deposit" in e.attrib]


def test_draft_is_seen_by_its_unit_and_mended_until_it_is_sent(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    answer = send(client, (small_pdf, "a.pdf"), action="draft", title="Bản nháp")
    path = answer.location
    assert publication(archive, path).status is Status.DRAFT
    form = client.get(f"{path}/sua")
    shown = {e.get("name"): e.get("value") for e in elements(page(form), "input")}
    assert (shown["title"], shown["issued"]) == ("Bản nháp", "2024")
    wrong = send(client, path=f"{path}/sua", title="")
    assert wrong.status_code == 422
    assert beside(wrong, "title")
    mended = send(client, ("chữ mới".encode(), "moi.txt"), path=f"{path}/sua", title="Bản sửa")
    assert mended.location == path
    assert publication(archive, path).status is Status.SUBMITTED
    assert publication(archive, path).object_version == 2
    assert names_of(archive, path) == ["moi.txt"]
    assert send(client, path=f"{path}/sua").status_code == 409


def test_returned_deposit_goes_round_with_its_notes(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    path = send(client, (small_pdf, "a.pdf"), title="Đi một vòng").location
    curator = archive.client("curator")
    refused = post(curator, f"{path}/tra-lai", {"note": " \x00 "})
    assert refused.status_code == 422
    assert "Cần viết lời nhắn" in words_of(page(refused))
    assert publication(archive, path).status is Status.SUBMITTED
    post(curator, f"{path}/tra-lai", {"note": "Trang 3\r\nthiếu ảnh"})
    assert "Trang 3 thiếu ảnh" in words_of(page(client.get("/cua-toi")))
    assert send(client, path=f"{path}/sua", title="Đã thêm ảnh").status_code == 302
    assert names_of(archive, path) == ["a.pdf"], "no new file: the old ones stay"
    assert post(curator, f"{path}/nhan", {}).status_code == 302
    assert post(curator, f"{path}/nhan", {}).status_code == 302
    assert "đã chuyển sang bước khác" in words_of(page(curator.get(path)))
    post(curator, f"{path}/thu-hoi", {"note": "a" * 4001})
    assert publication(archive, path).status is Status.ACCEPTED
    assert "tối đa 4000" in words_of(page(curator.get(path)))
    with archive.holdings.database.reading() as session:
        rows = select(Event.kind).where(Event.publication_id == path.rpartition("/")[2])
        assert list(session.scalars(rows.order_by(Event.id))) == [
            "deposited",
            "receipt_issued",
            "returned",
            "resubmitted",
            "accepted",
            "accession_given",
        ]


def flashes(client: FlaskClient, path: str) -> Any:
    (box,) = [e for e in page(client.get(path)).iter("{*}div") if e.get("class") == "flashes"]
    return box


def buttons(answer: Any) -> list[str]:
    return [words_of(e) for e in elements(page(answer), "button") if e.get("name") == "action"]


def test_returned_deposit_is_saved_or_handed_in_again_and_told_which(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    path = send(client, (small_pdf, "a.pdf"), title="Trả lại").location
    (link,) = [e for e in flashes(client, path).iter("{*}a") if "/bien-nhan/" in e.get("href", "")]
    assert client.get(link.get("href")).status_code == 200, "the receipt that is told of"
    post(archive.client("curator"), f"{path}/tra-lai", {"note": "Thiếu ảnh"})
    assert {"Nộp lại", "Lưu, chưa nộp lại"} <= set(buttons(client.get(f"{path}/sua")))
    assert send(client, path=f"{path}/sua", action="draft", title="Sửa dở").status_code == 302
    assert publication(archive, path).status is Status.RETURNED
    assert "chưa nộp lại" in words_of(flashes(client, path))
    send(client, path=f"{path}/sua", title="Sửa xong")
    assert "biên mục viên đã xem" in words_of(flashes(client, path))


def test_acceptance_tells_the_number_and_reopening_does_not(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    path = send(client, (small_pdf, "a.pdf"), title="Vào sổ").location
    curator = archive.client("curator")
    post(curator, f"{path}/nhan", {})
    number = str(place_of(publication(archive, path)))
    assert number in words_of(flashes(curator, path))
    post(curator, f"{path}/thu-hoi", {"note": "Sai"})
    curator.get(path)
    post(curator, f"{path}/nhan", {})
    assert number not in words_of(flashes(curator, path))


def test_draft_without_a_file_is_not_said_to_be_looked_for(client: FlaskClient) -> None:
    path = send(client, action="draft", title="Chưa có gì").location
    said = words_of(page(client.get(path)))
    assert "Chưa chọn tệp nào." in said
    assert "sưu tầm" not in said
    shown = buttons(client.get(f"{path}/sua"))
    assert "Gửi duyệt" in shown
    assert "Lưu bản nháp" in shown


def test_curators_edit_keeps_the_name_of_a_unit_nobody_knows(
    archive: Standing, small_pdf: bytes
) -> None:
    made = archive.put(
        "Nhập từ bảng",
        small_pdf,
        unit="chua-ro",
        status=Status.DRAFT,
        unit_name_given="Ban Tuyên giáo huyện cũ",
    )
    curator = archive.client("curator")
    answer = send(curator, path=f"/an-pham/{made}/sua", unit="chua-ro", title="Sửa nhan đề")
    assert answer.status_code == 302
    assert publication(archive, made).unit_name_given == "Ban Tuyên giáo huyện cũ"
    again = archive.put(
        "Khác", small_pdf, unit="chua-ro", status=Status.DRAFT, unit_name_given="Tên cũ"
    )
    send(curator, path=f"/an-pham/{again}/sua", unit="tinh-doan")
    assert publication(archive, again).unit_name_given == "", "the unit is known now"


def test_blocked_unit_takes_no_deposit(archive: Standing, small_pdf: bytes) -> None:
    with archive.holdings.database.writing() as session:
        unit = find_unit(session, "tinh-doan")
        assert unit is not None
        unit.is_blocked = True
        session.commit()
    answer = send(archive.client("curator"), (small_pdf, "a.pdf"), unit="tinh-doan")
    assert answer.status_code == 422
    assert "danh sách" in beside(answer, "unit")
    depositor = archive.client("depositor", unit="tinh-doan")
    assert send(depositor, (small_pdf, "a.pdf"), unit="tinh-doan").status_code == 403


def test_record_is_kept_on_one_line_where_it_has_one(
    client: FlaskClient, archive: Standing, small_pdf: bytes
) -> None:
    given = {"title": "Một\r\nhai\x0b ba\u00ad", "places": " Pác  Bó;;Pa\u0301c Bo\u0301; "}
    made = publication(archive, send(client, (small_pdf, "a.pdf"), **given).location)
    assert made.title == "Một hai ba"
    assert made.values_of("places") == ("Pác Bó",)
