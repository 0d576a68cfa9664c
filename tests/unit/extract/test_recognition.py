"""Pictures of pages become text, with every word where it stands on the page as displayed."""

from __future__ import annotations

import errno
import functools
import gzip
import importlib.util
import io
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image

from archive.core.errors import ExtractorFailedError, LimitReachedError
from archive.core.text import tokens
from archive.extract import Limits, extract, identify, recognition
from archive.extract.recognition import recognise, recognition_available, unpack_data
from archive.extract.results import PageText, Word
from tests.conftest import ROOT, missing
from tests.unit.extract.extract_samples import endless_drawing_pdf, put, typeset

ASSETS = ROOT / "node_modules"
LINES = (
    "Đội Việt Nam Tuyên truyền Giải phóng quân thành lập ngày 22 tháng 12 năm 1944",
    "Pác Bó, Trường Hà, Hà Quảng là nơi cội nguồn của cách mạng",
    "Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng quê ở nhiều bản làng",
)
SIZE = {"width": "148mm", "height": "105mm"}

Place = tuple[float, float]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    available = recognition_available(ASSETS)
    if not available.is_ok:
        missing(available.detail)
    return unpack_data(ASSETS, tmp_path_factory.mktemp("ocr") / "data")


@functools.cache
def born_pdf() -> bytes:
    return typeset((" ".join(LINES),), **SIZE)


@functools.cache
def raster() -> Image.Image:
    """The page of `LINES` as a scanner sees it: 200 dpi, grey."""
    document = pypdfium2.PdfDocument(born_pdf())
    image = document[0].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
    document.close()
    return image.copy()


@pytest.fixture
def true_words(tmp_path: Path) -> dict[str, Word]:
    """The words of the page and their boxes, by PDFium, of the very PDF that was rendered; those
    that stand on it once."""
    path = put(tmp_path, "born.pdf", born_pdf())
    with extract(path, identify(path, path.name)) as reading:
        [page] = reading
    texts = [page.text[word.start : word.end] for word in page.words]
    return {
        text: word
        for text, word in zip(texts, page.words, strict=True)
        if texts.count(text) == 1 and text[-1].isalnum()
    }


def read(path: Path, data: Path, **options) -> list[PageText]:
    options.setdefault("pages", [1])
    return list(recognise(path, identify(path, path.name), data=data, **options))


def saved(folder: Path, image: Image.Image, name: str = "page.png", **options) -> Path:
    path = folder / name
    image.save(path, dpi=(200, 200), **options)
    return path


def middle(word: Word) -> Place:
    return (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2


def same_place(place: Place) -> Place:
    return place


def assert_in_place(
    page: PageText, true_words: dict[str, Word], moved: Callable[[Place], Place] = same_place
) -> None:
    """Nearly every word is read, and its box lies where the page holds it (`moved`: the way from
    a place on the upright page to one on the page as displayed)."""
    seen = {page.text[word.start : word.end].rstrip(",."): word for word in page.words}
    found = [text for text in true_words if text in seen]
    assert len(found) >= 0.9 * len(true_words)
    for text in found:
        x, y = moved(middle(true_words[text]))
        word = seen[text]
        assert word.x0 < x < word.x1, text
        assert word.y0 - 0.01 < y < word.y1 + 0.01, text
        # A box is the word's own, not the line's.
        assert (word.x1 - word.x0) * (word.y1 - word.y0) < 0.03, text


def test_a_scanned_page_is_read_with_its_words_where_they_stand(tmp_path, data, true_words):
    [page] = read(saved(tmp_path, raster()), data)
    assert page.text_source == "ocr"
    assert (page.number, page.label, page.problem) == (1, None, None)
    assert (page.width_px, page.height_px) == raster().size
    assert_in_place(page, true_words)
    # Words of the text and words with boxes are the same, in the same order.
    assert [page.text[w.start : w.end] for w in page.words] == page.text.split()


def test_a_scanned_pdf_is_read_in_points(tmp_path, data, true_words):
    written = io.BytesIO()
    raster().save(written, "PDF", resolution=200)
    [page] = read(put(tmp_path, "scan.pdf", written.getvalue()), data)
    assert page.width_px == pytest.approx(148 / 25.4 * 72, abs=0.5)
    assert_in_place(page, true_words)


def test_a_photograph_turned_by_its_camera_is_read_as_it_is_displayed(tmp_path, data, true_words):
    exif = Image.Exif()
    exif[0x0112] = 6  # Shown after a quarter turn to the right.
    lying = raster().transpose(Image.Transpose.ROTATE_90).convert("RGB")
    [page] = read(saved(tmp_path, lying, "photo.jpg", exif=exif, quality=85), data)
    assert (page.width_px, page.height_px) == raster().size
    assert_in_place(page, true_words)


@pytest.mark.parametrize(
    ("turn", "moved"),
    [
        (Image.Transpose.ROTATE_90, lambda place: (place[1], 1 - place[0])),
        (Image.Transpose.ROTATE_180, lambda place: (1 - place[0], 1 - place[1])),
        (Image.Transpose.ROTATE_270, lambda place: (1 - place[1], place[0])),
    ],
    ids=["left", "upside down", "right"],
)
def test_a_page_scanned_the_wrong_way_round_is_read(tmp_path, data, true_words, turn, moved):
    [page] = read(saved(tmp_path, raster().transpose(turn)), data)
    assert_in_place(page, true_words, moved)


def test_a_tilted_page_is_read_and_its_boxes_lie_on_the_tilted_words(tmp_path, data, true_words):
    degrees = 4.0
    image = raster().rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    width, height = image.size
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def moved(place: Place) -> Place:
        x, y = (place[0] - 0.5) * width, (place[1] - 0.5) * height
        return (x * cosine + y * sine) / width + 0.5, (y * cosine - x * sine) / height + 0.5

    [page] = read(saved(tmp_path, image), data)
    assert_in_place(page, true_words, moved)


def test_a_shadow_over_half_of_the_page_takes_no_words(tmp_path, data, true_words):
    grey = np.asarray(raster(), dtype=np.float32)
    light = 1 - 0.8 * np.linspace(0, 1, grey.shape[1], dtype=np.float32)
    shaded = Image.fromarray(((40 + grey * 0.8) * light).astype(np.uint8))
    [page] = read(saved(tmp_path, shaded), data)
    assert_in_place(page, true_words)


@pytest.mark.parametrize(
    "converted",
    [
        lambda grey: grey.convert("CMYK"),
        lambda grey: Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
        lambda grey: Image.merge("LA", (Image.new("L", grey.size), grey.point(lambda v: 255 - v))),
        lambda grey: grey.point(lambda v: 255 * (v > 128)).convert("1"),
    ],
    ids=["CMYK", "16 bit", "transparent", "1 bit"],
)
def test_every_manner_of_image_is_read(tmp_path, data, converted):
    image = converted(raster().crop((0, 0, raster().width, raster().height // 2)))
    [page] = read(saved(tmp_path, image, "page.tif" if image.mode == "CMYK" else "page.png"), data)
    assert "Tuyên truyền Giải phóng quân" in page.text


def test_the_pages_of_a_tiff_are_read_in_the_order_asked_for(tmp_path, data):
    top = raster().crop((0, 0, raster().width, raster().height // 2))
    blank = Image.new("L", top.size, 255)
    path = saved(tmp_path, blank, "frames.tif", save_all=True, append_images=[top, blank])
    pages = read(path, data, pages=[2, 1, 9])
    assert [page.number for page in pages] == [2, 1]
    assert [page.text_source for page in pages] == ["ocr", "none"]


@pytest.mark.parametrize("name", ["white", "black", "noise", "one dot"])
def test_a_page_without_writing_has_no_text(tmp_path, data, name):
    size = (800, 600)
    chance = np.random.default_rng(7)
    image = {
        "white": Image.new("L", size, 255),
        "black": Image.new("L", size, 0),
        "noise": Image.fromarray(chance.integers(0, 256, (300, 400), dtype=np.uint8)),
        "one dot": Image.new("L", (1, 1), 0),
    }[name]
    [page] = read(saved(tmp_path, image), data)
    assert (page.text, page.words, page.text_source) == ("", (), "none")


def test_a_page_that_meets_its_limit_takes_no_other_page_with_it(tmp_path, data):
    writer = pypdf.PdfWriter()
    for part in (born_pdf(), endless_drawing_pdf(), born_pdf()):
        writer.append(io.BytesIO(part))
    written = io.BytesIO()
    writer.write(written)
    path = put(tmp_path, "mixed.pdf", written.getvalue())
    # A busy machine needs a while for two seconds of processor time.
    limits = Limits(ocr_cpu_seconds_per_page=2, wall_factor=20)
    kind = identify(path, path.name)
    pages = recognise(path, kind, pages=[1, 2, 3], limits=limits, data=data)
    assert "Pác Bó" in next(pages).text
    with pytest.raises(LimitReachedError) as met:
        next(pages)
    assert met.value.data == {"limit": "cpu_seconds", "value": 2}
    [last] = read(path, data, pages=[3], limits=limits)
    assert last.number == 3
    assert "Pác Bó" in last.text


def test_a_page_that_wants_too_much_memory_is_ended_by_name(tmp_path, data):
    path = saved(tmp_path, Image.new("L", (6000, 6000), 255))
    limits = Limits(image_memory_bytes=400 * 1024 * 1024)
    with pytest.raises(LimitReachedError) as met:
        read(path, data, limits=limits)
    assert met.value.data["limit"] == "memory"


def test_leaving_early_ends_the_child(tmp_path, data):
    blank = Image.new("L", (400, 400), 255)
    path = saved(tmp_path, blank, "frames.tif", save_all=True, append_images=[blank])
    pages: Iterator[PageText] = recognise(path, identify(path, path.name), pages=[1, 2], data=data)
    assert next(pages).number == 1
    pages.close()  # The fixture of this folder looks for a child left behind.


def test_running_text_has_no_pictures_to_read(tmp_path, data):
    path = put(tmp_path, "note.txt", "Pác Bó".encode())
    assert read(path, data) == []


def test_an_engine_loaded_before_a_fork_reads_after_it(tmp_path, data):
    path = saved(tmp_path, raster().crop((0, 0, raster().width, raster().height // 2)))
    script = """
import os, sys
from pathlib import Path
from archive.extract.image_document import open_document
from archive.extract.limits import Limits
from archive.extract.ocr_page import load_engine, recognise_page
engine = load_engine(Path(sys.argv[1]))
for _ in range(2):
    child = os.fork()
    if child == 0:
        document = open_document(Path(sys.argv[2]), "png", Limits())
        page = recognise_page(document, 1, engine)
        os._exit(0 if "Giải phóng quân" in page.text else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    command = [sys.executable, "-c", script, str(data), str(path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)


def test_what_is_missing_is_told_without_an_error(tmp_path, monkeypatch):
    packed = tmp_path / recognition.PACKED_DATA
    packed.parent.mkdir(parents=True)
    whole = gzip.compress(bytes(random.Random(5).choices(b"abcdef", k=5_000)))
    damaged = whole[:800] + bytes(200) + whole[1_000:]
    for content in (None, b"no gzip", whole[:800], damaged, whole):
        if content is not None:
            packed.write_bytes(content)
        found = recognition_available(tmp_path)
        assert not found.is_ok
        assert "vie.traineddata" in found.detail
        assert str(tmp_path) not in found.detail, "strangers read this"
        with pytest.raises(ExtractorFailedError):
            unpack_data(tmp_path, tmp_path / "data")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "tesserocr" in recognition_available(tmp_path).detail


def test_a_damaged_copy_of_the_data_is_unpacked_anew(data, tmp_path):
    kept = unpack_data(ASSETS, tmp_path / "data") / recognition.DATA_NAME
    whole = kept.read_bytes()
    kept.write_bytes(whole[:1000])
    unpack_data(ASSETS, tmp_path / "data")
    assert kept.read_bytes() == whole
    assert [path.name for path in (tmp_path / "data").iterdir()] == [recognition.DATA_NAME]


def test_data_that_a_killed_process_left_half_unpacked_is_swept(data, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / ".data-half").write_bytes(b"half")
    unpack_data(ASSETS, folder)
    assert [path.name for path in folder.iterdir()] == [recognition.DATA_NAME]


def test_data_that_finds_no_room_leaves_none_of_it(data, tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        unpack_data(ASSETS, tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


def test_data_swept_by_another_process_is_written_again(data, tmp_path, monkeypatch):
    real, folder = os.fsync, tmp_path / "data"

    def swept_once(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        for path in folder.iterdir():
            path.unlink()

    monkeypatch.setattr(os, "fsync", swept_once)
    assert (unpack_data(ASSETS, folder) / recognition.DATA_NAME).stat().st_size > 1_000_000


def test_data_that_is_not_the_expected_one_is_refused(tmp_path):
    with pytest.raises(ExtractorFailedError):
        unpack_data(tmp_path, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_an_installation_without_data_is_not_the_files_fault(tmp_path, data):
    with pytest.raises(ExtractorFailedError):
        read(saved(tmp_path, Image.new("L", (50, 50), 255)), tmp_path)


@pytest.mark.corpus
def test_a_real_scan_is_read_as_vietnamese(corpus, data):
    path = corpus / "vi" / "scan_030.pdf"
    [page] = read(path, data)
    for phrase in ("Độc lập - Tự do - Hạnh phúc", "Tổng cục Lâm nghiệp", "thành phố Hà Nội"):
        assert phrase in page.text
    assert len(tokens(page.text)) > 250
    assert len(page.words) == len(page.text.split())
    # The state's motto stands on the right of the head.
    motto = next(w for w in page.words if page.text[w.start : w.end] == "Hạnh")
    assert 0.5 < motto.x0 < motto.x1 < 0.9
    assert motto.y1 < 0.2
