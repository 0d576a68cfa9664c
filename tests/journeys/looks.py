"""How pages are looked at: three widths, light and dark, each a picture to look at.

The pictures lie under tests/pictures/ (not in the repository). What a machine can see of them is
asserted as they are taken. A phone in the light is looked at every day, the other looks with
CI=true or -m slow.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.conftest import ROOT

PICTURES = ROOT / "tests" / "pictures"

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How many lists of matching pages begin above the lower edge of the cover beside or over them, in
# the same column.
_COVERED = """
[...document.querySelectorAll('.entry')].filter(entry => {
  const cover = entry.querySelector('.cover'), list = entry.querySelector('.matches');
  if (!cover || !list) return false;
  const a = cover.getBoundingClientRect(), b = list.getBoundingClientRect();
  return b.top < a.bottom - 1 && b.left < a.right - 1;
}).length
"""


_IN_ITS_TYPEFACES = """
() => !matchMedia('(scripting: enabled)').matches || 'typefaces' in document.documentElement.dataset
"""


@dataclass(frozen=True)
class Look:
    """The width of the window in CSS pixels, and which of the two grounds."""

    width: int
    dark: bool

    def __str__(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}"


LOOKS = tuple(Look(width, dark) for width in (360, 768, 1440) for dark in (False, True))
EVERYDAY = LOOKS[0]
# Journeys are gone through at each width and on both grounds; `test_accessibility.py` takes every
# page in every look.
ON_THE_WAY = (EVERYDAY, Look(768, dark=True), Look(1440, dark=False))
# For a journey that shows one page in several looks on its way.
LOOKS_NOW = ON_THE_WAY if os.environ.get("CI") == "true" else (EVERYDAY,)

at_each_width = pytest.mark.parametrize(
    "look",
    [
        pytest.param(look, id=str(look), marks=() if look is EVERYDAY else pytest.mark.slow)
        for look in ON_THE_WAY
    ],
)


def wait_for_typefaces(page: Page) -> None:
    """Until the page stands in the archive's own typefaces, which come after everything else."""
    page.wait_for_function(_IN_ITS_TYPEFACES)
    page.evaluate("() => document.fonts.ready.then(() => null)")


def take_picture(page: Page, name: str, look: Look, *, whole: bool = True) -> None:
    """Keep a picture of the page (`whole`: down to its foot), and see what a machine can see of it:
    nothing scrolls sideways, no cover lies over other things."""
    PICTURES.mkdir(exist_ok=True)
    wait_for_typefaces(page)
    page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=whole)
    sideways = page.evaluate(_SIDEWAYS)
    assert sideways <= 0, f"{name} scrolls sideways by {sideways} px at {look}"
    assert page.evaluate(_COVERED) == 0, f"{name}: covers lie over other things at {look}"
