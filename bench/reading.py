"""What reading born-digital PDFs costs: into the index, and with both page images."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from archive.extract.isolation import isolation_available
from archive.models import Stage
from archive.worker.loop import Worker, spare_what_is_loaded
from bench.depositing import deposit, new_archive, typeset
from bench.processor import cpu_seconds
from bench.report import Row, tell
from bench.running import ROOT

CORPUS = ROOT.parent / "shared" / "corpus" / "vi"
RATIO_GOAL = 0.5
DRAWN_GOAL = 12.0


def born_digital(folder: Path, *, most: int) -> list[Path]:
    """Real PDFs with text where the folder of real files stands beside the checkout, else made."""
    found = sorted(CORPUS.glob("born_*.pdf"))
    if not found:
        tell("no real files beside the checkout: reading generated ones")
        for number in range(10):
            path = folder / f"made_{number}.pdf"
            path.write_bytes(typeset(20, seed=1000 + number))
            found.append(path)
    return found[: most or None]


def measure_reading(folder: Path, files: Sequence[Path], *, rounds: int) -> list[Row]:
    """Pages to the index per second of processor time, and the same of the bare reader; then pages
    with both images too."""
    ours, peers, ratios = [], [], []
    isolation_available()  # The server that children are copied from starts once a process.
    spare_what_is_loaded()  # As the worker's command does.
    for number in range(rounds):
        # Before and after: what the machine does beside it comes and goes within seconds.
        before = _read_bare(files)
        figure = _take_in(folder, files, (Stage.EXTRACT, Stage.INDEX))
        peer = statistics.harmonic_mean((before, _read_bare(files)))
        ours.append(figure)
        peers.append(peer)
        ratios.append(figure / peer)
        tell(f"round {number + 1}: {figure:.0f} pages per CPU second, bare {peer:.0f}")
    drawn = _take_in(folder, files, (Stage.EXTRACT, Stage.INDEX, Stage.IMAGES))
    return [
        Row(name="text_to_index_pages_per_cpu_s", value=statistics.median(ours)),
        Row(name="bare_pypdfium2_pages_per_cpu_s", value=statistics.median(peers)),
        Row(
            name="text_to_index_to_bare_ratio",
            value=statistics.median(ratios),
            goal=RATIO_GOAL,
            bound="least",
        ),
        Row(name="text_images_index_pages_per_cpu_s", value=drawn, goal=DRAWN_GOAL, bound="least"),
    ]


def _take_in(folder: Path, files: Sequence[Path], stages: Sequence[Stage]) -> float:
    """Deposit all files, then let the worker do these stages; pages per CPU second of that.

    A worker's first file is not counted: its statements are put together for the first time with
    it, which happens once in the worker's life. The peer's library is loaded by then, too.
    """
    holdings = new_archive(folder)
    try:
        worker = Worker(holdings, stages=stages)
        deposit(holdings, typeset(1, seed=0), name="first.pdf")
        worker.run(until_idle=True)
        read_before = holdings.index.status().pages
        for path in files:
            deposit(holdings, path.read_bytes(), name=path.name)
        before = cpu_seconds()
        worker.run(until_idle=True)
        spent = cpu_seconds() - before
        pages = holdings.index.status().pages - read_before
        if not pages:
            raise RuntimeError("no page reached the index")
        return pages / spent
    finally:
        holdings.database.close()
        shutil.rmtree(folder)


def _read_bare(files: Sequence[Path]) -> float:
    """The peer: the text of each page and nothing else, in this process; pages per CPU second."""
    before = cpu_seconds()
    pages = 0
    for path in files:
        document = pypdfium2.PdfDocument(path)
        for page in document:
            text = page.get_textpage()
            text.get_text_bounded()
            text.close()
            page.close()
            pages += 1
        document.close()
    return pages / (cpu_seconds() - before)
