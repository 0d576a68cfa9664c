"""What people read where something is refused or was done."""

from __future__ import annotations

import pytest

from archive.app import ROOT
from archive.core.language import _, speak
from archive.core.wording import field_sentence, sentence
from archive.web.languages import read_translations
from archive.web.present import EVENTS, event_words


def test_misnamed_file_is_told_by_its_ending_and_what_is_inside() -> None:
    assert sentence("file_misnamed", {"named": "pdf", "detected": "jpeg"}) == (
        "Tệp có đuôi .pdf nhưng bên trong không phải PDF mà là ảnh JPEG. "
        "Mở tệp gốc, lưu lại cho đúng loại rồi gửi."
    )
    assert "đuôi .jpg nhưng" in sentence("file_misnamed", {"named": "jpeg", "detected": "png"})
    assert "mà là" not in sentence("file_misnamed", {"named": "pdf", "detected": ""})


def test_program_is_refused_as_such() -> None:
    told = sentence("file_type_unknown", {"detected": "exe"})
    assert told == "Kho không nhận tệp chương trình (.exe)."


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("title", "Nhập nhan đề."),
        ("issued", "Nhập ngày phát hành."),
        ("unit", "Chọn đơn vị."),
        ("other", "Mục này không được để trống."),
    ],
)
def test_empty_field_is_told_by_its_name(field: str, told: str) -> None:
    assert field_sentence("required", {"field": field}) == told


def test_every_event_begins_with_a_capital() -> None:
    for kind in EVENTS:
        assert event_words(kind, {"user": "a", "unit": "b"})[0].isupper(), kind


def test_history_tells_in_english_what_was_done_where_a_button_says_what_will_be():
    translations = read_translations(ROOT / "translations" / "en")
    speak(translations.gettext, None)
    try:
        for kind in ("deposited", "accepted", "corrected", "withdrawn", "returned", "taken_up"):
            told = event_words(kind, None)
            assert "\x04" not in told
            assert told != _(EVENTS.vietnamese[kind]), kind
    finally:
        speak(None, None)
