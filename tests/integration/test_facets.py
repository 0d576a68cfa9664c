"""The facets on the search page: all ten, with links that add and remove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree

from archive.core.dates import IssueDate
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of

LABELS = [
    "Năm phát hành", "Đơn vị", "Loại", "Chủ đề", "Địa danh", "Nhân vật", "Đối tượng", "Lớp",
    "Môn học", "Ngôn ngữ",
]  # fmt: skip
PLACES = [f"Xã số {n:02}" for n in range(1, 31)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Three books of two units, of which the first two are of one theme."""
    with standing_archive(tmp_path_factory.mktemp("facets")) as made:
        for number, (theme, unit, kind, language) in enumerate(
            (
                ("Lịch sử", "so-van-hoa", "book", "vi"),
                ("Lịch sử", "tinh-doan", "leaflet", "tyz"),
                ("Du lịch", "tinh-doan", "map", "vi"),
            ),
            start=1,
        ):
            made.put(
                f"Sách {number}",
                "hội xuân".encode(),
                name="a.txt",
                unit=unit,
                kind=kind,
                issued=IssueDate(2020 + number, 1),
                values={
                    "themes": (theme,),
                    "languages": (language,),
                    "places": tuple(PLACES) if number == 1 else ("Pác Bó",),
                    "people": (f"Nhân vật {number}",),
                    "audiences": (f"Đối tượng {number}",),
                    "grades": (str(3 + number),),
                    "subjects": (f"Môn {number}",),
                },
            )
        made.work()
        yield made


def facets(answer: Any) -> dict[str, etree._Element]:
    """The facets of the page under their labels, in their order."""
    return {
        words_of(elements(details, "summary")[0]): details
        for details in elements(page(answer), "details")
        if details.get("class") == "facet"
    }


def values(element: etree._Element) -> dict[str, tuple[str, bool]]:
    """What each link of a facet is called and counts → its address, and whether it is chosen."""
    found = {}
    for link in elements(element, "a"):
        if link.get("class") != "facet__link":
            continue
        label, count = (span for span in elements(link, "span") if span.getparent() is link)
        name = words_of(label).removesuffix("(đang chọn, bấm để bỏ)").strip()
        key = f"{name}: {words_of(count)}"
        found[key] = (link.get("href", ""), link.get("aria-current") == "true")
    return found


def chosen(url: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(urlsplit(url).query) if pair[0] != "q"]


def test_all_ten_stand_on_the_page(archive: Standing) -> None:
    client = archive.client(ANYONE)
    for path in ("/tim-kiem?q=hoi+xuan", "/tim-kiem"):
        assert list(facets(client.get(path))) == LABELS


def test_values_of_one_facet_are_alternatives_and_facets_add_up(archive: Standing) -> None:
    client = archive.client(ANYONE)
    theme = values(facets(client.get("/tim-kiem?q=hoi+xuan"))["Chủ đề"])
    assert {name: picked for name, (_, picked) in theme.items()} == {
        "Lịch sử: 2": False,
        "Du lịch: 1": False,
    }
    one = client.get(theme["Lịch sử: 2"][0])
    assert "2 ấn phẩm" in words_of(page(one))
    # The other value of the chosen facet is still counted, and adding it widens the list.
    theme = values(facets(one)["Chủ đề"])
    assert {name: picked for name, (_, picked) in theme.items()} == {
        "Lịch sử: 2": True,
        "Du lịch: 1": False,
    }
    both = client.get(theme["Du lịch: 1"][0])
    assert "3 ấn phẩm" in words_of(page(both))
    units = values(facets(both)["Đơn vị"])
    assert set(units) == {"Tỉnh đoàn: 2", "Sở Văn hóa: 1"}
    narrowed = client.get(units["Tỉnh đoàn: 2"][0])
    assert "2 ấn phẩm" in words_of(page(narrowed))
    theme = values(facets(narrowed)["Chủ đề"])
    assert set(theme) == {"Lịch sử: 1", "Du lịch: 1"}
    assert values(facets(narrowed)["Đơn vị"])["Sở Văn hóa: 1"][1] is False
    # Each chosen value takes itself away and nothing else.
    url, _ = theme["Lịch sử: 1"]
    assert chosen(url) == [("theme", "Du lịch"), ("unit", "tinh-doan")]
    assert "1 ấn phẩm" in words_of(page(client.get(url)))


@pytest.mark.parametrize("label", LABELS)
def test_each_facet_adds_and_removes(archive: Standing, label: str) -> None:
    client = archive.client(ANYONE)
    # "Địa danh" is long: its whole list is asked for, so that the lists can be compared.
    before = values(facets(client.get("/tim-kiem?q=hoi+xuan&page=1&nhom=place"))[label])
    name, (url, picked) = next(iter(before.items()))
    assert not picked
    after = client.get(url)
    assert f"{name.rpartition(': ')[2]} ấn phẩm" in words_of(page(after))
    again = values(facets(client.get(f"{url}&nhom=place"))[label])
    back, picked = again[name]
    assert picked
    assert chosen(back) == []
    assert set(again) == set(before), "the other values are still there, with their counts"


def test_of_a_long_facet_the_first_values_stand_and_the_rest_is_a_step_away(
    archive: Standing,
) -> None:
    client = archive.client(ANYONE)
    places = facets(client.get("/tim-kiem?q=hoi+xuan"))["Địa danh"]
    assert next(iter(values(places))) == "Pác Bó: 2"
    assert len(values(places)) == 12
    (rest,) = [a for a in elements(places, "a") if "nhom=place" in a.get("href", "")]
    assert words_of(rest) == "Thêm 19 mục: Địa danh"
    address, _, fragment = rest.get("href").partition("#")
    whole = facets(client.get(address))
    assert whole["Địa danh"].get("id") == fragment
    assert whole["Địa danh"].get("open") is not None
    assert set(values(whole["Địa danh"])) == {"Pác Bó: 2", *(f"{place}: 1" for place in PLACES)}
    assert values(whole["Chủ đề"]) == values(facets(client.get("/tim-kiem?q=hoi+xuan"))["Chủ đề"])
    # What is chosen from behind comes to the front.
    last = list(values(whole["Địa danh"]))[-1]
    places = facets(client.get(values(whole["Địa danh"])[last][0]))["Địa danh"]
    assert values(places)[last][1]
    assert len(values(places)) == 13


def test_short_facet_is_not_folded(archive: Standing) -> None:
    found = facets(archive.client(ANYONE).get("/tim-kiem?q=hoi+xuan"))
    for label in set(LABELS) - {"Địa danh"}:
        assert not [a for a in elements(found[label], "a") if "nhom=" in a.get("href", "")]
