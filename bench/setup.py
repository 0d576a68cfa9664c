"""How long a person waits on a fresh machine: `make run` on a bare clone, by its steps.

The steps are those of the Makefile, one after the other, each timed: fetching the locked packages
(without a cache), installing them, the front-end files, the demo archive up to the moment when
`/readyz` says that all of it is searchable, and a second start.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Row, finish, tell

ROOT = Path(__file__).resolve().parent.parent
PORT = 8791
PATIENCE_SECONDS = 300.0


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        _run(["git", "clone", "--quiet", str(ROOT), str(clone)], Path(name))
        rows = _measure(clone)
    return finish("Set-up of a bare clone, seconds", rows)


def _measure(clone: Path) -> list[Row]:
    python = clone / ".venv" / "bin" / "python"
    pip = [str(python), "-m", "pip"]
    wheels = clone / "wheels"
    tell("fetching and installing the locked packages")
    venv = _timed([sys.executable, "-m", "venv", str(clone / ".venv")], clone)
    locked = ["--quiet", "--require-hashes", "--no-deps", "-r", "requirements.txt"]
    fetch = _timed([*pip, "download", "--no-cache-dir", "-d", str(wheels), *locked], clone)
    offline = ["--no-index", "--find-links", str(wheels)]
    install = venv + _timed([*pip, "install", "--no-cache-dir", *offline, *locked], clone)
    (clone / ".venv" / ".installed").touch()
    shutil.rmtree(wheels)
    tell("fetching the front-end files")
    assets = _timed(["make", "--silent", "assets"], clone)
    tell("the demo archive, and a second start")
    started = time.monotonic()
    with _running(clone):
        _wait_for("/readyz")
        demo = time.monotonic() - started
    started = time.monotonic()
    with _running(clone):
        _wait_for("/")
        again = time.monotonic() - started
    return [
        Row(name="download_python_s", value=fetch),
        Row(name="install_python_s", value=install),
        Row(name="download_front_end_s", value=assets),
        Row(name="demo_to_searchable_s", value=demo),
        Row(name="in_all_s", value=fetch + install + assets + demo),
        Row(name="second_start_s", value=again, goal=3),
    ]


def _environment() -> dict[str, str]:
    """The shell's, without settings of another archive."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, env=_environment(), check=True, stdout=sys.stderr)


def _timed(command: list[str], folder: Path) -> float:
    started = time.monotonic()
    _run(command, folder)
    return time.monotonic() - started


@contextmanager
def _running(clone: Path) -> Iterator[None]:
    """`make run`, ended as by Ctrl-C: the signal goes to the whole group, as from a terminal."""
    with (clone / "log").open("wb") as log:
        child = subprocess.Popen(
            ["make", "run", f"PORT={PORT}"],
            cwd=clone,
            env=_environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(child.pid, signal.SIGINT)
            child.wait(timeout=60)


def _wait_for(path: str) -> None:
    """Until the address answers 200; RuntimeError where it does not within five minutes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    raise RuntimeError(f"{path} did not answer")


if __name__ == "__main__":
    sys.exit(main())
