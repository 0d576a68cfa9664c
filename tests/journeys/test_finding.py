"""A reader types and chooses by keyboard, searches inside the publication and goes from hit to hit;
with scripts and without, on a phone and at a desk."""

from __future__ import annotations

import re

import pytest
import typst
from playwright.sync_api import expect
from sqlalchemy import select

from archive.models import Publication
from tests.journeys.looks import at_each_width, take_picture

pytestmark = pytest.mark.browser

TITLE = "Sli, lượn và hát then miền Non Nước"
SHEET = """title,issued,kind,themes,places,people,files
"{title}",2024,book,"Dân ca, dân vũ","Trà Lĩnh","Nông Thị Lượn",{name}
Lượn cọi Trùng Khánh,2023,booklet,Dân ca của người Tày,"{places}",,khac.txt
"""
PLACES = "; ".join(("Trùng Khánh", *(f"Xóm Nà {number}" for number in range(1, 24))))
SONGS = {
    2: "Làn điệu hát then của người Tày ngân lên bên bếp lửa. Đêm hội, hát then vang xa.",
    4: "Sau phần lượn là hát then, rồi cả bản cùng hát.",
    5: "Hát Then được trao lại cho lớp trẻ ở các câu lạc bộ.",
}


def songbook() -> bytes:
    """Six pages in a reading size, three of which speak of hát then."""
    plain = "Nương ngô trên đá, tiếng khèn gọi bạn, phiên chợ cuối tuần đông vui."
    pages = [SONGS.get(number, f"{plain} Trang {number}.") for number in range(1, 7)]
    source = '#set page(width: 148mm, height: 210mm)\n#set text(size: 14pt, lang: "vi")\n'
    made = typst.compile((source + "\n#pagebreak()\n".join(pages)).encode())
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="module")
def book(site, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("then")
    (folder / "then.pdf").write_bytes(songbook())
    (folder / "khac.txt").write_text("Lượn cọi và hát then ở Trùng Khánh.", encoding="utf-8")
    sheet = folder / "sheet.csv"
    sheet.write_text(SHEET.format(title=TITLE, name="then.pdf", places=PLACES), encoding="utf-8")
    done = site.flask("import", str(sheet), "--wait")
    assert done.returncode == 0, done.stderr
    with site.holdings.database.reading() as session:
        return session.scalars(select(Publication.id).where(Publication.title == TITLE)).one()


@at_each_width
def test_reader_types_chooses_and_goes_from_hit_to_hit(book, open_page, look):
    page = open_page(width=look.width, dark=look.dark)
    page.goto("/")
    box = page.get_by_role("combobox", name="Tìm trong toàn bộ các trang")
    expect(box).to_have_attribute("aria-expanded", "false")
    # A slow machine also asks for what was typed half; the last question is the one that counts.
    with page.expect_response(re.compile(r"\?q=luon$")):
        box.press_sequentially("luon", delay=30)
    options = page.get_by_role("option")
    expect(options.filter(has_text=TITLE)).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").first).to_have_text(re.compile(r"\d gợi ý"))
    # Nothing is chosen before an arrow says so; beyond the last option is the box again.
    assert box.get_attribute("aria-activedescendant") is None
    count = options.count()
    for _ in range(count + 1):
        box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(active).to_have_attribute("aria-selected", "true")
    take_picture(page, "goi-y-khi-go", look, whole=False)
    box.press("Escape")
    expect(options).to_have_count(0)
    assert box.input_value() == "luon"
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    while (
        TITLE not in page.locator("[role=option][aria-selected=true]").all_inner_texts().__str__()
    ):
        box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"**/an-pham/{book}")
    take_picture(page, "an-pham-tim", look, whole=False)

    inside = page.get_by_role("main").get_by_role("searchbox", name="Tìm trong ấn phẩm này")
    inside.fill("hat then")
    inside.press("Enter")
    page.wait_for_url(re.compile(rf"/an-pham/{book}/tim\?q=hat\+then"))
    expect(page.get_by_text("4 kết quả trong 3 trang")).to_be_visible()
    expect(page.locator(".match mark")).to_have_count(4)
    take_picture(page, "tim-trong-an-pham", look)
    page.get_by_role("link", name=re.compile("Trang 2 · 2 kết quả")).click()
    page.wait_for_url(re.compile(r"/trang/2\?q="))
    expect(page.get_by_text("Trang có kết quả: 1 / 3")).to_be_visible()
    expect(page.locator(".reading-text mark")).to_have_count(2)
    expect(page.locator(".sheet__marks rect")).to_have_count(4)
    take_picture(page, "trang-co-ket-qua", look, whole=False)
    page.get_by_role("link", name="Trang có kết quả sau").click()
    page.wait_for_url(re.compile(r"/trang/4\?q="))
    expect(page.get_by_text("Trang có kết quả: 2 / 3")).to_be_visible()
    expect(page.locator(".reading-text mark")).to_have_count(1)
    take_picture(page, "trang-co-ket-qua-sau", look, whole=False)
    page.goto(f"/an-pham/{book}/trang/3?q=hat+then")
    expect(page.get_by_text("Có kết quả ở 3 trang khác")).to_be_visible()
    take_picture(page, "trang-khong-co-ket-qua", look, whole=False)


@at_each_width
def test_reader_takes_the_suggestion_and_unfolds_a_long_facet(book, open_page, look):
    page = open_page(width=look.width, dark=look.dark)
    page.goto("/tim-kiem?q=hat+then")
    unfold = page.get_by_role("link", name=re.compile(r"^Thêm \d+ mục"))
    if not unfold.is_visible():
        page.locator(".facet > summary", has_text="Địa danh").click()
    unfold.click()
    expect(page.get_by_role("link", name=re.compile("^Xóm Nà 23 "))).to_be_visible()
    take_picture(page, "tim-kiem", look)
    link = page.locator(".suggestion a")
    link.focus()
    link.press("Enter")
    page.wait_for_url("**/tim-kiem?q=h%C3%A1t+then")
    expect(page.locator(".suggestion")).to_have_count(0)
    page.goto(f"/an-pham/{book}")
    box = page.get_by_role("combobox")
    box.press_sequentially("luon", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    take_picture(page, "goi-y-dau-trang", look, whole=False)


def test_name_is_put_into_the_box_and_looked_for_with_the_filters_kept(book, open_page):
    page = open_page()
    page.goto("/tim-kiem?q=dan+ca&kind=book")
    box = page.get_by_role("combobox")
    box.fill("")
    box.press_sequentially("tra li", delay=30)
    option = page.get_by_role("option", name="Trà Lĩnh Địa danh")
    expect(option).to_be_visible()
    option.click()
    page.wait_for_url(re.compile(r"/tim-kiem\?q=Tr%C3%A0\+L%C4%A9nh&kind=book"))


def test_enter_without_a_choice_searches_what_was_typed(book, open_page):
    page = open_page(width=360)
    page.goto("/tim-kiem")
    box = page.get_by_role("combobox")
    box.press_sequentially("luon", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    page.wait_for_url("**/tim-kiem?q=luon")


def test_letters_of_a_word_that_is_being_composed_are_left_alone(book, open_page):
    """An input method owns its keys until the word stands: neither Enter nor arrows are taken."""
    page = open_page()
    asked = []
    page.on("request", lambda request: "goi-y" in request.url and asked.append(request.url))
    page.goto("/tim-kiem")
    box = page.get_by_role("combobox")
    box.focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "luo", "selectionStart": 3, "selectionEnd": 3})
    page.wait_for_timeout(400)
    assert box.input_value() == "luo"
    assert asked == []
    session.send("Input.insertText", {"text": "lượn"})
    expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1
    taken = box.evaluate(
        """(box) => ["ArrowDown", "Enter", "Escape"].map((key) => !box.dispatchEvent(
             new KeyboardEvent("keydown", { key, isComposing: true, cancelable: true })))"""
    )
    assert taken == [False, False, False]
    assert box.get_attribute("aria-activedescendant") is None


def test_older_questions_are_given_up(book, open_page):
    page = open_page()
    given_up = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.goto("/tim-kiem")

    def never_answer_the_first(route):
        if not route.request.url.endswith("q=lu"):
            route.continue_()

    page.route("**/tim-kiem/goi-y*", never_answer_the_first)
    box = page.get_by_role("combobox")
    with page.expect_request("**/tim-kiem/goi-y?q=lu"):
        box.fill("lu")
    box.fill("tra linh")
    expect(page.get_by_role("option", name="Trà Lĩnh Địa danh")).to_be_visible()
    assert [url.rpartition("=")[2] for url in given_up] == ["lu"]


def test_without_scripts_everything_is_there(book, open_page):
    page = open_page(width=360, javascript=False)
    page.goto("/")
    assert page.get_by_role("combobox").count() == 0
    page.get_by_role("searchbox", name="Tìm trong toàn bộ các trang").fill("hat then")
    page.get_by_role("main").get_by_role("button", name="Tìm").click()
    page.wait_for_url("**/tim-kiem?q=hat+then")
    page.goto(f"/an-pham/{book}")
    page.get_by_role("main").get_by_role("searchbox", name="Tìm trong ấn phẩm này").fill("hat then")
    page.get_by_role("main").get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name=re.compile("Trang 2 ")).click()
    page.get_by_role("link", name="Trang có kết quả sau").click()
    page.wait_for_url(re.compile(r"/trang/4\?q=hat"))
    page.get_by_role("link", name="Trang có kết quả trước").click()
    page.wait_for_url(re.compile(r"/trang/2\?q=hat"))
    find = page.get_by_role("main").get_by_role("searchbox", name="Tìm trong ấn phẩm này")
    find.fill("khongcogihet")
    find.press("Enter")
    expect(page.get_by_text("Ấn phẩm này không có trang nào khớp.")).to_be_visible()
