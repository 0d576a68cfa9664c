"""A search as a feed: what a feed reader gets, and what it never learns."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.models import Publication
from archive.services import reviews

ATOM = "{http://www.w3.org/2005/Atom}"


def feed_of(answer) -> ET.Element:
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.get_data())


def titles(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def links(element: ET.Element) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in element.findall(f"{ATOM}link")}


def accept_later(holdings, publication_id: str, *, days: int) -> None:
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        publication.accepted_at += timedelta(days=days)
        publication.revision += 1
        session.commit()


def test_feed_tells_of_what_came_in_last_first(client, deposited, work, holdings):
    deposited(title="Pác Bó, tập một")
    late = deposited(title="Pác Bó, tập hai", abstract="Nói về suối Lê-nin & núi Các Mác")
    accept_later(holdings, late, days=3)
    work()
    feed = feed_of(client.get("/tim-kiem.atom?q=pac+bo&sort=oldest&page=7"))
    assert titles(feed) == ["Pác Bó, tập hai", "Pác Bó, tập một"]
    assert feed.findtext(f"{ATOM}title") == f"Tìm “pac bo” – {holdings.settings.site_name}"
    newest = feed.find(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}id") == f"http://localhost/an-pham/{late}"
    assert newest.findtext(f"{ATOM}summary") == "Nói về suối Lê-nin & núi Các Mác"
    assert newest.findtext(f"{ATOM}author/{ATOM}name") == "Sở Văn hóa"
    assert newest.find(f"{ATOM}category").get("term") == "Sách"
    with holdings.database.reading() as session:
        row = session.get_one(Publication, late)
        assert newest.findtext(f"{ATOM}published")[:19] == row.accepted_at.isoformat()[:19]
    assert links(feed) == {
        "self": "http://localhost/tim-kiem.atom?q=pac+bo",
        "alternate": "http://localhost/tim-kiem?q=pac+bo",
    }


def test_search_page_leads_to_the_feed_of_the_same_search(client, deposited, work):
    deposited(title="Pác Bó")
    work()
    html = client.get("/tim-kiem?q=pac+bo&year=2024&sort=title&page=1").get_data(as_text=True)
    address = "/tim-kiem.atom?q=pac+bo&amp;year=2024"
    assert f'type="application/atom+xml" title="Kết quả tìm “pac bo”" href="{address}"' in html
    assert f'<a href="{address}">' in html
    feed = feed_of(client.get(address.replace("&amp;", "&")))
    assert titles(feed) == ["Pác Bó"]
    assert titles(feed_of(client.get("/tim-kiem.atom?q=pac+bo&year=2019"))) == []


def test_feed_without_words_tells_of_everything_new(client, deposited, work, holdings):
    deposited(title="Một")
    deposited(title="Hai")
    work()
    feed = feed_of(client.get("/tim-kiem.atom"))
    assert sorted(titles(feed)) == ["Hai", "Một"]
    assert feed.findtext(f"{ATOM}title") == f"Ấn phẩm mới – {holdings.settings.site_name}"


def test_feed_tells_no_stranger_of_what_is_closed(client, deposited, work, holdings):
    deposited(title="Mở")
    deposited(title="Nội bộ", access=Access.INTERNAL)
    deposited(title="Chờ duyệt", status=Status.SUBMITTED)
    gone = deposited(title="Thu hồi")
    work()
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, gone)
        reviews.withdraw(session, publication, by=SYSTEM, note="thu hồi")
        session.commit()
    assert titles(feed_of(client.get("/tim-kiem.atom"))) == ["Mở"]


def test_nearest_pages_are_no_news(client, deposited, work):
    deposited(title="Pác Bó")
    work()
    query = "pác bó không đâu có chữ zyx wvu"
    assert client.get("/tim-kiem", query_string={"q": query}).status_code == 200
    assert titles(feed_of(client.get("/tim-kiem.atom", query_string={"q": "pác zyx"}))) == []


def test_reader_of_a_feed_that_did_not_change_is_told_so(client, deposited, work):
    deposited(title="Pác Bó")
    work()
    first = client.get("/tim-kiem.atom?q=pac+bo")
    again = client.get("/tim-kiem.atom?q=pac+bo", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    deposited(title="Pác Bó, lần hai")
    work()
    changed = client.get(
        "/tim-kiem.atom?q=pac+bo", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert len(titles(feed_of(changed))) == 2


@pytest.mark.parametrize("query", ["\x00\x0b\ufffe pác bó", "<b>&]]>", "😀 pác", '"', "-", "a:b"])
def test_feed_of_any_query_is_well_formed(client, deposited, work, query):
    deposited(title="Pác Bó <i>&amp;</i> ]]>")
    work()
    feed_of(client.get("/tim-kiem.atom", query_string={"q": query}))


def test_what_cannot_be_answered_is_a_sentence(client, deposited, work, holdings, tmp_path):
    deposited()
    work()
    long = client.get("/tim-kiem.atom", query_string={"q": "chữ " * 900})
    assert long.status_code == 400
    assert long.content_type == "text/plain; charset=utf-8"
    assert long.get_data(as_text=True).endswith(".")
    holdings.settings.search_folder.rename(tmp_path / "lost")
    lost = client.get("/tim-kiem.atom?q=pac+bo")
    assert lost.status_code == 503
    assert "Chỉ mục tìm kiếm đang được dựng lại" in lost.get_data(as_text=True)
