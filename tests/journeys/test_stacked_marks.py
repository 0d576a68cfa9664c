"""Marks above and below each other (Ữ, Ặ, Ỗ, Ẵ, ỵ) are shown whole in every style of type.

Looked at on the style guide, which shows each style: where the ink of the letters ends is measured
in the very typeface, and compared with what the line, the field or the box around it leaves room
for.
"""

from __future__ import annotations

import pytest

from archive.web.drawn_cover import TITLE_LEADING, UNIT_LEADING
from archive.web.styleguide import ADDRESS
from tests.journeys.looks import wait_for_typefaces

pytestmark = pytest.mark.browser

CUT = """
() => {
  const pen = document.createElement('canvas').getContext('2d');
  // Measured large, since browsers give whole pixels.
  const inkOf = style => {
    const scale = parseFloat(style.fontSize) / 400;
    pen.font = `${style.fontStyle} ${style.fontWeight} 400px ${style.fontFamily}`;
    const ink = pen.measureText('ỮẶỖẴỵẬỘ');
    return {
      above: ink.actualBoundingBoxAscent * scale,
      below: ink.actualBoundingBoxDescent * scale,
      ascent: ink.fontBoundingBoxAscent * scale,
    };
  };
  const cut = [];
  let seen = 0;
  const area = document.querySelector('[data-specimens]');
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  for (let text; (text = walker.nextNode());) {
    const holder = text.parentElement;
    if (!text.data.includes('Ữ Ặ Ỗ') || holder.tagName === 'OPTION') continue;
    const style = getComputedStyle(holder), ink = inkOf(style);
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getClientRects()[0];
    const top = box.top + ink.ascent - ink.above, bottom = box.top + ink.ascent + ink.below;
    const name = `${holder.tagName} ${holder.className} ${style.fontSize}`;
    if (parseFloat(style.lineHeight) < ink.above + ink.below) cut.push(`${name}: low line`);
    for (let around = holder; around !== area; around = around.parentElement) {
      const room = around.getBoundingClientRect();
      // What is only for those who listen shows no ink at all.
      if (getComputedStyle(around).overflow === 'visible' || room.width <= 1) continue;
      if (top < room.top || bottom > room.bottom) cut.push(`${name}: cut by its box`);
    }
    seen += 1;
  }
  for (const field of area.querySelectorAll('input, select')) {
    const style = getComputedStyle(field), ink = inkOf(style);
    const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    if (field.clientHeight - padding < ink.above + ink.below) cut.push(`${field.tagName}: cut`);
    seen += 1;
  }
  return {cut, seen};
}
"""

INK_OF_COVERS = """
() => {
  const pen = document.createElement('canvas').getContext('2d');
  return ['.cover__title', '.cover__unit'].map(name => {
    const style = getComputedStyle(document.querySelector(name));
    pen.font = `${style.fontWeight} 400px ${style.fontFamily}`;
    const ink = pen.measureText('ỮẶỖẴỵẬỘ');
    return (ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent) / 400;
  });
}
"""

WIDER = """
() => [...document.querySelectorAll('.guide__covers:not(.guide__covers--small) .cover__art text')]
  .filter(text => text.getAttribute('text-anchor') !== 'end')
  .map(text => [text.textContent, 28 + text.getComputedTextLength()])
  .filter(([, end]) => end > 226)
"""


@pytest.mark.parametrize("width", [360, 1440])
def test_marks_are_whole_in_every_style_of_type(open_page, width):
    page = open_page(width=width)
    page.goto(ADDRESS)
    wait_for_typefaces(page)
    found = page.evaluate(CUT)
    assert found["cut"] == []
    assert found["seen"] == 20
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0


def test_lines_of_drawn_covers_stand_apart_and_inside(open_page):
    page = open_page(width=1440)
    page.goto(ADDRESS)
    wait_for_typefaces(page)
    title, unit = page.evaluate(INK_OF_COVERS)
    assert title <= TITLE_LEADING
    assert unit <= UNIT_LEADING
    # What the server takes a line to measure is what the browser draws.
    assert page.evaluate(WIDER) == []
