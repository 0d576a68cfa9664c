from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from archive.core.errors import (
    InvalidInputError,
    NotFoundError,
    StorageBusyError,
    StorageDamagedError,
    StorageError,
)
from archive.storage import layout
from archive.storage.locks import hold
from archive.storage.ocfl import KeptFile, StorageRoot
from tests.conftest import missing
from tests.unit.storage.conftest import CREATED, REPOSITORY, Store

ID = "an-pham:k3f9x2m7q1zt"

Validate = Callable[[Path], None]


def content_files(store: Store, object_id: str = ID) -> list[str]:
    folder = store.object_folder(object_id)
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.glob("v*/content/**/*")
        if path.is_file()
    )


def test_three_versions_are_read_back_each_as_it_was(store: Store, ocfl_validate: Validate) -> None:
    assert store.put(ID, {"files/0001.pdf": b"one", "files/0002.pdf": b"two"}, b"{}") == 1
    assert (
        store.put(
            ID,
            {"files/0001.pdf": KeptFile("files/0001.pdf"), "files/0002.pdf": b"two, mended"},
            b'{"v": 2}',
        )
        == 2
    )
    assert store.put(ID, {"files/0001.pdf": KeptFile("files/0001.pdf")}, b'{"v": 3}') == 3

    root = store.root
    assert root.open(ID, "files/0002.pdf", version=1).read() == b"two"
    assert root.open(ID, "files/0002.pdf", version=2).read() == b"two, mended"
    with pytest.raises(NotFoundError):
        root.open(ID, "files/0002.pdf")
    assert root.path(ID, "files/0001.pdf").read_bytes() == b"one"
    assert [root.record(ID, number) for number in (1, 2, 3)] == [b"{}", b'{"v": 2}', b'{"v": 3}']
    assert root.record(ID) == b'{"v": 3}'
    assert root.verify(ID) == ()
    assert root.size_bytes(ID) == len(b'{}{"v": 2}{"v": 3}onetwotwo, mended')
    ocfl_validate(root.folder)


def test_the_inventory_tells_who_when_and_why(store: Store) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})

    inventory = store.root.inventory(ID)

    version = inventory.version(1)
    assert (inventory.object_id, inventory.head) == (ID, 1)
    assert (version.created, version.message) == ("2026-02-03T04:05:06Z", "nộp")
    assert (version.user_name, version.user_address) == ("Nông Thị Bé", "mailto:be@example.org")
    [file, record] = inventory.files()
    assert (file.logical_path, record.logical_path) == ("files/0001.pdf", "record.json")
    received = store.receive(b"one")
    assert (file.sha512, file.sha256) == (received.sha512, received.sha256)


def test_identical_bytes_are_kept_once_within_and_across_versions(
    store: Store, ocfl_validate: Validate
) -> None:
    store.put(ID, {"files/0001.pdf": b"same", "files/0002.pdf": b"same"})
    store.put(ID, {"files/0001.pdf": b"other"})
    store.put(ID, {"files/0001.pdf": b"same", "files/0009.pdf": b"other"})

    assert content_files(store) == [
        "v1/content/files/0001.pdf",
        "v1/content/record.json",
        "v2/content/files/0001.pdf",
    ]
    assert not (store.object_folder(ID) / "v3/content").exists()
    assert store.root.open(ID, "files/0002.pdf", 1).read() == b"same"
    assert store.root.open(ID, "files/0001.pdf").read() == b"same"
    assert store.root.open(ID, "files/0009.pdf").read() == b"other"
    ocfl_validate(store.root.folder)


def test_a_kept_file_may_take_another_name(store: Store) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})
    store.put(ID, {"files/0007.pdf": KeptFile("files/0001.pdf")})

    assert store.root.open(ID, "files/0007.pdf").read() == b"one"
    assert content_files(store)[0] == "v1/content/files/0001.pdf"


def test_keeping_a_file_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.put(ID, {"files/0001.pdf": KeptFile("files/0001.pdf")})
    assert not store.root.exists(ID)
    store.put(ID, {"files/0001.pdf": b"one"})
    with pytest.raises(NotFoundError) as caught:
        store.put(ID, {"files/0002.pdf": KeptFile("files/0002.pdf")})
    assert caught.value.data["path"] == "files/0002.pdf"
    assert store.root.inventory(ID).head == 1


def test_the_same_state_again_writes_no_version(store: Store) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})
    before = sorted(store.root.folder.rglob("*"))

    assert store.put(ID, {"files/0001.pdf": b"one"}) == 1
    assert store.put(ID, {"files/0001.pdf": KeptFile("files/0001.pdf")}) == 1

    assert sorted(store.root.folder.rglob("*")) == before


def put_held(store: Store, object_id: str, received: object, record: bytes = b"{}") -> int:
    return store.root.put(
        object_id,
        files={"files/0001.pdf": received},  # type: ignore[dict-item]
        record=record,
        message="",
        user_name="a",
        created=CREATED,
    )


def test_a_retry_after_the_database_failed_converges(store: Store) -> None:
    received = store.receive(b"one")
    assert put_held(store, ID, received) == 1

    # The transaction failed: the same call, then, with a new id, another object.
    assert put_held(store, ID, store.incoming.find(received.name)) == 1
    assert put_held(store, "an-pham:another", received) == 1
    store.incoming.discard(received)

    # Late, the file is gone from incoming: its bytes are in the object, so it still converges.
    assert put_held(store, ID, received) == 1
    assert put_held(store, ID, received, b'{"v": 2}') == 2
    assert store.root.open(ID, "files/0001.pdf").read() == b"one"
    assert store.held() == []


def test_a_received_file_that_is_gone_is_refused_and_changes_nothing(store: Store) -> None:
    received = store.receive(b"one")
    store.incoming.discard(received)

    with pytest.raises(NotFoundError) as caught:
        put_held(store, ID, received)

    assert caught.value.data == {"name": received.name}
    assert list(store.root.object_ids()) == []
    assert list(store.root.strays()) == []


def test_a_received_file_cut_short_meanwhile_is_refused(store: Store) -> None:
    received = store.receive(b"one two three")
    received.path.write_bytes(b"one")

    with pytest.raises(StorageDamagedError):
        put_held(store, ID, received)

    assert not store.root.exists(ID)


def test_bytes_are_moved_in_without_a_copy(store: Store) -> None:
    received = store.receive(b"one")
    inode = received.path.stat().st_ino

    put_held(store, ID, received)
    store.incoming.discard(received)

    stored = store.root.path(ID, "files/0001.pdf").stat()
    assert (stored.st_ino, stored.st_nlink) == (inode, 1)
    assert store.held() == []


def test_depositing_a_lost_file_again_mends_the_object(
    store: Store, ocfl_validate: Validate
) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})
    lost = store.root.path(ID, "files/0001.pdf")
    lost.unlink()
    with pytest.raises(StorageDamagedError):
        store.root.open(ID, "files/0001.pdf")

    assert store.put(ID, {"files/0001.pdf": b"one"}) == 2

    assert store.root.open(ID, "files/0001.pdf").read() == b"one"
    assert store.root.open(ID, "files/0001.pdf", 1).read() == b"one"
    assert [problem.path for problem in store.root.verify(ID)] == ["v1/content/files/0001.pdf"]
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"one")
    ocfl_validate(store.root.folder)


@pytest.mark.parametrize(
    "path",
    [
        "../a",
        "files/../../a",
        "/etc/passwd",
        "files//a",
        "files/",
        "",
        ".",
        "files/./a",
        "files\\a",
        "files/a\0b",
        "files/a\nb",
        "f" * 256,
        "record.json",
        "record.json/a",
    ],
)
def test_a_path_that_could_leave_the_object_is_refused(store: Store, path: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        store.put(ID, {path: b"one"})

    assert caught.value.data["field"] == "logical_path"
    assert not store.root.exists(ID)


def test_a_path_that_is_a_folder_of_another_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInputError):
        store.put(ID, {"files/a": b"one", "files/a/b": b"two"})


@pytest.mark.parametrize("object_id", ["", "a\0b", "a\nb"])
def test_an_identifier_with_control_characters_is_refused(store: Store, object_id: str) -> None:
    with pytest.raises(InvalidInputError):
        store.put(object_id, {"files/0001.pdf": b"one"})


@pytest.mark.parametrize(
    ("object_id", "path"),
    [
        # The examples of the extension's own text.
        ("object-01", "3c0/ff4/240/object-01"),
        ("..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"),
        ("..Hor/rib:lè-$id", "373/529/21a/%2e%2eHor%2frib%3al%c3%a8-%24id"),
        (
            "abcdefghij" * 26,
            "55b/432/806/"
            + "abcdefghij" * 10
            + "-55b432806f4e270da0cf23815ed338742179002153cd8d896f23b3e2d8a14359",
        ),
        (
            "abcdefghij" * 10 + "a",
            "5cc/73e/648/"
            + "abcdefghij" * 10
            + "-5cc73e648fbcff136510e330871180922ddacf193b68fdeff855683a01464220",
        ),
    ],
)
def test_objects_lie_where_the_layout_says(object_id: str, path: str) -> None:
    assert str(layout.object_path(object_id)) == path


def test_all_objects_are_found_by_walking(store: Store, ocfl_validate: Validate) -> None:
    ids = [ID, "object-01", "..Hor/rib:lè-$id", "abcdefghij" * 26, "Ấn phẩm"]
    for number, object_id in enumerate(ids):
        store.put(object_id, {"files/0001.pdf": b"%d" % number})

    assert sorted(store.root.object_ids()) == sorted(ids)
    assert all(store.root.exists(object_id) for object_id in ids)
    assert not store.root.exists("an-pham:unknown")
    assert list(store.root.strays()) == []


def test_an_unknown_object_or_version_is_not_found(store: Store) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})

    for call in (
        lambda: store.root.inventory("an-pham:unknown"),
        lambda: store.root.record("an-pham:unknown"),
        lambda: store.root.verify("an-pham:unknown"),
        lambda: store.root.record(ID, 2),
        lambda: store.root.record(ID, 0),
        lambda: store.root.open(ID, "files/0002.pdf"),
        lambda: store.root.open(ID, "../../../0=ocfl_1.1"),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_a_version_needs_a_maker_and_a_zone(store: Store) -> None:
    received = store.receive(b"one")
    with pytest.raises(ValueError):
        store.root.put(
            ID, files={"a": received}, record=b"", message="", user_name="", created=CREATED
        )
    with pytest.raises(ValueError):
        store.root.put(
            ID,
            files={"a": received},
            record=b"",
            message="",
            user_name="a",
            created=datetime(2026, 1, 1),
        )


def test_opening_a_root_again_changes_nothing(store: Store, ocfl_validate: Validate) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})

    again = StorageRoot.create_or_open(store.root.folder, store.incoming.folder)

    assert again.open(ID, "files/0001.pdf").read() == b"one"
    assert (again.folder / "0=ocfl_1.1").read_bytes() == b"ocfl_1.1\n"
    assert json.loads((again.folder / "ocfl_layout.json").read_bytes())["extension"] == (
        "0003-hash-and-id-n-tuple-storage-layout"
    )


def test_a_root_made_half_is_finished(store: Store) -> None:
    (store.root.folder / "0=ocfl_1.1").unlink()

    StorageRoot.create_or_open(store.root.folder, store.incoming.folder)

    assert (store.root.folder / "0=ocfl_1.1").exists()


def test_a_folder_with_anything_else_in_it_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "ocfl").mkdir()
    (tmp_path / "ocfl" / "thesis.doc").touch()

    with pytest.raises(StorageError) as caught:
        StorageRoot.create_or_open(tmp_path / "ocfl", tmp_path / "incoming")

    assert caught.value.data == {"problem": "not_a_storage_root"}
    assert not (tmp_path / "ocfl" / "0=ocfl_1.1").exists()


def test_a_root_laid_out_another_way_is_refused(store: Store) -> None:
    [config] = store.root.folder.rglob("config.json")
    config.write_text(config.read_text().replace('"tupleSize": 3', '"tupleSize": 2'))

    with pytest.raises(StorageError) as caught:
        StorageRoot.create_or_open(store.root.folder, store.incoming.folder)

    assert caught.value.data == {"problem": "other_layout"}


def test_threads_writing_one_object_get_a_version_each(
    store: Store, ocfl_validate: Validate
) -> None:
    numbers: list[int] = []

    def write(worker: int) -> None:
        for turn in range(3):
            record = json.dumps({"worker": worker, "turn": turn}).encode()
            numbers.append(store.put(ID, {"files/0001.pdf": b"%d" % worker}, record))

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, 13))
    assert len({store.root.record(ID, number) for number in numbers}) == 12
    ocfl_validate(store.root.folder)


WRITER = """
import io, sys
from datetime import UTC, datetime
from pathlib import Path
from archive.storage.incoming import Incoming
from archive.storage.ocfl import StorageRoot
uploads, worker = Path(sys.argv[1]), sys.argv[2]
incoming = Incoming(uploads / "incoming")
root = StorageRoot.create_or_open(uploads / "ocfl", uploads / "incoming")
for turn in range(8):
    received = incoming.receive(io.BytesIO(f"{worker} {turn}".encode()), limit_bytes=100)
    number = root.put(
        "an-pham:k3f9x2m7q1zt", files={"files/0001.pdf": received},
        record=f"{worker} {turn}".encode(), message="", user_name="a",
        user_address="mailto:a@example.org",
        created=datetime.now(UTC))
    incoming.discard(received)
    print(number, flush=True)
"""


def test_processes_writing_one_object_get_a_version_each(
    tmp_path: Path, ocfl_validate: Validate
) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, str(worker)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for worker in range(3)
    ]
    said = [child.communicate(timeout=60)[0] for child in children]

    assert [child.returncode for child in children] == [0, 0, 0]
    numbers = [int(number) for output in said for number in output.split()]
    assert sorted(numbers) == list(range(1, 25))
    root = StorageRoot.create_or_open(tmp_path / "ocfl", tmp_path / "incoming")
    assert len({root.record(ID, number) for number in numbers}) == 24
    ocfl_validate(tmp_path / "ocfl")


def test_a_writer_kept_waiting_too_long_is_told_so(store: Store) -> None:
    store.put(ID, {"files/0001.pdf": b"one"})
    impatient = StorageRoot.create_or_open(
        store.root.folder, store.incoming.folder, wait_seconds=0.05
    )
    locks = [store.incoming.folder / "locks" / f"{number:02x}.lock" for number in range(256)]
    [lock] = [path for path in locks if path.exists()]

    with hold(lock, wait_seconds=0):
        with pytest.raises(StorageBusyError) as caught:
            Store(store.incoming, impatient).put(ID, {"files/0001.pdf": b"two"})
        assert impatient.open(ID, "files/0001.pdf").read() == b"one"

    assert caught.value.data == {"waited_seconds": 0.05}
    assert Store(store.incoming, impatient).put(ID, {"files/0001.pdf": b"two"}) == 2


def test_where_there_are_no_hard_links_the_bytes_are_copied_and_checked(
    store: Store, monkeypatch: pytest.MonkeyPatch, ocfl_validate: Validate
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    store.put(ID, {"files/0001.pdf": b"one"})
    assert store.root.open(ID, "files/0001.pdf").read() == b"one"
    ocfl_validate(store.root.folder)

    received = store.receive(b"two")
    received.path.write_bytes(b"tw0")
    with pytest.raises(StorageDamagedError):
        put_held(store, ID, received)
    assert store.root.inventory(ID).head == 1


def test_incoming_on_another_file_system_is_refused(tmp_path: Path) -> None:
    other = Path("/dev/shm")  # a file system that is never the temporary folder's
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        missing("a second file system at /dev/shm")

    with pytest.raises(StorageError) as caught:
        StorageRoot.create_or_open(tmp_path / "ocfl", other)

    assert caught.value.data == {"problem": "other_file_system"}


def test_removed_object_leaves_nothing_and_others_stay(store: Store) -> None:
    first, second = "an-pham:k3f9x2m7q1zt", "an-pham:0000000000zz"
    for object_id in (first, second):
        store.put(object_id, {"files/0001.pdf": b"bytes"})
    store.root.remove(first)
    store.root.remove(first)
    assert list(store.root.object_ids()) == [second]
    assert list(store.root.strays()) == []
    assert store.root.verify(second) == ()
