"""`python -m archive.serve`: what `make run` starts. Web and worker as child processes: prepared,
started, watched, ended together.

Imports little, since the web process cannot start before it.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from sqlalchemy import select

from archive.core.roles import Role
from archive.demo.state import ACCOUNTS_FILE, is_loaded, was_removed
from archive.models import User, migrations
from archive.models.database import Database
from archive.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 20.0
WEB_FIRST_SECONDS = 3.0
_PR_SET_PDEATHSIG = 1


class Stop:
    """Whether Ctrl-C or SIGTERM came. A plain flag, since a signal handler that set an Event
    would wait for ever for the lock that the interrupted main thread holds while it waits on it."""

    asked = False

    def wait(self, seconds: float) -> bool:
        """Whether it came within `seconds`."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(0.1, left))
        return self.asked


def web_command(host: str, port: int) -> list[str]:
    """gunicorn's threads, or waitress where there is no gunicorn (Windows)."""
    if importlib.util.find_spec("gunicorn") is None:
        return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", "wsgi:app"]
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--preload"),
        *("--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "10"),
        *("--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    return [*_flask(), "worker", "--quiet"]


def _flask() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi"]


def main(settings: Settings, arguments: Sequence[str]) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code. A worker that ends is started again."""
    parser = argparse.ArgumentParser(prog="python -m archive.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8000, type=int)
    parser.add_argument("--demo", action="store_true", help="load the demo archive first, once")
    given = parser.parse_args(arguments)
    if not _is_free(given.host, given.port):
        _say(
            f"Cổng {given.port} đang có chương trình khác dùng. Thử: PORT={given.port + 1} make run"
        )
        return 1
    stopping = Stop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.asked = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if not _prepare(settings, demo=given.demo, stopping=stopping):
        return 1
    return _watch(settings, given.host, given.port, stopping)


def _prepare(settings: Settings, *, demo: bool, stopping: Stop) -> bool:
    """Migrations and, once, the demo archive; False where one of them failed or was stopped."""
    database = Database(settings.database_url)
    steps = []
    if not migrations.is_current(database):
        steps.append([*_flask(), "db", "upgrade"])
    wanted = demo and not was_removed(settings.instance)
    if wanted and (steps or not is_loaded(database, settings.instance)):
        _say("Đang dựng kho minh họa, mất chừng mười giây…")
        steps.append([*_flask(), "demo", "load"])
    database.close()
    for step in steps:
        child = _start(step)
        while child.poll() is None and not stopping.asked:
            time.sleep(0.05)
        _end([child])
        if child.returncode != 0:
            return False
    return not stopping.asked


def _watch(settings: Settings, host: str, port: int, stopping: Stop) -> int:
    web = _start(web_command(host, port))
    # The worker's start would take the processor away from the page a person waits for.
    if _wait_for_answer(host, port, web, stopping, seconds=WEB_FIRST_SECONDS):
        _announce(settings, host, port)
    children = [web]
    code = 0
    worker: subprocess.Popen[bytes] | None = None
    worker_started = 0.0
    while not stopping.asked:
        if web.poll() is not None:
            _say("Tiến trình web đã dừng.")
            code = web.returncode or 1
            break
        if worker is None or worker.poll() is not None:
            if worker is not None:
                _say("Tiến trình nền đã dừng, đang khởi động lại.")
                # A worker that dies at once is not started in a tight loop.
                if time.monotonic() - worker_started < 5.0 and stopping.wait(5.0):
                    break
            worker, worker_started = _start(worker_command()), time.monotonic()
            children = [web, worker]
        stopping.wait(0.3)
    _end(children)
    return code


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches it once, through us."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    """Should this command be killed outright, its children end too."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _shown(host: str) -> str:
    """The address to open in a browser where the server listens on all of them."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104


def _address(host: str, port: int) -> str:
    shown = _shown(host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _wait_for_answer(
    host: str,
    port: int,
    web: subprocess.Popen[bytes],
    stopping: Stop,
    *,
    seconds: float,
) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and web.poll() is None and not stopping.wait(0.05):
        try:
            socket.create_connection((_shown(host), port), timeout=1).close()
        except OSError:
            continue
        return True
    return web.poll() is None and not stopping.asked


def _announce(settings: Settings, host: str, port: int) -> None:
    """Print the address and who may sign in."""
    _say(f"\n{settings.site_name}: {_address(host, port)}/")
    path = settings.instance / ACCOUNTS_FILE
    if path.is_file():
        _say("Tài khoản dùng thử:")
        for account in json.loads(path.read_text(encoding="utf-8")):
            _say(f"  {account['role']:<10} {account['email']:<36} {account['password']}")
    if not _has_admin(settings):
        _say("Kho chưa có quản trị viên. Tạo tài khoản đầu tiên:")
        command = ".venv/bin/flask --app wsgi user create EMAIL --role admin"
        _say(f"  ARCHIVE_BASE_URL={_address(host, port)} {command}")
    _say("Dừng bằng Ctrl-C.\n")


def _has_admin(settings: Settings) -> bool:
    database = Database(settings.database_url)
    with database.reading() as session:
        found = session.scalar(select(User.id).where(User.role == Role.ADMIN).limit(1))
    database.close()
    return found is not None


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    from config import load_settings

    sys.exit(main(load_settings(), sys.argv[1:]))
