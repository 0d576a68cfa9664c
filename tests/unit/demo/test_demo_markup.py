import pytest

from archive.demo.markup import MarkupError, plain_text, read_runs, read_text


def test_bold_and_italic_become_runs_and_the_rest_stays_plain():
    assert read_runs("Ngày **28/1/1941**, *Pác Bó*") == [
        {"s": "Ngày ", "k": ""},
        {"s": "28/1/1941", "k": "b"},
        {"s": ", ", "k": ""},
        {"s": "Pác Bó", "k": "i"},
    ]


def test_typst_markup_in_a_text_stays_words():
    runs = read_runs('#import "x.typ" $a$ [b]')
    assert runs == [{"s": '#import "x.typ" $a$ [b]', "k": ""}]


def test_chapters_hold_their_blocks_and_their_tag():
    intro, sections = read_text("Mở đầu.\n\n# Sáng sớm {dawn}\n\nTrời chưa nắng.\n# Trưa\n")
    assert [block["t"] for block in intro] == ["p"]
    assert [(plain_text(s.title), s.tag) for s in sections] == [("Sáng sớm", "dawn"), ("Trưa", "")]
    assert [block["t"] for block in sections[0].blocks] == ["h1", "p"]


def test_questions_are_numbered_anew_in_each_chapter():
    _, sections = read_text("# A\n? Một?\n= Đáp.\n? Hai?\na) có\nb) không\n# B\n? Ba?\n")
    first, second = sections[0].blocks[1:]
    assert (first["n"], plain_text(first["answer"])) == (1, "Đáp.")
    assert (second["n"], [plain_text(o) for o in second["options"]]) == (2, ["a) có", "b) không"])
    assert sections[1].blocks[1]["n"] == 1


def test_a_table_keeps_empty_cells_and_given_widths():
    intro, _ = read_text("|: 1 3\n| Mục | Điền |\n| Tên |  |\n")
    (table,) = intro
    assert table["widths"] == [1.0, 3.0]
    assert table["cells"] == [[{"s": "Tên", "k": ""}], []]


def test_a_table_whose_rows_differ_is_refused_with_its_line():
    with pytest.raises(MarkupError, match="line 3"):
        read_text("Mở.\n\n| a | b |\n| c |\n")


def test_a_heading_without_words_is_refused():
    with pytest.raises(MarkupError, match="line 1"):
        read_text("#\n")


def test_marked_days_take_ranges_and_only_bold_openings():
    _, sections = read_text("# Tháng 5\n- **7/5** – x\n- **10–12/5** – y\n- ngày 30/5 không tính\n")
    assert sections[0].marked_days() == [7, 10, 11, 12]


def test_a_map_line_names_its_stops_and_their_notes():
    intro, _ = read_text("@rail Chặng một\n- Pác Bó | xã Trường Hà\n- Nà Mạ\n")
    (rail,) = intro
    assert [(plain_text(s["name"]), plain_text(s["note"])) for s in rail["stops"]] == [
        ("Pác Bó", "xã Trường Hà"),
        ("Nà Mạ", ""),
    ]
