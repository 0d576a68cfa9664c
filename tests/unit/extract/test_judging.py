"""Which pages keep the text their file carries, and which have to be read from their picture."""

from __future__ import annotations

import unicodedata

import pytest

from archive.extract.judging import is_better, is_scrambled, judge

VIETNAMESE = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam. Ủy ban nhân dân tỉnh Cao Bằng công bố danh mục các ấn "
    "phẩm đã phát hành trong năm, gồm sách, tờ gấp, tranh cổ động và bản tin của các đơn vị. "
    "Đề nghị các đơn vị nộp lưu chiểu đúng hạn để bạn đọc sớm được tra cứu.\n"
) * 2
ENGLISH = (
    "The options menu is the place where you should include actions that are of use on every "
    "screen, and the context menu is for the item that is pressed by the user.\n"
) * 3
ENGLISH_LAYER = (
    "CONG HOA XA HOI CHU NGHIA VItT NAM DQc lap - Tu do - H4nh phuc DANH M1JC VAN BAN quy pham "
    "phap lu|t het hi#u l\\rc ban hanh kem theo Quyet dinh so 12 cua Uy ban nhan dan tinh\n"
) * 2
SIGNATURE = (
    "Người ký: Cổng Thông tin điện tử tỉnh\nCơ quan: Văn phòng Ủy ban nhân dân tỉnh Cao Bằng\n"
    "Thời gian ký: 12.03.2021 10:22:31 +07:00"
)
CODE = 'int main() { int x = 5, y = 20; printf("%d", x * y); return 0; }\n' * 4
NUMBERS = "1 234 5.678,9 12/2024\n" * 20


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> None:
    """No child is started here, so none is looked for."""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("picture", [True, False])
def test_vietnamese_text_stays_whether_or_not_a_picture_lies_behind(form, picture):
    assert judge(unicodedata.normalize(form, VIETNAMESE), has_picture=picture).verdict == "good"
    assert judge(VIETNAMESE, has_picture=picture).score == 1.0


@pytest.mark.parametrize("text", ["", "www.LuatVietnam.vn", SIGNATURE, ENGLISH_LAYER, NUMBERS])
def test_picture_of_a_page_is_read_where_the_text_is_only_a_stamp_or_unfit(text):
    assert judge(text, has_picture=True).verdict == "needs_ocr"


@pytest.mark.parametrize("text", ["www.LuatVietnam.vn", SIGNATURE, ENGLISH, CODE, NUMBERS, "12"])
def test_page_without_a_picture_keeps_its_text_in_any_language(text):
    assert judge(text, has_picture=False).verdict == "good"


def test_english_before_a_picture_is_english():
    assert judge(ENGLISH, has_picture=True).verdict == "good"


def test_empty_page_has_nothing_to_read():
    assert judge(" \n", has_picture=False) == judge("", has_picture=False)
    assert judge("", has_picture=False).verdict == "nothing"


def test_marked_words_that_are_no_syllables_are_a_font_without_a_table():
    broken = "Vi®ôµ Nçãm tØnhß Bôngœ cñaß ngàûi dânå nöôcß ñaàtø " * 8
    assert judge(broken, has_picture=False).verdict == "needs_ocr"


def test_nobody_looks_for_a_picture_where_the_text_decides():
    def look() -> bool:
        raise AssertionError("the text is convincing")

    assert judge(VIETNAMESE, has_picture=look).verdict == "good"


def test_glyph_numbers_are_no_characters():
    shifted = "".join(chr(max(1, ord(letter) - 29)) for letter in "Tinh Cao Bang nam 2024 " * 20)
    assert is_scrambled(shifted)
    assert is_scrambled("\ufffd" * 30 + "abc")
    assert not is_scrambled(VIETNAMESE)
    assert not is_scrambled("\uf0b7 Mục lục\r\n" * 40)
    assert judge("abc", has_picture=False, scrambled=True).verdict == "needs_ocr"


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [
        ("www.LuatVietnam.vn", VIETNAMESE, True),
        (ENGLISH_LAYER, VIETNAMESE, True),
        (SIGNATURE, VIETNAMESE, True),
        ("", "Lịch 2023", False),
        ("", "Lịch treo tường năm mới", True),
        (ENGLISH, ENGLISH.replace("menu", "mẹnu"), False),
        (VIETNAMESE, VIETNAMESE.replace("ộ", "ô"), False),
        (VIETNAMESE, "", False),
        (CODE, "lnt maln() { |nt x = 5 }", False),
    ],
)
def test_recognised_text_replaces_the_files_only_where_it_says_more(before, after, better):
    assert is_better(after, than=before) is better
