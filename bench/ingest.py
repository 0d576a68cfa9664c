"""How long a deposit takes to be searchable, and what reading its text costs.

    python -m bench.ingest

1. A signed-in depositor uploads a PDF of 60 pages through the real web server, while the real
   worker runs; the clock stops when a search by a curator's rights finds its last page. (Readers
   find it once a curator accepted it: that step is measured as a row of its own.)
2. Born-digital PDFs, deposited beforehand, go through the worker's extract and index stages: all
   processor time of this process and of the children it started. Between the rounds the peer,
   bare pypdfium2, takes the text out of the same files.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import structlog

from bench.reading import born_digital, measure_reading
from bench.report import finish
from bench.uploads import measure_uploads


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__.partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--pages", type=int, default=60, help="of an uploaded PDF")
    parser.add_argument("--rounds", type=int, default=3, help="of reading all files")
    parser.add_argument("--files", type=int, default=0, help="at most so many files (0: all)")
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
    title = (
        f"{options.uploads} uploads of {options.pages} pages; "
        f"{len(files)} born-digital PDFs read {options.rounds} times"
    )
    return finish(title, rows)


if __name__ == "__main__":
    sys.exit(main())
