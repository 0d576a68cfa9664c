"""Looking at each part of the archive: is it there, and does it work."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from archive.core.status import JobState
from archive.extract.isolation import isolation_available
from archive.mail import answers
from archive.models import Job, Publication, Stage
from archive.services.heartbeats import worker_is_alive
from archive.services.holdings import Holdings
from archive.services.jobs import count_jobs
from archive.services.mailing import count_waiting
from archive.services.pauses import list_pauses
from archive.services.recognition import WAITING, availability, count_pages


@dataclass(frozen=True)
class Part:
    """One part. One that is not needed may be missing: the archive then does less, and says so."""

    name: str
    is_ok: bool
    is_needed: bool
    detail: str


@dataclass(frozen=True)
class Readiness:
    parts: tuple[Part, ...]

    @property
    def is_ready(self) -> bool:
        return all(part.is_ok for part in self.parts if part.is_needed)


def check_readiness(holdings: Holdings) -> Readiness:
    """Every part with what was found; never raises for a part that is broken."""
    return Readiness(
        parts=(
            _database(holdings),
            _storage(holdings),
            _index(holdings),
            _queue(holdings),
            _intake(holdings),
            _demo(holdings),
            _isolation(),
            _recognition(holdings),
            *_mail(holdings),
        )
    )


def _in_database(name: str, holdings: Holdings, look: Callable[[Session], Part]) -> Part:
    try:
        with holdings.database.reading() as session:
            return look(session)
    except SQLAlchemyError as error:
        return Part(name, False, True, type(error).__name__)


def _database(holdings: Holdings) -> Part:
    def look(session: Session) -> Part:
        session.execute(select(Publication.id).limit(1))
        version = ""
        if holdings.database.is_sqlite:
            version = session.scalar(text("select sqlite_version()")) or ""
        return Part("database", True, True, version)

    return _in_database("database", holdings, look)


# An empty file would find room on a full disk too.
_PROBE_BYTES = 4096


def _storage(holdings: Holdings) -> Part:
    probe = holdings.settings.incoming / f"probe-{secrets.token_hex(8)}"
    try:
        try:
            probe.write_bytes(bytes(_PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        return Part("storage", False, True, str(error.strerror))
    return Part("storage", True, True, "")


def _index(holdings: Holdings) -> Part:
    status = holdings.index.status()
    detail = f"{status.works} works, {status.pages} pages" if status.healthy else status.problem
    return Part("index", status.healthy, True, detail)


def _queue(holdings: Holdings) -> Part:
    def look(session: Session) -> Part:
        counts = count_jobs(session)
        alive = worker_is_alive(session)
        detail = f"{counts.waiting} waiting, {counts.running} running, {counts.failed} failed"
        return Part("queue", alive, True, detail if alive else f"no worker; {detail}")

    return _in_database("queue", holdings, look)


def _intake(holdings: Holdings) -> Part:
    """What was paused on purpose is no fault, but whoever wonders should find it here. Anybody may
    ask: who did it is told in the operator's view alone."""

    def look(session: Session) -> Part:
        pauses = list_pauses(session)
        told = "; ".join(
            f"{pause.stage.value} paused since {pause.since.isoformat(timespec='seconds')}"
            for pause in pauses
        )
        return Part("intake", not pauses, False, told)

    return _in_database("intake", holdings, look)


def _demo(holdings: Holdings) -> Part:
    """While the demo's first loading goes on, its text is not all findable yet."""

    def look(session: Session) -> Part:
        waiting = session.scalar(
            select(Job.id)
            .join(Publication, Publication.id == Job.publication_id)
            .where(
                Publication.is_demo,
                Job.stage.in_((Stage.EXTRACT, Stage.INDEX)),
                Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
            )
            .limit(1)
        )
        return Part("demo", waiting is None, True, "" if waiting is None else "loading")

    return _in_database("demo", holdings, look)


def _recognition(holdings: Holdings) -> Part:
    """Whether pictures of pages can be read; where they cannot, how many wait for it."""
    found = availability(holdings)

    def look(session: Session) -> Part:
        waiting = count_pages(session, WAITING)
        detail = f"{waiting} pages waiting" if waiting else ""
        detail = detail if found.is_ok else "; ".join(filter(None, (found.detail, detail)))
        return Part("recognition", found.is_ok, False, detail)

    part = _in_database("recognition", holdings, look)
    return replace(part, is_needed=False)


def _mail(holdings: Holdings) -> tuple[Part, ...]:
    """Whether the server answers that notices are handed over to; nothing where none is set up."""
    server = holdings.settings.mail
    if server is None:
        return ()
    is_up = answers(server)

    def look(session: Session) -> Part:
        waiting = count_waiting(session)
        told = f"{waiting} notices waiting" if waiting else ""
        return Part("mail", is_up, False, told if is_up else f"no answer; {told}".rstrip("; "))

    return (replace(_in_database("mail", holdings, look), is_needed=False),)


def _isolation() -> Part:
    available = isolation_available()
    detail = "" if available else "the kernel refuses network namespaces to the extractor"
    return Part("isolation", available, False, detail)
