"""Cases 3, 4 and 10: sheets that would make their reader unfold or fetch, and a scan that is only
large."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from archive.core.errors import InvalidInputError
from archive.models import File, Page
from archive.services import sheets
from archive.services.sheets import read_sheet
from tests.integration.conftest import leftovers, page_numbers
from tests.integration.standing import standing_archive
from tests.integration.test_deposit_form import send

SCAN_BYTES = 300_000_000

_PACKAGE = "http://schemas.openxmlformats.org"
_MEMBERS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_PACKAGE}/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_PACKAGE}/spreadsheetml/2006/main" '
    f'xmlns:r="{_PACKAGE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_PACKAGE}/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(path: Path, *cells: str, head: str = "") -> Path:
    """A sheet of one column, its XML written by hand."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{cell}</t></is></c></row>'
        for n, cell in enumerate(cells, start=1)
    )
    sheet = (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="{_PACKAGE}/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {**_MEMBERS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(name, data)
    return path


def test_plain_workbook_of_these_parts_is_read(tmp_path):
    (row,) = read_sheet(workbook(tmp_path / "s.xlsx", "title", "Pác Bó"))
    assert row.values == {"title": "Pác Bó"}


def read_or_refused(path: Path) -> str:
    """What came in of the sheet; "" where it was refused."""
    try:
        return repr(read_sheet(path))
    except InvalidInputError:
        return ""


def test_workbook_fetches_no_file_of_the_machine(tmp_path):
    secret = tmp_path / "khóa.txt"
    secret.write_text("bí mật của máy chủ", encoding="utf-8")
    head = f'<!DOCTYPE x [<!ENTITY far SYSTEM "{secret.as_uri()}">]>'
    read = read_or_refused(workbook(tmp_path / "s.xlsx", "title", "Sách &far;", head=head))
    assert "bí mật" not in read


@pytest.mark.timeout(20)
def test_workbook_unfolds_no_entities(tmp_path):
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    head = f"<!DOCTYPE bomb [{''.join(lines)}]>"
    read = read_or_refused(workbook(tmp_path / "s.xlsx", "title", "Sách &l9;", head=head))
    assert len(read) < 1_000


def test_workbook_that_unfolds_too_far_is_refused_from_its_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_BYTES", 1_000_000)
    path = workbook(tmp_path / "s.xlsx", "title", "a" * 2_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(InvalidInputError) as refused:
        read_sheet(path)
    assert refused.value.data == {
        "field": "sheet",
        "problem": "sheet_unreadable",
        "value": "tệp lớn quá",
    }


def scanned_page(number: int) -> bytes:
    """A4 at 300 dpi in grey, with the grain of paper, as scanners send it: some megabytes."""
    grain = random.Random(number).randbytes(2480 * 877)
    image = Image.frombytes("L", (2480, 877), grain).resize((2480, 3508))
    image = Image.blend(Image.new("L", image.size, 235), image, 0.25)
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.text((300, 300 + 120 * line), f"Trang {number}, dong {line}", fill=0, font_size=60)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=97)
    return written.getvalue()


def large_scan(path: Path, *, at_least: int) -> int:
    """A PDF of scanned pages, as large as asked for; how many pages it has."""
    places: dict[int, int] = {}
    kids: list[int] = []
    with path.open("wb") as file:

        def put(number: int, body: bytes) -> None:
            places[number] = file.tell()
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

        file.write(b"%PDF-1.7\n")
        pictures = [scanned_page(number) for number in range(1, 5)]
        while file.tell() < at_least:
            data = pictures[len(kids) % len(pictures)]
            page, picture, content = (3 + 3 * len(kids) + n for n in range(3))
            put(
                picture,
                b"<</Type/XObject/Subtype/Image/Width 2480/Height 3508/ColorSpace/DeviceGray"
                b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>\nstream\n%s\nendstream"
                % (len(data), data),
            )
            drawn = b"595 0 0 842 0 0 cm /P Do"
            put(content, b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawn), drawn))
            put(
                page,
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
                b"/Resources<</XObject<</P %d 0 R>>>>>>" % (content, picture),
            )
            kids.append(page)
        listed = b" ".join(b"%d 0 R" % kid for kid in kids)
        put(1, b"<</Type/Catalog/Pages 2 0 R>>")
        put(2, b"<</Type/Pages/Kids[%s]/Count %d>>" % (listed, len(kids)))
        start = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        for number in sorted(places):
            file.write(b"%010d 00000 n \n" % places[number])
        file.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(places) + 1))
        file.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return len(kids)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_legitimate_scan_of_300_megabytes_goes_through(tmp_path):
    source = tmp_path / "quét.pdf"
    pages = large_scan(source, at_least=SCAN_BYTES)
    # Whether its pictures are read as text is the recogniser's matter, and would take an hour.
    with standing_archive(tmp_path, max_upload_bytes=400_000_000, ocr=False) as archive:
        answer = send(archive.client("depositor"), (source.read_bytes(), "quét.pdf"))
        assert answer.status_code == 302
        publication_id = answer.location.rpartition("/")[2]
        archive.work()
        with archive.holdings.database.reading() as session:
            file = session.scalars(select(File)).one()
            waiting = session.scalars(select(Page).where(Page.ocr_state == "waiting")).all()
        assert (file.problem_code, file.size_bytes) == (None, source.stat().st_size)
        assert page_numbers(archive.holdings, publication_id) == list(range(1, pages + 1))
        assert len(waiting) == pages
        for number in (1, pages):
            path = archive.holdings.images.path(publication_id, f"f{file.id}", number, 1200)
            with Image.open(path) as image:
                assert image.size == (1200, 1698)
        assert leftovers(archive.holdings) == []
