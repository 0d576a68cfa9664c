"""The catalogue at its size: a backfile brought in, checked, and found.

    make bench-catalogue [PART=import|pages]

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
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.models import Authority, Job
from archive.services import founding
from archive.services.accounts import create_user
from archive.services.holdings import Holdings, open_holdings
from archive.services.importing import Options, import_source
from archive.services.indexing import all_entries
from archive.services.units import UnitInput, create_unit
from archive.worker.loop import Worker
from bench.report import Row, finish, percentile, tell
from bench.running import Client, running_web
from config import load_settings

ROWS = 20_000
DRY_ROWS = 100_000
LEAST_ROWS_PER_SECOND = 500
MOST_DRY_SECONDS = 60
MOST_DRY_MB = 500
WAITING = 5_000
# Names of before and of after the mergers of 2025, one that is both, and one that nobody knows.
PLACES = ("xã Trường Hà", "huyện Hòa An", "Pác Bó", "xã Đức Long", "Hà Quảng", "thị trấn Đông Khê")
MOST_PAGE_MS = 50
CURATOR, PASSWORD = "bien-muc@example.org", "mat khau do toc do"


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


def measure_pages() -> list[Row]:
    """What pages take with 20,000 accepted records and 5,000 waiting for review: the queue, browse,
    lists of names and pages of one name, as the web server answers them one after another."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        holdings = _archive(folder)
        for count, status in ((ROWS, Status.ACCEPTED), (WAITING, Status.SUBMITTED)):
            first = 0 if status is Status.ACCEPTED else ROWS
            sheet = write_sheet(folder / f"{status.value}.csv", count, first=first)
            options = Options(status=status)
            report = import_source(holdings, sheet, sheet=None, options=options, by=SYSTEM)
            assert len(report.added) == count, "every row went in"
        with holdings.database.writing() as session:
            create_user(session, email=CURATOR, role=Role.CURATOR, by=SYSTEM, password=PASSWORD)
            # The index is made at once; it is no part of what is measured here.
            session.execute(delete(Job))
            session.commit()
        with holdings.database.reading() as session:
            holdings.index.rebuild(all_entries(session))
        with holdings.database.reading() as session:
            paths = _pages(session)
        holdings.database.close()
        with running_web(folder, processes=1) as (_, port):
            client = Client(port)
            client.sign_in(CURATOR, PASSWORD)
            rows = []
            for kind, addresses in paths.items():
                took = _times(client, addresses)
                median = percentile(took, 0.5)
                tell(f"{kind}: {median:.1f} ms")
                rows.append(Row(name=f"{kind}_p50_ms", value=median, goal=MOST_PAGE_MS))
                rows.append(Row(name=f"{kind}_p95_ms", value=percentile(took, 0.95)))
            client.close()
    return rows


def _pages(session: Session) -> dict[str, list[str]]:
    """Addresses of each kind of page, to be asked in turn."""
    named = session.execute(
        select(Authority.id, Authority.kind)
        .where(Authority.kind.in_(("place", "theme")))
        .order_by(Authority.id)
        .limit(60)
    ).all()
    section = {"place": "dia-danh", "theme": "chu-de"}
    years = range(2019, 2025)
    return {
        "queue": ["/duyet-nop", "/duyet-nop?page=2", "/duyet-nop?page=9"],
        "queue_narrowed": [f"/duyet-nop?year={year}" for year in years],
        "browse": ["/duyet"],
        "browse_year": [f"/duyet?year={year}" for year in years],
        "browse_place": [f"/duyet?place={place}" for place in PLACES],
        "to_collect": ["/quan-tri/can-suu-tam"],
        "register": ["/so-dang-ky"],
        "names": ["/chu-de", "/dia-danh", "/nhan-vat", "/to-chuc", "/su-kien", "/di-tich"],
        "name": [f"/{section[kind]}/{authority_id}" for authority_id, kind in named],
    }


def _times(client: Client, paths: Sequence[str]) -> list[float]:
    """Milliseconds from asking to the last byte, each address several times after the first."""
    took = []
    for turn in range(max(6, 60 // len(paths))):
        for path in paths:
            started = time.perf_counter()
            answer = client.get(quote(path, safe="/?&="))
            if turn:
                took.append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{path} answers {answer.status}")
    return took


def write_sheet(path: Path, count: int, *, first: int = 0) -> Path:
    """A sheet of `count` rows without files, as lists of publications are: a dozen filled cells."""
    heading = "title,subtitle,creators,unit,issued,kind,publisher,extent,themes,places,people,isbn"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{heading}\n")
        for n in range(first, first + count):
            file.write(
                f"Ấn phẩm số {n} về quê hương cách mạng Pác Bó,Tài liệu tuyên truyền,"
                f"Nông Văn {n % 97} (chủ biên);Hoàng Thị {n % 89},Đơn vị số {n % 40},"
                f"{2019 + n % 6}-{1 + n % 12:02},book,Nhà xuất bản {n % 11},{40 + n % 300} trang,"
                f"Lịch sử {n % 30};Du lịch,{PLACES[n % len(PLACES)]},Nhân vật {n % 200},\n"
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
    founding.upgrade(holdings.database)
    with holdings.database.writing() as session:
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
    parts = {"import": measure_import, "pages": measure_pages}
    wanted = [name for name in sys.argv[1:] if name in parts] or list(parts)
    return finish("Danh mục", [row for name in wanted for row in parts[name]()])


if __name__ == "__main__":
    if sys.argv[1:] == ["dry-run"]:
        _run_dry()
    else:
        sys.exit(main())
