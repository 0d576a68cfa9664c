"""The files of a batch in a ZIP: looked at before anything is unfolded, found by a sheet's names.

No member is ever written under its own name: each is read as a stream into `incoming`.
"""

from __future__ import annotations

import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.language import _
from archive.core.wording import refusal_sentence
from archive.extract.containers import zip_content
from archive.extract.limits import Limits
from archive.services.sources import RowFile

MOST_RATIO = 100
"""What a ZIP may hold, as a multiple of its own size; scans and PDF hardly shrink at all."""


@dataclass(frozen=True)
class PackedFile:
    """A member of a ZIP. `open` raises BadZipFile or OSError where it cannot be read."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    name: str

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    def open(self) -> IO[bytes]:
        return self.archive.open(self.info)

    def modified(self) -> float | None:
        return None


class PackedFiles:
    """The ZIP at `path`, open until `close`.

    Raises InvalidInputError(`files`, `archive_unreadable`): no ZIP, too many members, or one that
    unfolds beyond all measure.
    """

    def __init__(self, path: Path, *, limits: Limits, most_bytes: int) -> None:
        try:
            content = zip_content(path, limits=limits)
            if content not in ("zip", "jar"):
                raise _unreadable(_("đây không phải tệp ZIP chứa các tệp ấn phẩm"))
            self._archive = zipfile.ZipFile(path)
        except InvalidInputError:
            raise
        except ArchiveError as error:
            raise _unreadable(refusal_sentence(error)) from error
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _unreadable(_("tệp hỏng hoặc bị cắt ngang")) from error
        members = [info for info in self._archive.infolist() if not info.is_dir()]
        unfolded = sum(info.file_size for info in members)
        if unfolded > MOST_RATIO * max(path.stat().st_size, 1):
            self._archive.close()
            raise _unreadable(_("bung ra quá lớn so với dung lượng của nó"))
        self._by_path: dict[str, zipfile.ZipInfo] = {}
        self._by_name: dict[str, list[zipfile.ZipInfo]] = {}
        self._outside: set[str] = set()
        for info in members:
            for name in _spellings(info):
                key = _key(name)
                if _leads_out(name) or _is_link(info) or info.file_size > most_bytes:
                    self._outside.add(key)
                    continue
                self._by_path.setdefault(key, info)
                same = self._by_name.setdefault(key.rpartition("/")[2], [])
                if info not in same:
                    same.append(info)

    def find(self, name: str) -> tuple[RowFile | None, str]:
        """The member a sheet means by `name`, with "" or the problem's code: by its path, or by its
        bare name where only one member has it; in any form of Unicode and in any case."""
        key = _key(name)
        if _leads_out(name) or key in self._outside:
            return None, "path_outside"
        found = self._by_path.get(key)
        if found is None and "/" not in key:
            same = self._by_name.get(key, [])
            if len(same) > 1:
                return None, "file_ambiguous"
            found = same[0] if same else None
        if found is None:
            return None, "file_missing"
        return PackedFile(self._archive, found, unicodedata.normalize("NFC", name)), ""

    def close(self) -> None:
        self._archive.close()


def _unreadable(why: str) -> InvalidInputError:
    return InvalidInputError(field="files", problem="archive_unreadable", value=why.rstrip("."))


def _spellings(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The member's name as its writer may have meant it: without the mark for UTF-8 the bytes are
    often UTF-8 all the same, or of the writer's own code page."""
    if info.flag_bits & 0x800:
        return (info.filename,)
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return (info.filename,)
    names = []
    for encoding in ("utf-8", "cp1258"):
        try:
            names.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return tuple(dict.fromkeys([*names, info.filename]))


def _key(name: str) -> str:
    path = unicodedata.normalize("NFC", name.strip().replace("\\", "/")).casefold()
    return path.removeprefix("./")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)
