"""The engine's failures become ours, with the problem named."""

import errno

import pytest

from archive.core.errors import SearchIndexError
from archive.search.faults import index_access


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (OSError(errno.ENOSPC, "no room"), "full"),
        (OSError(errno.EIO, "bad disk"), "damaged"),
        (KeyError("x"), "damaged"),
    ],
)
def test_a_failure_is_named(tmp_path, failure, problem):
    with pytest.raises(SearchIndexError) as told, index_access(tmp_path):
        raise failure
    assert told.value.data["problem"] == problem
    assert told.value.__cause__ is failure


def test_a_missing_folder_is_named(tmp_path):
    gone = tmp_path / "gone"
    with pytest.raises(SearchIndexError) as told, index_access(gone):
        (gone / "x").read_bytes()
    assert told.value.data["problem"] == "missing"
