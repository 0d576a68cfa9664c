"""Whether this machine can read DOC."""

from __future__ import annotations

import shutil

# Not the caller's PATH: the child has none, and both must come to the same answer.
_FOLDERS = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"


def catdoc_program() -> str | None:
    """Where catdoc is installed; None where it is not, and a DOC has to be refused."""
    return shutil.which("catdoc", path=_FOLDERS)
