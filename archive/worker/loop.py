"""The worker: claims jobs, keeps their leases alive, runs their stages, and heals the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy import exc

from archive.core.errors import ArchiveError, SearchIndexError
from archive.extract.limits import Limits
from archive.models import Stage
from archive.services import jobs, restoring
from archive.services.deposits import sweep_held
from archive.services.holdings import Holdings
from archive.services.indexing import all_entries, queue_difference
from archive.services.jobs import Claim, StaleLeaseError
from archive.worker import stages

IDLE_SECONDS = 0.15
INDEX_BATCH = 64
CARE_INTERVAL_SECONDS = 60.0
SWEEP_INTERVAL_SECONDS = 600.0
ORPHAN_AGE = timedelta(minutes=10)

log = structlog.get_logger("worker")


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
        self._limits = limits or Limits()
        self._stages = tuple(stages)
        self._stopping = threading.Event()
        self._name = jobs.worker_name()
        self._next_care = 0.0
        self._next_sweep = 0.0

    def stop(self) -> None:
        self._stopping.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop()`; with `until_idle`, until no job is waiting, due or not."""
        with self._heartbeat():
            while not self._stopping.is_set():
                self._care()
                if self.run_once():
                    continue
                if until_idle and not self._anything_left():
                    return
                self._stopping.wait(IDLE_SECONDS)

    def run_once(self) -> bool:
        """Claim and run what is most urgent; False where nothing is due."""
        lease = self._holdings.settings.lease
        with self._holdings.database.reading() as session:
            if not jobs.anything_due(session, stages=self._stages):
                return False
        with self._holdings.database.writing() as session:
            claims = jobs.claim(session, lease=lease, stages=self._stages)
            if claims and claims[0].stage is Stage.INDEX:
                claims += jobs.claim(
                    session, lease=lease, stages=(Stage.INDEX,), limit=INDEX_BATCH - 1
                )
            session.commit()
        if not claims:
            return False
        self._run_claimed(claims)
        return True

    def _run_claimed(self, claims: Sequence[Claim]) -> None:
        started = time.monotonic()
        first = claims[0]
        try:
            with self._leases(claims) as check:
                match first.stage:
                    case Stage.EXTRACT:
                        stages.run_extract(self._holdings, first, check=check, limits=self._limits)
                    case Stage.IMAGES:
                        stages.run_images(self._holdings, first, check=check, limits=self._limits)
                    case Stage.INDEX:
                        stages.run_index(self._holdings, claims)
                    case Stage.RECORD:
                        stages.run_record(self._holdings, first)
        except stages.StopRequestedError:
            self._give_back(claims)
        except StaleLeaseError:
            # Another worker took over while this one slept; nothing of ours was written.
            log.warning("lease_lost", stage=first.stage.value, publication=first.publication_id)
        except (ArchiveError, OSError, exc.OperationalError) as error:
            code = error.code if isinstance(error, ArchiveError) else "machine_fault"
            log.error("job_failed", stage=first.stage.value, code=code, detail=str(error)[:500])
            self._postpone(claims, code=code, detail=str(error)[:500])
            if isinstance(error, SearchIndexError):
                self._next_care = 0.0
        else:
            log.info(
                "job_done",
                stage=first.stage.value,
                publications=len(claims),
                seconds=round(time.monotonic() - started, 3),
            )

    def _give_back(self, claims: Sequence[Claim]) -> None:
        with self._holdings.database.writing() as session:
            for claim in claims:
                jobs.release(session, claim)
            session.commit()

    def _postpone(self, claims: Sequence[Claim], *, code: str, detail: str) -> None:
        for claim in claims:
            with self._holdings.database.writing() as session:
                try:
                    jobs.postpone(session, claim, error_code=code, data={"detail": detail})
                except StaleLeaseError:
                    continue
                session.commit()

    def _anything_left(self) -> bool:
        with self._holdings.database.reading() as session:
            counts = jobs.count_jobs(session, stages=self._stages)
        return counts.waiting + counts.running > 0

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
                    # Index jobs that have just ended look stale too; the stage itself decides.
                    lost.set()
                    return
                except exc.OperationalError:
                    continue  # The database is busy; the next turn comes before the lease ends.

        def check() -> None:
            if self._stopping.is_set():
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
                        jobs.beat(session, self._name)
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
            with self._holdings.database.writing() as session:
                jobs.remove_heartbeat(session, self._name)
                session.commit()

    def _care(self) -> None:
        """Now and then: index and catalogue compared, leftovers swept, orphans brought in."""
        moment = time.monotonic()
        if moment >= self._next_care:
            self._next_care = moment + CARE_INTERVAL_SECONDS
            self._heal_index()
        if moment >= self._next_sweep:
            self._next_sweep = moment + SWEEP_INTERVAL_SECONDS
            with self._holdings.database.writing() as session:
                sweep_held(session, self._holdings)
                jobs.forget_old(session)
                session.commit()
            adopted = restoring.adopt_orphans(self._holdings, older_than=ORPHAN_AGE)
            if adopted:
                log.warning("orphans_adopted", publications=adopted)

    def _heal_index(self) -> None:
        """Queue what the index lacks; make it anew where it cannot be read."""
        status = self._holdings.index.status()
        if not status.healthy:
            log.warning("index_rebuild", problem=status.problem)
            with self._holdings.database.reading() as session:
                self._holdings.index.rebuild(all_entries(session))
            return
        with self._holdings.database.writing() as session:
            difference = queue_difference(session, self._holdings.index)
            restoring.queue_missing_images(session, self._holdings)
            session.commit()
        if difference.gone:
            self._holdings.index.write([], deleted_ids=difference.gone)
        if difference.stale or difference.gone:
            log.info("index_behind", stale=len(difference.stale), gone=len(difference.gone))
