"""Guesses: offered beside empty fields, taken over on request, never to others, never unasked."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import typst
from flask.testing import FlaskClient
from sqlalchemy import func, select

from archive.core.status import Status
from archive.models import Event, HeldFile, Publication
from tests.conftest import token_of
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

COVER = """TỈNH ỦY CAO BẰNG
BAN TUYÊN GIÁO
CÁC TƯỚNG LĨNH
LỰC LƯỢNG VŨ TRANG
TỈNH CAO BẰNG
Cao Bằng, tháng 7 năm 2025"""
IMPRINT = """Chịu trách nhiệm nội dung: Ban Tuyên giáo Tỉnh ủy Cao Bằng
In 1000 cuốn, khổ 14,5 x 20,5 cm
In tại Công ty TNHH In Hoa Mai
Giấy phép xuất bản số 12/GP-STTTT ngày 1/6/2025
ISBN: 978-604-000-000-1"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("guesses"), max_files_per_deposit=4) as made:
        yield made


def printed(*pages: str) -> bytes:
    """A PDF with a page per text, in a face that holds every capital with its marks."""
    source = '#set document(title: "Untitled-1")\n'
    source += '#show raw: set text(font: "Libertinus Serif")\n#set page(width: 148mm)\n'
    source += "\n#pagebreak()\n".join(f'#raw("{text}")' for text in pages)
    made = typst.compile(source.encode(), ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="module")
def book() -> bytes:
    return printed(COVER, IMPRINT, "Đồng chí rời Pác Bó.")


@pytest.fixture
def client(archive: Standing) -> FlaskClient:
    return archive.client("depositor")


def send(client: FlaskClient, *files: tuple[bytes, str], path: str = "/nop", **given: Any) -> Any:
    data: dict[str, Any] = {
        "csrf_token": token_of(client, "/huong-dan"),
        "unit": "so-van-hoa",
        "kind": "book",
        "access": "public",
        **given,
        "files": [(io.BytesIO(content), name) for content, name in files],
    }
    return client.post(path, data=data, content_type="multipart/form-data")


def shown(answer: Any) -> dict[str, str]:
    """The guesses on the form: field → value."""
    found = {}
    for box in page(answer).iter("{*}div"):
        if box.get("data-guess"):
            value = next(e for e in box.iter("{*}strong") if e.get("data-guess-value") is not None)
            found[str(box.get("data-guess"))] = words_of(value)
    return found


def typed(answer: Any, name: str) -> str:
    field = next(e for e in elements(page(answer), "input") if e.get("name") == name)
    return str(field.get("value") or "")


def held(answer: Any) -> list[str]:
    inputs = elements(page(answer), "input")
    return [
        str(e.get("value")) for e in inputs if e.get("name") == "held" and e.get("type") == "hidden"
    ]


def count(archive: Standing, model: type[Any]) -> int:
    with archive.holdings.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_read_only_form_deposits_nothing_and_shows_what_the_file_says(archive, client, book):
    before = count(archive, Publication), count(archive, Event)
    answer = send(client, (book, "ruột sách.pdf"), action="guess")
    assert answer.status_code == 200
    assert shown(answer) == {
        "title": "Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng",
        "issued": "7/2025",
        "responsibility": "Ban Tuyên giáo Tỉnh ủy Cao Bằng",
        "printer": "Công ty TNHH In Hoa Mai",
        "licence_number": "12/GP-STTTT",
        "print_run": "1000 cuốn",
        "dimensions": "14,5 x 20,5 cm",
    }
    text = words_of(page(answer))
    assert "trang 2: “In 1000 cuốn, khổ 14,5 x 20,5 cm”" in text
    assert "Số ISBN 978-604-000-000-1 ở trang 2 sai số kiểm tra." in text
    assert typed(answer, "title") == "", "nothing is filled unasked"
    assert (count(archive, Publication), count(archive, Event)) == before


def test_form_that_comes_back_wrong_offers_too_and_leaves_filled_fields_alone(client, book):
    answer = send(client, (book, "a.pdf"), action="submit", title="Tên tôi đặt", print_run="300")
    assert answer.status_code == 422
    offered = shown(answer)
    assert "title" not in offered
    assert "print_run" not in offered
    assert offered["issued"] == "7/2025"


def test_one_guess_is_taken_and_the_others_stay(client, book):
    first = send(client, (book, "a.pdf"), action="guess")
    answer = send(client, use="licence_number", held=held(first))
    assert answer.status_code == 200
    assert typed(answer, "licence_number") == "12/GP-STTTT"
    assert "licence_number" not in shown(answer)
    assert "print_run" in shown(answer)
    assert held(answer) == held(first), "the file need not be sent again"
    assert "Đã điền: Số giấy phép." in words_of(page(answer))


def test_all_guesses_are_taken_but_what_was_typed_stays(archive, client, book):
    first = send(client, (book, "a.pdf"), action="guess")
    answer = send(client, use="all", held=held(first), title="Tên tôi đặt")
    assert typed(answer, "title") == "Tên tôi đặt"
    assert typed(answer, "issued") == "7/2025"
    assert shown(answer) == {}
    done = send(
        client,
        action="submit",
        held=held(answer),
        **{name: typed(answer, name) for name in ("title", "issued", "print_run", "printer")},
    )
    assert done.status_code == 302
    with archive.holdings.database.reading() as session:
        kept = session.get_one(Publication, done.location.rpartition("/")[2])
        assert (kept.print_run, kept.printer) == ("1000 cuốn", "Công ty TNHH In Hoa Mai")


def test_hand_made_requests_fill_no_filled_and_no_other_field(client, book):
    first = send(client, (book, "a.pdf"), action="guess")
    answer = send(client, use="printer", held=held(first), printer="Xưởng in của tôi")
    assert typed(answer, "printer") == "Xưởng in của tôi"
    assert send(client, use="csrf_token", held=held(first)).status_code == 200


def test_picture_says_nothing_and_that_is_told(client, book):
    from PIL import Image

    stored = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(stored, "PNG")
    answer = send(client, (stored.getvalue(), "bìa.png"), action="guess")
    assert shown(answer) == {}
    assert "Kho chưa đọc được gì để gợi ý từ tệp này." in words_of(page(answer))


def test_year_that_the_form_would_refuse_is_not_offered(client):
    old = printed("LỊCH SỬ ĐẢNG BỘ TỈNH\nHÀ NỘI - 2009")
    offered = shown(send(client, (old, "cũ.pdf"), action="guess"))
    assert offered == {"title": "Lịch sử Đảng bộ tỉnh"}


def test_json_tells_the_owner_and_nobody_else(archive, client, book):
    first = send(client, (book, "a.pdf"), action="guess")
    [held_id] = held(first)
    answer = client.get(f"/nop/goi-y?held={held_id}")
    assert answer.status_code == 200
    told = {row["field"]: row for row in answer.get_json()["guesses"]}
    assert told["licence_number"] == {
        "field": "licence_number",
        "label": "Số giấy phép",
        "value": "12/GP-STTTT",
        "source": "trang 2",
        "line": "Giấy phép xuất bản số 12/GP-STTTT ngày 1/6/2025",
    }
    assert [doubt["field"] for doubt in answer.get_json()["doubts"]] == ["isbn"]
    path = f"/nop/goi-y?held={held_id}"
    assert archive.client("depositor", unit="tinh-doan").get(path).status_code == 404
    assert archive.client("curator").get(path).status_code == 404
    assert archive.client("reader").get(path).status_code == 403
    assert archive.client("anonymous").get(path).status_code == 302


@pytest.mark.parametrize("given", ["../../etc/passwd", "x" * 300, "", "%00"])
def test_json_of_no_held_file_is_not_found(client, given):
    assert client.get(f"/nop/goi-y?held={given}").status_code == 404


def test_json_asked_for_more_files_than_a_deposit_holds_is_refused(client):
    query = "&".join(f"held={n:032x}" for n in range(5))
    assert client.get(f"/nop/goi-y?{query}").status_code == 400


def test_asking_changes_nothing(archive, client, book):
    [held_id] = held(send(client, (book, "a.pdf"), action="guess"))
    before = count(archive, HeldFile), count(archive, Publication), count(archive, Event)
    for _ in range(2):
        client.get(f"/nop/goi-y?held={held_id}")
    assert (count(archive, HeldFile), count(archive, Publication), count(archive, Event)) == before
    assert (archive.holdings.incoming.folder / held_id).is_file()


def test_decomposed_text_file_is_read_like_any(client):
    text = unicodedata.normalize("NFD", f"{COVER}\f{IMPRINT}").encode()
    assert shown(send(client, (text, "bản.txt"), action="guess"))["licence_number"] == "12/GP-STTTT"


def test_publication_page_shows_its_people_what_the_record_lacks(archive, client, book):
    publication_id = archive.put(
        "ruot-sach-in", book, status=Status.DRAFT, print_run="1.000", licence_number="99/GP-X"
    )
    archive.work()
    for viewer in (client, archive.client("curator")):
        text = words_of(page(viewer.get(f"/an-pham/{publication_id}")))
        assert "Trang sách ghi thêm" in text
        assert "12/GP-STTTT" in text, "the record says something else"
        assert "Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng" in text
        assert "Số lượng in 1000 cuốn" not in text, "the record says the same"
    links = [
        str(e.get("href")) for e in elements(page(client.get(f"/an-pham/{publication_id}")), "a")
    ]
    assert f"/an-pham/{publication_id}/trang/2" in links
    assert f"/an-pham/{publication_id}/sua#goi-y" in links
    form = client.get(f"/an-pham/{publication_id}/sua")
    assert shown(form)["printer"] == "Công ty TNHH In Hoa Mai"
    assert "title" not in shown(form), "its title is filled, if only with a file's name"
    taken = send(client, path=f"/an-pham/{publication_id}/sua", use="printer", title="x")
    assert typed(taken, "printer") == "Công ty TNHH In Hoa Mai"


def test_readers_are_offered_nothing(archive, book):
    publication_id = archive.put("ruot-sach-in", book)
    archive.work()
    for viewer in ("anonymous", "reader"):
        text = words_of(page(archive.client(viewer).get(f"/an-pham/{publication_id}")))
        assert "Trang sách ghi thêm" not in text
    text = words_of(page(archive.client("curator").get(f"/an-pham/{publication_id}")))
    assert "Trang sách ghi thêm" in text
