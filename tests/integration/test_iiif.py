"""Page images by region and size: what viewers are told, what they get, and who gets it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from archive.web.present import tiles_url
from tests.integration.standing import ANYONE, Standing, standing_archive

WIDTH, HEIGHT = 1300, 900
RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 60), (30, 60, 200), (128, 128, 128)
# One colour for each quarter: left above, right above, left below, right below.
QUARTERS = (RED, GREEN, BLUE, GREY)


def quartered() -> bytes:
    """A picture of which each quarter has a colour of its own."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for place, colour in enumerate(QUARTERS):
        corner = (place % 2 * WIDTH // 2, place // 2 * HEIGHT // 2)
        image.paste(colour, (*corner, corner[0] + WIDTH // 2, corner[1] + HEIGHT // 2))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("iiif")) as made:
        yield made


@pytest.fixture(scope="module")
def picture(archive: Standing) -> str:
    """The address of a public page of four colours."""
    publication_id = archive.put("Bốn màu", quartered(), name="bon-mau.png")
    archive.work()
    return f"/iiif/3/{publication_id}_1"


def ask(archive: Standing, path: str, *, role: str = ANYONE, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return archive.client(role).get(path, headers=given)


def opened(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return Image.open(io.BytesIO(answer.data))


def test_description_tells_size_tiles_and_what_is_offered(archive: Standing, picture: str) -> None:
    answer = ask(archive, f"{picture}/info.json")
    told = json.loads(answer.data)
    assert next(iter(told)) == "@context"
    assert told["id"] == f"http://localhost{picture}"
    assert (told["type"], told["profile"]) == ("ImageService3", "level2")
    assert (told["width"], told["height"]) == (WIDTH, HEIGHT)
    assert told["tiles"] == [{"width": 512, "scaleFactors": [1, 2, 4]}]
    assert told["sizes"][0] == {"width": 325, "height": 225}
    assert tiles_url(picture[8:-2], 1) == f"{picture}/info.json"


def test_every_tile_of_every_scale_is_the_part_it_names(archive: Standing, picture: str) -> None:
    told = json.loads(ask(archive, f"{picture}/info.json").data)
    side = told["tiles"][0]["width"]
    for factor in told["tiles"][0]["scaleFactors"]:
        for left in range(0, WIDTH, side * factor):
            for top in range(0, HEIGHT, side * factor):
                width, height = (
                    min(side * factor, WIDTH - left),
                    min(side * factor, HEIGHT - top),
                )
                size = (-(-width // factor), -(-height // factor))
                path = f"{left},{top},{width},{height}/{size[0]},{size[1]}/0/default.webp"
                tile = opened(ask(archive, f"{picture}/{path}")).convert("RGB")
                assert tile.size == size, path
                for x, y in ((2, 2), (size[0] - 3, size[1] - 3)):
                    place = (left + x * factor >= WIDTH // 2) + 2 * (
                        top + y * factor >= HEIGHT // 2
                    )
                    wanted = QUARTERS[place]
                    found = tile.getpixel((x, y))
                    assert isinstance(found, tuple)
                    near = all(abs(a - b) < 25 for a, b in zip(found, wanted, strict=True))
                    assert near, (path, x, y, found, wanted)
