"""`python -m archive.serve`: both processes come up, are watched, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.conftest import free_port, wait_until


@pytest.fixture
def served(tmp_path: Path):
    """A started command, its address, and its log."""
    port = free_port()
    environment = {
        **os.environ,
        "ARCHIVE_INSTANCE": str(tmp_path / "instance"),
        "ARCHIVE_UPLOADS": str(tmp_path / "uploads"),
        "ARCHIVE_INDEX": str(tmp_path / "index"),
    }
    with (tmp_path / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "archive.serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stderr=log,
        )
        yield child, f"http://127.0.0.1:{port}", tmp_path / "log"
        if child.poll() is None:
            child.kill()
        child.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


@pytest.mark.slow
def test_dead_worker_is_started_again_and_one_signal_ends_everything(served):
    child, address, log = served
    wait_until(lambda: _answers(f"{address}/readyz"), seconds=60)
    started = _children(child.pid)
    worker = next(
        pid for pid in started if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: "đang khởi động lại" in log.read_text(), seconds=20)
    wait_until(lambda: len(_children(child.pid)) == 2, seconds=20)
    started = _children(child.pid)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 0
    assert not _answers(f"{address}/healthz")
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


@pytest.mark.slow
def test_signals_at_any_moment_end_the_worker(served):
    """A handler that takes a lock would hang now and then: thirty signals find it."""
    child, address, _ = served
    wait_until(lambda: _answers(f"{address}/readyz"), seconds=60)
    for _ in range(30):
        child.send_signal(signal.SIGTERM)
        time.sleep(0.003)
        if child.poll() is not None:
            break
    assert child.wait(timeout=30) == 0


@pytest.mark.slow
def test_taken_port_is_said_in_one_sentence(served):
    _, address, _ = served
    wait_until(lambda: _answers(f"{address}/healthz"), seconds=60)
    port = address.rsplit(":", 1)[1]
    second = subprocess.run(
        [sys.executable, "-m", "archive.serve", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"Cổng {port} đang có chương trình khác dùng." in second.stderr
