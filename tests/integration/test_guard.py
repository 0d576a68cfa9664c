"""Marks of secrecy: refused at the door, closed when found later, opened only by a curator."""

from __future__ import annotations

import io
import unicodedata

import pytest
from sqlalchemy import delete, select

from archive.core.errors import InvalidInputError, MarkingOpenError, NotAllowedError
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.extract.results import PageText
from archive.models import Event, File, Page, PageMarking, Publication, User
from archive.services import guard, reading, reviews
from archive.services.accounts import actor_of
from archive.services.indexing import index_entries
from tests.conftest import make_pdf, post

SECRET = "TỈNH ỦY CAO BẰNG\n*\nSố 05-BC/TU\n\nTỐI MẬT\n\nBÁO CÁO\nvề việc thử (ví dụ)"
PLAIN = "Pác Bó, nơi cội nguồn cách mạng"


def fields(**changed: str) -> dict[str, str]:
    return {
        "deposit_id": new_id(),
        "title": "Ấn phẩm thử",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        **changed,
    }


def send(client, data: bytes, name: str = "tep.pdf", **changed: str):
    return post(
        client,
        "/nop",
        {**fields(**changed), "files": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def kept(holdings) -> list[str]:
    """Every file under incoming and in storage: where refused bytes could have been left."""
    folders = (holdings.settings.incoming, holdings.settings.ocfl)
    return [
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        and "ocfl" not in path.name
        and not {"extensions", "locks"} & set(path.parts)
    ]


def mark_page(holdings, publication_id: str, text: str = SECRET, number: int = 2) -> None:
    """What a worker does that recognised the page's picture."""
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        page = session.scalars(
            select(Page).where(Page.publication_id == publication_id, Page.number == number)
        ).one()
        page.text = text
        guard.look_at_pages(session, publication, [page])
        session.commit()


def events(holdings, publication_id: str) -> list[str]:
    with holdings.database.reading() as session:
        rows = session.scalars(
            select(Event).where(Event.publication_id == publication_id).order_by(Event.id)
        )
        return [row.kind for row in rows]


# --- at the door ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pdf", "txt", "txt in parts"])
def test_marked_file_is_refused_with_page_and_line_and_no_byte_is_kept(signed_in, holdings, kind):
    client = signed_in(Role.DEPOSITOR)
    text = f"{PLAIN}\f{SECRET}"
    if kind == "pdf":
        answer = send(client, make_pdf(PLAIN, SECRET))
    else:
        form = "NFD" if kind == "txt in parts" else "NFC"
        answer = send(client, unicodedata.normalize(form, text).encode(), "tep.txt")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Có dấu mật, trang 2: “TỐI MẬT”." in page
    assert "Kho không nhận tài liệu bí mật nhà nước" in page
    assert "bộ phận bảo vệ bí mật nhà nước" in page
    assert 'name="held"' not in page
    assert kept(holdings) == []
    with holdings.database.reading() as session:
        assert session.scalars(select(Publication)).all() == []


def test_marked_page_of_a_word_document_is_refused(signed_in, holdings):
    from docx import Document

    made = Document()
    for line in SECRET.splitlines():
        made.add_paragraph(line)
    data = io.BytesIO()
    made.save(data)
    answer = send(signed_in(Role.DEPOSITOR), data.getvalue(), "tep.docx")
    assert "Có dấu mật, trang 1: “TỐI MẬT”." in answer.get_data(as_text=True)
    assert kept(holdings) == []


def test_last_pages_of_a_long_file_are_looked_at_too(signed_in):
    data = "\f".join([PLAIN] * 120 + [SECRET]).encode()
    page = send(signed_in(Role.DEPOSITOR), data, "tep.txt").get_data(as_text=True)
    assert "Có dấu mật, trang 121" in page


def test_title_with_the_word_goes_through(signed_in, holdings):
    data = "BÍ MẬT RỪNG PÁC BÓ\n\nHội nghị bí mật năm 1941".encode()
    assert send(signed_in(Role.DEPOSITOR), data, "tep.txt").status_code == 302


def test_contact_of_the_settings_is_named(tmp_path):
    from tests.integration.standing import standing_archive

    contact = "đồng chí văn thư, phòng 101 (ví dụ)"
    with standing_archive(tmp_path, guard_contact=contact) as standing:
        page = send(standing.client("depositor"), SECRET.encode(), "tep.txt")
        assert f"Xin hỏi {contact} trước khi nộp." in page.get_data(as_text=True)


def test_import_fails_the_row_and_takes_the_others(holdings, app, tmp_path):
    folder = tmp_path / "nhap"
    folder.mkdir()
    (folder / "a.txt").write_text(PLAIN, encoding="utf-8")
    (folder / "b.txt").write_text(SECRET, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["import", str(folder), "--issued", "2024"])
    assert done.exit_code == 1
    with holdings.database.reading() as session:
        assert [row.title for row in session.scalars(select(Publication))] == ["a"]
    assert "Có dấu mật, trang 1: “TỐI MẬT”" in done.output + done.stderr


def test_curator_hands_in_a_false_alarm_with_a_reason(signed_in, holdings, work):
    curator = signed_in(Role.CURATOR)
    assert "declared_free" in curator.get("/nop").get_data(as_text=True)
    assert "declared_free" not in signed_in(Role.DEPOSITOR).get("/nop").get_data(as_text=True)
    data = f"{PLAIN}\f{SECRET}".encode()
    without = send(curator, data, "tep.txt", declared_free="1", declared_reason=" ")
    assert "Ghi lý do" in without.get_data(as_text=True)
    assert kept(holdings) == []
    given = fields(declared_free="1", declared_reason="Ảnh chụp bản trưng bày")
    answer = post(
        curator,
        "/nop",
        {**given, "files": (io.BytesIO(data), "tep.txt")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    work()
    with holdings.database.reading() as session:
        (row,) = session.scalars(select(PageMarking)).all()
        assert (row.file_page, row.level, row.reason) == (2, "toi_mat", "Ảnh chụp bản trưng bày")
        assert not guard.has_open_markings(session, given["deposit_id"])
    assert "declared_free" in events(holdings, given["deposit_id"])


def test_depositor_s_word_does_not_open_the_door(signed_in, holdings):
    answer = send(
        signed_in(Role.DEPOSITOR), SECRET.encode(), "t.txt", declared_free="1", declared_reason="x"
    )
    assert "Có dấu mật" in answer.get_data(as_text=True)
    assert kept(holdings) == []


# --- found later ------------------------------------------------------------------------------


TEXT = {"data": f"{PLAIN}\fĐông Khê\fBản Giốc".encode(), "name": "ba-trang.txt"}


@pytest.fixture
def marked(holdings, deposited, signed_in, work) -> str:
    """An accepted publication, read and indexed, on whose second page a mark comes to light."""
    return make_marked(holdings, deposited, signed_in, work, **TEXT)


def make_marked(holdings, deposited, signed_in, work, **file) -> str:
    signed_in(Role.DEPOSITOR)
    with holdings.database.reading() as session:
        user = session.scalars(select(User).where(User.role == Role.DEPOSITOR)).one()
        by = actor_of(user)
    publication_id = deposited(title="Sẽ bị đóng", by=by, **file)
    deposited(title="Ở lại", data=PLAIN.encode(), name="o-lai.txt")
    work()
    mark_page(holdings, publication_id)
    return publication_id


def found(client) -> tuple[int, int, int, int]:
    answer = client.get("/api/v1/search?q=").json
    themes = {value["value"]: value["count"] for value in answer["facets"]["theme"]}
    pages = client.get("/api/v1/search?q=pac+bo").json["total_pages"]
    return answer["total"], themes.get("Du lịch", 0), len(answer["items"]), pages


def test_marked_publication_is_closed_to_readers_at_the_next_request(
    holdings, deposited, client, signed_in, work
):
    marked = make_marked(holdings, deposited, signed_in, work)
    paths = (
        f"/an-pham/{marked}",
        f"/an-pham/{marked}/trang/1",
        f"/an-pham/{marked}/trang/1/anh-320.webp",
        f"/an-pham/{marked}/tep/1",
        f"/api/v1/publications/{marked}",
        f"/api/v1/publications/{marked}/pages/1",
    )
    others = signed_in(Role.DEPOSITOR, email="dong-nghiep@example.org", unit="so-van-hoa")
    for _ in range(2):
        for reader in (client, signed_in(Role.READER), others):
            assert [reader.get(path).status_code for path in paths] == [404] * len(paths)
            assert found(reader) == (1, 1, 1, 1)
            assert "Sẽ bị đóng" not in reader.get("/").get_data(as_text=True)
        assert "Sẽ bị đóng" not in others.get("/cua-toi").get_data(as_text=True)
        assert found(signed_in(Role.CURATOR)) == (1, 1, 1, 1)
        work()  # And so it stays once the index has followed.


def test_depositor_and_curator_are_told_what_to_do(marked, signed_in):
    mine = signed_in(Role.DEPOSITOR)
    for path in (f"/an-pham/{marked}", "/cua-toi"):
        assert "Có dấu mật, trang 2: “TỐI MẬT”." in mine.get(path).get_data(as_text=True)
    assert "khong-phai-dau-mat" not in mine.get(f"/an-pham/{marked}").get_data(as_text=True)
    curator = signed_in(Role.CURATOR)
    page = curator.get(f"/an-pham/{marked}").get_data(as_text=True)
    assert "Có dấu mật, trang 2: “TỐI MẬT”." in page
    assert "bộ phận bảo vệ bí mật nhà nước" in page
    assert f'action="/an-pham/{marked}/khong-phai-dau-mat"' in page
    queue = curator.get("/duyet-nop?tinh-trang=accepted").get_data(as_text=True)
    assert "Có dấu mật, trang 2: “TỐI MẬT”." in queue


def test_curator_clears_with_a_reason_and_is_not_asked_again(marked, holdings, signed_in, client):
    curator = signed_in(Role.CURATOR)
    with holdings.database.reading() as session:
        (mark,) = guard.open_markings(session, marked)
    address = f"/an-pham/{marked}/khong-phai-dau-mat"
    post(curator, address, {"marking": str(mark.id), "note": " "})
    assert client.get(f"/an-pham/{marked}").status_code == 404, "no reason, no opening"
    refused = post(signed_in(Role.DEPOSITOR), address, {"marking": str(mark.id), "note": "x"})
    assert refused.status_code == 403
    post(curator, address, {"marking": str(mark.id), "note": "Chữ trong nhan đề"})
    assert client.get(f"/an-pham/{marked}").status_code == 200
    assert events(holdings, marked)[-2:] == ["marking_found", "marking_cleared"]
    mark_page(holdings, marked, text="| TỐI MẬT |")
    assert client.get(f"/an-pham/{marked}").status_code == 200
    mark_page(holdings, marked, text="MẬT", number=3)
    assert client.get(f"/an-pham/{marked}").status_code == 404, "another page is asked about"


def test_index_holds_no_word_of_what_is_closed(marked, holdings):
    with holdings.database.reading() as session:
        (entry,) = index_entries(session, [marked])
    assert (entry.title, entry.pages) == ("", ())
    assert entry.status not in set(Status)


def test_clearing_opens_search_again(marked, holdings, client, work):
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, marked)
        ids = [mark.id for mark in guard.open_markings(session, marked)]
        guard.clear(session, publication, marking_ids=ids, reason="Nhan đề", by=SYSTEM)
        session.commit()
    work()
    assert found(client)[0] == 2


def test_acceptance_waits_for_the_mark_to_be_cleared(holdings, deposited, signed_in, work):
    publication_id = deposited(status=Status.SUBMITTED, **TEXT)
    work()
    mark_page(holdings, publication_id)
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        with pytest.raises(MarkingOpenError):
            reviews.accept(session, publication, by=SYSTEM)
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{publication_id}/nhan", {})
    page = curator.get(f"/an-pham/{publication_id}").get_data(as_text=True)
    assert "Chưa nhận vào kho được khi dấu này còn chưa được xem xét." in page
    with holdings.database.reading() as session:
        assert session.get_one(Publication, publication_id).status is Status.SUBMITTED


def test_clearing_needs_a_curator_and_a_reason(marked, holdings):
    from archive.core.roles import Actor

    with holdings.database.writing() as session:
        publication = session.get_one(Publication, marked)
        depositor = Actor(user_id=1, role=Role.DEPOSITOR)
        with pytest.raises(NotAllowedError):
            guard.clear(session, publication, marking_ids=[1], reason="x", by=depositor)
        with pytest.raises(InvalidInputError):
            guard.clear(session, publication, marking_ids=[1], reason=" \n", by=SYSTEM)


def test_worker_closes_what_the_door_could_not_see(holdings, deposited, client, work):
    """The mark stands beyond the pages that the door looks at."""
    pages = [PLAIN] * 80
    pages[60] = SECRET
    publication_id = deposited(data="\f".join(pages).encode(), name="dai.txt")
    assert client.get(f"/an-pham/{publication_id}").status_code == 200
    work()
    assert client.get(f"/an-pham/{publication_id}").status_code == 404
    with holdings.database.reading() as session:
        (mark,) = guard.open_markings(session, publication_id)
    assert (mark.page_number, mark.line) == (61, "TỐI MẬT")


def test_new_files_take_the_mark_with_the_old_ones(holdings, marked):
    with holdings.database.writing() as session:
        for file in session.scalars(select(File).where(File.publication_id == marked)):
            session.delete(file)
        session.commit()
    with holdings.database.reading() as session:
        assert not guard.has_open_markings(session, marked)


def test_lifted_secrecy_is_told_and_blocks_nothing(holdings, deposited, client, work):
    data = "ĐÃ GIẢI MẬT\n\nTUYỆT MẬT\n\nBáo cáo (ví dụ)".encode()
    publication_id = deposited(data=data, name="da-giai.txt")
    work()
    assert client.get(f"/an-pham/{publication_id}").status_code == 200
    assert "lifting_found" in events(holdings, publication_id)


def test_page_number_follows_where_earlier_files_are_read_further(holdings, deposited, work):
    publication_id = deposited(data=b"m\xe1\xba\xb7t trang", name="a.txt")
    work()
    with holdings.database.writing() as session:
        first = session.scalars(select(File)).one()
        second = File(
            publication_id=publication_id,
            position=2,
            name="b.txt",
            kind="txt",
            media_type="text/plain",
            size_bytes=1,
            sha256="0" * 64,
            sha512="0" * 128,
            logical_path="files/0002.txt",
            text_done=False,
            images_done=False,
        )
        session.add(second)
        session.flush()
        blank = {"label": None, "width_px": 0, "height_px": 0}
        reading.add_pages(session, second, [PageText(1, text=SECRET, **blank)], offset=1)
        assert guard.open_markings(session, publication_id)[0].page_number == 2
        more = [PageText(n, text="thêm", **blank) for n in (2, 3)]
        reading.add_pages(session, first, more, offset=0)
        session.expire_all()
        assert guard.open_markings(session, publication_id)[0].page_number == 4
        numbers = session.scalars(select(Page.number).order_by(Page.number)).all()
        assert numbers == [1, 2, 3, 4]
        session.rollback()


def test_catalogue_made_again_from_storage_keeps_closed_what_is_closed(
    marked, holdings, client, work, cli
):
    work()
    with holdings.database.writing() as session:
        session.execute(delete(Publication))
        session.commit()
    assert cli("catalogue", "rebuild").exit_code == 0
    assert client.get(f"/an-pham/{marked}").status_code == 404, "before a page was read again"
    work()
    assert client.get(f"/an-pham/{marked}").status_code == 404
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, marked)
        ids = [mark.id for mark in guard.open_markings(session, marked)]
        guard.clear(session, publication, marking_ids=ids, reason="Xem rồi", by=SYSTEM)
        session.commit()
    work()
    with holdings.database.writing() as session:
        session.execute(delete(Publication))
        session.commit()
    assert cli("catalogue", "rebuild").exit_code == 0
    work()
    assert client.get(f"/an-pham/{marked}").status_code == 200, "it was looked at"
    with holdings.database.reading() as session:
        (row,) = session.scalars(select(PageMarking))
    assert (row.reason, row.line) == ("Xem rồi", "TỐI MẬT")
