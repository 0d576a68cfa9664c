"""Receipts: numbers without gaps, the paper that says what was handed over, and its check."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256

import pypdf
import pytest
from sqlalchemy import select, update

from archive.core.dates import local, now
from archive.core.identifiers import new_id
from archive.core.roles import Access, Role
from archive.core.status import Status
from archive.metadata.receipt_sheet import ReceiptSheet, SheetFile, receipt_pdf
from archive.models import Counter, Event, Publication, Receipt
from archive.services import audit
from archive.services.holdings import object_id
from archive.services.numbering import next_number
from archive.services.receipts import restore_receipts
from archive.services.restoring import rebuild_catalogue
from tests.conftest import ROOT, make_pdf, post
from tests.integration.conftest import environment
from tests.integration.standing import page, words_of

YEAR = local(now()).year
NASTY = 'Đường <b>lên</b> #strong[x] "\\$ *đậm* _nghiêng_ `mã` @nhan //'


def hand_in(client, data: bytes, *, title: str = "Bản tin", name: str = "tep.pdf", **fields):
    return post(
        client,
        "/nop",
        {
            "deposit_id": new_id(),
            "title": title,
            "unit": "so-van-hoa",
            "kind": "book",
            "issued": "2024",
            "access": "public",
            "action": "submit",
            "files": (io.BytesIO(data), name),
            **fields,
        },
        content_type="multipart/form-data",
    )


def all_receipts(holdings) -> list[Receipt]:
    with holdings.database.reading() as session:
        return list(session.scalars(select(Receipt).order_by(Receipt.year, Receipt.number)))


def test_deposit_is_answered_with_a_numbered_receipt_of_its_files(holdings, signed_in, pdf):
    officer = signed_in(Role.DEPOSITOR)
    answer = hand_in(officer, pdf, title=NASTY, name="Bìa & ruột ‘đẹp’.pdf")
    assert answer.status_code == 302
    (receipt,) = all_receipts(holdings)
    assert receipt.label == f"1/{YEAR}"
    assert receipt.content == {
        "unit": "Sở Văn hóa",
        "title": NASTY,
        "depositor": "Người depositor",
        "files": [
            {
                "name": "Bìa & ruột ‘đẹp’.pdf",
                "size_bytes": len(pdf),
                "sha256": sha256(pdf).hexdigest(),
            }
        ],
        "earlier": "",
    }
    shown = officer.get(answer.location).get_data(as_text=True)
    assert f"Giấy biên nhận số 1/{YEAR}" in shown
    assert f'href="/bien-nhan/{receipt.id}"' in shown
    assert f"/bien-nhan/{receipt.id}" in officer.get("/cua-toi").get_data(as_text=True)
    root = page(officer.get(f"/bien-nhan/{receipt.id}"))
    assert NASTY in words_of(root)
    assert not list(root.iter("{*}b"))
    assert sha256(pdf).hexdigest() in words_of(root)


def test_receipt_opens_to_its_unit_and_to_curators_alone(holdings, signed_in, client, pdf):
    hand_in(signed_in(Role.DEPOSITOR), pdf)
    (receipt,) = all_receipts(holdings)
    for path in (f"/bien-nhan/{receipt.id}", f"/bien-nhan/{receipt.id}.pdf"):
        colleague = signed_in(Role.DEPOSITOR, unit="so-van-hoa", email="dong-nghiep@example.org")
        assert colleague.get(path).status_code == 200
        assert signed_in(Role.CURATOR).get(path).status_code == 200
        assert signed_in(Role.DEPOSITOR, unit="tinh-doan").get(path).status_code == 404
        assert signed_in(Role.READER).get(path).status_code == 403
        assert client.get(path).status_code == 302


def pdf_words(data: bytes) -> str:
    return " ".join(
        " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages).split()
    )


def test_paper_says_in_selectable_vietnamese_what_was_handed_over(holdings, signed_in, pdf):
    officer = signed_in(Role.DEPOSITOR)
    hand_in(officer, pdf, title=NASTY, name="#let x=$1$ *a* `b` @c.pdf")
    (receipt,) = all_receipts(holdings)
    answer = officer.get(f"/bien-nhan/{receipt.id}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    words = pdf_words(answer.data)
    for said in (
        "Giấy biên nhận",
        f"Số 1/{YEAR}",
        "Sở Văn hóa",
        "Người depositor",
        sha256(pdf).hexdigest(),
        f"/bien-nhan/kiem-tra/{receipt.token}",
        "văn thư kiểm tra lại",
        "Trang 1 / 1",
    ):
        assert said in words, said
    # Every sign of markup stands there as it was typed; lines may be broken between words.
    assert NASTY.replace(" ", "") in words.replace(" ", "")
    assert "#let x=$1$ *a* `b` @c.pdf" in words
    assert officer.get(f"/bien-nhan/{receipt.id}.pdf").data == answer.data


def test_paper_of_two_hundred_files_runs_over_several_numbered_pages(settings):
    sheet = ReceiptSheet(
        site="Kho",
        number="3/2026",
        issued_at=now(),
        place_time="Nhận lúc 08:00",
        facts=[("Đơn vị nộp", "Tỉnh đoàn"), ("Nhan đề", "Nhiều tệp " * 40)],
        files=[
            SheetFile(f"trang {n} {'rất dài ' * 12}.jpg", "1,0 MB", sha256(b"%d" % n).hexdigest())
            for n in range(200)
        ],
        check_url="https://kho.example/bien-nhan/kiem-tra/abc",
    )
    data = receipt_pdf(sheet, assets=settings.assets)
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) > 5
    words = pdf_words(data)
    assert f"Trang {len(reader.pages)} / {len(reader.pages)}" in words
    assert all(file.sha256 in words for file in sheet.files)
    assert words.count("Tên tệp và mã SHA-256") == len(reader.pages)


def test_anybody_with_the_paper_can_check_it_and_learns_no_closed_title(
    holdings, signed_in, client, pdf, settings
):
    hand_in(signed_in(Role.DEPOSITOR), pdf, title="Nhan đề kín", name="tep-kin.pdf")
    (receipt,) = all_receipts(holdings)
    address = f"/bien-nhan/kiem-tra/{receipt.token}"
    shown = words_of(page(client.get(address)))
    assert f"Giấy biên nhận số {receipt.label}" in shown
    assert "Khớp với sổ của kho" in shown
    assert "Sở Văn hóa" in shown
    assert sha256(pdf).hexdigest() in shown
    assert "Nhan đề kín" not in shown
    assert "tep-kin" not in shown
    with holdings.database.writing() as session:
        session.execute(update(Publication).values(status=Status.ACCEPTED))
        session.commit()
    assert "Nhan đề kín" in words_of(page(client.get(address)))
    with holdings.database.writing() as session:
        session.execute(update(Publication).values(access=Access.INTERNAL))
        session.commit()
    for reader in (client, signed_in(Role.READER)):
        assert "Nhan đề kín" not in words_of(page(reader.get(address)))


def test_pasted_digest_is_compared_and_a_false_token_is_told_in_a_sentence(
    holdings, signed_in, client, pdf
):
    hand_in(signed_in(Role.DEPOSITOR), pdf)
    (receipt,) = all_receipts(holdings)
    address = f"/bien-nhan/kiem-tra/{receipt.token}"

    def asked(text: str) -> str:
        return words_of(page(client.get(address, query_string={"sha256": text})))

    digest = sha256(pdf).hexdigest()
    assert "Đúng: đây là mã của tệp số 1" in asked(f"  {digest.upper()}\n")
    assert "Không có tệp nào trong giấy biên nhận này" in asked(sha256(b"").hexdigest())
    assert "chưa phải mã SHA-256" in asked("<script>alert(1)</script>")
    for false in (receipt.token[:-1], receipt.token + "x", "x", "%00", receipt.id):
        answer = client.get(f"/bien-nhan/kiem-tra/{false}")
        assert answer.status_code == 404
        assert "Không có giấy biên nhận này" in words_of(page(answer))


def test_draft_gets_its_receipt_when_it_is_handed_in_and_only_once(holdings, signed_in, pdf):
    officer = signed_in(Role.DEPOSITOR)
    draft = hand_in(officer, pdf, action="draft").location
    assert all_receipts(holdings) == []
    post(officer, f"{draft}/nop-lai", {})
    (receipt,) = all_receipts(holdings)
    curator = signed_in(Role.CURATOR)
    post(curator, f"{draft}/tra-lai", {"note": "Thiếu bìa"})
    post(officer, f"{draft}/nop-lai", {})
    assert [row.id for row in all_receipts(holdings)] == [receipt.id]


def test_other_files_get_a_receipt_of_their_own_that_names_the_earlier(holdings, signed_in, pdf):
    officer = signed_in(Role.DEPOSITOR)
    address = hand_in(officer, pdf).location
    post(signed_in(Role.CURATOR), f"{address}/tra-lai", {"note": "Quét lại"})
    data = {
        "title": "Bản tin",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        "files": (io.BytesIO(make_pdf("Bản quét mới")), "moi.pdf"),
    }
    sent = post(officer, f"{address}/sua", data, content_type="multipart/form-data")
    assert sent.status_code == 302
    first, second = all_receipts(holdings)
    assert second.content["earlier"] == first.label == f"1/{YEAR}"
    assert second.label == f"2/{YEAR}"
    assert f"số {second.label}" in words_of(page(officer.get(f"/bien-nhan/{first.id}")))
    assert second.label in words_of(page(officer.get(f"/bien-nhan/kiem-tra/{first.token}")))


def test_records_without_files_and_imports_get_none(holdings, cli, tmp_path, pdf):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Cũ.pdf").write_bytes(pdf)
    assert cli("import", tmp_path / "in", "--issued", "2024").exit_code == 0
    assert all_receipts(holdings) == []


def test_same_bytes_at_once_are_two_whole_deposits_with_two_receipts(holdings, app, signed_in):
    """Fault 25: the second is told of the first."""
    data = make_pdf("Cùng một tệp, hai đơn vị")
    officers = [signed_in(Role.DEPOSITOR), signed_in(Role.DEPOSITOR, unit="tinh-doan")]
    units, answers = ("so-van-hoa", "tinh-doan"), {}
    ready = threading.Barrier(2)

    def send(n: int) -> None:
        ready.wait()
        answers[n] = hand_in(officers[n], data, title=f"Bản {n}", unit=units[n])

    threads = [threading.Thread(target=send, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[n].status_code for n in range(2)] == [302, 302]
    assert [row.number for row in all_receipts(holdings)] == [1, 2]
    for n in range(2):
        publication_id = answers[n].location.rpartition("/")[2]
        assert holdings.originals.verify(object_id(publication_id)) == ()
    told = [
        "đã nộp trước, ngày" in officers[n].get(answers[n].location).get_data(as_text=True)
        for n in range(2)
    ]
    assert sorted(told) == [False, True]
    with holdings.database.reading() as session:
        assert audit.verify(session, holdings).is_whole


def test_number_is_taken_back_with_the_act_that_failed(holdings):
    for commit in (True, False, True):
        with holdings.database.writing() as session:
            given = next_number(session, name="receipt", year=2020)
            session.commit() if commit else session.rollback()
    assert given == 2
    with holdings.database.reading() as session:
        assert session.get_one(Counter, ("receipt", 2020)).value == 2


GIVER = """
import sys
from sqlalchemy import insert
from config import load_settings
from archive.core.dates import now
from archive.core.identifiers import new_id
from archive.models import Receipt
from archive.services.holdings import open_holdings
from archive.services.numbering import next_number

archive = open_holdings(load_settings())
while True:
    with archive.database.writing() as session:
        number = next_number(session, name="receipt", year=2021)
        if number > 200:
            break
        session.execute(insert(Receipt).values(
            id=new_id(), year=2021, number=number, publication_id="a" * 12, unit_id=2,
            issued_at=now(), token=new_id() * 2, content={"files": []}))
        session.commit()
"""


@pytest.mark.slow
def test_two_hundred_numbers_under_kill_have_no_gap_and_no_double(holdings, settings):
    def start() -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", GIVER], cwd=ROOT, env=environment(settings))

    def given() -> list[int]:
        return [row.number for row in all_receipts(holdings) if row.year == 2021]

    running = [start() for _ in range(3)]
    kills = 0
    try:
        deadline = time.monotonic() + 120
        while any(process.poll() is None for process in running):
            assert time.monotonic() < deadline
            if given() and kills < 3 and running[kills].poll() is None:
                os.kill(running[kills].pid, signal.SIGKILL)
                running[kills].wait()
                running.append(start())
                kills += 1
            time.sleep(0.02)
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert kills
    assert given() == list(range(1, 201))


def test_receipts_and_the_count_come_back_from_storage(holdings, signed_in, settings, pdf):
    officer = signed_in(Role.DEPOSITOR)
    hand_in(officer, pdf)
    hand_in(officer, make_pdf("Thứ hai"))
    before = [(row.id, row.label, row.token, row.content) for row in all_receipts(holdings)]
    with holdings.database.writing() as session:
        session.execute(Receipt.__table__.delete())
        session.execute(Counter.__table__.delete())
        session.execute(Publication.__table__.delete())
        session.commit()
    assert rebuild_catalogue(holdings) == 2
    assert [(r.id, r.label, r.token, r.content) for r in all_receipts(holdings)] == before
    hand_in(officer, make_pdf("Thứ ba"))
    assert all_receipts(holdings)[-1].number == 3


def test_receipt_nobody_saw_gives_way_where_its_number_was_given_since(holdings, deposited):
    made = deposited(status=Status.SUBMITTED)
    given = {
        "id": new_id(),
        "year": 2022,
        "number": 1,
        "unit": "so-van-hoa",
        "issued_at": now().isoformat(),
        "token": "x" * 20,
        "content": {"files": []},
    }
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, made)
        restore_receipts(session, publication, [given])
        restore_receipts(session, publication, [{**given, "id": new_id(), "token": "y" * 20}])
        session.commit()
    assert [row.label for row in all_receipts(holdings)] == ["1/2022", "2/2022"]


def test_receipt_is_in_the_log(holdings, signed_in, pdf):
    hand_in(signed_in(Role.DEPOSITOR), pdf)
    with holdings.database.reading() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.id.desc()).limit(2)).all()
    assert kinds == ["receipt_issued", "deposited"]
