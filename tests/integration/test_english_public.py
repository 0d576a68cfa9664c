"""What anyone may open, in English: finding, the catalogue, the publication, the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.english import addresses_outside, vietnamese_in
from tests.integration.standing import ANYONE, Standing, page
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
# Data that stands within English sentences, in labels and in the titles of pages.
NAMES = (
    "Kho Ấn Phẩm Cao Bằng",
    "Hội xuân vùng cao, accepted",
    "Hội xuân vùng cao",
    "Bản in cũ",
    "Sở Văn hóa",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standing, Mapping[str, Any]]]:
    with whole_site(tmp_path_factory.mktemp("public")) as made:
        yield made


@pytest.mark.parametrize(("who", "path"), READING)
def test_a_public_page_is_english_and_stays_english(site, who, path):
    archive, known = site
    answer = archive.client(who).get("/en" + path.format(**known))
    assert answer.status_code in (200, 404)
    root = page(answer)
    assert root.get("lang") == "en"
    assert vietnamese_in(root, NAMES) == []
    assert addresses_outside(root) == []


def test_image_that_cannot_be_cut_is_told_in_the_language_of_the_address(site):
    archive, known = site
    path = f"/iiif/3/{known['publication_id']}_1/full/max/45/default.jpg"
    assert "quay" not in archive.client(ANYONE).get("/en" + path).text
    assert archive.client(ANYONE).get("/en" + path).text.startswith("Images can be rotated")
    assert archive.client(ANYONE).get(path).text.startswith("Ảnh chỉ xoay được")
