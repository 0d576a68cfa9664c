"""Query repair, suggestion and completion: from the index's counts, and from what may be seen."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.syllables import is_syllable, syllables
from archive.core.telex import decode_telex
from archive.core.text import canonical
from archive.search.counts import is_slip
from archive.search.derived import deletions, misspellings
from archive.search.forward import Lexicon
from archive.search.index import SearchIndex
from archive.search.requests import Viewer
from tests.unit.search.conftest import CURATOR, READER, TODAY

_KEYS = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_TONE_KEYS = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


@pytest.fixture
def shelf(archive, make):
    sentences = (
        "Bác Hồ về nước tại hang Pác Bó",
        "đường số bốn và chiến dịch Biên giới",
        "phong trào cách mạng của nhân dân Cao Bằng",
        "nhân dân các dân tộc tỉnh Cao Bằng làm đường",
    )
    archive.add(
        make("w1", "Cách mạng ở Cao Bằng", *(sentences * 3), people=("Hoàng Đình Giong",)),
        make("w2", "Đường lên Đông Khê", *sentences, places=("Đông Khê", "Thạch An")),
        make("w3", "Sổ tay mật", *(["quả bưởi bí mật nằm trong kho"] * 20), access="restricted"),
    )
    return archive


# Telex


def keystrokes(syllable, *, tone_last):
    """How a syllable is typed in Telex; the tone behind its vowel or at the end."""
    typed, tone = "", ""
    # Two plain o's are typed as three.
    for letter in re.sub("o(?=[oòóỏõọ])", "oo", unicodedata.normalize("NFC", syllable)):
        decomposed = unicodedata.normalize("NFD", letter)
        marks = [mark for mark in decomposed[1:] if mark in _TONE_KEYS]
        bare = unicodedata.normalize("NFC", "".join(m for m in decomposed if m not in _TONE_KEYS))
        typed += _KEYS.get(bare, bare)
        for mark in marks:
            if tone_last:
                tone = _TONE_KEYS[mark]
            else:
                typed += _TONE_KEYS[mark]
    return typed + tone


@given(st.sampled_from(sorted(syllables())), st.booleans())
def test_keystrokes_of_a_syllable_give_the_syllable(syllable, tone_last):
    typed = keystrokes(syllable, tone_last=tone_last)
    decoded = decode_telex(typed)
    if typed == syllable:
        assert decoded is None or is_syllable(decoded)
    else:
        assert decoded == canonical(syllable)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tieengs", "tiếng"),
        ("tieesng", "tiếng"),
        ("tiengs", "tiếng"),
        ("DDuwowngf", "đường"),
        ("dduongwf", "đường"),
        ("duwowngfd", "đường"),
        ("nuocws", "nước"),
        ("hoaf", "hòa"),
        ("thuys", "thúy"),
        ("ddi", "đi"),
    ],
)
def test_half_finished_and_late_keys_are_understood(typed, meant):
    assert decode_telex(typed) == meant


@pytest.mark.parametrize("word", ["software", "cao", "nhan", "1945", "đường", "", "xyz", "windows"])
def test_what_is_no_telex_stays(word):
    assert decode_telex(word) is None


# Repair


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bac ho ve nuoc", "bác hồ về nước"),
        ("Bac Ho", "Bác Hồ"),
        ("CAO BANG", "CAO BẰNG"),
        ("dduwowngf soos bon", "đường số bốn"),
        ("phong trao cachs mangj", "phong trào cách mạng"),
        ("chiến dịhc biên giới", "chiến dịch biên giới"),
        ("phong chào cách mạng", "phong trào cách mạng"),
        ("đường xố bốn", "đường số bốn"),
        ('cao bằng -"bác hồ" phong chào', 'cao bằng -"bác hồ" phong trào'),
    ],
)
def test_what_was_meant_is_suggested_as_its_writer_would_type_it(shelf, typed, meant):
    assert shelf.search(typed).suggestion == meant


@pytest.mark.parametrize(
    "typed", ["Bác Hồ về nước", "cao bằng", "cách mạng", '"bac ho"', "414", "ĐCSVN", "xyzzy", ""]
)
def test_what_needs_no_repair_is_left_alone(shelf, typed):
    assert shelf.search(typed).suggestion == ""


def test_the_likeliest_marks_come_first_and_all_are_found(archive, make):
    archive.add(
        make("w1", "A", "con ma ở bên sông", *(["má em là mẹ"] * 9)),
        make("w2", "B", "ma ma ma"),
    )
    assert set(archive.pages("ma")) >= {("w1", 1), ("w2", 1)}
    assert archive.search("ma em").suggestion == "má em"


def test_neighbours_decide_between_like_words(archive, make):
    pages = ["tỉnh Cao Bằng"] * 5 + ["bảng đen"] * 9 + ["bằng lòng"] * 2
    archive.add(make("w1", "Sách", *pages))
    assert archive.search("cao bang").suggestion == "cao bằng"
    assert archive.search("bang den").suggestion == "bảng đen"


def test_a_misspelt_word_finds_what_it_meant_and_the_page_says_so(shelf):
    found = shelf.search("phong chào")
    assert found.repaired
    assert found.total_pages == 4
    assert not found.relaxed


def test_words_that_were_meant_are_marked(shelf):
    terms = shelf.search("phong chào").terms
    assert {"trào", "phong"} <= {word.canonical for word in terms.words}
    assert ("phong", "trao") in terms.pairs


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("duong", "duonf", True),
        ("duong", "udong", True),
        ("duong", "duon", True),
        ("duong", "duoong", True),
        ("duong", "duong", False),
        ("duong", "dounh", False),
        ("duong", "du", False),
    ],
)
def test_one_slip_of_the_finger(one, other, slip):
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip


# What a reader may see


def test_nothing_is_repaired_by_what_may_not_be_seen(shelf):
    assert shelf.search("qua buoi").suggestion != "quả bưởi"
    assert "bưởi" not in shelf.search("buoi").suggestion
    assert shelf.search("qua buoi", CURATOR).suggestion == "quả bưởi"


def test_a_withheld_work_is_gone_from_suggestion_and_completion_at_once(archive, make):
    archive.add(make("w1", "Quả bưởi", *(["quả bưởi ngon"] * 9)), make("w2", "Quả cam", "cam"))
    withheld = Viewer(today=TODAY, withheld=("w1",))
    assert archive.search("qua buoi").suggestion == "quả bưởi"
    assert "bưởi" not in archive.search("qua buoi", withheld).suggestion
    told = [each.text for each in archive.index.complete("qua", withheld)]
    assert told
    assert not any("bưởi" in text for text in told)


def test_deleted_works_count_no_more(archive, make):
    archive.add(make("w1", "Quả bưởi", *(["quả bưởi ngon"] * 9)), make("w2", "Quả cam", "cam"))
    archive.index.write([], deleted_ids=["w1"])
    assert "bưởi" not in archive.search("qua buoi").suggestion
    assert [each.text for each in archive.index.complete("bu", READER)] == []


# Completion


def texts(shelf, typed, viewer=READER):
    return [each.text for each in shelf.index.complete(typed, viewer)]


def test_phrases_names_places_and_titles_complete_what_is_typed(shelf):
    assert texts(shelf, "cach m")[:2] == ["Cách mạng ở Cao Bằng", "cách mạng"]
    assert "cao bằng" in texts(shelf, "cao")
    assert texts(shelf, "bác hồ v")[0] == "bác hồ về"
    assert "Đông Khê" in texts(shelf, "khe")
    found = {each.kind: each for each in shelf.index.complete("đông", READER)}
    assert found["place"].text == "Đông Khê"
    assert found["title"].work_id == "w2"
    assert shelf.index.complete("giong", READER)[0].kind == "person"


def test_what_differs_in_marks_alone_is_offered_once(archive, make):
    pages = ["hang Pác Bó", "hang Pác Bó", "gõ pac bo", "gõ pac bo", "pắc bó", "pắc bó"]
    archive.add(make("w1", "Sách", *pages, places=("Pác Bó",)))
    assert texts(archive, "pac") == ["Pác Bó"]


def test_completion_takes_marks_as_typed(shelf):
    assert "đường" in " ".join(texts(shelf, "đườ"))
    assert not any("đường" in text for text in texts(shelf, "đượ"))


def test_completion_shows_only_what_may_be_seen(shelf):
    assert not any(
        "bưởi" in text or "mật" in text for text in texts(shelf, "b") + texts(shelf, "m")
    )
    assert "Sổ tay mật" not in texts(shelf, "so tay")
    assert "Sổ tay mật" in texts(shelf, "so tay", CURATOR)


@pytest.mark.parametrize(
    "typed", ["", "   ", "-", '"', "\x00", "🙂", "a" * 5000, "a " * 500, "\u0301"]
)
def test_nonsense_completes_to_nothing(shelf, typed):
    assert shelf.index.complete(typed, READER) == ()


def test_completion_is_as_long_as_asked(shelf):
    assert len(shelf.index.complete("c", READER, limit=2)) == 2


# Abbreviations


def test_an_abbreviation_finds_itself_and_what_it_stands_for(archive, make):
    archive.add(
        make("w1", "A", "UBND huyện ra quyết định", "Ủy ban nhân dân huyện", "nhân dân ủy ban"),
    )
    assert archive.pages("UBND") == {("w1", 1), ("w1", 2)}
    assert archive.pages("ubnd huyện") == {("w1", 1), ("w1", 2)}


def test_the_table_of_abbreviations_can_be_edited_while_the_index_is_open(tmp_path, archive, make):
    table = tmp_path / "viet-tat.tsv"
    table.write_text("# viết tắt\nHTS\thát then sli\n", "utf-8")
    archive.add(make("w1", "A", "hát then sli", "hội Lồng Tồng"))
    index = SearchIndex(archive.folder, abbreviations=table)
    archive.index = index
    assert archive.pages("HTS") == {("w1", 1)}
    table.write_text("LT\tlồng tồng\n\nkhông có tab\n", "utf-8-sig")
    assert archive.pages("LT") == {("w1", 2)}
    assert archive.search("HTS").total == 0
    table.unlink()
    assert archive.search("LT").total == 0


def test_a_word_is_kept_under_itself_and_under_itself_without_each_letter():
    lexicon = Lexicon.of(["đường", "a", "nghiêng", "abcdefgh", "abcdefghi", "x1"])
    keys, folds = misspellings(lexicon, np.ones(len(lexicon) + 1, np.uint32), 10)
    expected = sorted(
        {
            (key, number)
            for number, folded in enumerate(lexicon.folds)
            if folded.isalpha() and len(folded) <= 8
            for key in deletions(folded)
        }
    )
    assert sorted(set(zip(keys.tolist(), folds.tolist(), strict=True))) == expected
    assert keys.tolist() == sorted(keys.tolist())
