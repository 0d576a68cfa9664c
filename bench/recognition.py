"""What recognition reads rightly, and what it costs beside the bare library.

    python -m bench.recognition

1. Pages of known Vietnamese text, typeset in several faces, columns and sizes, are read as a
   flawless scanner would see them, and again after each of ten faults (blur, noise, tilt, turns, a
   shadow …), through `archive.extract.recognition` and its child process.
2. Scanned PDFs of the same pages: all processor time of ours, children and their start included;
   between the rounds the peer, bare tesserocr with the same data, takes the text out of the same
   pictures, already decoded, in one process.
3. One process of ours, then two at once: what a second core adds.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from archive.core.text import clean_text, fold, tokens
from archive.extract import check, identify
from archive.extract.recognition import recognise, recognition_available, unpack_data
from bench.processor import cpu_seconds
from bench.recognition_pages import DPI, FAULTS, KnownPage, degraded, known_pages
from bench.report import Row, finish, tell
from bench.running import ROOT

ASSETS = ROOT / "node_modules"
FONTS = ASSETS / "@expo-google-fonts"
# Each fault befalls so many of the pages, others each time.
_PAGES_PER_FAULT = 2


@dataclass
class Score:
    """Edits and characters, words found and words there, summed over pages."""

    edits: int = 0
    characters: int = 0
    found: int = 0
    found_folded: int = 0
    words: int = 0

    def add(self, truth: str, read: str) -> None:
        true_line, read_line = _one_line(truth), _one_line(read)
        self.edits += edit_distance(true_line, read_line)
        self.characters += len(true_line)
        true_words = [token.text for token in tokens(truth)]
        read_words = [token.text for token in tokens(read)]
        self.words += len(true_words)
        self.found += _common(true_words, read_words)
        self.found_folded += _common(map(fold, true_words), map(fold, read_words))

    def __str__(self) -> str:
        found, folded = self.found / self.words, self.found_folded / self.words
        return f"CER {self.cer:.4f}, words {found:.3f}, folded {folded:.3f}"

    @property
    def cer(self) -> float:
        return self.edits / self.characters


def measure_recognition(folder: Path, *, rounds: int = 3) -> list[Row]:
    """The rows of recognition; `folder` is made and holds the pages and the data meanwhile.

    `ocr_cer_*`: the least number of characters to insert, delete or replace, over the number of
    characters of the truth; runs of white space count as one space. `ocr_word_recall`: of the
    truth's words (`core.text.tokens`, capitals and marks as they are), the share that the text read
    holds too, each as often as it holds it, wherever it stands; `_folded`: the same without marks
    and capitals. Both over rendered and degraded pages together.
    """
    available = recognition_available(ASSETS)
    if not available.is_ok:
        raise RuntimeError(available.detail)
    folder.mkdir(parents=True)
    data = unpack_data(ASSETS, folder / "data")
    pages = known_pages(FONTS)
    return [
        *_measure_words(pages, folder, data),
        *_measure_cost(pages, folder, data, rounds=rounds),
        _measure_cores(folder, data, rounds=rounds),
    ]


def edit_distance(one: str, other: str) -> int:
    """Levenshtein's distance of two texts, a row at a time."""
    letters = np.frombuffer(other.encode("utf-32-le"), dtype=np.uint32)
    places = np.arange(len(letters) + 1)
    row = places
    for number, letter in enumerate(one, start=1):
        changed = np.empty_like(row)
        changed[0] = number
        changed[1:] = np.minimum(row[:-1] + (letters != ord(letter)), row[1:] + 1)
        # What an insertion costs runs along the row.
        row = np.minimum.accumulate(changed - places) + places
    return int(row[-1])


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    return (Counter(one) & Counter(other)).total()


def _measure_words(pages: Sequence[KnownPage], folder: Path, data: Path) -> list[Row]:
    rendered, worn, both = Score(), Score(), Score()
    for page in pages:
        score = Score()
        read = _read_image(_png(page.raster()), ".png", folder, data)
        for counted in (score, rendered, both):
            counted.add(page.text, read)
        tell(f"{page.name}: {score}")
    for number, fault in enumerate(FAULTS):
        score = Score()
        for turn in range(_PAGES_PER_FAULT):
            # Half the pages apart, so that every page meets several faults.
            page = pages[(number + turn * len(pages) // _PAGES_PER_FAULT) % len(pages)]
            read = _read_image(degraded(page, fault, seed=number), fault.extension, folder, data)
            for counted in (score, worn, both):
                counted.add(page.text, read)
        tell(f"{fault.name}: {score}")
    return [
        Row(name="ocr_cer_rendered", value=rendered.cer, goal=0.03),
        Row(name="ocr_cer_degraded", value=worn.cer, goal=0.03),
        Row(name="ocr_word_recall", value=both.found / both.words, goal=0.95, bound="least"),
        Row(
            name="ocr_word_recall_folded",
            value=both.found_folded / both.words,
            goal=0.98,
            bound="least",
        ),
    ]


def _read_image(image: bytes, extension: str, folder: Path, data: Path) -> str:
    path = folder / f"page{extension}"
    path.write_bytes(image)
    [page] = recognise(path, identify(path, path.name), pages=[1], data=data)
    return page.text


def _measure_cost(
    pages: Sequence[KnownPage], folder: Path, data: Path, *, rounds: int
) -> list[Row]:
    rasters = [page.raster() for page in pages]
    scan = folder / "scan.pdf"
    rasters[0].save(
        scan, "PDF", save_all=True, append_images=rasters[1:], resolution=DPI, quality=80
    )
    ours, bare, ratios = [], [], []
    for number in range(rounds):
        turns: list[Callable[[], None]] = [
            lambda: _read_scan(scan, data),
            lambda: _read_bare(rasters, data),
        ]
        figures = {}
        # Who comes first changes, so that neither always finds a quiet machine.
        for turn in random.Random(number).sample((0, 1), k=2):
            before = cpu_seconds()
            turns[turn]()
            figures[turn] = len(pages) / (cpu_seconds() - before)
        ours.append(figures[0])
        bare.append(figures[1])
        ratios.append(figures[0] / figures[1])
        tell(f"round {number + 1}: {figures[0]:.3f} pages per CPU second, bare {figures[1]:.3f}")
    return [
        Row(name="ocr_pages_per_cpu_s", value=statistics.median(ours)),
        Row(name="bare_tesserocr_pages_per_cpu_s", value=statistics.median(bare)),
        Row(name="ocr_to_bare_ratio", value=statistics.median(ratios), goal=0.9, bound="least"),
    ]


def _read_scan(scan: Path, data: Path) -> None:
    """As the worker does: a child for each page."""
    kind = identify(scan, scan.name)
    for number in range(1, check(scan, kind).pages + 1):
        (page,) = recognise(scan, kind, pages=[number], data=data)
        assert page.text


_BARE = """
import sys
import tesserocr
from PIL import Image
data, *paths = sys.argv[1:]
with tesserocr.PyTessBaseAPI(path=data + "/", lang="vie") as engine:
    for path in paths:
        engine.SetImage(Image.open(path))
        assert engine.GetUTF8Text()
"""


def _read_bare(rasters: Sequence[Image.Image], data: Path) -> None:
    """A process of its own, for the library takes its one thread from the environment; the
    pictures lie unpacked on the disk, and cost it next to nothing to read."""
    paths = []
    for number, raster in enumerate(rasters):
        path = data.parent / f"raster_{number}.bmp"
        if not path.exists():
            raster.save(path)
        paths.append(str(path))
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run([sys.executable, "-c", _BARE, str(data), *paths], env=environment, check=True)


def _measure_cores(folder: Path, data: Path, *, rounds: int) -> Row:
    """The best of the rounds: the machine may have something else to do in the others."""
    scan = folder / "scan.pdf"
    ratios = []
    for _ in range(rounds):
        alone = _wall_seconds(scan, data, processes=1)
        together = _wall_seconds(scan, data, processes=2)
        ratios.append(2 * alone / together)
    tell("two processes over one: " + ", ".join(f"{ratio:.2f}" for ratio in ratios))
    return Row(name="ocr_two_cores_ratio", value=max(ratios), goal=1.8, bound="least")


def _wall_seconds(scan: Path, data: Path, *, processes: int) -> float:
    command = [sys.executable, "-m", "bench.recognition", "--only-read", str(scan), str(data)]
    started = time.monotonic()
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(processes)]
    codes = [process.wait() for process in running]
    assert not any(codes), "a reading process failed"
    return time.monotonic() - started


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", dpi=(DPI, DPI), compress_level=1)
    return written.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench.recognition", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=3, help="of the rows of cost and cores")
    parser.add_argument("--only-read", nargs=2, metavar=("SCAN", "DATA"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_read:
        _read_scan(*map(Path, options.only_read))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-recognition-") as name:
        rows = measure_recognition(Path(name) / "recognition", rounds=options.rounds)
    return finish("pages of known text, rendered and degraded, recognised", rows)


if __name__ == "__main__":
    sys.exit(main())
