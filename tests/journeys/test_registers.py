"""An officer hands in and gets a receipt that anybody can check; once accepted the book stands in
the register; the admin reads all of it in the log, and makes one unit the heir of another."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archive.core.roles import SYSTEM, Role
from archive.services.units import UnitInput, create_unit
from tests.conftest import PASSWORD, make_user
from tests.journeys.acting import hand_in, picture
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser

TITLE = "Sổ tay lễ hội"


@pytest.fixture(scope="module")
def people(site):
    with site.holdings.database.writing() as session:
        create_unit(session, UnitInput(code="so-le-hoi", name="Phòng Lễ hội"), by=SYSTEM)
        create_unit(session, UnitInput(code="so-moi", name="Sở mới"), by=SYSTEM)
        session.commit()
    return {
        role: make_user(
            site.holdings,
            role,
            email=f"so-sach-{role.value}@example.org",
            unit="so-le-hoi" if role is Role.DEPOSITOR else None,
        )
        for role in (Role.DEPOSITOR, Role.CURATOR, Role.ADMIN)
    }


def test_receipt_register_and_log_tell_of_one_book(people, open_page, tmp_path):
    officer, curator, admin, anybody = (open_page() for _ in range(4))
    for page, role in ((officer, Role.DEPOSITOR), (curator, Role.CURATOR), (admin, Role.ADMIN)):
        sign_in(page, people[role], PASSWORD)
    address = hand_in(officer, TITLE, tmp_path / "a.pdf")
    officer.get_by_role("link", name=re.compile("^Giấy biên nhận số")).click()
    heading = officer.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"Giấy biên nhận số \d+/\d{4}"))
    number = heading.inner_text().removeprefix("Giấy biên nhận số ").strip()
    picture(officer, open_page, "bien-nhan", people[Role.DEPOSITOR])
    paper = officer.get_by_role("link", name="Tải giấy biên nhận (PDF)").get_attribute("href")
    assert officer.request.get(paper).body().startswith(b"%PDF-")
    digest = officer.get_by_text(re.compile(r"^[0-9a-f]{64}$")).first.inner_text()

    anybody.goto(officer.get_by_role("link", name="Mở trang kiểm tra").get_attribute("href"))
    expect(anybody.get_by_text(number).first).to_be_visible()
    expect(anybody.get_by_text(TITLE)).to_have_count(0)
    expect(anybody.get_by_text(digest).first).to_be_visible()

    curator.goto(address)
    curator.get_by_role("button", name="Nhận vào kho").click()
    expect(curator.get_by_text("Đã nhận").first).to_be_visible()
    curator.goto("/so-dang-ky")
    row = curator.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text("Phòng Lễ hội")
    with curator.expect_download() as sheet:
        curator.get_by_role("link", name="Tải XLSX").click()
    assert sheet.value.path().read_bytes().startswith(b"PK")
    picture(curator, open_page, "so-dang-ky", people[Role.CURATOR])

    admin.goto("/quan-tri/nhat-ky")
    for words in (
        "Nộp ấn phẩm",
        f"Cấp giấy biên nhận số {number}",
        "Nhận vào kho",
        "Vào sổ đăng ký",
    ):
        expect(admin.get_by_role("row").filter(has_text=words).first).to_contain_text(TITLE)
    picture(admin, open_page, "nhat-ky", people[Role.ADMIN])

    admin.goto("/quan-tri/don-vi")
    admin.get_by_role("link", name="Phòng Lễ hội").first.click()
    admin.get_by_label("Hợp nhất vào").select_option(label="Sở mới")
    admin.get_by_role("textbox", name="Từ ngày (bắt buộc)").fill("1/7/2025")
    admin.get_by_role("button", name="Hợp nhất").click()
    admin.goto("/quan-tri/nhat-ky")
    expect(admin.get_by_role("row").nth(1)).to_contain_text("so-le-hoi vào so-moi")
    officer.goto("/nop")
    expect(officer.get_by_text("Sở mới").first).to_be_visible()
