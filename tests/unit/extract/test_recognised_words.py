"""From words seen on a picture to the text of a page, without a recogniser."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archive.extract.ocr_picture import lit_evenly, prepare
from archive.extract.ocr_words import SeenWord, assemble, confidence_of, sure_letters

BOX = (0, 0, 10, 10)


def seen(page: str, *, confidence: float = 90.0) -> list[SeenWord]:
    """A word for each of the page's; lines and paragraphs as they are in it."""
    words = []
    for paragraph in page.split("\n\n"):
        for number, line in enumerate(paragraph.split("\n")):
            words += [
                SeenWord(text, confidence, BOX, place == 0, place == 0 and number == 0)
                for place, text in enumerate(line.split())
            ]
    return words


def text_of(words: list[SeenWord]) -> str:
    return assemble(words, lambda _: (0.1, 0.1, 0.2, 0.2))[0]


def test_lines_and_paragraphs_are_kept():
    page = "KẾ HOẠCH\n\nVề nguồn năm 2025\ntại Pác Bó\n\nNơi nhận"
    assert text_of(seen(page)) == page


def test_decomposed_letters_and_foreign_d_become_vietnamese():
    assert text_of(seen(unicodedata.normalize("NFD", "Đường về Cao Bằng"))) == "Đường về Cao Bằng"
    assert text_of(seen("ðồng Ðăng")) == "đồng Đăng"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("về Cao-\nBằng hôm nay", "về Cao-Bằng hôm nay"),
        ("giai đoạn 2019-\n2025", "giai đoạn 2019-2025"),
        ("the inter-\nnational day", "the international day"),
        ("Mục đích -\nYêu cầu", "Mục đích -\nYêu cầu"),
        ("Cao-\n\nBằng", "Cao-\n\nBằng"),
    ],
)
def test_a_hyphen_at_a_line_end_joins_what_it_broke(lines, text):
    made, words = assemble(seen(lines), lambda _: (0.1, 0.1, 0.2, 0.2))
    assert made == text
    # A word over two lines has a box on each.
    assert len(words) == len(lines.split())
    for word in words:
        assert made[word.start : word.end].strip() == made[word.start : word.end] != ""


def test_specks_and_rules_are_left_out():
    line = seen("Lời nói đầu")
    speck = SeenWord("|", 95.0, BOX, False, False)
    smudge = SeenWord("Ì", 20.0, BOX, False, False)
    stain = SeenWord("<2/~", 30.0, BOX, False, False)
    assert text_of([*line, speck, smudge, stain]) == "Lời nói đầu"


def test_a_line_of_which_nothing_is_sure_is_no_writing():
    stamp = [SeenWord("hOạ", 30.0, BOX, True, True), SeenWord("tÐn", 20.0, BOX, False, False)]
    assert text_of([*stamp, *seen("Lời nói đầu")]) == "Lời nói đầu"


def test_a_word_outside_the_page_has_text_and_no_box():
    assert assemble(seen("Pác Bó"), lambda _: None) == ("Pác Bó", ())


def test_the_confidence_of_a_page_counts_letters():
    words = [SeenWord("Bằng", 90.0, BOX, True, True), SeenWord("—", 0.0, BOX, False, False)]
    assert confidence_of(words) == 90.0
    assert confidence_of([]) == 0.0


def test_words_that_run_up_the_page_are_not_sure():
    standing = SeenWord("nguồn", 95.0, (100, 100, 130, 220), True, True)
    assert confidence_of([standing]) == 0.0
    assert confidence_of([standing._replace(box=(100, 100, 220, 130))]) == 95.0
    assert sure_letters([standing], confidence=50.0) == 0


@given(
    st.lists(
        st.builds(
            SeenWord,
            st.text(max_size=12),
            st.floats(0, 100),
            st.just(BOX),
            st.booleans(),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_every_word_is_a_run_of_the_text_in_order(words):
    text, placed = assemble(words, lambda _: (0.1, 0.1, 0.2, 0.2))
    assert text == text.strip()
    assert unicodedata.is_normalized("NFC", text)
    last = 0
    for word in placed:
        assert last <= word.start < word.end <= len(text)
        assert not any(character.isspace() for character in text[word.start : word.end])
        last = word.end
    assert sum(word.end - word.start for word in placed) == len("".join(text.split()))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("rise", [0.0, 3.0, -7.0])
def test_a_place_on_the_prepared_picture_leads_back_to_the_page(turn, rise):
    page = Image.new("L", (400, 300), 255)
    page.paste(0, (80, 200, 120, 230))
    prepared = prepare(page, turn=turn, rise_degrees=rise)
    down, across = np.nonzero(np.asarray(prepared.image) < 128)
    box = prepared.on_page(
        (int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1)
    )
    assert box is not None
    x0, y0, x1, y1 = box
    assert (x0 + x1) / 2 == pytest.approx(100 / 400, abs=0.006)
    assert (y0 + y1) / 2 == pytest.approx(215 / 300, abs=0.006)
    # The box of what was levelled holds all of it, and not much more.
    assert x0 < 81 / 400
    assert x1 > 119 / 400
    assert x1 - x0 < 60 / 400


def test_what_lies_beside_the_page_has_no_place_on_it():
    prepared = prepare(Image.new("L", (400, 300), 255), rise_degrees=8.0)
    assert prepared.on_page((0, 0, 3, 3)) is None


@pytest.mark.parametrize("degrees", [0.0, 2.0, -6.0])
@pytest.mark.parametrize("sideways", [False, True])
def test_the_lie_of_the_lines_is_found(degrees, sideways):
    page = Image.new("L", (1200, 900), 255)
    for top in range(100, 800, 40):
        for left in range(100, 1100, 30):
            page.paste(0, (left, top, left + 20, top + 14))
    lying = page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if sideways:
        lying = lying.transpose(Image.Transpose.ROTATE_90)
    same, standing = lit_evenly(lying)
    assert same is lying
    assert standing.is_sideways == sideways
    assert standing.rise_degrees == pytest.approx(degrees, abs=0.3)


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 255))
def test_a_picture_of_one_grey_is_blank(width, height, grey):
    _, standing = lit_evenly(Image.new("L", (width, height), grey))
    assert standing.is_blank
