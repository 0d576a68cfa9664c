"""Every page, found by its routes, through axe in light and dark, and as a picture in every look;
the keyboard alone; small windows; no motion for those who want none."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from tests.conftest import ROOT, missing
from tests.integration.standing import ANYONE, Standing
from tests.integration.whole_site import visits, whole_site
from tests.journeys.looks import LOOKS, take_picture
from tests.tools.markup import GUIDE

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "tools" / "web" / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ([tags, rules]) => {
  const only = rules.length ? {type: 'rule', values: rules} : {type: 'tag', values: tags};
  const found = await axe.run(document, {runOnly: only, resultTypes: ['violations']});
  return found.violations.flatMap(v => v.nodes.map(
    n => v.id + ': ' + n.html.slice(0, 160) + ' – ' + n.failureSummary.split('\\n')[1].trim()));
}"""
# What depends on colours and room; all else is the same on a narrow phone in the dark.
AGAIN = ["color-contrast", "link-in-text-block", "target-size"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


@dataclass
class Served:
    """A whole archive that answers on `address`, in threads of this process."""

    archive: Standing
    known: Mapping[str, Any]
    address: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_site(tmp_path_factory.mktemp("everything")) as (archive, known):
        server = make_server("127.0.0.1", 0, archive.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Served(archive, known, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def context_for(browser: Browser, served: Served, who: str, **more: Any) -> BrowserContext:
    """A browser in which `who` is signed in; the page's own policy does not keep axe out."""
    context = browser.new_context(
        base_url=served.address, bypass_csp=True, locale="vi-VN", viewport=DESK, **more
    )
    cookie = served.archive.client(who).get_cookie("session")
    if cookie is not None and who != ANYONE:
        context.add_cookies(
            [{"name": "session", "value": cookie.value, "url": served.address, "httpOnly": True}]
        )
    return context


def violations(page: Page, *, again: bool = True) -> list[str]:
    """What axe finds, at a desk in light and on a narrow phone in the dark; and whether anything
    goes beyond that phone's edge, which is a desk's window at 400%. `again`: the phone opens the
    page anew, as phones do."""
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    found = page.evaluate(RUN, [STANDARDS, []])
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    if again:
        page.reload()
    found += [f"dark, 320 px: {each}" for each in page.evaluate(RUN, [[], AGAIN])]
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if sideways > 0:
        found.append(f"scrolls sideways by {sideways} px at 320 px")
    page.set_viewport_size(DESK)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", [ANYONE, "depositor", "curator", "admin"])
def test_axe_finds_nothing_on_any_page_in_light_and_dark(
    browser: Browser, served: Served, who: str
) -> None:
    if not AXE.is_file():
        missing("axe-core (make test fetches it)")
    context = context_for(browser, served, who, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    seen = 0
    for path in different_pages(served, who):
        page.goto(path)
        seen += 1
        faults = violations(page)
        if path == GUIDE:  # the same list three times, out of its place
            faults = [fault for fault in faults if not fault.startswith("landmark-unique")]
        if faults:
            found[path] = faults
    context.close()
    assert seen >= 5
    assert not found, "\n".join(
        f"{path}\n  " + "\n  ".join(faults) for path, faults in found.items()
    )


@pytest.mark.slow
@pytest.mark.parametrize("who", [ANYONE, "depositor", "curator", "admin"])
def test_every_page_is_taken_at_each_width(browser: Browser, served: Served, who: str) -> None:
    context = context_for(browser, served, who, reduced_motion="reduce")
    page = context.new_page()
    taken = 0
    for path in different_pages(served, who):
        page.goto(path)
        for look in LOOKS:
            page.set_viewport_size({"width": look.width, "height": 900})
            page.emulate_media(color_scheme="dark" if look.dark else "light")
            take_picture(page, f"trang-{who}-{named(path)}", look)
        taken += 1
    context.close()
    assert taken >= 5


def named(path: str) -> str:
    """An address as the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:60] or "dau"


def different_pages(served: Served, who: str) -> Iterator[str]:
    """An address for each template that the routes open to `who` show, and all further ones."""
    client, drawn = served.archive.client(who), []

    def see(_app: Flask, template: Template, **_: Any) -> None:
        drawn.append(template.name)

    known: set[tuple[str, ...]] = set()
    for visit in visits(served.archive.app, served.known):
        if visit.who != who:
            continue
        drawn.clear()
        with template_rendered.connected_to(see, served.archive.app):
            answer = client.get(visit.path)
        if answer.mimetype != "text/html" or answer.status_code in (301, 302, 303):
            continue
        if visit.is_further or tuple(drawn) not in known:
            known.add(tuple(drawn))
            yield visit.path


def test_axe_finds_nothing_in_forms_that_are_wrong(browser: Browser, served: Served) -> None:
    if not AXE.is_file():
        missing("axe-core (make test fetches it)")
    found: dict[str, list[str]] = {}
    for who, path, button in (
        (ANYONE, "/dang-nhap", "Đăng nhập"),
        ("depositor", "/nop", "Gửi duyệt"),
        ("depositor", "/doi-mat-khau", "Đổi mật khẩu"),
    ):
        context = context_for(browser, served, who, java_script_enabled=True)
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.goto(path)
        page.get_by_role("main").get_by_role("button", name=button).last.click()
        expect(page.locator("[data-error-summary], .field__error").first).to_be_visible()
        if faults := violations(page, again=False):
            found[path] = faults
        context.close()
    assert not found, "\n".join(
        f"{path}\n  " + "\n  ".join(faults) for path, faults in found.items()
    )


HIDDEN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return '';  // round the end of the page
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (!box.width || !box.height) return '';
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const whose = e.closest('label, summary, [class*=search]') || e;
  const other = getComputedStyle(whose);
  const ring = other.outlineStyle !== 'none' && parseFloat(other.outlineWidth) > 0;
  if (!shown && !ring && style.boxShadow === 'none' && other.boxShadow === 'none')
    return 'no ring: ' + e.outerHTML.slice(0, 120);
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  if (!top || !(e.contains(top) || top.contains(e) || top.closest('label') ))
    return 'covered: ' + e.outerHTML.slice(0, 120) + ' by ' + (top && top.outerHTML.slice(0, 80));
  return '';
}"""


def test_keyboard_alone_leads_from_the_front_to_the_next_page(
    browser: Browser, served: Served
) -> None:
    context = context_for(browser, served, ANYONE)
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Đến nội dung chính")
    page.keyboard.press("Enter")
    press_until(page, "input[name=q]")
    page.keyboard.type("hoi xuan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem?q=hoi*")
    press_until(page, ".match a, .entry a[href*='/trang/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trang/**")
    before = page.url
    press_until(page, "[data-turn=next]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    context.close()


def press_until(page: Page, selector: str) -> None:
    """Tab on to the first of what the selector finds."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_focus_is_seen_and_never_under_something_else(
    browser: Browser, served: Served, viewport: Any
) -> None:
    # Without motion the page stands still as soon as a key has moved it.
    context = context_for(browser, served, "depositor", reduced_motion="reduce")
    page = context.new_page()
    page.set_viewport_size(viewport)
    wrong: list[str] = []
    for path in ("/tim-kiem?q=hoi+xuan", "/an-pham/{publication_id}/trang/2?q=hoi+xuan", "/nop"):
        page.goto(path.format(**served.known))
        for _ in range(45):
            page.keyboard.press("Tab")
            if fault := page.evaluate(HIDDEN):
                wrong.append(f"{path} {fault}")
    context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [360, 768])
def test_register_off_a_desk_has_values_in_one_line_and_no_dashes(
    browser: Browser, served: Served, width: int
) -> None:
    context = context_for(browser, served, "curator")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/so-dang-ky")
    row = page.locator(".table--register tbody tr").first
    assert "–" not in row.inner_text()
    lines = row.locator("td").evaluate_all(
        """cells => cells.map(cell => {
          const range = document.createRange();
          range.selectNodeContents(cell.querySelector("a") ?? cell.firstChild);
          return new Set([...range.getClientRects()].map(box => box.top)).size;
        })"""
    )
    context.close()
    assert max(lines) == 1


@pytest.mark.parametrize("who", ["curator", "admin"])
def test_no_entry_of_the_navigation_stands_alone_on_its_line(
    browser: Browser, served: Served, who: str
) -> None:
    context = context_for(browser, served, who)
    page = context.new_page()
    for width in (360, 768):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/quan-tri/danh-muc")
        alone = page.evaluate(
            """() => [...document.querySelectorAll(".work__list, .subnav__list, .footer__links")]
              .flatMap(list => {
                const links = [...list.querySelectorAll("a")];
                const tops = links.map(link => Math.round(link.getBoundingClientRect().top));
                return links.filter((_, i) => tops.filter(top => top === tops[i]).length < 2)
                  .map(link => link.textContent);
              })"""
        )
        assert alone == [], width
    context.close()


def test_forms_begin_and_end_on_the_same_lines(browser: Browser, served: Served) -> None:
    edges = set()
    for who, path in (
        ("depositor", "/nop"),
        ("curator", "/an-pham/{publication_id}/ho-so"),
        ("curator", "/an-pham/{publication_id}/thay-tep"),
        ("curator", "/quan-tri/nhap"),
        ("curator", "/sua-hang-loat?q=hoi+xuan"),
        ("curator", "/quan-tri/danh-muc/{authority_id}"),
        ("admin", "/quan-tri/nguoi-dung/{user_id}"),
    ):
        context = context_for(browser, served, who)
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path.format(**served.known))
        box = page.locator("main .form__part").first.bounding_box()
        assert box
        edges.add((round(box["x"]), round(box["x"] + box["width"])))
        context.close()
    assert len(edges) == 1


def test_links_of_the_catalogue_look_alike_in_every_list(browser: Browser, served: Served) -> None:
    context = context_for(browser, served, ANYONE)
    page = context.new_page()
    looks = set()
    for path in ("/duyet", "/duyet?year=2024", "/chu-de"):
        page.goto(path)
        looks |= {
            tuple(look)
            for look in page.evaluate(
                """() => [...document.querySelectorAll(
                  "main :is(.links, .names, .kinds, .facet, .pills, .kind-tiles) a"
                )].map(link => getComputedStyle(link))
                  .map(style => [style.color, style.textDecorationLine])"""
            )
        }
    context.close()
    assert len(looks) == 1


def test_pictures_of_paper_are_softer_in_the_dark_alone(browser: Browser, served: Served) -> None:
    context = context_for(browser, served, "curator")
    page = context.new_page()
    page.goto("/an-pham/{publication_id}".format(**served.known))
    for scheme, wanted in (("dark", "brightness(0.84)"), ("light", "none")):
        page.emulate_media(color_scheme=scheme)
        filters = page.evaluate(
            "() => [...document.querySelectorAll('main img')].map(i => getComputedStyle(i).filter)"
        )
        assert len(filters) > 3
        assert set(filters) == {wanted}
    context.close()


def test_nothing_moves_for_those_who_want_no_motion(browser: Browser, served: Served) -> None:
    context = context_for(browser, served, ANYONE, reduced_motion="reduce")
    page = context.new_page()
    for path in ("/", "/tim-kiem?q=hoi+xuan", f"/an-pham/{served.known['publication_id']}/trang/1"):
        page.goto(path)
        moving = page.evaluate(
            """[...document.querySelectorAll('*')].filter(e => {
              const s = getComputedStyle(e);
              const seconds = t => Math.max(...t.split(',').map(parseFloat));
              return (s.animationName !== 'none' && seconds(s.animationDuration) > 0.01)
                || seconds(s.transitionDuration) > 0.01 || s.scrollBehavior === 'smooth';
            }).map(e => e.outerHTML.slice(0, 100))"""
        )
        assert moving == [], path
    context.close()
