"""What several journeys do: hand a file in, and take pictures of a page."""

from __future__ import annotations

import re

from tests.conftest import PASSWORD, make_pdf
from tests.journeys.conftest import sign_in
from tests.journeys.looks import LOOKS_NOW, take_picture


def hand_in(page, title: str, path) -> str:
    """A PDF of one page handed in by who is signed in; the address of its page."""
    path.write_bytes(make_pdf(f"{title}, một trang chữ có dấu"))
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(path)
    page.get_by_label("Nhan đề", exact=False).first.fill(title)
    page.get_by_label("Ngày phát hành").fill("7/2024")
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}$"), timeout=30_000)
    return str(page.url)


def picture(page, open_page, name: str, email: str) -> None:
    """The page in every look, signed in anew."""
    for look in LOOKS_NOW:
        other = open_page(width=look.width, dark=look.dark)
        sign_in(other, email, PASSWORD)
        other.goto(page.url)
        other.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        other.evaluate("document.querySelectorAll('.account').forEach(d => d.open = false)")
        take_picture(other, name, look)
