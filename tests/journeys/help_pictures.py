"""What is to be seen in each picture of the guides, and how one comes to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.journeys.help_archive import NEW, HelpArchive, publication_id

DESK_PX, PHONE_PX = 1000, 390
BOOK = "2020-bien-gioi-mua-thu-1950"
WAITING = "2026-mot-ngay-o-tam-kim"
RETURNED = "2026-cam-nang-chuyen-di"

SHEET = """Nhan đề,Năm phát hành,Đơn vị,Loại
Biên giới mùa thu 1950,2020,"Sở Văn hóa, Thể thao và Du lịch tỉnh Cao Bằng",Tờ gấp
Bên suối dưới hang,2021,Ban Quản lý các di tích Quốc gia đặc biệt tỉnh Cao Bằng,Sách mỏng
"""


@dataclass(frozen=True)
class HelpPicture:
    """`go` comes to the page on which `outlined` (a selector) is outlined. `who` is signed in (""
    nobody). `above_px`: how much of the page stays above what is outlined. Neighbours that come the
    same way are taken of one page. A picture may be a little higher than `height_px`."""

    name: str
    go: Callable[[Page, HelpArchive], None]
    outlined: str
    who: str = ""
    width_px: int = DESK_PX
    height_px: int = 560
    above_px: int = 160


def _look_for(page: Page, _: HelpArchive) -> None:
    page.goto("/")
    page.locator(".search--large .search__input").press_sequentially("bien gio", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()


def _search(page: Page, _: HelpArchive) -> None:
    page.goto("/tim-kiem?q=tran+dong+khe")


def _read(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(BOOK)}/trang/3?q=dong+khe")
    # The tools come after the picture, the words that are found after the tools.
    expect(page.locator(".sheet__words tspan").first).to_be_attached()
    expect(page.locator("[data-results] li").first).to_be_attached()


def _read_text(page: Page, archive: HelpArchive) -> None:
    _read(page, archive)
    page.locator("[data-opens=text]").first.click()
    expect(page.locator(".reader__text")).to_be_visible()


def _cite(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(BOOK)}")


def _home(page: Page, _: HelpArchive) -> None:
    page.goto("/")


def _sign_in(page: Page, _: HelpArchive) -> None:
    page.goto("/dang-nhap")


def _put_file(page: Page, archive: HelpArchive) -> None:
    page.goto("/nop")
    page.locator("[data-files]").set_input_files(archive.typeset(NEW))
    expect(page.get_by_role("button", name=re.compile("^Dùng gợi ý")).first).to_be_visible(
        timeout=30_000
    )


def _my_deposits(page: Page, _: HelpArchive) -> None:
    page.goto("/cua-toi")


def _receipt(page: Page, _: HelpArchive) -> None:
    page.goto("/cua-toi")
    page.get_by_role("link", name=re.compile("^Giấy biên nhận số")).first.click()


def _returned(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(RETURNED)}")


def _queue(page: Page, _: HelpArchive) -> None:
    page.goto("/duyet-nop")


def _decide(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(WAITING)}")


def _send_back(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(WAITING)}")
    page.get_by_text("Trả lại để sửa").click()
    named = page.locator(".return__field").nth(1)
    named.get_by_role("checkbox").check()
    named.get_by_role("textbox").fill("Xin ghi đúng như trên bìa, kể cả phụ đề.")
    page.evaluate("document.activeElement.blur()")


def _correct(page: Page, _: HelpArchive) -> None:
    page.goto(f"/an-pham/{publication_id(BOOK)}")


def _new_user(page: Page, _: HelpArchive) -> None:
    page.goto("/quan-tri/nguoi-dung")
    page.get_by_text("Thêm người dùng", exact=True).click()


def _import_sheet(page: Page, _: HelpArchive) -> None:
    page.goto("/quan-tri/nhap")
    sheet = {"name": "san-pham-2020-2021.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    page.get_by_label("Bảng (bắt buộc)").set_input_files([sheet])
    page.get_by_role("button", name="Gửi bảng").click()
    page.wait_for_url("**/cot")


PICTURES = (
    HelpPicture("tim", _look_for, ".search--large", height_px=520),
    HelpPicture("loi-vao-giao-vien", _home, ".entrance--giao-vien", height_px=520),
    HelpPicture("ket-qua", _search, ".match__link"),
    HelpPicture("loc", _search, ".with-aside__aside"),
    HelpPicture("trang-doc", _read, ".reader__stage", height_px=620),
    HelpPicture("chu-cua-trang", _read_text, ".reader__text", height_px=520),
    HelpPicture("trich-dan", _cite, "#trich-dan-chu", height_px=360),
    HelpPicture("tim-dien-thoai", _search, ".match__link", width_px=PHONE_PX, height_px=640),
    HelpPicture("trang-dien-thoai", _read, ".reader__find", width_px=PHONE_PX, height_px=640),
    HelpPicture("sap-toi-dien-thoai", _home, ".days", width_px=PHONE_PX, height_px=640),
    HelpPicture("dang-nhap", _sign_in, ".leaf", height_px=600, above_px=40),
    HelpPicture("chon-tep", _put_file, ".form__part", who="depositor", height_px=600, above_px=100),
    HelpPicture("goi-y", _put_file, ".guess", who="depositor", height_px=420),
    HelpPicture("da-nop", _my_deposits, ".entry__when", who="depositor", height_px=440),
    HelpPicture(
        "bien-nhan", _receipt, "a[href$='.pdf']", who="depositor", height_px=500, above_px=330
    ),
    HelpPicture("tra-lai", _returned, ".notice--warn", who="depositor", height_px=420),
    HelpPicture("hang-cho", _queue, ".entry", who="curator", height_px=600),
    HelpPicture("duyet", _decide, ".panel--actions", who="curator", height_px=420),
    HelpPicture("neu-muc-sua", _send_back, ".return", who="curator", height_px=520),
    HelpPicture(
        "sua-ho-so", _correct, ".publication__record .section__more", who="curator", height_px=360
    ),
    HelpPicture("nguoi-dung", _new_user, ".form__more", who="admin", height_px=560),
    HelpPicture("ghep-cot", _import_sheet, ".table--columns", who="admin", height_px=520),
)
