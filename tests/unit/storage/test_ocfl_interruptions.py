"""A writer killed at every step: the object is at the old version or at the new one."""

from __future__ import annotations

import errno
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from archive.core.errors import StorageDamagedError, StorageFullError
from archive.storage.ocfl import Recovery, StorageRoot
from tests.unit.storage.conftest import REPOSITORY, Store

ID = "an-pham:k3f9x2m7q1zt"
FIRST_STEPS = ["content placed", "staged", "folders made", "in place", "done"]
MENDED_STEPS = ["in place", "inventory replaced"]
LATER_STEPS = ["content placed", "staged", "in place", "inventory replaced", "done"]

Validate = Callable[[Path], None]
RunChild = Callable[..., "subprocess.CompletedProcess[str]"]

KILLED_WRITER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from archive.storage.incoming import Incoming
from archive.storage.ocfl import StorageRoot
uploads, name, version, last_step = Path(sys.argv[1]), *sys.argv[2:]
def on_step(step):
    if step == last_step:
        os.kill(os.getpid(), signal.SIGKILL)
incoming = Incoming(uploads / "incoming")
root = StorageRoot.create_or_open(uploads / "ocfl", uploads / "incoming", on_step=on_step)
root.put("an-pham:k3f9x2m7q1zt", files={"files/0001.pdf": incoming.find(name)},
    record=f"record {version}".encode(), message="", user_name="a",
        user_address="mailto:a@example.org",
        created=datetime.now(UTC))
"""


def kill_a_writer(store: Store, run_child: RunChild, *, version: int, step: str) -> str:
    """Let a process put this version and die right after a step; the received file's name."""
    received = store.receive(f"file {version}".encode())
    uploads = store.root.folder.parent
    done = run_child(KILLED_WRITER, uploads, received.name, version, step)
    assert done.returncode == -9, done.stderr
    return received.name


def put(store: Store, version: int) -> int:
    return store.put(
        ID, {"files/0001.pdf": f"file {version}".encode()}, f"record {version}".encode()
    )


def reopened(store: Store) -> Store:
    root = StorageRoot.create_or_open(store.root.folder, store.incoming.folder)
    return Store(store.incoming, root)


def test_the_steps_killed_at_are_all_the_steps_there_are(store: Store) -> None:
    steps: list[str] = []
    root = StorageRoot.create_or_open(
        store.root.folder, store.incoming.folder, on_step=steps.append
    )
    put(Store(store.incoming, root), 1)
    assert steps == FIRST_STEPS
    steps.clear()
    put(Store(store.incoming, root), 2)
    assert steps == LATER_STEPS


@pytest.mark.parametrize("step", FIRST_STEPS)
def test_killed_in_the_first_version(
    store: Store, run_child: RunChild, ocfl_validate: Validate, step: str
) -> None:
    name = kill_a_writer(store, run_child, version=1, step=step)
    came_in = step in ("in place", "done")

    after = reopened(store)
    assert after.root.exists(ID) is came_in
    assert list(after.root.object_ids()) == ([ID] if came_in else [])
    assert after.root.recover(ID) is Recovery.NOTHING
    if step in ("folders made", "in place"):
        ocfl_validate(after.root.folder)
    assert list(after.root.strays()) == []

    # The retry with the file that is still held converges, and nothing is left over.
    assert after.put(ID, {"files/0001.pdf": after.incoming.find(name)}, b"record 1") == 1
    assert after.root.open(ID, "files/0001.pdf").read() == b"file 1"
    assert after.root.verify(ID) == ()
    after.incoming.sweep(timedelta(seconds=-1))
    assert after.held() == []


@pytest.mark.parametrize(
    ("step", "first_touch"),
    [(step, touch) for step in LATER_STEPS for touch in ("read", "put")]
    + [(step, touch) for step in MENDED_STEPS for touch in ("recover", "recover_all", "verify")],
)
def test_killed_in_a_later_version(
    store: Store, run_child: RunChild, ocfl_validate: Validate, step: str, first_touch: str
) -> None:
    put(store, 1)
    put(store, 2)
    name = kill_a_writer(store, run_child, version=3, step=step)
    came_in = step in ("in place", "inventory replaced", "done")
    mends = step in MENDED_STEPS

    after = reopened(store)
    if first_touch == "read":
        assert after.root.record(ID) == (b"record 3" if came_in else b"record 2")
    elif first_touch == "verify":
        assert after.root.verify(ID) == ()
        assert after.root.recover(ID) is (Recovery.VERSION_FINISHED if mends else Recovery.NOTHING)
    elif first_touch == "recover":
        assert after.root.recover(ID) is (Recovery.VERSION_FINISHED if mends else Recovery.NOTHING)
    elif first_touch == "recover_all":
        assert list(after.root.recover_all()) == [
            (ID, Recovery.VERSION_FINISHED if mends else Recovery.NOTHING)
        ]
    else:
        assert after.put(ID, {"files/0001.pdf": after.incoming.find(name)}, b"record 3") == 3

    head = 3 if came_in or first_touch == "put" else 2
    assert after.root.recover(ID) is Recovery.NOTHING
    assert after.root.inventory(ID).head == head
    assert after.root.open(ID, "files/0001.pdf").read() == f"file {head}".encode()
    assert after.root.verify(ID) == ()
    if first_touch == "read" and mends:
        ocfl_validate(after.root.folder)
    if first_touch != "put":
        assert after.put(ID, {"files/0001.pdf": after.incoming.find(name)}, b"record 3") == 3
    assert put(after, 4) == 4


@pytest.mark.parametrize("step", FIRST_STEPS)
def test_a_full_disk_after_any_step_of_the_first_version(store: Store, step: str) -> None:
    failing = failing_after(store, step)
    received = store.receive(b"file 1")

    with pytest.raises(StorageFullError):
        failing.put(ID, {"files/0001.pdf": received}, b"record 1")

    assert store.root.exists(ID) is (step in ("in place", "done"))
    assert list(store.root.strays()) == []
    assert store.held() == [received.name]
    assert store.put(ID, {"files/0001.pdf": received}, b"record 1") == 1


@pytest.mark.parametrize("step", LATER_STEPS)
def test_a_full_disk_after_any_step_of_a_later_version(store: Store, step: str) -> None:
    put(store, 1)
    failing = failing_after(store, step)
    received = store.receive(b"file 2")

    with pytest.raises(StorageFullError):
        failing.put(ID, {"files/0001.pdf": received}, b"record 2")

    came_in = step in ("in place", "inventory replaced", "done")
    assert store.root.record(ID) == (b"record 2" if came_in else b"record 1")
    assert store.held() == [received.name]
    assert store.put(ID, {"files/0001.pdf": received}, b"record 2") == 2
    assert store.root.verify(ID) == ()


def failing_after(store: Store, last_step: str) -> Store:
    def on_step(step: str) -> None:
        if step == last_step:
            raise OSError(errno.ENOSPC, "No space left on device")

    root = StorageRoot.create_or_open(store.root.folder, store.incoming.folder, on_step=on_step)
    return Store(store.incoming, root)


def test_folders_pruned_by_another_writer_are_made_again(store: Store) -> None:
    pruned: list[str] = []

    def on_step(step: str) -> None:
        if step == "folders made" and not pruned:
            pruned.append(step)
            [empty] = store.root.strays()
            for parent in [store.root.folder / empty, *(store.root.folder / empty).parents][:3]:
                parent.rmdir()

    root = StorageRoot.create_or_open(store.root.folder, store.incoming.folder, on_step=on_step)

    assert put(Store(store.incoming, root), 1) == 1
    assert pruned
    assert store.root.verify(ID) == ()


def test_empty_folders_of_a_writer_cut_off_are_pruned(store: Store, run_child: RunChild) -> None:
    kill_a_writer(store, run_child, version=1, step="folders made")
    assert len(list(store.root.strays())) == 1

    list(reopened(store).root.recover_all())

    assert list(store.root.strays()) == []
    assert sorted(path.name for path in store.root.folder.iterdir()) == [
        "0=ocfl_1.1",
        "extensions",
        "ocfl_layout.json",
    ]


ENDLESS_WRITER = """
import io, sys
from datetime import UTC, datetime
from pathlib import Path
from archive.storage.incoming import Incoming
from archive.storage.ocfl import StorageRoot
uploads, start = Path(sys.argv[1]), int(sys.argv[2])
incoming = Incoming(uploads / "incoming")
root = StorageRoot.create_or_open(uploads / "ocfl", uploads / "incoming")
for turn in range(start, 100_000):
    received = incoming.receive(io.BytesIO(b"file %d" % turn), limit_bytes=100)
    root.put("an-pham:k3f9x2m7q1zt", files={"files/0001.pdf": received},
        record=b"record %d" % turn, message="", user_name="a",
        user_address="mailto:a@example.org",
        created=datetime.now(UTC))
    incoming.discard(received)
    print(turn, flush=True)
"""


def test_killed_at_any_moment_what_was_acknowledged_is_there(
    store: Store, ocfl_validate: Validate
) -> None:
    acknowledged = 0
    for round_number in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", ENDLESS_WRITER, store.root.folder.parent, str(acknowledged + 1)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        said = [child.stdout.readline()]
        time.sleep(0.05 + 0.013 * round_number)
        child.kill()
        said += child.stdout.readlines()
        child.wait()
        turns = [int(line) for line in said if line.endswith("\n")]
        assert turns, "the writer never came to write"

        root = reopened(store).root
        last = int(root.record(ID).split()[1])
        assert last in (turns[-1], turns[-1] + 1)
        assert root.open(ID, "files/0001.pdf").read() == b"file %d" % last
        acknowledged = last
    root = reopened(store).root
    root.recover(ID)
    assert root.verify(ID) == ()
    ocfl_validate(root.folder)


def test_a_damaged_root_inventory_is_restored_from_the_versions_copy(store: Store) -> None:
    put(store, 1)
    put(store, 2)
    inventory = store.object_folder(ID) / "inventory.json"
    whole = inventory.read_bytes()
    inventory.write_bytes(whole.replace(b"files/0001", b"files/0002"))

    [problem] = store.root.verify(ID)
    assert (problem.kind, problem.path) == ("changed", "inventory.json")
    assert store.root.recover(ID) is Recovery.INVENTORY_RESTORED

    assert inventory.read_bytes() == whole
    assert store.root.verify(ID) == ()


def test_an_older_version_never_stands_in_for_a_damaged_newer_one(store: Store) -> None:
    put(store, 1)
    put(store, 2)
    folder = store.object_folder(ID)
    for path in (folder / "inventory.json", folder / "v2" / "inventory.json"):
        path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(StorageDamagedError):
        store.root.record(ID)
    with pytest.raises(StorageDamagedError):
        store.root.recover(ID)
    with pytest.raises(StorageDamagedError):
        put(store, 3)
    assert [(p.kind, p.path) for p in store.root.verify(ID)] == [("changed", "inventory.json")]
    assert list(store.root.recover_all()) == []


def test_a_version_folder_nobody_wrote_stops_writers_and_not_readers(store: Store) -> None:
    put(store, 1)
    stray = store.object_folder(ID) / "v2"
    stray.mkdir()
    (stray / "inventory.json").write_bytes(b"{}")

    with pytest.raises(StorageDamagedError):
        put(store, 2)
    assert store.root.record(ID) == b"record 1"
    assert [(p.kind, p.path) for p in store.root.verify(ID)] == [("extra", "v2/inventory.json")]
    assert stray.exists()


def test_reading_goes_on_where_mending_is_impossible(
    store: Store, run_child: RunChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, 1)
    put(store, 2)
    kill_a_writer(store, run_child, version=3, step="inventory replaced")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("archive.storage.ocfl.write_inventory", refuse)
    assert store.root.record(ID) == b"record 3"
    assert store.root.verify(ID) == ()
    monkeypatch.undo()
    assert store.root.recover(ID) is Recovery.VERSION_FINISHED
