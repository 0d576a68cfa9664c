"""What an archive holds outside its database: originals, records, images, the search index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.extract.limits import Limits, limits_of
from archive.models.database import Database
from archive.search.index import SearchIndex
from archive.services.authorities.keeping import keep_before_commit
from archive.services.drawn_pages import DrawnPages
from archive.services.sealing import seal_after
from archive.settings import Settings
from archive.storage.derivatives import Derivatives
from archive.storage.incoming import LOCKS, Incoming
from archive.storage.ocfl import StorageRoot
from archive.storage.records import RecordLog
from archive.storage.resumable import Resumable
from archive.storage.seal import Seal
from archive.storage.tiles import TileCache


@dataclass(frozen=True)
class Holdings:
    """The collaborators that services take besides a session."""

    settings: Settings
    database: Database
    incoming: Incoming
    originals: StorageRoot
    records: RecordLog
    names: RecordLog
    """Authorities that people added or changed."""
    images: Derivatives
    tiles: TileCache
    drawn_pages: DrawnPages
    index: SearchIndex
    resumable: Resumable
    seal: Seal
    limits: Limits
    """What one file may cost, at the door and in the worker alike."""


def open_holdings(settings: Settings) -> Holdings:
    """Open (and at first make) the folders that `settings` names. Opens no file for long."""
    settings.uploads.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    seal = Seal(settings.seal, settings.incoming / LOCKS, key=settings.secret_key)
    names = RecordLog(settings.names)
    database.before_commit = keep_before_commit(names)
    database.after_commit = seal_after(database, seal)
    return Holdings(
        settings=settings,
        database=database,
        seal=seal,
        incoming=Incoming(settings.incoming),
        originals=StorageRoot.create_or_open(settings.ocfl, settings.incoming),
        records=RecordLog(settings.records),
        names=names,
        images=Derivatives(settings.images_folder),
        tiles=TileCache(settings.tiles_folder, limit_bytes=settings.tile_cache_bytes),
        drawn_pages=DrawnPages(),
        index=SearchIndex(settings.search_folder, abbreviations=settings.abbreviations),
        limits=limits_of(settings.limits),
        resumable=Resumable(settings.incoming),
    )


def object_id(publication_id: str) -> str:
    """The OCFL object that holds a publication's versions."""
    return f"an-pham:{publication_id}"


def original_path(holdings: Holdings, publication_id: str, logical_path: str, version: int) -> Path:
    """The bytes of a file in the version that the catalogue knows, which the newest in storage
    may be ahead of: a deposit that was cut off before its commit. Errors as of the storage root."""
    return holdings.originals.path(object_id(publication_id), logical_path, version or None)


def publication_id_of(object_name: str) -> str:
    """The other way round."""
    return object_name.removeprefix("an-pham:")
