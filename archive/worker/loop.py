"""The worker: claims jobs, keeps their leases alive and runs their stages."""

from __future__ import annotations

import errno
import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import exc
from sqlalchemy.orm import Session

from archive.core.errors import (
    ArchiveError,
    SearchIndexError,
    StorageBusyError,
    StorageFullError,
)
from archive.extract.limits import Limits
from archive.models import Stage
from archive.services import heartbeats, jobs
from archive.services.batches import any_batch_due, any_batch_left
from archive.services.bulk_edits import anything_pending
from archive.services.holdings import Holdings
from archive.services.jobs import Claim, StaleLeaseError
from archive.services.pauses import unpaused
from archive.worker import comparing, drawing, importing, recognition, stages
from archive.worker.care import Care
from archive.worker.mailing import mail_going_out

IDLE_SECONDS = 0.15
# So many publications share one commit of the index, and so many records that hardly have pages.
INDEX_BATCH = 64
INDEX_RECORDS = 512
MOST_FAULTS = 5
FAULT_SECONDS = 1.0
LONGEST_FAULT_SECONDS = 30.0

# What another process holds is free again in a moment; a full disk needs a person.
BUSY_WAIT = timedelta(seconds=1)
FULL_WAIT = timedelta(seconds=15)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

log = structlog.get_logger("worker")


@dataclass(frozen=True)
class _Postponed:
    """A job to be tried again, and why."""

    claim: Claim
    code: str
    detail: str
    wait: timedelta | None


def spare_what_is_loaded() -> None:
    """Leave what this process has loaded out of the collector's rounds: modules and tables that
    stay to the end. For a process that is a worker and nothing else."""
    gc.collect()
    gc.freeze()


class Worker:
    """One worker process. `stop()` may be called from a signal handler: the job in hand goes back
    to the queue at its next page."""

    def __init__(
        self,
        holdings: Holdings,
        *,
        limits: Limits | None = None,
        stages: Sequence[Stage] = tuple(Stage),
    ) -> None:
        self._holdings = holdings
        self._limits = limits or holdings.limits
        self.care = Care(holdings, wanted=stages)
        # A plain flag: a signal handler that set an Event would wait for ever for the lock that
        # the interrupted main thread holds while it waits on that Event.
        self._stopping = False
        self._name = heartbeats.worker_name()
        self._owed: list[_Postponed] = []
        self._is_busy = False
        self._works_on_batches = set(stages) == set(Stage)

    def stop(self) -> None:
        self._stopping = True

    def _pause(self, seconds: float) -> None:
        """Wait, but not through a stop."""
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(IDLE_SECONDS, left))

    def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop()`; with `until_idle`, until no job is waiting, due or not.

        A fault of the queue or of the care (database locked, disk full) is waited out; with
        `until_idle` it is raised when it does not pass.
        """
        faults = 0
        with self._heartbeat(), mail_going_out(self._holdings):
            while not self._stopping:
                try:
                    self.care.run_due()
                    # A batch and the jobs take turns, so that neither waits for the other's end.
                    has_batch = self._run_batch()
                    if self.run_once() or has_batch:
                        faults = 0
                        continue
                    if until_idle and not self._anything_left():
                        return
                except (ArchiveError, OSError, exc.OperationalError) as error:
                    faults += 1
                    log.error("worker_fault", detail=str(error)[:500], faults=faults)
                    if until_idle and faults >= MOST_FAULTS:
                        raise
                    self._pause(min(LONGEST_FAULT_SECONDS, FAULT_SECONDS * 2**faults))
                    continue
                faults = 0
                self._pause(IDLE_SECONDS)

    def _run_batch(self) -> bool:
        """Go on with a batch of the backfile, where this worker does every stage."""
        if not self._works_on_batches:
            return False

        def something_waits() -> bool:
            if self._stopping:
                return True
            with self._holdings.database.reading() as session:
                return jobs.anything_due(session, stages=(Stage.EXTRACT, Stage.INDEX))

        return importing.work_on_batch(self._holdings, worker=self._name, give_way=something_waits)

    def run_once(self) -> bool:
        """Claim and run what is most urgent; False where nothing is due."""
        lease = self._holdings.settings.lease
        self._settle()
        # One job is seldom alone: only after none was found is it worth to look before locking.
        if not self._is_busy:
            with self._holdings.database.reading() as session:
                if not jobs.anything_due(session, stages=self.care.stages):
                    return False
        with self._holdings.database.writing() as session:
            claims = jobs.claim(session, lease=lease, stages=self.care.stages, worker=self._name)
            if claims and claims[0].stage is Stage.INDEX:
                self._claim_beside(session, claims)
            session.commit()
        self._is_busy = bool(claims)
        if not claims:
            return False
        self._run_claimed(claims)
        return True

    def _claim_beside(self, session: Session, claims: list[Claim]) -> None:
        """More index jobs, which one commit of the index does together; of records without pages,
        as a backfile brings them, many more."""
        while True:
            more = jobs.claim(
                session,
                lease=self._holdings.settings.lease,
                stages=(Stage.INDEX,),
                limit=INDEX_BATCH - 1 if len(claims) == 1 else INDEX_BATCH,
                worker=self._name,
            )
            claims += more
            if len(more) < INDEX_BATCH - 1 or len(claims) >= INDEX_RECORDS:
                return
            if jobs.count_pages(session, claims) > INDEX_BATCH:
                return

    def _run_claimed(self, claims: Sequence[Claim]) -> None:
        started = time.monotonic()
        first = claims[0]
        try:
            with self._leases(claims) as check:
                match first.stage:
                    case Stage.EXTRACT:
                        stages.run_extract(self._holdings, first, check=check, limits=self._limits)
                    case Stage.IMAGES:
                        check = self._giving_way(first, check)
                        drawing.run_images(self._holdings, first, check=check, limits=self._limits)
                    case Stage.OCR:
                        recognition.run_recognition(
                            self._holdings,
                            first,
                            check=self._giving_way(first, check),
                            limits=self._limits,
                            processes=self._holdings.settings.ocr_processes,
                        )
                    case Stage.INDEX:
                        stages.run_index(self._holdings, claims)
                    case Stage.RECORD:
                        stages.run_record(self._holdings, first)
                    case Stage.COMPARE:
                        comparing.run_compare(self._holdings, first, check=check)
        except stages.StopRequestedError:
            self._give_back(claims)
        except StaleLeaseError:
            # Another worker took over while this one slept; nothing of ours was written.
            log.warning("lease_lost", stage=first.stage.value, publication=first.publication_id)
        except (ArchiveError, OSError, exc.OperationalError) as error:
            code = error.code if isinstance(error, ArchiveError) else "machine_fault"
            log.error("job_failed", stage=first.stage.value, code=code, detail=str(error)[:500])
            self._postpone(claims, code=code, detail=str(error)[:500], wait=_passes_in(error))
            if isinstance(error, SearchIndexError):
                self.care.next_look = 0.0
        else:
            log.info(
                "job_done",
                stage=first.stage.value,
                publications=len(claims),
                seconds=round(time.monotonic() - started, 3),
            )

    def _giving_way(self, claim: Claim, check: Callable[[], None]) -> Callable[[], None]:
        """`check`, and an end where something more urgent waits: a long drawing or reading of
        pictures would keep the next deposit, or this one's acceptance, from being searchable. What
        is drawn and read stays so."""

        def check_and_look() -> None:
            check()
            with self._holdings.database.reading() as session:
                urgent = jobs.more_urgent_waits(session, claim, stages=self.care.stages)
                if urgent or (self._works_on_batches and any_batch_due(session)):
                    raise stages.StopRequestedError()

        return check_and_look

    def _give_back(self, claims: Sequence[Claim]) -> None:
        with self._holdings.database.writing() as session:
            for claim in claims:
                jobs.release(session, claim)
            session.commit()

    def _postpone(
        self, claims: Sequence[Claim], *, code: str, detail: str, wait: timedelta | None
    ) -> None:
        self._owed += [_Postponed(claim, code, detail, wait) for claim in claims]
        self._settle()

    def _settle(self) -> None:
        """Give back the jobs that are to be tried later. A disk without room takes no word of it:
        then they are given back before anything else is claimed, with their attempts, and need
        not wait until their lease runs out."""
        while self._owed:
            owed = self._owed[0]
            with self._holdings.database.writing() as session:
                with suppress(StaleLeaseError):
                    jobs.postpone(
                        session,
                        owed.claim,
                        error_code=owed.code,
                        data={"detail": owed.detail},
                        wait=owed.wait,
                    )
                session.commit()
            del self._owed[0]

    def _anything_left(self) -> bool:
        with self._holdings.database.reading() as session:
            counts = jobs.count_jobs(session, stages=unpaused(session, self.care.stages))
            if anything_pending(session):
                self.care.next_bulk = 0.0
                return True
            batches = self._works_on_batches and any_batch_left(session)
        return counts.waiting + counts.running > 0 or batches

    @contextmanager
    def _leases(self, claims: Sequence[Claim]) -> Iterator[Callable[[], None]]:
        """Extend the leases from a thread of their own: one page may take longer than a lease.

        Yields a check to call between pages, which raises where the lease is lost or the worker
        shall stop.
        """
        lost = threading.Event()
        over = threading.Event()
        lease = self._holdings.settings.lease

        def extend() -> None:
            while not over.wait(lease.total_seconds() / 4):
                try:
                    with self._holdings.database.writing() as session:
                        jobs.keep_alive(session, claims, lease=lease)
                        session.commit()
                except StaleLeaseError:
                    # Jobs that have just ended look stale too; the stage itself decides.
                    lost.set()
                    return
                except exc.OperationalError:
                    continue  # The database is busy; the next turn comes before the lease ends.

        def check() -> None:
            if self._stopping:
                raise stages.StopRequestedError()
            if lost.is_set():
                raise StaleLeaseError(job_id=claims[0].job_id)

        thread = threading.Thread(target=extend, name="lease", daemon=True)
        thread.start()
        try:
            yield check
        finally:
            over.set()
            thread.join()

    @contextmanager
    def _heartbeat(self) -> Iterator[None]:
        over = threading.Event()

        def beat() -> None:
            while True:
                try:
                    with self._holdings.database.writing() as session:
                        heartbeats.beat(session, self._name)
                        session.commit()
                except exc.OperationalError:
                    log.warning("heartbeat_missed")
                if over.wait(5):
                    return

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            # Without room for it the sign of life is forgotten by its age.
            with (
                suppress(exc.OperationalError),
                self._holdings.database.writing() as session,
            ):
                heartbeats.remove_heartbeat(session, self._name)
                session.commit()


def _passes_in(error: ArchiveError | OSError | exc.OperationalError) -> timedelta | None:
    """When to look again at a fault that lies in the machine and passes; None for any other."""
    if isinstance(error, SearchIndexError):
        return {"locked": BUSY_WAIT, "full": FULL_WAIT}.get(str(error.data.get("problem")))
    if isinstance(error, exc.OperationalError):
        words = str(error.orig)
        return BUSY_WAIT if "locked" in words else FULL_WAIT if "full" in words else None
    if isinstance(error, StorageBusyError):
        return BUSY_WAIT
    no_room = isinstance(error, OSError) and error.errno in _NO_ROOM
    return FULL_WAIT if no_room or isinstance(error, StorageFullError) else None
