"""Files the pages load: our own under `static/`, and those the package manager fetched."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

import brotli

from archive.web import assembling


def _typefaces() -> dict[str, str]:
    served: dict[str, str] = {}
    for family, weights in (("be-vietnam-pro", (400, 600)), ("literata", (400, 600))):
        for subset in ("latin", "latin-ext", "vietnamese"):
            for weight in weights:
                served[f"vendor/{family}-{subset}-{weight}.woff2"] = (
                    f"@fontsource/{family}/files/{family}-{subset}-{weight}-normal.woff2"
                )
    return served


VENDOR_FILES: Final[Mapping[str, str]] = {
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/openseadragon.min.js": "openseadragon/build/openseadragon/openseadragon.min.js",
    "vendor/tus.min.js": "tus-js-client/dist/tus.min.js",
    **_typefaces(),
}
"""The served name of each file of others → its path under the folder of fetched packages. Nothing
else of that folder is ever served."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
ENCODINGS: Final = ("br", "gzip")
"""In the order in which they are preferred."""

_PUT_TOGETHER: Final = {".css": assembling.style_sheet, ".js": assembling.script}

# Small files gain nothing, and these are compressed as they are.
_LEAST_BYTES = 400
_PACKED = (".png", ".webp", ".ico", ".woff2")
# A file is compressed once for all who ask, in the time of one answer: the last level would take
# two seconds of the viewer's script and save a tenth.
_BROTLI_QUALITY = 9


class Asset:
    """A file as it is sent: `data`, its media type, and `digest`, 8 hex digits of its SHA-256."""

    def __init__(self, name: str, data: bytes) -> None:
        ending = PurePosixPath(name).suffix
        self.data = data
        self.digest = hashlib.sha256(data).hexdigest()[:8]
        self.media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
        self._is_packed = ending in _PACKED or len(data) < _LEAST_BYTES
        self._encoded: dict[str, bytes] = {}

    def encodings(self) -> tuple[str, ...]:
        """What `encoded` knows of this file; empty where compression gains nothing."""
        return () if self._is_packed else ENCODINGS

    def encoded(self, encoding: str) -> bytes:
        """The file as `br` or `gzip`, made once and kept."""
        if encoding not in self._encoded:
            self._encoded[encoding] = (
                brotli.compress(self.data, quality=_BROTLI_QUALITY)
                if encoding == "br"
                else gzip.compress(self.data, 9, mtime=0)
            )
        return self._encoded[encoding]


@dataclass(frozen=True)
class _Kept:
    """An asset with the files it was made of, each as it was then."""

    asset: Asset
    seen: Mapping[str, tuple[int, int]]

    def is_fresh(self) -> bool:
        return all(_stamp(path) == stamp for path, stamp in self.seen.items())


def _address(name: str, kept: _Kept) -> str:
    return f"/static/{quote(name)}?v={kept.asset.digest}"


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 (a third of the time)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


class Assets:
    """The archive's static files by name, each with an address that changes with its content.

    `static_folder` holds our own files; `vendor_folder` is where packages were fetched to and may
    be missing: pages then do without the viewer and fall back on the system's typefaces.
    """

    def __init__(self, static_folder: Path, vendor_folder: Path) -> None:
        self._static_folder = static_folder.resolve()
        self._vendor_folder = vendor_folder.resolve()
        self._kept: dict[str, _Kept] = {}

    def find(self, name: str) -> Path | None:
        """The file behind `name` (posix, relative, e.g. `css/base.css`), or None: no such file,
        or a name that leads out of the two folders."""
        if name in VENDOR_FILES:
            return self._existing(self._vendor_folder, VENDOR_FILES[name])
        return self._existing(self._static_folder, name)

    def asset(self, name: str) -> Asset | None:
        """What is sent as `name`; None where `find` finds nothing.

        Made once: a file that was sent is only made anew when it, or one that it holds or refers
        to, has changed.
        """
        kept = self._fresh(name)
        return kept.asset if kept else None

    def url(self, name: str) -> str:
        """`/static/<name>?v=<digest>`; without a version where the file is missing, so that the
        page still stands and the request shows as 404 in the log."""
        kept = self._fresh(name)
        return _address(name, kept) if kept else f"/static/{quote(name)}"

    def _fresh(self, name: str, within: tuple[str, ...] = ()) -> _Kept | None:
        """What is kept of the asset, made (anew) where need be; `within` are the files that it is
        made for."""
        kept = self._kept.get(name)
        if kept is not None and kept.is_fresh():
            return kept
        made = self._make(name, (*within, name))
        if made is not None:
            self._kept[name] = made
        return made

    def _make(self, name: str, chain: tuple[str, ...]) -> _Kept | None:
        seen: dict[str, tuple[int, int]] = {}

        def read(part: str) -> bytes:
            path = self.find(part)
            stamp = _stamp(str(path)) if path else None
            if path is None or stamp is None:
                raise FileNotFoundError(part)
            seen[str(path)] = stamp
            return path.read_bytes()

        def text_of(part: str) -> str:
            return read(part).decode("utf-8")

        def address_of(part: str) -> str:
            # Two modules that import each other cannot both be named by their content.
            kept = self._fresh(part, chain) if part not in chain else None
            if kept is None:
                return ""
            seen.update(kept.seen)
            return _address(part, kept)

        put_together = _PUT_TOGETHER.get(PurePosixPath(name).suffix)
        try:
            if put_together is None or name in VENDOR_FILES:
                return _Kept(Asset(name, read(name)), seen)
            text = put_together(name, text_of=text_of, address_of=address_of)
        except FileNotFoundError:
            return None
        return _Kept(Asset(name, text.encode()), seen)

    @staticmethod
    def _existing(folder: Path, name: str) -> Path | None:
        if not name or "\0" in name or "\\" in name or PurePosixPath(name).is_absolute():
            return None
        # Resolved before it is compared, so that neither ".." nor a link leads out.
        try:
            path = (folder / name).resolve()
            return path if path.is_relative_to(folder) and path.is_file() else None
        except OSError:  # a name longer than the file system takes
            return None
