"""What goes over a slow network: compressed, kept where it may be, not sent again unchanged."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import pairwise

import brotli
import pytest

from tests.conftest import TOKEN, make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive

TEXT = "Bản tin thôn bản. " * 200


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("delivery")) as made:
        yield made


@pytest.fixture(scope="module")
def publication_id(archive: Standing) -> str:
    made = archive.put("Bản tin", TEXT.encode(), name="ban-tin.txt")
    archive.put("Hội xuân", make_pdf("Hội xuân"))
    archive.work()
    return made


@pytest.mark.parametrize("path", ["/", "/tim-kiem.atom", "/api/v1/search", "/static/css/site.css"])
def test_text_is_sent_as_the_reader_can_take_it(
    archive: Standing, publication_id: str, path: str
) -> None:
    client = archive.client(ANYONE)
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        answer = client.get(path, headers={"Accept-Encoding": f"{encoding}, identity;q=0.5"})
        assert answer.headers["Content-Encoding"] == encoding
        assert "accept-encoding" in answer.headers["Vary"].lower()
        assert len(answer.data) < len(plain.data) * 0.6
        if "search" not in path:  # which says how long it took
            assert unpack(answer.data) == plain.data
    both = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert both.headers["Content-Encoding"] == "br"


def test_original_goes_out_byte_for_byte_and_in_the_parts_asked_for(
    archive: Standing, publication_id: str
) -> None:
    client = archive.client(ANYONE)
    path = f"/an-pham/{publication_id}/tep/1"
    whole = client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert whole.data == TEXT.encode()
    part = client.get(path, headers={"Accept-Encoding": "br, gzip", "Range": "bytes=10-99"})
    assert (part.status_code, part.data) == (206, TEXT.encode()[10:100])
    for answer in (whole, part):
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("encoding", ["identity", "br"])
@pytest.mark.parametrize("path", ["/", "/duyet", "/an-pham/{id}", "/an-pham/{id}/trang/1"])
def test_unchanged_page_is_not_sent_again_to_those_without_a_session(
    archive: Standing, publication_id: str, path: str, encoding: str
) -> None:
    client = archive.client(ANYONE)
    address = path.format(id=publication_id)
    taken = {"Accept-Encoding": encoding}
    first = client.get(address, headers=taken)
    again = client.get(address, headers={**taken, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]


def test_page_of_an_account_is_asked_for_anew(archive: Standing, publication_id: str) -> None:
    answer = archive.client("reader").get("/", headers={"Accept-Encoding": "br"})
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_form_token_is_written_differently_in_every_answer_and_always_good(
    archive: Standing, publication_id: str
) -> None:
    client = archive.client("reader")
    found = []
    for _ in range(4):
        found.append(set(TOKEN.findall(client.get("/tim-kiem?q=a").get_data(as_text=True))))
    assert all(len(tokens) == 1 for tokens in found), "one for all forms of a page"
    tokens = [token for (token,) in found]
    for one, other in pairwise(tokens):
        alike = sum(a == b for a, b in zip(one, other, strict=True))
        assert alike < len(one) / 4
    for token in tokens:
        answer = client.post("/thong-bao/da-doc", data={"csrf_token": token})
        assert answer.status_code == 302
    for wrong in (tokens[0][:-8] + "AAAAAAAA", "không phải", tokens[0][:40], "a"):
        answer = client.post("/thong-bao/da-doc", data={"csrf_token": wrong})
        assert answer.status_code == 400


def test_asset_is_kept_for_a_year_under_the_address_that_names_its_content(
    archive: Standing,
) -> None:
    client = archive.client(ANYONE)
    html = client.get("/").get_data(as_text=True)
    sheets = [part.split('"')[0] for part in html.split('rel="stylesheet" href="')[1:]]
    assert [sheet.split("?")[0] for sheet in sheets] == [
        "/static/css/site.css",
        "/static/css/print.css",
    ]
    named = client.get(sheets[0], headers={"Accept-Encoding": "br"})
    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(
        sheets[0], headers={"Accept-Encoding": "br", "If-None-Match": named.headers["ETag"]}
    )
    assert again.status_code == 304
    for other in ("/static/css/site.css", "/static/css/site.css?v=00000000"):
        answer = client.get(other)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"] != named.headers["ETag"], "another representation"
