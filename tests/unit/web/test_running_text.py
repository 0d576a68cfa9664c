"""What stands beside a page's image: sentences flow, what is set in lines keeps its lines."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from archive.web.running_text import paragraphs

PROSE = (
    "Căn cứ Nghị định số 01/2008/NĐ-CP ngày 03 tháng 01 năm 2008 của\n"
    "Chính phủ quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ\n"
    "chức của Bộ;"
)
LETTERS = st.text(alphabet="aăâđêôơưạữặỗĐỮ <>&\"'\n.-1)", max_size=200)


def lines_of(text: str) -> list[str]:
    return re.sub(r"</?(?:p|mark)>", "", str(paragraphs(text, []))).split("<br>")


def test_a_sentence_broken_by_the_edge_of_the_paper_flows() -> None:
    assert paragraphs(PROSE, []) == f"<p>{PROSE}</p>"


def test_a_sentence_flows_in_decomposed_letters_too() -> None:
    assert "<br>" not in paragraphs(unicodedata.normalize("NFD", PROSE), [])


def test_headings_stand_on_lines_of_their_own() -> None:
    assert lines_of(f"QUYẾT ĐỊNH\nQuy định chức năng của Tổng cục\n{PROSE}")[:2] == [
        "QUYẾT ĐỊNH",
        "\nQuy định chức năng của Tổng cục",
    ]


def test_a_line_that_ends_a_sentence_ends_a_paragraph() -> None:
    assert len(lines_of(PROSE.replace("của\nChính", "nay.\nChính"))) == 2


def test_a_text_document_has_a_paragraph_on_each_line() -> None:
    assert paragraphs(PROSE, [], is_printed=False).count("<br>") == 2


def test_verse_keeps_its_lines() -> None:
    verse = "Mình về mình có nhớ ta\nMười lăm năm ấy thiết tha mặn nồng\nMình về mình có nhớ không"
    assert len(lines_of(verse)) == 3


def test_narrow_columns_flow() -> None:
    column = (
        "Bản tin số hai ra vào giữa năm, khi các chi đoàn,\n"
        "bảy mươi năm ngày giải phóng Cao Bằng. Có\n"
        "hai việc đơn vị nào cũng làm được"
    )
    assert "<br>" not in paragraphs(column, [])


def test_items_of_a_list_begin_on_new_lines() -> None:
    for start in ("- ", "• ", "2. ", "2.1. ", "b) ", "đ) ", "Điều 3. "):
        listed = PROSE.replace("\nChính phủ", f"\n{start}Chính phủ")
        assert len(lines_of(listed)) == 2, start


def test_a_mark_runs_over_the_end_of_a_line() -> None:
    start = PROSE.index("của\nChính")
    assert "<mark>của\nChính</mark> phủ" in paragraphs(PROSE, [(start, start + 9)])


def test_a_mark_is_closed_at_the_end_of_a_paragraph_and_opened_again() -> None:
    assert paragraphs("Pác\n\nBó", [(0, 7)]) == "<p><mark>Pác</mark></p><p><mark>Bó</mark></p>"


@given(LETTERS, st.lists(st.integers(0, 200), max_size=6))
def test_nothing_is_lost_and_nothing_is_left_unescaped(text: str, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(text)) for cut in cuts})
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    html = str(paragraphs(text, spans))
    bare = re.sub(r"</?(?:p|mark|br)>", " ", html)
    assert not re.search(r"[<>\"']|&(?!amp;|lt;|gt;|#34;|#39;)", bare)
    for code, letter in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#34;", '"'),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ):
        bare = bare.replace(code, letter)
    assert "".join(bare.split()) == "".join(text.split())
    assert html.count("<mark>") == html.count("</mark>")
