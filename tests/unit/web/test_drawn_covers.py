"""Covers drawn from the record: where titles break, and that a cover is the record's own."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archive.core.vocabulary import KINDS
from archive.web.drawn_cover import MOTIFS, PALETTES, TITLE_SIZES, DrawnCover, draw_cover
from archive.web.pages.parts import Cover
from archive.web.title_lines import TypeFace, keep_words, set_text
from tests.unit.web import preview

FACE = TypeFace({" ": 250, "i": 300}, usual=600)
CSS = (preview.STATIC / "css" / "covers.css").read_text(encoding="utf-8")


def lines_of(title: str) -> list[str]:
    return [line.text for line in drawn(title).title]


def drawn(title: str, **changes: object) -> DrawnCover:
    given = {
        "seed": "an-pham-1",
        "title": title,
        "unit": "Ban Tuyên giáo và Dân vận Tỉnh ủy",
        "year": 2024,
        "kind": "book",
        "kind_label": "Sách",
    }
    return draw_cover(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng", "tướng lĩnh"),
        ("Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng", "lực lượng"),
        ("Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng", "tỉnh Cao Bằng"),
        ("Những địa chỉ đỏ trên quê hương cách mạng", "địa chỉ"),
        ("Bản tin sinh hoạt chi bộ số 7", "số 7"),
        ("Theo dấu chân anh Kim Đồng ở Nà Mạ", "Kim Đồng"),
    ],
)
def test_words_of_two_syllables_and_names_stay_on_one_line(title: str, kept: str) -> None:
    assert any(kept in line for line in lines_of(title)), lines_of(title)


def test_words_of_a_heading_are_not_parted_by_the_browser() -> None:
    kept = keep_words("Ký ức của quê hương, trong từng trang ấn phẩm")
    assert kept.split(" ") == [
        *("Ký\u00a0ức", "của", "quê\u00a0hương,", "trong", "từng", "trang", "ấn\u00a0phẩm")
    ]
    assert keep_words("Kho Ấn Phẩm Cao Bằng").split(" ") == [
        *("Kho", "Ấn\u00a0Phẩm", "Cao\u00a0Bằng")
    ]
    assert keep_words("") == ""


def test_no_word_of_a_title_that_fits_is_lost() -> None:
    for title in ("Lịch", "Lịch sử Đảng bộ xã Trường Hà (1930–2020)", "KỶ NIỆM: ỨNG XỬ, ĐẶNG"):
        assert " ".join(lines_of(title)) == title


def test_too_long_a_title_ends_in_an_ellipsis_after_five_lines() -> None:
    title = "Tài liệu tuyên truyền kỷ niệm tám mươi năm ngày thành lập Đội " * 8
    lines = lines_of(title)
    assert len(lines) == TITLE_SIZES[-1][1]
    assert lines[-1].endswith("…")
    assert title.startswith(" ".join(lines)[:-1])


def test_word_longer_than_a_line_is_cut() -> None:
    (line,) = lines_of("http://vi-du.example.org/mot-dia-chi-rat-dai-khong-co-khoang-trang")
    assert line.endswith("…")


def test_title_without_a_word_has_no_lines() -> None:
    assert lines_of("  ") == []


def test_no_line_is_wider_than_was_asked_for() -> None:
    for width in (80, 120, 200):
        setting = set_text("một hai ba bốn năm sáu", FACE, width=width, sizes=((20, 9),))
        assert setting.lines
        assert all(FACE.width(line) * setting.size / 1000 <= width for line in setting.lines)


def test_marks_make_a_letter_no_wider() -> None:
    assert FACE.width("Ữ") == FACE.width("U")


def test_text_stays_above_the_picture() -> None:
    for title in (example[0] for example in preview.EXAMPLES):
        made = drawn(title)
        assert all(line.y < 216 for line in (*made.unit, *made.title)), title


def test_cover_depends_on_the_record_alone() -> None:
    draw_cover.cache_clear()
    first = drawn("Non nước")
    draw_cover.cache_clear()
    assert drawn("Non nước") == first
    looks = {
        (each.palette, each.motif, each.shift)
        for each in (drawn("Non nước", seed=f"an-pham-{number}") for number in range(60))
    }
    assert len(looks) > 20


def test_every_kind_has_a_look_and_every_look_is_drawn() -> None:
    made = [
        drawn("Non nước", kind=kind, seed=f"{kind}-{number}")
        for kind in (*KINDS, "chua-biet")
        for number in range(40)
    ]
    assert {each.palette for each in made} == set(PALETTES)
    assert {each.motif for each in made} == set(MOTIFS)
    for palette in PALETTES:
        assert f".cover--{palette} {{" in CSS


def test_drawn_cover_escapes_what_the_record_says() -> None:
    template = preview.environment().from_string(
        '{% from "components/cover.html" import cover %}{{ cover(item) }}'
    )
    cover = Cover(None, "<b>Tày & Nùng</b>", 'Tỉnh "đoàn"', 2024, "book", "Sách")
    html = template.render(item=cover)
    assert "<b>" not in html
    assert "&lt;b&gt;Tày &amp;" in html
    # A picture says nothing to those who listen: the title stands beside it.
    assert re.match(r'<span class="cover [^"]*" aria-hidden="true">', html)
    assert "<svg" not in template.render(item=replace(cover, url="/anh.webp"))
