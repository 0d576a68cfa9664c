"""The search index on disk: generations, the pointer to the current one, its writer and readers.

    index/search/
      current        the name of the generation that answers, replaced in one step
      writer.lock    held by the one writer there is
      g000001/       a generation: an index of Whoosh's

A generation only grows by commits; a rebuild makes a new one beside it and then swaps the
pointer. Readers look at pointer and commit number before each search, so that whatever was
committed is what the next search finds, in every process.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.core.errors import SearchIndexError
from archive.search.abbreviations import ABBREVIATIONS, Abbreviations
from archive.search.arrays import stamp_of
from archive.search.completion import complete
from archive.search.engine import (
    latest_commit,
    open_segment,
    read_segments,
    table_path,
    try_lock,
)
from archive.search.entries import WorkEntry
from archive.search.faults import index_access
from archive.search.requests import SearchRequest, Viewer
from archive.search.results import Completion, IndexStatus, SearchResults
from archive.search.searching import DEADLINE_S, run_search
from archive.search.segment_files import mend_arrays
from archive.search.segments import Segment
from archive.search.snapshot import Snapshot
from archive.search.writing import GenerationWriter

_POINTER = "current"
_LOCK = "writer.lock"
_GENERATION = re.compile(r"g(\d{6,})")
_RETRIES = 20
_RETRY_S = 0.02
# A segment of so many takes 1.1 GB while it is made (of twice as many 2.1), and a search that meets
# two instead of three of them takes a tenth less; a document's number has two bytes up to 65,536.
_REBUILD_COMMIT_DOCS = 55_000
# A broken index is not read anew for every request; so long the last finding stands.
_FAILURE_KEPT_S = 2.0
_SETTLED_NS = 200_000_000


@dataclass(frozen=True, slots=True)
class _Failure:
    """What was last found broken, and until when nobody looks again."""

    key: tuple[str, int]
    until: float
    data: dict[str, Any] | None


class SearchIndex:
    """The index in one folder, for any number of threads; each process makes its own.

    Every method raises `SearchIndexError` where the index is missing or damaged (`problem` is
    "missing", "damaged", "locked" or "full"); a rebuild mends the first two.
    """

    def __init__(self, folder: Path, *, abbreviations: Path = ABBREVIATIONS) -> None:
        self._folder = folder
        self._abbreviations = Abbreviations(abbreviations)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._stamp = (0, 0, 0)
        self._watched: list[tuple[str, tuple[int, int, int]]] = []
        self._failure = _Failure(("", -1), 0.0, None)
        self._pid = os.getpid()

    # Reading

    def search(
        self,
        request: SearchRequest,
        *,
        deadline_s: float = DEADLINE_S,
    ) -> SearchResults:
        """What the request's viewer may see of what was committed before the call.

        Raises `QueryRefusedError` where the query is too long or `deadline_s` passes.
        """
        return run_search(
            self._current(),
            request,
            abbreviations=self._abbreviations.current(),
            deadline_s=deadline_s,
        )

    def complete(self, text: str, viewer: Viewer, *, limit: int = 8) -> tuple[Completion, ...]:
        """What the text may become as its writer goes on: titles, names, places, themes and
        frequent phrases, from accepted works that the viewer may see; () for nonsense."""
        snapshot = self._current()
        return complete(snapshot, snapshot.audience(viewer, ()), text, limit=limit)

    def revisions(self) -> dict[str, int]:
        """The revision of each work in the index, by work id: what the catalogue compares with."""
        snapshot = self._current()
        return {work_id: snapshot.works[slot].revision for work_id, slot in snapshot.slots.items()}

    def status(self) -> IndexStatus:
        """How the index is; never raises: a problem is told in the status."""
        try:
            snapshot = self._current()
            generation, commit = snapshot.key
            size = sum(
                item.stat().st_size
                for item in (self._folder / generation).iterdir()
                if item.is_file()
            )
        except SearchIndexError as error:
            return IndexStatus(healthy=False, problem=str(error.data.get("problem", "damaged")))
        except OSError:
            return IndexStatus(healthy=False, problem="missing")
        if any(segment.forward is None for segment in snapshot.segments):
            return IndexStatus(healthy=False, problem="damaged")
        return IndexStatus(
            healthy=True,
            generation=generation,
            commit=commit,
            works=len(snapshot.slots),
            pages=int(snapshot.page_counts[snapshot.alive].sum()),
            segments=len(snapshot.segments),
            plain_segments=sum(not segment.has_arrays for segment in snapshot.segments),
            size_bytes=size,
        )

    # Writing

    @contextmanager
    def writer(self) -> Iterator[IndexWriter]:
        """The one writer; while another process or thread has it, `problem` "locked" at once."""
        with index_access(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = try_lock(self._folder / _LOCK)
        if lock is None:
            raise SearchIndexError(problem="locked", folder=self._folder.name)
        try:
            yield IndexWriter(self._folder)
        finally:
            lock.release()

    def create(self) -> bool:
        """Makes an empty index where there is none; True if it did."""
        if (self._folder / _POINTER).exists():
            return False
        with self.writer() as writer:
            return writer.create()

    def write(self, entries: Iterable[WorkEntry], deleted_ids: Iterable[str] = ()) -> None:
        """`IndexWriter.write` with a writer of its own."""
        with self.writer() as writer:
            writer.write(entries, deleted_ids)

    def rebuild(self, entries: Iterable[WorkEntry]) -> str:
        """`IndexWriter.rebuild` with a writer of its own."""
        with self.writer() as writer:
            return writer.rebuild(entries)

    def mend(self) -> int:
        """Makes lost or damaged derived arrays anew; of how many segments. Whoever has the index
        open takes them at the next search."""
        with self.writer() as writer:
            return writer.mend()

    # The current snapshot

    def _current(self) -> Snapshot:
        with self._lock:
            if self._pid != os.getpid():
                # A fork shares file positions with its parent: reading on would mix them up.
                self._snapshot = None
                self._pid = os.getpid()
            try:
                self._snapshot = self._load_patiently()
            except SearchIndexError:
                self._snapshot = None
                raise
            return self._snapshot

    def _load_patiently(self) -> Snapshot:
        """Looks again where files vanish: a commit may replace the list of files and the files
        between our reading the one and opening the others."""
        recent = time.monotonic() < self._failure.until
        for attempt in range(1 if recent else _RETRIES):
            if attempt:
                time.sleep(_RETRY_S)
            try:
                return self._load(self._snapshot)
            except FileNotFoundError as error:
                found = error
                if not (self._folder / _POINTER).exists():
                    break
        self._failure = _Failure(("", -1), time.monotonic() + _FAILURE_KEPT_S, None)
        raise SearchIndexError(
            problem="missing", folder=self._folder.name, detail=str(found)[:200]
        ) from found

    def _load(self, before: Snapshot | None) -> Snapshot:
        if before is not None and self._is_unchanged() and before.is_current():
            return before
        pointer = self._folder / _POINTER
        states = [_state(str(pointer))]
        generation = read_pointer(self._folder)
        folder = self._folder / generation
        states.append(_state(str(folder)))
        key = (generation, latest_commit(folder))
        if key[1] < 0:
            raise FileNotFoundError(f"no table of contents in {generation}")
        table = table_path(folder, key[1])
        stamp = _state(str(table))
        watched = list(zip(map(str, (pointer, folder, table)), (*states, stamp), strict=True))
        # Until what they name has been read there is nothing that could be unchanged.
        self._watched = []
        if (
            before is not None
            and before.key == key
            and self._stamp == stamp
            and before.is_current()
        ):
            self._watched = watched
            return before
        if self._failure.key == key and time.monotonic() < self._failure.until:
            raise SearchIndexError(**self._failure.data or {})
        try:
            with index_access(folder):
                read = self._read(*key, before)
            self._stamp, self._watched = stamp, watched
            return read
        except SearchIndexError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                # It may only mean that we looked too late, so it passes as what it is.
                raise error.__cause__ from None
            if (read_pointer(self._folder), latest_commit(folder)) != key:
                # Files that vanish while they are opened fail in many ways; there is news anyhow.
                raise FileNotFoundError(f"{generation} went on from commit {key[1]}") from error
            self._failure = _Failure(key, time.monotonic() + _FAILURE_KEPT_S, error.data)
            raise

    def _is_unchanged(self) -> bool:
        """Whether nothing was committed or swapped since the last look, by three states of files
        instead of a list of them. What changed a moment ago may have changed again within one tick
        of the file system's clock, and is looked at whole."""
        settled = time.time_ns() - _SETTLED_NS
        return bool(self._watched) and all(
            state[2] < settled and _state(path) == state for path, state in self._watched
        )

    def _read(self, generation: str, commit: int, before: Snapshot | None) -> Snapshot:
        folder = self._folder / generation
        schema, segments = read_segments(folder, commit)
        known = {segment.segment_id: segment for segment in before.segments} if before else {}
        parts = []
        for found in segments:
            segment = known.get(str(found.segment_id()))
            if segment is None or not segment.is_current():
                segment = Segment(open_segment(folder, schema, found), folder)
            parts.append((segment, frozenset(found.deleted_docs())))
        return Snapshot((generation, commit), parts)


class IndexWriter:
    """What the holder of the writer's lock may do. Made by `SearchIndex.writer`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> bool:
        """Makes an empty first generation where no pointer is; True if it did."""
        if (self._folder / _POINTER).exists():
            return False
        self.rebuild(())
        return True

    def write(self, entries: Iterable[WorkEntry], deleted_ids: Iterable[str] = ()) -> None:
        """Replaces these works and takes out `deleted_ids`, in one commit: all of it or nothing.

        Where there is no index yet, an empty one is made first. The whole batch is held in
        memory, about 2 kB per page.
        """
        self.create()
        writer = GenerationWriter(self._folder / read_pointer(self._folder))
        try:
            writer.replace(entries, deleted_ids)
            writer.commit()
        except BaseException:
            writer.cancel()
            raise

    def mend(self) -> int:
        """Makes the derived arrays of segments anew where they are lost; how many were."""
        folder = self._folder / read_pointer(self._folder)
        made = 0
        with index_access(folder):
            schema, segments = read_segments(folder, latest_commit(folder))
            for segment in segments:
                made += mend_arrays(folder, schema, segment)
        return made

    def rebuild(self, entries: Iterable[WorkEntry]) -> str:
        """Makes a new generation of exactly these works, swaps to it, and gives its name."""
        with self.rebuilding() as rebuild:
            rebuild.add_batch(entries)
        return rebuild.generation

    @contextmanager
    def rebuilding(self) -> Iterator[Rebuild]:
        """A new generation to fill batch by batch; it answers once the block ends well.

        Until then, and if the block fails, the present generation goes on answering.
        """
        numbers = [number for number, _ in _generations(self._folder)]
        name = f"g{max(numbers, default=0) + 1:06d}"
        rebuild = Rebuild(self._folder / name, name)
        try:
            yield rebuild
            rebuild.finish()
        except BaseException:
            rebuild.abandon()
            raise
        before = _pointer_or_none(self._folder)
        with index_access(self._folder):
            _write_pointer(self._folder, name)
        # The generation before stays, since readers may still be about to open its files.
        for _, old in _generations(self._folder):
            if old not in (name, before):
                shutil.rmtree(self._folder / old, ignore_errors=True)


class Rebuild:
    """A generation being filled. Each work is added once."""

    def __init__(self, folder: Path, generation: str) -> None:
        self._folder = folder
        self.generation = generation
        self._writer = GenerationWriter(folder, new=True)

    def add_batch(self, entries: Iterable[WorkEntry]) -> None:
        """Adds works; memory stays bounded however many there are."""
        for entry in entries:
            self._writer.append((entry,))
            if self._writer.pending_documents >= _REBUILD_COMMIT_DOCS:
                self._writer.commit(merge=False)

    def finish(self) -> None:
        self._writer.commit(merge=False)

    def abandon(self) -> None:
        self._writer.cancel()
        shutil.rmtree(self._folder, ignore_errors=True)


def read_pointer(folder: Path) -> str:
    """The name of the generation that answers."""
    found = _pointer_or_none(folder)
    if found is None:
        raise SearchIndexError(problem="missing", folder=folder.name)
    if not _GENERATION.fullmatch(found):
        raise SearchIndexError(problem="damaged", folder=folder.name, detail=_POINTER)
    return found


def _state(path: str) -> tuple[int, int, int]:
    """What tells a file or folder from one that was put in its place or changed since."""
    return stamp_of(os.stat(path))  # noqa: PTH116 (asked for before every search)


def _pointer_or_none(folder: Path) -> str | None:
    try:
        return (folder / _POINTER).read_bytes()[:100].decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None


def _write_pointer(folder: Path, name: str) -> None:
    """Replaces the pointer in one step; a reader sees the old name or the new, never half."""
    temporary = folder / f"{_POINTER}.new"
    with temporary.open("w", encoding="ascii") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _POINTER)


def _generations(folder: Path) -> list[tuple[int, str]]:
    found = (_GENERATION.fullmatch(item.name) for item in folder.iterdir())
    return sorted((int(match[1]), match[0]) for match in found if match)
