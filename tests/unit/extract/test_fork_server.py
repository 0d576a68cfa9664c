"""Where children come from: a server that read no file, or a new interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.core.errors import ExtractorFailedError
from archive.extract import check, extract, forkserver, process
from archive.extract.isolation import isolation_available
from archive.extract.kinds import KINDS
from tests.unit.extract.extract_samples import LASTING_PAGES, lasting_pdf, poem_pdf, put, typeset

PDF = KINDS["pdf"]
pytestmark = pytest.mark.skipif(not forkserver.is_possible(), reason="no process handles here")


def parent_of(pid: int) -> int:
    status = Path("/proc", str(pid), "status").read_text()
    return int(status.split("PPid:\t")[1].split()[0])


def network_of(pid: int) -> str:
    return str(Path("/proc", str(pid), "ns", "net").readlink())


def open_in(pid: int) -> list[str]:
    """What the process holds open, apart from nothing (/dev/null) and its own poll."""
    names = [str(entry.readlink()) for entry in Path("/proc", str(pid), "fd").iterdir()]
    return [name for name in names if name != os.devnull and not name.startswith("anon_inode")]


def server_pid(path: Path) -> int:
    """The one server that there is when no picture is read."""
    with extract(path, PDF) as reading:
        return parent_of(reading._child._process.pid)


def test_children_are_copies_of_one_server_and_each_file_has_its_own(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    with extract(path, PDF) as first, extract(path, PDF) as second:
        pids = {reading._child._process.pid for reading in (first, second)}
        parents = {parent_of(pid) for pid in pids}
        assert len(pids) == 2
        assert len(parents) == 1
        assert len(list(first)) == len(list(second)) == LASTING_PAGES


def test_server_opens_no_file_and_no_connection_of_its_children(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    server = server_pid(path)
    list(extract(path, PDF))
    deadline = time.monotonic() + 5
    while len(held := open_in(server)) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)  # It hears of the last child's end a moment later.
    assert [name.partition(":")[0] for name in held] == ["socket"]


@pytest.mark.skipif(not isolation_available(), reason="the kernel gives no network of its own")
def test_server_gives_up_the_network_once_for_all_its_children(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    with extract(path, PDF) as first, extract(path, PDF) as second:
        pids = [reading._child._process.pid for reading in (first, second)]
        networks = {network_of(pid) for pid in (*pids, parent_of(pids[0]))}
    assert len(networks) == 1
    assert network_of(os.getpid()) not in networks


def test_parent_is_not_woken_for_every_page(tmp_path, monkeypatch):
    looks = 0
    real = forkserver._Replies.readinto

    def counted(replies, buffer):
        nonlocal looks
        looks += 1
        return real(replies, buffer)

    monkeypatch.setattr(forkserver._Replies, "readinto", counted)
    path = put(tmp_path, "a.pdf", typeset(("một",) * LASTING_PAGES))
    with extract(path, PDF, words=False) as reading:
        assert len(list(reading)) == LASTING_PAGES
    assert looks < LASTING_PAGES / 5


def test_child_holds_only_its_own_end_of_the_talk(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    with extract(path, PDF), extract(path, PDF) as second:
        names = open_in(second._child._process.pid)
    kinds = {name.partition(":")[0] for name in names}
    assert kinds == {"pipe", str(path)}
    assert len(names) == 2


def test_server_that_was_killed_is_started_again(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    server = server_pid(path)
    os.kill(server, signal.SIGKILL)
    assert check(path, PDF).pages == LASTING_PAGES
    assert server_pid(path) != server


def test_server_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(forkserver, "ANSWER_SECONDS", 3)
    monkeypatch.setattr(process, "END_SECONDS", 0.5)
    path = put(tmp_path, "a.pdf", lasting_pdf())
    reading = extract(path, PDF)
    server = parent_of(reading._child._process.pid)
    os.kill(server, signal.SIGSTOP)
    reading.close()  # Its end is not told, and not waited for either.
    assert check(path, PDF).pages == LASTING_PAGES
    assert server_pid(path) != server


def test_child_that_goes_down_with_its_server_is_not_blamed_on_the_file(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    reading = extract(path, PDF)
    os.kill(parent_of(reading._child._process.pid), signal.SIGKILL)
    with pytest.raises(ExtractorFailedError):
        list(reading)


def test_server_ends_with_its_process(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    code = (
        "import os, signal; from pathlib import Path\n"
        "from archive.extract import check, forkserver\n"
        "from archive.extract.kinds import KINDS\n"
        f"check(Path({str(path)!r}), KINDS['pdf'])\n"
        "print(forkserver._servers['']._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    server = Path("/proc", done.stdout.strip())
    deadline = time.monotonic() + 5
    while server.exists() and "\nState:\tZ" not in (server / "status").read_text():
        assert time.monotonic() < deadline, "the server outlived its process"
        time.sleep(0.01)


def test_threads_share_the_server(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: check(path, PDF).pages, range(24))) == [3] * 24


def test_without_a_server_a_new_interpreter_reads_the_same(tmp_path, monkeypatch):
    path = put(tmp_path, "a.pdf", poem_pdf())
    copied = list(extract(path, PDF))
    monkeypatch.setattr(forkserver, "is_possible", lambda: False)
    assert list(extract(path, PDF)) == copied
