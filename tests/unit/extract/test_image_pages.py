"""Images: a page per frame, upright, on white, never decoded beyond the limits."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from archive.core.errors import DamagedFileError, LimitReachedError
from archive.extract import Limits, check, extract, render
from archive.extract.kinds import KINDS
from tests.unit.extract.extract_samples import flooding_png, put


def saved(tmp_path, image, kind, **options):
    path = tmp_path / f"upload.{kind}"
    image.save(path, kind.upper(), **options)
    return path


def drawn(path, kind, **options):
    return [
        (image, Image.open(io.BytesIO(image.data)))
        for image in render(path, KINDS[kind], **options)
    ]


def oriented(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def split_colours(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left half, blue on the right."""
    image = Image.new("RGB", (width, height), (255, 0, 0))
    image.paste((0, 0, 255), (width // 2, 0, width, height))
    return image


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp"])
def test_image_is_one_page_without_text(tmp_path, kind):
    path = saved(tmp_path, split_colours(), kind)
    summary = check(path, KINDS[kind])
    assert (summary.pages, summary.width_px, summary.height_px) == (1, 40, 20)
    with extract(path, KINDS[kind]) as reading:
        (page,) = reading
    assert (page.text, page.words, page.text_source) == ("", (), "none")
    assert (page.width_px, page.height_px) == (40, 20)


def test_every_frame_of_a_tiff_is_a_page_in_its_own_size(tmp_path):
    second = Image.new("1", (30, 50), 1)
    path = saved(tmp_path, split_colours(), "tiff", save_all=True, append_images=[second])
    with extract(path, KINDS["tiff"]) as reading:
        assert [(p.number, p.width_px, p.height_px) for p in reading] == [(1, 40, 20), (2, 30, 50)]
    images = drawn(path, "tiff", widths_px=(20,))
    assert [(image.number, image.width_px, image.height_px) for image, _ in images] == [
        (1, 20, 10),
        (2, 20, 33),
    ]
    assert images[1][1].getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp"])
def test_photograph_lying_on_its_side_is_turned_upright(tmp_path, kind):
    # Orientation 6: shown after a quarter turn clockwise, so the left half comes to the top.
    path = saved(tmp_path, split_colours(), kind, exif=oriented(6))
    with extract(path, KINDS[kind]) as reading:
        (page,) = reading
    assert (page.width_px, page.height_px) == (20, 40)
    ((image, pixels),) = drawn(path, kind, widths_px=(1200,))
    assert (image.width_px, image.height_px) == (20, 40)
    top, bottom = pixels.getpixel((10, 5)), pixels.getpixel((10, 35))
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_transparent_parts_are_white(tmp_path):
    path = saved(tmp_path, Image.new("RGBA", (10, 10), (255, 0, 0, 0)), "png")
    ((_, pixels),) = drawn(path, "png", widths_px=(10,))
    assert pixels.getpixel((5, 5)) == (255, 255, 255)


def test_palette_with_a_transparent_colour_is_white_there(tmp_path):
    image = Image.new("P", (10, 10), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    path = saved(tmp_path, image, "png", transparency=1)
    ((_, pixels),) = drawn(path, "png", widths_px=(10,))
    assert pixels.getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path):
    for kind in ("png", "tiff"):
        path = saved(tmp_path, Image.new("I;16", (10, 10), 0x8000), kind)
        ((_, pixels),) = drawn(path, kind, widths_px=(10,))
        assert pixels.getpixel((5, 5))[0] == pytest.approx(128, abs=4)


def test_printing_colours_become_screen_colours(tmp_path):
    path = saved(tmp_path, Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "jpeg")
    ((_, pixels),) = drawn(path, "jpeg", widths_px=(16,))
    red, green, blue = pixels.getpixel((8, 8))
    assert red > 200
    assert green < 80
    assert blue < 80


def test_both_sizes_are_made_in_the_order_asked_and_nothing_is_enlarged(tmp_path):
    path = saved(tmp_path, Image.new("L", (800, 400), 200), "jpeg")
    images = drawn(path, "jpeg")
    assert [(i.target_width_px, i.width_px, i.height_px) for i, _ in images] == [
        (320, 320, 160),
        (1200, 800, 400),
    ]
    for image, pixels in images:
        assert (pixels.format, pixels.size) == ("WEBP", (image.width_px, image.height_px))


def test_both_sides_are_clamped(tmp_path):
    path = saved(tmp_path, Image.new("L", (100, 3000), 255), "png")
    ((image, _),) = drawn(path, "png", widths_px=(1200,), limits=Limits(side_px=600))
    assert (image.width_px, image.height_px) == (20, 600)


def test_pixel_flood_is_refused_before_it_is_decoded(tmp_path):
    path = put(tmp_path, "flood.png", flooding_png(13_000, 13_000))
    for ask in (check, extract, lambda *a: list(render(*a))):
        with pytest.raises(LimitReachedError) as refused:
            ask(path, KINDS["png"])
        assert refused.value.data["limit"] == "pixels"


def test_larger_jpeg_is_decoded_at_reduced_size(tmp_path):
    path = saved(tmp_path, Image.new("L", (3000, 2000), 200), "jpeg")
    limits = Limits(pixels=1_000_000)
    assert check(path, KINDS["jpeg"], limits=limits).width_px == 3000
    ((image, _),) = drawn(path, "jpeg", widths_px=(320,), limits=limits)
    assert (image.width_px, image.height_px) == (320, 213)


def test_huge_jpeg_needs_no_memory_for_all_its_pixels(tmp_path):
    path = saved(tmp_path, Image.new("L", (20_000, 12_000), 200), "jpeg")
    limits = Limits(image_memory_bytes=200 * 1024 * 1024)
    ((image, _),) = drawn(path, "jpeg", widths_px=(1200,), limits=limits)
    assert (image.width_px, image.height_px) == (1200, 720)


def test_large_image_reduced_in_bands_has_neither_seams_nor_shifts(tmp_path):
    image = Image.new("RGBA", (1000, 2500), (0, 0, 0, 0))
    image.paste((0, 128, 0, 255), (0, 1250, 1000, 2500))
    path = saved(tmp_path, image, "png")
    ((_, pixels),) = drawn(path, "png", widths_px=(400,))
    column = [pixels.getpixel((200, y)) for y in range(1000)]
    assert all(min(colour) > 245 for colour in column[:488])
    assert all(abs(colour[1] - 128) < 8 and colour[0] < 12 for colour in column[512:])


def test_truncated_and_spoiled_images_are_refused_as_damaged(tmp_path):
    for kind in ("jpeg", "png", "tiff", "webp"):
        noise = Image.effect_noise((200, 200), 80)
        whole = saved(tmp_path, noise, kind).read_bytes()
        cut = put(tmp_path, f"cut.{kind}", whole[: len(whole) // 2])
        with pytest.raises(DamagedFileError):
            check(cut, KINDS[kind])
        spoiled = put(tmp_path, f"spoiled.{kind}", whole[:12] + b"\0" * 500)
        with pytest.raises(DamagedFileError):
            check(spoiled, KINDS[kind])


def test_postscript_is_never_opened_as_an_image(tmp_path):
    path = put(tmp_path, "a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")
    with pytest.raises(DamagedFileError):
        check(path, KINDS["jpeg"])
