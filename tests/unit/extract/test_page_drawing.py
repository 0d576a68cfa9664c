"""PDF pages drawn as WebP."""

from __future__ import annotations

import io

import pypdf
from PIL import Image

from archive.extract import Limits, render
from archive.extract.kinds import KINDS
from tests.unit.extract.extract_samples import changed, mapped_pdf, poem_pdf, put, raw_pdf

PDF = KINDS["pdf"]


def page_pdf(media_box: str) -> bytes:
    return raw_pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[{media_box}]>>",
        ]
    )


def test_every_page_is_drawn_in_both_widths(tmp_path):
    images = list(render(put(tmp_path, "a.pdf", poem_pdf()), PDF))
    assert [(image.number, image.width_px) for image in images] == [
        (number, width) for number in (1, 2, 3) for width in (320, 1200)
    ]
    for image in images:
        pixels = Image.open(io.BytesIO(image.data))
        assert pixels.format == "WEBP"
        assert pixels.size == (image.width_px, image.height_px)
        low, high = pixels.convert("L").getextrema()
        assert low < 100  # There is ink
        assert high > 250  # on white paper.


def test_only_the_pages_asked_for_are_drawn(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    images = list(render(path, PDF, pages=[3, 1, 99, 0], widths_px=(100,)))
    assert [image.number for image in images] == [3, 1]
    assert list(render(path, PDF, pages=[])) == []


def test_turned_page_is_drawn_as_it_is_read(tmp_path):
    turned = changed(mapped_pdf("A", {}), lambda writer: writer.pages[0].rotate(90))
    (image,) = render(put(tmp_path, "a.pdf", turned), PDF, widths_px=(800,))
    assert (image.width_px, image.height_px) == (800, 600)
    pixels = Image.open(io.BytesIO(image.data)).convert("L")
    # The letter at the upper left of the unturned page comes to the upper right.
    assert pixels.crop((650, 0, 800, 150)).getextrema()[0] < 100
    assert pixels.crop((0, 0, 600, 600)).getextrema()[0] > 200


def test_no_page_however_long_or_wide_is_drawn_beyond_the_side(tmp_path):
    limits = Limits(side_px=500)
    for box in ("0 0 2 200000", "0 0 200000 2", "0 0 14000000 14000000", "0 0 1e38 1e38"):
        for image in render(put(tmp_path, "a.pdf", page_pdf(box)), PDF, limits=limits):
            assert 1 <= image.width_px <= 500
            assert 1 <= image.height_px <= 500


def test_filled_in_fields_are_drawn(tmp_path):
    def fill(writer):
        name, number = pypdf.generic.NameObject, pypdf.generic.NumberObject
        look = pypdf.generic.StreamObject()
        look._data = b"0 0 100 100 re f"
        look.update(
            {
                name("/Type"): name("/XObject"),
                name("/Subtype"): name("/Form"),
                name("/BBox"): pypdf.generic.ArrayObject([number(n) for n in (0, 0, 100, 100)]),
            }
        )
        field = pypdf.generic.DictionaryObject(
            {
                name("/Type"): name("/Annot"),
                name("/Subtype"): name("/Widget"),
                name("/FT"): name("/Tx"),
                name("/F"): number(4),
                name("/T"): pypdf.generic.TextStringObject("f"),
                name("/Rect"): pypdf.generic.RectangleObject((100, 100, 200, 200)),
                name("/AP"): pypdf.generic.DictionaryObject({name("/N"): writer._add_object(look)}),
            }
        )
        kept = writer._add_object(field)
        writer.pages[0][name("/Annots")] = pypdf.generic.ArrayObject([kept])
        writer._root_object[name("/AcroForm")] = pypdf.generic.DictionaryObject(
            {name("/Fields"): pypdf.generic.ArrayObject([kept])}
        )

    filled = changed(page_pdf("0 0 300 300"), fill)
    (image,) = render(put(tmp_path, "a.pdf", filled), PDF, widths_px=(300,))
    pixels = Image.open(io.BytesIO(image.data)).convert("L")
    assert pixels.getpixel((150, 150)) < 60


def test_scripts_of_a_document_are_not_run(tmp_path):
    def script(writer):
        name, text = pypdf.generic.NameObject, pypdf.generic.TextStringObject
        loop = text("while(true){}")
        action = pypdf.generic.DictionaryObject(
            {name("/S"): name("/JavaScript"), name("/JS"): loop}
        )
        writer._root_object[name("/OpenAction")] = action

    path = put(tmp_path, "a.pdf", changed(poem_pdf(), script))
    limits = Limits(cpu_seconds=2, cpu_seconds_per_page=0)
    assert len(list(render(path, PDF, limits=limits))) == 6
