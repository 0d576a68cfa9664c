"""Files the pages load: our own under `static/`, and those the package manager fetched."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote


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


class Assets:
    """The archive's static files by name, each with an address that changes with its content.

    `static_folder` holds our own files; `vendor_folder` is where packages were fetched to and may
    be missing: pages then do without the viewer and fall back on the system's typefaces.
    """

    def __init__(self, static_folder: Path, vendor_folder: Path) -> None:
        self._static_folder = static_folder.resolve()
        self._vendor_folder = vendor_folder.resolve()
        self._digests: dict[str, tuple[int, int, str]] = {}
        self._paths: dict[str, str] = {}

    def find(self, name: str) -> Path | None:
        """The file served as `name` (posix, relative, e.g. `css/base.css`), or None: no such file,
        or a name that leads out of the two folders."""
        if name in VENDOR_FILES:
            return self._existing(self._vendor_folder, VENDOR_FILES[name])
        return self._existing(self._static_folder, name)

    def url(self, name: str) -> str:
        """`/static/<name>?v=<8 hex digits of its SHA-256>`; without a version where the file is
        missing, so that the page still stands and the request shows as 404 in the log."""
        address = f"/static/{quote(name)}"
        digest = self._digest(name)
        return f"{address}?v={digest}" if digest else address

    def _digest(self, name: str) -> str:
        """Every page names ten files, so a file that was found once is only looked at again."""
        path = self._paths.get(name)
        if path is None:
            found = self.find(name)
            if found is None:
                return ""
            path = self._paths[name] = str(found)
        try:
            stat = os.stat(path)  # noqa: PTH116 (a third of the time)
        except OSError:
            del self._paths[name]
            return ""
        known = self._digests.get(name)
        if known is not None and known[:2] == (stat.st_mtime_ns, stat.st_size):
            return known[2]
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]
        self._digests[name] = (stat.st_mtime_ns, stat.st_size, digest)
        return digest

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
