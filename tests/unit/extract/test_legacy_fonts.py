"""Text typed in TCVN3 and VNI fonts comes out as Vietnamese, and everything else as it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.extract.legacy_fonts import decode_tcvn3, decode_vni, find_repairs, repair
from bench.legacy import demo_lines, encode_tcvn3, encode_vni

LINES = list(demo_lines(600))
LONG = [line for line in LINES if len(line.split()) >= 5]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> None:
    """No child is started here, so none is looked for."""


@pytest.mark.parametrize(
    ("encode", "decode"), [(encode_tcvn3, decode_tcvn3), (encode_vni, decode_vni)]
)
def test_the_tables_read_what_they_wrote(encode, decode):
    letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
    assert decode(encode(letters)) == letters
    assert decode_vni(encode_vni(letters.upper())) == letters.upper()


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=30))
@settings(max_examples=40)
def test_unicode_text_is_never_touched(lines):
    text = "\n".join(lines)
    assert repair(text) == text
    assert find_repairs(unicodedata.normalize("NFD", text)) == {}


def wrong_words(expected: str, found: str) -> list[tuple[str, str]]:
    """Word for word; a single capital with a tone has no code in TCVN3, so case is left out."""
    pairs = zip(expected.split(), found.split(), strict=True)
    return [(one, other) for one, other in pairs if one.lower() != other.lower()]


@pytest.mark.parametrize("encode", [encode_tcvn3, encode_vni])
@given(lines=st.lists(st.sampled_from(LONG), min_size=3, max_size=20))
@settings(max_examples=40)
def test_lines_typed_in_one_font_come_back_word_for_word(encode, lines):
    expected = "\n".join(lines)
    wrong = wrong_words(expected, repair(encode(expected)))
    assert len(wrong) <= 1 + 0.01 * len(expected.split()), wrong


ENCODERS = st.sampled_from([str, encode_tcvn3, encode_vni])


@given(st.lists(st.tuples(st.sampled_from(LONG), ENCODERS), min_size=2, max_size=12))
@settings(max_examples=40)
def test_lines_of_three_encodings_stand_on_one_page(lines):
    expected = "\n".join(line for line, _ in lines)
    wrong = wrong_words(expected, repair("\n".join(encode(line) for line, encode in lines)))
    assert len(wrong) <= 2 + 0.02 * len(expected.split()), wrong


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("S¾C LÖNH", "SẮC LỆNH"),
        ("Chóng ch¸u ®Õn th¨m anh Kim §ång ¹.", "Chúng cháu đến thăm anh Kim Đồng ạ."),
        ("Nh÷ng « h×nh thoi nèi nhau, mçi «.", "Những ô hình thoi nối nhau, mỗi ô."),
        ("Anh nãi « ®\xadîc » råi ®i vÒ", "Anh nói « được » rồi đi về"),
        ("¹ §©y lµ chó thÝch cña ng\xadêi viÕt", "¹ Đây là chú thích của người viết"),
        ("CñA CHñ TÞCH CHÝNH Phñ Sè 3 NGµY 1", "CỦA CHỦ TỊCH CHÍNH PHỦ SỐ 3 NGÀY 1"),
        ("§iÒu hai: ¤ng Bé tr\xadëng ®· tho¶ hiÖp.", "Điều hai: Ông Bộ trưởng đã thoả hiệp."),
        ("Bé tr-ëng ®-îc ng-êi nh- thÕ", "Bộ trưởng được người như thế"),
        ("Cao-B»ng tr¨m n¨m", "Cao-Bằng trăm năm"),
        ("Q§ sè 12/Q§-UBND cña tØnh", "QĐ số 12/QĐ-UBND của tỉnh"),
        ("Mét chư¬ng tr×nh C lµ mét d·y c¸c hµm", "Một chương trình C là một dãy các hàm"),
        ("Caùc heä thoáng ngaøy nay ñöôïc xaây döïng", "Các hệ thống ngày nay được xây dựng"),
        ("COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Ví dụ: một hàm cã 5 ®èi theo thø tù tõ tr¸i sang ph¶i",
         "Ví dụ: một hàm có 5 đối theo thứ tự từ trái sang phải"),
    ],
)  # fmt: skip
def test_real_spellings_are_read(typed, read):
    assert repair(typed) == read


def test_short_line_borrows_from_its_neighbours():
    around = encode_tcvn3("Uỷ ban nhân dân tỉnh Cao Bằng")
    assert repair(f"{around}\nBé\n{around}").split("\n")[1] == "Bộ"
    assert repair("Em Bé ở nhà\nBé\nngủ rồi «Microsoft®»").split("\n")[1] == "Bé"


@pytest.mark.parametrize(
    "text",
    [
        "où est la forêt, où est le garçon élégant",
        "Größe für schöne Häuser, Übung",
        "niño España año señor corazón",
        "«Việt Nam» · Microsoft® 25°C ±5 2×3 §4",
        "ñ = 1\n2\nñ\n3\nñ ≥ ø\nñ",
        "x² + y² ≤ 1; µ = 0,5; 10 µm",
        "",
        "· Hà Nội ® Đà Nẵng ¸ Huế",
    ],
)
def test_what_is_no_legacy_text_stays(text):
    assert repair(text) == text


def test_horn_at_a_line_end_completes_its_word():
    text = encode_tcvn3("đường thư").replace("\xad", "-").removesuffix("-") + "\ufffexe ch¹y"
    assert repair(text) == "đường thư\nxe chạy"


@given(st.text(st.characters(max_codepoint=0x1EFF, exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_survived_and_repairs_stand_at_words(text):
    for start, mended in find_repairs(text).items():
        assert not text[start].isspace()
        assert mended.text
    repair(text)
