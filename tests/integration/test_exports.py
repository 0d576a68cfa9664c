"""Records fetched for other programs: from a publication, a search, the catalogue, a command."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pymarc import MARCReader
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from archive.core.dates import IssueDate, today
from archive.core.roles import ANYONE as NOBODY
from archive.core.roles import SYSTEM, Access, Role
from archive.core.status import Status
from archive.metadata.formats import FORMATS
from archive.metadata.headings import HEADINGS
from archive.metadata.record_sheet import COLUMNS
from archive.models import Publication
from archive.search.requests import SearchRequest
from archive.services import exporting
from archive.services.catalogue import viewer_of
from archive.services.exporting import found_by, picked_by
from archive.services.holdings import Holdings
from archive.services.records import RecordInput, record_content, record_of
from tests.conftest import Depositing, SignedIn

BASE = "https://kho.example"
Cli = Callable[..., Any]


@pytest.mark.parametrize("name", FORMATS)
def test_record_is_fetched_in_each_format_under_its_vietnamese_title(
    client: Any, deposited: Depositing, name: str
) -> None:
    publication_id = deposited(title=unicodedata.normalize("NFD", "Đường về Pác Bó"))
    answer = client.get(f"/an-pham/{publication_id}/tai-ve?dang={name}")
    assert answer.status_code == 200
    assert answer.content_type == FORMATS[name].content_type
    ending = FORMATS[name].ending
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith(f'attachment; filename="duong-ve-pac-bo.{ending}"')
    assert "filename*=UTF-8''%C4%90%C6%B0%E1%BB%9Dng%20v%E1%BB%81" in disposition
    data = answer.get_data()
    if name == "xlsx":
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        assert rows[1][0] == "Đường về Pác Bó"
    else:
        assert "Đường về Pác Bó" in data.decode()


@pytest.mark.parametrize("dang", ["", "pdf", "../json", "MARCXML"])
def test_format_that_there_is_none_of_is_named_in_a_sentence(
    client: Any, deposited: Depositing, dang: str
) -> None:
    publication_id = deposited()
    for path in (f"/an-pham/{publication_id}/tai-ve", "/tim-kiem/tai-ve", "/duyet/tai-ve"):
        answer = client.get(path, query_string={"dang": dang})
        assert answer.status_code == 400
        told = answer.get_data(as_text=True)
        assert "ở các dạng: Bảng\u00a0tính\u00a0(XLSX), Bảng\u00a0(CSV), BibTeX" in told
        assert "dcterms" not in told


def test_hostile_title_ends_no_header(client: Any, deposited: Depositing) -> None:
    publication_id = deposited(title='../../etc "; filename=x.exe\t’ và \U0001f600')
    answer = client.get(f"/an-pham/{publication_id}/tai-ve?dang=ris")
    disposition = answer.headers["Content-Disposition"]
    plain = disposition.split('"')[1]
    assert disposition.count('"') == 2
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
    assert disposition.isascii()


def test_page_offers_citation_and_formats(client: Any, deposited: Depositing) -> None:
    publication_id = deposited(
        title="Non nước Cao Bằng",
        publisher="Nhà xuất bản Ví Dụ",
        publisher_place="Cao Bằng",
        values={"creators": ("Nông Văn A", "Bế Thị B")},
    )
    html = client.get(f"/an-pham/{publication_id}").get_data(as_text=True)
    words = "Nông Văn A, Bế Thị B (2024). Non nước Cao Bằng. Cao Bằng: Nhà xuất bản Ví Dụ."
    assert words in html
    for name in ("bibtex", "ris", "csl", "mrc", "marcxml", "dc", "json"):
        assert f"/an-pham/{publication_id}/tai-ve?dang={name}" in html


def test_demo_record_says_so_in_every_format(
    client: Any, holdings: Holdings, deposited: Depositing
) -> None:
    publication_id = deposited()
    with holdings.database.writing() as session:
        session.get_one(Publication, publication_id).is_demo = True
        session.commit()
    assert "Ấn phẩm minh họa" in client.get(f"/an-pham/{publication_id}").get_data(as_text=True)
    for name in ("bibtex", "ris", "csl", "mrc", "marcxml", "dc", "dcterms"):
        answer = client.get(f"/an-pham/{publication_id}/tai-ve?dang={name}")
        assert "Ấn phẩm minh họa" in answer.get_data(as_text=True), name


@pytest.fixture
def several(deposited: Depositing, work: Callable[[], None]) -> dict[str, str]:
    """Title → id: four accepted records, of which two are closed to strangers, and a draft."""
    made = {
        "Suối Lê-nin": deposited(title="Suối Lê-nin", issued=IssueDate(2023)),
        "Rừng Trần Hưng Đạo": deposited(
            title="Rừng Trần Hưng Đạo", data=b"rung tran hung dao", name="r.txt"
        ),
        "Chỉ đơn vị": deposited(
            title="Chỉ đơn vị", access=Access.RESTRICTED, data=b"chi don vi", name="a.txt"
        ),
        "Chưa đến ngày": deposited(
            title="Chưa đến ngày",
            embargo_until=today() + timedelta(days=9),
            data=b"chua den ngay",
            name="b.txt",
        ),
        "Bản nháp": deposited(
            title="Bản nháp", status=Status.DRAFT, data=b"ban nhap", name="c.txt"
        ),
    }
    work()
    return made


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two, so that a handful of records needs several."""
    monkeypatch.setattr(exporting, "MAX_PER_PAGE", 2)
    monkeypatch.setattr(exporting, "BATCH", 2)


def titles_in(answer: Any) -> list[str]:
    return [record["title"] for record in json.loads(answer.get_data())["records"]]


OPEN = ["Rừng Trần Hưng Đạo", "Suối Lê-nin"]
CLOSED = ["Chưa đến ngày", "Chỉ đơn vị"]


def test_list_holds_what_its_reader_may_see_and_nothing_else(
    client: Any, signed_in: SignedIn, several: dict[str, str], small_batches: None
) -> None:
    own = signed_in(Role.DEPOSITOR, unit="so-van-hoa")
    other = signed_in(Role.DEPOSITOR, unit="tinh-doan")
    curator = signed_in(Role.CURATOR)
    for path in ("/tim-kiem/tai-ve", "/duyet/tai-ve"):
        for who, expected in (
            (client, OPEN),
            (other, OPEN),
            (own, [*OPEN, *CLOSED]),
            (curator, [*OPEN, *CLOSED]),
        ):
            answer = who.get(f"{path}?dang=json")
            assert sorted(titles_in(answer)) == sorted(expected)


@pytest.mark.parametrize("name", FORMATS)
def test_closed_record_leaves_no_trace_in_any_format(
    client: Any, several: dict[str, str], name: str
) -> None:
    for path in ("/tim-kiem/tai-ve", "/duyet/tai-ve"):
        data = client.get(f"{path}?dang={name}").get_data()
        if name == "xlsx":
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            sheets = [workbook.get_sheet_by_index(n).to_python() for n in (0, 1)]
            data = str(sheets).encode()
        for title in ("Chỉ đơn vị", "Chưa đến ngày", "Bản nháp"):
            assert title.encode() not in data
            assert several[title].encode() not in data
        assert several["Suối Lê-nin"].encode() in data or name == "csv"
    for title in ("Chỉ đơn vị", "Bản nháp"):
        answer = client.get(f"/an-pham/{several[title]}/tai-ve?dang={name}")
        assert answer.status_code == 404
        assert title not in answer.get_data(as_text=True)


def test_list_follows_the_search_its_filters_and_its_order(
    client: Any, several: dict[str, str], small_batches: None
) -> None:
    def titles(query: str, path: str = "/tim-kiem/tai-ve") -> list[str]:
        return titles_in(client.get(f"{path}?dang=json&{query}"))

    assert titles("q=rung+tran+hung+dao") == ["Rừng Trần Hưng Đạo"]
    assert titles("year=2023") == ["Suối Lê-nin"]
    assert titles("sort=title") == ["Rừng Trần Hưng Đạo", "Suối Lê-nin"]
    assert titles("sort=oldest", "/duyet/tai-ve") == ["Suối Lê-nin", "Rừng Trần Hưng Đạo"]
    assert titles("page=7&sort=title") == ["Rừng Trần Hưng Đạo", "Suối Lê-nin"]
    assert titles("q=khongcogihet") == []


def test_withdrawn_record_is_gone_before_the_index_follows(
    client: Any, holdings: Holdings, several: dict[str, str]
) -> None:
    with holdings.database.writing() as session:
        found = session.get_one(Publication, several["Suối Lê-nin"])
        found.status = Status.WITHDRAWN
        session.commit()
    assert titles_in(client.get("/tim-kiem/tai-ve?dang=json")) == ["Rừng Trần Hưng Đạo"]


def test_menu_carries_the_search_and_says_the_limit(
    client: Any, signed_in: SignedIn, several: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    html = client.get("/tim-kiem?q=tran&year=2024&page=1").get_data(as_text=True)
    assert "/tim-kiem/tai-ve?q=tran&amp;year=2024&amp;dang=xlsx" in html
    assert "Mỗi lần tải được" not in html
    html = client.get("/duyet?year=2024").get_data(as_text=True)
    assert "/duyet/tai-ve?year=2024&amp;dang=marcxml" in html
    monkeypatch.setattr(exporting, "MOST_FOR_READERS", 1)
    html = client.get("/tim-kiem").get_data(as_text=True)
    assert "Mỗi lần tải được 1 ấn phẩm đầu danh sách." in html
    assert len(titles_in(client.get("/tim-kiem/tai-ve?dang=json"))) == 1
    curator = signed_in(Role.CURATOR)
    assert "Mỗi lần tải được" not in curator.get("/tim-kiem").get_data(as_text=True)
    assert len(titles_in(curator.get("/tim-kiem/tai-ve?dang=json"))) == 4


def test_lost_index_and_a_query_beyond_the_limits_are_said(
    client: Any, holdings: Holdings, several: dict[str, str]
) -> None:
    answer = client.get("/tim-kiem/tai-ve", query_string={"dang": "csv", "q": "a " * 2000})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    for path in holdings.settings.index.joinpath("search").iterdir():
        if path.name == "current":
            path.unlink()
    answer = client.get("/tim-kiem/tai-ve?dang=csv")
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers


def test_api_answers_with_marcxml_and_dublin_core(
    client: Any, signed_in: SignedIn, several: dict[str, str]
) -> None:
    path = f"/api/v1/publications/{several['Suối Lê-nin']}"
    marcxml, dc = client.get(f"{path}?format=marcxml"), client.get(f"{path}?format=dc")
    assert (marcxml.mimetype, dc.mimetype) == ("application/marcxml+xml", "application/xml")
    assert etree.fromstring(marcxml.data).tag == "{http://www.loc.gov/MARC21/slim}record"
    assert "Suối Lê-nin" in etree.fromstring(dc.data)[0].text
    assert client.get(f"{path}?format=json").json["title"] == "Suối Lê-nin"
    refused = client.get(f"{path}?format=mrc")
    assert (refused.status_code, refused.json["parameter"]) == (400, "format")
    closed = client.get(f"/api/v1/publications/{several['Chỉ đơn vị']}?format=marcxml")
    assert closed.status_code == 404
    document = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/publications/{id}"]["get"]
    assert document["parameters"][1]["schema"]["enum"] == ["json", "marcxml", "dc"]
    assert set(document["responses"]["200"]["content"]) == {
        *("application/json", "application/marcxml+xml", "application/xml"),
    }


def test_batch_takes_a_fixed_number_of_statements(
    holdings: Holdings, several: dict[str, str], deposited: Depositing
) -> None:
    for number in range(6):
        deposited(title=f"Thêm {number}", data=f"thêm {number}".encode(), name="t.txt")
    statements: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(holdings.database.engine, "before_cursor_execute", count)
    try:
        with_all = Publication.id != ""
        assert len(list(picked_by(holdings.database, with_all, base_url=BASE))) == 11
    finally:
        event.remove(holdings.database.engine, "before_cursor_execute", count)
    assert len([s for s in statements if s.startswith("SELECT")]) <= 4


FULL = RecordInput(
    title="Đường về Pác Bó; tập ảnh",
    subtitle="=1+1",
    responsibility="Nông Văn A chủ biên",
    edition="In lần thứ 2",
    issued=IssueDate(2024, 7),
    kind="picture_book",
    publisher="Nhà xuất bản Ví Dụ",
    publisher_place="Cao Bằng",
    printer="-Công ty in",
    isbn="978-604-57-1234-5",
    issn="1859-0012",
    licence_number="@12/GP",
    licence_date=today(),
    print_run="1000",
    extent="120 tr.",
    dimensions="14,5 x 20,5 cm",
    rights="Được dùng lại",
    access=Access.INTERNAL,
    embargo_until=today() + timedelta(days=3),
    abstract='Dòng một, "ngoặc kép"\nDòng hai',
    contents="Chương 1\nChương 2",
    series="Tủ sách",
    volume="Tập 2",
    plan_task="Kế hoạch ví dụ",
    values={
        "other_titles": ("Nhan đề khác",),
        "creators": ("Nông Văn A (chủ biên)", "Bế Thị B"),
        "languages": ("vi", "tyz"),
        "themes": ("Lịch sử", "+Di tích"),
        "places": ("Pác Bó",),
        "people": ("Hồ Chí Minh",),
        "events": ("1941",),
        "relics": ("Hang Cốc Bó",),
        "audiences": ("Chi bộ",),
        "grades": ("8", "9"),
        "subjects": ("Lịch sử",),
    },
)


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_exported_sheet_imports_again_unchanged(
    cli: Cli, holdings: Holdings, deposited: Depositing, tmp_path: Path, name: str
) -> None:
    values = {field: getattr(FULL, field) for field in FULL.__dataclass_fields__}
    full = deposited(**values, unit="tinh-doan")
    bare = deposited(
        title="Chỉ có nhan đề", issued=None, kind="other", values={}, data=b"a", name="a.txt"
    )
    path = tmp_path / f"danh-sach.{name}"
    done = cli("export", path, "--format", name)
    assert done.exit_code == 0, done.stderr
    with holdings.database.reading() as session:
        before = {key: _content(session.get_one(Publication, key)) for key in (full, bare)}
    report = cli("import", path, "--json")
    assert report.exit_code == 0, report.stdout
    added = [found["id"] for found in json.loads(report.stdout)["publications"]]
    with holdings.database.reading() as session:
        after = [_content(session.get_one(Publication, key)) for key in added]
    assert len(after) == 2
    for content in before.values():
        assert content in after


def _content(publication: Publication) -> dict[str, Any]:
    return record_content(record_of(publication), unit_code=publication.unit.code)


def test_unit_that_nobody_knew_goes_out_under_its_given_name(
    cli: Cli, holdings: Holdings, tmp_path: Path
) -> None:
    sheet = tmp_path / "vao.csv"
    sheet.write_text("title,unit\nMột,Đội chiếu bóng lưu động\n", encoding="utf-8")
    assert cli("import", sheet).exit_code == 0
    out = tmp_path / "ra.csv"
    assert cli("export", out, "--format", "csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["Đơn vị"] for row in rows] == ["Đội chiếu bóng lưu động"]
    assert {heading.lower() for heading, _ in COLUMNS} <= set(HEADINGS)


def test_command_writes_all_or_what_a_query_finds(
    cli: Cli, several: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "kho.mrc"
    done = cli("export", path, "--format", "mrc")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Đã ghi 4 ấn phẩm" in done.stderr
    assert len(list(MARCReader(path.read_bytes()))) == 4
    again = cli("export", path, "--format", "mrc")
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert cli("export", path, "--format", "mrc", "--all", "--force").exit_code == 0
    assert len(list(MARCReader(path.read_bytes()))) == 5
    found = tmp_path / "tim.json"
    assert cli("export", found, "--format", "json", "--query", "hung dao").exit_code == 0
    assert [r["title"] for r in json.loads(found.read_text())["records"]] == ["Rừng Trần Hưng Đạo"]
    assert cli("export", found, "--format", "csv", "--query", "x", "--all").exit_code == 1
    lost = cli("export", tmp_path / "khong-co" / "a.csv", "--format", "csv")
    assert lost.exit_code == 1
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["kho.mrc", "tim.json"]


def test_search_for_its_viewer_alone_is_what_is_described(
    holdings: Holdings, several: dict[str, str]
) -> None:
    for actor, number in ((NOBODY, 2), (SYSTEM, 4)):
        asked = SearchRequest(viewer=viewer_of(actor))
        found = found_by(holdings.database, holdings.index, asked, actor=actor, base_url=BASE)
        described = list(found)
        assert len(described) == number
        assert all(d.url == f"{BASE}/an-pham/{d.id}" for d in described)
        assert all(d.files[0].url == f"{d.url}/tep/1" for d in described)
