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
from playwright.sync_api import Browser, BrowserContext, Page

from archive.web.static import FOLDER
from tests.journeys.conftest import PICTURES as SEEN
from tests.journeys.help_archive import HelpArchive, help_archive
from tests.journeys.help_pictures import DESK_PX, PICTURES, HelpPicture

pytestmark = pytest.mark.browser

COMMITTED = FOLDER / "help"
IS_WRITING = os.environ.get("HELP_PICTURES") == "write"
TOGETHER_BYTES = 900_000
# The mean difference of two pictures, in levels of 0 to 255. Two runs differ by 0; one word less
# on a page is 0.05 and more.
MOST_DIFFERENCE = 0.02

OUTLINE = """([selector, above]) => {
  const found = document.querySelector(selector);
  if (!found) return false;
  Object.assign(found.style, {
    outline: '4px solid #d0301c', outlineOffset: '4px', borderRadius: '4px',
  });
  const top = found.getBoundingClientRect().top + scrollY;
  scrollTo({top: Math.max(0, top - above), behavior: 'instant'});
  // Milliseconds are another number every time.
  document.querySelectorAll('.list-head__time').forEach(e => { e.style.visibility = 'hidden'; });
  return true;
}"""
SETTLED = """async () => {
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


@pytest.fixture(scope="module")
def page_for(browser: Browser, archive: HelpArchive) -> Iterator[Callable[[HelpPicture], Page]]:
    """A page in a window for the picture, kept for all pictures of the same reader and width."""
    contexts: dict[tuple[str, int], BrowserContext] = {}

    def make(picture: HelpPicture) -> Page:
        key = (picture.who, picture.width_px)
        if key not in contexts:
            context = browser.new_context(
                base_url=archive.address,
                viewport={"width": picture.width_px, "height": picture.height_px},
                device_scale_factor=1 if picture.width_px == DESK_PX else 2,
                color_scheme="light",
                reduced_motion="reduce",
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
            )
            if picture.who:
                cookie = {"name": "session", "value": archive.sign_in(picture.who)}
                context.add_cookies([{**cookie, "url": archive.address, "httpOnly": True}])
            contexts[key] = context
        page = contexts[key].new_page()
        page.set_viewport_size({"width": picture.width_px, "height": picture.height_px})
        return page

    yield make
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_in_the_guides_shows_the_page_as_it_is(archive, page_for, picture):
    page = page_for(picture)
    taken = take(page, picture, archive)
    page.close()
    path = COMMITTED / f"{picture.name}.webp"
    difference = difference_of(path.read_bytes(), taken) if path.is_file() else float("inf")
    if difference <= MOST_DIFFERENCE:
        return
    if IS_WRITING:
        path.write_bytes(taken)
        return
    SEEN.mkdir(exist_ok=True)
    (SEEN / f"help-{picture.name}.webp").write_bytes(taken)
    pytest.fail(
        f"The page no longer looks as in archive/static/help/{path.name} (difference "
        f"{difference:.3f}; now: tests/pictures/help-{picture.name}.webp). If it is as it should "
        "be, run `make help-pictures`, look at the pictures and commit them."
    )


def test_pictures_are_light_and_each_is_taken_here():
    files = {path.stem: path.stat().st_size for path in COMMITTED.glob("*")}
    assert set(files) == {picture.name for picture in PICTURES}
    assert sum(files.values()) <= TOGETHER_BYTES


def take(page: Page, picture: HelpPicture, archive: HelpArchive) -> bytes:
    """The picture as a WebP."""
    selector = picture.go(page, archive)
    assert page.evaluate(OUTLINE, [selector, picture.above_px]), f"no {selector} on {page.url}"
    page.evaluate(SETTLED)
    shot = page.screenshot(animations="disabled", caret="hide")
    made = io.BytesIO()
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").save(made, "WEBP", quality=72, method=4)
    return made.getvalue()


def difference_of(one: bytes, other: bytes) -> float:
    """The mean difference of two pictures' pixels, 0 to 255; infinite where their sizes differ."""
    first, second = (
        np.asarray(Image.open(io.BytesIO(each)), dtype=np.int16) for each in (one, other)
    )
    if first.shape != second.shape:
        return float("inf")
    return float(np.abs(first - second).mean())
