"""What a worker does besides jobs: the index is healed, leftovers are swept, orphans brought in."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from archive.models import Stage
from archive.search.engine import ARRAYS
from archive.search.index import SearchIndex
from archive.search.results import IndexStatus
from archive.services import bulk_edits, jobs, restoring, signing_in, throughput
from archive.services.batch_files import sweep_batch_files
from archive.services.held_files import sweep_held
from archive.services.holdings import Holdings
from archive.services.indexing import all_entries, compare, queue_stale
from archive.services.recognition import availability, forgotten
from archive.services.uploads import sweep_uploads

LOOK_INTERVAL_SECONDS = 5.0
READERS_INTERVAL_SECONDS = 60.0
CARE_INTERVAL_SECONDS = 60.0
SWEEP_INTERVAL_SECONDS = 600.0
BULK_INTERVAL_SECONDS = 1.0
ORPHAN_AGE = timedelta(minutes=10)

log = structlog.get_logger("worker")


class Care:
    """The rounds of one worker, each at its own interval.

    `stages` are those of the wanted ones that can be done here now.
    """

    def __init__(self, holdings: Holdings, *, wanted: Sequence[Stage]) -> None:
        self._holdings = holdings
        self._wanted = tuple(wanted)
        self.stages = self._wanted
        self.next_readers = 0.0
        self.next_look = 0.0
        self.next_comparison = 0.0
        self.next_sweep = 0.0
        self.next_bulk = 0.0
        self._told_of_recogniser = False
        self._last_status = IndexStatus(healthy=False)
        self._last_files: dict[str, tuple[int, ...]] = {}

    def run_due(self) -> None:
        """Make the rounds that are due. Raises what the database, the index or the disk raises."""
        moment = time.monotonic()
        if moment >= self.next_readers:
            self.next_readers = moment + READERS_INTERVAL_SECONDS
            self._look_for_recogniser()
        if moment >= self.next_look:
            self.next_look = moment + LOOK_INTERVAL_SECONDS
            self._look_at_index()
        if moment >= self.next_comparison:
            self.next_comparison = moment + CARE_INTERVAL_SECONDS
            self._heal_differences()
        if moment >= self.next_bulk:
            # More may wait: then the next round comes at once, with a job or two in between.
            self.next_bulk = 0.0 if self._advance_bulk() else moment + BULK_INTERVAL_SECONDS
        if moment >= self.next_sweep:
            self.next_sweep = moment + SWEEP_INTERVAL_SECONDS
            self._sweep()

    def _advance_bulk(self) -> bool:
        """Carry out a piece of a bulk edit; whether there was any."""
        with self._holdings.database.reading() as session:
            if not bulk_edits.anything_pending(session):
                return False
        with self._holdings.database.writing() as session:
            done = bulk_edits.advance(session, first_year=self._holdings.settings.first_year)
            session.commit()
        return bool(done)

    def _sweep(self) -> None:
        with self._holdings.database.writing() as session:
            sweep_held(session, self._holdings)
            sweep_uploads(session, self._holdings)
            jobs.forget_old(session)
            throughput.forget_old(session)
            signing_in.forget_attempts(session, settings=self._holdings.settings)
            session.commit()
        with self._holdings.database.reading() as session:
            sweep_batch_files(session, self._holdings)
        adopted = restoring.adopt_orphans(self._holdings, older_than=ORPHAN_AGE)
        if adopted:
            log.warning("orphans_adopted", publications=adopted)

    def _look_for_recogniser(self) -> None:
        """Take on pictures of pages only where they can be read; else their jobs wait, and are
        there when the recogniser is. Pages that wait without a job get one."""
        found = availability(self._holdings)
        self.stages = tuple(
            stage for stage in self._wanted if stage is not Stage.OCR or found.is_ok
        )
        if Stage.OCR not in self._wanted:
            return
        if not found.is_ok and not self._told_of_recogniser:
            log.warning("recogniser_missing", detail=found.detail)
        self._told_of_recogniser = not found.is_ok
        with self._holdings.database.reading() as session:
            ids = forgotten(session)
        if ids:
            with self._holdings.database.writing() as session:
                for publication_id in ids:
                    jobs.enqueue(session, Stage.OCR, publication_id=publication_id)
                session.commit()

    def _look_at_index(self) -> None:
        """Make the index anew where it cannot be read or is not what it was, and what only makes it
        fast where that is lost."""
        status = self._holdings.index.status()
        files = _files(self._holdings.settings.search_folder / status.generation)
        last, seen = self._last_status, self._last_files
        same = (status.generation, status.commit) == (last.generation, last.commit)
        if status.healthy and same and files != seen:
            # What this process has open may go on answering, rightly or not; others, and the next
            # start, meet what is there now. Files of one commit are written once; they go when a
            # commit has no more use for them, and whether it has is seen by opening it.
            if any(files.get(name, was) != was for name, was in seen.items()):
                status = replace(status, healthy=False, problem="damaged")
            else:
                status = SearchIndex(self._holdings.settings.search_folder).status()
        if not status.healthy:
            # A new archive has no index yet; one that lost its index has something to tell.
            tell = log.info if status.problem == "missing" else log.warning
            tell("index_rebuild", problem=status.problem)
            with self._holdings.database.reading() as session:
                self._holdings.index.rebuild(all_entries(session))
            status = self._holdings.index.status()
            files = _files(self._holdings.settings.search_folder / status.generation)
        if status.plain_segments:
            log.warning("index_arrays_mended", segments=self._holdings.index.mend())
        self._last_status, self._last_files = status, files

    def _heal_differences(self) -> None:
        """Queue what the index or the folder of images lacks; take out what is catalogued no
        more. Looks without the write lock: with 100,000 pages looking takes a while."""
        with self._holdings.database.reading() as session:
            difference = compare(session, self._holdings.index)
            undrawn = restoring.missing_images(session, self._holdings)
        if difference.stale or undrawn:
            with self._holdings.database.writing() as session:
                queue_stale(session, difference.stale)
                restoring.queue_images(session, undrawn)
                session.commit()
        if difference.gone:
            self._holdings.index.write([], deleted_ids=difference.gone)
        if difference.stale or difference.gone:
            log.info("index_behind", stale=len(difference.stale), gone=len(difference.gone))


def _files(generation: Path) -> dict[str, tuple[int, ...]]:
    """Which file stands under each name, and when it was written; locks, which are empty, are none,
    and derived arrays, which are checked when opened and made anew by themselves.

    {} where there is no such folder.
    """
    found: dict[str, tuple[int, ...]] = {}
    with suppress(OSError):
        for item in os.scandir(generation):
            state = item.stat()
            if item.is_file() and state.st_size and not item.name.endswith(ARRAYS):
                found[item.name] = (state.st_ino, state.st_size, state.st_mtime_ns)
    return found
