"""The review of a deposit: who has it in hand, returns that name fields, messages, checks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import select

from archive.core.dates import IssueDate, today
from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.roles import SYSTEM, Actor, Role
from archive.core.status import TRANSITIONS, Status, TransitionError, check_transition
from archive.models import Event, Page, PageMarking, Publication, User
from archive.services import reviews
from archive.services.checks import checks_of
from archive.services.messages import MESSAGE_LENGTH
from tests.conftest import make_pdf, make_user, post, sign_in
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

WAYS = {
    ("draft", "submitted"),
    ("submitted", "in_review"),
    ("submitted", "returned"),
    ("submitted", "accepted"),
    ("in_review", "submitted"),
    ("in_review", "returned"),
    ("in_review", "accepted"),
    ("returned", "submitted"),
    ("accepted", "withdrawn"),
    ("withdrawn", "accepted"),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("review")) as made:
        yield made


@pytest.fixture(scope="module")
def second(archive: Standing) -> object:
    """Another curator than `archive.client("curator")`."""
    make_user(archive.holdings, Role.CURATOR, email="hai@example.org")
    client = archive.app.test_client()
    assert sign_in(client, "hai@example.org").status_code == 302
    return client


def put(archive: Standing, title: str = "Bản nộp", **given: object) -> str:
    given.setdefault("status", Status.SUBMITTED)
    given.setdefault("by", archive.actor("depositor"))
    data = given.pop("data", None) or make_pdf(f"{title}, một trang chữ")
    return archive.put(title, data, **given)  # type: ignore[arg-type]


def state_of(archive: Standing, publication_id: str) -> Status:
    with archive.holdings.database.reading() as session:
        return session.get_one(Publication, publication_id).status


def events_of(archive: Standing, publication_id: str) -> list[Event]:
    with archive.holdings.database.reading() as session:
        found = select(Event).where(Event.publication_id == publication_id).order_by(Event.id)
        return list(session.scalars(found))


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_only_the_ways_of_the_table_lead_from_state_to_state(before: Status, after: Status) -> None:
    if (before.value, after.value) in WAYS:
        check_transition(before, after)
        assert after in TRANSITIONS[before]
        return
    with pytest.raises(TransitionError):
        check_transition(before, after)


# What each act of a curator needs and makes; everything else is refused and changes nothing.
ACTS = {
    "nhan-xem": ({"submitted": "in_review", "in_review": "in_review"}, {}),
    "tra-hang-cho": ({"in_review": "submitted"}, {}),
    "nhan": (dict.fromkeys(("submitted", "in_review", "withdrawn"), "accepted"), {}),
    "tra-lai": (dict.fromkeys(("submitted", "in_review"), "returned"), {"note": "Sửa lại"}),
    "thu-hoi": ({"accepted": "withdrawn"}, {"note": "In sai"}),
    "nop-lai": (dict.fromkeys(("draft", "returned"), "submitted"), {}),
}


@pytest.mark.parametrize(("act", "status"), list(product(ACTS, Status)))
def test_act_does_what_the_state_allows_and_nothing_else(
    archive: Standing, act: str, status: Status
) -> None:
    ways, form = ACTS[act]
    publication_id = put(archive, f"{act} {status}", status=status)
    path = f"/an-pham/{publication_id}"
    before = len(events_of(archive, publication_id))
    answer = post(archive.client("curator"), f"{path}/{act}", form)
    assert answer.status_code == 302
    expected = ways.get(status.value)
    assert state_of(archive, publication_id).value == (expected or status.value)
    if expected is None:
        assert len(events_of(archive, publication_id)) == before
        said = words_of(page(archive.client("curator").get(path)))
        assert "đã chuyển sang bước khác" in said


def test_second_curator_is_told_who_has_the_deposit_in_hand(archive: Standing, second) -> None:
    publication_id = put(archive, "Hai người cùng mở")
    path = f"/an-pham/{publication_id}"
    post(archive.client("curator"), f"{path}/nhan-xem", {})
    answer = post(second, f"{path}/nhan-xem", {}, follow_redirects=True)
    assert "Người curator đang xem bản nộp này rồi." in words_of(page(answer))
    kinds = [event.kind for event in events_of(archive, publication_id)]
    assert kinds.count("taken_up") == 1
    post(archive.client("curator"), f"{path}/nhan-xem", {})
    kinds = [event.kind for event in events_of(archive, publication_id)]
    assert kinds.count("taken_up") == 1, "the same curator twice is no second act"


def test_deposit_is_given_to_another_curator_unless_somebody_was_quicker(
    archive: Standing, second
) -> None:
    publication_id = put(archive, "Giao cho người khác")
    path = f"/an-pham/{publication_id}"
    with archive.holdings.database.reading() as session:
        number = session.scalar(select(User.id).where(User.email == "hai@example.org"))
        officer = session.scalar(select(User.id).where(User.role == Role.DEPOSITOR))
    curator = archive.client("curator")
    wrong = post(curator, f"{path}/giao", {"reviewer": officer, "seen": ""}, follow_redirects=True)
    assert "Chọn một biên mục viên" in words_of(page(wrong)), "an officer reviews nothing"
    post(second, f"{path}/nhan-xem", {})
    late = post(
        curator,
        f"{path}/giao",
        {"reviewer": str(archive.actor("curator").user_id), "seen": ""},
        follow_redirects=True,
    )
    assert "đang xem bản nộp này rồi" in words_of(page(late))
    mine = str(archive.actor("curator").user_id)
    post(second, f"{path}/giao", {"reviewer": mine, "seen": str(number)})
    with archive.holdings.database.reading() as session:
        publication = session.get_one(Publication, publication_id)
        assert (publication.status, str(publication.reviewer_id)) == (Status.IN_REVIEW, mine)


def test_return_names_fields_and_the_curator_sees_what_became_of_each(archive: Standing) -> None:
    officer, curator = archive.client("depositor"), archive.client("curator")
    publication_id = put(
        archive, "Đường hoa", isbn="978-604-1", abstract="Cũ", values={"themes": ("Hoa",)}
    )
    path = f"/an-pham/{publication_id}"
    asked = {
        "field": ["isbn", "abstract", "themes", "files"],
        "field-isbn": "Thiếu số, xem trang 2",
        "field-abstract": "Viết lại",
        "field-themes": "Thêm chủ đề",
        "field-files": "Thiếu bìa",
        "note": "Sửa bốn mục",
    }
    assert post(curator, f"{path}/tra-lai", asked).status_code == 302
    shown = words_of(page(officer.get(path)))
    assert "Thiếu số, xem trang 2" in shown
    form = page(officer.get(f"{path}/sua"))
    by_id = {element.get("id"): element for element in form.iter("{*}*") if element.get("id")}
    assert words_of(by_id["isbn-asked"]) == "Cần sửa: Thiếu số, xem trang 2"
    assert "isbn-asked" in by_id["isbn"].get("aria-describedby")
    assert "4 mục cần sửa" in words_of(form)
    mended = {
        "title": "Đường hoa",
        "unit": "so-van-hoa",
        "issued": "5/2024",
        "kind": "book",
        "access": "public",
        "isbn": "978-604-57-1234-4",
        "abstract": "Cũ",
        "themes": "Hoa; " + unicodedata.normalize("NFD", "Đường phố"),
        "publisher": "Nhà xuất bản Thế giới",
        "action": "submit",
    }
    assert post(officer, f"{path}/sua", mended).status_code == 302
    answers = {
        words_of(li).split(" ")[0]: words_of(li)
        for li in elements(page(curator.get(path)), "li")
        if "answer" in (li.get("class") or "").split()
    }
    assert "Đã sửa" in answers["ISBN"]
    assert "978-604-1 " in answers["ISBN"] + " "
    assert "978-604-57-1234-4" in answers["ISBN"]
    assert "Chưa sửa" in answers["Tóm"]
    assert "Hoa; Đường phố" in answers["Chủ"]
    assert "Chưa sửa" in answers["Tệp"]
    assert "Sửa thêm" in answers["Nhà"], "what was changed unasked is told too"
    with archive.holdings.database.reading() as session:
        publication = session.get_one(Publication, publication_id)
        assert publication.reviewer_id == archive.actor("curator").user_id


def test_return_keeps_what_was_typed_when_a_sentence_is_missing(archive: Standing) -> None:
    publication_id = put(archive, "Trả thiếu lời")
    curator = archive.client("curator")
    form = {
        "field": ["title", "isbn"],
        "field-title": "<script>alert(1)</script> sai dấu",
        "field-isbn": "",
        "note": "Lời nhắn đang viết",
    }
    answer = post(curator, f"/an-pham/{publication_id}/tra-lai", form)
    assert answer.status_code == 422
    said = words_of(page(answer))
    assert "Viết một câu cho mục đã chọn" in said
    assert "Lời nhắn đang viết" in said
    assert "<script>alert(1)</script> sai dấu" in said, "as text, escaped"
    assert b"<script>alert" not in answer.data
    assert state_of(archive, publication_id) is Status.SUBMITTED


@pytest.mark.parametrize(
    ("act", "form", "leads_to", "words"),
    [
        ("tra-lai", {}, "tra-lai", "Cần viết lời nhắn hoặc chọn mục cần sửa"),
        (
            "tra-lai",
            {"field": "isbn", "field-isbn": ""},
            "tra-isbn-chu",
            "Viết một câu cho mục đã chọn",
        ),
        ("nhan-tin", {"message": " "}, "loi-nhan", ""),
    ],
)
def test_fault_of_a_form_far_down_is_told_at_the_top_with_the_way_to_it(
    archive: Standing, act: str, form: dict[str, str], leads_to: str, words: str
) -> None:
    publication_id = put(archive, "Trả mà chưa viết")
    answer = post(archive.client("curator"), f"/an-pham/{publication_id}/{act}", form)
    assert answer.status_code == 422
    root = page(answer)
    (summary,) = [each for each in elements(root, "div") if each.get("class") == "error-summary"]
    assert summary.get("role") == "alert"
    assert "còn 1 chỗ cần sửa" in words_of(summary)
    assert words in words_of(summary)
    assert [link.get("href") for link in elements(summary, "a")] == [f"#{leads_to}"]
    assert [each.tag for each in root.iter() if each.get("id") == leads_to] != []
    html = answer.get_data(as_text=True)
    assert html.index("error-summary") < html.index("publication__head")
    fresh = archive.client("curator").get(f"/an-pham/{publication_id}").text
    assert "error-summary" not in fresh


def test_return_of_no_known_field_and_without_a_note_is_refused(archive: Standing) -> None:
    publication_id = put(archive, "Trả mục lạ")
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        with pytest.raises(InvalidInputError) as caught:
            reviews.return_to_depositor(
                session, publication, by=SYSTEM, note="", fields={"status": "accepted"}
            )
    assert caught.value.data["problem"] == "return_unknown"
    form = {"field": "revision", "field-revision": "x", "note": ""}
    answer = post(archive.client("curator"), f"/an-pham/{publication_id}/tra-lai", form)
    assert answer.status_code == 422
    assert state_of(archive, publication_id) is Status.SUBMITTED


def test_message_reaches_both_sides_and_leaves_the_state(archive: Standing) -> None:
    publication_id = put(archive, "Nhắn qua lại")
    path = f"/an-pham/{publication_id}"
    officer, curator = archive.client("depositor"), archive.client("curator")
    said = unicodedata.normalize("NFD", "Bìa ở tệp thứ hai") + "\r\n<img src=x onerror=alert(1)>"
    assert post(officer, f"{path}/nhan-tin", {"message": said}).status_code == 302
    assert post(curator, f"{path}/nhan-tin", {"message": "Đã thấy"}).status_code == 302
    for client in (officer, curator):
        answer = client.get(path)
        thread = words_of(page(answer))
        assert "Bìa ở tệp thứ hai <img src=x onerror=alert(1)>" in thread
        assert b"<img src=x" not in answer.data
        assert "Đã thấy" in thread
    assert state_of(archive, publication_id) is Status.SUBMITTED
    assert events_of(archive, publication_id)[-2].note.startswith("Bìa ở tệp thứ hai\n")


@pytest.mark.parametrize("text", [" \n ", "a" * (MESSAGE_LENGTH + 1)])
def test_message_that_is_empty_or_too_long_is_kept_and_said_to_be_wrong(archive, text) -> None:
    publication_id = put(archive, "Nhắn sai")
    officer = archive.client("depositor")
    answer = post(officer, f"/an-pham/{publication_id}/nhan-tin", {"message": text})
    assert answer.status_code == 422
    boxes = [b for b in elements(page(answer), "textarea") if b.get("name") == "message"]
    assert (boxes[0].text or "").strip("\n") == text.strip("\n")
    assert [event.kind for event in events_of(archive, publication_id)] == ["deposited"]


@pytest.mark.parametrize("status", list(Status))
def test_thread_of_another_unit_is_not_found_though_the_record_be_open(archive, status) -> None:
    publication_id = put(archive, "Chuyện riêng", status=status)
    path = f"/an-pham/{publication_id}"
    post(archive.client("curator"), f"{path}/nhan-tin", {"message": "chuyenriengcuadonvi"})
    stranger = archive.client("depositor", unit="tinh-doan")
    assert "chuyenriengcuadonvi" not in stranger.get(path).get_data(as_text=True)
    assert post(stranger, f"{path}/nhan-tin", {"message": "Chào"}).status_code == 404
    assert "chuyenriengcuadonvi" in archive.client("depositor").get(path).get_data(as_text=True)


def codes(archive: Standing, publication_id: str, *, actor: Actor = SYSTEM) -> dict[str, str]:
    with archive.holdings.database.reading() as session:
        publication = session.get_one(Publication, publication_id)
        found = checks_of(session, [publication], first_year=2019, actor=actor)
        return {check.code: check.level.value for check in found[publication_id]}


def test_sound_deposit_passes_every_check(archive: Standing) -> None:
    publication_id = put(archive, "Không có gì để nói", isbn="978-604-57-1234-4", issn="0317-8471")
    archive.work()
    assert codes(archive, publication_id) == {}


@pytest.mark.parametrize(
    ("given", "code", "level"),
    [
        ({"issued": None}, "no_date", "problem"),
        ({"issued": IssueDate(2018, 12)}, "date_range", "problem"),
        ({"issued": IssueDate(today().year + 1)}, "date_range", "problem"),
        ({"isbn": "978-604-57-1234-5"}, "isbn", "problem"),
        ({"isbn": "9786045712344; 978-604-57-1234-0"}, "isbn", "problem"),
        ({"issn": "0317-8472"}, "issn", "problem"),
        ({"unit_name_given": "Phòng Đâu Đó"}, "unit_unknown", "problem"),
    ],
)
def test_check_names_what_is_wrong_with_the_record(archive, given, code, level) -> None:
    publication_id = put(archive, f"Kiểm tra {code} {given}", **given)
    archive.work()
    assert codes(archive, publication_id) == {code: level}


def test_isbn_with_its_binding_in_brackets_is_right(archive: Standing) -> None:
    publication_id = put(archive, "Hai bìa", isbn="978-604-57-1234-4 (bìa mềm)")
    archive.work()
    assert codes(archive, publication_id) == {}


def test_check_tells_of_files_that_lie_elsewhere_only_what_may_be_told(archive: Standing) -> None:
    data = make_pdf("Cùng một tệp ở hai nơi")
    put(archive, "Bản nháp nơi khác", data=data, unit="tinh-doan", status=Status.DRAFT, by=SYSTEM)
    publication_id = put(archive, "Bản của tôi", data=data)
    assert codes(archive, publication_id)["duplicate"] == "problem"
    officer = archive.actor("depositor")
    assert "duplicate" not in codes(archive, publication_id, actor=officer), "a draft elsewhere"


def test_check_tells_of_pages_and_marks(archive: Standing) -> None:
    publication_id = put(archive, "Nhiều trang", data=make_pdf("một", "hai", "ba"))
    archive.work()
    with archive.holdings.database.writing() as session:
        pages = session.scalars(
            select(Page).where(Page.publication_id == publication_id).order_by(Page.number)
        ).all()
        pages[0].text_source, pages[0].text = "none", ""
        pages[1].text_source = "repaired"
        session.add(
            PageMarking(
                publication_id=publication_id,
                file_id=pages[2].file_id,
                file_page=3,
                level="secret",
                line="MẬT",
                found_at=pages[2].file.publication.added_at,
            )
        )
        session.commit()
    assert codes(archive, publication_id) == {
        "marking": "problem",
        "no_text": "notice",
        "legacy_font": "notice",
    }
    shown = words_of(page(archive.client("curator").get(f"/an-pham/{publication_id}")))
    assert "1 trang dùng phông chữ cũ" in shown
    assert "Có dấu mật, trang 3: “MẬT”." in shown


def test_officer_may_not_take_up_or_give_away(archive: Standing) -> None:
    publication_id = put(archive, "Không phải việc của cán bộ nộp")
    officer = archive.client("depositor")
    for act in ("nhan-xem", "giao", "tra-hang-cho", "tra-lai"):
        assert post(officer, f"/an-pham/{publication_id}/{act}", {}).status_code == 403
    by = archive.actor("depositor")
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        for act in (reviews.take_up, reviews.put_back):
            with pytest.raises(ArchiveError):
                act(session, publication, by=by)
