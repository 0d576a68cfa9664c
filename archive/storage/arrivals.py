"""The last steps of a version: what was staged beside the storage root gets its place in it.

Everything staged is on the disk before the first rename here, and a rename is one step: cut off
anywhere, the object is at the old version or at the new one (see `heads`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from archive.storage.durable import prune_empty, replace_file, sync_folder, write_file
from archive.storage.inventory import INVENTORY, SIDECAR
from archive.storage.versions import (
    OBJECT_DECLARATION,
    OBJECT_DECLARATION_BYTES,
    Draft,
    build_version,
)

_ATTEMPTS = 20


def bring_in_object(
    root: Path, target: Path, draft: Draft, staging: Path, *, on_step: Callable[[str], None]
) -> None:
    """Build the object with its first version in `staging` and rename it to `target`."""
    whole = staging / "object"
    build_version(whole / "v1", draft, on_step=on_step)
    write_file(whole / OBJECT_DECLARATION, OBJECT_DECLARATION_BYTES)
    _copy_inventory(whole / "v1", whole)
    sync_folder(whole)
    on_step("staged")
    try:
        _rename_into_new_folders(whole, target, on_step=on_step)
    except BaseException:
        # A storage root has no empty folders.
        prune_empty(target.parent, below=root)
        raise
    on_step("in place")
    for folder in target.relative_to(root).parents:
        sync_folder(root / folder)
    on_step("done")


def bring_in_version(
    root: Path, target: Path, draft: Draft, staging: Path, *, on_step: Callable[[str], None]
) -> None:
    """Build the next version in `staging`, rename it into `target`, then make it the head."""
    assert root in target.parents
    folder = staging / f"v{draft.inventory.head}"
    build_version(folder, draft, on_step=on_step)
    _copy_inventory(folder, staging)
    on_step("staged")
    folder.rename(target / folder.name)
    sync_folder(target)
    on_step("in place")
    replace_inventory(target, staging, on_step=on_step)
    on_step("done")


def replace_inventory(target: Path, staging: Path, *, on_step: Callable[[str], None]) -> None:
    """Put the staged inventory and its digest over the object's."""
    replace_file(staging / INVENTORY, target / INVENTORY)
    # Without this a power cut could keep the second rename and lose the first.
    sync_folder(target)
    on_step("inventory replaced")
    replace_file(staging / SIDECAR, target / SIDECAR)
    sync_folder(target)


def _copy_inventory(version_folder: Path, folder: Path) -> None:
    for name in (INVENTORY, SIDECAR):
        write_file(folder / name, (version_folder / name).read_bytes())


def _rename_into_new_folders(whole: Path, target: Path, *, on_step: Callable[[str], None]) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            on_step("folders made")
            whole.rename(target)
        except (FileNotFoundError, FileExistsError):
            if attempt == _ATTEMPTS:
                raise
            # Another writer pruned a folder while it was still empty.
            time.sleep(0.001 * attempt)
        else:
            return
