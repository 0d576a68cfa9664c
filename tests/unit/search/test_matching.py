"""What counts as a match, however the words are typed."""

import random
import unicodedata
from datetime import date
from math import log

import pytest

from archive.core.errors import InvalidInputError, QueryRefusedError
from archive.search.requests import SearchRequest, Viewer

READER = Viewer(today=date(2025, 7, 15))


@pytest.fixture
def shelf(archive, make):
    archive.add(
        make("w1", "Di tích Pác Bó", "Hoà bình ở Cao Bằng.", "Các tướng lĩnh tỉnh Cao Bằng", ""),
        make(
            "w2", "Thơ ca cách mạng", "Cáo bằng lòng với chuột.", "Môn hóa học lớp 8, nước hoá chất"
        ),
        make("w3", "Đường lên Đông Khê", "Con đường số 4. Dương Mạc Thạch.", "Đảng bộ huyện"),
        make("w4", "Lịch sử", "Uỷ ban nhân dân xã Trường Hà; kỹ thuật", "Uy tín của người có uy"),
    )
    return archive


@pytest.mark.parametrize(
    "typed",
    [
        "hòa bình",
        "hoà bình",
        "HOÀ BÌNH",
        unicodedata.normalize("NFD", "hoà bình"),
        unicodedata.normalize("NFD", "Hòa Bình"),
        "hoa binh",
        "  Hoà   bình?! ",
    ],
)
def test_every_way_of_typing_finds_the_same_page(shelf, typed):
    found = shelf.search(typed)
    assert shelf.pages(typed) == {("w1", 1)}
    assert not found.relaxed
    assert not found.marks_ignored


def test_a_word_typed_with_marks_finds_that_word_only(shelf):
    assert shelf.pages("hóa") == shelf.pages("hoá") == {("w2", 2)}
    assert shelf.pages("hòa") == {("w1", 1)}
    assert shelf.pages("ủy ban") == {("w4", 1)}
    assert shelf.pages("kĩ thuật") == {("w4", 1)}


def test_a_word_typed_without_marks_finds_all_that_fold_alike(shelf):
    assert shelf.pages("hoa") == {("w1", 1), ("w2", 2)}
    assert shelf.pages("duong") == {("w3", 1)}
    assert shelf.pages("uy") == {("w4", 1), ("w4", 2)}


@pytest.mark.parametrize("typed", ["dang bo", "Đảng bộ", "Ðảng bộ", "đảng bộ", "ĐẢNG BỘ"])
def test_every_kind_of_d_is_one_letter(shelf, typed):
    assert shelf.pages(typed) == {("w3", 2)}


def test_marks_are_ignored_only_where_nothing_remains(shelf):
    found = shelf.search("hỏa binh")
    assert found.marks_ignored
    assert not found.relaxed
    assert [item.work_id for item in found.items] == ["w1"]


def test_up_to_three_words_must_all_be_on_the_page(shelf):
    # Nothing holds all three, so either word will do, still as typed: not hóa.
    assert shelf.pages("tướng lĩnh hoà") == {("w1", 1), ("w1", 2)}
    assert shelf.search("tướng lĩnh hoà").relaxed
    assert shelf.pages("tướng lĩnh cao") == {("w1", 2)}
    assert not shelf.search("tướng lĩnh cao").relaxed


def test_of_the_nearest_pages_a_word_that_stands_nowhere_gives_its_fold(shelf):
    found = shelf.search("xyzzy hỏa", group="page")
    assert found.relaxed
    assert {(item.work_id, item.number) for item in found.items} == {("w1", 1), ("w2", 2)}


def test_longer_queries_need_the_weightiest_part_of_their_words(archive, make):
    common = [f"tỉnh ta có trang {n}" for n in range(30)]
    archive.add(make("w1", "Sách", *common, "tỉnh ta nuôi hươu sao ở Lục Khu"))
    found = archive.search("tỉnh ta nuôi hươu sao từ năm nào")
    assert found.total_pages == 1
    assert found.items[0].pages[0].number == 31
    assert not found.relaxed


@pytest.mark.parametrize("count", [4, 5, 6, 7, 9])
def test_the_words_of_a_longer_query_that_a_page_needs_are_worked_out_exactly(archive, make, count):
    """Beside the sum of what every word of a page carries, on pages of every choice of words."""
    words = ["núi", "sông", "rừng", "suối", "hang", "đèo", "thác", "ruộng", "nương"][:count]
    chance = random.Random(count)
    pages = [
        [word for at, word in enumerate(words) if chance.random() < (at + 1) / (count + 2)]
        for _ in range(400)
    ]
    archive.add(
        *(
            make(f"w{n}", "Sách", *(" ".join(["lúa", *page]) for page in pages[n : n + 20]))
            for n in range(0, 400, 20)
        )
    )
    documents = len(pages) + 20
    idf = {
        word: max(0.0, log(documents / (1 + sum(word in page for page in pages))) + 1)
        for word in words
    }
    needed = 0.4 * sum(idf.values())
    expected = sum(sum(idf[word] for word in page) >= needed for page in pages)
    assert 0 < expected < len(pages)
    chance.shuffle(words)
    assert archive.search(" ".join(words)).total_pages == expected


def test_function_words_neither_match_nor_exclude(shelf):
    assert shelf.pages("các tướng lĩnh của tỉnh") == {("w1", 2)}
    assert shelf.pages("cua cac tuong linh") == {("w1", 2)}


def test_a_query_of_function_words_alone_is_taken_seriously(shelf):
    assert shelf.pages("của") == {("w4", 2)}
    assert shelf.pages("với") == {("w2", 1)}


def test_nothing_at_all_is_an_empty_result(shelf):
    found = shelf.search("zzzz")
    assert (found.total, found.total_pages, found.items) == (0, 0, ())
    assert not found.relaxed
    assert all(not counts for counts in found.facets.values())


def test_the_bare_word_typed_beside_marked_ones_ranks_first(shelf):
    assert shelf.ids("Cao Bằng") == ["w1", "w2"]


def test_the_record_is_found_by_title_names_and_year(archive, make):
    archive.add(
        make("w1", "Mùa xuân biên cương", "trang một", year=2021, creators=("Y Phương",)),
        make("w2", "Mùa xuân biên cương", "trang một", year=2023),
    )
    assert archive.ids("mua xuan 2021") == ["w1"]
    assert archive.ids("y phương") == ["w1"]
    hit = archive.search("biên cương 2023").items[0]
    assert (hit.work_id, hit.pages_matched, hit.pages) == ("w2", 0, ())
    assert hit.score > 0


def test_a_title_weighs_more_than_a_mention(archive, make):
    text = " ".join(["việc khác trong tỉnh"] * 30)
    archive.add(make("w1", "Báo cáo", f"{text} then"), make("w2", "Hát then", text))
    assert archive.ids("then") == ["w2", "w1"]


def test_a_phrase_is_exact_and_takes_marks_as_typed(shelf):
    assert shelf.pages('"tướng lĩnh tỉnh"') == {("w1", 2)}
    assert shelf.pages("“Hoà bình”") == {("w1", 1)}
    assert shelf.pages('"cao bang"') == {("w1", 1), ("w1", 2), ("w2", 1)}
    assert shelf.pages('"người có uy"') == {("w4", 2)}


def test_words_of_a_phrase_in_another_order_do_not_match_as_a_phrase(archive, make):
    archive.add(
        make("w1", "A", "núi cao và đất bằng phẳng", "bằng cao"), make("w2", "B", "cao bằng")
    )
    found = archive.search('"cao bằng"')
    assert [item.work_id for item in found.items] == ["w2"]
    assert found.exact
    assert archive.pages('"cao bằng"') == {("w2", 1)}


def test_a_phrase_in_the_record_is_found_without_any_page_text(archive, make):
    archive.add(make("w1", "Hang Cốc Bó", "x"), make("w2", "Bó hoa và cốc trà hang động", "y"))
    found = archive.index.search(SearchRequest(READER, '"cốc bó"'))
    assert [item.work_id for item in found.items] == ["w1"]


def test_a_phrase_is_checked_on_every_page_however_many(archive, make):
    pages = ["Bác Hồ về nước"] * 450 + ["Hồ có bác"]
    archive.add(make("w1", "Sách", *pages))
    found = archive.search('"bác hồ"')
    assert found.exact
    assert found.total_pages == 450
    assert archive.search("bác hồ").total_pages == 451


def test_a_phrase_does_not_run_from_one_text_of_the_record_into_the_next(archive, make):
    archive.add(make("w1", "Hang Cốc", "x", subtitle="Bó đuốc"), make("w2", "Hang Cốc Bó", "y"))
    assert archive.ids('"cốc bó"') == ["w2"]


def test_a_phrase_found_nowhere_gives_the_nearest_pages_and_says_so(shelf):
    found = shelf.search('"lĩnh tướng"')
    assert found.relaxed
    assert [hit.number for item in found.items for hit in item.pages] == [2]


def test_minus_is_taken_as_typed_even_where_other_marks_are_ignored(shelf):
    found = shelf.search("hỏa bình -hóa")
    assert found.marks_ignored
    assert shelf.pages("hỏa bình -hóa") == {("w1", 1)}
    assert ("w1", 1) not in shelf.pages("hỏa bình -hòa")


def test_minus_takes_out_words_and_phrases(archive, make):
    archive.add(
        make("w1", "A", "hang Pác Bó", "hang Ngườm Bốc", "hang bó Pác"),
        make("w2", "B", "hang Cốc Bó"),
    )
    assert archive.pages("hang -bó") == {("w1", 2)}
    assert archive.pages('hang -"Pác Bó"') == {("w1", 2), ("w1", 3), ("w2", 1)}


def test_or_takes_either(shelf):
    assert shelf.pages("kỹ OR hóa") == {("w4", 1), ("w2", 2)}
    assert shelf.pages('thuật OR "đảng bộ"') == {("w4", 1), ("w3", 2)}
    assert shelf.pages("hoà OR tướng cao") == {("w1", 1), ("w1", 2)}


def test_fields_narrow_to_title_names_unit_and_years(archive, make):
    archive.add(
        make("w1", "Hát then", "đàn tính", creators=("Hoàng Kim",), year=2019),
        make("w2", "Đàn tính", "hát then", unit_code="B", unit_name="Huyện Trùng Khánh", year=2022),
        make("w3", "Then hát", "đàn tính", year=2025),
    )
    assert archive.ids("nhan_de:then") == ["w3", "w1"]
    assert archive.ids('nhan_de:"hat then"') == ["w1"]
    assert archive.ids("title:then đàn") == ["w3", "w1"]
    assert archive.ids("tac_gia:hoàng") == ["w1"]
    assert archive.ids("then don_vi:B") == ["w2"]
    assert archive.ids('then don_vi:"trung khanh"') == ["w2"]
    assert archive.ids("then năm:2019..2022", sort="newest") == ["w2", "w1"]
    assert archive.ids("nam:2022..", sort="oldest") == ["w2", "w3"]
    assert archive.ids("year:2025") == ["w3"]


@pytest.mark.parametrize(
    "broken",
    [
        '"hoà bình',
        "OR hoà bình",
        "hoà bình OR",
        "hoà OR OR bình",
        "-hoà -bình",
        "hoà bình nhan_de:!",
    ],
)
def test_a_broken_query_is_read_as_words_and_says_so(shelf, broken):
    found = shelf.search(broken)
    assert found.read_as_words
    assert ("w1", 1) in shelf.pages(broken)


def test_a_broken_year_is_read_as_words(archive, make):
    archive.add(make("w1", "A", "năm mười"))
    found = archive.search("năm:mười")
    assert found.read_as_words
    assert found.total == 1


@pytest.mark.parametrize(
    "odd",
    ["!!!", "😀😀",
     "\u202eabc\u202c", "\x00", "-", '""', "-\"\"", "a\x00b", ":", "::", "*", "a*b*c*",
     "(((", "\\", "́̀", "nhan_de:", "..", "nam:....", "' OR 1=1 --", "%s%n", "\ud800"],
)  # fmt: skip
def test_odd_queries_never_fail(shelf, odd):
    shelf.search(odd)
    shelf.search(odd, group="page")


def test_too_long_a_query_is_refused_with_its_limit(shelf):
    with pytest.raises(QueryRefusedError) as refused:
        shelf.search("a" * 2001)
    assert refused.value.data == {"limit": "characters", "value": 2000}
    with pytest.raises(QueryRefusedError) as refused:
        shelf.search("a " * 201)
    assert refused.value.data == {"limit": "terms", "value": 200}
    shelf.search("a " * 200)


def test_a_query_past_its_deadline_is_refused(shelf):
    with pytest.raises(QueryRefusedError) as refused:
        shelf.index.search(SearchRequest(READER, "hoà bình"), deadline_s=-1)
    assert refused.value.data["limit"] == "seconds"


def test_only_the_first_forty_words_count(archive, make):
    archive.add(make("w1", "A", "đầu"), make("w2", "B", "cuối"))
    query = " ".join(["đầu"] * 40 + ["cuối"] * 10)
    assert archive.ids(query) == ["w1"]
    assert archive.ids(" ".join(["đầu"] * 40 + ['"cuối cùng"', "nhan_de:B"])) == ["w1"]


def test_an_unknown_sort_is_named(shelf):
    with pytest.raises(InvalidInputError) as wrong:
        shelf.search("a", sort="best")
    assert wrong.value.data["field"] == "sort"
