"""Titles, names and places stand in the order of a Vietnamese dictionary, inside a database too."""

import json
import shutil
import sqlite3
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.collation import ALPHABET as CAPITALS
from archive.core.collation import NO_LETTER, first_letter, keys_under, sort_key
from tests.conftest import ROOT, missing

# Put in order by ICU (Unicode collation, locale vi).
ORDERED = [
    ["ma", "Ma", "mà", "mả", "mã", "má", "mạ", "măng", "mâm", "mây"],
    ["da", "dê", "đa", "đà", "đê", "e", "ê", "o", "ô", "ơ", "p", "u", "ư", "v"],
    ["Hạ Lang", "Ha Long", "Hà Quảng", "Hòa An", "Hòa Bình"],
    ["Bảo Lạc", "Bảo Lâm", "Cao Bằng", "Hà Quảng", "Nguyên Bình", "Trùng Khánh"],
    ["2019", "2020", "An", "Ân"],
    ["Cao", "Cao Bằng", "Cao-Bằng", "Caobằng"],
]
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèỉõúỵĂÂĐÊÔƠƯÁẾ fjwz019 -–,.()“”«»/"
titles = st.text(alphabet=ALPHABET, min_size=1, max_size=20).map(lambda s: " ".join(s.split()))


@pytest.mark.parametrize("ordered", ORDERED)
def test_order_is_that_of_a_vietnamese_dictionary(ordered):
    assert sorted(set(ordered), key=sort_key) == ordered


def test_order_is_that_of_icu_for_any_title():
    # The set-up brings node along where the machine has none.
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv" / "bin")
    if node is None:
        missing("node, which holds ICU")
    drawn: list[str] = []

    @given(st.lists(titles, min_size=40, max_size=60))
    def draw(found):
        drawn.extend(found)

    draw()
    chosen = sorted(set(drawn))
    script = (
        "const c=new Intl.Collator('vi');"
        "const a=JSON.parse(require('fs').readFileSync(0,'utf8'));"
        "console.log(JSON.stringify(a.sort(c.compare)))"
    )
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(chosen), capture_output=True, text=True, check=True
    )
    assert sorted(chosen, key=sort_key) == json.loads(done.stdout)


def test_the_database_puts_them_in_the_same_order():
    names = ["Hà Quảng", "Ha Long", "Hạ Lang", "Đông Khê", "Dân", "ăn", "Ωmega", "漢字", "an"]
    with sqlite3.connect(":memory:") as database:
        database.execute("create table place (name text, name_sort text)")
        database.executemany("insert into place values (?, ?)", [(n, sort_key(n)) for n in names])
        rows = database.execute("select name from place order by name_sort").fetchall()
    database.close()
    expected = ["an", "ăn", "Dân", "Đông Khê", "Hạ Lang", "Ha Long", "Hà Quảng", "Ωmega", "漢字"]
    assert [name for (name,) in rows] == expected
    assert sorted(names, key=sort_key) == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_keys_can_be_stored_and_compare_as_bytes_do(one, other):
    a, b = sort_key(one), sort_key(other)
    assert "\x00" not in a
    assert (a < b) == (a.encode() < b.encode())
    assert sort_key(unicodedata.normalize("NFD", one)) == a
    assert sort_key(f"  {one}\n") == a


def test_runs_of_blanks_and_lookalikes_of_d_do_not_count():
    assert sort_key("Cao \n Bằng") == sort_key("Cao Bằng")
    assert sort_key("Ðông Khê") == sort_key("Đông Khê")
    assert sort_key("") == "" < sort_key(" a")


@pytest.mark.parametrize(
    ("title", "letter"),
    [
        ("Đường về Pác Bó", "Đ"),
        (unicodedata.normalize("NFD", "Ặng"), "Ă"),
        ("  “Ơn Bác”", "Ơ"),
        ("Étude", "E"),
        ("19 tháng 5", NO_LETTER),
        ("漢字", NO_LETTER),
        ("…", NO_LETTER),
        ("", NO_LETTER),
    ],
)
def test_title_stands_under_the_letter_it_begins_with(title, letter):
    assert first_letter(sort_key(title)) == letter


@given(titles)
def test_keys_under_a_letter_are_those_that_begin_with_it(title):
    key = sort_key(title)
    under = [letter for letter in CAPITALS if keys_under(letter)[0] <= key < keys_under(letter)[1]]
    plain = title[:1].isalnum()
    assert not plain or under == [letter for letter in (first_letter(key),) if letter in CAPITALS]
    with pytest.raises(ValueError):
        keys_under(NO_LETTER)
