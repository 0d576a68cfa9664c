"""What reading born-digital PDFs into the index costs, beside the bare reader."""

from __future__ import annotations

import io
import random
import resource
import shutil
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2

from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import Stage
from archive.services import deposits
from archive.services.holdings import Holdings
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import unknown_unit
from archive.worker.loop import Worker
from bench.depositing import new_archive, typeset
from bench.report import Row, tell
from bench.running import ROOT

CORPUS = ROOT.parent / "shared" / "corpus" / "vi"
PAGES_GOAL = 40.0


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
    """Pages to the index per second of processor time, and the same of the bare reader."""
    ours, peers, ratios = [], [], []
    for number in range(rounds):
        turns: list[Callable[[], float]] = [
            lambda: _read_all(folder, files),
            lambda: _read_bare(files),
        ]
        figures = {}
        # Who comes first changes, so that neither always finds the files warm.
        for turn in random.Random(number).sample((0, 1), k=2):
            figures[turn] = turns[turn]()
        ours.append(figures[0])
        peers.append(figures[1])
        ratios.append(figures[0] / figures[1])
        tell(f"round {number + 1}: {figures[0]:.0f} pages per CPU second, bare {figures[1]:.0f}")
    return [
        Row(
            name="text_to_index_pages_per_cpu_s",
            value=statistics.median(ours),
            goal=PAGES_GOAL,
            bound="least",
        ),
        Row(name="bare_pypdfium2_pages_per_cpu_s", value=statistics.median(peers)),
        Row(name="text_to_index_to_bare_ratio", value=statistics.median(ratios)),
    ]


def _read_all(folder: Path, files: Sequence[Path]) -> float:
    """Deposit all files, then let the worker read and index them; pages per CPU second of that."""
    holdings = new_archive(folder)
    try:
        for path in files:
            _deposit(holdings, path)
        before = _cpu_seconds()
        worker = Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX))
        worker.run(until_idle=True)
        spent = _cpu_seconds() - before
        pages = holdings.index.status().pages
        if not pages:
            raise RuntimeError("no page reached the index")
        return pages / spent
    finally:
        holdings.database.close()
        shutil.rmtree(folder)


def _deposit(holdings: Holdings, path: Path) -> None:
    received = holdings.incoming.receive(
        io.BytesIO(path.read_bytes()), limit_bytes=holdings.settings.max_upload_bytes
    )
    with holdings.database.writing() as session:
        deposits.deposit(
            session,
            holdings,
            publication_id=new_id(),
            record=RecordInput(title=path.stem, issued=IssueDate(2024), kind="book"),
            files=[check_file(received, path.name)],
            unit=unknown_unit(session),
            status=Status.ACCEPTED,
            by=SYSTEM,
        )
        session.commit()
    holdings.incoming.discard(received)


def _cpu_seconds() -> float:
    """Processor time of this process and of every child that ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _read_bare(files: Sequence[Path]) -> float:
    """The peer: the text of each page and nothing else, in this process; pages per CPU second."""
    before = _cpu_seconds()
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
    return pages / (_cpu_seconds() - before)
