"""Guesses from the first and last pages: right, or silent."""

from __future__ import annotations

import csv
import random
import re
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.core.text import canonical
from archive.metadata.guesses import FIELDS
from archive.metadata.imprint import guess_record
from archive.metadata.letters import bare_letters, from_capitals, names_in
from tests.conftest import CORPUS, missing
from tests.unit.metadata.covers import COVERS
from tests.unit.metadata.imprints import IMPRINTS


def values(guesses) -> dict[str, str]:
    return {guess.field: guess.value for guess in guesses.guesses}


@pytest.mark.parametrize("imprint", IMPRINTS, ids=lambda imprint: imprint.name)
def test_imprint_says_this_and_nothing_else(imprint):
    assert values(guess_record([(99, imprint.page)])) == imprint.says


@pytest.mark.parametrize("cover", COVERS, ids=lambda cover: cover.name)
def test_cover_says_this_and_nothing_else(cover):
    assert values(guess_record([(1, cover.page)])) == cover.says


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
def test_a_mark_of_secrecy_is_no_title(mark):
    for page in (mark, f"{mark}\n\nBÁO CÁO\nVề việc thử máy nhận tệp"):
        assert mark.casefold() not in str(values(guess_record([(1, page)]))).casefold()


def test_table_holds_sixty_cases_and_every_field():
    said = Counter(field for case in (*IMPRINTS, *COVERS) for field in case.says)
    assert len(IMPRINTS) >= 60
    assert set(said) == set(FIELDS)


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_decomposed_text_gives_the_same_guesses(form):
    for case in (*IMPRINTS, *COVERS):
        page = unicodedata.normalize(form, case.page)
        plain = guess_record([(1, unicodedata.normalize("NFC", page))])
        assert values(guess_record([(1, page)])) == values(plain), case.name


def test_text_without_any_marks_loses_no_number():
    """What recognition costs in marks must not cost the numbers of an imprint."""
    numbers = ("licence_number", "isbn", "print_run", "dimensions", "issued")
    for case in IMPRINTS:
        found = values(guess_record([(99, bare_but_large(case.page))]))
        for field in numbers:
            expected = bare_but_large(case.says.get(field, ""))
            assert bare_but_large(found.get(field, "")) == expected, case.name


def bare_but_large(text: str) -> str:
    """The text without marks, its capitals kept."""
    return "".join(
        bare.upper() if letter.isupper() else bare
        for letter, bare in zip(text, bare_letters(text), strict=True)
    )


def test_guess_names_its_page_and_its_line():
    found = guess_record(
        [(1, "Bìa"), (2, "Biên tập: A\nIn 1000 cuốn, khổ 14,5 x 20,5 cm\nGPXB 1/GP-X")]
    )
    run = found.of("print_run")
    assert run is not None
    assert (run.page_number, run.line) == (2, "In 1000 cuốn, khổ 14,5 x 20,5 cm")


def test_long_line_is_shown_around_the_value():
    words = "lời dẫn dài " * 40
    found = guess_record([(1, f"{words}. GPXB số 12/GP-STTTT. {words}")])
    licence = found.of("licence_number")
    assert licence is not None
    assert "12/GP-STTTT" in licence.line
    assert len(licence.line) <= 202


def test_wrong_check_digit_is_a_doubt_and_no_value():
    found = guess_record([(2, "ISBN: 978-604-000-000-1")])
    assert found.value("isbn") == ""
    assert [(d.value, d.problem, d.page_number) for d in found.doubts] == [
        ("978-604-000-000-1", "check_digit", 2)
    ]


def test_right_number_elsewhere_silences_the_doubt():
    found = guess_record([(2, "ISBN: 978-604-000-000-1"), (90, "ISBN 978-632-622-303-3")])
    assert found.value("isbn") == "978-632-622-303-3"
    assert found.doubts == ()


def test_legal_deposit_outweighs_licence_and_title_page():
    pages = [
        (1, "VỀ NGUỒN\nHÀ NỘI - 2023"),
        (80, "GPXB số 1/GP-X ngày 2/12/2022. Nộp lưu chiểu quý I/2024"),
    ]
    assert guess_record(pages).value("issued") == "2024"


COVER = """Sở Văn hóa tỉnh Cao Bằng
Đường về Pác Bó
Những chuyện kể bên suối
Cao Bằng, tháng 5 năm 2024"""


def test_files_own_title_counts_where_the_cover_bears_it():
    found = guess_record([(1, COVER)], file_title="Đường về Pác Bó")
    assert found.value("title") == "Đường về Pác Bó"
    assert found.value("subtitle") == "Những chuyện kể bên suối"
    assert guess_record([(1, COVER)], file_title="Báo cáo tổng kết năm 2012").value("title") == ""


def test_author_below_the_title_is_no_subtitle():
    page = "Đường về Pác Bó\nNông Văn Mẫu\nHội viên hội văn nghệ\nCao Bằng, tháng 5 năm 2024"
    found = guess_record([(1, page)], file_title="Đường về Pác Bó")
    assert (found.value("title"), found.value("subtitle")) == ("Đường về Pác Bó", "")


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - bia sach.doc", "Untitled-1", "Slide 1", "ruot sach in.indd", "Layout 1",
     "Document1", "bia_truoc_final", "scan 0001", "C:\\sach\\bia", "Ã¡o lá»¥a", "12",
     "duong ve pac bo"],
)  # fmt: skip
def test_machines_titles_are_no_titles(title):
    page = f"{title}\nvài dòng chữ thường"
    found = guess_record([(1, page)], file_title=title, file_name="Đường về Pác Bó.pdf")
    assert found.value("title") == ""


def test_title_in_capitals_takes_the_names_of_the_running_text():
    cover = "NHỮNG NGÀY Ở LŨNG CÁT\nVÀ KHUỔI NẶM"
    text = "Đoàn lên Lũng Cát từ sớm.\nChiều xuống, từ Khuổi Nặm về, những ngày ở đây còn mãi."
    assert guess_record([(1, cover), (3, text)]).value("title") == (
        "Những ngày ở Lũng Cát và Khuổi Nặm"
    )
    named = guess_record([(1, cover)], names=[("Lũng", "Cát"), ("Khuổi", "Nặm")])
    assert named.value("title") == "Những ngày ở Lũng Cát và Khuổi Nặm"


def test_names_are_learned_from_inside_lines_only():
    found = names_in(["Rồi ta qua suối Lê Nin và gặp Đảng.", "TẤT CẢ LÀ CHỮ HOA", "Rồi lại rồi"])
    assert ("Lê", "Nin") in found
    assert ("Đảng",) in found
    assert ("Rồi",) not in found
    assert ("Tỉnh",) not in names_in(["Cùng Tỉnh ủy"])


@pytest.mark.parametrize(
    ("capitals", "sentence"),
    [
        ("LỊCH SỬ ĐẢNG BỘ TỈNH CAO BẰNG", "Lịch sử Đảng bộ tỉnh Cao Bằng"),
        ("VĂN HOÁ HOÀ BÌNH", "Văn hoá Hoà Bình"),
        ("CÔNG TY TNHH MTV", "Công ty TNHH MTV"),
        ("ĐẠI HỘI XIX", "Đại hội XIX"),
        ("Chữ thường giữ nguyên HOA", "Chữ thường giữ nguyên HOA"),
    ],
)
def test_capitals_become_a_sentence(capitals, sentence):
    assert from_capitals(capitals) == sentence


def test_titles_of_real_products_survive_capitals(corpus: Path):
    """Most real titles come back with every capital right, and all with every word."""
    sheet = CORPUS.parent / "facts" / "products.tsv"
    if not sheet.is_file():
        missing("../shared/facts/products.tsv")
    with sheet.open(encoding="utf-8") as file:
        titles = [row["title"] for row in csv.DictReader(file, delimiter="\t")]
    titles = [title for title in titles if 3 <= len(title.split()) <= 20 and "(" not in title]
    right = 0
    for title in titles:
        found = from_capitals(title.upper())
        assert [canonical(w) for w in found.split()] == [canonical(w) for w in title.split()]
        right += found == title
    assert right / len(titles) >= 0.6, f"{right} of {len(titles)}"


def blurred(text: str, chance: random.Random) -> str:
    """The text as recognition might give it: a tenth of its marks lost, 1 as l, 0 as O, blanks."""
    letters = []
    for letter in text:
        dice = chance.random()
        if dice < 0.1 and letter.isalpha():
            letters.append(bare_but_large(letter))
        elif dice < 0.15 and letter in "10":
            letters.append({"1": "l", "0": "O"}[letter])
        else:
            letters.append(letter + " " if dice < 0.12 and letter == " " else letter)
    return "".join(letters)


def told(value: str) -> str:
    """The value without what recognition may have cost it."""
    bare = bare_letters(unicodedata.normalize("NFC", value))
    return re.sub(r"[\W_]", "", bare).translate(str.maketrans("oli", "011"))


def test_noise_costs_few_finds_and_hardly_ever_makes_a_wrong_one():
    right, wrong, wanted = Counter(), Counter(), 0
    for seed in range(4):
        chance = random.Random(seed)
        for number, cases in ((99, IMPRINTS), (1, COVERS)):
            for case in cases:
                found = values(guess_record([(number, blurred(case.page, chance))]))
                wanted += len(case.says)
                for field, value in found.items():
                    fits = told(value) == told(case.says.get(field, ""))
                    (right if fits else wrong)[field] += 1
    assert sum(right.values()) / wanted > 0.95
    assert sum(wrong.values()) / sum(right.values()) < 0.015, wrong


@pytest.mark.parametrize(
    "bit",
    ["In tại Công ty In ", "giấy phép xuất bản số ", "Giấy\n\n\n", "Nông Văn ", "978-604-000-",
     "Chịu trách nhiệm nội dung: Ban Tuyên giáo ", "in 1000 cuốn ", "khổ 1 x ", "NHÀ XUẤT BẢN\n",
     "Cao Bằng, tháng ", "1.000.", "ngày 1/", "(", "a\u0301\u0302", "IN TẠI\n"],
)  # fmt: skip
def test_a_hostile_page_costs_no_more_than_a_glance(bit):
    """The pages are read in the web's own process: whatever they hold, it must be over soon."""
    page = bit * (200_000 // len(bit))
    begun = time.process_time()
    guess_record([(number, page) for number in range(1, 9)], file_title=bit * 20)
    assert time.process_time() - begun < 3


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_survived_and_letters_keep_their_places(text):
    composed = unicodedata.normalize("NFC", text)
    assert len(bare_letters(composed)) == len(composed)
    for guess in guess_record([(1, text)], file_title=text[:80], file_name="a.pdf").guesses:
        assert guess.value
        assert 0.5 <= guess.certainty <= 1


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**9 - 1), st.sampled_from(["604", "632"]), st.sampled_from(["-", " ", ""]))
def test_every_isbn_with_its_check_digit_is_read(number, group, sign):
    body = f"978{group}{number % 10**6:06}"
    check = -sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body)) % 10
    printed = sign.join([body[:3], body[3:6], body[6:9], body[9:], str(check)])
    found = guess_record([(2, f"Mã số ISBN: {printed}.")]).value("isbn")
    assert found.replace("-", "") == f"{body}{check}"
    wrong = printed[:-1] + str((check + 1) % 10)
    assert guess_record([(2, f"Mã số ISBN: {wrong}.")]).value("isbn") == ""
