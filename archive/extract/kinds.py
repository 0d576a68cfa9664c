"""The kinds of file the archive takes in, and what a name's ending claims."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

KindCode = Literal["pdf", "jpeg", "png", "tiff", "webp", "docx", "doc", "txt"]


@dataclass(frozen=True)
class FileKind:
    """One kind of file: its code, its registered media type, its usual ending (with the dot)."""

    code: KindCode
    media_type: str
    extension: str

    @property
    def is_image(self) -> bool:
        """Whether every page of such a file is a raster without text of its own."""
        return self.code in IMAGE_CODES


IMAGE_CODES = frozenset({"jpeg", "png", "tiff", "webp"})

# Text without fixed pages: nothing of it is drawn.
RUNNING_TEXT_CODES = frozenset({"docx", "doc", "txt"})

KINDS: dict[str, FileKind] = {
    kind.code: kind
    for kind in (
        FileKind("pdf", "application/pdf", ".pdf"),
        FileKind("jpeg", "image/jpeg", ".jpg"),
        FileKind("png", "image/png", ".png"),
        FileKind("tiff", "image/tiff", ".tif"),
        FileKind("webp", "image/webp", ".webp"),
        FileKind(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
        ),
        FileKind("doc", "application/msword", ".doc"),
        FileKind("txt", "text/plain", ".txt"),
    )
}

# What each ending claims. Endings that say nothing about the bytes (.bin, .dat, .tmp) are absent,
# and so is everything unknown: such a name claims nothing and cannot be wrong.
_CLAIMS: dict[str, str] = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "tif": "tiff",
    "tiff": "tiff",
    "htm": "html",
    "html": "html",
    "xhtml": "html",
    "dot": "doc",
    "docm": "docx",
    "heif": "heic",
    "mov": "mp4",
    "m4a": "mp4",
    "m4v": "mp4",
    "dll": "exe",
    # Endings that are the code itself.
    **{
        code: code
        for code in (
            "pdf",
            "png",
            "webp",
            "docx",
            "txt",
            "svg",
            "xml",
            "doc",
            "xls",
            "xlsx",
            "ppt",
            "pptx",
            "epub",
            "odt",
            "ods",
            "odp",
            "heic",
            "avif",
            "zip",
            "rar",
            "7z",
            "exe",
            "mp3",
            "mp4",
            "gif",
            "bmp",
            "eps",
            "ps",
            "rtf",
            "jar",
            "apk",
        )
    },
}


def claimed_by(name: str) -> str:
    """The code of the type that a file name's ending claims; "" where it claims none.

    The code is one of `KINDS` or of the types `UnknownFileTypeError.detected` may name.
    """
    suffix = PurePath(name.replace("\\", "/")).suffix
    return _CLAIMS.get(suffix.lstrip(".").strip().casefold(), "")
