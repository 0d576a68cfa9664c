"""A curator brings in a list from elsewhere: sent, told, checked, run, reported, undone; with
scripts and without, on a phone and on a wide screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from archive.core.roles import Role
from archive.models import Publication
from tests.conftest import PASSWORD, make_user
from tests.journeys.conftest import sign_in, wait_until
from tests.journeys.looks import Look, at_each_width, take_picture

pytestmark = pytest.mark.browser
PATH = "/quan-tri/nhap"
SHEET = (
    "DANH MỤC SƯU TẦM\t\t\t\t\t\n"
    "STT\tTên sách\tCơ quan ban hành\tNăm XB\tLoại hình\tTình trạng\n"
    "1\tĐường về Nặm Lìn\tHội Văn nghệ dân gian\tquý III/2023\tsách\tchưa xác nhận\n"
    "2\tThác và động\tkhông rõ\tkhông rõ\tkhông rõ\tđã in\n"
    "3\tKỷ yếu cũ\tHội Văn nghệ dân gian\t2009\tsách (kỷ yếu)\tđã in\n"
    "4\tNúi Các Mác <b>1941</b>\tHội Văn nghệ dân gian\t2022\tinfographic\t\n"
)


@pytest.fixture(scope="module")
def curator(site):
    return make_user(site.holdings, Role.CURATOR, email="nhap@example.org")


def titles(site) -> set[str]:
    with site.holdings.database.reading() as session:
        return {row.title for row in session.query(Publication)}


@at_each_width
def test_list_goes_in_and_out_again(site, curator, open_page, tmp_path, look):
    # In one of the looks without scripts.
    scripts = look != Look(1440, dark=False)
    page = open_page(width=look.width, dark=look.dark, javascript=scripts)
    sheet = tmp_path / f"danh mục {look}.tsv"
    sheet.write_text(SHEET, encoding="utf-8")

    def picture(name: str) -> None:
        take_picture(page, f"nhap-{name}", look)

    def settle(words: str) -> None:
        """Until the batch has come so far; without scripts by loading the page again."""

        def is_there() -> bool:
            page.goto(address)
            at_rest = page.locator("[data-hx-get]").count() == 0
            return at_rest and page.get_by_role("status").filter(has_text=words).count() > 0

        wait_until(is_there, seconds=40)

    # Other journeys may have been here.
    before = titles(site)
    sign_in(page, curator, PASSWORD)
    page.goto(PATH)
    picture("1-gui")
    page.get_by_label("Bảng (bắt buộc)").set_input_files(sheet)
    page.get_by_role("button", name="Gửi bảng").click()
    expect(page.get_by_role("heading", name="Ghép cột")).to_be_visible()
    expect(page.get_by_label("Mục cho cột B: Tên sách")).to_have_value("title")
    expect(page.get_by_label("Mục cho cột F: Tình trạng")).to_have_value("note")
    picture("2-cot")
    address = page.url.removesuffix("/cot")
    page.get_by_role("button", name="Kiểm tra từng dòng").click()
    settle("Đã kiểm tra")
    expect(page.get_by_text("“2009” sớm hơn")).to_be_visible()
    picture("3-kiem-tra")
    assert titles(site) == before
    page.get_by_label("Dừng: chỉ nhập khi mọi dòng đều đạt").check()
    page.get_by_role("button", name="Nhập 3 dòng").click()
    expect(page.get_by_text("Còn 1 dòng chưa đạt")).to_be_visible()
    page.get_by_label("Bỏ qua dòng ấy").check()
    page.get_by_role("button", name="Nhập 3 dòng").click()
    settle("Đã nhập xong")
    picture("4-xong")
    assert "Núi Các Mác <b>1941</b>" in titles(site) - before
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Tải báo cáo CSV").click()
    report = downloaded.value.path().read_text(encoding="utf-8-sig")
    assert "Kỷ yếu cũ" in report
    page.goto("/quan-tri/can-suu-tam")
    expect(page.get_by_role("row", name="Thác và động")).to_contain_text("tệp, ngày phát hành")
    picture("5-suu-tam")
    page.goto(address)
    page.get_by_role("button", name="Gỡ cả đợt nhập").click()
    settle("Đã gỡ")
    assert titles(site) == before
