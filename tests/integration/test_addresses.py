"""Addresses that are written out for speed are those that the router gives."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from archive.web.present import image_url, publication_url, reading_url, tiles_url

ID = "4eyre7vznktr"


@pytest.mark.parametrize("query", ["", "bác hồ", "a&b=c#d", "“hát” %2F"])
def test_written_addresses_are_the_routers(app: Flask, query: str) -> None:
    with app.test_request_context():
        assert publication_url(ID) == url_for("publications.show", publication_id=ID)
        assert image_url(ID, 7, 320) == url_for(
            "publications.page_image", publication_id=ID, number=7, width_px=320
        )
        assert tiles_url(ID, 7) == url_for("iiif.info", publication_id=ID, number=7)
        routed = url_for("publications.read", publication_id=ID, number=7, q=query or None)
        assert reading_url(ID, 7, query) == routed
