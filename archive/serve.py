"""Web and worker as child processes of one command: started, watched, ended together."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from archive.cli.console import fail, messages
from archive.services.holdings import Holdings

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1


def serve_archive(holdings: Holdings, *, host: str, port: int) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code. A worker that ends is started again.

    The caller has migrated the database. The address and the demo accounts go to standard error.
    """
    if not _is_free(host, port):
        fail(
            f"Cổng {port} đang có chương trình khác dùng. Chọn cổng khác: PORT={port + 1} make run"
        )
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    web = _start(web_command(host, port))
    worker = _start(worker_command())
    worker_started = time.monotonic()
    threading.Thread(target=_announce, args=(holdings, host, port, stopping), daemon=True).start()
    code = 0
    while not stopping.wait(0.3):
        if web.poll() is not None:
            messages.print("Tiến trình web đã dừng.")
            code = web.returncode or 1
            break
        if worker.poll() is not None:
            messages.print("Tiến trình nền đã dừng, đang khởi động lại.")
            # A worker that dies at once is not started in a tight loop.
            pause = 5.0 if time.monotonic() - worker_started < 5.0 else 0.0
            if stopping.wait(pause):
                break
            worker, worker_started = _start(worker_command()), time.monotonic()
    _end([web, worker])
    return code


def web_command(host: str, port: int) -> list[str]:
    """gunicorn's threads, or waitress where there is no gunicorn (Windows)."""
    if importlib.util.find_spec("gunicorn") is None:
        return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", "wsgi:app"]
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "10"),
        *("--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]


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


def _announce(holdings: Holdings, host: str, port: int, stopping: threading.Event) -> None:
    """Print the address once it answers, and who may sign in."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    while not stopping.wait(0.1):
        try:
            socket.create_connection((shown, port), timeout=1).close()
        except OSError:
            continue
        break
    else:
        return
    address = f"[{shown}]" if ":" in shown else shown
    messages.print(f"\n{holdings.settings.site_name}: http://{address}:{port}/", markup=False)
    path = holdings.settings.instance / "demo-accounts.json"
    if path.is_file():
        messages.print("Tài khoản dùng thử:", markup=False)
        for account in json.loads(path.read_text(encoding="utf-8")):
            line = f"  {account['role']:<10} {account['email']:<28} {account['password']}"
            messages.print(line, markup=False)
    messages.print("Dừng bằng Ctrl-C.\n", markup=False)
