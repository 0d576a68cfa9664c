"""The syntax of an image request, and what it means on a page of 1,000 by 1,500 pixels."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.api.iiif.parameters import canonical_path, read_request
from archive.core.errors import InvalidInputError
from archive.extract.cutting import Cut
from archive.services.page_pictures import PagePicture, full_size

WIDTH, HEIGHT = 1000, 1500
PICTURE = PagePicture(
    publication_id="k3f9x2m7q1zt",
    number=1,
    is_public=True,
    width_px=WIDTH,
    height_px=HEIGHT,
    sha256="ab" * 32,
    kind="pdf",
    logical_path="a.pdf",
    object_version=1,
    file_page=1,
    raised_limits=None,
)


def read(
    region: str = "full",
    size: str = "max",
    rotation: str = "0",
    quality: str = "default",
    image_format: str = "jpg",
) -> Cut:
    return read_request(
        PICTURE,
        region=region,
        size=size,
        rotation=rotation,
        quality=quality,
        image_format=image_format,
    )


def problem(**given: str) -> tuple[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        read(**given)
    return refused.value.data["field"], refused.value.data["problem"]


@pytest.mark.parametrize(
    ("region", "box"),
    [
        ("full", (0, 0, 1000, 1500)),
        ("square", (0, 250, 1000, 1000)),
        ("0,0,1000,1500", (0, 0, 1000, 1500)),
        ("125,15,120,140", (125, 15, 120, 140)),
        ("999,1499,1,1", (999, 1499, 1, 1)),
        ("900,1400,200,200", (900, 1400, 100, 100)),
        ("0,0,999999999,1", (0, 0, 1000, 1)),
        ("pct:0,0,100,100", (0, 0, 1000, 1500)),
        ("pct:41.6,7.5,40,70", (416, 112, 400, 1050)),
        ("pct:41.6,7.5,66.6,100", (416, 112, 584, 1388)),
        ("pct:.5,0.5,50.,50", (5, 8, 500, 750)),
    ],
)
def test_region_is_the_box_it_names_cut_at_the_edge(
    region: str, box: tuple[int, int, int, int]
) -> None:
    cut = read(region)
    assert (cut.left_px, cut.top_px, cut.width_px, cut.height_px) == box
    assert (cut.out_width_px, cut.out_height_px) == box[2:]


@pytest.mark.parametrize(
    "region",
    [
        *("", "Full", "FULL", " full", "full ", "all", "1,2,3", "1,2,3,4,5", "1,2,3,", ",,,"),
        *("-1,0,5,5", "+1,0,5,5", "1.5,0,5,5", "a,b,c,d", "1;2;3;4", "0x1,0,5,5", "1e2,0,5,5"),
        *("pct:", "pct:1,2,3", "pct:-1,0,5,5", "pct:1e1,0,5,5", "pct:nan,0,5,5", "pct:inf,0,5,5"),
        *("PCT:1,2,3,4", "pct: 1,2,3,4", "pct:1,2,3,4%", "pct:1..5,2,3,4", "square,", "٣,0,5,5"),
        *("0,0,1000000000,5", "9" * 5000 + ",0,5,5", "full\n", "0,0,5,5\n", "pct:.,0,5,5"),
    ],
)
def test_region_in_no_form_is_refused(region: str) -> None:
    assert problem(region=region) == ("region", "malformed")


@pytest.mark.parametrize(
    "region",
    [
        *("0,0,0,10", "0,0,10,0", "0,0,0,0", "1000,0,10,10", "0,1500,10,10", "5000,5000,10,10"),
        *("pct:0,0,0,10", "pct:100,0,10,10", "pct:0,101,10,10", "pct:50,50,0.01,0.01"),
    ],
)
def test_region_without_a_pixel_of_the_page_is_refused(region: str) -> None:
    assert problem(region=region) == ("region", "outside")


@pytest.mark.parametrize(
    ("size", "out"),
    [
        ("max", (400, 600)),
        ("^max", (400, 600)),
        ("200,", (200, 300)),
        ("^200,", (200, 300)),
        ("400,", (400, 600)),
        ("1,", (1, 2)),
        (",300", (200, 300)),
        (",1", (1, 1)),
        ("pct:50", (200, 300)),
        ("pct:100", (400, 600)),
        ("^pct:100", (400, 600)),
        ("pct:0.25", (1, 2)),
        ("200,100", (200, 100)),
        ("400,1", (400, 1)),
        ("!200,200", (133, 200)),
        ("!200,9999", (200, 300)),
        ("!9999,9999", (400, 600)),
        ("^!200,200", (133, 200)),
        ("!1,1", (1, 1)),
    ],
)
def test_size_scales_the_region(size: str, out: tuple[int, int]) -> None:
    cut = read("100,100,400,600", size)
    assert (cut.out_width_px, cut.out_height_px) == out


@pytest.mark.parametrize(
    "size",
    [
        *("", "full", "Max", "MAX", ",", "^", "^,", "!", "!,", "!5,", "!,5", "!max", "max,", "5"),
        *("5,5,5", "-5,", "5.5,", "a,", "pct:", "pct:-5", "pct:1e1", "pct:a", "pct:5%", "^^max"),
        *("!^5,5", "max^", " max", "5, 5", "pct:5,", "!pct:5", "9" * 5000 + ",", "٣,", "5,\n"),
    ],
)
def test_size_in_no_form_is_refused(size: str) -> None:
    assert problem(region="0,0,400,600", size=size) == ("size", "malformed")


@pytest.mark.parametrize(
    ("size", "why"),
    [
        *((size, "too_large") for size in ("401,", ",601", "401,5", "5,601", "pct:100.3")),
        *((size, "too_large") for size in ("pct:120", "999999999,", "999999999,999999999")),
        *((size, "upscaling") for size in ("^401,", "^,601", "^401,5", "^pct:120", "^!800,1200")),
        *((size, "too_small") for size in ("0,", ",0", "0,0", "5,0", "0,5", "!0,0", "!5,0")),
        *((size, "too_small") for size in ("pct:0", "pct:0.01", "^0,", "^pct:0", "0,999999999")),
    ],
)
def test_size_that_cannot_be_had_says_why(size: str, why: str) -> None:
    expected = "too_large" if size == "0,999999999" else why
    assert problem(region="0,0,400,600", size=size) == ("size", expected)


def test_what_would_enlarge_a_part_is_not_done_but_the_whole_is_at_its_largest() -> None:
    assert problem(region="0,0,400,600", size="^!401,9999")[1] == "upscaling"
    assert read(size="^max") == read(size="max")


@pytest.mark.parametrize(
    ("rotation", "turned"),
    [
        *(("0", (False, 0)), ("90", (False, 90)), ("180", (False, 180)), ("270", (False, 270))),
        *(("360", (False, 0)), ("90.0", (False, 90)), ("!0", (True, 0)), ("!270", (True, 270))),
    ],
)
def test_rotation_is_read(rotation: str, turned: tuple[bool, int]) -> None:
    cut = read(rotation=rotation)
    assert (cut.is_mirrored, cut.rotation) == turned


@pytest.mark.parametrize("rotation", ["45", "22.5", "361", "90.5", "!1", "999999999"])
def test_other_rotations_are_not_offered(rotation: str) -> None:
    assert problem(rotation=rotation) == ("rotation", "unknown")


@pytest.mark.parametrize("rotation", ["", "-90", "+90", "90!", "!!90", "a", "1e2", "!", "90°"])
def test_rotation_in_no_form_is_refused(rotation: str) -> None:
    assert problem(rotation=rotation) == ("rotation", "malformed")


@pytest.mark.parametrize("quality", ["", "native", "grey", "Default", "default.jpg"])
def test_unknown_quality_is_refused(quality: str) -> None:
    assert problem(quality=quality) == ("quality", "unknown")


@pytest.mark.parametrize("image_format", ["", "jpeg", "JPG", "tif", "gif", "jp2", "pdf"])
def test_unknown_format_is_refused(image_format: str) -> None:
    assert problem(image_format=image_format) == ("format", "unknown")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "full/max/0/default.jpg"),
        ({"region": "0,0,1000,1500", "size": "1000,"}, "full/max/0/default.jpg"),
        ({"region": "pct:0,0,50,50", "size": "pct:10"}, "0,0,500,750/50,75/0/default.jpg"),
        ({"region": "square", "size": "!10,10"}, "0,250,1000,1000/10,10/0/default.jpg"),
        ({"rotation": "!360.0", "quality": "color"}, "full/max/!0/default.jpg"),
        ({"quality": "gray", "image_format": "png"}, "full/max/0/gray.png"),
    ],
)
def test_request_has_one_spelling(given: dict[str, str], path: str) -> None:
    cut = read(**given)
    assert canonical_path(cut, PICTURE) == path
    region, size, rotation, last = path.split("/")
    quality, image_format = last.split(".")
    assert read(region, size, rotation, quality, image_format) == cut


_number = st.one_of(
    st.integers(-5, 3000).map(str),
    st.floats(-5, 3000).map(str),
    st.sampled_from(["", "0", "1", "1000", "1500", "9" * 12, "1e3", "nan", "."]),
)
_region = st.one_of(
    st.text(max_size=12),
    st.lists(_number, min_size=3, max_size=5).map(",".join),
    st.lists(_number, min_size=3, max_size=5).map(lambda parts: "pct:" + ",".join(parts)),
    st.sampled_from(["full", "square"]),
)
_size = st.tuples(
    st.sampled_from(["", "^", "!", "^!"]),
    st.one_of(
        st.text(max_size=12),
        st.lists(_number, min_size=1, max_size=3).map(",".join),
        _number.map(lambda part: f"pct:{part}"),
        st.sampled_from(["max"]),
    ),
).map("".join)


@settings(max_examples=200, deadline=None)
@given(_region, _size, st.one_of(_number, st.text(max_size=6)))
@example("0,0,1000,1", "!1,1", "0")
@example("pct:0,0,0.0999,100", "max", "0")
def test_whatever_is_asked_stays_on_the_page_or_is_refused(
    region: str, size: str, rotation: str
) -> None:
    try:
        cut = read(region, size, rotation)
    except InvalidInputError:
        return
    assert 0 <= cut.left_px < cut.left_px + cut.width_px <= WIDTH
    assert 0 <= cut.top_px < cut.top_px + cut.height_px <= HEIGHT
    assert 1 <= cut.out_width_px <= cut.width_px
    assert 1 <= cut.out_height_px <= cut.height_px


@settings(max_examples=100, deadline=None)
@given(st.floats(0.01, 1e9), st.floats(0.01, 1e9), st.booleans())
@example(595.28, 841.89, False)
@example(20_000.0, 20_000.0, True)
@example(1.0, 1e9, False)
def test_no_page_is_drawn_beyond_the_limits(width: float, height: float, is_image: bool) -> None:
    found = full_size(width, height, is_image=is_image, side_px=4000)
    assert min(found) >= 1
    assert max(found) <= 4000
    assert found[0] * found[1] <= 10_000_000
    if is_image:
        assert found[0] <= max(1, width)
        assert found[1] <= max(1, height)


def test_print_is_four_tiles_wide_on_paper_of_any_size_and_an_image_as_it_is() -> None:
    for width in (148, 210, 297):
        assert full_size(width, width * 2**0.5, is_image=False, side_px=4000) == (2047, 2896)
    assert full_size(1300, 900, is_image=True, side_px=4000) == (1300, 900)


@pytest.mark.parametrize(
    ("given", "is_offered"),
    [
        ({"region": "0,0,512,512", "size": "512,512", "image_format": "webp"}, True),
        ({"region": "512,1024,488,476"}, True),
        ({"region": "0,0,1000,1024", "size": "500,512"}, True),
        ({"region": "0,1024,1000,476", "size": "500,238"}, True),
        ({"size": "250,375"}, True),
        ({"size": "500,750", "quality": "color"}, True),
        ({"region": "1,0,512,512"}, False),
        ({"region": "0,0,512,511"}, False),
        ({"region": "0,0,512,512", "size": "511,512"}, False),
        ({"size": "251,375"}, False),
        ({"size": "250,375", "rotation": "90"}, False),
        ({"size": "250,375", "rotation": "!0"}, False),
        ({"size": "250,375", "quality": "gray"}, False),
        ({"size": "250,375", "image_format": "png"}, False),
    ],
)
def test_tiles_and_sizes_that_are_told_are_known_again(
    given: dict[str, str], is_offered: bool
) -> None:
    assert PICTURE.is_offered(read(**given)) is is_offered
