"""A hostile file costs a bounded amount and is called by its limit."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import archive
from archive.core.errors import DamagedFileError, ExtractorFailedError, LimitReachedError
from archive.extract import check, describe, extract, forkserver, render
from archive.extract.kinds import KINDS
from archive.extract.limits import Limits
from archive.extract.process import Child
from archive.extract.requests import budgets
from tests.unit.extract.extract_samples import (
    endless_drawing_pdf,
    lasting_pdf,
    mapped_pdf,
    poem_pdf,
    put,
    raw_pdf,
    swelling_pdf,
)

PDF = KINDS["pdf"]


def collect_numbers(results, numbers):
    for result in results:
        numbers.append(result.number)


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_processor_time_is_bounded_and_named(tmp_path, small_limits):
    path = put(tmp_path, "a.pdf", endless_drawing_pdf())
    started = time.monotonic()
    with pytest.raises(LimitReachedError) as reached:
        list(render(path, PDF, limits=small_limits))
    assert reached.value.data["limit"] == "cpu_seconds"
    assert reached.value.data["value"] == small_limits.cpu_budget(1)
    assert time.monotonic() - started < 10


def test_budget_grows_with_the_pages_that_are_asked_for():
    limits = Limits()
    assert limits.cpu_budget(0) == 20
    assert limits.cpu_budget(60) == 32
    assert limits.cpu_budget(10**9) == limits.cpu_budget(2000) == 420


def test_pages_drawn_before_the_limit_stay_good(tmp_path, small_limits):
    import io

    import pypdf

    writer = pypdf.PdfWriter()
    for data in (poem_pdf(), endless_drawing_pdf()):
        writer.append(io.BytesIO(data))
    path = tmp_path / "a.pdf"
    writer.write(path)
    numbers = []
    images = render(path, PDF, widths_px=(320,), limits=small_limits)
    with pytest.raises(LimitReachedError):
        collect_numbers(images, numbers)
    assert numbers == [1, 2, 3]


def test_memory_is_bounded_and_named(tmp_path, small_limits):
    path = put(tmp_path, "a.pdf", swelling_pdf())
    limits = dataclasses.replace(small_limits, check_cpu_seconds=10, memory_bytes=192 << 20)
    with pytest.raises(LimitReachedError) as reached:
        check(path, PDF, limits=limits)
    assert reached.value.data == {"limit": "memory", "value": limits.memory_bytes}


def test_waiting_is_bounded_and_named(tmp_path):
    # A child that opens a pipe nobody writes to uses no processor time: only the parent's clock can
    # end this.
    limits = Limits()
    os.mkfifo(tmp_path / "a.txt")
    child = Child(
        {
            "task": "read",
            "kind": "text",
            "path": str(tmp_path / "a.txt"),
            "limits": dataclasses.asdict(limits),
            "first_page": 1,
            "words": False,
            **budgets(limits, cpu_seconds=5),
        },
        wall_seconds=0.5,
        message_bytes=limits.message_bytes,
    )
    with pytest.raises(LimitReachedError) as reached:
        child.receive()
    assert reached.value.data["limit"] == "wall_seconds"


def test_time_the_caller_takes_is_not_the_files(tmp_path):
    limits = Limits(cpu_seconds=1, cpu_seconds_per_page=0, wall_factor=0.0001)
    with extract(put(tmp_path, "a.pdf", poem_pdf()), PDF, limits=limits) as reading:
        reading._child._clock.wall_seconds = reading._child._clock.used_seconds + 1.0
        assert next(reading).number == 1
        time.sleep(1.2)
        assert [page.number for page in reading] == [2, 3]


def test_text_of_a_page_is_bounded(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    with pytest.raises(LimitReachedError) as reached:
        list(extract(path, PDF, limits=Limits(page_text_bytes=40)))
    assert reached.value.data == {"limit": "output_bytes", "value": 40}


def test_text_of_a_file_is_bounded(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    limits = Limits(file_text_bytes=100)
    numbers = []
    with pytest.raises(LimitReachedError) as reached:
        collect_numbers(extract(path, PDF, limits=limits), numbers)
    assert reached.value.data == {"limit": "output_bytes", "value": 100}
    assert numbers == [1, 2]


def test_message_above_its_bound_is_not_even_read(tmp_path):
    path = put(tmp_path, "a.pdf", poem_pdf())
    with pytest.raises(LimitReachedError) as reached:
        list(render(path, PDF, limits=Limits(message_bytes=1_000)))
    assert reached.value.data == {"limit": "output_bytes", "value": 1_000}


def test_child_that_crashes_is_a_damaged_file_with_its_signal(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    reading = extract(path, PDF)
    os.kill(reading._child._process.pid, signal.SIGSEGV)
    with pytest.raises(DamagedFileError) as refused:
        list(reading)
    assert refused.value.data["detail"] == "SIGSEGV"


def test_structure_that_ends_the_child_gives_what_was_known(tmp_path):
    entries = 3_000  # More than a child can tell of in the time that its parent takes to end it.
    path = put(
        tmp_path,
        "a.pdf",
        raw_pdf(
            [
                "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
                "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
                f"<</Type/Outlines/First 5 0 R/Last {entries + 4} 0 R/Count {entries}>>",
                *(
                    f"<</Title(Phan)/Parent 4 0 R/Dest[3 0 R /Fit]/Next {number + 1} 0 R>>"
                    for number in range(5, entries + 4)
                ),
                "<</Title(Cuoi)/Parent 4 0 R/Dest[3 0 R /Fit]>>",
            ]
        ),
    )
    whole = describe(path, PDF)
    assert (whole.complete, len(whole.outline)) == (True, entries)
    info = describe(path, PDF, limits=Limits(structure_cpu_seconds=0))
    assert info.page_count == 1
    assert not info.complete


def test_installation_that_cannot_start_a_child_is_not_blamed_on_the_file(tmp_path, monkeypatch):
    forkserver.stop()
    monkeypatch.setattr("archive.extract.starting._ROOT", tmp_path)
    with pytest.raises(ExtractorFailedError) as failed:
        check(put(tmp_path, "a.pdf", poem_pdf()), PDF)
    assert failed.value.data["exit_code"] == 1


def test_many_children_leave_no_open_file(tmp_path):
    path = put(tmp_path, "a.pdf", mapped_pdf("A", {}))
    before = open_files()
    for _ in range(5):
        check(path, PDF)
        next(iter(extract(path, PDF)))
    assert open_files() <= before + 1


def test_child_dies_with_its_parent(tmp_path):
    path = put(tmp_path, "a.pdf", lasting_pdf())
    code = (
        "import os, sys, signal; from pathlib import Path\n"
        "from archive.extract import extract\n"
        "from archive.extract.kinds import KINDS\n"
        f"reading = extract(Path({str(path)!r}), KINDS['pdf'])\n"
        "print(reading._child._process.pid, flush=True)\n"
        # Stopped, it cannot notice the closed pipe: only the kernel's signal ends it.
        "os.kill(reading._child._process.pid, signal.SIGSTOP)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(archive.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    orphan = Path("/proc", done.stdout.strip())
    deadline = time.monotonic() + 5
    while orphan.exists() and "\nState:\tZ" not in (orphan / "status").read_text():
        if time.monotonic() > deadline:
            os.kill(int(orphan.name), signal.SIGKILL)
            pytest.fail("the child outlived its parent")
        time.sleep(0.01)


def test_interrupt_from_the_terminal_does_not_reach_the_child(tmp_path):
    with extract(put(tmp_path, "a.pdf", lasting_pdf()), PDF) as reading:
        assert os.getsid(reading._child._process.pid) != os.getsid(0)


def test_child_sees_nothing_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("ARCHIVE_SECRET_KEY", "khoa-bi-mat")
    with extract(put(tmp_path, "a.pdf", lasting_pdf()), PDF) as reading:
        environment = Path(f"/proc/{reading._child._process.pid}/environ").read_bytes()
    assert b"khoa-bi-mat" not in environment
    names = {entry.partition(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names <= {b"OMP_THREAD_LIMIT", b"OPENBLAS_NUM_THREADS", b"LC_CTYPE"}
