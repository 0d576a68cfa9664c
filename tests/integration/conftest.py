"""What the integration tests share: commands, real processes, and what a sound archive is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.status import JobState
from archive.models import File, Job, Page, Publication
from archive.services.holdings import Holdings, object_id
from archive.services.indexing import compare
from archive.services.jobs import Claim
from archive.settings import Settings
from archive.worker.drawing import WIDTHS_PX
from tests.conftest import ROOT, make_pdf


@pytest.fixture(scope="session")
def long_pdf() -> bytes:
    """Sixty pages, each with a number in words of its own."""
    return make_pdf(*(f"Trang số {n} kể chuyện Bác Hồ ở Pác Bó" for n in range(1, 61)))


@pytest.fixture
def cli(app: Flask, holdings: Holdings) -> Callable[..., Any]:
    """`cli("import", folder, "--json")` → click's result; `stdout` and `stderr` apart."""

    def run(*args: object, **kwargs: Any) -> Any:
        return app.test_cli_runner().invoke(args=[str(arg) for arg in args], **kwargs)

    return run


def environment(settings: Settings) -> dict[str, str]:
    """The variables under which a process of its own opens this archive."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")},
        "ARCHIVE_INSTANCE": str(settings.instance),
        "ARCHIVE_DATABASE_URL": settings.database_url,
        "ARCHIVE_UPLOADS": str(settings.uploads),
        "ARCHIVE_INDEX": str(settings.index),
        "ARCHIVE_ASSETS": str(settings.assets),
        "ARCHIVE_SECRET_KEY": settings.secret_key,
        **{f"ARCHIVE_LIMIT_{name.upper()}": str(v) for name, v in settings.limits.items()},
    }


StartCommand = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(settings: Settings) -> Iterator[StartCommand]:
    """`start("worker")` → the running `flask --app wsgi worker`; what still runs is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*args: object, **kwargs: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, args)],
            cwd=ROOT,
            env=environment(settings),
            stdout=kwargs.pop("stdout", subprocess.DEVNULL),
            stderr=kwargs.pop("stderr", subprocess.DEVNULL),
            **kwargs,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


class Doomed:
    """A process that forks a child per order and kills it, for good, at a chosen moment.

    See `tests/integration/doomed.py`. A fork takes a few milliseconds where a fresh interpreter
    takes a second, so that a kill after every single commit can be afforded.
    """

    def __init__(self, settings: Settings) -> None:
        self.temporary = settings.instance.parent / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.doomed"],
            cwd=ROOT,
            env={**environment(settings), "TMPDIR": str(self.temporary)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, **order: Any) -> int:
        """Carry out the order; the signal that ended it, 0 where it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert (answer["exit"], answer["left"]) == (0, 0), answer
        return int(answer["signal"])

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


@pytest.fixture
def doomed(settings: Settings, holdings: Holdings) -> Iterator[Doomed]:
    process = Doomed(settings)
    yield process
    process.close()


def wait_until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def end_leases(holdings: Holdings) -> None:
    """Let the leases of dead workers run out now instead of in a minute."""
    with holdings.database.writing() as session:
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=now()))
        session.commit()


def jobs_of(holdings: Holdings, publication_id: str | None = None) -> list[Job]:
    with holdings.database.reading() as session:
        found = select(Job).order_by(Job.id)
        if publication_id is not None:
            found = found.where(Job.publication_id == publication_id)
        return list(session.scalars(found))


def give_up(session: Session, claimed: Claim, *, error_code: str) -> None:
    """The job as it stands after its last attempt."""
    job = session.get_one(Job, claimed.job_id)
    job.state, job.lease_until, job.finished_at = JobState.FAILED, None, now()
    job.error_code = error_code
    session.flush()


def page_numbers(holdings: Holdings, publication_id: str) -> list[int]:
    with holdings.database.reading() as session:
        return list(
            session.scalars(
                select(Page.number)
                .where(Page.publication_id == publication_id)
                .order_by(Page.number)
            )
        )


def page_texts(holdings: Holdings, publication_id: str) -> list[str]:
    with holdings.database.reading() as session:
        return list(
            session.scalars(
                select(Page.text).where(Page.publication_id == publication_id).order_by(Page.number)
            )
        )


def leftovers(holdings: Holdings) -> list[str]:
    """Held and unfinished files and staged versions under `incoming`."""
    folder = holdings.incoming.folder
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "locks"
    )


def assert_converged(holdings: Holdings, pages: Mapping[str, int]) -> None:
    """Every publication there with each page once, indexed, drawn; nothing else left over."""
    unfinished = [job for job in jobs_of(holdings) if job.state is not JobState.DONE]
    assert [(job.stage, job.state, job.error_code) for job in unfinished] == []
    with holdings.database.reading() as session:
        assert set(session.scalars(select(Publication.id))) == set(pages)
        difference = compare(session, holdings.index)
        files = session.scalars(select(File)).all()
    assert (difference.stale, difference.gone) == ((), ())
    for publication_id, count in pages.items():
        assert page_numbers(holdings, publication_id) == list(range(1, count + 1))
        assert holdings.originals.verify(object_id(publication_id)) == ()
    for file in files:
        assert file.text_done
        assert file.images_done
        assert file.problem_code is None
        drawn = 0 if file.kind in ("docx", "doc", "txt") else file.page_count
        for number in range(1, drawn + 1):
            for width in WIDTHS_PX:
                path = holdings.images.path(file.publication_id, f"f{file.id}", number, width)
                assert path.read_bytes()[:4] == b"RIFF", path
    assert set(holdings.originals.object_ids()) == {object_id(name) for name in pages}
    assert list(holdings.originals.strays()) == []
    assert leftovers(holdings) == []


def write_csv(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(rows) + "\n", encoding=encoding)
    return path
