"""The icons that are committed are those that are drawn from the SVG."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from tests.tools.icons import FOLDER, drawn


@pytest.mark.parametrize(("name", "data"), drawn().items())
def test_committed_icon_is_the_one_that_is_drawn(name: str, data: bytes) -> None:
    with Image.open(FOLDER / name) as kept, Image.open(io.BytesIO(data)) as made:
        assert kept.size == made.size
        difference = ImageChops.difference(kept.convert("RGBA"), made.convert("RGBA"))
    assert max(high for _, high in difference.getextrema()) <= 8, "python -m tests.tools.icons"
