"""What search engines, messengers and phones are told of the archive, and what they are not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree
from PIL import Image

from archive.core.dates import today
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.models import Publication
from archive.services import sitemap
from archive.services.authorities.editing import AuthorityInput, create_authority
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive

BASE = "https://kho.example.vn"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("found"), base_url=BASE) as made:
        yield made


@pytest.fixture(scope="module")
def book(archive: Standing) -> str:
    """A book anyone may read, about a theme that has a page."""
    with archive.holdings.database.writing() as session:
        for number, name in enumerate(("Truyền thống", "Chưa ai nói tới")):
            given = AuthorityInput(name=name)
            create_authority(session, "theme", given, by=SYSTEM, authority_id=f"cd-{number}")
        session.commit()
    made = archive.put(
        'Đường về "Pác Bó" </script><b>',
        make_pdf("Bác Hồ về nước", "Trang hai"),
        subtitle="Ghi chép",
        isbn="978-604-0-00000-2",
        publisher="Nhà xuất bản minh họa",
        abstract="Kể lại con đường qua cột mốc 108. " * 12,
        series="Tủ sách quê hương",
        values={
            "creators": ("Nông Văn A", "Hoàng Thị B (chủ biên)"),
            "themes": ("Truyền thống",),
            "places": ("Pác Bó",),
            "languages": ("vi",),
        },
    )
    archive.work()
    return made


@pytest.fixture(scope="module")
def closed(archive: Standing) -> list[str]:
    """What is not open to anyone, each for another reason."""
    made = [
        archive.put("Kín", b"mot trang", name="a.txt", access=access)
        for access in (Access.INTERNAL, Access.RESTRICTED)
    ]
    later = today() + timedelta(days=9)
    made.append(archive.put("Kín", b"hai trang", name="b.txt", embargo_until=later))
    for number, status in enumerate(Status):
        if status is not Status.ACCEPTED:
            data = f"trang thu {number}".encode()
            made.append(archive.put("Kín", data, name="c.txt", status=status))
    return made


def head_of(archive: Standing, path: str, who: str = ANYONE) -> dict[str, str]:
    """The metas and the canonical address of a page."""
    root = page(archive.client(who).get(path))
    found = {
        meta.get("name") or meta.get("property", ""): meta.get("content", "")
        for meta in elements(root, "meta")
    }
    for link in elements(root, "link"):
        if link.get("rel") == "canonical":
            found["canonical"] = link.get("href", "")
    return found


def data_of(archive: Standing, path: str) -> dict[str, Any]:
    root = page(archive.client(ANYONE).get(path))
    (block,) = [
        script for script in elements(root, "script") if script.get("type", "").endswith("ld+json")
    ]
    made: dict[str, Any] = json.loads(block.text or "")
    return made


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/?a=1", "/"),
        ("/duyet", "/duyet"),
        ("/duyet?year=2024&sort=title&page=2", "/duyet?year=2024"),
        ("/tim-kiem?q=duong+ve&page=1&sort=newest", "/tim-kiem?q=duong+ve"),
        ("/huong-dan", "/huong-dan"),
        ("/chu-de", "/chu-de"),
        ("/chu-de/cd-0", "/chu-de/cd-0"),
        ("/an-pham/{id}?trang=tat-ca", "/an-pham/{id}"),
        ("/an-pham/{id}/trang/1?q=bac", "/an-pham/{id}/trang/1"),
    ],
)
def test_public_page_says_what_it_is_and_under_which_address(
    archive: Standing, book: str, path: str, canonical: str
) -> None:
    head = head_of(archive, path.format(id=book))
    assert head["canonical"] == head["og:url"] == BASE + canonical.format(id=book)
    assert 10 < len(head["description"]) <= 200
    assert head["og:title"]
    assert head["og:image"].startswith(BASE)
    assert "robots" not in head


@pytest.mark.parametrize(
    "path",
    [
        "/dang-nhap",
        "/khong-co",
        "/an-pham/{id}/tim?q=bac",
        "/tim-kiem?q=khongcotunaynhuthe",
        "/duyet?year=2024&kind=book",
        "/chu-de/cd-1",
        "/chu-de?q=truyen",
    ],
)
def test_page_that_is_nobodys_goal_asks_not_to_be_listed(
    archive: Standing, book: str, path: str
) -> None:
    assert head_of(archive, path.format(id=book))["robots"].startswith("noindex")


def test_book_is_described_in_the_words_of_schema_org(archive: Standing, book: str) -> None:
    data = data_of(archive, f"/an-pham/{book}")
    assert data["@type"] == "Book"
    assert data["name"] == 'Đường về "Pác Bó" </script><b>'
    assert data["alternateName"] == "Ghi chép"
    assert data["author"] == {"@type": "Person", "name": "Nông Văn A"}
    assert data["editor"] == {"@type": "Person", "name": "Hoàng Thị B"}
    assert data["publisher"]["name"] == "Nhà xuất bản minh họa"
    assert (data["datePublished"], data["inLanguage"]) == ("2024-05", "vi")
    assert (data["isbn"], data["numberOfPages"]) == ("978-604-0-00000-2", 2)
    assert {"@type": "Place", "name": "Pác Bó"} in data["about"]
    assert data["isPartOf"] == {"@type": "BookSeries", "name": "Tủ sách quê hương"}
    assert data["url"] == f"{BASE}/an-pham/{book}"
    assert data["image"] == f"{BASE}/an-pham/{book}/anh-chia-se.jpg"


def test_home_tells_how_to_search_it(archive: Standing, book: str) -> None:
    data = data_of(archive, "/")
    assert data["@type"] == "WebSite"
    target = data["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{BASE}/tim-kiem?q={{search_term_string}}"


def test_card_of_a_publication_is_a_picture_of_the_size_that_is_told(
    archive: Standing, book: str
) -> None:
    head = head_of(archive, f"/an-pham/{book}")
    path = head["og:image"].removeprefix(BASE)
    answer = archive.client(ANYONE).get(path)
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (int(head["og:image:width"]), int(head["og:image:height"]))
        left, right = picture.getpixel((230, 300)), picture.getpixel((1180, 300))
    assert left != right, "the cover lies on the card"
    again = archive.client(ANYONE).get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def locations(archive: Standing, path: str, who: str = ANYONE) -> list[str]:
    root = etree.fromstring(archive.client(who).get(path).data)
    return [str(each.text) for each in root.iterfind(".//s:loc", NS)]


@pytest.mark.parametrize("who", [ANYONE, "admin"])
def test_site_map_names_what_is_open_to_anyone_and_nothing_else(
    archive: Standing, book: str, closed: list[str], who: str
) -> None:
    parts = locations(archive, "/sitemap.xml", who)
    assert parts == [f"{BASE}/sitemap-trang.xml", f"{BASE}/sitemap-an-pham-1.xml"]
    pages, publications = (locations(archive, part.removeprefix(BASE), who) for part in parts)
    assert publications == [f"{BASE}/an-pham/{book}"]
    assert f"{BASE}/chu-de/cd-0" in pages
    assert f"{BASE}/chu-de/cd-1" not in pages, "a name that no publication is about"
    for address in (*pages, *publications):
        assert archive.client(ANYONE).get(address.removeprefix(BASE)).status_code == 200
    assert archive.client(who).get("/sitemap-an-pham-2.xml").status_code == 404
    assert archive.client(who).get("/sitemap-an-pham-0.xml").status_code == 404


def test_closed_publication_has_no_head_even_for_those_who_may_open_it(
    archive: Standing, closed: list[str]
) -> None:
    for publication_id in closed:
        head = head_of(archive, f"/an-pham/{publication_id}", "curator")
        assert head["robots"] == "noindex"
        assert not {name for name in head if name.startswith("og:")}


def test_site_map_comes_in_parts(
    archive: Standing, book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [archive.put("Tờ rơi", f"tờ rơi {n}".encode(), name=f"{n}.txt") for n in range(4)]
    monkeypatch.setattr(sitemap, "PART", 2)
    parts = locations(archive, "/sitemap.xml")[1:]
    assert len(parts) == 3
    named = [each for part in parts for each in locations(archive, part.removeprefix(BASE))]
    assert named == [f"{BASE}/an-pham/{each}" for each in sorted((book, *others))]
    with archive.holdings.database.writing() as session:
        for each in others:
            session.get_one(Publication, each).status = Status.WITHDRAWN
        session.commit()
    assert len(locations(archive, "/sitemap.xml")) == 2


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/tim-kiem", True),
        ("/tim-kiem?q=bac", True),
        ("/duyet?year=2024", True),
        ("/an-pham/abc", True),
        ("/an-pham/abc/trang/2", True),
        ("/an-pham/abc/anh-chia-se.jpg", True),
        ("/quan-tri", False),
        ("/quan-tri/nguoi-dung", False),
        ("/nop", False),
        ("/duyet-nop", False),
        ("/bien-nhan/1", False),
        ("/api/v1/search", False),
    ],
)
def test_robots_are_told_where_they_may_go(archive: Standing, path: str, may: bool) -> None:
    text = archive.client(ANYONE).get("/robots.txt").get_data(as_text=True)
    rules = RobotFileParser()
    # The parser of the library takes no wildcards; those lines are for robots that do.
    rules.parse([line for line in text.splitlines() if "*" not in line or "agent" in line])
    assert rules.can_fetch("*", BASE + path) is may
    assert f"Sitemap: {BASE}/sitemap.xml" in text


def test_browser_and_phone_find_search_icons_and_start(archive: Standing) -> None:
    client = archive.client(ANYONE)
    root = page(client.get("/"))
    links = {
        (link.get("rel"), link.get("type")): link.get("href") for link in elements(root, "link")
    }
    description = etree.fromstring(
        client.get(links["search", "application/opensearchdescription+xml"]).data
    )
    templates = [each.get("template") for each in description.iterfind("{*}Url")]
    assert templates[0] == f"{BASE}/tim-kiem?q={{searchTerms}}"
    # Named by the script that begins once the page stands: it is for nobody's first look.
    (start,) = (each for each in elements(root, "script") if each.get("data-manifest"))
    manifest = client.get(start.get("data-manifest"))
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["start_url"] == "/"
    addresses = [
        *(icon["src"] for icon in manifest.json["icons"]),
        links["icon", "image/png"],
        links["icon", "image/svg+xml"],
        links["apple-touch-icon", None],
        "/favicon.ico",
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.mimetype.startswith("image/")
