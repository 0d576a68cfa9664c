"""Colours are tokens, every pair of text and ground that the sheets make is readable in light and
in dark, and no line is set so tight that marks above and below it are cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.unit.web import preview
from tests.unit.web.test_templates import contrast, tokens

SHEETS = {
    path.stem: re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    for path in (preview.STATIC / "css").glob("*.css")
}
# Sheets that only some pages load, and paper, which has one scheme of its own.
BY_THEMSELVES = {"site", "print", "reader", "styleguide"}
SCHEMES = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])

# What text stands on where no rule of its own says so: the page, what lies on it, what is sunk in.
GROUNDS = ("giay", "giay-noi", "giay-chim")
# Colours of text that stands on none of these, with the grounds that it does stand on.
ELSEWHERE = {
    "tren-vai": ("vai-cham", "vai-cham-sau"),
    "tren-vai-nhat": ("vai-cham", "vai-cham-sau"),
    "tren-nut": ("nut", "nut-qua"),
    "tren-to-vang": ("to-vang",),
    "tren-chi": ("chi",),
    "tren-son": ("son",),
}
# Text that inherits its colour on a ground that another rule lays.
INHERITED = (
    *(("muc", ground) for ground in ("canh-troi", "cham-nhat", "nghe-nhat", "son-nhat")),
    *(("muc-nhat", ground) for ground in ("cham-nhat", "ruong-nhat", "nghe-nhat")),
    *(("cham", ground) for ground in ("canh-troi", "cham-nhat", "nghe-nhat", "ruong-nhat")),
    ("muc", "ruong-nhat"),
)
# What is no text: lines around fields, the outline of what has the focus, the chart's columns.
OUTLINES = (("vien", GROUNDS), ("tieu-diem", GROUNDS), ("cot", ("giay",)))


def rules(text: str) -> Iterator[tuple[str, str]]:
    """Selector and declarations of each rule, those inside @media included."""
    for found in re.finditer(r"([^{}]+)\{([^{}]*)\}", text):
        yield found[1].strip(), found[2]


def colour_of(declarations: str, name: str) -> str:
    found = re.search(rf"(?<![\w-]){name}: [^;]*?var\(--([\w-]+)\)", declarations)
    return found[1] if found else ""


def pairs() -> set[tuple[str, str]]:
    found = set(INHERITED)
    for name, text in SHEETS.items():
        if name == "print":
            continue
        for _, declarations in rules(text):
            colour = colour_of(declarations, "color")
            ground = colour_of(declarations, "background") or colour_of(
                declarations, "background-color"
            )
            if colour and ground:
                found.add((colour, ground))
            if colour:
                found |= {(colour, each) for each in ELSEWHERE.get(colour, GROUNDS)}
    return found


@SCHEMES
@pytest.mark.parametrize(("text", "ground"), sorted(pairs()))
def test_text_stands_out_from_every_ground_that_it_stands_on(
    scheme: int, text: str, ground: str
) -> None:
    palette = tokens()[scheme]
    assert contrast(palette[text], palette[ground]) >= 4.5


@SCHEMES
def test_outlines_and_columns_stand_out(scheme: int) -> None:
    palette = tokens()[scheme]
    for token, grounds in OUTLINES:
        for ground in grounds:
            assert contrast(palette[token], palette[ground]) >= 3, (token, ground)


@pytest.mark.parametrize("name", sorted(SHEETS.keys() - {"tokens", "covers", "print"}))
def test_colours_are_tokens(name: str) -> None:
    for selector, declarations in rules(SHEETS[name]):
        # White paper below a page's picture, and shadows, are the same in every scheme.
        found = set(re.findall(r"#[0-9a-f]{3,8}\b", declarations)) - {"#fff"}
        assert not found, (selector, found)


def test_every_page_wears_every_sheet_but_those_of_some() -> None:
    named = re.findall(r'@import "([\w-]+)\.css";', SHEETS["site"])
    assert len(named) == len(set(named))
    assert set(named) == SHEETS.keys() - BY_THEMSELVES


def test_no_line_is_so_tight_that_marks_are_cut() -> None:
    """From the marks above Ữ to the dot below Ặ it is 1.38 of the size."""
    for name, text in SHEETS.items():
        for selector, declarations in rules(text):
            for value in re.findall(r"line-height: ([\d.]+);", declarations):
                assert float(value) >= 1.4, (name, selector)
            for value in re.findall(r"font: [^;]*? / ([\d.]+) ", declarations):
                assert float(value) >= 1.4, (name, selector)
