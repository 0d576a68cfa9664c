"""DOCX and TXT: text without fixed pages."""

from __future__ import annotations

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from archive.core.errors import DamagedFileError, LimitReachedError, UnknownFileTypeError
from archive.core.text import clean_text
from archive.extract import Limits, check, describe, extract, identify, render
from archive.extract.kinds import KINDS
from bench.legacy import encode_tcvn3, encode_vni
from tests.unit.extract.extract_samples import put

DOCX, TXT = KINDS["docx"], KINDS["txt"]


def texts(path, kind, **options):
    with extract(path, kind, **options) as reading:
        return [page.text for page in reading]


def saved(tmp_path, document):
    path = tmp_path / "upload.docx"
    document.save(path)
    return path


def test_paragraphs_and_tables_come_in_document_order(tmp_path):
    document = docx.Document()
    document.add_paragraph("Mở đầu")
    table = document.add_table(rows=2, cols=2)
    for number, cell in enumerate(table._cells):
        cell.text = f"ô {number}"
    inner = table.cell(1, 1).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "bảng trong"
    document.add_paragraph("Kết luận")
    (text,) = texts(saved(tmp_path, document), DOCX)
    lines = [line for line in text.split("\n") if line.strip()]
    assert lines == ["Mở đầu", "ô 0\tô 1", "ô 2\tô 3", "bảng trong", "Kết luận"]


def test_breaks_begin_pages_and_a_break_recorded_twice_only_one(tmp_path):
    document = docx.Document()
    document.add_paragraph("một").add_run().add_break(WD_BREAK.PAGE)
    second = document.add_paragraph()
    second.add_run()._r.append(OxmlElement("w:lastRenderedPageBreak"))
    second.add_run("hai")
    rendered = document.add_paragraph().add_run()
    rendered._r.append(OxmlElement("w:lastRenderedPageBreak"))
    rendered.add_text("ba")
    document.add_paragraph("bốn").paragraph_format.page_break_before = True
    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_paragraph("năm")
    pages = [text.strip() for text in texts(saved(tmp_path, document), DOCX)]
    assert pages == ["một", "hai", "ba", "bốn", "năm"]


def test_docx_without_breaks_is_cut_at_paragraph_ends(tmp_path):
    document = docx.Document()
    for number in range(60):
        document.add_paragraph(f"Đoạn {number} " + "Cao Bằng " * 20)
    pages = texts(saved(tmp_path, document), DOCX)
    assert len(pages) == 4
    assert all(2_500 < len(page) < 4_000 for page in pages[:-1])
    assert all(page.startswith("Đoạn ") for page in pages)
    assert "\n".join(pages).count("Đoạn") == 60


def test_deleted_text_and_field_codes_are_not_read_but_controls_and_text_boxes_are(tmp_path):
    document = docx.Document()
    body = document.element.body
    space = nsdecls("w")
    for xml in (
        f"<w:p {space}><w:r><w:t>giữ</w:t></w:r><w:del><w:r><w:t>xóa</w:t></w:r></w:del>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>",
        f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>mục lục</w:t></w:r></w:p></w:sdtContent>"
        "</w:sdt>",
        f'<w:p {space} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>khung</w:t></w:r>"
        "</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>khung</w:t>"
        "</w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    (text,) = texts(saved(tmp_path, document), DOCX)
    assert text.split() == ["giữ", "mục", "lục", "khung"]


def test_docx_tells_its_title_and_author(tmp_path):
    document = docx.Document()
    document.add_paragraph("x")
    document.core_properties.title = "Sổ tay"
    document.core_properties.author = "Tỉnh đoàn"
    info = describe(saved(tmp_path, document), DOCX)
    assert (info.title, info.author) == ("Sổ tay", "Tỉnh đoàn")


def test_external_entities_of_a_docx_are_not_fetched(tmp_path):
    import zipfile

    document = docx.Document()
    document.add_paragraph("MARK")
    path = saved(tmp_path, document)
    secret = put(tmp_path, "secret.txt", b"BI-MAT")
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    xml = members["word/document.xml"].decode()
    head, rest = xml.split("?>", 1)
    entity = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    members["word/document.xml"] = f"{head}?>{entity}{rest.replace('MARK', 'a&s;b')}".encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    (text,) = texts(path, DOCX)
    assert "BI-MAT" not in text


def test_docx_bomb_is_stopped_in_the_child_too(tmp_path):
    import zipfile

    document = docx.Document()
    path = saved(tmp_path, document)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/a.bin", b"\0" * 3_000_000)
    with pytest.raises(LimitReachedError) as refused:
        check(path, DOCX, limits=Limits(unzipped_bytes=2_000_000))
    assert refused.value.data["limit"] == "unzipped_bytes"


def test_docx_with_broken_xml_is_damaged(tmp_path):
    import zipfile

    path = tmp_path / "upload.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types")
        package.writestr("word/document.xml", "<w:document")
    with pytest.raises(DamagedFileError):
        check(path, DOCX)


def test_form_feeds_begin_pages(tmp_path):
    path = put(tmp_path, "a.txt", "một\n\fhai\r\nba\f".encode())
    assert texts(path, TXT) == ["một", "hai\nba"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_composed_and_clean_in_every_encoding(tmp_path, encoding):
    data = "Cao Ba\u0306\u0300ng \u00f0o\u0301 Na\u00adm\x07".encode(encoding)
    assert texts(put(tmp_path, "a.txt", data), TXT) == ["Cao Bằng đó Nam"]


def test_long_text_is_cut_and_nothing_is_lost(tmp_path):
    words = [f"tiếng{n}" for n in range(5_000)]
    lined = "\n".join(" ".join(words[n : n + 10]) for n in range(0, 5_000, 10))
    unbroken = " ".join(words)
    for text in (lined, unbroken):
        pages = texts(put(tmp_path, "a.txt", text.encode()), TXT)
        assert 3 < len(pages) < 25
        assert all(len(page) <= 12_000 for page in pages)
        assert " ".join(pages).split() == words


def test_text_of_more_pages_than_allowed_is_refused(tmp_path):
    path = put(tmp_path, "a.txt", b"a\f" * 30)
    with pytest.raises(LimitReachedError) as refused:
        check(path, TXT, limits=Limits(pages=29))
    assert refused.value.data["limit"] == "pages"
    assert check(path, TXT, limits=Limits(pages=30)).pages == 30


def test_blank_text_is_one_page_without_text(tmp_path):
    with extract(put(tmp_path, "a.txt", b" \n \n"), TXT) as reading:
        (page,) = reading
    assert page.text_source == "none"


def test_running_text_has_no_images(tmp_path):
    assert list(render(put(tmp_path, "a.txt", b"x"), TXT)) == []


@pytest.mark.parametrize("encode", [encode_tcvn3, encode_vni])
def test_text_file_typed_in_a_legacy_font_is_read_and_says_so(tmp_path, encode):
    text = "Tỉnh Cao Bằng trồng rừng đầu nguồn.\nCác đồng chí phụ trách: Đỗ Thị Hằng, Ngô Văn Đức."
    path = put(tmp_path, "a.txt", encode(text).encode("cp1252"))
    assert identify(path, "a.txt").code == "txt"
    with extract(path, TXT) as reading:
        (page,) = reading
    assert (page.text, page.text_source, page.text_score) == (text, "repaired", 1.0)
    assert page.text_before == clean_text(encode(text))


@pytest.mark.parametrize(
    "data",
    ["Größe, Übung und Häuser".encode("cp1252"), b"\x81\x8d\xff\xfe binary", b"abc \xff\x00 def"],
)
def test_other_bytes_that_are_no_utf8_stay_refused(tmp_path, data):
    path = put(tmp_path, "a.txt", data)
    with pytest.raises(UnknownFileTypeError):
        identify(path, "a.txt")
    with pytest.raises(DamagedFileError):
        check(path, TXT)


def test_runs_of_a_docx_typed_in_legacy_fonts_are_read(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph()
    for text, font in (
        ("Uỷ ban nhân dân thông báo: ", "Times New Roman"),
        (encode_tcvn3("các đơn vị nộp ấn phẩm trước ngày 15"), ".VnTime"),
        (" theo đúng quy định", "Times New Roman"),
    ):
        paragraph.add_run(text).font.name = font
    document.add_paragraph(encode_vni("Trưởng phòng đã ký, đóng dấu"))
    with extract(saved(tmp_path, document), DOCX) as reading:
        (page,) = reading
    assert page.text.strip().split("\n") == [
        "Uỷ ban nhân dân thông báo: các đơn vị nộp ấn phẩm trước ngày 15 theo đúng quy định",
        "Trưởng phòng đã ký, đóng dấu",
    ]
    assert page.text_source == "repaired"


def test_unicode_text_named_after_a_legacy_font_is_left_alone(tmp_path):
    document = docx.Document()
    document.add_paragraph().add_run("Bé Đức học lớp Một").font.name = ".VnTime"
    with extract(saved(tmp_path, document), DOCX) as reading:
        (page,) = reading
    assert (page.text.strip(), page.text_source) == ("Bé Đức học lớp Một", "embedded")
