"""What makes a folder a storage root: its declaration and the description of its layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from archive.core.errors import StorageError
from archive.storage import layout
from archive.storage.durable import replace_file, sync_folder, write_file
from archive.storage.versions import staging_folder

ROOT_DECLARATION = "0=ocfl_1.1"
ROOT_LAYOUT = "ocfl_layout.json"
EXTENSIONS = "extensions"

_ROOT_DECLARATION_BYTES = b"ocfl_1.1\n"
_CONFIG = f"{EXTENSIONS}/{layout.EXTENSION_NAME}/config.json"


def declare_root(folder: Path, incoming: Path) -> None:
    """Make `folder` a storage root, or check that it is one laid out as ours are.

    `StorageError` (`problem`): `not_a_storage_root` where something else is in it,
    `other_layout`. One caller at a time.
    """
    config = folder / _CONFIG
    if (folder / ROOT_DECLARATION).is_file():
        _check(config)
        return
    # A start cut off half way has left only these; anything else is somebody's folder.
    if {entry.name for entry in folder.iterdir()} - {EXTENSIONS, ROOT_LAYOUT}:
        raise StorageError(problem="not_a_storage_root")
    config.parent.mkdir(parents=True, exist_ok=True)
    described = {"extension": layout.EXTENSION_NAME, "description": layout.DESCRIPTION}
    with staging_folder(incoming) as staging:
        # The declaration comes last: with it the root is whole.
        for path, data in (
            (config, _json(layout.CONFIG)),
            (folder / ROOT_LAYOUT, _json(described)),
            (folder / ROOT_DECLARATION, _ROOT_DECLARATION_BYTES),
        ):
            write_file(staging / path.name, data)
            replace_file(staging / path.name, path)
            sync_folder(path.parent)
    sync_folder(folder / EXTENSIONS)
    sync_folder(folder.parent)


def _check(config: Path) -> None:
    try:
        found = json.loads(config.read_bytes())
    except (FileNotFoundError, ValueError) as fault:
        raise StorageError(problem="other_layout") from fault
    if found != layout.CONFIG:
        raise StorageError(problem="other_layout")


def _json(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, indent=2) + "\n").encode()
