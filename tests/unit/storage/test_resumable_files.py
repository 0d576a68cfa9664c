"""Files in pieces: what an offset promises, digests over any cuts, kills and full disks."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.core.errors import (
    NotFoundError,
    StorageBusyError,
    TooLargeError,
    UploadConflictError,
    UploadCorruptError,
)
from archive.storage import resumable
from archive.storage.resumable import Checksum, Resumable
from tests.small_disk import run_on_small_disk
from tests.unit.storage.conftest import REPOSITORY

NAME = "0123456789abcdef" * 2
LIMIT = 10_000_000


@pytest.fixture
def store(tmp_path: Path) -> Resumable:
    made = Resumable(tmp_path)
    made.create(NAME)
    return made


def add(store: Resumable, data: bytes, checksum: Checksum | None = None) -> None:
    offset = store.find(NAME).offset_bytes
    with store.append(NAME, offset_bytes=offset, checksum=checksum) as arriving:
        arriving.write(data, limit_bytes=LIMIT)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=400), st.booleans()), min_size=1, max_size=8))
def test_digests_are_those_of_the_whole_whoever_took_the_pieces_in(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[bytes, bool]]
) -> None:
    """Two processes share the folder; each piece comes to one of them."""
    folder = tmp_path_factory.mktemp("pieces")
    both = (Resumable(folder), Resumable(folder))
    both[0].create(NAME)
    for data, which in pieces:
        add(both[which], data)
    whole = b"".join(data for data, _ in pieces)
    received = both[0].finish(NAME)
    assert received.path.read_bytes() == whole
    assert received.size_bytes == len(whole)
    assert received.sha256 == hashlib.sha256(whole).hexdigest()
    assert received.sha512 == hashlib.sha512(whole).hexdigest()
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [NAME]


def test_what_lies_behind_the_offset_is_not_taken_for_the_file(
    store: Resumable, tmp_path: Path
) -> None:
    """A kill between the bytes and the offset: they were never acknowledged."""
    add(store, b"certain")
    with (tmp_path / "parts" / NAME).open("ab") as file:
        file.write(b"garbage")
    assert store.find(NAME).offset_bytes == 7
    add(Resumable(tmp_path), b", too")
    assert store.finish(NAME).path.read_bytes() == b"certain, too"


def test_offset_is_never_beyond_what_the_disk_has(store: Resumable, tmp_path: Path) -> None:
    add(store, b"1234567")
    os.truncate(tmp_path / "parts" / NAME, 3)
    assert store.find(NAME).offset_bytes == 3


@pytest.mark.parametrize("line", [b"", b"\x00" * 21, b"7\n", b"x" * 21])
def test_offset_that_cannot_be_read_vouches_for_nothing(
    store: Resumable, tmp_path: Path, line: bytes
) -> None:
    add(store, b"1234567")
    (tmp_path / "parts" / f"{NAME}.offset").write_bytes(line)
    assert store.find(NAME).offset_bytes == 0
    add(store, b"abc")
    assert store.finish(NAME).sha256 == hashlib.sha256(b"abc").hexdigest()


def test_piece_at_another_offset_conflicts_and_is_told_the_true_one(store: Resumable) -> None:
    add(store, b"12345")
    for offset in (0, 4, 6):
        with (
            pytest.raises(UploadConflictError) as raised,
            store.append(NAME, offset_bytes=offset),
        ):
            pass
        assert raised.value.data == {"offset_bytes": 5}


def test_second_piece_at_a_time_is_turned_away(store: Resumable, tmp_path: Path) -> None:
    with store.append(NAME, offset_bytes=0) as arriving:
        arriving.write(b"123", limit_bytes=LIMIT)
        for other in (store, Resumable(tmp_path)):
            with pytest.raises(StorageBusyError), other.append(NAME, offset_bytes=0):
                pass
    assert store.find(NAME).offset_bytes == 3


def break_off(store: Resumable, data: bytes, checksum: Checksum | None = None) -> None:
    """The sender goes away after `data`, in the middle of its piece."""
    with store.append(NAME, offset_bytes=0, checksum=checksum) as arriving:
        arriving.write(data, limit_bytes=LIMIT)
        raise ConnectionResetError


def test_piece_that_breaks_off_keeps_what_arrived(store: Resumable) -> None:
    with pytest.raises(ConnectionResetError):
        break_off(store, b"123")
    assert store.find(NAME).offset_bytes == 3


def test_piece_with_a_checksum_is_kept_whole_or_not_at_all(
    store: Resumable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "SETTLE_BYTES", 1)
    data = b"x" * 50
    right = Checksum("sha256", hashlib.sha256(data).digest())
    with pytest.raises(UploadCorruptError):
        add(store, b"y" * 50, right)
    assert store.find(NAME).offset_bytes == 0
    assert (tmp_path / "parts" / NAME).read_bytes() == b"", "its room is free again"
    with pytest.raises(ConnectionResetError):
        break_off(store, data, right)
    assert store.find(NAME).offset_bytes == 0
    add(store, data, right)
    assert store.finish(NAME).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "header", ["", "sha1", "sha1 ", "md5 AAAA", "sha1 AAAA", "sha256 !", "SHA1 AAAA", "sha1 é"]
)
def test_header_that_is_no_checksum_is_none(header: str) -> None:
    assert Checksum.parse(header) is None


def test_more_than_was_announced_is_too_large(store: Resumable) -> None:
    with (
        pytest.raises(TooLargeError),
        store.append(NAME, offset_bytes=0) as arriving,
    ):
        arriving.write(b"12345", limit_bytes=4)
    assert store.find(NAME).offset_bytes == 0


@pytest.mark.parametrize("name", ["", "x", "../" + "a" * 29, "A" * 32, "f" * 32])
def test_name_that_is_no_upload_is_not_found(store: Resumable, name: str) -> None:
    with pytest.raises(NotFoundError):
        store.find(name)
    with pytest.raises(NotFoundError), store.append(name, offset_bytes=0):
        pass
    with pytest.raises(NotFoundError):
        store.finish(name)


def test_finish_waits_for_the_piece_that_is_arriving(store: Resumable) -> None:
    began, go_on = threading.Event(), threading.Event()

    def send() -> None:
        with store.append(NAME, offset_bytes=0) as arriving:
            arriving.write(b"123", limit_bytes=LIMIT)
            began.set()
            go_on.wait(10)
            arriving.write(b"45", limit_bytes=LIMIT)

    sender = threading.Thread(target=send)
    sender.start()
    began.wait(10)
    threading.Timer(0.1, go_on.set).start()
    assert store.finish(NAME).path.read_bytes() == b"12345"
    sender.join()


def test_only_bytes_of_another_process_are_read_again(
    tmp_path: Path, store: Resumable, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = resumable._Running.catch_up

    def note(self: resumable._Running, file: object, size_bytes: int) -> None:
        read.append(size_bytes - self.size_bytes)
        real(self, file, size_bytes)  # type: ignore[arg-type]

    monkeypatch.setattr(resumable._Running, "catch_up", note)
    monkeypatch.setattr(resumable, "CATCH_UP_BYTES", 10)
    for _ in range(5):
        add(store, b"x" * 100)
    store.finish(NAME)
    assert sum(read) == 0, "digests ran along"

    store.create(NAME)
    add(store, b"y" * 300)
    restarted = Resumable(tmp_path)
    add(restarted, b"z" * 50)
    assert sum(read) == 10, "no more than a sender may wait for"
    add(restarted, b"z" * 50)
    assert sum(read) == 20
    restarted.finish(NAME)
    assert sum(read) == 400


def test_sweep_takes_what_is_old_and_spares_what_is_arriving(
    store: Resumable, tmp_path: Path
) -> None:
    other = "f" * 32
    store.create(other)
    (tmp_path / "parts" / ("e" * 32 + ".lock")).touch()
    for path in (tmp_path / "parts").iterdir():
        os.utime(path, (0, 0))
    with store.append(NAME, offset_bytes=0):
        for path in (tmp_path / "parts").iterdir():
            os.utime(path, (0, 0))
        assert store.sweep(timedelta(hours=1)) == 2
    assert {path.stem for path in (tmp_path / "parts").iterdir()} == {NAME}
    store.discard(NAME)
    store.discard(NAME)
    assert list((tmp_path / "parts").iterdir()) == []
    assert Resumable(tmp_path / "nowhere").sweep(timedelta()) == 0


KILLED = """
import os, sys
from pathlib import Path
from archive.storage import resumable
from archive.storage.resumable import Resumable
resumable.SETTLE_BYTES = 50_000
store = Resumable(Path(sys.argv[1]))
data = os.pread(os.open(sys.argv[3], os.O_RDONLY), 10**8, 0)
print("ready", flush=True)
at = store.find(sys.argv[2]).offset_bytes
with store.append(sys.argv[2], offset_bytes=at) as arriving:
    while at < len(data):
        arriving.write(data[at:at + 1000], limit_bytes=len(data))
        at += 1000
        print(arriving.offset_bytes, flush=True)
"""


def test_process_killed_while_it_writes_leaves_a_true_offset(
    store: Resumable, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    data = os.urandom(3_000_000)
    source.write_bytes(data)
    kills, told = 0, 0
    while (offset := store.find(NAME).offset_bytes) < len(data):
        assert offset >= told, "what was acknowledged is there"
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, tmp_path, NAME, source],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        for line in child.stdout:
            told = int(line)
            if kills < 5 and told > offset + 200_000:
                child.send_signal(signal.SIGKILL)
                kills += 1
                break
        child.wait()
        child.stdout.close()
    assert kills == 5
    assert store.finish(NAME).sha512 == hashlib.sha512(data).hexdigest()


SMALL_DISK = """
import hashlib, os, sys
from pathlib import Path
from archive.core.errors import StorageFullError
from archive.storage.resumable import Resumable
home, name = Path(sys.argv[1]), "a" * 32
store = Resumable(home / "incoming")
store.create(name)
data = os.urandom(700_000)
(home / "filler").write_bytes(bytes(600_000))

def send():
    at = store.find(name).offset_bytes
    with store.append(name, offset_bytes=at) as arriving:
        for start in range(at, len(data), 10_000):
            arriving.write(data[start:start + 10_000], limit_bytes=len(data))

for _ in range(3):
    try:
        send()
    except StorageFullError:
        pass
    else:
        raise AssertionError("it went through")
    offset = store.find(name).offset_bytes
    part = (home / "incoming" / "parts" / name).read_bytes()
    assert part == data[:offset], "what is acknowledged is there, and nothing else"
assert 0 < offset < len(data)
try:
    store.create("b" * 32)
except StorageFullError:
    assert not list((home / "incoming" / "parts").glob("b*"))
(home / "filler").unlink()
send()
received = store.finish(name)
assert received.sha512 == hashlib.sha512(data).hexdigest()
"""


def test_full_disk_acknowledges_what_fitted_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    run_on_small_disk(tmp_path, "-c", SMALL_DISK, tmp_path, size="1m,nr_inodes=2000")
