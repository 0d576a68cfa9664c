import hashlib
import os
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path

import docx
import pypdf
import pypdfium2
import pytest
from PIL import Image

from archive.demo.publications import publications
from archive.demo.typeset import DISCLAIMER, MARK, typeset

FONTS = Path(__file__).parents[3] / "node_modules" / "@expo-google-fonts"
if not FONTS.is_dir() and os.environ.get("CI") != "true":
    pytest.skip("the typefaces are not installed (npm ci)", allow_module_level=True)

ALL = {publication.slug: publication for publication in publications()}
# One of each form of template, and each output that is not a plain PDF.
SAMPLE = (
    "2019-non-nuoc-truoc-hien-nha",
    "2020-ban-tin-ve-nguon-so-2",
    "2020-bien-gioi-mua-thu-1950",
    "2020-ngon-lua-nam-lin",
    "2021-em-di-tham-na-ma",
    "2021-the-hoi-nhanh-dap-gon",
    "2022-lich-2023-ngay-ay",
    "2023-tuoi-tre-non-nuoc-so-1",
    "2023-de-cuong-noi-chuyen-truyen-thong",
    "2024-ba-di-tich",
    "2024-ban-tin-ve-nguon-so-3",
    "2025-ten-moi-tren-que-huong",
    "2025-truong-ha-bon-mien-que",
)
PDFS = [slug for slug, p in ALL.items() if p.outputs == ("pdf",)]


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return {slug: typeset(p, FONTS, folder) for slug, p in ALL.items()}


def pages_of(path):
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def words_of(page):
    return " ".join(page.split())


def test_all_of_it_stays_small(made):
    assert sum(path.stat().st_size for paths in made.values() for path in paths) < 25_000_000


def test_files_bear_the_names_the_record_promises(made):
    for slug, paths in made.items():
        assert tuple(path.name for path in paths) == ALL[slug].files


@pytest.mark.parametrize("slug", SAMPLE)
def test_a_second_run_gives_the_same_bytes(made, slug, tmp_path):
    again = typeset(ALL[slug], FONTS, tmp_path)
    assert [hashlib.sha256(p.read_bytes()).hexdigest() for p in again] == [
        hashlib.sha256(p.read_bytes()).hexdigest() for p in made[slug]
    ]


@pytest.mark.parametrize("slug", PDFS)
def test_a_pdf_has_two_to_forty_pages_and_each_says_what_it_is(made, slug):
    pages = [words_of(page) for page in pages_of(made[slug][0])]
    assert 2 <= len(pages) <= 40
    assert MARK in pages[0]
    assert any(words_of(DISCLAIMER) in page for page in pages)
    for number, page in enumerate(pages, start=1):
        assert MARK in page, f"page {number}"


@pytest.mark.parametrize("slug", PDFS)
def test_words_come_back_from_a_pdf_with_their_marks(made, slug):
    text = words_of(" ".join(pages_of(made[slug][0])))
    title = words_of(ALL[slug].title)
    assert title in text
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


@pytest.mark.parametrize("slug", PDFS)
def test_no_licence_isbn_or_print_run_is_printed(made, slug):
    text = words_of(" ".join(pages_of(made[slug][0])))
    assert not re.search(r"97[89][- ]?\d|ISBN|QĐXB|ĐKXB|CXBIPH|lưu chiểu", text)


@pytest.mark.parametrize("slug", PDFS)
def test_no_page_after_the_cover_is_nearly_empty(made, slug):
    for number, page in enumerate(pages_of(made[slug][0])[1:], start=2):
        assert len(page.split()) >= 30, f"page {number}: {words_of(page)}"


@pytest.mark.parametrize("slug", ["2025-muoi-hai-thang-sinh-hoat", "2022-lich-su-o-ngay-day"])
def test_the_two_books_are_long_and_have_an_outline_language_and_title(made, slug):
    reader = pypdf.PdfReader(made[slug][0])
    assert 30 <= len(reader.pages) <= 40
    assert reader.trailer["/Root"]["/Lang"] in ("vi", "vi-VN")
    assert reader.metadata.title == ALL[slug].title
    chapters = re.findall(r"^# (.+)$", ALL[slug].text, re.MULTILINE)
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == chapters
    assert reader.metadata.creation_date.date().isoformat() == ALL[slug].issued


def test_the_scan_has_pages_of_image_and_not_one_word(made):
    path = made["2020-ban-tin-ve-nguon-so-2"][0]
    assert [page.strip() for page in pages_of(path)] == ["", ""]
    document = pypdfium2.PdfDocument(path)
    width_px = document[0].render(scale=200 / 72).width
    document.close()
    assert 1600 <= width_px <= 1700


def test_the_tiff_has_a_frame_for_each_page(made):
    with Image.open(made["2024-ba-di-tich"][0]) as image:
        assert image.format == "TIFF"
        assert image.n_frames >= 2
        assert image.info["dpi"] == (150, 150)


def test_the_word_document_holds_mark_disclaimer_and_every_chapter(made):
    slug = "2023-de-cuong-noi-chuyen-truyen-thong"
    document = docx.Document(made[slug][0])
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert MARK in text
    assert DISCLAIMER in text
    for chapter in re.findall(r"^#+ (.+)$", ALL[slug].text, re.MULTILINE):
        assert chapter in text
    assert document.core_properties.title == ALL[slug].title
    with zipfile.ZipFile(made[slug][0]) as packed:
        assert {member.date_time[0] for member in packed.infolist()} == {1980}


def test_markup_in_the_data_is_printed_and_not_run(tmp_path, monkeypatch):
    from archive.demo import publications as module

    slug = "2026-cam-nang-chuyen-di"
    folder = tmp_path / "publications"
    shutil.copytree(module.HERE / "publications" / slug, folder / slug)
    shutil.copy(module.HERE / "units.json", tmp_path)
    (folder / slug / "text.md").write_text(
        '# Trước khi đi\n\nChữ #panic("chạy") $x$ [y]\n', "utf-8"
    )
    monkeypatch.setattr(module, "HERE", tmp_path)
    (path,) = typeset(ALL[slug], FONTS, tmp_path)
    assert 'Chữ #panic("chạy") $x$ [y]' in words_of(" ".join(pages_of(path)))
