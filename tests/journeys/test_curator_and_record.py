"""A curator corrects a record, reads its history, puts a version back, and changes many records at
once and takes that back: by keyboard and pointer, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from archive.core.roles import SYSTEM, Role
from archive.models import Publication
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, make_user
from tests.journeys.conftest import sign_in
from tests.journeys.looks import at_each_width, take_picture

pytestmark = pytest.mark.browser
TITLES = ("Đèo Giàng một thuở", "Đèo Giàng hôm nay")


@pytest.fixture(scope="module")
def filled(site, tmp_path_factory):
    with site.holdings.database.writing() as session:
        if find_unit(session, "so-van-hoa") is None:
            create_unit(session, UnitInput(code="so-van-hoa", name="Sở Văn hóa"), by=SYSTEM)
        session.commit()
    folder = tmp_path_factory.mktemp("ho-so")
    sheet = folder / "bang.csv"
    rows = [f"{title},so-van-hoa,2024,Du lịch" for title in TITLES]
    sheet.write_text("\n".join(["title,unit,issued,themes", *rows]) + "\n", encoding="utf-8")
    done = site.flask("import", str(sheet), "--status", "accepted", "--wait")
    assert done.returncode == 0, done.stderr
    curator = make_user(site.holdings, Role.CURATOR, email="bien-muc@example.org")
    with site.holdings.database.reading() as session:
        ids = session.scalars(
            select(Publication.id).where(Publication.title.in_(TITLES)).order_by(Publication.title)
        ).all()
    assert len(ids) == 2
    return curator, list(ids)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_record_is_corrected_and_put_back(site, filled, open_page, javascript):
    curator, ids = filled
    page = open_page(javascript=javascript)
    sign_in(page, curator, PASSWORD)
    page.goto(f"/an-pham/{ids[0]}")
    title = page.get_by_role("heading", level=1).inner_text()
    expect(page.get_by_text("Kho chưa có tệp của ấn phẩm này; đang sưu tầm.")).to_be_visible()
    page.get_by_role("link", name="Sửa hồ sơ").click()
    page.get_by_label("Nhan đề (bắt buộc)").fill("Đèo Giàng, bản sửa nhầm")
    page.get_by_label("Ngôn ngữ").fill("tiếng Tày; Việt")
    page.get_by_label("Vì sao sửa").fill("Thử sửa")
    page.get_by_role("button", name="Lưu hồ sơ").last.click()
    expect(page.get_by_text("Đã lưu hồ sơ.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đèo Giàng, bản sửa nhầm")
    expect(page.get_by_role("link", name="Tiếng Tày")).to_be_visible()
    page.get_by_role("link", name="Lịch sử hồ sơ").click()
    expect(page.get_by_text("Thử sửa").first).to_be_visible()
    page.get_by_role("button", name="Đưa lại bản này").last.click()
    expect(page.get_by_text("Đã đưa lại bản của lần 1.")).to_be_visible()
    page.goto(f"/an-pham/{ids[0]}")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_list_offers_what_may_follow_the_last_semicolon(filled, open_page):
    curator, ids = filled
    page = open_page()
    sign_in(page, curator, PASSWORD)
    page.goto(f"/an-pham/{ids[1]}/ho-so")
    page.get_by_label("Ngôn ngữ").fill("Tiếng Việt;")
    offered = page.locator("#chon-languages option").evaluate_all("all => all.map(o => o.value)")
    assert "Tiếng Việt; Tiếng Tày" in offered
    assert "Tiếng Việt; Tiếng Việt" not in offered


def test_many_records_are_changed_and_taken_back(site, filled, open_page):
    curator, ids = filled
    page = open_page(width=360)
    sign_in(page, curator, PASSWORD)
    page.goto("/tim-kiem?q=đèo+giàng")
    page.get_by_role("link", name="Sửa hàng loạt các ấn phẩm này").click()
    page.get_by_label("Mục cần sửa").select_option("themes")
    page.get_by_label("Cách sửa").select_option("replace")
    page.get_by_label("Giá trị", exact=True).fill("Du lịch")
    page.get_by_label("Giá trị mới").fill("Danh thắng")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name="Sửa 2 hồ sơ").click()
    expect(page.get_by_text("2 đã sửa")).to_be_visible()
    assert themes(site, ids) == {"Danh thắng"}
    page.get_by_role("button", name="Hoàn tác cả đợt").click()
    expect(page.get_by_text("Hoàn tác cho đợt")).to_be_visible()
    assert themes(site, ids) == {"Du lịch"}


def themes(site, ids):
    with site.holdings.database.reading() as session:
        rows = [session.get_one(Publication, each) for each in ids]
        return {theme for row in rows for theme in row.values_of("themes")}


@at_each_width
def test_pages_of_the_record_fit_their_width(filled, open_page, look):
    curator, ids = filled
    page = open_page(width=look.width, dark=look.dark)
    sign_in(page, curator, PASSWORD)
    base = f"/an-pham/{ids[1]}"
    page.goto(f"{base}/ban-in")
    page.get_by_label("Số bản").fill("3")
    page.get_by_label("Kệ, kho").first.fill("Kệ A3")
    page.get_by_role("button", name="Thêm", exact=True).click()
    page.goto(f"{base}/ho-so")
    abstract = "Đường lên đèo dài và nhiều cua, nhìn xuống cả một thung lũng ruộng bậc thang. " * 4
    page.get_by_label("Tóm tắt").fill(f"{abstract} {look}")
    page.get_by_label("ISBN").fill("978-604-57-1234-0")
    page.get_by_label("Mục lục").fill("Lời nói đầu\nPhần một. Đường lên đèo\nPhần hai. Về xuôi")
    page.get_by_role("button", name="Lưu hồ sơ").last.click()
    choice = "q=đèo+giàng&field=themes&action=add&value=Danh+thắng"
    for name, path in {
        "record-page": base,
        "record-form": f"{base}/ho-so",
        "record-history": f"{base}/lich-su",
        "copies": f"{base}/ban-in",
        "bulk": f"/sua-hang-loat?{choice}",
        "bulk-none": "/sua-hang-loat",
    }.items():
        page.goto(path)
        take_picture(page, name, look)
