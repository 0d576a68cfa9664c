"""Where an object lies under the storage root, and which paths may name a file inside it.

The OCFL community extension 0003 (hash and id n-tuple storage layout) with its default
parameters: three folders of three digits of the identifier's SHA-256, then the identifier itself,
percent-encoded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from archive.core.errors import InvalidInputError

EXTENSION_NAME = "0003-hash-and-id-n-tuple-storage-layout"
TUPLE_SIZE = 3
NUMBER_OF_TUPLES = 3
CONFIG = {
    "extensionName": EXTENSION_NAME,
    "digestAlgorithm": "sha256",
    "tupleSize": TUPLE_SIZE,
    "numberOfTuples": NUMBER_OF_TUPLES,
}
DESCRIPTION = (
    "Three folders of three characters each from the SHA-256 of the object identifier, "
    "then a folder named by the percent-encoded identifier."
)

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 100
_SEGMENT_BYTES = 255  # the longest name common file systems take


def object_path(object_id: str) -> PurePosixPath:
    """The object's folder, relative to the storage root.

    `InvalidInputError` (`field` = `object_id`) where the identifier is empty or has control
    characters.
    """
    if not object_id or not object_id.isprintable():
        raise InvalidInputError(field="object_id", problem="malformed", value=object_id)
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    tuples = [
        digest[start : start + TUPLE_SIZE]
        for start in range(0, TUPLE_SIZE * NUMBER_OF_TUPLES, TUPLE_SIZE)
    ]
    name = _UNSAFE.sub(_percent_encoded, object_id)
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}-{digest}"
    return PurePosixPath(*tuples, name)


def object_id_of(folder_name: str) -> str | None:
    """The identifier a folder's name spells out; None where the name was shortened or is foreign.

    A shortened name's identifier stands in the object's inventory alone.
    """
    if len(folder_name) > _LONGEST_NAME:
        return None
    try:
        return unquote(folder_name, errors="strict")
    except UnicodeDecodeError:
        return None


def check_path(path: str) -> str:
    """The same path, if it may name a file inside an object: segments joined by `/`.

    `InvalidInputError` (`field` = `logical_path`, `value`) for an absolute path, an empty, `.` or
    `..` segment, a backslash, a control character or a segment over 255 bytes.
    """
    segments = path.split("/")
    sound = (
        path.isprintable()
        and "\\" not in path
        and all(
            segment not in ("", ".", "..") and len(segment.encode()) <= _SEGMENT_BYTES
            for segment in segments
        )
    )
    if not sound:
        raise InvalidInputError(field="logical_path", problem="malformed", value=path)
    return path


def check_paths(paths: Iterable[str]) -> None:
    """`check_path` for each, and no path may be a folder of another (`problem` = `conflict`)."""
    known = {check_path(path) for path in paths}
    for path in known:
        for parent in PurePosixPath(path).parents:
            if str(parent) in known:
                raise InvalidInputError(field="logical_path", problem="conflict", value=path)


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02x}" for byte in match[0].encode())
