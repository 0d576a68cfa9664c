"""The few places where Whoosh is opened. Everything past its public names is here.

Written against whoosh3 3.54: `TOC` and the name of the index are not part of its documented
interface, and its functions carry no types, so they are `Any` here and typed by our signatures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.filedb import filestore
from whoosh.reading import SegmentReader
from whoosh.util import filelock
from whoosh.writing import SegmentWriter

from archive.search.analysis import build_schema

# Files of ours beside Whoosh's of a segment. Whoosh removes them with the segment, by their name.
FORWARD = ".fwd"
ARRAYS = ".arr"

_INDEX_NAME = "MAIN"
_TOC: Any = whoosh_index.TOC
_FileIndex: Any = whoosh_index.FileIndex
_FileStorage: Any = filestore.FileStorage
_SegmentWriter: Any = SegmentWriter
_FileLock: Any = filelock.FileLock


def latest_commit(folder: Path) -> int:
    """The number of the last commit in a generation's folder, -1 where there is none."""
    return int(_TOC._latest_generation(_FileStorage(str(folder)), _INDEX_NAME))


def table_path(folder: Path, commit: int) -> Path:
    """The table of contents that a commit wrote. Inode and time tell it from one of the same number
    in a folder that was lost and made again, or put back from a copy."""
    return folder / str(_TOC._filename(_INDEX_NAME, commit))


def create_index(folder: Path) -> None:
    """Makes an empty index in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _FileIndex.create(_FileStorage(str(folder)), build_schema(), _INDEX_NAME)


def open_writer(folder: Path, codec: Any, pool: Any) -> Any:
    """A Whoosh writer for one commit that gathers its postings in `pool` and writes by `codec`.

    Segments are kept as plain files, not as one compound file: Whoosh would map that into memory,
    and a mapped file that is cut off kills the process that reads it.
    """
    writer = _SegmentWriter(
        _FileIndex(_FileStorage(str(folder)), indexname=_INDEX_NAME),
        codec=codec,
        compound=False,
    )
    writer.pool = pool
    return writer


def read_segments(folder: Path, commit: int) -> tuple[Any, list[Any]]:
    """The schema and the segments of a commit."""
    found = _TOC.read(_FileStorage(str(folder)), _INDEX_NAME, gen=commit)
    return found.schema, list(found.segments)


def open_segment(folder: Path, schema: Any, segment: Any) -> Any:
    """A reader of one segment; its files stay open until it is closed."""
    return SegmentReader(_FileStorage(str(folder)), schema, segment)


def beside(folder: Path, segment: Any, ending: str) -> Path:
    """The file of ours that goes with a segment."""
    return folder / f"{segment.segment_id()}{ending}"


def try_lock(path: Path) -> Any | None:
    """A held lock with `release()`, or None at once where somebody else holds it."""
    lock = _FileLock(str(path))
    return lock if lock.acquire() else None
