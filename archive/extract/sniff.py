"""What a file really is, by its bytes; the name is only checked against them."""

from __future__ import annotations

import codecs
from pathlib import Path

from archive.core.errors import (
    EmptyFileError,
    MisnamedFileError,
    TooLargeError,
    UnknownFileTypeError,
)
from archive.extract.containers import check_docx, ole_content, zip_content
from archive.extract.doc_program import catdoc_program
from archive.extract.kinds import KINDS, FileKind, claimed_by
from archive.extract.limits import Limits
from archive.extract.plain_encoding import LOOKED_AT_BYTES, legacy_text
from archive.extract.signatures import HEAD_BYTES, markup_in, pdf_header_at, signature_of

_CHUNK_BYTES = 1 << 20


def identify(path: Path, name: str, *, limits: Limits | None = None) -> FileKind:
    """The kind of the file at `path` that a person named `name`.

    Reads signatures and directories only, so it is quick and safe in the web process; whether the
    file opens is what `check` finds out. Raises, in this order: EmptyFileError; TooLargeError;
    UnknownFileTypeError (`detected`, `named`: codes or ""; a DOC is of no known type where catdoc
    is not installed); MisnamedFileError (`named`, `detected`); for a DOCX EncryptedFileError,
    DamagedFileError and LimitReachedError.
    """
    limits = limits or Limits()
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        raise EmptyFileError()
    if size_bytes > limits.file_bytes:
        raise TooLargeError(limit_bytes=limits.file_bytes, size_bytes=size_bytes)
    detected = _detect(path, size_bytes, limits=limits)
    named = claimed_by(name)
    kind = KINDS.get(detected)
    if kind is None or (kind.code == "doc" and catdoc_program() is None):
        raise UnknownFileTypeError(detected=detected, named=named)
    if named and named != kind.code:
        raise MisnamedFileError(named=named, detected=kind.code)
    if kind.code == "docx":
        check_docx(path, limits=limits)
    return kind


def _detect(path: Path, size_bytes: int, *, limits: Limits) -> str:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    signature = signature_of(head)
    if signature == "zip":
        return "zip" if pdf_header_at(head) >= 0 else zip_content(path, limits=limits)
    if signature == "ole":
        return ole_content(path)
    if signature:
        return signature
    header_at = pdf_header_at(head)
    if header_at >= 0:
        # Bytes before the header are tolerated by every reader (mail and fax software leaves
        # them), but markup there makes a file that a browser may take for a page of ours.
        return markup_in(head[:header_at].decode("latin-1")) or "pdf"
    return _detect_text(path, head, size_bytes, limits=limits)


def _detect_text(path: Path, head: bytes, size_bytes: int, *, limits: Limits) -> str:
    encoding = text_encoding(head)
    markup = markup_in(head.decode(encoding, errors="replace"))
    if markup:
        return markup
    if not _decodes(path, encoding) and not _is_legacy_text(path):
        return ""
    if size_bytes > limits.plain_text_bytes:
        raise TooLargeError(limit_bytes=limits.plain_text_bytes, size_bytes=size_bytes)
    return "txt"


def text_encoding(head: bytes) -> str:
    """The encoding a text file would have by its first bytes; UTF-8 unless a mark says UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _is_legacy_text(path: Path) -> bool:
    with path.open("rb") as stream:
        return legacy_text(stream.read(LOOKED_AT_BYTES)) is not None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(_CHUNK_BYTES):
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
