"""Searches through the real application: what a request takes, how many two processes serve, and
what each of them holds. For `bench.search`.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from archive.core.dates import parse_issue_date
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.extract.results import PageText
from archive.models import File, Publication, Unit, migrations
from archive.search.entries import WorkEntry
from archive.services import reading
from archive.services.holdings import Holdings, open_holdings
from archive.services.records import RecordInput, apply_record
from archive.services.units import UnitInput, create_unit, unknown_unit
from bench.report import Row, percentile, tell
from bench.running import ROOT, Client, running_web, settings_of
from bench.search_corpus import UNITS, unit_name, works
from bench.search_questions import Question

P50_GOAL_MS, P95_GOAL_MS = 15.0, 40.0
THROUGHPUT_GOAL = 150.0
MEMORY_GOAL_MB = 120.0
_BATCH = 50


def make_catalogue(pages: int, folder: Path) -> None:
    """The corpus as rows in an archive of its own in an empty folder, through the services; no
    index."""
    holdings = open_holdings(settings_of(folder))
    try:
        migrations.upgrade(holdings.database)
        with holdings.database.writing() as session:
            unknown_unit(session)
            for unit in range(UNITS):
                given = UnitInput(code=f"don-vi-{unit:03d}", name=unit_name(unit))
                create_unit(session, given, by=SYSTEM)
            session.commit()
        batch: list[WorkEntry] = []
        for entry in works(pages):
            batch.append(entry)
            if len(batch) == _BATCH:
                _add(holdings, batch)
                batch.clear()
        _add(holdings, batch)
    finally:
        holdings.database.close()


def _add(holdings: Holdings, entries: Sequence[WorkEntry]) -> None:
    with holdings.database.writing() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        for entry in entries:
            publication = _publication(entry, units[entry.unit_code])
            digest = hashlib.sha256(entry.work_id.encode()).hexdigest()
            file = File(
                publication_id=entry.work_id,
                position=1,
                name=f"{entry.work_id}.pdf",
                kind="pdf",
                media_type="application/pdf",
                size_bytes=40_000 * len(entry.pages),
                sha256=digest,
                sha512=digest * 2,
                logical_path="1.pdf",
                images_done=True,
            )
            session.add_all((publication, file))
            session.flush()
            texts = [
                PageText(
                    number=page.number,
                    label=page.label,
                    text=page.text,
                    width_px=420,
                    height_px=595,
                    text_source="embedded",
                )
                for page in entry.pages
            ]
            reading.add_pages(session, file, texts, offset=0)
            reading.finish_file(file, page_count=len(texts))
        session.commit()


def _publication(entry: WorkEntry, unit: Unit) -> Publication:
    publication = Publication(
        id=entry.work_id,
        unit_id=unit.id,
        unit=unit,
        status=Status.ACCEPTED,
        added_at=entry.added_at,
        changed_at=entry.added_at,
        page_count=len(entry.pages),
        object_version=0,
        revision=entry.revision,
    )
    record = RecordInput(
        title=entry.title,
        issued=parse_issue_date(entry.issued),
        kind=entry.kind,
        publisher=entry.publisher,
        access=Access.PUBLIC,
        abstract=entry.abstract,
        values={
            "creators": entry.creators,
            "people": entry.people,
            "themes": entry.themes,
            "places": entry.places,
            "audiences": entry.audiences,
            "grades": entry.grades,
            "subjects": entry.subjects,
            "languages": entry.languages,
        },
    )
    apply_record(publication, record)
    return publication


def measure(
    folder: Path, questions: Sequence[Question], *, rounds: int, seconds: float
) -> list[Row]:
    """The rows of the web server as `make run` starts it, over the archive in `folder`."""
    paths = [f"/tim-kiem?q={quote(question.typed)}" for question in questions]
    with running_web(folder) as (web, port):
        client = Client(port)
        for path in paths * 2:
            _get(client, path)
        if "<mark>" not in client.get(paths[0]).text:
            raise RuntimeError(f"{paths[0]} shows no page that answers")
        took = []
        for path in paths * rounds:
            started = time.perf_counter()
            _get(client, path)
            took.append((time.perf_counter() - started) * 1000)
        client.close()
        tell(f"a request takes {percentile(took, 0.5):.1f} ms")
        # Once for every thread of every process to meet every question, once to count.
        _ask_at_once(port, paths, seconds)
        answered, lasted = _ask_at_once(port, paths, seconds)
        processes = _children(web.pid)
        private = [_memory_mb(pid, "Private_Clean", "Private_Dirty") for pid in processes]
        shares = [_memory_mb(pid, "Pss") for pid in processes]
    return [
        Row(name="http_p50_ms", value=percentile(took, 0.5), goal=P50_GOAL_MS),
        Row(name="http_p95_ms", value=percentile(took, 0.95), goal=P95_GOAL_MS),
        Row(name="web_processes", value=len(processes)),
        Row(
            name="searches_per_s_of_8_clients",
            value=answered / lasted,
            goal=THROUGHPUT_GOAL,
            bound="least",
        ),
        Row(name="further_process_private_mb", value=max(private), goal=MEMORY_GOAL_MB),
        Row(name="further_process_pss_mb", value=max(shares)),
    ]


def _get(client: Client, path: str) -> None:
    status = client.get(path).status
    if status != 200:
        raise RuntimeError(f"{path} answers {status}")


def _ask_at_once(port: int, paths: Sequence[str], seconds: float) -> tuple[int, float]:
    """Searches answered, and the seconds they took, with the clients in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.search_clients", str(port), str(seconds)],
        input=json.dumps(paths),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the clients end:\n{done.stderr[-2000:]}")
    answered, lasted = json.loads(done.stdout)
    return int(answered), float(lasted)


def _children(pid: int) -> list[int]:
    """The processes that gunicorn's first process started to answer requests."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children]


def _memory_mb(pid: int, *fields: str) -> float:
    """The sum of these figures of /proc/<pid>/smaps_rollup in MB (10⁶ bytes)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", rollup, re.MULTILINE))
    return sum(int(found[field]) for field in fields) * 1024 / 1e6
