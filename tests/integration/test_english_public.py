"""What anyone may open, in English: finding, the catalogue, the publication, the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lxml import etree

from tests.integration.english import addresses_outside, vietnamese_in
from tests.integration.standing import ANYONE, XHTML, Standing, page
from tests.integration.whole_site import whole_site

READING = (
    (ANYONE, "/an-pham/{publication_id}"),
    ("curator", "/an-pham/{publication_id}"),
    ("curator", "/an-pham/{submitted_id}"),
    ("curator", "/an-pham/{withdrawn_id}"),
    ("depositor", "/an-pham/{draft_id}"),
    (ANYONE, "/an-pham/{publication_id}/trang/1"),
    (ANYONE, "/an-pham/{publication_id}/trang/1?q=hoi+xuan"),
    (ANYONE, "/an-pham/{publication_id}/trang/2?xem=chu"),
    (ANYONE, "/an-pham/{publication_id}/trang/1/in"),
    (ANYONE, "/an-pham/{publication_id}/trang?so=99&tu=1"),
    (ANYONE, "/an-pham/{publication_id}/tim?q=hoi+xuan"),
)
FINDING = (
    (ANYONE, "/"),
    (ANYONE, "/tim-kiem"),
    (ANYONE, "/tim-kiem?q=hoi+xuan"),
    (ANYONE, "/tim-kiem?q=hoi+xuan+tren+nui&kind=book"),
    (ANYONE, "/tim-kiem?q=khongcotunaynhuthe&kind=book&year=2024"),
    (ANYONE, "/duyet"),
    (ANYONE, "/duyet?year=2024&kind=book&theme=L%E1%BB%8Bch+s%E1%BB%AD"),
    (ANYONE, "/duyet?xem=danh-sach&sort=title"),
    (ANYONE, "/duyet?nhom=theme"),
    (ANYONE, "/dia-danh"),
    (ANYONE, "/dia-danh?thoi=cu"),
    (ANYONE, "/chu-de"),
    (ANYONE, "/chu-de?q=khongcotunaynhuthe"),
    (ANYONE, "/nhan-vat"),
    (ANYONE, "/su-kien"),
    (ANYONE, "/tung-thu"),
    (ANYONE, "/chu-de/cd-mau"),
    (ANYONE, "/khong-co-trang-nay"),
    ("depositor", "/quan-tri"),
    ("curator", "/"),
    ("curator", "/tim-kiem?q=hoi+xuan"),
)
# Data that stands within English sentences, in labels and in the titles of pages.
NAMES = (
    "Kho Ấn Phẩm Cao Bằng",
    "Hội xuân vùng cao, accepted",
    "Hội xuân vùng cao",
    "Bản in cũ",
    "Sở Văn hóa",
    "Tủ sách quê hương",
    "Lịch sử",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standing, Mapping[str, Any]]]:
    with whole_site(tmp_path_factory.mktemp("public")) as made:
        yield made


@pytest.mark.parametrize(("who", "path"), [*FINDING, *READING])
def test_a_public_page_is_english_and_stays_english(site, who, path):
    archive, known = site
    answer = archive.client(who).get("/en" + path.format(**known))
    assert answer.status_code in (200, 403, 404)
    root = page(answer)
    assert root.get("lang") == "en"
    assert vietnamese_in(root, NAMES) == []
    assert addresses_outside(root) == []


def test_image_that_cannot_be_cut_is_told_in_the_language_of_the_address(site):
    archive, known = site
    path = f"/iiif/3/{known['publication_id']}_1/full/max/45/default.jpg"
    assert archive.client(ANYONE).get("/en" + path).text.startswith("Images are turned")
    assert archive.client(ANYONE).get(path).text.startswith("Ảnh chỉ xoay được")


def test_head_names_the_page_in_both_languages(site):
    archive, known = site
    base = "http://localhost"
    for path in ("/", "/duyet?year=2024", f"/an-pham/{known['publication_id']}"):
        english = "/en" + path
        for address, canonical in ((path, path), (english, english)):
            root = page(archive.client(ANYONE).get(address))
            links = list(root.iter(f"{XHTML}link"))
            (own,) = [link.get("href") for link in links if link.get("rel") == "canonical"]
            assert own == base + canonical
            assert {
                link.get("hreflang"): link.get("href") for link in links if link.get("hreflang")
            } == {"vi": base + path, "en": base + english, "x-default": base + path}


def test_search_of_the_browser_stays_in_the_language(site):
    archive, _ = site
    described = archive.client(ANYONE).get("/en/opensearch.xml").text
    assert "<Language>en</Language>" in described
    assert "/en/tim-kiem?q={searchTerms}" in described
    assert archive.client(ANYONE).get("/en/manifest.webmanifest").json["start_url"] == "/en/"


def test_site_map_names_each_page_in_both_languages(site):
    archive, _ = site
    urls = etree.fromstring(archive.client(ANYONE).get("/sitemap-trang.xml").data)
    first = [link.get("href") for link in urls[0].iter(f"{XHTML}link")]
    assert first == ["http://localhost/", "http://localhost/en/", "http://localhost/"]


def test_lists_are_called_by_the_plural_of_what_they_hold(site):
    archive, known = site
    client = archive.client(ANYONE)
    headings = {
        path: {
            "".join(e.itertext()).strip()
            for tag in ("h1", "h2", "summary")
            for e in page(client.get(f"/en{path}")).iter(f"{XHTML}{tag}")
        }
        for path in ("/duyet", "/duyet?year=2024", "/tim-kiem?q=hoi+xuan", "/duyet?nhom=theme")
    }
    assert headings["/duyet"] >= {
        *("Years of issue", "Kinds of publication", "Themes", "Units"),
        *("People", "Audiences", "Grades", "Languages"),
    }
    assert headings["/duyet?year=2024"] >= {"Units", "Kinds", "Themes", "Grades"}
    assert headings["/tim-kiem?q=hoi+xuan"] >= {"Units", "Kinds", "Themes", "Grades"}
    assert "Themes" in headings["/duyet?nhom=theme"]
    record = page(client.get("/en/an-pham/{publication_id}".format(**known)))
    labels = ["".join(e.itertext()) for e in record.iter(f"{XHTML}dt")]
    assert {"Authors", "Grades", "Person", "Language"} <= set(labels)
