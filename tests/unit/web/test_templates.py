"""Every screen renders strictly, says nothing the content policy forbids, and labels its fields."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import html5lib
import pytest
from html5lib.html5parser import ParseError
from lxml import etree
from markupsafe import Markup

sys.path.insert(0, str(Path(__file__).parent))

from archive.web import inline
from archive.web.drawn_cover import PALETTES
from archive.web.pages.depositing import DepositRow, MyDepositsPage
from archive.web.pages.finding import Hit
from archive.web.pages.parts import Link
from archive.web.pages.queue import QueuePage
from tests.unit.web import preview

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "http://www.w3.org/2000/svg"
SCREENS = preview.screens()
FRAGMENTS = preview.fragments()


def plain_asset(name: str) -> str:
    return f"/static/{name}"


@cache
def page_of(name: str) -> str:
    template, variables = preview.screens()[name]
    return preview.render(template, variables, asset=plain_asset)


def fragment_of(name: str) -> str:
    template, variables = FRAGMENTS[name]
    return preview.render(template, variables, asset=plain_asset)


@cache
def parsed(html: str) -> etree._Element:
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("lxml"))
    return parser.parse(html).getroot()


def elements(root: etree._Element, *names: str) -> list[etree._Element]:
    return [found for name in names for found in root.iter(f"{XHTML}{name}")]


@pytest.fixture(params=sorted(SCREENS))
def screen(request: pytest.FixtureRequest) -> etree._Element:
    return parsed(page_of(request.param))


def test_screen_names_its_language_title_and_main_content(screen: etree._Element) -> None:
    assert screen.get("lang") == "vi"
    assert [title.text.strip() for title in elements(screen, "title")] != [""]
    assert len(elements(screen, "h1")) == 1
    (main,) = elements(screen, "main")
    first_link = elements(screen, "a")[0]
    assert first_link.get("href") == f"#{main.get('id')}"


def test_screen_has_nothing_inline_that_the_content_policy_forbids(screen: etree._Element) -> None:
    for element in screen.iter(etree.Element):
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        assert not str(element.get("href", "")).strip().lower().startswith("javascript:")
    assert not elements(screen, "style")
    for script in elements(screen, "script"):
        if script.get("type") == "application/ld+json":
            json.loads(script.text or "")  # data, which no browser runs
            continue
        if script.text in inline.SCRIPTS.values():
            continue  # named by the policy
        assert script.get("src", "").startswith("/static/")
        assert not (script.text or "").strip()


def test_screen_loads_nothing_from_elsewhere(screen: etree._Element) -> None:
    for element in screen.iter(etree.Element):
        if element.get("rel") in ("canonical", "alternate"):
            continue  # said, not loaded
        for name in ("href", "src", "action", "srcset", "poster", "data-hx-get", "data-viewer"):
            address = element.get(name)
            if address is not None:
                assert re.match(r"(?![/\\]{2})[/?#]|data:image/", address), (name, address)


def test_every_field_has_a_label_and_its_descriptions_exist(screen: etree._Element) -> None:
    labels = {label.get("for") for label in elements(screen, "label")}
    ids = [element.get("id") for element in screen.iter(etree.Element) if element.get("id")]
    assert len(ids) == len(set(ids))
    for control in elements(screen, "input", "select", "textarea"):
        if control.get("type") == "hidden":
            continue
        assert control.get("id") in labels, etree.tostring(control)
        for reference in control.get("aria-describedby", "").split():
            assert reference in ids
    for element in screen.iter(etree.Element):
        for reference in element.get("aria-labelledby", "").split():
            assert reference in ids
    assert labels <= set(ids)


def test_headings_never_skip_a_level_downward(screen: etree._Element) -> None:
    (main,) = elements(screen, "main")
    level = 0
    for element in main.iter(*(f"{XHTML}h{n}" for n in range(1, 7))):
        found = int(element.tag[-1])
        assert found <= level + 1, "".join(element.itertext())
        level = found


def test_every_post_form_carries_the_token(screen: etree._Element) -> None:
    for form in elements(screen, "form"):
        if form.get("method", "get").lower() == "post":
            names = [field.get("name") for field in elements(form, "input")]
            assert "csrf_token" in names


def test_every_button_and_link_says_what_it_does(screen: etree._Element) -> None:
    for element in elements(screen, "button", "a", "summary"):
        if element.get("aria-hidden") == "true":
            assert element.get("tabindex") == "-1"
            continue
        words = "".join(element.itertext()).strip() or element.get("aria-label", "")
        assert words, etree.tostring(element)


@pytest.mark.parametrize("name", sorted(FRAGMENTS))
def test_fragment_parses_strictly_and_keeps_the_policy(name: str) -> None:
    html = fragment_of(name)
    parsed(f"<!doctype html><html lang=vi><title>x</title>{html}</html>")
    assert " style=" not in html
    assert "<script" not in html


def test_progress_asks_again_only_while_intake_runs() -> None:
    running = fragment_of("progress")
    over = fragment_of("progress-over")
    assert 'data-hx-get="/an-pham/vi-du-0/tien-do"' in running
    assert 'data-hx-trigger="every 1s"' in running
    assert "data-hx" not in over
    assert "Hãy bỏ mật khẩu rồi nộp lại tệp." in over


def test_finished_intake_is_one_line_that_leads_to_the_pages() -> None:
    done = fragment_of("progress-done")
    assert "data-hx" not in done
    assert "panel" not in done
    assert "Xử lý tệp: xong." in done
    assert '<a href="/an-pham/vi-du-0">Xem các trang</a>' in done
    finished = [replace(stage, state="done") for stage in preview.STAGES]
    shown = preview.render(
        "publications/show.html",
        {"page": preview.publication(progress=finished), "current": "browse"},
        asset=plain_asset,
    )
    assert "Xử lý tệp: xong." in shown
    assert "Xem các trang" not in shown


def test_page_that_waits_offers_a_reload_to_those_without_scripts() -> None:
    html = page_of("publication-review")
    assert '<span class="when-scripted">Trang này tự cập nhật.</span>' in html
    (offer,) = re.findall(r"<noscript>(.*?)</noscript>", html)
    assert "Tải lại trang" in offer


def test_returned_deposit_shows_its_newest_note_and_leads_to_the_form_first() -> None:
    root = parsed(page_of("publication-returned"))
    (notice,) = [e for e in root.iter(f"{XHTML}div") if "notice--warn" in e.get("class", "")]
    assert "Trang 3 bị ngược.\nXin thay tệp bìa." in "".join(notice.itertext())
    (main_action,) = [
        link
        for link in elements(root, "a")
        if "button--main" in link.get("class", "") and link.get("href", "").endswith("/sua")
    ]
    assert "".join(main_action.itertext()) == "Sửa và nộp lại"


def test_pages_that_hold_only_some_of_the_words_are_not_said_to_match() -> None:
    assert "5.678</strong> trang khớp" in page_of("search")
    relaxed = page_of("search-relaxed")
    assert "trang gần nhất" in relaxed
    assert "khớp với từ" not in relaxed
    everything = preview.render(
        "search/results.html",
        {"page": replace(preview.SEARCH, query="", sorts=[], facets=[]), "current": "search"},
        asset=plain_asset,
    )
    assert "</strong> trang khớp" not in everything


def test_publication_belongs_to_no_entry_of_the_navigation() -> None:
    for name in ("publication", "reader"):
        header = page_of(name).split("<main", 1)[0]
        assert "aria-current" not in header


def test_pager_keeps_its_places_at_both_ends() -> None:
    ends = [(1, "Trước"), (9, "Sau")]
    for number, words in ends:
        where = preview.pagination(number, 9)
        page = replace(preview.SEARCH, pagination=where)
        html = preview.render(
            "search/results.html", {"page": page, "current": "search"}, asset=plain_asset
        )
        assert html.count("pager__step--off") == 1
        assert words in html.split("pager__step--off", 1)[1][:400]


def test_sign_in_says_why_it_was_asked_for() -> None:
    assert "Đăng nhập để nộp ấn phẩm." in page_of("sign-in-wrong")
    assert "leaf__reason" not in page_of("sign-in")


def test_strict_parser_would_notice_a_broken_page() -> None:
    with pytest.raises(ParseError):
        parsed(page_of("home").replace("</main>", ""))


def test_what_depositors_typed_is_escaped_everywhere() -> None:
    attack = "<script>alert(1)</script>\"'"
    card = preview.card(0, title=attack, subtitle=attack, unit=attack)
    card = replace(card, cover=replace(card.cover, title=attack, unit=attack))
    row = DepositRow(card, preview.AT, preview.STAGES, attack, attack)
    found = replace(
        preview.SEARCH,
        query=attack,
        hits=[Hit(card, [], [], 0)],
        suggestion=Link(attack, "/tim-kiem?q=x"),
    )
    reading = preview.reader(card=card, query=attack, original_name=attack)
    shown = preview.publication(card=card, abstract=attack, citation=attack)
    variants = (
        ("publications/show.html", shown),
        ("publications/read.html", reading),
        ("search/results.html", found),
        (
            "publications/inside.html",
            replace(
                preview.INSIDE, card=card, query=attack, suggestion=Link(attack, "/an-pham/x/tim")
            ),
        ),
        ("publications/inside.html", replace(preview.INSIDE_NOTHING, card=card, query=attack)),
        ("review/queue.html", QueuePage([row], preview.FILTERS, preview.pagination())),
        ("deposits/mine.html", MyDepositsPage([row], [], preview.pagination())),
    )
    for template, page in variants:
        html = preview.render(template, {"page": page, "query": attack}, asset=plain_asset)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
        parsed(html)


def test_snippet_keeps_its_marks() -> None:
    assert "<mark>các tướng lĩnh</mark>" in page_of("search")
    assert isinstance(preview.SNIPPET, Markup)


def test_words_are_marked_on_the_page_image_without_style() -> None:
    html = page_of("reader")
    (marks,) = re.findall(r'<svg class="sheet__marks".*?</svg>', html)
    assert marks.count("<rect x=") == 3
    assert 'viewBox="0 0 1 1" preserveAspectRatio="none"' in html
    assert '<rect x="0.12500" y="0.17200" width="0.31500" height="0.03800"/>' in html


def test_page_without_image_offers_its_text_and_no_zoom() -> None:
    html = page_of("reader-text")
    assert "data-reader-picture" not in html
    assert "các tướng lĩnh" in html


def test_text_alone_keeps_to_itself_and_leads_back_to_the_picture() -> None:
    html = page_of("reader-text-only")
    assert "data-stage" not in html
    assert html.count('<input type="hidden" name="xem" value="chu">') == 2
    assert 'href="/an-pham/vi-du-0/trang/12" data-view="picture"' in html
    assert 'data-shows="text"' in html
    assert 'data-shows="picture"' in page_of("reader")


def test_sheet_has_its_shape_before_its_picture_has_come() -> None:
    html = page_of("reader")
    assert '<svg class="sheet__room" viewBox="0 0 1200 1700"' in html
    assert 'width="1200" height="1700" fetchpriority="high"' in html


def test_printed_page_carries_its_source() -> None:
    for name in ("print-page", "print-page-text"):
        (foot,) = [
            e for e in elements(parsed(page_of(name)), "footer") if "printed" in e.get("class", "")
        ]
        words = " ".join("".join(foot.itertext()).split())
        assert "Trang 10 (thứ 12 trên 60)." in words
        assert "https://kho.example.org/an-pham/vi-du-0/trang/12" in words
        assert preview.card(0).title in words


def test_wrong_field_is_linked_from_the_summary_and_described() -> None:
    root = parsed(page_of("deposit-wrong"))
    (summary,) = [e for e in root.iter(f"{XHTML}div") if e.get("class") == "error-summary"]
    targets = [link.get("href") for link in elements(summary, "a")]
    assert "#title" in targets
    assert "#files" in targets
    (title,) = [e for e in elements(root, "input") if e.get("id") == "title"]
    assert title.get("aria-invalid") == "true"
    assert "title-error" in title.get("aria-describedby", "")
    assert "Tệp “bìa.pdf” đặt mật khẩu." in "".join(summary.itertext())


def test_form_that_came_back_keeps_the_files_that_arrived() -> None:
    html = page_of("deposit-wrong")
    assert '<input type="hidden" name="held" value="a1">' in html
    assert "held" not in re.findall(r'name="([^"]+)"', page_of("deposit"))


def test_file_sent_earlier_goes_along_only_where_it_is_whole_and_ticked() -> None:
    root = parsed(page_of("deposit-waiting"))
    boxes = [e for e in elements(root, "input") if e.get("name") == "held"]
    assert [(box.get("type"), box.get("value"), box.get("checked")) for box in boxes] == [
        ("checkbox", "c3", None)
    ]
    words = " ".join("".join(root.itertext()).split())
    assert "Còn dở: dia-chi-do.pdf (45%)" in words
    assert "Dùng tệp bìa sách.jpg" in words
    assert "data-waiting" not in page_of("deposit")


def test_optional_fields_open_when_one_of_them_is_wrong_or_filled() -> None:
    def more(form: preview.DepositForm) -> str:
        html = preview.render(
            "deposits/new.html", {"page": preview.deposit(form)}, asset=plain_asset
        )
        (tag,) = re.findall(r'<details class="form__more"[^>]*>', html)
        return tag

    wrong = preview.DepositForm()
    wrong.embargo_until.errors = ["Ngày này không có trong lịch."]
    assert " open" not in more(preview.DepositForm())
    assert " open" in more(wrong)
    assert " open" in more(preview.DepositForm(data={"themes": "Di tích"}))


def test_navigation_shows_each_person_their_own_work() -> None:
    def work(name: str) -> set[str]:
        root = parsed(page_of(name))
        links = {link.get("href") for link in elements(root, "a")}
        return links & {"/nop", "/cua-toi", "/duyet-nop", "/quan-tri"}

    assert work("search") == set()
    assert work("mine") == {"/nop", "/cua-toi"}
    assert work("queue") == {"/nop", "/cua-toi", "/duyet-nop", "/quan-tri"}


def test_review_actions_are_shown_only_to_those_who_may() -> None:
    def actions(name: str) -> set[str]:
        root = parsed(page_of(name))
        found = {
            form.get("action", "")
            for form in elements(root, "form")
            if form.get("method") == "post"
        }
        return {action.rsplit("/", 1)[-1] for action in found if action.startswith("/an-pham/")}

    assert actions("publication") == set()
    reviewing = {"nhan", "tra-lai", "giao", "tra-hang-cho", "loi-nhan"}
    assert actions("publication-review") == reviewing
    assert actions("publication-alike") == set()
    assert actions("publication-alike-decide") == (reviewing - {"loi-nhan"}) | {"gan-giong"}
    assert actions("publication-returned") == {"nop-lai"}
    assert actions("publication-withdraw") == {"thu-hoi"}


def test_marked_publication_is_not_offered_for_acceptance() -> None:
    html = page_of("publication-marked")
    assert 'action="/an-pham/vi-du-1/nhan"' not in html
    assert 'action="/an-pham/vi-du-1/khong-phai-dau-mat"' in html
    assert html.count('name="marking"') == 2
    told = page_of("publication-marked-own")
    assert "Có dấu mật, trang 4: “MẬT”." in told
    assert "khong-phai-dau-mat" not in told


def test_limit_is_raised_no_further_than_allowed() -> None:
    html = page_of("publication-marked")
    assert html.count('name="factor"') == 1
    assert "Giới hạn đã ở mức cao nhất, gấp 8 lần mức thường." in html
    assert 'name="factor"' not in page_of("publication")


def test_intake_page_offers_the_act_that_changes_a_stage() -> None:
    html = page_of("intake")
    assert 'id="chay-ocr"' in html
    assert 'id="dung-ocr"' not in html
    assert 'id="dung-extract"' in html
    assert html.count("Làm lại với giới hạn gấp đôi") == 1
    assert "Không có việc nào bị hỏng." in page_of("intake-idle")


def test_drawn_cover_stands_in_where_there_is_no_image() -> None:
    html = page_of("home")
    assert html.count("cover--drawn") == 22
    assert html.count('class="cover__image"') == 2
    assert html.count('class="cover__art"') == 22


def test_sign_in_is_offered_where_it_would_help() -> None:
    main = page_of("error-403").split("<main", 1)[1]
    assert 'href="/dang-nhap"' in main
    missing = page_of("error-404").split("<main", 1)[1]
    assert 'href="/dang-nhap?next=/an-pham/khong-co"' in missing
    assert "chỉ mở cho người đã đăng nhập" in missing


# --- style sheets -----------------------------------------------------------------------------


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    text = (preview.STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    day, night = text.split("@media (prefers-color-scheme: dark)")
    found = [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", part)) for part in (day, night)]
    return found[0], {**found[0], **found[1]}


TEXT_ON_GROUND = [
    (text, ground)
    for ground in ("giay", "giay-noi", "giay-chim")
    for text in ("muc", "muc-nhat", "cham", "son", "ruong", "nghe")
] + [
    ("muc", "canh-troi"),
    ("cham", "canh-troi"),
    ("muc", "cham-nhat"),
    ("muc-nhat", "cham-nhat"),
    ("cham", "cham-nhat"),
    ("muc", "nghe-nhat"),
    ("nghe", "nghe-nhat"),
    ("muc", "son-nhat"),
    ("son", "son-nhat"),
    ("ruong", "ruong-nhat"),
    ("tren-vai", "vai-cham"),
    ("tren-vai-nhat", "vai-cham-sau"),
    ("tren-nut", "nut"),
    ("tren-nut", "nut-qua"),
    ("tren-to-vang", "to-vang"),
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_stands_out_from_its_ground(scheme: int, text: str, ground: str) -> None:
    palette = tokens()[scheme]
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["giay", "giay-noi", "giay-chim"])
def test_outlines_of_fields_and_focus_stand_out(scheme: int, ground: str) -> None:
    palette = tokens()[scheme]
    assert contrast(palette["vien"], palette[ground]) >= 3
    assert contrast(palette["tieu-diem"], palette[ground]) >= 3


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("palette", PALETTES)
def test_what_is_written_on_a_drawn_cover_stands_out(scheme: int, palette: str) -> None:
    text = (preview.STATIC / "css" / "covers.css").read_text(encoding="utf-8")
    found = re.findall(rf"\.cover--{palette} \{{(.*?)\}}", text)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", " ".join(found[: scheme + 1])))
    assert contrast(colours["tren"], colours["nen"]) >= 4.5
    assert contrast(colours["chan"], colours["gan"]) >= 4.5


def style_sheets() -> list[Path]:
    return sorted((preview.STATIC / "css").glob("*.css"))


@pytest.mark.parametrize("sheet", style_sheets(), ids=lambda path: path.name)
def test_style_sheet_uses_only_known_tokens_and_own_files(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    known = set(re.findall(r"--([\w-]+):", "".join(s.read_text("utf-8") for s in style_sheets())))
    assert set(re.findall(r"var\(--([\w-]+)", text)) <= known
    assert "@import" not in text or sheet.name == "site.css"
    assets = preview.Assets(preview.STATIC, preview.VENDOR)
    for address in re.findall(r'url\("([^"]+)"\)', text):
        name = address.removeprefix("../")
        assert name in preview.VENDOR_FILES or assets.find(name) is not None, address


def test_scripts_load_nothing_from_elsewhere_and_evaluate_nothing() -> None:
    for script in (preview.STATIC / "js").rglob("*.js"):
        text = script.read_text(encoding="utf-8").replace(f'"{SVG}"', "")
        assert not re.search(r"https?://|\beval\(|new Function|innerHTML|\.style\b", text)
