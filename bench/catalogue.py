"""The catalogue at its size: a backfile brought in, checked, and found.

    make bench-catalogue

Each measurement runs over an archive of its own in a temporary folder, in a process of its own
where its memory counts.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive.core.roles import SYSTEM
from archive.models import migrations
from archive.services.holdings import Holdings, open_holdings
from archive.services.importing import Options, import_source
from archive.services.units import UnitInput, create_unit, unknown_unit
from archive.worker.loop import Worker
from bench.report import Row, finish, tell
from config import load_settings

ROWS = 20_000
DRY_ROWS = 100_000
LEAST_ROWS_PER_SECOND = 500
MOST_DRY_SECONDS = 60
MOST_DRY_MB = 500


def measure_import() -> list[Row]:
    """Rows per second of an import without files, the time until all is found, and what a dry run
    of 100,000 rows takes."""
    with tempfile.TemporaryDirectory() as folder:
        holdings = _archive(Path(folder))
        sheet = write_sheet(Path(folder) / "sheet.csv", ROWS)
        started = time.monotonic()
        report = import_source(holdings, sheet, sheet=None, options=Options(), by=SYSTEM)
        seconds = time.monotonic() - started
        assert len(report.added) == ROWS, "every row went in"
        tell(f"import: {seconds:.1f} s")
        started = time.monotonic()
        Worker(holdings).run(until_idle=True)
        found = time.monotonic() - started
        tell(f"searchable: {found:.1f} s")
        holdings.database.close()
    dry = _dry_run()
    return [
        Row(
            name="import_rows_per_second",
            value=ROWS / seconds,
            goal=LEAST_ROWS_PER_SECOND,
            bound="least",
        ),
        Row(name="import_20k_searchable_seconds", value=found),
        Row(name="dry_run_100k_seconds", value=dry["seconds"], goal=MOST_DRY_SECONDS),
        Row(name="dry_run_100k_peak_mb", value=dry["peak_mb"], goal=MOST_DRY_MB),
    ]


def write_sheet(path: Path, count: int) -> Path:
    """A sheet of `count` rows without files, as lists of publications are: a dozen filled cells."""
    heading = "title,subtitle,creators,unit,issued,kind,publisher,extent,themes,places,people,isbn"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{heading}\n")
        for n in range(count):
            file.write(
                f"Ấn phẩm số {n} về quê hương cách mạng Pác Bó,Tài liệu tuyên truyền,"
                f"Nông Văn {n % 97} (chủ biên);Hoàng Thị {n % 89},Đơn vị số {n % 40},"
                f"{2019 + n % 6}-{1 + n % 12:02},book,Nhà xuất bản {n % 11},{40 + n % 300} trang,"
                f"Lịch sử {n % 30};Du lịch,Xã {n % 56},Nhân vật {n % 200},\n"
            )
    return path


def _archive(folder: Path) -> Holdings:
    holdings = open_holdings(
        load_settings(
            {
                "ARCHIVE_INSTANCE": str(folder / "instance"),
                "ARCHIVE_UPLOADS": str(folder / "uploads"),
                "ARCHIVE_INDEX": str(folder / "index"),
            }
        )
    )
    migrations.upgrade(holdings.database)
    with holdings.database.writing() as session:
        unknown_unit(session)
        for n in range(20):
            given = UnitInput(code=f"don-vi-{n}", name=f"Đơn vị số {n}")
            create_unit(session, given, by=SYSTEM)
        session.commit()
    holdings.index.create()
    return holdings


def _dry_run() -> dict[str, float]:
    """In a process of its own, whose memory is that of the dry run alone."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.catalogue", "dry-run"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    tell(f"dry run: {told['seconds']:.1f} s, {told['peak_mb']:.0f} MB")
    return told


def _run_dry() -> None:
    with tempfile.TemporaryDirectory() as folder:
        holdings = _archive(Path(folder))
        sheet = write_sheet(Path(folder) / "sheet.csv", DRY_ROWS)
        started = time.monotonic()
        report = import_source(
            holdings, sheet, sheet=None, options=Options(dry_run=True), by=SYSTEM
        )
        seconds = time.monotonic() - started
        assert (report.rows, report.failed) == (DRY_ROWS, ()), "every row is right"
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


def main() -> int:
    return finish("Danh mục", measure_import())


if __name__ == "__main__":
    if sys.argv[1:] == ["dry-run"]:
        _run_dry()
    else:
        sys.exit(main())
