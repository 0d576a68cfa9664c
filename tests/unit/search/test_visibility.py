"""Nobody finds, counts or infers what they may not see."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from archive.search.requests import FACETS, Viewer
from tests.unit.search.conftest import READER, TODAY

EMBARGOES = {"none": None, "past": TODAY, "future": TODAY + timedelta(days=1)}
VIEWERS = {
    "anyone": Viewer(today=TODAY),
    "reader": Viewer(today=TODAY, signed_in=True),
    "own unit": Viewer(today=TODAY, signed_in=True, unit_codes=("A",)),
    "other unit": Viewer(today=TODAY, signed_in=True, unit_codes=("B", "")),
    "curator": Viewer(today=TODAY, signed_in=True, may_see_all=True),
    "signed out with a unit": Viewer(today=TODAY, unit_codes=("A",)),
}
STATUSES = ("accepted", "submitted", "draft")
ACCESSES = ("public", "internal", "restricted")
CASES = list(product(ACCESSES, STATUSES, EMBARGOES))


def may_see(viewer: str, access: str, status: str, embargo: str, asked: tuple[str, ...]) -> bool:
    """The rule in plain words, written apart from the code."""
    if status not in (asked or ("accepted",)):
        return False
    if viewer in ("curator", "own unit"):
        return True
    if status != "accepted" or embargo == "future":
        return False
    return access == "public" or (access == "internal" and viewer in ("reader", "other unit"))


@pytest.fixture
def mixed(archive, make):
    """A work for every case, each with a value of its own in every facet."""
    works = []
    for n, (access, status, embargo) in enumerate(CASES):
        own = {
            name: (f"{name}{n}", "chung")
            for name in ("themes", "places", "people", "audiences", "grades", "subjects")
        }
        works.append(
            make(f"w{n}", f"Tài liệu {n}", "bí mật chung", f"riêng{n}", status=status,
                 access=access, embargo_until=EMBARGOES[embargo], kind=f"kind{n}", year=1900 + n,
                 languages=(f"l{n}",), **own)
        )  # fmt: skip
    archive.add(*works)
    return archive


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("asked", [(), ("submitted",), STATUSES])
@pytest.mark.parametrize("query", ["", "bí mật", "bi mat", '"mật chung"', "tài liệu"])
def test_items_totals_and_every_facet_hold_only_what_the_viewer_may_see(
    mixed, viewer, asked, query
):
    expected = {n for n, case in enumerate(CASES) if may_see(viewer, *case, asked)}
    found = mixed.search(query, VIEWERS[viewer], statuses=asked, per_page=100, facet_values=500)
    assert {item.work_id for item in found.items} == {f"w{n}" for n in expected}
    assert found.total == len(expected)
    for name in FACETS:
        values = found.facets[name]
        assert all(item.count <= len(expected) for item in values)
        own = {item.value for item in values if item.value not in ("chung", "A")}
        assert len(own) == (0 if name == "unit" else len(expected))
        shared = [item.count for item in values if item.value in ("chung", "A")]
        assert shared in ([], [len(expected)])


def test_a_word_only_hidden_works_hold_changes_nothing_at_all(mixed):
    hidden = next(n for n, case in enumerate(CASES) if case == ("restricted", "accepted", "none"))
    for query in ("riêng{}", "chung riêng{}", "bí mật chung tài riêng{}", "chung -riêng{}"):
        real = mixed.search(query.format(hidden), group="page")
        none = mixed.search(query.format(9999), group="page")
        assert (real.total, real.total_pages, real.relaxed) == (
            none.total,
            none.total_pages,
            none.relaxed,
        )
        assert [(i.work_id, i.number, i.score) for i in real.items] == [
            (i.work_id, i.number, i.score) for i in none.items
        ]


def test_scores_and_order_are_as_if_hidden_works_did_not_exist(make_archive, make):
    shown = [make("w1", "Sách", "hang núi chung", "chung"), make("w2", "Báo", "núi chung " * 9)]
    hidden = [
        make(f"w{n}", "Kín", "hang núi " * n, "chung", access="restricted") for n in range(3, 20)
    ]
    alone, among = make_archive("alone"), make_archive("among")
    alone.add(*shown)
    among.add(*hidden[:9], *shown, *hidden[9:])
    for query in ("núi", "nui", "hang núi", "hang núi chung sách báo", "xyz hang", '"núi chung"'):
        one, other = alone.search(query), among.search(query)
        assert one.items == other.items
        assert one.facets == other.facets
        assert (one.total, one.total_pages, one.relaxed) == (
            other.total,
            other.total_pages,
            other.relaxed,
        )


@pytest.mark.parametrize(
    "query", ["UBND gamma delta alpha", '"ủy ban nhân dân" gamma delta eps mua', "UBND xã alpha"]
)
def test_how_common_a_phrase_is_goes_by_what_the_reader_may_see(make_archive, make, query):
    shown = [
        *(make(f"w{n}", "Sách", "alpha beta") for n in range(3)),
        *(make(f"w{n}", "Sách", "gamma delta eps") for n in range(3, 30)),
        make("w90", "Sách", "mua xuan", "ủy ban nhân dân gamma"),
    ]
    hidden = [
        make(f"w{n}", "Kín", *["ủy ban nhân dân"] * 40, status="submitted") for n in range(100, 105)
    ]
    alone, among = make_archive("alone"), make_archive("among")
    alone.add(*shown)
    among.add(*shown, *hidden)
    one, other = (each.search(query, per_page=100) for each in (alone, among))
    assert (one.total, one.relaxed, one.items) == (other.total, other.relaxed, other.items)


def test_many_hidden_pages_change_no_score_of_a_long_question(make_archive, make):
    """Of very many pages only the best are scored: how many there are is what may be seen."""
    asked = ["an", "binh", "cao", "dat", "em", "gio", "hai", "kim"]
    chance = random.Random(2)
    shown = [
        make(
            f"w{n}",
            "Sách",
            *(" ".join(word for word in asked if chance.random() < 0.5) for _ in range(20)),
        )
        for n in range(250)
    ]
    hidden = [make(f"w{n}", "Kín", *["khac"] * 100, status="submitted") for n in range(300, 900)]
    alone, among = make_archive("alone"), make_archive("among")
    alone.index.rebuild(shown)
    among.index.rebuild([*shown, *hidden])
    for page in (1, 20, 33):
        pages = {"group": "page", "per_page": 100, "page": page}
        one, other = (each.search(" ".join(asked), **pages) for each in (alone, among))
        assert one.total_pages == other.total_pages
        assert one.items
        assert one.items == other.items


def test_of_pages_that_are_alike_the_newest_come_first_however_they_were_added(make_archive, make):
    works = [make(f"w{n}", "Sách", "alpha beta gamma") for n in range(200)]
    found = []
    for name in ("one", "other"):
        archive = make_archive(name)
        archive.add(*works)
        random.Random(name).shuffle(works)
        found.append(archive.search("alpha beta").items)
    assert found[0] == found[1]
    assert [item.work_id for item in found[0][:3]] == ["w199", "w198", "w197"]


def test_a_value_that_finds_more_counts_the_same_whoever_hides_it(make_archive, make):
    """A place that no visible work has for its own, found by what became of it."""
    shown = make("w1", "Một", "lúa", places=("Mới",), place_also=("Cũ",))
    hidden = make("w2", "Hai", "ngô", places=("Cũ",), status="submitted")
    alone, among = make_archive("alone"), make_archive("among")
    alone.add(shown)
    among.add(shown, hidden)
    for archive in (alone, among):
        found = archive.search(places=("Cũ",))
        assert [(each.value, each.count) for each in found.facets["place"]] == [
            ("Mới", 1),
            ("Cũ", 1),
        ]
        assert found.facet_sizes["place"] == 2


TYPED = (
    "nui cao",
    "hoa binh",
    "hỏa",
    "xyzzy hỏa núi",
    "bim mật",
    "tai lieu bi mat ve nui cao o dau",
    '"hòa bình"',
    "hofa bifnh",
    "nhan_de:hóa núi",
    "núi -hỏa",
)


def test_nothing_told_to_a_reader_depends_on_works_they_may_not_see(make_archive, make):
    """Not what is found or relaxed, suggested or completed, ignored or repaired."""
    shown = [
        make("w1", "Núi cao", "núi cao", "hòa bình trên núi", people=("Kim Đồng",)),
        make("w2", "Hóa học", "hóa chất", "nước non"),
    ]
    hidden = [
        make(
            f"w{n}",
            "Hỏa mai",
            *(["hỏa mai bí mật", "núi cáo hoa bỉnh", "tài liệu"] * 4),
            access="restricted",
            people=("Kim Hỏa",),
            places=("Núi Hỏa",),
        )
        for n in range(3, 9)
    ]
    alone, among, before = make_archive("alone"), make_archive("among"), make_archive("before")
    alone.add(*shown)
    among.add(*hidden[:3], *shown, *hidden[3:])
    before.add(*hidden)
    before.add(*shown)
    before.index.write([], deleted_ids=[work.work_id for work in hidden[2:]])
    for typed in TYPED:
        expected = alone.search(typed)
        for other in (among, before):
            found = other.search(typed)
            assert replace(found, took_ms=0.0) == replace(expected, took_ms=0.0), typed
    for typed in ("n", "nu", "hỏ", "hoa", "kim", "núi ", "bi m", "hỏa m"):
        expected = alone.index.complete(typed, READER)
        assert among.index.complete(typed, READER) == expected
        assert before.index.complete(typed, READER) == expected


def test_pages_as_items_show_only_what_may_be_seen(mixed):
    open_works = {f"w{n}" for n, case in enumerate(CASES) if may_see("anyone", *case, ())}
    assert {work for work, _ in mixed.pages("bí mật")} == open_works


def test_an_embargo_ends_with_its_day_without_a_new_commit(archive, make):
    archive.add(make("w1", "Sách", "chữ", embargo_until=TODAY))
    assert archive.ids("chữ", Viewer(today=TODAY - timedelta(days=1))) == []
    assert archive.ids("chữ", Viewer(today=TODAY)) == ["w1"]


def test_a_withdrawn_work_is_gone_at_the_next_request(archive, make):
    work = make("w1", "Sách", "chữ")
    archive.add(work)
    assert archive.ids("chữ") == ["w1"]
    archive.add(replace(work, access="restricted", revision=2))
    assert archive.ids("chữ") == []
    assert archive.search("").facets["unit"] == ()
    assert archive.index.revisions() == {"w1": 2}
