"""Case 30: the whole archive on a disk that fills up at each place where something is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing

DISK_MB = 64
CROWDED = "tests/integration/crowded.py"
IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def run_crowded(folder: Path, *, which: str, seconds: float) -> None:
    """Run the tests of `crowded.py` with these marks on a file system of their own."""
    mount = f"mount -t tmpfs -o size={DISK_MB}m small {folder}"
    try:
        probe = subprocess.run([*IN_NAMESPACE, mount], capture_output=True, check=False)
    except FileNotFoundError:
        missing("unshare")
    if probe.returncode != 0:
        missing("a kernel that gives a file system of one's own")
    arguments = (*["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"], "-m", which, CROWDED)
    done = subprocess.run(
        [
            *IN_NAMESPACE,
            f'{mount} && exec "$@"',
            "sh",
            sys.executable,
            *arguments,
            "tests/integration/crowded.py",
        ],
        cwd=ROOT,
        env={**os.environ, "FULL_DISK": str(folder)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]


def test_full_disk_is_said_and_waited_out(tmp_path):
    run_crowded(tmp_path, which="not slow", seconds=280)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_full_disk_at_every_other_place_is_waited_out(tmp_path):
    run_crowded(tmp_path, which="slow", seconds=880)
