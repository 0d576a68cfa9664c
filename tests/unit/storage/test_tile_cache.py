from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from archive.core.errors import StorageBusyError, StorageFullError
from archive.storage.tiles import TileCache
from tests.small_disk import run_on_small_disk

DIGEST = "ab" * 32
FULL_DISK = """
import sys
from pathlib import Path
from archive.core.errors import StorageFullError
from archive.storage.tiles import TileCache

cache = TileCache(Path(sys.argv[1]) / "tiles", limit_bytes=10**9)
place = cache.path("ab" * 32, 1, "a.jpg")
cache.write(place, b"x" * 1000)
try:
    cache.write(cache.path("ab" * 32, 1, "b.jpg"), b"x" * 3_000_000)
except StorageFullError:
    pass
else:
    raise AssertionError("three megabytes went into one")
assert [entry.name for entry in place.parent.iterdir()] == ["a.jpg"]
assert cache.read(place) == b"x" * 1000
with cache.turn("ab" * 32, 1, turns=2, wait_seconds=1):
    pass
"""


@pytest.fixture
def cache(tmp_path: Path) -> TileCache:
    return TileCache(tmp_path / "tiles", limit_bytes=100_000)


def filled(cache: TileCache, *names: str, size: int = 10_000) -> list[Path]:
    """Files of that size, each last asked for a minute after the one before, not looked at yet."""
    writer = TileCache(cache.folder, limit_bytes=10**9)
    paths = []
    for number, name in enumerate(names):
        path = cache.path(DIGEST, 1, name)
        writer.write(path, bytes([number]) * size)
        long_ago = time.time() - 86_400 + 60 * number
        os.utime(path, (long_ago, long_ago))
        paths.append(path)
    return paths


def test_what_was_written_is_read(cache: TileCache) -> None:
    path = cache.path(DIGEST, 12, "0123.webp")
    assert cache.read(path) is None
    cache.write(path, b"tile")
    assert cache.read(path) == b"tile"
    assert path.relative_to(cache.folder).as_posix() == f"ab/{DIGEST[:32]}/12/0123.webp"


@pytest.mark.parametrize(
    ("digest", "page", "name"),
    [("..", 1, "a"), ("AB" * 32, 1, "a"), (DIGEST, 0, "a"), (DIGEST, 1, ".."), (DIGEST, 1, "a/b")],
)
def test_a_name_that_could_leave_the_folder_is_none(
    cache: TileCache, digest: str, page: int, name: str
) -> None:
    with pytest.raises(ValueError):
        cache.path(digest, page, name)


@pytest.mark.parametrize("harm", ["cut", "empty", "rotten", "longer"])
def test_a_file_that_is_not_whole_is_as_if_it_were_not_there(cache: TileCache, harm: str) -> None:
    path = cache.path(DIGEST, 1, "a.jpg")
    cache.write(path, b"a tile of some length")
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-3],
            "empty": b"",
            "rotten": whole[:4] + bytes([whole[4] ^ 1]) + whole[5:],
            "longer": whole + b"x",
        }[harm]
    )
    assert cache.read(path) is None
    assert not path.exists(), "it makes room for the next one"


def test_what_was_not_asked_for_the_longest_goes_first(cache: TileCache) -> None:
    paths = filled(cache, *(f"{number}.jpg" for number in range(12)))
    assert cache.read(paths[0]) is not None  # Asked for now, and so the newest.
    assert cache.trim() == 4
    assert [path.exists() for path in paths] == [True, *[False] * 4, *[True] * 7]


def test_a_cache_within_its_limit_is_left_alone(cache: TileCache) -> None:
    paths = filled(cache, *(f"{number}.jpg" for number in range(9)))
    assert cache.trim() == 0
    assert all(path.exists() for path in paths)


def test_folder_stays_near_its_limit_whatever_is_written(cache: TileCache) -> None:
    for number in range(60):
        cache.write(cache.path(DIGEST, 1 + number, "a.jpg"), b"x" * 5_000)
    deadline = time.monotonic() + 10
    while used(cache) > 110_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert used(cache) <= 110_000


def used(cache: TileCache) -> int:
    found = 0
    for folder, _, names in os.walk(cache.folder):
        for name in names:
            # Another thread may be removing what was seen here.
            with suppress(FileNotFoundError):
                found += Path(folder, name).stat().st_size if name.endswith(".jpg") else 0
    return found


def test_what_a_killed_writer_left_counts_and_goes(cache: TileCache) -> None:
    path = cache.path(DIGEST, 1, "a.jpg")
    cache.write(path, b"whole")
    left = path.with_name(".a.jpg.0123456789abcdef")
    left.write_bytes(b"x" * 200_000)
    os.utime(left, (0, 0))
    assert cache.trim() == 1
    assert not left.exists()
    assert cache.read(path) == b"whole"


def test_readers_see_a_whole_file_or_none_while_it_is_written_and_removed(
    cache: TileCache,
) -> None:
    path = cache.path(DIGEST, 1, "a.jpg")
    versions = [bytes([number]) * 20_000 for number in range(4)]
    ended = threading.Event()

    def write() -> None:
        for turn in range(60):
            cache.write(path, versions[turn % 4])
            if turn % 20 == 0:
                cache.clear()
        ended.set()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while not ended.is_set():
        assert cache.read(path) in (None, *versions)
    for writer in writers:
        writer.join()


def test_the_same_page_has_one_turn_at_a_time(cache: TileCache) -> None:
    other = TileCache(cache.folder, limit_bytes=1)
    with (
        cache.turn(DIGEST, 1, turns=1, wait_seconds=1),
        pytest.raises(StorageBusyError),
        other.turn(DIGEST, 1, turns=1, wait_seconds=0.05),
    ):
        pass
    with other.turn(DIGEST, 1, turns=1, wait_seconds=0.05):
        pass


def test_full_disk_is_told_and_keeps_what_is_there(tmp_path: Path) -> None:
    run_on_small_disk(tmp_path, "-c", FULL_DISK, tmp_path, size="1m")


def test_no_room_leaves_nothing_behind(cache: TileCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(StorageFullError):
        cache.write(cache.path(DIGEST, 1, "a.jpg"), b"x")
    monkeypatch.undo()
    assert not list(cache.folder.rglob("*.jpg*"))
