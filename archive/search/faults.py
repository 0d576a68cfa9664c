"""The one place where the engine's failures become ours."""

from __future__ import annotations

import errno
import pickle
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whoosh import index as whoosh_index
from whoosh import reading as whoosh_reading
from whoosh import writing as whoosh_writing
from whoosh.filedb import filestore, filetables

from archive.core.errors import SearchIndexError

# Damaged bytes pass through struct, zlib, pickle and Whoosh's own parsing, and fail as any of
# these, depending on where the damage is.
DAMAGE = (
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    ImportError,
    NameError,
    MemoryError,
    struct.error,
    zlib.error,
    pickle.PickleError,
    whoosh_index.IndexError,
    whoosh_reading.CorruptIndexError,
    whoosh_reading.TermNotFound,
    whoosh_reading.ReaderClosed,
    whoosh_writing.IndexingError,
    filestore.StorageError,
    filetables.FileFormatError,
)

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def index_access(folder: Path) -> Iterator[None]:
    """Raises `SearchIndexError` for whatever a missing or damaged index makes fail inside."""
    try:
        yield
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise SearchIndexError(problem="full", folder=folder.name) from error
        if isinstance(error, OSError) and not folder.is_dir():
            raise SearchIndexError(problem="missing", folder=folder.name) from error
        raise SearchIndexError(
            problem="damaged", folder=folder.name, detail=f"{type(error).__name__}: {error}"[:200]
        ) from error
