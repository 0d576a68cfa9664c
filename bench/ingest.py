"""Intake from end to end: how long, at what cost beside the bare tools, and how well it reads.

    python -m bench.ingest

1. A signed-in depositor uploads a PDF of 60 pages through the real web server, while the real
   worker runs; the clock stops when a search by a curator's rights finds its last page. (Readers
   find it once a curator accepted it: that step is measured as a row of its own.)
2. Born-digital PDFs, deposited beforehand, go through the worker's extract and index stages: all
   processor time of this process and of the children it started. Between the rounds the peer,
   bare pypdfium2, takes the text out of the same files. Then the same with both page images.
3. Recognition: known pages, rendered and degraded, and its cost beside bare tesserocr.
4. Pages typed in TCVN3 and VNI, mixed with Unicode, made from known text.
5. What readers feel while twenty files are taken in, and the memory that the greatest file needs.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import structlog

from bench.busy import measure_memory, measure_page_time
from bench.legacy import measure_legacy
from bench.reading import born_digital, measure_reading
from bench.recognition import measure_recognition
from bench.report import finish
from bench.uploads import measure_uploads


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__.partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--pages", type=int, default=60, help="of an uploaded PDF")
    parser.add_argument("--rounds", type=int, default=15, help="of reading all files")
    parser.add_argument("--files", type=int, default=0, help="at most so many files (0: all)")
    parser.add_argument("--quick", action="store_true", help="parts 1 and 2 only")
    options = parser.parse_args()
    # The worker's own lines, one per job, would drown the progress.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as name:
        folder = Path(name)
        rows = measure_uploads(folder / "uploads", uploads=options.uploads, pages=options.pages)
        files = born_digital(folder, most=options.files)
        rows += measure_reading(folder / "reading", files, rounds=options.rounds)
        if not options.quick:
            rows += measure_recognition(folder / "recognition")
            rows += measure_legacy()
            rows += measure_page_time(folder / "busy")
            rows += measure_memory(folder / "memory")
    title = (
        f"{options.uploads} uploads of {options.pages} pages; "
        f"{len(files)} born-digital PDFs read {options.rounds} times"
    )
    return finish(title, rows)


if __name__ == "__main__":
    sys.exit(main())
