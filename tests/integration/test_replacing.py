"""Better files in place of an accepted record's, what stays of the old, and what stays of a
withdrawn record."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.core.dates import now, today
from archive.core.roles import Access, Role
from archive.core.status import Status
from archive.models import Event, File, PageMarking
from archive.services.holdings import object_id
from tests.conftest import find_publication, make_pdf, post
from tests.integration.conftest import assert_converged, page_texts
from tests.integration.standing import page, words_of

OLD, NEW = "khauvai kể lại chuyện xưa", "nguomngao quét lần hai"


def replace(client, publication_id: str, *files: tuple[bytes, str], **fields):
    return post(
        client,
        f"/an-pham/{publication_id}/thay-tep",
        {
            "reason": "Quét lại cho rõ",
            **({"files": [(io.BytesIO(d), name) for d, name in files]} if files else {}),
            **fields,
        },
        content_type="multipart/form-data",
    )


def total(client, query: str) -> int:
    return client.get("/api/v1/search", query_string={"q": query}).json["total"]


def test_new_files_take_the_place_of_the_old_for_reader_and_search(
    holdings, client, signed_in, deposited, work
):
    made = deposited(data=make_pdf(OLD, "trang hai"))
    work()
    assert total(client, "khauvai") == 1
    new = make_pdf(NEW)
    answer = replace(signed_in(Role.CURATOR), made, (new, "ro.pdf"))
    assert answer.status_code == 302
    # Until the new ones are read nobody meets an old page, and nothing breaks.
    for path in (f"/an-pham/{made}", "/tim-kiem?q=khauvai", "/", "/duyet?theme=Du+lịch"):
        assert client.get(path).status_code == 200
    assert client.get(f"/an-pham/{made}/trang/1").status_code == 404
    assert client.get(f"/an-pham/{made}/tep/1").data == new
    work()
    assert NEW in page_texts(holdings, made)[0]
    assert total(client, "nguomngao") == 1
    assert total(client, "khauvai") == 0
    assert client.get(f"/an-pham/{made}/trang/2").status_code == 404
    assert_converged(holdings, {made: 1})
    assert find_publication(holdings, made).status is Status.ACCEPTED


def test_replacing_is_noted_with_its_reason_and_who_did_it(holdings, signed_in, deposited, work):
    made = deposited()
    work()
    replace(signed_in(Role.CURATOR), made, (make_pdf(NEW), "ro.pdf"))
    with holdings.database.reading() as session:
        event = session.scalars(select(Event).where(Event.kind == "files_replaced")).one()
    assert (event.actor_name, event.note) == ("Người curator", "Quét lại cho rõ")
    assert event.data["before"] == ["tep.pdf"]
    head = holdings.originals.inventory(object_id(made)).version()
    assert (head.message, head.user_name) == ("replace", "Người curator")
    assert holdings.originals.verify(object_id(made)) == ()


def test_old_versions_are_read_by_curators_alone(client, signed_in, deposited, work):
    old = make_pdf(OLD)
    made = deposited(data=old, name="<b>cũ</b>.pdf")
    work()
    curator = signed_in(Role.CURATOR)
    replace(curator, made, (make_pdf(NEW), "ro.pdf"))
    work()
    root = page(curator.get(f"/an-pham/{made}/ban-cu"))
    assert "<b>cũ</b>.pdf" in words_of(root)
    assert "thay tệp" in words_of(root)
    answer = curator.get(f"/an-pham/{made}/ban-cu/1/tep/1")
    assert answer.data == old
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("ban-cu/9/tep/1", "ban-cu/1/tep/2", "ban-cu/0/tep/1"):
        assert curator.get(f"/an-pham/{made}/{path}").status_code == 404
    for path in ("ban-cu", "ban-cu/1/tep/1", "thay-tep"):
        assert client.get(f"/an-pham/{made}/{path}").status_code == 302
        assert signed_in(Role.DEPOSITOR).get(f"/an-pham/{made}/{path}").status_code == 403


@pytest.mark.parametrize(
    ("fields", "files", "sentence"),
    [
        ({"reason": " "}, [(make_pdf("A"), "a.pdf")], "không được để trống"),
        ({}, [], "Chọn ít nhất một tệp của ấn phẩm"),
        ({"reason": "x" * 2001}, [(make_pdf("A"), "a.pdf")], "2000"),
        ({}, [(b"MZ\x90\x00", "a.pdf")], "a.pdf"),
    ],
)
def test_what_is_wrong_is_said_and_the_old_files_stay(
    holdings, signed_in, deposited, fields, files, sentence
):
    made = deposited()
    answer = replace(signed_in(Role.CURATOR), made, *files, **fields)
    assert answer.status_code == 422
    shown = words_of(page(answer))
    assert sentence in shown
    assert find_publication(holdings, made).object_version == 1


def test_deposit_that_is_not_accepted_is_not_replaced(signed_in, deposited):
    made = deposited(status=Status.SUBMITTED)
    assert replace(signed_in(Role.CURATOR), made, (make_pdf(NEW), "a.pdf")).status_code == 409


def withdraw(client, publication_id: str, **fields) -> None:
    data = {"note": "Lời riêng cho đơn vị", "public_reason": "In <b>sai</b> bản đồ", **fields}
    assert post(client, f"/an-pham/{publication_id}/thu-hoi", data).status_code == 302


def test_withdrawn_publication_leaves_a_page_that_says_so_and_nothing_else(
    client, signed_in, deposited, work
):
    made = deposited(title="Bản đồ du lịch")
    work()
    withdraw(signed_in(Role.CURATOR), made)
    for reader in (client, signed_in(Role.READER), signed_in(Role.DEPOSITOR, unit="tinh-doan")):
        for path in (f"/an-pham/{made}", f"/an-pham/{made}/trang/1", f"/an-pham/{made}/trang?so=1"):
            answer = reader.get(path)
            assert answer.status_code == 410
            shown = words_of(page(answer))
            assert "Bản đồ du lịch" in shown
            assert "Sở Văn hóa" in shown
            assert f"đã được thu hồi ngày {today():%d/%m/%Y}" in shown
            assert "In <b>sai</b> bản đồ" in shown
            assert "Lời riêng" not in shown
        for path in ("tep/1", "trang/1/anh-320.webp", "tim?q=pac", "ban-cu"):
            answer = reader.get(f"/an-pham/{made}/{path}")
            assert answer.status_code in (404, 403, 302), path
        assert reader.get(f"/api/v1/publications/{made}").status_code == 404
    assert "Lời riêng" in words_of(page(signed_in(Role.DEPOSITOR).get(f"/an-pham/{made}")))


@pytest.mark.parametrize(
    "closed",
    [
        {"access": Access.INTERNAL},
        {"access": Access.RESTRICTED},
        {"embargo_until": today() + timedelta(days=9)},
    ],
)
def test_what_was_closed_before_stays_unknown_when_withdrawn(client, signed_in, deposited, closed):
    made = deposited(**closed)
    withdraw(signed_in(Role.CURATOR), made)
    assert client.get(f"/an-pham/{made}").status_code == 404
    signed = signed_in(Role.READER).get(f"/an-pham/{made}").status_code
    assert signed == (410 if closed.get("access") is Access.INTERNAL else 404)


def test_withdrawn_publication_with_an_open_mark_of_secrecy_stays_unknown(
    holdings, client, signed_in, deposited
):
    made = deposited()
    withdraw(signed_in(Role.CURATOR), made)
    with holdings.database.writing() as session:
        file = session.scalars(select(File)).one()
        session.add(
            PageMarking(
                publication_id=made,
                file_id=file.id,
                file_page=1,
                level="mat",
                line="MẬT",
                found_at=now(),
            )
        )
        session.commit()
    assert client.get(f"/an-pham/{made}").status_code == 404


def test_curator_opens_it_again_from_its_page(client, signed_in, deposited, work):
    made = deposited()
    work()
    curator = signed_in(Role.CURATOR)
    withdraw(curator, made)
    assert "Mở lại cho bạn đọc" in curator.get(f"/an-pham/{made}").get_data(as_text=True)
    post(curator, f"/an-pham/{made}/nhan", {})
    assert client.get(f"/an-pham/{made}").status_code == 200
