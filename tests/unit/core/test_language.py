"""What is told in the language of the moment, and what stays Vietnamese."""

import pytest

from archive.core.language import (
    N_,
    NC_,
    Words,
    _,
    as_written,
    counted,
    in_vietnamese,
    speak,
    written_decimal,
    written_number,
)
from archive.core.vocabulary import CREATOR_ROLES, LANGUAGES, language_code
from archive.core.wording import limit_words, size_label
from archive.services.records import parse_creator

ENGLISH = {"Sách": "Book", "{number} trang": "{number} page", "{number} trangs": "{number} pages"}


@pytest.fixture
def english():
    speak(
        lambda text: ENGLISH.get(text, text),
        lambda text, number: ENGLISH[text if number == 1 else f"{text}s"],
    )


def test_words_are_told_in_the_language_of_the_moment(english):
    kinds = Words({"book": N_("Sách")})
    assert kinds["book"] == kinds.get("book") == "Book"
    assert dict(kinds) == {"book": "Book"}
    with in_vietnamese():
        assert kinds["book"] == _("Sách") == "Sách"
    assert _("Sách") == "Book"


def test_what_is_stored_stays_as_it_is_written(english):
    assert Words({"book": N_("Sách")}).vietnamese == {"book": "Sách"}
    assert as_written("Sách") == "Sách"


def test_a_fault_inside_gives_the_language_back(english):
    with pytest.raises(ValueError, match="x"), in_vietnamese():
        raise ValueError("x")
    assert _("Sách") == "Book"


def test_english_has_two_numbers_and_vietnamese_one(english):
    assert [counted("{number} trang", n).format(number=n) for n in (1, 2)] == ["1 page", "2 pages"]
    with in_vietnamese():
        assert counted("{number} trang", 2) == "{number} trang"


def test_numbers_are_written_as_the_language_writes_them(english):
    assert written_number(1234567) == "1,234,567"
    assert written_decimal(1.25) == "1.2"
    assert size_label(4300) == "4.2 kB"
    assert "512 MB" in limit_words({"limit": "memory", "value": 512 << 20})
    with in_vietnamese():
        assert written_number(1234567) == "1.234.567"
        assert written_decimal(1.25) == "1,2"
        assert size_label(4300) == "4,2 kB"
        assert "512 MB" in limit_words({"limit": "memory", "value": 512 << 20})


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Vietnamese", "vi"), ("English", "en"), ("Tay", "tyz"), ("Nung", "nut"), ("Lao", "lo")],
)
def test_languages_are_known_by_their_english_names(typed, code):
    assert language_code(typed) == code
    assert code in LANGUAGES


def test_roles_are_known_by_their_codes():
    assert parse_creator("Nông Văn A (editor)") == ("Nông Văn A", "editor")
    assert parse_creator("Nông Văn A (chủ biên)") == ("Nông Văn A", "editor")
    assert set(CREATOR_ROLES) >= {"editor", "photographer"}


def test_word_in_a_context_has_its_own_translation_and_is_written_without_it():
    words = Words({"done": NC_("event", "Nộp"), "plain": N_("Nộp")})
    assert dict(words) == words.vietnamese == {"done": "Nộp", "plain": "Nộp"}
    speak({"event\x04Nộp": "Deposited", "Nộp": "Deposit"}.__getitem__, None)
    try:
        assert dict(words) == {"done": "Deposited", "plain": "Deposit"}
    finally:
        speak(None, None)
