"""A page in other forms: as text alone, as a text file, on paper with its source, and in the row of
all pages that the reader's script asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("pages"), base_url="https://kho.example") as made:
        yield made


@pytest.fixture(scope="module")
def book(archive: Standing) -> str:
    made = archive.put("Hát then", make_pdf("Hát then ở Nà Mạ", "Đàn tính ngân nga", "Hết"))
    archive.work()
    return made


@pytest.fixture(scope="module")
def plain(archive: Standing) -> str:
    """A publication without pictures."""
    made = archive.put("Chữ thôi", "Một trang chữ\fTrang hai".encode(), name="chu.txt")
    archive.work()
    return made


def links(root) -> set[str]:
    return {a.get("href", "") for a in elements(root, "a")}


def test_text_alone_has_no_picture_and_its_links_keep_to_it(archive: Standing, book: str) -> None:
    root = page(archive.client(ANYONE).get(f"/an-pham/{book}/trang/2?q=then&xem=chu"))
    assert not [e for e in elements(root, "img") if "/anh-" in e.get("src", "")]
    assert "Đàn tính ngân nga" in words_of(root)
    for number in (1, 3):
        assert f"/an-pham/{book}/trang/{number}?q=then&xem=chu" in links(root)
    assert f"/an-pham/{book}/trang/2?q=then" in links(root), "the way back to the picture"
    turned = archive.client(ANYONE).get(f"/an-pham/{book}/trang?so=3&xem=chu")
    assert turned.location == f"/an-pham/{book}/trang/3?xem=chu"


def test_picture_offers_the_text_alone_and_a_page_without_one_offers_neither(
    archive: Standing, book: str, plain: str
) -> None:
    client = archive.client(ANYONE)
    assert f"/an-pham/{book}/trang/2?xem=chu" in links(page(client.get(f"/an-pham/{book}/trang/2")))
    for address in (f"/an-pham/{plain}/trang/1", f"/an-pham/{plain}/trang/1?xem=chu"):
        html = client.get(address).get_data(as_text=True)
        assert 'data-view="' not in html
        assert "Một trang chữ" in html


def test_text_of_a_page_is_a_file_of_utf_8(archive: Standing, book: str) -> None:
    client = archive.client(ANYONE)
    answer = client.get(f"/an-pham/{book}/trang/2.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.data.decode("utf-8").strip() == "Đàn tính ngân nga"
    again = client.get(
        f"/an-pham/{book}/trang/2.txt", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    assert client.get(f"/an-pham/{book}/trang/4.txt").status_code == 404


def test_printed_page_says_where_it_is_from(archive: Standing, book: str, plain: str) -> None:
    client = archive.client(ANYONE)
    root = page(client.get(f"/an-pham/{book}/trang/2/in"))
    assert [e.get("src") for e in elements(root, "img")] == [
        f"/an-pham/{book}/trang/2/anh-1200.webp"
    ]
    words = words_of(root)
    assert "Hát then Sở Văn hóa, 5/2024. Trang 2 / 3." in words
    assert f"https://kho.example/an-pham/{book}/trang/2" in words
    assert "Trang hai" in words_of(page(client.get(f"/an-pham/{plain}/trang/2/in")))


def test_row_of_pages_tells_label_shape_and_whether_there_is_a_picture(
    archive: Standing, book: str, plain: str
) -> None:
    client = archive.client(ANYONE)
    drawn = client.get(f"/an-pham/{book}/cac-trang").json["pages"]
    assert len(drawn) == 3
    for label, width, height, is_drawn in drawn:
        assert (label, width, is_drawn) == ("", 1200, 1)
        assert height > 0
    assert client.get(f"/an-pham/{plain}/cac-trang").json["pages"] == [["", 0, 0, 0]] * 2
