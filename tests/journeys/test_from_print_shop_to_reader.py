"""A person deposits a real file, a curator accepts it, a reader finds the very page of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archive.core.roles import SYSTEM, Role
from archive.services.units import UnitInput, create_unit
from tests.conftest import PASSWORD, make_pdf, make_user
from tests.journeys.conftest import sign_in, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def people(site):
    with site.holdings.database.writing() as session:
        create_unit(session, UnitInput(code="so-vhttdl", name="Sở Văn hóa"), by=SYSTEM)
        session.commit()
    depositor = make_user(site.holdings, Role.DEPOSITOR, email="nop@example.org", unit="so-vhttdl")
    curator = make_user(site.holdings, Role.CURATOR, email="duyet@example.org")
    return {"depositor": depositor, "curator": curator}


def test_real_pdf_goes_from_the_form_to_the_marked_words(site, people, open_page, corpus):
    officer = open_page()
    sign_in(officer, people["depositor"], PASSWORD)
    officer.goto("/nop")
    officer.get_by_label("Tệp của ấn phẩm").set_input_files(corpus / "vi" / "born_046.pdf")
    officer.get_by_label("Nhan đề (bắt buộc)").fill("Bài giảng tìm kiếm lời giải")
    officer.get_by_label("Ngày phát hành").fill("15/7/2024")
    officer.get_by_role("button", name="Gửi duyệt").click()
    officer.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}$"), timeout=30_000)
    address = officer.url
    expect(officer.get_by_text("28 trang có chữ")).to_be_visible(timeout=60_000)

    curator = open_page()
    sign_in(curator, people["curator"], PASSWORD)
    curator.goto("/duyet-nop")
    curator.get_by_role("link", name="Bài giảng tìm kiếm lời giải").first.click()
    curator.get_by_role("button", name="Nhận vào kho").click()
    expect(
        curator.get_by_text(re.compile(r"Đã nhận vào kho, số đăng ký \d+/\d{4}\."))
    ).to_be_visible()

    reader = open_page(width=360)
    wait_until(lambda: _finds(reader, "tim kiem theo chieu rong", "lời giải"), seconds=30)
    reader.get_by_role("link", name=re.compile(r"[Tt]rang \d+")).first.click()
    expect(reader.locator("mark").first).to_be_attached()
    # The page is found as soon as it is read; its image and the places of its words come after.
    wait_until(lambda: _has_boxes(reader), seconds=30)
    assert reader.url.startswith(address)
    reader.get_by_role("button", name="Thêm").click()
    reader.get_by_role("button", name="Một trang").click()
    reader.keyboard.press("Escape")
    reader.get_by_role("button", name="Phóng to").click()
    expect(reader.locator(".openseadragon-canvas canvas").first).to_be_visible(timeout=15_000)
    expect(reader.locator(".openseadragon-container rect").nth(2)).to_be_attached()
    number = int(reader.url.split("/trang/")[1].split("?")[0])
    reader.keyboard.press("ArrowRight")
    reader.wait_for_url(re.compile(rf"/trang/{number + 1}\?q="))
    reader.get_by_role("button", name="Thêm").click()
    with reader.expect_download() as started:
        reader.get_by_role("link", name=re.compile("Tải bản gốc")).first.click()
    assert started.value.suggested_filename == "born_046.pdf"


def _has_boxes(reader) -> bool:
    reader.reload()
    return reader.locator(".sheet__marks rect").count() >= 3


def _finds(page, query: str, words: str) -> bool:
    page.goto("/")
    box = page.get_by_role("main").get_by_role("combobox").first
    box.fill(query)
    box.press("Enter")
    page.wait_for_url("**/tim-kiem**")
    return page.get_by_text(re.compile(words)).count() > 0


def test_wrong_form_keeps_what_was_typed_and_the_file_that_arrived(
    site, people, open_page, tmp_path
):
    path = tmp_path / "to-roi.pdf"
    path.write_bytes(make_pdf("Một trang tờ rơi"))
    page = open_page(width=360)
    sign_in(page, people["depositor"], PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(path)
    page.get_by_label("Nhan đề (bắt buộc)").fill("Tờ rơi về nguồn")
    page.get_by_label("Ngày phát hành").fill("2018")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Kho nhận ấn phẩm phát hành từ năm 2019").first).to_be_visible()
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "Tờ rơi về nguồn"
    expect(page.get_by_text("to-roi.pdf")).to_be_visible()

    page.get_by_label("Ngày phát hành").fill("2019")
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}$"), timeout=30_000)
    expect(page.get_by_role("heading", name="Tờ rơi về nguồn")).to_be_visible()


def test_deposit_and_reading_work_without_javascript(site, people, open_page, tmp_path):
    path = tmp_path / "ban-tin.pdf"
    path.write_bytes(make_pdf("Bản tin không cần kịch bản"))
    page = open_page(javascript=False)
    sign_in(page, people["depositor"], PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(path)
    page.get_by_label("Nhan đề (bắt buộc)").fill("Bản tin thường")
    page.get_by_label("Ngày phát hành").fill("7/2024")
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}$"))
    address = page.url
    wait_until(lambda: _is_read(page, address), seconds=30)
    page.goto(f"{address}/trang/1")
    expect(page.get_by_text("Bản tin không cần kịch bản")).to_be_visible()


def _is_read(page, address: str) -> bool:
    page.goto(address)
    return page.get_by_text("1 trang có chữ").count() > 0


def test_search_and_reading_work_by_keyboard_alone(site, people, open_page):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("khong co trong kho")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem**")
    assert "khong co trong kho" in page.get_by_role("combobox").first.input_value()
