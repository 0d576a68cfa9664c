"""A real server, killed outright again and again while a file is being sent to it."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.core.roles import SYSTEM, Role
from archive.models import HeldFile, migrations
from archive.serve import web_command
from archive.services.holdings import Holdings, open_holdings
from archive.services.units import UnitInput, create_unit, unknown_unit
from config import load_settings
from tests.conftest import PASSWORD, ROOT, TOKEN, make_pdf, make_user

HOST = "127.0.0.1"
BLOCK = 256 * 1024
MEGABYTE = 1024 * 1024


@dataclass
class Server:
    """gunicorn as `make run` starts it, with nothing around it that would mend anything."""

    folder: Path
    holdings: Holdings
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    peaks_kib: list[int] = field(default_factory=list)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                web_command(HOST, self.port),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
            except OSError:
                time.sleep(0.05)
            else:
                return
        pytest.fail((self.folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """Every process of it at once, as a power cut would."""
        if self.process is not None:
            self.note_memory()
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def note_memory(self) -> None:
        """The most that one process of it ever had in memory, of what is its own."""
        assert self.process is not None
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, IndexError):
                if int(path.read_text().rpartition(")")[2].split()[3]) == self.process.pid:
                    status = (path.parent / "status").read_text()
                    self.peaks_kib.append(int(re.findall(r"VmHWM:\s+(\d+)", status)[0]))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    given = {
        "ARCHIVE_INSTANCE": str(tmp_path / "instance"),
        "ARCHIVE_UPLOADS": str(tmp_path / "uploads"),
        "ARCHIVE_INDEX": str(tmp_path / "index"),
    }
    holdings = open_holdings(load_settings(given))
    migrations.upgrade(holdings.database)
    with holdings.database.writing() as session:
        unknown_unit(session)
        create_unit(session, UnitInput(code="so-van-hoa", name="Sở Văn hóa"), by=SYSTEM)
        session.commit()
    make_user(holdings, Role.DEPOSITOR, email="a@example.org", unit="so-van-hoa")
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    made = Server(tmp_path, holdings, {**os.environ, **given}, port)
    made.start()
    yield made
    made.kill()
    holdings.database.close()


class Client:
    """As much of a browser as sending a file needs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cookie = ""
        token = self.token("/dang-nhap")
        form = {"csrf_token": token, "email": "a@example.org", "password": PASSWORD}
        answer, _ = self.ask(
            "POST",
            "/dang-nhap",
            urllib.parse.urlencode(form).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status == 302
        self.headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token("/huong-dan")}

    def token(self, path: str) -> str:
        found = TOKEN.search(self.ask("GET", path)[1].decode())
        assert found is not None
        return found.group(1)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(HOST, self._server.port, timeout=120)
        connection.request(method, path, body, {"Cookie": self._cookie, **(headers or {})})
        answer = connection.getresponse()
        if given := answer.headers.get("Set-Cookie"):
            self._cookie = given.partition(";")[0]
        data = answer.read()
        connection.close()
        return answer, data

    def offset(self, path: str) -> int:
        answer, _ = self.ask("HEAD", path, headers=self.headers)
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])

    def send(self, path: str, source: Path, offset: int, *, until: int, whole: int) -> int:
        """Promise the rest of the file and send it up to `until`; the status, 0 where the
        connection was cut there or by the server."""
        connection = http.client.HTTPConnection(HOST, self._server.port, timeout=120)
        connection.putrequest("PATCH", path)
        headers = {
            **self.headers,
            "Cookie": self._cookie,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Content-Length": str(whole - offset),
        }
        for name, value in headers.items():
            connection.putheader(name, value)
        try:
            connection.endheaders()
            with source.open("rb") as file:
                file.seek(offset)
                while offset < until and (data := file.read(min(BLOCK, until - offset))):
                    connection.send(data)
                    offset += len(data)
            return connection.getresponse().status if until == whole else 0
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            self.last = connection

    def cut(self) -> None:
        self.last.close()


def make_large_pdf(path: Path, size_bytes: int) -> None:
    """A good PDF with a comment that makes it as long as it shall be."""
    start = make_pdf("Một cuốn sách quét rất nặng")
    (where,) = re.findall(rb"startxref\s+(\d+)", start)
    end = b"\nstartxref\n" + where + b"\n%%EOF\n"
    noise = os.urandom(MEGABYTE).replace(b"\n", b".").replace(b"\r", b".")
    with path.open("wb") as file:
        file.write(start + b"\n%")
        while (missing := size_bytes - file.tell() - len(end)) > 0:
            file.write(noise[:missing])
        file.write(end)


def send_with_cuts(
    server: Server, source: Path, *, cuts: int, kill_each: int
) -> tuple[HeldFile, int]:
    """The held file, and how many bytes had to be sent twice."""
    client = Client(server)
    size_bytes = source.stat().st_size
    answer, _ = client.ask(
        "POST",
        "/nop/tai-len",
        headers={
            **client.headers,
            "Upload-Length": str(size_bytes),
            "Upload-Metadata": "filename c2FjaC5wZGY=",
        },
    )
    assert answer.status == 201
    path = urllib.parse.urlsplit(answer.headers["Location"]).path
    told, again = 0, 0
    for cut in range(1, cuts + 1):
        until = size_bytes * cut // (cuts + 1)
        assert client.send(path, source, told, until=until, whole=size_bytes) == 0
        if cut % kill_each == 0:
            server.kill()
            client.cut()
            server.start()
        else:
            client.cut()
            wait_until_settled(client, path)
        offset = client.offset(path)
        assert told <= offset <= until, "never less than it was, never more than was sent"
        again += until - offset
        told = offset
    status = client.send(path, source, told, until=size_bytes, whole=size_bytes)
    assert status == 204
    server.note_memory()
    with server.holdings.database.reading() as session:
        return session.scalars(select(HeldFile)).one(), again


def wait_until_settled(client: Client, path: str) -> None:
    """The server sees that the connection is gone, and keeps what arrived."""
    before = -1
    for _ in range(100):
        now = client.offset(path)
        if now == before:
            return
        before = now
        time.sleep(0.05)


def sha512_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


@pytest.mark.slow
def test_upload_cut_twenty_times_with_the_server_killed_has_the_digest_of_its_source(
    server: Server, tmp_path: Path
) -> None:
    source = tmp_path / "sach.pdf"
    make_large_pdf(source, 30 * MEGABYTE)
    held, _ = send_with_cuts(server, source, cuts=20, kill_each=5)
    assert held.sha512 == sha512_of(source)
    assert sha512_of(server.holdings.incoming.folder / held.id) == held.sha512


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_upload_of_two_gigabytes_over_twenty_kills_needs_no_memory(
    server: Server, tmp_path: Path
) -> None:
    source = tmp_path / "sach.pdf"
    make_large_pdf(source, 2047 * MEGABYTE)
    server.note_memory()
    idle = max(server.peaks_kib)
    began = time.monotonic()
    held, again = send_with_cuts(server, source, cuts=20, kill_each=1)
    seconds = time.monotonic() - began
    assert held.sha512 == sha512_of(source)
    most = max(server.peaks_kib)
    print(f"\n{seconds:.0f} s, {again / MEGABYTE:.0f} MiB sent twice,", end=" ")
    print(f"peak {most / 1024:.0f} MiB of one process, idle {idle / 1024:.0f} MiB")
    assert most - idle < 64 * 1024, "memory does not grow with the file"
