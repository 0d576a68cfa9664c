"""The originals: an OCFL 1.1 storage root, an object per publication, a version per change."""

from __future__ import annotations

import enum
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.core.errors import (
    NotFoundError,
    StorageBusyError,
    StorageDamagedError,
    StorageError,
    StorageFullError,
)
from archive.storage import layout
from archive.storage.arrivals import bring_in_object, bring_in_version, replace_inventory
from archive.storage.declaration import EXTENSIONS, ROOT_DECLARATION, ROOT_LAYOUT, declare_root
from archive.storage.durable import prune_empty, storage_faults, sync_folder
from archive.storage.examination import FixityProblem, ObjectReport, examine
from archive.storage.heads import Condition, Head, read_head
from archive.storage.incoming import LOCKS, ReceivedFile
from archive.storage.inventory import (
    INVENTORY,
    RECORD,
    Inventory,
    StoredFile,
    Version,
    parse_inventory,
    rfc3339,
)
from archive.storage.locks import hold
from archive.storage.versions import (
    OBJECT_DECLARATION,
    KeptFile,
    draft_version,
    staging_folder,
    write_inventory,
)

__all__ = ["FixityProblem", "Inventory", "KeptFile", "Recovery", "StorageRoot", "StoredFile"]

_WAIT_SECONDS = 60.0


class Recovery(enum.Enum):
    """What `recover` did."""

    NOTHING = "nothing"
    VERSION_FINISHED = "version_finished"  # a writer had been cut off after its version was in
    INVENTORY_RESTORED = "inventory_restored"  # from the copy in the newest version's folder


def _no_step(_: str) -> None:
    return None


class StorageRoot:
    """The storage root at `path`; `incoming_folder` lies on the same file system.

    Writers of one object wait for each other, in this process and in others; readers never wait.
    `on_step` is called with a word after each step of `put`, for tests that cut a writer off.
    """

    def __init__(
        self,
        path: Path,
        incoming_folder: Path,
        *,
        on_step: Callable[[str], None] = _no_step,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        self.folder = path
        self._incoming = incoming_folder
        self._on_step = on_step
        self._wait_seconds = wait_seconds

    @classmethod
    def create_or_open(
        cls,
        path: Path,
        incoming_folder: Path,
        *,
        on_step: Callable[[str], None] = _no_step,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> StorageRoot:
        """The storage root at `path`, made where there is none yet.

        `StorageError` (`problem`): `not_a_storage_root` for a folder with anything else in it,
        `other_layout` for one laid out another way, `other_file_system` where a rename from
        `incoming_folder` could not be one step.
        """
        root = cls(path, incoming_folder, on_step=on_step, wait_seconds=wait_seconds)
        with storage_faults():
            path.mkdir(parents=True, exist_ok=True)
            incoming_folder.mkdir(parents=True, exist_ok=True)
            if path.stat().st_dev != incoming_folder.stat().st_dev:
                raise StorageError(problem="other_file_system")
            with hold(incoming_folder / LOCKS / "root.lock", wait_seconds=wait_seconds):
                declare_root(path, incoming_folder)
        return root

    def put(
        self,
        object_id: str,
        *,
        files: Mapping[str, ReceivedFile | KeptFile],
        record: bytes,
        message: str,
        user_name: str,
        user_address: str = "",
        created: datetime,
    ) -> int:
        """Make `files` and `record.json` the object's whole state; the version's number.

        `files` maps logical paths (`files/0001.pdf`) to received files, or to files of the
        version before. A state equal to the head's writes nothing and gives the head's number,
        so that a repeated call converges. `created` has a zone; `user_address` is a URI
        (`mailto:...`) or "".

        The received files stay where they are: discard them once the record is committed. Until
        then a call may be repeated for this object or made for another one.

        `InvalidInputError` for a bad path, `NotFoundError` for a kept or received file that is
        gone, `StorageFullError`, `StorageBusyError`, `StorageDamagedError`. The object then is
        at its old version or, where only the last renames failed, at the new one, never between;
        the same call again converges.
        """
        if not user_name:
            raise ValueError("a version names who made it")
        layout.check_paths([*files, RECORD])
        when = rfc3339(created)
        target = self._object_root(object_id)

        def about(state: Mapping[str, str]) -> Version:
            return Version(when, state, message, user_name, user_address)

        def holds(content_path: str, size_bytes: int) -> bool:
            stored = target / content_path
            return stored.is_file() and stored.stat().st_size == size_bytes

        with storage_faults(), self._hold(object_id, wait_seconds=self._wait_seconds):
            current = self._mended(object_id)
            draft = draft_version(
                current, object_id=object_id, files=files, record=record, about=about, holds=holds
            )
            if current is not None and not draft.changes(current):
                return current.head
            with staging_folder(self._incoming) as staging:
                bring_in = bring_in_version if current else bring_in_object
                bring_in(self.folder, target, draft, staging, on_step=self._on_step)
        return draft.inventory.head

    def recover(self, object_id: str) -> Recovery:
        """Finish what a cut-off writer began, and restore a damaged inventory from its copy.

        `StorageDamagedError` where the object needs a person: no inventory can be trusted, or
        version folders are missing or uncounted. Content is never touched.
        """
        return self._recover(object_id, wait_seconds=self._wait_seconds)

    def recover_all(self) -> Iterator[tuple[str, Recovery]]:
        """`recover` for each object: the id and what was done, as it goes.

        An object that needs a person is passed over; `verify` names what is wrong with it.
        """
        for object_id in self.object_ids():
            try:
                yield object_id, self.recover(object_id)
            except StorageDamagedError:
                continue
        with storage_faults():
            for folder, _, _ in os.walk(self.folder, topdown=False):
                if self._is_above_objects(Path(folder)):
                    prune_empty(Path(folder), below=self.folder)

    def remove(self, object_id: str) -> None:
        """Purge the object with all its versions; one that is not there is no fault.

        For what was never meant to be kept (the demo archive). It leaves its place in one step:
        cut off, the object is there whole or not at all, and a sweep of `incoming` does the rest.
        """
        target = self._object_root(object_id)
        with storage_faults(), self._hold(object_id, wait_seconds=self._wait_seconds):
            if not target.exists():
                return
            with staging_folder(self._incoming) as staging:
                target.rename(staging / "removed")
                sync_folder(target.parent)
                prune_empty(target.parent, below=self.folder)

    def exists(self, object_id: str) -> bool:
        """Whether the object has a version."""
        return (self._object_root(object_id) / OBJECT_DECLARATION).is_file()

    def inventory(self, object_id: str) -> Inventory:
        """What the object holds; `NotFoundError` (`object_id`), `StorageDamagedError`.

        After a cut-off writer this is its version if that was whole, and the object is mended
        on the way if the disk allows.
        """
        return self._head(object_id).inventory

    def path(self, object_id: str, logical_path: str, version: int | None = None) -> Path:
        """The file with these bytes, to be read and never written.

        `NotFoundError` for an unknown object, version or path; `StorageDamagedError` (`path`,
        `problem` = `missing`) where the bytes themselves are gone.
        """
        stored = self.inventory(object_id).file(logical_path, version)
        target = self._object_root(object_id)
        for content_path in stored.content_paths:
            if (target / content_path).is_file():
                return target / content_path
        raise StorageDamagedError(
            object_id=object_id, path=stored.content_paths[0], problem="missing"
        )

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """The bytes as an open binary file; errors as for `path`."""
        path = self.path(object_id, logical_path, version)
        with storage_faults():
            return path.open("rb")

    def record(self, object_id: str, version: int | None = None) -> bytes:
        """The record as it was put; errors as for `path`, and `changed` where it is not."""
        stored = self.inventory(object_id).file(RECORD, version)
        with self.open(object_id, RECORD, version) as file, storage_faults():
            data = file.read()
        if hashlib.sha512(data).hexdigest() != stored.sha512:
            # A catalogue is rebuilt from records; a flipped bit must not go in unseen.
            raise StorageDamagedError(
                object_id=object_id, path=stored.content_paths[0], problem="changed"
            )
        return data

    def size_bytes(self, object_id: str) -> int:
        """What the content of all versions takes; a missing file counts nothing."""
        target = self._object_root(object_id)
        paths = (target / path for path in self.inventory(object_id).content_paths())
        return sum(path.stat().st_size for path in paths if path.is_file())

    def object_ids(self) -> Iterator[str]:
        """Every object in the order of its folders, found by walking; nothing is kept in memory."""
        for folder in self._object_folders():
            object_id = layout.object_id_of(folder.name)
            if object_id is None:
                with storage_faults():
                    raw = (folder / INVENTORY).read_bytes()
                try:
                    object_id = parse_inventory(raw).object_id
                except ValueError:
                    continue  # `strays` lists it: nothing else tells what it is.
            if self._object_root(object_id) == folder:
                yield object_id

    def strays(self) -> Iterator[str]:
        """Paths under the root that no object accounts for: files in between, misplaced objects."""
        known = {self._object_root(object_id) for object_id in self.object_ids()}
        ours = {ROOT_DECLARATION, ROOT_LAYOUT}
        with storage_faults():
            for name, folders, files in os.walk(self.folder):
                folder = Path(name)
                if folder == self.folder:
                    files = [file for file in files if file not in ours]
                    folders[:] = [inner for inner in folders if inner != EXTENSIONS]
                elif not folders and not files:
                    yield folder.relative_to(self.folder).as_posix() + "/"
                for file in sorted(files):
                    yield (folder / file).relative_to(self.folder).as_posix()
                folders[:] = sorted(inner for inner in folders if folder / inner not in known)

    def verify(self, object_id: str) -> tuple[FixityProblem, ...]:
        """What is missing, changed or extra in the object; nothing is mended or deleted.

        `NotFoundError` (`object_id`) where there is no such object.
        """
        return self.examine(object_id).problems

    def examine(self, object_id: str) -> ObjectReport:
        """`verify` with the counts of what was read."""
        target = self._object_root(object_id)
        with storage_faults():
            if not target.is_dir():
                raise NotFoundError(object_id=object_id)
            report = examine(target, object_id)
        if not report.problems:
            return report
        # A version that came in meanwhile looks like a problem; with writers held off it cannot.
        try:
            with storage_faults(), self._hold(object_id, wait_seconds=self._wait_seconds):
                return examine(target, object_id)
        except (StorageBusyError, StorageFullError):
            return report

    def _object_root(self, object_id: str) -> Path:
        return self.folder / layout.object_path(object_id)

    @contextmanager
    def _hold(self, object_id: str, *, wait_seconds: float) -> Iterator[None]:
        # 256 lock files for all objects: a file per object would have to be removed some day,
        # and removing a lock file lets two holders in.
        shard = hashlib.sha256(object_id.encode()).hexdigest()[:2]
        with hold(self._incoming / LOCKS / f"{shard}.lock", wait_seconds=wait_seconds):
            yield

    def _recover(self, object_id: str, *, wait_seconds: float) -> Recovery:
        target = self._object_root(object_id)
        with storage_faults(), self._hold(object_id, wait_seconds=wait_seconds):
            try:
                head = read_head(target, object_id)
            except FileNotFoundError:
                prune_empty(target.parent, below=self.folder)
                return Recovery.NOTHING
            return self._mend(target, head)

    def _head(self, object_id: str) -> Head:
        target = self._object_root(object_id)
        with storage_faults():
            try:
                head = read_head(target, object_id)
            except FileNotFoundError as fault:
                raise NotFoundError(object_id=object_id) from fault
        if head.condition in (Condition.INTERRUPTED, Condition.INVENTORY_DAMAGED):
            try:
                self._recover(object_id, wait_seconds=0)
            except StorageError:
                # A writer is at it, or the disk is full or read-only: what was read is right
                # all the same, and reading goes on.
                return head
        return head

    def _mended(self, object_id: str) -> Inventory | None:
        """The object's newest inventory after mending, under its lock; None without an object."""
        target = self._object_root(object_id)
        try:
            head = read_head(target, object_id)
        except FileNotFoundError:
            return None
        self._mend(target, head)
        return head.inventory

    def _mend(self, target: Path, head: Head) -> Recovery:
        if head.condition is Condition.SOUND:
            return Recovery.NOTHING
        if head.condition is Condition.VERSIONS_ASTRAY:
            raise StorageDamagedError(
                object_id=head.inventory.object_id, path=INVENTORY, problem="versions_astray"
            )
        with staging_folder(self._incoming) as staging:
            write_inventory(staging, head.raw)
            replace_inventory(target, staging, on_step=self._on_step)
        if head.condition is Condition.INTERRUPTED:
            return Recovery.VERSION_FINISHED
        return Recovery.INVENTORY_RESTORED

    def _object_folders(self) -> Iterator[Path]:
        with storage_faults():
            for name, folders, files in os.walk(self.folder):
                folder = Path(name)
                if folder == self.folder:
                    folders[:] = [inner for inner in folders if inner != EXTENSIONS]
                elif OBJECT_DECLARATION in files:
                    folders.clear()
                    yield folder
                folders.sort()

    def _is_above_objects(self, folder: Path) -> bool:
        """Whether it is one of the layout's own folders, which hold nothing but folders."""
        parts = folder.relative_to(self.folder).parts
        return 0 < len(parts) <= layout.NUMBER_OF_TUPLES and parts[0] != EXTENSIONS
