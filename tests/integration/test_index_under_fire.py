"""Two processes search without pause while a third one commits, withdraws, merges and rebuilds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

READERS = 2


def start(task: str, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.firing", task, str(folder), *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def search_under_fire(folder: Path, *, searches: int, states: int) -> None:
    """Each reader searches so many times at least and sees so many states of the index."""
    writer = start("write", folder)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "begun\n"
    readers = [start("read", folder, searches, states, seed) for seed in range(READERS)]
    told = []
    for reader in readers:
        out, errors = reader.communicate(timeout=600)
        assert reader.returncode == 0, errors[-8_000:]
        told.append(json.loads(out))
    assert writer.poll() is None, "there was a writer to the end"
    out, errors = writer.communicate("stop\n", timeout=60)
    assert writer.returncode == 0, errors[-8_000:]
    written = json.loads(out)
    assert all(each["searches"] >= searches for each in told)
    assert all(each["states_seen"] >= states for each in told)
    assert written["withdrawn"] == written["commits"] > 0
    assert written["merged"] > 0
    assert written["rebuilt"] > 0


def test_searches_while_another_process_writes_are_each_of_some_commit(tmp_path: Path) -> None:
    search_under_fire(tmp_path / "search", searches=400, states=25)


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_ten_thousand_searches_under_a_writer_fail_never(tmp_path: Path) -> None:
    search_under_fire(tmp_path / "search", searches=5_000, states=150)
