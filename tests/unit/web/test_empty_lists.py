"""A list with nothing in it says what it is, why it is empty, and what to do next."""

from __future__ import annotations

from functools import cache

import html5lib
import pytest
from lxml import etree

from tests.conftest import ROOT
from tests.unit.web import preview, preview_browse, preview_lists

XHTML = "{http://www.w3.org/1999/xhtml}"
TEMPLATES = ROOT / "templates"


@cache
def empty_screens() -> dict[str, tuple[str, dict]]:
    named = ("browse-empty", "browse-none", "browse-none-at-all", "browse-beyond")
    named += ("browse-group-empty", "names-empty", "names-empty-curator", "names-none")
    named += ("names-all-held", "name-empty")
    browsing = preview_browse.screens()
    others = preview.screens()
    return {
        **{name: browsing[name] for name in named},
        **{
            name: others[name]
            for name in ("home-empty", "search-none", "search-start", "inside-none")
        },
        **{name: others[name] for name in ("mine-empty", "queue-empty")},
        **preview_lists.empty_lists(),
    }


def boxes(html: str) -> list[etree._Element]:
    root = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml")).parse(html).getroot()
    return [each for each in root.iter(f"{XHTML}div") if each.get("class") == "empty"]


def inside(box: etree._Element, name: str) -> list[etree._Element]:
    return list(box.iter(f"{XHTML}{name}"))


@pytest.mark.parametrize("name", sorted(empty_screens()))
def test_empty_list_says_why_and_offers_a_next_step(name: str) -> None:
    template, variables = empty_screens()[name]
    html = preview.render(template, variables, asset=lambda each: f"/static/{each}")
    (box,) = boxes(html)
    title, help_box = (
        next(each for each in box if each.get("class") == f"empty__{part}")
        for part in ("title", "help")
    )
    assert "".join(title.itertext()).strip()
    words = " ".join("".join(help_box.itertext()).split())
    assert len(words) > 12, words
    steps = inside(help_box, "a") + inside(help_box, "button")
    assert steps, f"no next step: {words}"
    for link in inside(help_box, "a"):
        address = link.get("href", "")
        assert address, words
        if address.startswith("#"):
            assert f'id="{address[1:]}"' in html, address


def test_every_list_of_pages_has_an_empty_one_here() -> None:
    shown = {template for template, _ in empty_screens().values()}
    lists = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if not {"components", "styleguide"} & set(path.parts)
        and (
            "components/pagination.html" in (text := path.read_text(encoding="utf-8"))
            or "components/empty.html" in text
        )
    }
    assert lists == shown
