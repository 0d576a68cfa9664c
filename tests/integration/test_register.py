"""The register: a number at first acceptance, kept for good; the year's book as page and sheet."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from python_calamine import CalamineWorkbook
from sqlalchemy import event, select

from archive.core.dates import local, now
from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.models import Counter, Publication, Receipt
from archive.services import reviews
from archive.services.restoring import rebuild_catalogue
from tests.conftest import find_publication, post
from tests.integration.standing import page, words_of

YEAR = local(now()).year


def accession(holdings, publication_id: str) -> str:
    found = find_publication(holdings, publication_id)
    assert found is not None
    return found.accession


def test_number_is_given_at_the_first_acceptance_and_kept(holdings, signed_in, deposited):
    waiting = deposited(status=Status.SUBMITTED)
    assert accession(holdings, waiting) == ""
    other = deposited()
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{waiting}/nhan", {})
    assert (accession(holdings, other), accession(holdings, waiting)) == (f"1/{YEAR}", f"2/{YEAR}")
    given = find_publication(holdings, waiting).accession_at
    post(curator, f"/an-pham/{waiting}/thu-hoi", {"note": "Sai"})
    post(curator, f"/an-pham/{waiting}/nhan", {})
    assert accession(holdings, waiting) == f"2/{YEAR}"
    assert find_publication(holdings, waiting).accession_at == given
    shown = page(curator.get(f"/an-pham/{waiting}"))
    assert f"Số đăng ký2/{YEAR}" in words_of(shown).replace("Số đăng ký ", "Số đăng ký")


def test_accession_comes_back_from_storage_and_the_count_with_it(holdings, deposited, work):
    made = [deposited(title=f"Bản {n}") for n in range(3)]
    work()
    before = {publication_id: accession(holdings, publication_id) for publication_id in made}
    with holdings.database.writing() as session:
        session.execute(Counter.__table__.delete())
        session.execute(Publication.__table__.delete())
        session.commit()
    assert rebuild_catalogue(holdings) == 3
    assert {
        publication_id: accession(holdings, publication_id) for publication_id in made
    } == before
    assert accession(holdings, deposited()) == f"4/{YEAR}"


def fill(holdings, deposited) -> list[str]:
    made = [
        deposited(title="=cmd|' /C calc'!A0", licence_number="@SUM(1)", isbn="+1", print_run="-5"),
        deposited(title="Đường lên Pác Bó", print_run="500"),
    ]
    with holdings.database.writing() as session:
        reviews.withdraw(
            session, session.get_one(Publication, made[1]), by=SYSTEM, note="Thu hồi vì in lỗi"
        )
        session.commit()
    return made


def test_sheet_has_texts_as_texts_dates_as_dates_and_withdrawn_ones(holdings, deposited, signed_in):
    fill(holdings, deposited)
    answer = signed_in(Role.CURATOR).get(f"/so-dang-ky.xlsx?nam={YEAR}")
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == f"Sổ đăng ký ấn phẩm năm {YEAR}"
    assert rows[2][:4] == ["Số đăng ký", "Ngày nhận", "Nhan đề", "Đơn vị"]
    first, second = rows[3:]
    assert first[0] == f"1/{YEAR}"
    assert isinstance(first[1], datetime)
    assert first[1].date() == local(now()).date()
    assert (first[2], first[6], first[7], first[8]) == ("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-5")
    assert second[2] == "Đường lên Pác Bó"
    assert (second[10].lower(), second[11]) == ("đã thu hồi", "Thu hồi vì in lỗi")


def test_csv_has_no_cell_that_a_spreadsheet_would_run(holdings, deposited, signed_in):
    fill(holdings, deposited)
    answer = signed_in(Role.CURATOR).get(f"/so-dang-ky.csv?nam={YEAR}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1][2] == "'=cmd|' /C calc'!A0"
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_register_of_a_year_is_for_curators_in_the_order_of_its_numbers(
    holdings, deposited, signed_in
):
    fill(holdings, deposited)
    curator = signed_in(Role.CURATOR)
    rows = [words_of(row) for row in page(curator.get("/so-dang-ky")).iter("{*}tr")][1:]
    assert [row.split()[0] for row in rows] == [f"1/{YEAR}", f"2/{YEAR}"]
    assert "Thu hồi vì in lỗi" in rows[1]
    assert curator.get("/so-dang-ky?nam=2019").status_code == 200
    assert curator.get("/so-dang-ky?nam=abc&in=1").status_code == 200
    for path in ("/so-dang-ky", "/so-dang-ky.xlsx", "/so-dang-ky.csv"):
        assert signed_in(Role.DEPOSITOR).get(path).status_code == 403


def test_page_of_the_register_asks_few_questions(holdings, deposited, signed_in):
    for n in range(25):
        deposited(title=f"Bản {n}")
    curator, statements = signed_in(Role.CURATOR), []
    curator.get("/so-dang-ky")

    def look(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(holdings.database.engine, "before_cursor_execute", look)
    curator.get("/so-dang-ky")
    event.remove(holdings.database.engine, "before_cursor_execute", look)
    assert len(statements) <= 12


def test_imported_records_that_are_accepted_stand_in_the_register(holdings, cli, tmp_path):
    sheet = tmp_path / "cu.csv"
    sheet.write_text("title,issued\nMột,2021\nHai,2022\n", encoding="utf-8")
    assert cli("import", sheet).exit_code == 0
    with holdings.database.reading() as session:
        found = session.scalars(
            select(Publication.accession_number).order_by(Publication.accession_number)
        ).all()
        assert found == [1, 2]
        assert session.scalars(select(Receipt)).all() == []
