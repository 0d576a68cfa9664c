"""A deposit goes back with named fields, comes again mended, is compared and accepted with others;
the officer reads of it in the notices."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from archive.core.roles import SYSTEM, Role
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, make_user
from tests.journeys.acting import hand_in, picture
from tests.journeys.conftest import sign_in, wait_until

pytestmark = pytest.mark.browser

TITLES = ("Đường lên Pác Bó", "Hang Cốc Bó")


@pytest.fixture(scope="module")
def people(site):
    with site.holdings.database.writing() as session:
        if find_unit(session, "so-du-lich") is None:
            create_unit(session, UnitInput(code="so-du-lich", name="Sở Du lịch"), by=SYSTEM)
        session.commit()
    officer = make_user(
        site.holdings, Role.DEPOSITOR, email="nop-lai@example.org", unit="so-du-lich"
    )
    return officer, make_user(site.holdings, Role.CURATOR, email="duyet-lai@example.org")


def test_return_with_named_fields_comes_back_mended_and_is_accepted(
    site, people, open_page, tmp_path
):
    officer, curator = open_page(), open_page()
    sign_in(officer, people[0], PASSWORD)
    sign_in(curator, people[1], PASSWORD)
    address, other = (
        hand_in(officer, title, tmp_path / f"{n}.pdf") for n, title in enumerate(TITLES)
    )
    wait_until(lambda: _is_read(officer, address), seconds=60)

    curator.goto("/duyet-nop")
    curator.get_by_role("link", name=TITLES[0]).first.click()
    curator.get_by_role("button", name="Nhận xem").click()
    expect(curator.get_by_text("Bạn đang xem bản nộp này.").first).to_be_visible()
    curator.get_by_text("Trả lại để sửa").click()
    curator.get_by_label("ISBN", exact=True).check()
    curator.get_by_label("Cần sửa gì ở mục ISBN").fill("Ghi ISBN in ở bìa sau")
    picture(curator, open_page, "duyet-ban-nop", people[1])
    curator.get_by_role("button", name="Gửi trả lại").click()
    expect(curator.get_by_text("Đã trả lại kèm lời nhắn.")).to_be_visible()

    officer.goto("/thong-bao")
    expect(officer.get_by_text("Bản nộp được trả lại để sửa").first).to_be_visible()
    picture(officer, open_page, "duyet-thong-bao", people[0])
    officer.get_by_role("button", name=TITLES[0], exact=True).click()
    expect(officer.get_by_text("Ghi ISBN in ở bìa sau").first).to_be_visible()
    officer.get_by_label("Viết lời nhắn").fill("Chúng tôi sửa ngay.")
    officer.get_by_role("button", name="Gửi lời nhắn").click()
    officer.get_by_role("link", name="Sửa và nộp lại").click()
    picture(officer, open_page, "duyet-sua", people[0])
    expect(officer.get_by_text("Cần sửa: Ghi ISBN in ở bìa sau")).to_be_visible()
    officer.get_by_label("ISBN", exact=True).fill("978-604-57-1234-4")
    officer.get_by_role("button", name="Nộp lại", exact=True).click()
    officer.wait_for_url(address)

    curator.goto("/duyet-nop?nguoi-duyet=toi")
    curator.get_by_role("link", name=TITLES[0]).first.click()
    answer = curator.locator(".answer").first
    expect(answer.get_by_text("Đã sửa")).to_be_visible()
    expect(answer.get_by_text("978-604-57-1234-4")).to_be_visible()
    expect(curator.get_by_text("Chúng tôi sửa ngay.")).to_be_visible()
    picture(curator, open_page, "duyet-da-sua", people[1])

    curator.goto("/duyet-nop?unit=so-du-lich")
    picture(curator, open_page, "duyet-hang-cho", people[1])
    curator.get_by_label("Tất cả trên trang này").check()
    for box in curator.locator("[data-tick]").all():
        expect(box).to_be_checked()
    curator.get_by_role("button", name="Nhận các bản đã chọn").click()
    expect(curator.get_by_text("Đã nhận 2 bản vào kho.")).to_be_visible()

    officer.goto("/thong-bao")
    expect(officer.get_by_text("Bản nộp được nhận vào kho").first).to_be_visible()
    officer.get_by_role("button", name="Đánh dấu đã đọc tất cả").click()
    expect(officer.locator(".bell__count")).to_have_count(0)
    officer.goto("/thong-bao/cai-dat")
    picture(officer, open_page, "duyet-cai-dat", people[0])
    officer.goto(other)
    expect(officer.get_by_text("Nhận vào kho").first).to_be_visible()


def _is_read(page, address: str) -> bool:
    page.goto(address)
    return page.get_by_text("1 trang có chữ").count() > 0
