"""A page drawn exactly as large as it is asked for, and parts cut from it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from archive.core.errors import DamagedFileError, EncryptedFileError, LimitReachedError
from archive.extract import Limits
from archive.extract.cutting import Cut, cut_out
from archive.extract.kinds import KINDS
from archive.extract.page_pixels import draw_page
from tests.unit.extract.extract_samples import (
    changed,
    mapped_pdf,
    poem_pdf,
    put,
)

RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 200, 0), (0, 0, 200), (255, 255, 255)


def four_colours(size: tuple[int, int] = (8, 6)) -> Image.Image:
    """Red, green above; blue, white below."""
    image = Image.new("RGB", size, WHITE)
    half = size[0] // 2, size[1] // 2
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, size[0], half[1]))
    image.paste(BLUE, (0, half[1], half[0], size[1]))
    return image


def corners(image: Image.Image) -> list[object]:
    """From the upper left corner clockwise."""
    right, bottom = image.width - 1, image.height - 1
    return [image.getpixel(at) for at in ((0, 0), (right, 0), (right, bottom), (0, bottom))]


def test_page_of_a_pdf_is_drawn_at_the_very_size(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    page = draw_page(path, KINDS["pdf"], 2, width_px=611, height_px=803)
    image = page.image()
    assert image.size == (611, 803)
    assert len(page.data) == 611 * 803 * 3
    low, high = image.convert("L").getextrema()
    assert (low < 100, high) == (True, 255)


def test_turned_page_is_drawn_as_it_is_read(tmp_path):
    turned = changed(mapped_pdf("A", {}), lambda writer: writer.pages[0].rotate(90))
    path = put(tmp_path, "a.pdf", turned)
    grey = draw_page(path, KINDS["pdf"], 1, width_px=800, height_px=600).image().convert("L")
    assert grey.crop((650, 0, 800, 150)).getextrema()[0] < 100
    assert grey.crop((0, 0, 600, 600)).getextrema()[0] > 200


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_frame_of_an_image_is_drawn_in_its_colours(tmp_path, kind):
    written = io.BytesIO()
    extra = {"append_images": [four_colours((80, 60))], "save_all": True} if kind == "tiff" else {}
    first = Image.new("RGB", (80, 60), WHITE) if kind == "tiff" else four_colours((80, 60))
    first.save(written, kind.upper(), **extra)
    path = put(tmp_path, f"a.{kind}", written.getvalue())
    number = 2 if kind == "tiff" else 1
    page = draw_page(path, KINDS[kind], number, width_px=80, height_px=60)
    assert corners(page.image()) == [RED, GREEN, WHITE, BLUE]
    smaller = draw_page(path, KINDS[kind], number, width_px=41, height_px=29)
    assert smaller.image().size == (41, 29)
    assert corners(smaller.image()) == [RED, GREEN, WHITE, BLUE]


def test_photograph_that_lies_on_its_side_is_drawn_upright(tmp_path):
    image = four_colours((80, 60))
    exif = Image.Exif()
    exif[0x0112] = 6
    written = io.BytesIO()
    image.save(written, "PNG", exif=exif)
    path = put(tmp_path, "a.png", written.getvalue())
    upright = draw_page(path, KINDS["png"], 1, width_px=60, height_px=80).image()
    assert corners(upright) == [BLUE, RED, GREEN, WHITE]


@pytest.mark.parametrize("number", [0, 4, -1])
def test_page_that_is_not_there_cannot_be_drawn(tmp_path, number):
    path = put(tmp_path, "a.pdf", poem_pdf())
    with pytest.raises(DamagedFileError):
        draw_page(path, KINDS["pdf"], number, width_px=10, height_px=10)


def test_running_text_has_no_look(tmp_path):
    path = put(tmp_path, "a.txt", "Một dòng chữ".encode())
    with pytest.raises(DamagedFileError):
        draw_page(path, KINDS["txt"], 1, width_px=10, height_px=10)


def test_locked_file_says_so(tmp_path):
    path = put(tmp_path, "a.pdf", changed(poem_pdf(), lambda writer: writer.encrypt("x", "y")))
    with pytest.raises(EncryptedFileError):
        draw_page(path, KINDS["pdf"], 1, width_px=10, height_px=10)


def test_more_pixels_than_a_message_holds_are_refused(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    limits = Limits(message_bytes=10_000)
    with pytest.raises(LimitReachedError) as refused:
        draw_page(path, KINDS["pdf"], 1, width_px=100, height_px=100, limits=limits)
    assert refused.value.data["limit"] == "output_bytes"


def cut(**changed: object) -> Image.Image:
    values = {
        "left_px": 0,
        "top_px": 0,
        "width_px": 8,
        "height_px": 6,
        "out_width_px": 8,
        "out_height_px": 6,
        "image_format": "png",
        **changed,
    }
    return Image.open(io.BytesIO(cut_out(four_colours(), Cut(**values))))


@pytest.mark.parametrize(
    ("turned", "seen"),
    [
        ({}, [RED, GREEN, WHITE, BLUE]),
        ({"rotation": 90}, [BLUE, RED, GREEN, WHITE]),
        ({"rotation": 180}, [WHITE, BLUE, RED, GREEN]),
        ({"rotation": 270}, [GREEN, WHITE, BLUE, RED]),
        ({"is_mirrored": True}, [GREEN, RED, BLUE, WHITE]),
        ({"is_mirrored": True, "rotation": 90}, [WHITE, GREEN, RED, BLUE]),
    ],
)
def test_rotation_is_clockwise_and_comes_after_the_mirror(turned, seen):
    image = cut(**turned)
    assert corners(image) == seen
    assert image.size == ((6, 8) if turned.get("rotation") in (90, 270) else (8, 6))


def test_a_box_is_cut_where_it_says():
    part = cut(left_px=3, top_px=2, width_px=2, height_px=2, out_width_px=2, out_height_px=2)
    assert corners(part) == [RED, GREEN, WHITE, BLUE]


@pytest.mark.parametrize("size", [(4, 3), (2, 2), (3, 3), (8, 1)])
def test_a_box_is_scaled_to_the_size(size):
    small = cut(out_width_px=size[0], out_height_px=size[1])
    assert small.size == size


def test_qualities_take_colour_away():
    assert cut(quality="gray").mode == "L"
    bitonal = cut(quality="bitonal")
    assert bitonal.mode == "1"
    assert corners(bitonal) == [0, 0, 255, 0]
    assert cut(quality="bitonal", image_format="jpg").mode == "L"


@pytest.mark.parametrize(("image_format", "name"), [("jpg", "JPEG"), ("webp", "WEBP")])
def test_formats_are_what_they_say(image_format, name):
    assert cut(image_format=image_format).format == name
