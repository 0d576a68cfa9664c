"""The versions of a publication's files that storage keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.core.errors import NotFoundError
from archive.models import Publication
from archive.services.holdings import Holdings, object_id, original_path


@dataclass(frozen=True)
class VersionFile:
    """A file as that version's record names it; `position` from 1."""

    position: int
    name: str
    path: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class StoredVersion:
    """`message` is `deposit`, `record` or `replace`; `has_new_files`: they differ from those of the
    version before."""

    number: int
    at: datetime
    who: str
    message: str
    files: tuple[VersionFile, ...]
    has_new_files: bool


def list_stored_versions(holdings: Holdings, publication: Publication) -> list[StoredVersion]:
    """Every version up to the one that the catalogue knows, the oldest first; none for a record
    without files. Raises StorageDamagedError."""
    if not publication.object_version:
        return []
    inventory = holdings.originals.inventory(object_id(publication.id))
    found: list[StoredVersion] = []
    before: tuple[VersionFile, ...] = ()
    for number in range(1, publication.object_version + 1):
        about = inventory.version(number)
        files = _files(holdings, publication.id, number)
        found.append(
            StoredVersion(
                number=number,
                at=datetime.fromisoformat(about.created),
                who=about.user_name,
                message=about.message,
                files=files,
                has_new_files=files != before,
            )
        )
        before = files
    return found


def find_stored_file(
    holdings: Holdings, publication: Publication, number: int, position: int
) -> tuple[VersionFile, Path]:
    """A file of a version and where its bytes lie, or NotFoundError."""
    if not 1 <= number <= publication.object_version:
        raise NotFoundError(what="version", id=publication.id, number=number)
    for file in _files(holdings, publication.id, number):
        if file.position == position:
            return file, original_path(holdings, publication.id, file.path, number)
    raise NotFoundError(what="file", id=publication.id, number=position)


def _files(holdings: Holdings, publication_id: str, number: int) -> tuple[VersionFile, ...]:
    record = json.loads(holdings.originals.record(object_id(publication_id), number))
    return tuple(
        VersionFile(
            position=position,
            name=file["name"],
            path=file["path"],
            media_type=file["media_type"],
            size_bytes=file["size_bytes"],
            sha256=file["sha256"],
        )
        for position, file in enumerate(record["files"], start=1)
    )
