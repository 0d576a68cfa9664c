from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archive.extract import forkserver
from archive.extract.limits import Limits


@pytest.fixture
def small_limits() -> Limits:
    """Limits that a hostile file meets within a second or two."""
    return Limits(
        cpu_seconds=1, cpu_seconds_per_page=0.01, check_cpu_seconds=1, structure_cpu_seconds=1
    )


@pytest.fixture(scope="session", autouse=True)
def _what_was_there_before_is_looked_at_once() -> Iterator[None]:
    """Garbage is collected twice in each of these tests; all that the modules hold, which is most
    of what there is, is set aside first."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(_what_was_there_before_is_looked_at_once: None) -> Iterator[None]:
    """Every test ends without a child, a zombie or an open file that was not there before; the
    server that children are copied from stays for as long as its process."""
    gc.collect()
    before, others = _open_files(), set(_children())
    yield
    gc.collect()
    assert set(_children()) <= others
    assert _open_files() <= before


def _children() -> list[str]:
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        return []
    found: list[str] = []
    for task in tasks.iterdir():
        # A child that has ended and was not waited for is still listed: a zombie.
        with suppress(FileNotFoundError):  # a thread that has just ended
            found += (task / "children").read_text().split()
    servers = [str(server._process.pid) for server in forkserver._servers.values()]
    return [pid for pid in found if pid not in servers]


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) - len(forkserver._servers) if folder.is_dir() else 0
