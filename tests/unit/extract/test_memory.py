"""Memory that a page gave back serves the next one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# As drawing does: a buffer of megabytes for each page, written all over and given back.
PAGES = """
import ctypes, resource, sys
from archive.extract.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

def page():
    places = [libc.malloc(size << 20) for size in (6, 20, 9)]
    for place, size in zip(places, (6, 20, 9)):
        ctypes.memset(place, 1, size << 20)
    for place in places:
        libc.free(place)

page()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    page()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's settings")
def test_page_meets_the_memory_of_the_one_before():
    def faults(way: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", PAGES, way], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert faults("kept") < 1_000 < faults("given back")
