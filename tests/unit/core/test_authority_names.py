"""When two spellings are one name."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from archive.core.authorities import exists_on, lasts_until, name_key, name_sort, read_place
from archive.core.dates import IssueDate, parse_issue_date

WORDS = (
    *("hòa", "thủy", "lý", "đông", "khê", "nguyễn", "giong", "quang", "trung"),
    *("kỳ", "mỹ", "hoàn", "khỏe", "xã", "huyện", "đàm"),
)
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@given(NAMES)
def test_unicode_form_capitals_and_blanks_make_no_other_name(name):
    for spelled in (
        unicodedata.normalize("NFD", name),
        name.upper(),
        f"  {name.title()}\u200b ",
        name.replace(" ", "\u00a0 "),
        name.replace("đ", "ð"),
    ):
        assert name_key(spelled) == name_key(name)


@given(st.text(max_size=400))
def test_key_of_a_key_is_itself_and_has_a_bound(text):
    key = name_key(text)
    assert len(key) <= 300
    assert name_key(key) == key or len(key) > 290


def test_tone_and_i_follow_either_habit_and_marks_count():
    assert name_key("Thủy Lý") == name_key("Thuỷ Lí")
    assert name_key("Hoà An") == name_key("Hòa An") != name_key("Hoa An")
    assert name_key("Đàm") != name_key("Dàm")


def test_type_and_surroundings_of_a_place_are_read():
    assert read_place("Xã Quang Trung, H. Hoà An").key == "quang trung"
    place = read_place("xã Quang Trung, huyện Hòa An")
    assert (place.type, place.within) == ("xã", (name_key("Hòa An"),))
    assert read_place("TP. Cao Bằng").type == "thành phố"
    assert read_place("Xã").type == ""


def test_people_stand_by_given_name():
    names = ["Hoàng Văn Thụ", "Kim Đồng", "Hoàng Đình Giong", "Bế Văn Đàn"]
    ordered = sorted(names, key=lambda name: name_sort("person", name))
    assert ordered == ["Bế Văn Đàn", "Kim Đồng", "Hoàng Đình Giong", "Hoàng Văn Thụ"]


def test_a_day_known_to_the_year_may_lie_on_either_side():
    for on in (None, IssueDate(2025), parse_issue_date("2025-07-01")):
        assert exists_on("2025-07-01", on)
    assert not exists_on("2025-07-01", parse_issue_date("2025-06"))
    assert not exists_on("2025-07-01", IssueDate(2024))
    assert lasts_until("2025-06-30", IssueDate(2025))
    assert lasts_until("2025-06-30", parse_issue_date("2025-06-30"))
    assert not lasts_until("2025-06-30", parse_issue_date("2025-07"))
    assert lasts_until("2020-02", parse_issue_date("2020-02-29"))
