"""The text of pages that are only pictures, from a child of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gzip
import hashlib
import importlib.util
import math
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.core.errors import DamagedFileError, ExtractorFailedError
from archive.extract.kinds import FileKind
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import opened_pages, start_child, wall_seconds
from archive.extract.results import PageText
from archive.extract.wire import Message, ProtocolError, decode_page

DATA_NAME = "vie.traineddata"
PACKED_DATA = Path("@tesseract.js-data/vie/4.0.0_best_int", f"{DATA_NAME}.gz")
"""Where set-up puts the Vietnamese data, in the folder of fetched front-end files."""
DATA_SHA256 = "112f6fd1d04ab4cb0208cad9cada8de214ae33a1e4db3750ffcda69262aef0a8"
_LIBRARY = "tesserocr"
_UNFINISHED = ".data-"
_ATTEMPTS = 5


@dataclasses.dataclass(frozen=True)
class Availability:
    """Whether pages can be recognised here; `detail` says in English what is missing, else ""."""

    is_ok: bool
    detail: str = ""


def recognition_available(assets: Path) -> Availability:
    """Whether the library is installed and the data lies in `assets`, the fetched front-end files.
    Never raises; the data is read again only when its file has changed. The detail may be shown to
    strangers: it names files, not folders."""
    if importlib.util.find_spec(_LIBRARY) is None:
        return Availability(False, f"the Python package {_LIBRARY} is not installed")
    packed = assets / PACKED_DATA
    try:
        found = packed.stat()
        is_known = _unpacked_digest(packed, found.st_mtime_ns, found.st_size) == DATA_SHA256
    except (OSError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not whole"
        return Availability(False, f"the data {packed.name} cannot be read: {why}")
    if not is_known:
        return Availability(False, f"{packed.name} is not the data the archive was made with")
    return Availability(True)


def unpack_data(assets: Path, into: Path) -> Path:
    """The folder `into` with the Vietnamese data in it, unpacked if it is not there or not whole.

    May be called by several processes at once. Raises ExtractorFailedError where the packed file
    is missing or another one, OSError where `into` cannot be written.
    """
    kept = into / DATA_NAME
    with contextlib.suppress(FileNotFoundError):
        if _digest(kept.read_bytes()) == DATA_SHA256:
            return into
    try:
        data = gzip.decompress((assets / PACKED_DATA).read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise ExtractorFailedError(detail=f"data of the recogniser: {error}") from error
    if _digest(data) != DATA_SHA256:
        raise ExtractorFailedError(detail="data of the recogniser: not the file that was expected")
    into.mkdir(parents=True, exist_ok=True)
    for left in into.glob(f"{_UNFINISHED}*"):
        left.unlink(missing_ok=True)  # Of a process that was killed, or that will write it again.
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _write_whole(data, kept)
        except FileNotFoundError:
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return into


def _write_whole(data: bytes, path: Path) -> None:
    """The file complete or not at all. FileNotFoundError where another process swept it away."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_UNFINISHED, delete=False) as file:
        unfinished = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            # A full disk, for one: what was written must not take the room that is left.
            unfinished.unlink(missing_ok=True)
            raise


def recognise(
    path: Path, kind: FileKind, *, pages: Sequence[int], limits: Limits | None = None, data: Path
) -> Iterator[PageText]:
    """The text of these pages as read from their pictures, one by one as they are asked for.

    `data` is the folder that `unpack_data` gave. Pages come in the order asked for; one that does
    not exist is left out, and DOCX and TXT have none. A page without writing has no text and the
    source `none`. A few pages at a time are best: starting costs a fraction of one, and all of them
    together have the hard limit of any child.

    Raises EncryptedFileError, DamagedFileError, LimitReachedError when a page is asked for: pages
    that came before are good, the first that did not come is the one that met it, and a call with
    those behind it goes on. ExtractorFailedError where the library or the data is missing.
    """
    if kind.code in ("docx", "txt") or not pages:
        return
    limits = limits or Limits()
    # A PDF needs the memory of an image here: its pages are pictures, and the recogniser is large.
    limits = dataclasses.replace(limits, memory_bytes=limits.image_memory_bytes)
    cpu_seconds = math.ceil(limits.ocr_cpu_seconds_per_page)
    child = start_child(
        path,
        kind,
        "recognise",
        limits=limits,
        cpu_seconds=cpu_seconds,
        pages=list(pages),
        engine=str(data.resolve()),
    )
    try:
        opened_pages(child, limits=limits)
        expected = iter(pages)
        while (message := _next_page(child)) is not None:
            page = decode_page(message)
            if page.number not in expected:  # Which takes all up to that number.
                raise ProtocolError("a page is out of turn")
            yield page
            child.allow_more(wall_seconds=wall_seconds(cpu_seconds, limits))
    except ProtocolError as error:
        raise DamagedFileError(detail=f"protocol: {error}") from error
    finally:
        child.close()


def _next_page(child: Child) -> Message | None:
    message = child.receive()
    if message is None:
        raise DamagedFileError(detail="ended before its last page")
    if message[0]["type"] == "pages_done":
        return None
    if message[0]["type"] != "page":
        raise DamagedFileError(detail="protocol: no page")
    return message


@functools.lru_cache(maxsize=4)
def _unpacked_digest(packed: Path, _changed_ns: int, _size_bytes: int) -> str:
    return _digest(gzip.decompress(packed.read_bytes()))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
