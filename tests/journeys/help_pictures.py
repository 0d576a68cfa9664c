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
    """`go` comes to the page and answers with the selector of what is outlined. `who` is signed in
    ("" nobody). `above_px`: how much of the page stays above what is outlined."""

    name: str
    go: Callable[[Page, HelpArchive], str]
    who: str = ""
    width_px: int = DESK_PX
    height_px: int = 560
    above_px: int = 160


def _look_for(page: Page, _: HelpArchive) -> str:
    page.goto("/")
    page.locator(".search--large .search__input").press_sequentially("bien gio", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    return ".search--large"


def _choose_excerpt(page: Page, _: HelpArchive) -> str:
    page.goto("/tim-kiem?q=tran+dong+khe")
    return ".match"


def _choose_filter(page: Page, _: HelpArchive) -> str:
    page.goto("/tim-kiem?q=dong+khe")
    return ".with-aside__aside"


def _read(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(BOOK)}/trang/3?q=dong+khe")
    return ".reader__image"


def _find_inside(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(BOOK)}/trang/3?q=dong+khe")
    return ".reader__find"


def _cite(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(BOOK)}")
    return "#trich-dan-chu"


def _events(page: Page, _: HelpArchive) -> str:
    page.goto("/")
    return ".days"


def _entrance_for_teachers(page: Page, _: HelpArchive) -> str:
    page.goto("/")
    return ".entrance--giao-vien"


def _page_text(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(BOOK)}/trang/3")
    return ".reader__text"


def _sign_in(page: Page, _: HelpArchive) -> str:
    page.goto("/dang-nhap")
    return ".leaf"


def _put_file(page: Page, archive: HelpArchive) -> None:
    page.goto("/nop")
    page.locator("[data-files]").set_input_files(archive.typeset(NEW))
    expect(page.get_by_role("button", name=re.compile("^Dùng gợi ý")).first).to_be_visible(
        timeout=30_000
    )


def _drop_file(page: Page, archive: HelpArchive) -> str:
    _put_file(page, archive)
    return ".form__part"


def _take_guess(page: Page, archive: HelpArchive) -> str:
    _put_file(page, archive)
    return ".guess"


def _my_deposits(page: Page, _: HelpArchive) -> str:
    page.goto("/cua-toi")
    return ".entry__when"


def _receipt(page: Page, _: HelpArchive) -> str:
    page.goto("/cua-toi")
    page.get_by_role("link", name=re.compile("^Giấy biên nhận số")).first.click()
    return "a[href$='.pdf']"


def _returned(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(RETURNED)}")
    return ".notice--warn"


def _queue(page: Page, _: HelpArchive) -> str:
    page.goto("/duyet-nop")
    return ".entry"


def _decide(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(WAITING)}")
    return ".panel--actions"


def _send_back(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(WAITING)}")
    page.get_by_text("Trả lại để sửa").click()
    named = page.locator(".return__field").nth(1)
    named.get_by_role("checkbox").check()
    named.get_by_role("textbox").fill("Xin ghi đúng như trên bìa, kể cả phụ đề.")
    page.evaluate("document.activeElement.blur()")
    return ".return"


def _correct(page: Page, _: HelpArchive) -> str:
    page.goto(f"/an-pham/{publication_id(BOOK)}")
    return ".publication__record .section__more"


def _new_user(page: Page, _: HelpArchive) -> str:
    page.goto("/quan-tri/nguoi-dung")
    page.get_by_text("Thêm người dùng", exact=True).click()
    return ".form__more"


def _new_unit(page: Page, _: HelpArchive) -> str:
    page.goto("/quan-tri/don-vi")
    page.get_by_text("Thêm đơn vị", exact=True).first.click()
    return ".form__more"


def _import_sheet(page: Page, _: HelpArchive) -> str:
    page.goto("/quan-tri/nhap")
    sheet = {"name": "san-pham-2020-2021.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    page.get_by_label("Bảng (bắt buộc)").set_input_files([sheet])
    page.get_by_role("button", name="Gửi bảng").click()
    page.wait_for_url("**/cot")
    return ".table--columns"


PICTURES = (
    HelpPicture("tim", _look_for, height_px=520),
    HelpPicture("ket-qua", _choose_excerpt),
    HelpPicture("trang-doc", _read, height_px=620),
    HelpPicture("trich-dan", _cite, height_px=360),
    HelpPicture("tim-dien-thoai", _choose_excerpt, width_px=PHONE_PX, height_px=640),
    HelpPicture("trang-dien-thoai", _find_inside, width_px=PHONE_PX, height_px=640),
    HelpPicture("sap-toi-dien-thoai", _events, width_px=PHONE_PX, height_px=640),
    HelpPicture("loi-vao-giao-vien", _entrance_for_teachers, height_px=520),
    HelpPicture("loc", _choose_filter),
    HelpPicture("chu-cua-trang", _page_text, height_px=520),
    HelpPicture("dang-nhap", _sign_in, height_px=600, above_px=40),
    HelpPicture("chon-tep", _drop_file, who="depositor", height_px=600, above_px=100),
    HelpPicture("goi-y", _take_guess, who="depositor", height_px=420),
    HelpPicture("da-nop", _my_deposits, who="depositor", height_px=440),
    HelpPicture("bien-nhan", _receipt, who="depositor", height_px=500, above_px=330),
    HelpPicture("tra-lai", _returned, who="depositor", height_px=420),
    HelpPicture("hang-cho", _queue, who="curator", height_px=600),
    HelpPicture("duyet", _decide, who="curator", height_px=420),
    HelpPicture("neu-muc-sua", _send_back, who="curator", height_px=520),
    HelpPicture("sua-ho-so", _correct, who="curator", height_px=360),
    HelpPicture("nguoi-dung", _new_user, who="admin", height_px=560),
    HelpPicture("ghep-cot", _import_sheet, who="admin", height_px=520),
)
