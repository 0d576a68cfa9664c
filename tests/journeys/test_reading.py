"""A book is read: pages turn in place, words are found, marked and copied, the place is remembered,
and everything is there without scripts, too."""

from __future__ import annotations

import re

import pypdfium2
import pytest
import typst
from playwright.sync_api import Page, expect
from sqlalchemy import select

from archive.models import File, Publication
from tests.journeys.conftest import wait_until
from tests.journeys.looks import PICTURES, wait_for_typefaces

pytestmark = pytest.mark.browser

TITLE = "Đường lên Nặm Nghiệt"
PAGES = 9
SPEAKING = {3: "Tiếng khèn vang trên đá.", 6: "Tiếng khèn gọi bạn. Tiếng khèn đêm hội."}


def hymnal() -> bytes:
    """Nine pages in a reading size with a contents, two of which speak of the khèn."""
    pages = []
    for number in range(1, PAGES + 1):
        words = SPEAKING.get(number, "Nương ngô xanh, suối trong, phiên chợ đông vui.")
        pages.append(f"= Phần {number}\nĐây là trang thứ {number} của tập sách. {words}")
    source = '#set page(width: 148mm, height: 210mm)\n#set text(size: 14pt, lang: "vi")\n'
    made = typst.compile((source + "\n#pagebreak()\n".join(pages)).encode())
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="module")
def book(site, tmp_path_factory) -> str:
    PICTURES.mkdir(exist_ok=True)
    folder = tmp_path_factory.mktemp("doc")
    (folder / f"{TITLE}.pdf").write_bytes(hymnal())
    done = site.flask("import", str(folder), "--wait")
    assert done.returncode == 0, done.stderr
    with site.holdings.database.reading() as session:
        found = session.scalars(select(Publication.id).where(Publication.title == TITLE)).one()
    # Text is searchable first; pictures and contents come after it.
    wait_until(lambda: is_drawn(site, found), seconds=60)
    return f"/an-pham/{found}"


def is_drawn(site, publication_id: str) -> bool:
    with site.holdings.database.reading() as session:
        asked = select(File.images_done).where(File.publication_id == publication_id)
        return session.scalars(asked).one()


def is_at(page: Page, number: int, query: str = "") -> None:
    """The page's number in the address, in its box, to those who cannot see it, and as a sheet."""
    page.wait_for_url(re.compile(rf"/trang/{number}{re.escape(query)}$"))
    expect(page.get_by_label("Đến trang")).to_have_value(str(number))
    expect(page.locator("[data-announce]")).to_have_text(f"Trang {number} / {PAGES}")
    expect(page.locator(f"[data-sheet='{number}'] img")).to_be_attached()


def shown(page: Page) -> list[str]:
    return [str(one.get_attribute("data-sheet")) for one in page.locator("[data-sheet]").all()]


def picture(page: Page, name: str) -> None:
    wait_for_typefaces(page)
    page.screenshot(path=PICTURES / f"{name}.png")
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) <= 0, name


def ready(page: Page) -> None:
    """The words lie over the picture: everything that comes after the first view has come."""
    expect(page.locator(".sheet__words tspan").first).to_be_attached()


def test_pages_turn_in_place_by_keys_links_box_and_slider(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/1")
    ready(page)
    loaded: list[str] = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    page.evaluate("window.same = true")
    page.keyboard.press("ArrowRight")
    is_at(page, 2)
    expect(page.locator(".reading-text")).to_contain_text("trang thứ 2")
    expect(page).to_have_title(re.compile("trang 2"))
    page.get_by_role("link", name="Trang sau").click()
    is_at(page, 3)
    assert page.evaluate("document.activeElement.textContent.trim()") == "Trang sau"
    page.get_by_label("Đến trang").fill("7")
    page.keyboard.press("Enter")
    is_at(page, 7)
    page.get_by_role("button", name="Mục lục").click()
    page.get_by_role("link", name=re.compile("Phần 5")).click()
    is_at(page, 5)
    page.get_by_label("Chọn trang trên thanh trượt").focus()
    page.keyboard.press("End")
    is_at(page, 9)
    page.go_back()
    is_at(page, 5)
    page.get_by_role("button", name="Các trang").click()
    page.locator(".leaf-link", has_text="Trang 4").click()
    is_at(page, 4)
    expect(page.locator(".leaf-link[aria-current]")).to_have_text("Trang 4")
    picture(page, "doc-cac-trang-1440")
    assert page.evaluate("window.same"), "the site was never loaded anew"
    page.goto(f"/en{book}/trang/4")
    ready(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/en{book}/trang/5")


def test_two_pages_lie_as_in_an_open_book_and_the_choice_is_kept(book, open_page):
    page = open_page(width=1440, dark=True)
    page.goto(f"{book}/trang/1")
    ready(page)
    page.get_by_role("button", name="Hai trang").click()
    assert shown(page) == ["1"], "the cover lies alone"
    page.keyboard.press("ArrowRight")
    is_at(page, 2)
    assert shown(page) == ["2", "3"]
    page.keyboard.press("ArrowRight")
    is_at(page, 4)
    picture(page, "doc-hai-trang-1440")
    page.goto(f"{book}/trang/7")
    expect(page.locator("[data-sheet='6']")).to_be_visible()
    assert shown(page) == ["6", "7"]
    page.get_by_role("button", name="Một trang").click()
    assert shown(page) == ["7"]


def test_search_inside_is_listed_marked_and_ticked(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/1")
    ready(page)
    page.keyboard.press("/")
    page.keyboard.type("tieng khen")
    page.keyboard.press("Enter")
    is_at_query = "?q=tieng+khen"
    page.wait_for_url(f"**/trang/1{is_at_query}")
    expect(page.get_by_text("3 kết quả trong 2 trang")).to_be_visible()
    expect(page.locator("[data-results] mark")).to_have_count(3)
    expect(page.locator("[data-ticks] line")).to_have_count(2)
    page.get_by_role("link", name=re.compile("Trang 6 · 2 kết quả")).click()
    is_at(page, 6, is_at_query)
    expect(page.locator(".sheet__marks rect")).to_have_count(4)
    expect(page.locator(".reading-text mark")).to_have_count(2)
    expect(page.get_by_text("Trang có kết quả: 2 / 2")).to_be_visible()
    said = page.get_by_label("Chọn trang trên thanh trượt")
    expect(said).to_have_attribute("aria-valuetext", "Trang 6, 2 kết quả")
    picture(page, "doc-ket-qua-1440")
    page.get_by_role("link", name="Trang có kết quả trước").click()
    is_at(page, 3, is_at_query)
    expect(page.locator(".sheet__marks rect")).to_have_count(2)
    expect(page.locator("[data-part=hits] :focus")).to_have_count(1)


def test_words_on_the_picture_are_selected_and_copied(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/3")
    ready(page)
    line = page.locator(".sheet__words text").nth(1)
    whole = " ".join(line.text_content().split())
    assert whole.startswith("Đây là trang thứ 3")
    box = line.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=6)
    page.mouse.up()
    assert " ".join(page.evaluate("String(getSelection())").split()) == whole
    # The words lie where they are printed: the line begins where its first letters stand.
    sheet = page.locator("[data-sheet]").bounding_box()
    first = page.request.get(f"/api/v1/publications/{book.rpartition('/')[2]}/pages/3").json()[
        "words"
    ]
    at = next(word for word in first if word["text"] == "Đây")
    assert abs(box["x"] - sheet["x"] - at["x0"] * sheet["width"]) < 3
    assert abs(box["y"] - sheet["y"] - at["y0"] * sheet["height"]) < 8


def test_zoom_asks_for_pieces_of_the_page_and_goes_back_to_the_whole(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/3?q=khen")
    ready(page)
    viewer = page.locator("[data-viewer-room]")
    expect(viewer).to_be_hidden()
    with page.expect_response(re.compile(r"/iiif/3/.*/\d+,\d+,\d+,\d+/"), timeout=20_000) as piece:
        page.keyboard.press("+")
    assert piece.value.status == 200
    expect(viewer.locator("canvas").first).to_be_visible()
    expect(viewer.locator(".viewer__marks rect")).to_have_count(1)
    picture(page, "doc-phong-to-1440")
    page.keyboard.press("ArrowRight")
    is_at(page, 4, "?q=khen")
    expect(viewer.locator("canvas").first).to_be_visible()
    page.keyboard.press("0")
    expect(viewer).to_be_hidden()
    page.get_by_role("button", name="Xoay trang").first.click()
    box = page.locator("[data-sheet='4']").bounding_box()
    assert box["width"] > box["height"]


def test_keys_are_explained_and_stay_off_where_they_were_switched_off(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/3")
    ready(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Phím tắt khi đọc")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Dùng phím tắt").uncheck()
    dialog.get_by_role("button", name="Đóng").click()
    page.reload()
    ready(page)
    for key in ("ArrowRight", "?", "/", "+"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url.endswith("/trang/3")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-viewer-room]")).to_be_hidden()
    page.get_by_role("button", name="Thêm").click()
    page.get_by_role("button", name="Phím tắt").click()
    dialog.get_by_label("Dùng phím tắt").check()
    dialog.get_by_role("button", name="Đóng").click()
    page.locator("[data-stage]").focus()
    page.keyboard.press("ArrowRight")
    is_at(page, 4)


def test_place_is_remembered_in_the_browser_alone(book, open_page):
    page = open_page(width=1440)
    page.goto(book)
    expect(page.get_by_role("link", name=re.compile("Đọc tiếp"))).to_be_hidden()
    page.goto(f"{book}/trang/4")
    ready(page)
    page.keyboard.press("ArrowRight")
    is_at(page, 5)
    page.goto(book)
    expect(page.get_by_role("link", name="Đọc tiếp từ trang 5")).to_be_visible()
    page.goto(f"{book}/trang/1")
    expect(page.get_by_text("Lần trước bạn đọc đến trang 5.")).to_be_visible()
    picture(page, "doc-tiep-1440")
    page.get_by_role("link", name="Đọc tiếp").click()
    is_at(page, 5)
    expect(page.get_by_text("Lần trước bạn đọc đến trang 5.")).to_be_hidden()


def test_phone_scrolls_from_page_to_page_and_nothing_shifts(book, open_page):
    page = open_page(width=360)
    page.add_init_script(
        """window.shifted = 0;
        new PerformanceObserver((seen) => {
          for (const one of seen.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(f"{book}/trang/4")
    ready(page)
    assert shown(page) == [str(number) for number in range(1, PAGES + 1)]
    stage = page.locator("[data-stage]")
    top = page.locator("[data-sheet='4']").bounding_box()["y"] - stage.bounding_box()["y"]
    assert 0 <= top < 20, "the page that was asked for lies at the top"
    page.wait_for_timeout(400)
    stage.evaluate(
        "(stage) => stage.scrollBy({ top: stage.scrollHeight / 9, behavior: 'instant' })"
    )
    is_at(page, 5)
    title = page.locator(".reader__title a").evaluate(
        "({scrollWidth, clientWidth, scrollHeight, clientHeight}) => "
        "[scrollWidth - clientWidth, scrollHeight - clientHeight]"
    )
    assert max(title) <= 1, "the title is cut off beside four tools"
    for panel in ("Chữ", "Thêm về trang này", "Mục lục"):
        page.get_by_role("button", name=panel, exact=True).click()
        picture(page, f"doc-{panel}-360")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Phóng to").click()
    assert page.locator("[data-sheet='5']").bounding_box()["width"] > 360
    assert page.evaluate("window.shifted") <= 0.02


def test_finger_turns_the_page(book, open_page):
    page = open_page(width=360)
    page.goto(f"{book}/trang/4")
    ready(page)
    page.get_by_role("button", name="Thêm").click()
    page.get_by_role("button", name="Một trang").click()
    page.keyboard.press("Escape")
    page.locator("[data-stage]").evaluate(
        """(stage) => {
          const at = (type, x) => stage.dispatchEvent(new PointerEvent(type, {
            pointerType: "touch", pointerId: 1, clientX: x, clientY: 300, bubbles: true }));
          at("pointerdown", 300); at("pointermove", 200); at("pointerup", 120);
        }"""
    )
    is_at(page, 5)


def test_text_alone_is_remembered_and_left_again(book, open_page):
    page = open_page(width=360)
    page.goto(f"{book}/trang/2")
    ready(page)
    page.get_by_role("button", name="Thêm").click()
    page.get_by_role("link", name="Chỉ đọc chữ, không tải ảnh").click()
    page.wait_for_url("**/trang/2?xem=chu")
    page.goto(f"{book}/trang/3")
    page.wait_for_url("**/trang/3?xem=chu")
    expect(page.locator("[data-scripted]").first).not_to_have_attribute("hidden", "")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/trang/4?xem=chu")
    expect(page.locator(".reading-text")).to_contain_text("trang thứ 4")
    picture(page, "doc-chu-360")
    page.get_by_role("link", name="Xem ảnh của trang").click()
    is_picture = re.compile(r"/trang/4$")
    page.wait_for_url(is_picture)
    page.goto(f"{book}/trang/5")
    expect(page.locator("[data-sheet='5'] img")).to_be_visible()


def test_page_that_was_turned_to_is_opened_in_english_and_back(book, open_page):
    page = open_page(width=1440)
    page.goto(f"{book}/trang/1?q=khèn")
    ready(page)
    page.get_by_role("link", name="Trang sau", exact=True).click()
    is_at(page, 2, "?q=kh%C3%A8n")
    expect(page.locator(".reading-text")).to_contain_text("trang thứ 2")
    page.get_by_role("button", name="Thêm").click()
    page.get_by_role("region", name="Trang này").get_by_role("link", name="English").click()
    page.wait_for_url(re.compile(rf"/en{book}/trang/2\?q=kh%C3%A8n$"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("region").get_by_role("link", name="Tiếng Việt").click()
    page.wait_for_url(re.compile(rf"^http://[^/]*{book}/trang/2\?q=kh%C3%A8n$"))


def test_without_scripts_one_reads_searches_and_prints(book, open_page):
    page = open_page(width=360, javascript=False)
    page.goto(f"{book}/trang/2")
    expect(page.locator("[data-sheet='2'] img")).to_be_visible()
    page.get_by_role("link", name="Trang sau").click()
    page.wait_for_url("**/trang/3")
    page.get_by_role("link", name="Chỉ đọc chữ, không tải ảnh").click()
    page.wait_for_url("**/trang/3?xem=chu")
    assert page.locator(".sheet").count() == 0
    page.get_by_role("link", name="Trang sau").click()
    page.wait_for_url("**/trang/4?xem=chu")
    box = page.get_by_role("searchbox", name="Tìm trong ấn phẩm này")
    box.fill("tieng khen")
    box.press("Enter")
    page.wait_for_url("**/trang/4?q=tieng+khen&xem=chu")
    page.get_by_role("link", name="Trang có kết quả sau").click()
    page.wait_for_url("**/trang/6?q=tieng+khen&xem=chu")
    expect(page.locator(".reading-text mark")).to_have_count(2)
    page.get_by_role("link", name="In trang này kèm nguồn").click()
    page.wait_for_url("**/trang/6/in")
    page.emulate_media(media="print")
    expect(page.locator(".printed__image")).to_be_visible()
    expect(page.locator(".printed__source")).to_contain_text(TITLE)
    expect(page.locator(".printed__source")).to_contain_text(f"{book}/trang/6")
    expect(page.get_by_role("link", name="Trở lại trang đọc")).to_be_hidden()
    with pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True)) as paper:
        assert len(paper) == 1, "picture and source stand on one sheet"
        assert f"{book}/trang/6" in paper[0].get_textpage().get_text_bounded()


def came(page: Page) -> dict[str, float]:
    """The last part of each address that was fetched → when, in milliseconds; and when the first
    text stood on the page."""
    return page.evaluate("""() => Object.fromEntries([
      ...performance.getEntriesByType('resource').map(e => [
        new URL(e.name).pathname.split('/').at(-1), e.startTime,
      ]),
      ['painted', performance.getEntriesByName('first-contentful-paint')[0].startTime],
      ['pictured', performance.getEntriesByType('resource')
        .find(e => e.name.includes('/anh-')).responseEnd],
    ])""")


def test_page_and_its_picture_come_before_typefaces_tools_and_manifest(book, open_page):
    page = open_page(width=360)
    page.goto(f"{book}/trang/3?q=khèn")
    ready(page)
    wait_for_typefaces(page)
    when = came(page)
    later = [name for name in when if name.endswith(".woff2")]
    assert later
    for name in (*later, "reader.js", "complete.js"):
        assert when[name] > max(when["painted"], when["pictured"]), name
    expect(page.locator("link[rel=manifest]")).to_have_attribute("href", "/manifest.webmanifest")


def test_browser_that_has_met_the_typefaces_shows_them_from_the_start(book, open_page):
    page = open_page(width=360)
    page.add_init_script("""addEventListener('DOMContentLoaded', () => {
      globalThis.fromTheStart = 'typefaces' in document.documentElement.dataset;
    })""")
    page.goto(book)
    wait_for_typefaces(page)
    assert not page.evaluate("fromTheStart")
    page.wait_for_function("localStorage.getItem('typefaces')")
    page.goto(f"{book}/trang/1")
    assert page.evaluate("fromTheStart")


def test_typefaces_are_there_without_scripts(book, open_page):
    page = open_page(javascript=False)
    faces: list[str] = []
    page.on("request", lambda asked: faces.append(asked.url) if ".woff2" in asked.url else None)
    page.goto(book, wait_until="networkidle")
    assert any("be-vietnam-pro" in face for face in faces)


def test_phone_is_sent_a_picture_no_wider_than_its_screen(book, browser, site):
    context = browser.new_context(
        base_url=site.address, viewport={"width": 360, "height": 640}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{book}/trang/2")
    seen = page.locator("[data-reader-picture]").evaluate(
        "e => e.decode().then(() => e.currentSrc)"
    )
    assert seen.endswith("/anh-750.webp")
    context.close()
