"""The main job: a file is deposited, read, found by words without marks, and shown marked."""

from __future__ import annotations

import io
import re

from PIL import Image
from sqlalchemy import select

from archive.core.roles import Role
from archive.models import Page
from archive.web.present import IMAGE_LARGE_PX, IMAGE_SMALL_PX
from tests.conftest import make_pdf, post, token_of


def deposit_form(client, pdf: bytes, **given):
    data = {
        "csrf_token": token_of(client, "/nop"),
        "title": "Cội nguồn cách mạng",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        "files": (io.BytesIO(pdf), "coi-nguon.pdf"),
    }
    data.update(given)
    return client.post("/nop", data=data, content_type="multipart/form-data")


def test_deposited_page_is_found_without_marks_after_a_curator_accepts_it(
    client, signed_in, holdings, work, pdf
):
    depositor, curator = signed_in(Role.DEPOSITOR), signed_in(Role.CURATOR)
    answer = deposit_form(depositor, pdf)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    path = answer.location
    work()
    assert "Cội nguồn" not in client.get("/tim-kiem?q=giai+phong+quan").get_data(as_text=True)

    assert post(curator, f"{path}/nhan", {}).status_code == 302
    work()
    results = client.get("/tim-kiem?q=giai+phong+quan").get_data(as_text=True)
    assert "Cội nguồn cách\u00a0mạng" in results
    assert "<mark>Giải phóng quân</mark>" in results
    page_url = re.search(rf'href="({path}/trang/2\?q=[^"]+)"', results).group(1)

    page = client.get(page_url).get_data(as_text=True)
    assert "<mark>Giải phóng quân</mark>" in page
    assert page.partition("sheet__marks")[2].partition("</svg>")[0].count("<rect") == 3
    image = client.get(f"{path}/trang/2/anh-1200.webp")
    assert image.status_code == 200
    assert image.data[:4] == b"RIFF"
    original = client.get(f"{path}/tep/1")
    assert original.data == pdf
    assert "attachment" in original.headers["Content-Disposition"]
    assert list(holdings.incoming.folder.glob("[0-9a-f]*")) == []


def test_hit_shows_a_page_image_only_once_that_page_is_drawn(client, holdings, deposited, work):
    publication_id = deposited(data=make_pdf("Trang bìa", "Suối Lê-nin và hang Cốc Bó"))
    work()
    image = f"/an-pham/{publication_id}/trang/2/anh-{IMAGE_SMALL_PX}.webp"
    assert image in client.get("/tim-kiem?q=hang+coc+bo").get_data(as_text=True)
    with holdings.database.reading() as session:
        page = session.scalar(select(Page).where(Page.number == 2))
        path = holdings.images.path(
            publication_id, f"f{page.file_id}", page.file_page, IMAGE_SMALL_PX
        )
    path.unlink()
    shown = client.get("/tim-kiem?q=hang+coc+bo").get_data(as_text=True)
    assert "cover__image" in shown
    assert image not in shown


def test_page_image_for_phones_is_made_once_from_the_large_one(client, holdings, deposited, work):
    publication_id = deposited(data=make_pdf("Trang bìa", "Suối Lê-nin và hang Cốc Bó"))
    work()
    address = f"/an-pham/{publication_id}/trang/2/anh-750.webp"
    assert address in client.get(f"/an-pham/{publication_id}/trang/2").get_data(as_text=True)
    made = client.get(address)
    large = client.get(f"/an-pham/{publication_id}/trang/2/anh-1200.webp")
    with Image.open(io.BytesIO(made.data)) as middle, Image.open(io.BytesIO(large.data)) as whole:
        assert (middle.format, middle.width, whole.width) == ("WEBP", 750, 1200)
        assert abs(middle.height - 750 * whole.height / 1200) <= 1
    assert len(made.data) < len(large.data)
    assert client.get(address, headers={"If-None-Match": made.headers["ETag"]}).status_code == 304
    # It lies among the tiles: what is there is sent, and what is gone is made again, alike.
    (kept,) = holdings.tiles.folder.rglob("middle-*.webp")
    holdings.tiles.write(kept, b"at hand")
    assert client.get(address).data == b"at hand"
    kept.unlink()
    assert client.get(address).data == made.data
    with holdings.database.reading() as session:
        page = session.scalar(select(Page).where(Page.number == 2))
        drawn = holdings.images.path(
            publication_id, f"f{page.file_id}", page.file_page, IMAGE_LARGE_PX
        )
    kept.unlink()
    drawn.write_bytes(drawn.read_bytes()[:500])
    assert client.get(address).status_code == 404
    drawn.unlink()
    assert client.get(address).status_code == 404
    assert not kept.exists()
