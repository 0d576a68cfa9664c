from __future__ import annotations

import io
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.core.errors import SnapshotRefusedError, StorageFullError
from archive.storage.ocfl import StorageRoot
from archive.storage.snapshot import MANIFEST, Snapshot, pack, unpack
from tests.unit.storage.conftest import Store


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    (folder / "ocfl" / "3c0").mkdir(parents=True)
    (folder / "ocfl" / "0=ocfl_1.1").write_bytes(b"ocfl_1.1\n")
    (folder / "ocfl" / "3c0" / ("ấn-phẩm" * 14)).write_bytes(os.urandom(3_000_000))
    (folder / "ocfl" / "3c0" / "empty").touch()
    (folder / "incoming").mkdir()
    (folder / "incoming" / "half").touch()
    (tmp_path / "archive.db").write_bytes(b"SQLite" * 1000)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def backup(uploads: Path, name: str) -> tuple[Path, Snapshot]:
    target = uploads.parent / name
    taken = pack(
        target,
        files={"archive.db": uploads.parent / "archive.db"},
        trees={"uploads": uploads},
        exclude={"uploads/incoming"},
    )
    return target, taken


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_a_backup_comes_back_as_it_was(uploads: Path, tmp_path: Path, name: str) -> None:
    seen: list[tuple[str, int]] = []
    target, taken = backup(uploads, name)
    into = tmp_path / "restored"

    restored = unpack(target, into, on_file=lambda name, size: seen.append((name, size)))

    expected = {f"uploads/{path}": data for path, data in tree(uploads).items()}
    del expected["uploads/incoming/half"]
    expected["archive.db"] = b"SQLite" * 1000
    assert tree(into) == expected
    assert (restored.file_count, restored.size_bytes) == (taken.file_count, taken.size_bytes)
    assert restored.size_bytes == sum(len(data) for data in expected.values())
    assert dict(seen) == {path: len(data) for path, data in expected.items()}


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_the_same_files_give_the_same_bytes(uploads: Path, name: str) -> None:
    first = backup(uploads, name)[0].read_bytes()

    assert backup(uploads, "b" + name)[0].read_bytes() == first


def test_the_name_decides_and_no_other_ending_is_taken(uploads: Path) -> None:
    with pytest.raises(ValueError):
        backup(uploads, "a.zip")
    assert backup(uploads, "a.tar.gz")[0].read_bytes()[:2] == b"\x1f\x8b"


def test_links_and_pipes_are_passed_over_and_named(uploads: Path, tmp_path: Path) -> None:
    (uploads / "link").symlink_to(tmp_path / "archive.db")
    (uploads / "ocfl" / "folder-link").symlink_to(tmp_path)
    (uploads / "dangling").symlink_to(tmp_path / "nowhere")
    (uploads / "line\nbreak").touch()
    os.mkfifo(uploads / "pipe")

    target, taken = backup(uploads, "a.tar")

    assert sorted(taken.skipped) == [
        "uploads/dangling",
        "uploads/line\nbreak",
        "uploads/link",
        "uploads/ocfl/folder-link",
        "uploads/pipe",
    ]
    assert unpack(target, tmp_path / "into").file_count == taken.file_count == 4


def fail_at_once(_name: str, _size_bytes: int) -> None:
    raise ZeroDivisionError


def test_an_older_backup_stays_until_the_new_one_is_whole(uploads: Path) -> None:
    target = backup(uploads, "a.tar")[0]
    before = target.read_bytes()

    with pytest.raises(ZeroDivisionError):
        pack(target, files={}, trees={"uploads": uploads}, on_file=fail_at_once)

    assert target.read_bytes() == before
    assert [path.name for path in uploads.parent.iterdir() if path.name.startswith(".")] == []


def test_a_target_that_is_not_empty_is_refused(uploads: Path, tmp_path: Path) -> None:
    target = backup(uploads, "a.tar")[0]

    with pytest.raises(SnapshotRefusedError) as caught:
        unpack(target, uploads)

    assert caught.value.data["problem"] == "target_not_empty"
    (tmp_path / "empty").mkdir()
    unpack(target, tmp_path / "empty")


def write_tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for member, data in members:
            tar.addfile(member, io.BytesIO(data))


def member(name: str, data: bytes = b"", **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info, data


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([member("../evil", b"x")], "bad_name"),
        ([member("/etc/evil", b"x")], "bad_name"),
        ([member("a/../../evil", b"x")], "bad_name"),
        ([member("a\\evil", b"x")], "bad_name"),
        ([member("a\nevil", b"x")], "bad_name"),
        ([member("link", type=tarfile.SYMTYPE, linkname="/etc")], "not_a_file"),
        ([member("link", type=tarfile.LNKTYPE, linkname="../x")], "not_a_file"),
        ([member("pipe", type=tarfile.FIFOTYPE)], "not_a_file"),
        ([member("disk", type=tarfile.BLKTYPE)], "not_a_file"),
        ([member("a", b"x"), member("a", b"y")], "twice"),
        ([member("a", b"x"), member("a/b", b"y")], "twice"),
        ([member("a/b", b"x"), member("a", b"y")], "twice"),
        ([member("a", b"x")], "cut_short"),
        ([member("a", b"x"), member(MANIFEST, b"")], "changed"),
        ([member(MANIFEST, b"00  a\n")], "changed"),
        ([member(MANIFEST, b""), member("a", b"x")], "bad_name"),
        ([member(MANIFEST, b""), member(MANIFEST, b"")], "twice"),
    ],
)
def test_a_hostile_archive_is_refused_before_anything_is_written(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], problem: str
) -> None:
    write_tar(tmp_path / "a.tar", *members)
    into = tmp_path / "deep" / "into"

    with pytest.raises(SnapshotRefusedError) as caught:
        unpack(tmp_path / "a.tar", into)

    assert caught.value.data["problem"] == problem
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_a_backup_cut_short_anywhere_is_refused(uploads: Path, tmp_path: Path, name: str) -> None:
    target = backup(uploads, name)[0]
    whole = target.read_bytes()
    with tarfile.open(target) as tar:
        boundaries = [info.offset for info in tar.getmembers()] if name == "a.tar" else []
    for length in (0, 5, 600, len(whole) // 2, len(whole) - 20_000, *boundaries):
        target.write_bytes(whole[:length])
        with pytest.raises(SnapshotRefusedError) as caught:
            unpack(target, tmp_path / "into")
        assert caught.value.data["problem"] in ("cut_short", "not_a_tar")
        assert not (tmp_path / "into").exists()


def test_a_flipped_bit_in_a_backup_names_the_member(uploads: Path, tmp_path: Path) -> None:
    target = backup(uploads, "a.tar")[0]
    whole = target.read_bytes()
    place = whole.index(b"SQLiteSQLite")
    target.write_bytes(whole[:place] + b"s" + whole[place + 1 :])

    with pytest.raises(SnapshotRefusedError) as caught:
        unpack(target, tmp_path / "into")

    assert caught.value.data == {"problem": "changed", "member": "archive.db"}


def test_what_would_not_fit_is_refused_before_anything_is_written(
    uploads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = backup(uploads, "a.tar")[0]

    class Usage:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    with pytest.raises(StorageFullError):
        unpack(target, tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_a_fault_half_way_leaves_the_target_empty(uploads: Path, tmp_path: Path) -> None:
    target = backup(uploads, "a.tar")[0]
    (tmp_path / "into").mkdir()

    with pytest.raises(ZeroDivisionError):
        unpack(target, tmp_path / "into", on_file=fail_at_once)

    assert list((tmp_path / "into").iterdir()) == []


def test_a_backup_taken_beside_a_writer_restores_to_sound_objects(
    store: Store, tmp_path: Path, ocfl_validate: Callable[[Path], None]
) -> None:
    object_id = "an-pham:k3f9x2m7q1zt"
    store.put(object_id, {"files/0001.pdf": b"0"}, b"0")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.put(object_id, {"files/0001.pdf": b"%d" % number}, b"%d" % number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(6):
            pack(tmp_path / f"{turn}.tar", files={}, trees={"ocfl": store.root.folder})
    finally:
        stop.set()
        writer.join()

    for turn in range(6):
        into = tmp_path / f"restored-{turn}"
        unpack(tmp_path / f"{turn}.tar", into)
        root = StorageRoot.create_or_open(into / "ocfl", into / "incoming")
        list(root.recover_all())
        head = root.inventory(object_id).head
        assert root.verify(object_id) == ()
        assert root.open(object_id, "files/0001.pdf").read() == b"%d" % (head - 1)
    ocfl_validate(root.folder)
