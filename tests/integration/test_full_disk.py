"""Case 30: the whole archive on a disk that fills up at each place where something is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_disk import run_on_small_disk


def run_crowded(folder: Path, *, which: str, seconds: float) -> None:
    """Run the tests of `crowded.py` with these marks on a file system of their own."""
    suite = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
    run_on_small_disk(
        folder,
        *suite,
        *("-m", which, "tests/integration/crowded.py"),
        size="64m",
        seconds=seconds,
        environment={"FULL_DISK": str(folder)},
    )


@pytest.mark.slow
def test_full_disk_is_said_and_waited_out(tmp_path):
    run_crowded(tmp_path, which="not slow", seconds=280)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_full_disk_at_every_other_place_is_waited_out(tmp_path):
    run_crowded(tmp_path, which="slow", seconds=880)
