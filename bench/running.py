"""An archive of its own in a folder, its real processes, and a client that speaks HTTP to them."""

from __future__ import annotations

import ctypes
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from archive.serve import web_command, worker_command
from archive.settings import Settings
from config import load_settings

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def environment_of(folder: Path) -> dict[str, str]:
    """This process's environment with the archive's folders under `folder` and nothing else of it
    set, so that a shell's ARCHIVE_ variables lead no benchmark to a real archive."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}
    return {
        **kept,
        "ARCHIVE_INSTANCE": str(folder / "instance"),
        "ARCHIVE_UPLOADS": str(folder / "uploads"),
        "ARCHIVE_INDEX": str(folder / "index"),
    }


def settings_of(folder: Path) -> Settings:
    """The settings that processes with `environment_of(folder)` see."""
    return load_settings(environment_of(folder))


@contextmanager
def running(
    command: Sequence[str], *, folder: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`command` over the archive in `folder`, ended on leaving; its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment_of(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # The process leads a group of its own, so this reaches only what it started.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _die_with_parent() -> None:
    """A benchmark that is killed outright leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def running_web(
    folder: Path, *, processes: int | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The web server as `make run` starts it (or with so many processes), answering: it and its
    port. RuntimeError with the end of its log where it does not answer within a minute."""
    port = _free_port()
    command = web_command(HOST, port)
    if processes is not None:
        command[command.index("--workers") + 1] = str(processes)
    log = folder / "web.log"
    with running(command, folder=folder, log=log) as web:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if web.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web server does not answer:\n{_tail(log)}")
            time.sleep(0.05)
        yield web, port


@contextmanager
def running_worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with running(worker_command(), folder=folder, log=folder / "worker.log") as worker:
        yield worker


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """One browser: it keeps its cookies and its connection. Not for several threads."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """The answer, read whole. A connection that the server closed meanwhile is opened again."""
        try:
            return self._ask("GET", path)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()
            return self._ask("GET", path)

    def post(self, path: str, body: bytes, content_type: str) -> Answer:
        """The answer to a form; redirects are not followed."""
        # What is sent once is not sent twice, so it goes out on a connection that is surely open.
        self._connection.close()
        return self._ask("POST", path, body, {"Content-Type": content_type})

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None = None, extra: Mapping[str, str] = {}
    ) -> Answer:
        headers = dict(extra)
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={v}" for name, v in self._cookies.items())
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return Answer(response.status, dict(response.headers), content)

    def cookie(self, name: str) -> str:
        """The value of a cookie that the server set."""
        return self._cookies[name]

    def token(self, path: str) -> str:
        """The form token of a page."""
        found = _TOKEN.search(self.get(path).text)
        if found is None:
            raise RuntimeError(f"no form token on {path}")
        return found.group(1)

    def sign_in(self, email: str, password: str) -> None:
        answer = self.post_form("/dang-nhap", {"email": email, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"{email} cannot sign in: {answer.status}")

    def post_form(
        self, path: str, fields: Mapping[str, str], *, token_from: str | None = None
    ) -> Answer:
        """A plain form with the token of the page at `token_from` (`path` itself by default)."""
        token = self.token(token_from or path)
        body = urlencode({**fields, "csrf_token": token}).encode()
        return self.post(path, body, "application/x-www-form-urlencoded")


def multipart(
    fields: Mapping[str, str], *, file_field: str, name: str, data: bytes
) -> tuple[bytes, str]:
    """A form with one file as a browser would send it: the body and its content type."""
    boundary = secrets.token_hex(16)
    disposition = 'Content-Disposition: form-data; name="{}"'
    parts = [
        f"--{boundary}\r\n{disposition.format(field)}\r\n\r\n{value}\r\n"
        for field, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\n{disposition.format(file_field)}; filename="{name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    end = f"\r\n--{boundary}--\r\n"
    body = "".join(parts).encode() + data + end.encode()
    return body, f"multipart/form-data; boundary={boundary}"
