"""What a ZIP or an OLE file holds, learned from its directory without unpacking anything."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection
from pathlib import Path

from archive.core.errors import DamagedFileError, EncryptedFileError, LimitReachedError
from archive.extract.limits import Limits

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_SEARCH_BYTES = 65_535 + 22
_DIRECTORY_BYTES_PER_MEMBER = 1_024
_OLE_SEARCH_BYTES = 16 * 1024 * 1024

# Names of streams in the directory of an OLE file, as the directory stores them.
_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)


def check_docx(path: Path, *, limits: Limits) -> None:
    """Return where the DOCX may be opened: its members are few and small enough, none encrypted.

    Only sizes that the central directory declares are looked at; the reader never takes more of a
    member than is declared. Raises LimitReachedError, EncryptedFileError, DamagedFileError.
    """
    members = _members(path, limits=limits)
    total = sum(member.file_size for member in members)
    if total > limits.unzipped_bytes:
        raise LimitReachedError(limit="unzipped_bytes", value=limits.unzipped_bytes, found=total)
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedFileError()


def zip_content(path: Path, *, limits: Limits) -> str:
    """`docx xlsx pptx epub odt ods odp jar`, or `zip` for any other ZIP, damaged ones too.

    Raises LimitReachedError where the directory alone is beyond bounds.
    """
    try:
        members = _members(path, limits=limits)
    except DamagedFileError:
        return "zip"
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names:
        return _office_content(names)
    if "mimetype" in names:
        return _open_document_content(path, members)
    return "jar" if "META-INF/MANIFEST.MF" in names else "zip"


def ole_content(path: Path) -> str:
    """`doc xls ppt`, or `ole` for another OLE file. Raises EncryptedFileError for a password."""
    with path.open("rb") as stream:
        data = stream.read(_OLE_SEARCH_BYTES)
    for name, code in _OLE_STREAMS:
        if _holds_stream(data, name):
            if code == "encrypted":
                raise EncryptedFileError()
            return code
    return "ole"


def _members(path: Path, *, limits: Limits) -> list[zipfile.ZipInfo]:
    declared, directory_bytes = _declared_directory(path)
    # zipfile reads the whole directory into memory before it can count: look at the count first.
    if declared > limits.zip_members:
        raise LimitReachedError(limit="zip_members", value=limits.zip_members, found=declared)
    if directory_bytes > limits.zip_members * _DIRECTORY_BYTES_PER_MEMBER:
        raise LimitReachedError(limit="zip_members", value=limits.zip_members)
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise DamagedFileError(detail=f"zip: {error}") from error
    if len(members) > limits.zip_members:
        raise LimitReachedError(limit="zip_members", value=limits.zip_members, found=len(members))
    return members


def _declared_directory(path: Path) -> tuple[int, int]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _END_SEARCH_BYTES))
        tail = stream.read()
    place = tail.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(tail) - place < 22:
        raise DamagedFileError(detail="zip: no end of central directory")
    count, directory_bytes = struct.unpack_from("<HI", tail, place + 10)
    return count, directory_bytes


def _office_content(names: Collection[str]) -> str:
    for member, code in (
        ("word/document.xml", "docx"),
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsx"),
        ("ppt/presentation.xml", "pptx"),
    ):
        if member in names:
            return code
    # Some writers name the main part otherwise (word/document2.xml); the reader goes by relations.
    if any(name.startswith("word/document") and name.endswith(".xml") for name in names):
        return "docx"
    return "zip"


def _open_document_content(path: Path, members: list[zipfile.ZipInfo]) -> str:
    marker = next(member for member in members if member.filename == "mimetype")
    if marker.file_size > 200 or marker.flag_bits & 1:
        return "zip"
    try:
        with zipfile.ZipFile(path) as package:
            media_type = package.read(marker).strip()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return "zip"
    return {
        b"application/epub+zip": "epub",
        b"application/vnd.oasis.opendocument.text": "odt",
        b"application/vnd.oasis.opendocument.spreadsheet": "ods",
        b"application/vnd.oasis.opendocument.presentation": "odp",
    }.get(media_type, "zip")


def _holds_stream(data: bytes, name: str) -> bool:
    # An entry of 128 bytes begins with the name in UTF-16, zero-filled to 64 bytes, then its length
    # with the final zero in bytes; sectors are multiples of 128, so entries lie at such places.
    stored = name.encode("utf-16-le") + b"\0\0"
    place = data.find(stored)
    while place >= 0:
        length = data[place + 64 : place + 66]
        if place % 128 == 0 and length == struct.pack("<H", len(stored)):
            return True
        place = data.find(stored, place + 1)
    return False
