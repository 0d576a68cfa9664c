"""What it costs to find publications that are alike, among many pages.

    python -m bench.likeness [--pages 100000]

Publications of 20 pages with their signatures go straight into a database of their own. Then
second scans of some of them arrive (every twentieth word misread, page breaks two lines off), and
as many publications that are like none: what looking up takes, and whether it finds what it should.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.likeness import KEYS, Signature, signature_of
from archive.core.roles import Access
from archive.core.status import Status
from archive.models import File, Page, PageSignature, Publication, migrations
from archive.models.database import Database
from archive.services.comparing import compare_text, count_hits
from archive.services.units import unknown_unit
from bench.misread import misread
from bench.report import Row, finish, percentile, tell
from bench.vietnamese import Writer

SIZE = 20
ARRIVALS = 40
MISREAD = 0.05
_BATCH = 250


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.likeness", description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100_000)
    options = parser.parse_args()
    rows = measure_likeness(options.pages)
    return finish(f"Alike publications among {options.pages:,} pages", rows)


def measure_likeness(pages: int = 100_000) -> list[Row]:
    """Cost of a signature, of looking one page and one publication up, and the room it takes."""
    with tempfile.TemporaryDirectory(prefix="bench-likeness-") as name:
        database = Database(f"sqlite:///{Path(name) / 'archive.db'}")
        try:
            migrations.upgrade(database)
            return _measure(database, pages)
        finally:
            database.close()


def _measure(database: Database, pages: int) -> list[Row]:
    with database.writing() as session:
        unit_id = unknown_unit(session).id
        session.commit()
    shelf = _Shelf(database, unit_id)
    writer, chance = Writer(seed=pages), random.Random(pages)
    originals: list[list[str]] = []
    count = max(1, pages // SIZE)
    every = max(1, count // ARRIVALS)
    for number in range(count):
        texts = [writer.page() for _ in range(SIZE)]
        if number % every == 0 and len(originals) < ARRIVALS:
            originals.append(texts)
            shelf.put(texts, name=f"goc-{len(originals) - 1}")
        else:
            shelf.put(texts, name=f"khac-{number}")
        if number % 500 == 499:
            tell(f"publication {number + 1} of {count}")
    shelf.flush()
    signed, cpu_seconds, room = shelf.signed, shelf.cpu_seconds, shelf.room_bytes()

    for number, texts in enumerate(originals):
        shelf.put(_second_scan(texts, chance), name=f"quet-{number}")
        shelf.put([writer.page() for _ in texts], name=f"moi-{number}")
        shelf.put(_second_scan(texts[:1], chance), name=f"to-{number}")
    shelf.flush()

    page_ms, look_ms, compare_ms = [], [], []
    found = wrong = 0
    with database.reading() as session:
        compare_text(session, "moi-0")
        for number in range(len(originals)):
            page_ms.append(_timed(lambda: count_hits(session, f"to-{number}")))  # noqa: B023
            look_ms.append(_timed(lambda: count_hits(session, f"quet-{number}")))  # noqa: B023
            started = time.perf_counter()
            alike = {one.other_id for one in compare_text(session, f"quet-{number}").found}
            compare_ms.append((time.perf_counter() - started) * 1000)
            found += f"goc-{number}" in alike
            wrong += len(alike - {f"goc-{number}", f"to-{number}"})
            wrong += len(compare_text(session, f"moi-{number}").found)
    return [
        Row(name="signature_cpu_ms_per_page", value=1000 * cpu_seconds / signed, goal=1.0),
        Row(name="signature_bytes_per_page", value=room / signed, goal=300.0),
        Row(name="look_up_page_p50_ms", value=percentile(page_ms, 0.5), goal=5.0),
        Row(name="look_up_page_p95_ms", value=percentile(page_ms, 0.95)),
        Row(name="look_up_20_pages_p50_ms", value=percentile(look_ms, 0.5)),
        Row(name="look_up_20_pages_p95_ms", value=percentile(look_ms, 0.95)),
        Row(name="compare_20_pages_p50_ms", value=percentile(compare_ms, 0.5)),
        Row(name="compare_20_pages_p95_ms", value=percentile(compare_ms, 0.95)),
        Row(
            name="second_scans_found_share", value=found / len(originals), goal=0.99, bound="least"
        ),
        Row(name="unrelated_found", value=wrong, goal=0.0),
    ]


def _timed(action: Any) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def _second_scan(texts: Sequence[str], chance: random.Random) -> list[str]:
    lines = "\n".join(misread(text, MISREAD, chance) for text in texts).split("\n")
    size = max(1, len(lines) // len(texts))
    # The first page ends two lines early, and so does every page after it.
    starts = [0, *(2 + size * number for number in range(1, len(texts)))]
    return [
        "\n".join(lines[start:end])
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


class _Shelf:
    """Publications put straight into the catalogue, many in one transaction."""

    def __init__(self, database: Database, unit_id: int) -> None:
        self._database = database
        self._unit_id = unit_id
        self._waiting: list[tuple[str, Sequence[str], list[Signature | None]]] = []
        self._next_page = 1
        self._next_file = 1
        self.signed = 0
        self.cpu_seconds = 0.0

    def put(self, texts: Sequence[str], *, name: str) -> None:
        started = time.process_time()
        signatures = [signature_of(text) for text in texts]
        self.cpu_seconds += time.process_time() - started
        self.signed += sum(signature is not None for signature in signatures)
        self._waiting.append((name, texts, signatures))
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        with self._database.writing() as session:
            for publication in self._waiting:
                self._add(session, *publication)
            session.commit()
        self._waiting = []

    def _add(
        self, session: Session, name: str, texts: Sequence[str], signed: Sequence[Signature | None]
    ) -> None:
        moment = now()
        session.execute(
            insert(Publication).values(
                id=name, title=name, title_sort=name, unit_id=self._unit_id, kind="book",
                access=Access.PUBLIC, status=Status.ACCEPTED, page_count=len(texts),
                added_at=moment, changed_at=moment, subtitle="", responsibility="",
            )
        )  # fmt: skip
        session.execute(
            insert(File).values(
                id=self._next_file, publication_id=name, position=1, name=name, kind="pdf",
                media_type="application/pdf", size_bytes=1, sha256=name, sha512=name,
                logical_path="1.pdf", text_done=True, page_count=len(texts),
            )
        )  # fmt: skip
        session.execute(insert(Page), list(self._page_rows(name, texts)))
        rows = [
            {
                "page_id": self._next_page + place,
                "marks": signature.marks,
                **{f"key_{n}": signature.keys[n - 1] for n in range(1, KEYS + 1)},
            }
            for place, signature in enumerate(signed)
            if signature is not None
        ]
        if rows:
            session.execute(insert(PageSignature), rows)
        self._next_page += len(texts)
        self._next_file += 1

    def _page_rows(self, name: str, texts: Sequence[str]) -> Iterator[dict[str, Any]]:
        for place, text in enumerate(texts):
            yield {
                "id": self._next_page + place,
                "publication_id": name,
                "file_id": self._next_file,
                "number": place + 1,
                "file_page": place + 1,
                "text": text,
                "text_source": "embedded",
            }

    def room_bytes(self) -> int:
        """What signatures and their indexes take in the file: its size with them and without."""
        with self._database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            used = _used_bytes(connection)
            connection.exec_driver_sql("DELETE FROM page_signature")
            without = _used_bytes(connection)
            connection.rollback()
        return used - without


def _used_bytes(connection: Any) -> int:
    size, pages, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(size * (pages - free))


if __name__ == "__main__":
    sys.exit(main())
