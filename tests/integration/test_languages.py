"""The same pages in two languages."""

import pytest

from archive.app import create_app
from tests.conftest import make_pdf
from tests.integration.standing import page


@pytest.mark.parametrize("path", ["/", "/duyet", "/huong-dan"])
def test_every_page_answers_in_english_under_its_prefix(client, path):
    vietnamese = client.get(path)
    english = client.get(f"/en{path}")
    assert vietnamese.status_code == english.status_code == 200
    assert '<html lang="vi">' in vietnamese.text
    assert '<html lang="en">' in english.text


def test_the_prefix_alone_is_the_home_page(client):
    assert client.get("/en").status_code == 200
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize("path", ["/fr/", "/enx", "/en/en/"])
def test_what_only_looks_like_a_prefix_is_not_found(client, path):
    assert client.get(path).status_code in (404, 308)


def test_a_thread_that_answered_in_english_answers_in_vietnamese_again(client):
    before = client.get("/khong-co").text
    client.get("/en/khong-co")
    assert client.get("/khong-co").text == before


def test_signing_in_leads_back_to_the_page_in_its_language(client):
    sent = client.get("/en/cua-toi")
    assert sent.status_code == 302
    assert sent.location.startswith("/en/dang-nhap?next=")
    assert "%2Fen%2Fcua-toi" in sent.location or "/en/cua-toi" in sent.location


def test_a_site_of_one_language_has_no_other(app, tmp_path):
    from dataclasses import replace

    from archive.web.context import EXTENSION

    settings = replace(app.extensions[EXTENSION].settings, languages=("vi",))
    alone = create_app(settings).test_client()
    assert alone.get("/").status_code == 200
    assert alone.get("/en/").status_code == 404


def test_the_other_language_of_an_odd_address_is_written_as_an_address(client):
    assert 'href="/en/khong%00%3Fco%22"' in client.get("/khong%00%3Fco%22").text


@pytest.mark.parametrize(
    ("languages", "said"),
    [((), "vi"), (("vi", "en"), "vi"), (("tyz",), "tyz"), (("tiếng lạ",), "vi")],
)
def test_title_and_text_are_said_to_be_in_the_language_of_the_record(
    client, deposited, work, languages, said
):
    made = deposited(title="Then", data=make_pdf("Roong tẳm"), values={"languages": languages})
    work()
    for path in (f"/an-pham/{made}", f"/an-pham/{made}/trang/1", f"/an-pham/{made}/trang/1/in"):
        told = {
            element.get("lang")
            for element in page(client.get(path)).iter()
            if element.get("class") in ("publication__title", "reading-text", "printed__title")
        }
        assert told == {said}, path
