"""What people read where something is refused or was done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.app import ROOT
from archive.core.language import _, speak
from archive.core.wording import field_sentence, row_words, sentence, size_label
from archive.web.languages import read_translations
from archive.web.present import EVENTS, event_words, told_moment


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


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("31/02/2026", "Không có ngày 31/2/2026."),
        ("2026-02-31", "Không có ngày 31/2/2026."),
        ("15.13.2026", "Không có ngày 15/13/2026."),
        ("13/2026", "Không có tháng 13/2026."),
    ],
)
def test_date_that_no_calendar_has_is_told_as_such(typed: str, told: str) -> None:
    assert field_sentence("date_invalid", {"value": typed}) == told


@pytest.mark.parametrize("typed", ["mai", "2024", "31/12/24", "1/2/2026/3", ""])
def test_date_that_cannot_be_read_is_told_how_to_write_it(typed: str) -> None:
    assert "Ghi theo mẫu" in field_sentence("date_invalid", {"value": typed})


def test_row_is_told_what_it_lacks_and_a_form_what_to_do() -> None:
    lack = {"field": "title", "problem": "required"}
    assert row_words("invalid_input", lack) == "Thiếu nhan đề."
    assert field_sentence("required", lack) == "Nhập nhan đề."
    other = {"field": "title", "problem": "too_long", "most": 9}
    assert row_words("invalid_input", other) == field_sentence("too_long", other)


def test_moment_in_a_sentence_parts_time_and_day() -> None:
    moment = datetime(2026, 11, 26, 23, 29, tzinfo=UTC)
    assert told_moment(moment) == "06:29 ngày 27/11/2026"
    assert told_moment(None) == ""


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (512, "512 B"),
        (1024, "1 kB"),
        (200 << 20, "200 MB"),
        (2 << 30, "2 GB"),
        (5 << 18, "1,2 MB"),
    ],
)
def test_size_says_no_empty_decimal(size: int, told: str) -> None:
    assert size_label(size) == told
