"""A disk that is really full: Python run where a small file system of its own is mounted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT, missing

_IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def run_on_small_disk(
    folder: Path,
    *arguments: str | Path,
    size: str,
    seconds: float = 60,
    environment: Mapping[str, str] | None = None,
) -> None:
    """`python *arguments` with a file system of `size` ("1m,nr_inodes=2000": tmpfs options) at
    `folder`; it has to end well. Only the process sees that file system, and takes it along."""
    mount = f"mount -t tmpfs -o size={size} small {folder}"
    try:
        probe = subprocess.run([*_IN_NAMESPACE, mount], capture_output=True, check=False)
    except FileNotFoundError:
        missing("unshare")
    if probe.returncode != 0:
        missing("a kernel that gives a file system of one's own")
    done = subprocess.run(
        [*_IN_NAMESPACE, f'{mount} && exec "$@"', "sh", sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
