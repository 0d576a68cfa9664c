"""Totals, best pages, order, paging and facets of a result."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from whoosh import scoring
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import And, Term

from archive.core.text import words
from archive.search.entries import PageEntry


@pytest.fixture
def shelf(archive, make):
    archive.add(
        make("w1", "Đồng bào Tày", "lúa", "lúa lúa ngô", "ngô", "lúa lúa lúa", "lúa lúa",
             year=2020, kind="book", themes=("văn hóa", "lịch sử"), places=("Hòa An",)),
        make("w2", "Áo chàm", "lúa nếp", year=2021, kind="leaflet", themes=("văn hóa",),
             unit_code="B", unit_name="Huyện Hòa An"),
        make("w3", "Dệt thổ cẩm", "ngô", year=2021, kind="book", themes=("lịch sử",),
             grades=("5",)),
        make("w4", "Đan lát", "khoai", year=2022, kind="book"),
    )  # fmt: skip
    return archive


def counts(found, name):
    return {item.value: item.count for item in found.facets[name]}


def test_totals_count_works_and_pages_before_paging(shelf):
    found = shelf.search("lúa", per_page=1)
    assert (found.total, found.total_pages, len(found.items)) == (2, 5, 1)


def test_a_work_shows_its_three_best_pages_by_score(shelf):
    hit = next(item for item in shelf.search("lúa").items if item.work_id == "w1")
    assert hit.pages_matched == 4
    assert len(hit.pages) == 3
    assert [page.score for page in hit.pages] == sorted((p.score for p in hit.pages), reverse=True)
    assert hit.score == hit.pages[0].score
    assert hit.pages[0].number == 4


def test_pages_as_items_come_by_score_and_are_counted(shelf):
    found = shelf.search("lúa", group="page", per_page=2)
    assert found.total_pages == 5
    first, second = found.items
    assert first.score >= second.score
    rest = shelf.search("lúa", group="page", per_page=2, page=3).items
    assert len(rest) == 1
    seen = {(i.work_id, i.number) for n in (1, 2, 3)
            for i in shelf.search("lúa", group="page", per_page=2, page=n).items}  # fmt: skip
    assert len(seen) == 5


def test_numbers_and_labels_of_pages_come_back(archive, make):
    pages = (PageEntry(3, "iii", "mở đầu"), PageEntry(7, "1", "chương một"))
    archive.index.write([replace(make("w1", "Sách"), pages=pages)])
    (hit,) = archive.search("chương một").items
    assert [(page.number, page.label) for page in hit.pages] == [(7, "1")]
    (item,) = archive.search("mở đầu", group="page").items
    assert (item.number, item.label) == (3, "iii")


def test_sorting_by_time_and_by_title(shelf):
    assert shelf.ids(sort="newest") == ["w4", "w3", "w2", "w1"]
    assert shelf.ids() == ["w4", "w3", "w2", "w1"]
    assert shelf.ids(sort="oldest") == ["w1", "w2", "w3", "w4"]
    assert shelf.ids(sort="title") == ["w2", "w3", "w4", "w1"]
    assert shelf.ids("lúa", sort="oldest") == ["w1", "w2"]
    assert shelf.ids("lúa", sort="newest") == ["w2", "w1"]
    assert shelf.ids("lúa", sort="title") == ["w2", "w1"]


def test_browsing_pages_through_everything_once(shelf):
    seen = [work for n in (1, 2, 3) for work in shelf.ids(per_page=2, page=n)]
    assert seen == ["w4", "w3", "w2", "w1"]
    found = shelf.search()
    assert (found.total, found.total_pages) == (4, 8)
    assert shelf.ids(page=10**12) == []
    assert len(shelf.search(per_page=0).items) == 1
    assert len(shelf.search(group="page", per_page=100).items) == 8


def test_facets_count_matching_works_exactly(shelf):
    found = shelf.search("lúa")
    assert counts(found, "year") == {"2021": 1, "2020": 1}
    assert counts(found, "theme") == {"văn hóa": 2, "lịch sử": 1}
    assert counts(found, "unit") == {"A": 1, "B": 1}
    assert [f.label for f in found.facets["unit"]] == ["Huyện Hà Quảng", "Huyện Hòa An"]
    assert counts(found, "place") == {"Hòa An": 1}
    assert counts(found, "grade") == {}
    assert [f.value for f in shelf.search().facets["year"]] == ["2022", "2021", "2020"]


def test_of_a_facet_the_commonest_values_come_and_how_many_there_are(archive, make):
    archive.add(
        *(
            make(f"w{n}", "Sách", "chữ", year=1900 + n, people=(f"Người {n:02d}", "Bác Hồ"))
            for n in range(40)
        )
    )
    found = archive.search("chữ", facet_values=5, people=("Người 30",))
    assert [(f.value, f.count) for f in found.facets["person"]] == [
        ("Bác Hồ", 40), *((f"Người {n:02d}", 1) for n in (0, 1, 2, 3, 30))]  # fmt: skip
    assert found.facet_sizes["person"] == 41
    years = [f.value for f in archive.search("chữ", facet_values=3).facets["year"]]
    assert years == ["1939", "1938", "1937"], "of years the latest"
    whole = archive.search("chữ", facet_values=5, whole="person")
    assert len(whole.facets["person"]) == 41
    assert len(whole.facets["year"]) == 5


def test_values_of_one_facet_mean_or_and_facets_mean_and(shelf):
    assert shelf.ids(years=(2020, 2021), sort="oldest") == ["w1", "w2", "w3"]
    assert shelf.ids(years=(2021,), kinds=("book",)) == ["w3"]
    assert shelf.ids("lúa", years=(2020, 2022)) == ["w1"]
    assert shelf.ids(year_from=2021, year_to=2021, sort="oldest") == ["w2", "w3"]
    assert shelf.ids(year_from=2022) == ["w4"]


def test_a_chosen_facet_still_counts_its_other_values(shelf):
    found = shelf.search(years=(2021,))
    assert counts(found, "year") == {"2022": 1, "2021": 2, "2020": 1}
    assert [f.value for f in found.facets["year"] if f.selected] == ["2021"]
    assert counts(found, "kind") == {"book": 1, "leaflet": 1}
    both = shelf.search(years=(2021,), kinds=("leaflet",))
    assert counts(both, "year") == {"2021": 1}
    assert counts(both, "kind") == {"book": 1, "leaflet": 1}


def test_a_chosen_value_that_counts_nothing_is_still_shown(shelf):
    found = shelf.search("khoai", years=(1999, 2020))
    assert found.total == 0
    assert [(f.value, f.count, f.selected) for f in found.facets["year"]] == [
        ("2022", 1, False), ("2020", 0, True), ("1999", 0, True)]  # fmt: skip


def test_replacing_a_work_leaves_nothing_of_it_behind(shelf, make):
    shelf.add(make("w1", "Mới", "sắn", year=2025))
    assert shelf.ids("lúa") == ["w2"]
    assert shelf.ids("sắn") == ["w1"]
    assert "2020" not in counts(shelf.search(), "year")
    shelf.index.write([], deleted_ids=["w1", "w2", "không có"])
    assert shelf.ids(sort="oldest") == ["w3", "w4"]
    assert shelf.index.revisions() == {"w3": 1, "w4": 1}


def test_counts_stay_right_through_many_commits_and_merges(archive, make):
    for n in range(1, 31):
        archive.add(make(f"w{n}", f"Sách {n}", *["bản làng"] * (n % 4), year=2019 + n % 3))
        if n % 5 == 0:
            archive.index.write([], deleted_ids=[f"w{n}"])
    live = [n for n in range(1, 31) if n % 5]
    found = archive.search("bản làng", per_page=100)
    assert found.total == sum(1 for n in live if n % 4)
    assert found.total_pages == sum(n % 4 for n in live)
    years = Counter(str(2019 + n % 3) for n in live if n % 4)
    assert counts(found, "year") == dict(years)
    assert archive.index.status().segments < 10


@pytest.mark.parametrize("query", ["núi cao", "nui cao", "núi cao sông", "nui cao song bien xanh"])
def test_a_page_has_the_same_score_among_few_as_among_all(archive, make, query):
    """All pages are scored by the columns of terms, few by what their words count there."""
    archive.add(
        *(
            make(
                f"w{n}",
                "Sách",
                "núi xanh cao " + "rừng " * n,
                "nui và cao, sông và biển " + "núi " * (n % 3),
                year=1990 + n,
            )
            for n in range(30)
        )
    )
    pages = {"group": "page", "per_page": 100}
    everywhere = {(i.work_id, i.number): i.score for i in archive.search(query, **pages).items}
    for n in (1, 7, 29):
        few = archive.search(query, **pages, year_from=1990 + n, year_to=1990 + n).items
        assert few
        for item in few:
            assert item.score == everywhere[item.work_id, item.number]


def test_matches_and_scores_are_those_of_plain_whoosh(archive, make):
    texts = ["cao bằng núi", "núi cao", "cao cao bằng bằng " + "sông " * 40, "sông", "bằng"]
    archive.add(make("w1", "Sách", *texts), make("w2", "Núi cao bằng trời", *reversed(texts)))
    generation = archive.folder / archive.index.status().generation
    index = FileIndex(FileStorage(str(generation)))
    weighting = scoring.BM25F(B=0.75, K1=0.8)
    with index.searcher(weighting=weighting) as searcher:
        asked = And([Term("syl", word) for word in words("núi bằng")])
        expected = sorted(hit.score for hit in searcher.search(asked, limit=None))
    found = archive.search("núi bằng", group="page", per_page=100)
    record = archive.search("núi bằng").items[0]
    scores = sorted([record.score, *(item.score for item in found.items)])
    # Each word counts by its form and for half of that by its fold, here the same. Whoosh averages
    # the true lengths of documents, we those it keeps of each, in steps.
    assert len(scores) == len(expected) == 3
    assert all(
        math.isclose(a, 1.5 * b, rel_tol=0.015) for a, b in zip(scores, expected, strict=True)
    )
