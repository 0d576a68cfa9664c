"""A disk that is really full: a small file system of its own, and a limit on file size."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_disk import run_on_small_disk

if sys.platform == "win32":
    pytest.skip("these limits are of POSIX systems", allow_module_level=True)

RunChild = Callable[..., "subprocess.CompletedProcess[str]"]

COMMON = """
import io, os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from archive.core.errors import StorageFullError
from archive.storage.derivatives import Derivatives
from archive.storage.incoming import Incoming
from archive.storage.ocfl import KeptFile, StorageRoot
from archive.storage.records import RecordLog
from archive.storage.snapshot import pack, unpack

home = Path(sys.argv[1])
ID = "an-pham:k3f9x2m7q1zt"

def names():
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.suffix != ".lock")

def refused(call):
    before = names()
    try:
        call()
    except StorageFullError:
        assert names() == before, (before, names())
    else:
        raise AssertionError("it went through")

def put(root, files, record):
    return root.put(ID, files=files, record=record, message="", user_name="a",
        created=datetime.now(UTC))
"""

LIMITED = (
    COMMON
    + """
incoming = Incoming(home / "incoming")
root = StorageRoot.create_or_open(home / "ocfl", home / "incoming")
log = RecordLog(home / "records")
images = Derivatives(home / "images")
received = incoming.receive(io.BytesIO(b"small"), limit_bytes=10**9)
put(root, {"files/0001.pdf": received}, b"{}")
log.append([("a", {"title": "one"})])
image = images.path("k3f9x2m7q1zt", "f1", 1, 320)
images.write(image, b"image")
(home / "big").write_bytes(os.urandom(200_000))

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
refused(lambda: incoming.receive(io.BytesIO(b"x" * 200_000), limit_bytes=10**9))
writers = []  # as a multipart parser keeps them after the fault
def write_without_closing():
    writers.append(incoming.open_writer(10**9))
    writers[-1].write(b"x" * 200_000)
refused(write_without_closing)
refused(lambda: put(root, {"files/0001.pdf": received}, b"r" * 200_000))
refused(lambda: log.append([("b", {"text": "t" * 200_000})]))
refused(lambda: RecordLog(home / "records", file_bytes=1).append([("b", {"text": "t" * 200_000})]))
refused(lambda: images.write(image, b"i" * 200_000))
refused(lambda: pack(home / "backup.tar", files={"big": home / "big"}, trees={}))
refused(lambda: pack(home / "backup.tar.gz", files={"big": home / "big"}, trees={}))
assert root.record(ID) == b"{}" and root.verify(ID) == ()
assert list(log.latest()) == [("a", {"title": "one"})] and log.damaged() == ()
assert image.read_bytes() == b"image"

resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert put(root, {"files/0001.pdf": received}, b"r" * 200_000) == 2
log.append([("b", {"text": "t" * 200_000})])
assert [name for name, _ in log.latest()] == ["a", "b"]
pack(home / "backup.tar", files={"big": home / "big"}, trees={})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
refused(lambda: unpack(home / "backup.tar", home / "restored"))
"""
)

SMALL_DISK = (
    COMMON
    + """
incoming = Incoming(home / "incoming")
root = StorageRoot.create_or_open(home / "ocfl", home / "incoming")
log = RecordLog(home / "records")
first = incoming.receive(io.BytesIO(os.urandom(100_000)), limit_bytes=10**9)
put(root, {"files/0001.pdf": first}, b"{}")
log.append([("a", {"title": "one"})])
refused(lambda: incoming.receive(io.BytesIO(os.urandom(2_000_000)), limit_bytes=10**9))
held = incoming.receive(io.BytesIO(os.urandom(5_000)), limit_bytes=10**9)

filler = home / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(b"x" * 4096)
    except OSError:
        pass
refused(lambda: put(root, {"files/0001.pdf": held}, b'{"v": 2}'))
refused(lambda: incoming.receive(io.BytesIO(b"one more"), limit_bytes=10))
refused(lambda: log.append([("b", {"text": "t" * 10_000})]))
assert root.record(ID) == b"{}" and root.verify(ID) == ()
assert list(log.latest()) == [("a", {"title": "one"})] and log.damaged() == ()

filler.unlink()
assert put(root, {"files/0001.pdf": held}, b'{"v": 2}') == 2
assert root.verify(ID) == ()
log.append([("b", {"text": "t"})])
assert [name for name, _ in log.latest()] == ["a", "b"]
"""
)


def test_a_limit_on_file_size_leaves_everything_as_it_was(
    tmp_path: Path, run_child: RunChild
) -> None:
    done = run_child(LIMITED, tmp_path)

    assert done.returncode == 0, done.stderr


def test_a_full_disk_is_refused_and_work_resumes_when_there_is_room(tmp_path: Path) -> None:
    run_on_small_disk(tmp_path, "-c", SMALL_DISK, tmp_path, size="1m,nr_inodes=2000")
