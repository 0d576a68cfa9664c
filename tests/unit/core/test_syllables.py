"""What counts as a Vietnamese syllable: by rule, however it is encoded or capitalised."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archive
from archive.core.syllables import is_syllable, measure
from tests.conftest import ROOT, missing

PUBLICATIONS = Path(archive.__file__).parent / "demo" / "publications"
LINE = "Pác Bó, nơi cội nguồn: Khuổi Nậm đổ vào suối Lê-nin dưới chân núi Các Mác"


def marked_words(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text))
    return [word for word in words if not word.isascii()]


def test_syllables_of_every_shape_are_accepted():
    shapes = (
        "gì gìn giếng giết già quốc quyền quý quí hòa hoà thúy thuý khuỷu nghiêng kỹ kĩ ý yêu ương "
        "Đắk Kạn ngoằn xoong huơ thuở rượu khuya ĐƯỜNG Nặm Ngườm"
    )
    for word in shapes.split():
        assert is_syllable(word), word
        assert is_syllable(unicodedata.normalize("NFD", word)), word
        assert is_syllable(word.upper()), word


@pytest.mark.parametrize(
    "word",
    ["cac", "hocs", "các\u0301", "ngê", "cê", "ghà", "qác", "hàc", "bìm̀", "toà́n", "tóan", "ViÖt",
     "người1", "", "km²", "Größe", "garçon", "été", "đd", "strường"],
)  # fmt: skip
def test_what_the_spelling_forbids_is_refused(word):
    assert not is_syllable(word)


def test_plain_words_are_known_as_syllables_without_their_marks():
    assert measure("cac nuoc DUONG quoc ngay").bare == 5
    assert measure("and windows class nuocs").bare == 0


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x1EFF), max_size=12))
def test_any_word_has_one_answer_in_every_normal_form_and_case(word):
    answer = is_syllable(unicodedata.normalize("NFC", word))
    assert is_syllable(unicodedata.normalize("NFD", word)) == answer
    if answer:
        assert is_syllable(word.upper())


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_junk_of_western_letters_is_mostly_refused(seed):
    drawn = random.Random(seed)
    letters = [chr(code) for code in (*range(0x61, 0x7B), *range(0xC0, 0x100))]
    words = ["".join(drawn.choices(letters, k=drawn.randint(3, 7))) for _ in range(300)]
    assert sum(map(is_syllable, words)) <= 15


def test_the_demo_texts_consist_of_syllables():
    text = "\n".join(path.read_text("utf-8") for path in sorted(PUBLICATIONS.glob("*/text.md")))
    words = marked_words(text)
    wrong = {word for word in words if not is_syllable(word)}
    assert len(words) > 15_000
    assert sum(word in wrong for word in words) <= 0.001 * len(words), wrong


def test_words_of_an_encyclopaedia_are_syllables_apart_from_foreign_names():
    source = ROOT.parent / "shared" / "eval" / "retrieval_open.json"
    if not source.is_file():
        missing("../shared/eval/retrieval_open.json")
    text = json.dumps(json.loads(source.read_text("utf-8")), ensure_ascii=False)
    words = marked_words(text.replace("\\n", " "))
    # Kitô, México, Rôma, Napoléon, km², NĐ …: a word in a hundred.
    assert sum(map(is_syllable, words)) >= 0.988 * len(words)


def test_measure_counts_words_marks_and_syllables():
    found = measure("Đội Việt Nam, garçon 22/12/1944 doi viet")
    assert (found.words, found.marked, found.valid_marked) == (6, 3, 2)
    assert (found.valid, found.bare) == (4, 3)
    assert found.score == pytest.approx(2 / 3)
    assert measure(unicodedata.normalize("NFD", LINE)) == measure(LINE)
    assert measure("12 34").score is None
    assert measure("").words == 0
