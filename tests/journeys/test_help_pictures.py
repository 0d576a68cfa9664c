"""The pictures in the guides show the pages as they are today.

`make help-pictures` runs this with HELP_PICTURES=write, which takes them anew.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from archive.web.static import FOLDER
from tests.journeys.help_archive import HelpArchive, help_archive
from tests.journeys.help_pictures import DESK_PX, PICTURES, HelpPicture
from tests.journeys.looks import PICTURES as SEEN
from tests.journeys.looks import wait_for_typefaces

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMMITTED = FOLDER / "help"
IS_WRITING = os.environ.get("HELP_PICTURES") == "write"
TOGETHER_BYTES = 900_000
# Levels of 0 to 255. Two runs differ by 0.24 in the mean at most, for packing changes shades; a
# paler paper is 1 and more. Beyond 32 levels a pixel, which no packing does, two runs differ by
# 0.00002, and a button's word that is gone is 0.08.
MOST_DIFFERENCE = 0.5
SEEN_LEVELS, MOST_SEEN = 32, 0.01

# Outlines what is meant, and tells the part of the page to be seen (its top and height). No line of
# text and no button is cut in two by its edges where a little more of the page helps, and a frame
# that is not too high is closed.
OUTLINE = """([selector, above, height]) => {
  const MORE = 140, AIR = 6, FRAME = 20, CLOSED = 560;
  const found = document.querySelector(selector);
  if (!found) return false;
  document.querySelectorAll('[data-outlined]').forEach(e => { e.style.outline = 'none'; });
  found.dataset.outlined = '';
  const box = found.getBoundingClientRect();
  // What reaches the window's edge has its frame inside; what has no air of its own is given some.
  const page = document.documentElement;
  const room = Math.min(box.left, page.clientWidth - box.right);
  const padding = parseFloat(getComputedStyle(found).paddingInlineStart);
  Object.assign(found.style, {
    outline: '4px solid #d0301c', borderRadius: '4px',
    outlineOffset: room < 12 ? '-4px' : padding < 8 ? '8px' : '3px',
  });
  const [first, last] = [box.top + scrollY, box.bottom + scrollY];
  scrollTo({top: Math.max(0, first - above), behavior: 'instant'});
  // Milliseconds are another number every time.
  document.querySelectorAll('.list-head__time').forEach(e => { e.style.visibility = 'hidden'; });
  // The reader fills the window and scrolls inside.
  if (page.scrollHeight <= innerHeight) return [0, innerHeight];
  const lines = [...document.querySelectorAll('button, input, select, .button, .badge')]
    .map(e => e.getBoundingClientRect());
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (words.nextNode()) {
    if (!words.currentNode.data.trim() || words.currentNode.parentElement.closest('svg')) continue;
    range.selectNodeContents(words.currentNode);
    lines.push(...range.getClientRects());
  }
  const seen = lines.filter(line => line.width > 1 && line.height > 1);
  const whole = (edge, way) => {
    for (let more = 0; more <= MORE; more += 1) {
      const y = edge + way * more - scrollY;
      if (!seen.some(line => line.top - AIR < y && line.bottom + AIR > y)) return y + scrollY;
    }
    return edge;
  };
  const top = Math.max(0, whole(Math.max(0, first - above), -1));
  const closed = last - first <= CLOSED ? last + FRAME : 0;
  const bottom = whole(Math.max(first - above + height, top + height, closed), 1);
  return [top, Math.min(bottom, page.scrollHeight) - top].map(Math.round);
}"""
SETTLED = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await document.fonts.ready;
  const seen = [...document.images].filter(i => {
    const box = i.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  });
  await Promise.all(seen.map(i => i.decode().catch(() => {})));
}"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HelpArchive]:
    with help_archive(tmp_path_factory.mktemp("help")) as made:
        yield made


class Desk:
    """Windows of a browser, one for each reader and width; `open` comes to a picture's page."""

    def __init__(self, browser: Browser, archive: HelpArchive) -> None:
        self._browser = browser
        self._archive = archive
        self._pages: dict[tuple[str, int], Page] = {}
        self._ways: dict[tuple[str, int], Callable[..., None]] = {}

    def open(self, picture: HelpPicture) -> Page:
        key = (picture.who, picture.width_px)
        if key not in self._pages:
            self._pages[key] = self._new_page(picture)
        page = self._pages[key]
        page.set_viewport_size({"width": picture.width_px, "height": picture.height_px})
        if self._ways.get(key) != picture.go:
            picture.go(page, self._archive)
            self._ways[key] = picture.go
        return page

    def _new_page(self, picture: HelpPicture) -> Page:
        context = self._browser.new_context(
            base_url=self._archive.address,
            device_scale_factor=1 if picture.width_px == DESK_PX else 2,
            color_scheme="light",
            reduced_motion="reduce",
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        if picture.who:
            cookie = {"name": "session", "value": self._archive.sign_in(picture.who)}
            context.add_cookies([{**cookie, "url": self._archive.address, "httpOnly": True}])
        return context.new_page()

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, archive: HelpArchive) -> Iterator[Desk]:
    made = Desk(browser, archive)
    yield made
    made.close()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_in_the_guides_shows_the_page_as_it_is(desk, picture):
    taken = take(desk.open(picture), picture)
    path = COMMITTED / f"{picture.name}.webp"
    if path.is_file() and are_alike(path.read_bytes(), taken):
        return
    if IS_WRITING:
        path.write_bytes(taken)
        return
    SEEN.mkdir(exist_ok=True)
    (SEEN / f"help-{picture.name}.webp").write_bytes(taken)
    pytest.fail(
        f"The page no longer looks as in archive/static/help/{path.name} (now: "
        f"tests/pictures/help-{picture.name}.webp). If it is as it should be, run "
        "`make help-pictures`, look at the pictures and commit them."
    )


def test_pictures_are_light_and_each_is_taken_here():
    files = {path.stem: path.stat().st_size for path in COMMITTED.glob("*")}
    assert set(files) == {picture.name for picture in PICTURES}
    assert sum(files.values()) <= TOGETHER_BYTES


def test_a_word_less_and_a_paler_paper_are_seen():
    with Image.open(COMMITTED / "duyet.webp") as image:
        shown = image.convert("RGB")
    packed = packed_of(shown)
    assert not are_alike(packed, packed_of(shown.point(lambda level: min(255, level + 2))))
    shown.paste((255, 255, 250), (70, 395, 160, 420))
    assert not are_alike(packed, packed_of(shown))


def take(page: Page, picture: HelpPicture) -> bytes:
    """The picture as a WebP."""
    wait_for_typefaces(page)
    # What comes late (a lazy image) moves the place that was scrolled to.
    for _ in range(2):
        page.evaluate(SETTLED)
        shown = page.evaluate(OUTLINE, [picture.outlined, picture.above_px, picture.height_px])
        assert shown, f"no {picture.outlined} on {page.url}"
    page.evaluate(SETTLED)
    clip = {"x": 0, "y": shown[0], "width": picture.width_px, "height": shown[1]}
    shot = page.screenshot(animations="disabled", caret="hide", full_page=True, clip=clip)
    with Image.open(io.BytesIO(shot)) as image:
        return packed_of(image.convert("RGB"))


def packed_of(image: Image.Image) -> bytes:
    made = io.BytesIO()
    image.save(made, "WEBP", quality=72, method=4)
    return made.getvalue()


def are_alike(one: bytes, other: bytes) -> bool:
    """Whether two pictures show the same to the eye; False where their sizes differ."""
    first, second = (
        np.asarray(Image.open(io.BytesIO(each)), dtype=np.int16) for each in (one, other)
    )
    if first.shape != second.shape:
        return False
    levels = np.abs(first - second)
    seen = np.clip(levels - SEEN_LEVELS, 0, None)
    return bool(levels.mean() <= MOST_DIFFERENCE and seen.mean() <= MOST_SEEN)
