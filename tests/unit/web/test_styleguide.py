"""The style guide shows every component there is, and is made of the components themselves."""

from __future__ import annotations

import re

import pytest

from tests.unit.web import preview

PARTS = "".join(
    path.read_text("utf-8") for path in sorted((preview.ROOT / "templates/styleguide").glob("*"))
)


def components() -> list[str]:
    return sorted(path.stem for path in (preview.ROOT / "templates/components").glob("*.html"))


@pytest.mark.parametrize("name", components())
def test_component_is_shown_under_its_name(name: str) -> None:
    """Whoever adds a component adds a sample of it to templates/styleguide."""
    assert f'"components/{name}.html" import {name}' in PARTS, "not imported"
    assert len(re.findall(rf"\b{name}\(", PARTS)) >= 1, "not rendered"
    assert f'sample("{name}"' in PARTS, "no sample bears its name"


def test_guide_names_no_component_that_is_gone() -> None:
    assert sorted(set(re.findall(r'sample\("(\w+)"', PARTS))) == components()
