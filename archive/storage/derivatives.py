"""Page images: files that can be made again at any time, under `index/images/`."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from pathlib import Path

from archive.core.errors import InvalidInputError
from archive.storage.durable import replace_file, storage_faults

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_SUFFIX = ".webp"
_ATTEMPTS = 20


class Derivatives:
    """The images of all publications in `folder`, spread over folders of two characters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folder = str(folder)

    def path(self, publication_id: str, file_id: str, page_number: int, width_px: int) -> Path:
        """Where the image of a page (from 1) at a width lies or would lie.

        `k3f9x2m7q1zt`, `f1`, 1, 320 → `k3/k3f9x2m7q1zt/f1/0001-320.webp`. `InvalidInputError`
        (`field`) where an id could not be a folder's name or a number is not positive.
        """
        return self.folder / _below(publication_id, file_id, page_number, width_px)

    def has(self, publication_id: str, file_id: str, page_number: int, width_px: int) -> bool:
        """Whether that image is there. A page of results asks for forty of them."""
        below = _below(publication_id, file_id, page_number, width_px)
        return os.path.exists(f"{self._folder}/{below}")  # noqa: PTH110 (a third of the time)

    def prepare(self, publication_id: str, file_id: str) -> None:
        """Make the folder of a file's images; one that is there keeps its images, and loses what a
        killed writer left half-written. A writer that is still at work writes its image again."""
        folder = self.path(publication_id, file_id, 1, 1).parent
        with storage_faults():
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f".*{_SUFFIX}.*"):
                left.unlink(missing_ok=True)

    def is_prepared(self, publication_id: str, file_id: str) -> bool:
        """Whether the folder of a file's images is there."""
        return self.path(publication_id, file_id, 1, 1).parent.is_dir()

    def write(self, path: Path, data: bytes) -> None:
        """Put the image at `path`, which `path()` gave; a reader sees all of it or nothing.

        `StorageFullError` leaves nothing behind. A power cut may lose the image: it is made
        again. `ValueError` for a path outside the folder.
        """
        if ".." in path.parts or self.folder not in path.parents:
            raise ValueError("a derivative lies in its own folder")
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with storage_faults():
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    temporary.write_bytes(data)
                    replace_file(temporary, path)
                except (FileNotFoundError, FileExistsError):
                    if attempt == _ATTEMPTS:
                        raise
                    # The publication's images were removed meanwhile, between looking for a
                    # folder and making it or using it; this image is newer.
                    time.sleep(0.001 * attempt)
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
                else:
                    return

    def remove(self, publication_id: str) -> int:
        """Remove all images of a publication; how many there were."""
        home = self._home(publication_id)
        with storage_faults():
            count = sum(1 for path in home.rglob(f"*{_SUFFIX}") if path.is_file())
            # Ignoring faults lets a second remover and a writer be there too; what a writer
            # adds now is newer than this call.
            shutil.rmtree(home, ignore_errors=True)
        return count

    @property
    def free_space_bytes(self) -> int:
        """What the file system still takes; of the nearest folder that is there already."""
        folder = self.folder.absolute()
        while not folder.exists():
            folder = folder.parent
        with storage_faults():
            return shutil.disk_usage(folder).free

    def _home(self, publication_id: str) -> Path:
        segment = _segment("publication_id", publication_id)
        return self.folder / segment[:2] / segment


def _below(publication_id: str, file_id: str, page_number: int, width_px: int) -> str:
    for field, number in (("page_number", page_number), ("width_px", width_px)):
        if number < 1:
            raise InvalidInputError(field=field, problem="out_of_range", value=number)
    _segment("publication_id", publication_id)
    _segment("file_id", file_id)
    return f"{publication_id[:2]}/{publication_id}/{file_id}/{page_number:04d}-{width_px}{_SUFFIX}"


def _segment(field: str, value: str) -> str:
    if not _SEGMENT.fullmatch(value):
        raise InvalidInputError(field=field, problem="malformed", value=value)
    return value
