"""A file is read while its form is open; its guesses are taken, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archive.core.roles import SYSTEM, Role
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, make_user
from tests.journeys.conftest import sign_in
from tests.journeys.looks import at_each_width, take_picture

pytestmark = pytest.mark.browser

TEXT = """SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH TỈNH CAO BẰNG
ĐƯỜNG VỀ PÁC BÓ
Cao Bằng, tháng 7 năm 2025\f
Chịu trách nhiệm nội dung: Sở Văn hóa, Thể thao và Du lịch tỉnh Cao Bằng
In 1000 cuốn, khổ 14,5 x 20,5 cm
In tại Công ty TNHH In Hoa Mai
Giấy phép xuất bản số 12/GP-SVHTTDL ngày 1/6/2025
ISBN: 978-604-000-000-1\f
Buổi sáng, từ Pác Bó nhìn ra đường về."""


@pytest.fixture(scope="module")
def officer(site) -> str:
    with site.holdings.database.writing() as session:
        if find_unit(session, "so-goi-y") is None:
            create_unit(session, UnitInput(code="so-goi-y", name="Sở Gợi ý"), by=SYSTEM)
        session.commit()
    return make_user(site.holdings, Role.DEPOSITOR, email="goiy@example.org", unit="so-goi-y")


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "ruot-sach.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def guess_of(page, label: str):
    return page.get_by_role("button", name=re.compile(f"Dùng gợi ý cho mục {label}"))


@pytest.mark.slow
def test_guesses_are_taken_without_scripts(officer, open_page, book):
    page = open_page(javascript=False, width=360)
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(book)
    page.get_by_role("button", name="Đọc thông tin trong tệp").click()
    expect(page.get_by_text("Gợi ý nằm dưới từng ô còn trống")).to_be_visible()
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == ""
    guess_of(page, "Nhan đề").click()
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "Đường về Pác Bó"
    page.get_by_role("button", name="Dùng tất cả gợi ý").click()
    assert page.get_by_label("Số lượng in").input_value() == "1000 cuốn"
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}(#|$)"))
    expect(page.get_by_role("heading", name="Đường về Pác Bó")).to_be_visible()


def test_guesses_are_taken_at_once_with_scripts(officer, open_page, book):
    page = open_page()
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(book)
    expect(guess_of(page, "Số giấy phép")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Đọc thông tin trong tệp")).to_be_hidden()
    address = page.url
    page.get_by_label("Nhan đề (bắt buộc)").fill("Tên do tôi gõ")
    expect(guess_of(page, "Nhan đề")).to_be_hidden()
    guess_of(page, "Số giấy phép").click()
    assert page.get_by_label("Số giấy phép").input_value() == "12/GP-SVHTTDL"
    expect(page.get_by_text("Đã điền: Số giấy phép.")).to_be_visible()
    page.get_by_role("button", name="Dùng tất cả gợi ý").click()
    assert page.get_by_label("Ngày phát hành").input_value() == "7/2025"
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "Tên do tôi gõ"
    assert page.url == address, "nothing was sent"
    # The Enter key hands the form in; it does not press the first of the many buttons.
    page.get_by_label("Nhan đề (bắt buộc)").press("Enter")
    page.wait_for_url(re.compile(r"/an-pham/[0-9a-z]{12}$"))


@pytest.mark.slow
def test_file_that_arrives_while_the_form_is_open_is_asked(officer, open_page, book):
    """However a file gets there: what counts is the form's hidden field with its number."""
    page = open_page()
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(book)
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)
    held = page.locator("input[name=held][type=hidden]").get_attribute("value")
    page.goto("/nop")
    # The list of files sent earlier is another way in.
    page.locator("[data-waiting]").evaluate("list => list.remove()")
    expect(guess_of(page, "Nhan đề")).to_have_count(0)
    assert guess_of(page, "Nhan đề").count() == 0
    page.evaluate(
        """(id) => {
          const item = document.createElement("div");
          const input = document.createElement("input");
          Object.assign(input, { type: "hidden", name: "held", value: id });
          item.append(input);
          document.querySelector("[data-deposit]").append(item);
        }""",
        held,
    )
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)
    expect(guess_of(page, "Số giấy phép")).to_be_visible()
    expect(page.get_by_text("Số ISBN 978-604-000-000-1 ở trang 2 sai số kiểm tra.")).to_be_visible()
    guess_of(page, "Nhan đề").click()
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "Đường về Pác Bó"
    page.locator("input[name=held][type=hidden]").evaluate("input => input.parentNode.remove()")
    expect(guess_of(page, "Số giấy phép")).to_have_count(0)
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "Đường về Pác Bó"


def test_file_sent_earlier_is_asked_while_it_is_ticked(officer, open_page, book):
    page = open_page()
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(book)
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)
    held = page.locator("input[type=hidden][name=held]").get_attribute("value")
    page.goto("/nop")
    box = page.locator(f"#giu-{held}")
    # What was being filled in is there again, its file with it.
    expect(box).to_be_checked()
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)
    box.uncheck()
    expect(guess_of(page, "Nhan đề")).to_have_count(0)
    box.check()
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)


@at_each_width
def test_form_with_guesses_fits(officer, open_page, book, look):
    page = open_page(width=look.width, dark=look.dark)
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(book)
    expect(guess_of(page, "Nhan đề")).to_be_visible(timeout=20_000)
    take_picture(page, "goi-y", look)
