"""A PDF becomes pages with text, words and boxes."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pypdf
import pytest

from archive.core.errors import (
    DamagedFileError,
    EncryptedFileError,
    LimitReachedError,
    PortfolioError,
)
from archive.core.wording import refusal_sentence
from archive.extract import Limits, check, describe, extract
from archive.extract.kinds import KINDS
from tests.unit.extract.extract_samples import (
    POEM,
    changed,
    mapped_pdf,
    poem_pdf,
    put,
    raw_pdf,
    typeset,
)

PDF = KINDS["pdf"]


def read(tmp_path, data, **options):
    with extract(put(tmp_path, "upload", data), PDF, **options) as reading:
        return list(reading), reading


def test_every_page_gives_its_text_and_a_box_for_every_word(tmp_path):
    pages, reading = read(tmp_path, poem_pdf())
    assert reading.page_count == 3
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.text for page in pages] == POEM
    for page in pages:
        assert page.text_source == "embedded"
        assert (round(page.width_px), round(page.height_px)) == (595, 842)
        assert [page.text[word.start : word.end] for word in page.words] == page.text.split()
        for word in page.words:
            assert 0 <= word.x0 < word.x1 <= 1
            assert 0 <= word.y0 < word.y1 <= 1


def test_words_stand_where_they_are_on_the_page(tmp_path):
    (page,), _ = read(tmp_path, mapped_pdf("AB CD", {}))
    first, second = page.words
    # 20 pt Helvetica at (50, 700) on 600 × 800 points, from the top left.
    assert first.x0 == pytest.approx(50 / 600, abs=0.01)
    assert first.y0 < 100 / 800 < first.y1
    assert first.x1 < second.x0
    assert second.x1 < 0.3


@pytest.mark.parametrize(
    ("turn", "place"),
    [(0, (50, 100)), (90, (700, 50)), (180, (550, 700)), (270, (100, 550))],
)
def test_boxes_follow_the_rotation_of_the_page(tmp_path, turn, place):
    turned = changed(mapped_pdf("A", {}), lambda writer: writer.pages[0].rotate(turn))
    (page,), _ = read(tmp_path, turned)
    width, height = (800, 600) if turn in (90, 270) else (600, 800)
    assert (page.width_px, page.height_px) == (width, height)
    (word,) = page.words
    # The baseline's start, (50, 700) in the page's own coordinates, lies in the displayed box.
    x, y = place[0] / width, place[1] / height
    assert word.x0 - 0.005 <= x <= word.x1 + 0.005
    assert word.y0 - 0.005 <= y <= word.y1 + 0.005


def test_boxes_are_fractions_of_the_cropped_page(tmp_path):
    def crop(writer):
        writer.pages[0].cropbox = pypdf.generic.RectangleObject((40, 600, 340, 800))

    (page,), _ = read(tmp_path, changed(mapped_pdf("A", {}), crop))
    assert (page.width_px, page.height_px) == (300, 200)
    assert page.words[0].x0 == pytest.approx(10 / 300, abs=0.01)


def test_decomposed_letters_are_composed_and_words_keep_their_places(tmp_path):
    letters = {"a": "Vie\u0323\u0302t", "b": "ti\u0301n", "c": "\u00f0o", "d": "Na\u00adm"}
    (page,), _ = read(tmp_path, mapped_pdf("a b c d", letters))
    assert page.text == "Việt tín đo Nam"
    assert unicodedata.is_normalized("NFC", page.text)
    assert [page.text[w.start : w.end] for w in page.words] == ["Việt", "tín", "đo", "Nam"]


def test_characters_beyond_the_first_plane_do_not_shift_the_boxes(tmp_path):
    plain, _ = read(tmp_path, mapped_pdf("a b c", {}))
    (page,), _ = read(tmp_path, mapped_pdf("a b c", {"a": "\U0001d504", "b": "\U0001d505"}))
    assert page.text == "\U0001d504 \U0001d505 c"
    assert [w[2:] for w in page.words] == [pytest.approx(w[2:]) for w in plain[0].words]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Cao-", "Bang tinh"], "Cao-Bang tinh"),
        (["2019-", "2025"], "2019-\n2025"),
        (["infor-", "mation day"], "information day"),
        (["mot dong", "hai dong"], "mot dong\nhai dong"),
    ],
)
def test_line_ends_neither_glue_words_nor_break_them(tmp_path, lines, text):
    (page,), _ = read(tmp_path, mapped_pdf("", {}, lines=lines))
    assert page.text == text
    assert "".join(page.text[w.start : w.end] for w in page.words) == "".join(text.split())


def test_word_over_a_line_end_has_a_box_on_each_line(tmp_path):
    (page,), _ = read(tmp_path, mapped_pdf("", {}, lines=["infor-", "mation"]))
    above, below = page.words
    assert page.text[above.start : below.end] == "information"
    assert above.end == below.start
    assert above.y1 <= below.y1
    assert below.y0 > above.y0


def test_page_without_text_says_so(tmp_path):
    pages, _ = read(tmp_path, typeset(("", "có chữ")))
    assert [page.text_source for page in pages] == ["none", "embedded"]
    assert pages[0].text == ""
    assert pages[0].words == ()


def test_page_labels_come_with_their_pages(tmp_path):
    def label(writer):
        writer.set_page_label(0, 1, style="/r", start=4)
        writer.set_page_label(2, 2, prefix="A-", style="/D")

    pages, _ = read(tmp_path, changed(poem_pdf(), label))
    assert [page.label for page in pages] == ["iv", "v", "A-1"]
    unlabelled, _ = read(tmp_path, poem_pdf())
    assert [page.label for page in unlabelled] == [None, None, None]


def test_document_tells_title_outline_attachments_and_scripts(tmp_path):
    def told(writer):
        writer.add_metadata({"/Title": "Cao Bằng  đất và người", "/Author": "Ban Tuyên giáo"})
        chapter = writer.add_outline_item(title="Chương một", page_number=0)
        writer.add_outline_item(title="Pác Bó", page_number=2, parent=chapter)
        writer.add_attachment("a.txt", b"x")
        name, text = pypdf.generic.NameObject, pypdf.generic.TextStringObject
        script = pypdf.generic.DictionaryObject(
            {name("/S"): name("/JavaScript"), name("/JS"): text("app.alert(1)")}
        )
        writer._root_object[name("/OpenAction")] = script

    info = describe(put(tmp_path, "upload", changed(poem_pdf(), told)), PDF)
    assert info.complete
    assert info.page_count == 3
    assert (info.title, info.author) == ("Cao Bằng đất và người", "Ban Tuyên giáo")
    assert [(e.title, e.page_number, e.level) for e in info.outline] == [
        ("Chương một", 1, 0),
        ("Pác Bó", 3, 1),
    ]
    assert info.attachments == 1
    assert info.has_javascript


def test_reading_can_go_on_at_a_later_page(tmp_path):
    pages, reading = read(tmp_path, poem_pdf(), first_page=3)
    assert [(page.number, page.text) for page in pages] == [(3, POEM[2])]
    assert reading.page_count == 3
    assert read(tmp_path, poem_pdf(), first_page=4)[0] == []


def test_leaving_early_ends_the_child(tmp_path):
    with extract(put(tmp_path, "upload", poem_pdf()), PDF) as reading:
        assert next(reading).number == 1
    assert list(reading) == []  # The fixture sees that no process is left.


def test_forgotten_reading_ends_its_child(tmp_path):
    next(extract(put(tmp_path, "upload", poem_pdf()), PDF))


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_pdf_that_asks_for_a_password_is_refused(tmp_path, algorithm):
    locked = changed(poem_pdf(), lambda w: w.encrypt("bí mật", "chủ", algorithm=algorithm))
    path = put(tmp_path, "upload", locked)
    with pytest.raises(EncryptedFileError):
        check(path, PDF)
    with pytest.raises(EncryptedFileError):
        extract(path, PDF)


def test_pdf_with_an_owner_password_only_is_read(tmp_path):
    guarded = changed(poem_pdf(), lambda w: w.encrypt("", "chủ", algorithm="AES-256"))
    summary = check(put(tmp_path, "upload", guarded), PDF)
    assert (summary.pages, summary.encrypted) == (3, True)
    pages, _ = read(tmp_path, guarded)
    assert [page.text for page in pages] == POEM
    assert describe(put(tmp_path, "upload", guarded), PDF).complete


def test_truncated_pdf_is_refused_as_damaged(tmp_path):
    path = put(tmp_path, "upload", poem_pdf()[:700])
    for ask in (check, extract):
        with pytest.raises(DamagedFileError) as refused:
            ask(path, PDF)
        assert refused.value.data["detail"]


def test_pdf_without_pages_is_refused_as_damaged(tmp_path):
    written = io.BytesIO()
    pypdf.PdfWriter().write(written)
    for data in (
        written.getvalue(),
        raw_pdf(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]),
    ):
        with pytest.raises(DamagedFileError):
            check(put(tmp_path, "upload", data), PDF)


def test_pdf_that_only_the_second_reader_opens_is_mended_and_read(tmp_path):
    # Without its header PDFium refuses the file; the patient reader rewrites it.
    broken = b"%PDX" + mapped_pdf("Pac Bo", {})[4:]
    path = put(tmp_path, "upload", broken)
    summary = check(path, PDF)
    assert (summary.pages, summary.repaired) == (1, True)
    (page,), _ = read(tmp_path, broken)
    assert page.text == "Pac Bo"
    assert len(page.words) == 2


def test_file_with_more_pages_than_allowed_is_refused_with_the_limit(tmp_path):
    path = put(tmp_path, "upload", poem_pdf())
    for ask in (check, extract):
        with pytest.raises(LimitReachedError) as refused:
            ask(path, PDF, limits=Limits(pages=2))
        assert refused.value.data == {"limit": "pages", "value": 2, "found": 3}


def test_page_that_cannot_be_opened_is_empty_and_its_neighbours_stay(tmp_path):
    leaf = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<<>>>>"
    data = raw_pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R 9 0 R 4 0 R]/Count 3>>",
            leaf,
            leaf,
        ]
    )
    pages, _ = read(tmp_path, data)
    assert [page.problem for page in pages] == [None, "page_damaged", None]
    assert [page.width_px for page in pages] == [600, 0, 600]


def test_file_of_which_no_page_opens_is_refused_by_both(tmp_path):
    data = raw_pdf(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[8 0 R 9 0 R]/Count 2>>"])
    with pytest.raises(DamagedFileError):
        check(put(tmp_path, "upload", data), PDF)
    with pytest.raises(DamagedFileError):
        read(tmp_path, data)


def test_missing_file_is_the_callers_mistake(tmp_path):
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "nothing.pdf", PDF)


def test_text_without_places_is_the_same_text(tmp_path):
    path = put(tmp_path, "upload", poem_pdf())
    with extract(path, PDF) as placed, extract(path, PDF, words=False) as plain:
        for with_words, without in zip(placed, plain, strict=True):
            assert with_words.words
            assert replace(with_words, words=()) == without


def test_portfolio_is_refused_and_a_pdf_with_an_attachment_is_not(tmp_path):
    name = pypdf.generic.NameObject

    def attach(writer):
        writer.add_attachment("ban-ve.txt", b"x")

    def collect(writer):
        attach(writer)
        collection = pypdf.generic.DictionaryObject({name("/Type"): name("/Collection")})
        writer._root_object[name("/Collection")] = collection

    assert check(put(tmp_path, "a.pdf", changed(poem_pdf(), attach)), PDF).pages == 3
    with pytest.raises(PortfolioError) as refused:
        check(put(tmp_path, "b.pdf", changed(poem_pdf(), collect)), PDF)
    assert "lưu từng tệp bên trong ra" in refusal_sentence(refused.value)


def test_picture_that_is_too_large_is_refused_with_advice():
    error = LimitReachedError(limit="pixels", value=89_000_000)
    assert refusal_sentence(error).endswith("Gửi bản PDF, hoặc quét lại ở 200 dpi.")
