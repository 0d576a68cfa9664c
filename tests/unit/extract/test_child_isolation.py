"""The child has no network and no means to do anything but read and answer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import archive
from archive.extract import check, extract, isolation_available
from archive.extract.child import can_connect
from archive.extract.isolation import probe_connection
from archive.extract.kinds import KINDS
from tests.unit.extract.extract_samples import lasting_pdf, poem_pdf, put

ROOT = Path(archive.__file__).parent.parent

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def namespaces_allowed() -> bool:
    """Asked of the kernel by another program than the one under test."""
    tried = subprocess.run(["unshare", "-Urn", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@linux_only
def test_child_cannot_open_a_connection_that_its_parent_can():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        assert can_connect(host, port)
        listener.accept()[0].close()
        assert probe_connection(host, port) is not namespaces_allowed()
        if namespaces_allowed():
            listener.settimeout(0.2)
            with pytest.raises(TimeoutError):
                listener.accept()


@linux_only
def test_what_is_reported_is_what_was_achieved(tmp_path):
    assert isolation_available() is namespaces_allowed()
    summary = check(put(tmp_path, "a.pdf", poem_pdf()), KINDS["pdf"])
    assert summary.isolated is namespaces_allowed()


@linux_only
def test_refused_namespace_is_reported_and_the_file_is_read_all_the_same(tmp_path):
    code = (
        "import ctypes, json, sys\n"
        "from archive.extract import sandbox\n"
        "class Refusing:\n"
        "    def __getattr__(self, name): return lambda *_: -1\n"
        "sandbox.ctypes.CDLL = lambda *_, **__: Refusing()\n"
        "print(sandbox._leave_network())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@linux_only
def test_child_has_given_up_privileges_and_bounded_resources(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    with extract(path, KINDS["pdf"]) as reading:
        process = Path("/proc", str(reading._child._process.pid))
        status = dict(
            line.split(":\t", 1) for line in (process / "status").read_text().splitlines()
        )
        limits = (process / "limits").read_text()
        files = [str(entry.readlink()) for entry in (process / "fd").iterdir()]
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Threads"].strip() == "1"
    if namespaces_allowed():
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()[1:]}
    assert rows["Max address space"][:2] == [str(512 * 1024 * 1024)] * 2
    assert rows["Max core file size"][:2] == ["0", "0"]
    assert rows["Max file size"][:2] == ["0", "0"]
    assert rows["Max processes"][:2] == ["0", "0"]
    assert rows["Max cpu time"][0] == "100"  # 20 s and 400 pages of 0.2 s
    assert rows["Max cpu time"][1] == "424"
    assert not [file for file in files if file.startswith("socket:")]


@linux_only
def test_child_can_neither_write_a_file_nor_start_a_program(tmp_path):
    code = (
        "import os, sys\n"
        "from archive.extract import sandbox\n"
        "sandbox.enter(memory_bytes=1 << 29, cpu_seconds=5, cpu_seconds_at_most=6,"
        " parent=os.getppid())\n"
        "try:\n"
        "    with open(sys.argv[1], 'wb') as stream: stream.write(b'x')\n"
        "except OSError as error: print(error.strerror)\n"
        "try: print(os.fork())\n"
        "except OSError as error: print(error.strerror)\n"
    )
    target = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], cwd=ROOT, capture_output=True, text=True
    )
    first, *rest = done.stdout.splitlines()
    assert first == "File too large"
    assert target.read_bytes() == b""
    # The kernel never counts the processes of the machine's own root.
    assert rest == ["Resource temporarily unavailable"] or os.geteuid() == 0
