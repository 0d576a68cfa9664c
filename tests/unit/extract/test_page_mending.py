"""Text, boxes and order of PDF pages that a program wrote oddly."""

from __future__ import annotations

import io

import pypdf
import pytest
from PIL import Image

from archive.extract import extract
from archive.extract.kinds import KINDS
from archive.extract.mending import mend_letters
from bench.legacy import encode_tcvn3, encode_vni, pdf_of_lines
from tests.unit.extract.extract_samples import mapped_pdf, put, raw_pdf, typeset

PDF = KINDS["pdf"]

LETTER = [
    "Tỉnh Cao Bằng, ủy ban nhân dân tỉnh Cao Bằng thông báo kết quả cuộc thi tìm hiểu lịch sử",
    "Các đơn vị nộp ấn phẩm trước ngày 15 để kịp đưa vào danh mục",
]
STORY = (
    "In the left column the words of one story go on from line to line until the very end of the "
    "page is reached and only then does the reader turn to the column on the right side where the "
    "story goes on in the same manner as before and comes to its end "
)
PARAGRAPH = STORY.split()


def pages_of(tmp_path, data: bytes):
    with extract(put(tmp_path, "upload.pdf", data), PDF) as reading:
        return list(reading)


def words_of(page) -> list[str]:
    return [page.text[word.start : word.end] for word in page.words]


def shown_pdf(content: str, mapping: dict[str, str] | None = None) -> bytes:
    """A page of this content stream in 10 pt Helvetica; `mapping` as in `mapped_pdf`."""
    data = mapped_pdf("A", mapping or {"A": "A"})
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(content.encode("latin-1"))
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(stream)
    if mapping is None:
        font = writer.pages[0]["/Resources"]["/Font"]["/F1"]
        del font[pypdf.generic.NameObject("/ToUnicode")]
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def at(x: float, y: float, text: str) -> str:
    return f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET"


@pytest.mark.parametrize("encode", [encode_tcvn3, encode_vni])
def test_converted_words_keep_their_boxes_and_the_page_what_the_file_carried(tmp_path, encode):
    typed = [encode(line) for line in LETTER]
    (page,) = pages_of(tmp_path, pdf_of_lines([typed]))
    (plain,) = pages_of(tmp_path, pdf_of_lines([LETTER]))
    assert page.text == "\n".join(LETTER)
    assert page.text_source == "repaired"
    assert page.text_score == 1.0
    assert page.text_before is not None
    assert "\xad" not in page.text_before
    assert words_of(page) == page.text.split()
    # The typed word may be longer (two characters for a letter), and its box with it.
    for word, other in zip(page.words, plain.words, strict=True):
        assert word.x1 - word.x0 >= other.x1 - other.x0 - 1e-6
        assert word.y0 == pytest.approx(other.y0, abs=2e-3)
    assert plain.text_source == "embedded"
    assert plain.text_before is None


def test_horn_that_a_program_took_for_a_hyphen_at_the_line_end(tmp_path):
    lines = [encode_tcvn3("Một bức thư gửi bạn, đường thư"), encode_tcvn3("xe chạy mỗi ngày")]
    (page,) = pages_of(tmp_path, pdf_of_lines([lines]))
    assert page.text == "Một bức thư gửi bạn, đường thư\nxe chạy mỗi ngày"
    assert words_of(page) == page.text.split()


def test_tilde_for_stroke_is_mended_in_syllables_and_not_in_spanish():
    assert mend_letters("ñường ñi Ñông Khê") == "đường đi Đông Khê"
    assert mend_letters("El niño de España, el año, ñu") == "El niño de España, el año, ñu"
    assert mend_letters("đường") == "đường"


def columns(lines: int) -> tuple[str, list[str], list[str]]:
    """A content stream that writes two columns of prose line by line, and their lines."""
    left = [" ".join((PARAGRAPH * 9)[n * 7 : n * 7 + 7]) for n in range(lines)]
    right = [" ".join((PARAGRAPH * 9)[::-1][n * 7 : n * 7 + 7]) for n in range(lines)]
    drawn = []
    for n in range(lines):
        stretch = "BT /F1 10 Tf {x} {y} Td {w} Tz ({t}) Tj ET"
        for x, text in ((50, left[n]), (320, right[n])):
            # Every line is stretched to its column's width, as justified text is.
            width = 230 / (len(text) * 4.6) * 100
            drawn.append(stretch.format(x=x, y=700 - 14 * n, w=width, t=text))
    return "\n".join(drawn), left, right


def test_two_columns_written_across_are_read_one_after_the_other(tmp_path):
    content, left, right = columns(16)
    head, foot = (
        at(60, 760, "A title over both of the columns of this page, from end to end of it"),
        at(300, 30, "12"),
    )
    (page,) = pages_of(tmp_path, shown_pdf(f"{head}\n{content}\n{foot}"))
    lines = [line.strip() for line in page.text.split("\n")]
    assert lines[0].startswith("A title")
    assert lines[1 : 1 + len(left)] == left
    assert [line for line in lines[1 + len(left) :] if line != "12"] == right
    assert words_of(page) == page.text.split()
    places = {(round(word.x0, 2), round(word.y0, 3)) for word in page.words}
    assert len(places) == len(page.words)


def test_table_of_two_columns_stays_row_by_row(tmp_path):
    rows = [(f"Muc {n}", f"so {n}") for n in range(20)]
    content = "\n".join(
        f"{at(50, 700 - 14 * n, left)}\n{at(320, 700 - 14 * n, right)}"
        for n, (left, right) in enumerate(rows)
    )
    (page,) = pages_of(tmp_path, shown_pdf(content))
    assert page.text.split() == [word for row in rows for cell in row for word in cell.split()]


def test_page_of_one_column_is_not_reordered(tmp_path):
    text = "Một đoạn văn dài về Pác Bó và suối Lê-nin, viết cho học sinh trung học. " * 30
    (page,) = pages_of(tmp_path, typeset((text,)))
    assert page.text.split() == text.split()


def test_letters_that_touch_are_one_word_and_words_apart_stay_apart(tmp_path):
    # A space of 2.78 pt is taken back at once, so that the letters touch.
    line = "BT /F1 10 Tf 50 {y} Td [(d )278(A li )278(B)] TJ ET"
    far = "BT /F1 10 Tf 50 640 Td (d A) Tj ET"
    content = "\n".join([*(line.format(y=700 - 14 * n) for n in range(4)), far])
    mapping = {"A": "ữ", "B": "ệu", **{c: c for c in "dli "}}
    (page,) = pages_of(tmp_path, shown_pdf(content, mapping))
    assert page.text.split("\n")[0] == "dữ liệu"
    assert page.text.split("\n")[-1] == "d ữ"
    assert words_of(page) == page.text.split()


def test_page_number_beside_a_line_is_not_glued_to_its_words(tmp_path):
    content = f"{at(50, 700, 'Cuoi dong')}\n{at(110, 660, '17')}"
    (page,) = pages_of(tmp_path, shown_pdf(content))
    assert page.text.split("\n") == ["Cuoi dong", "17"]


def test_private_signs_are_list_signs_or_nothing(tmp_path):
    mapping = {"A": "\uf0b7", "B": "\uf0ff", "C": "đ", "D": "\uf02b"}
    (page,) = pages_of(tmp_path, shown_pdf(at(50, 700, "A CB D B"), mapping))
    assert page.text.split() == ["•", "đ", "+"]


def scanned_pdf(*, stamp: str, width_px: int, height_px: int) -> bytes:
    """A page that is one picture with a line of text over it."""
    picture = io.BytesIO()
    Image.effect_noise((width_px, height_px), 40).convert("L").save(picture, "PDF", resolution=100)
    writer = pypdf.PdfWriter(clone_from=picture)
    page = writer.pages[0]
    text = pypdf.PdfReader(io.BytesIO(shown_pdf(at(30, 30, stamp)))).pages[0]
    page.merge_page(text)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_scan_with_a_stamp_has_to_be_read_and_a_faint_background_has_not(tmp_path):
    (scan,) = pages_of(tmp_path, scanned_pdf(stamp="www.kho.vn", width_px=900, height_px=1270))
    assert (scan.needs_ocr, scan.text.strip()) == (True, "www.kho.vn")
    (slide,) = pages_of(tmp_path, scanned_pdf(stamp="Session 4", width_px=640, height_px=480))
    assert not slide.needs_ocr


def test_page_of_outlines_has_to_be_read(tmp_path):
    content = "\n".join(f"{x} {y} 3 5 re f" for x in range(50, 500, 10) for y in range(50, 700, 40))
    blank = "0 0 10 10 re f"
    for drawn, expected in ((content, True), (blank, False)):
        data = raw_pdf(
            [
                "<</Type/Catalog/Pages 2 0 R>>",
                "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
                f"<</Length {len(drawn)}>>\nstream\n{drawn}\nendstream",
            ]
        )
        (page,) = pages_of(tmp_path, data)
        assert (page.needs_ocr, page.text_source) == (expected, "none")


def test_glyph_numbers_instead_of_letters_have_to_be_read(tmp_path):
    shifted = {chr(code): chr(code - 29) for code in range(0x41, 0x7B)}
    lines = "\n".join(at(50, 700 - 14 * n, "TinhXCaoXBangXcongXboXdanhXmuc") for n in range(9))
    (page,) = pages_of(tmp_path, shown_pdf(lines, {**shifted, "X": "\x03"}))
    assert page.needs_ocr
