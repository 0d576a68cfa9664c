"""The style guide is open to anyone, kept out of search engines, and does nothing."""

from __future__ import annotations

from flask.testing import FlaskClient

from archive.web.styleguide import ADDRESS
from tests.integration.standing import elements, page


def test_guide_opens_without_an_account_and_asks_not_to_be_indexed(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    metas = {meta.get("name"): meta.get("content") for meta in elements(page(answer), "meta")}
    assert metas["robots"] == "noindex"


def test_what_is_pressed_there_leads_back(client: FlaskClient) -> None:
    root = page(client.get(ADDRESS))
    (token, *_) = [
        field.get("value") for field in elements(root, "input") if field.get("name") == "csrf_token"
    ]
    pressed = client.post(ADDRESS, data={"csrf_token": token})
    assert (pressed.status_code, pressed.headers["Location"]) == (303, ADDRESS)
