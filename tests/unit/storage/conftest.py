"""A storage root and its incoming folder in a temporary place, and short ways to fill them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.storage.incoming import Incoming, ReceivedFile
from archive.storage.ocfl import KeptFile, StorageRoot
from tests.conftest import missing

REPOSITORY = Path(__file__).parents[3]
LIMIT_BYTES = 10_000_000
CREATED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@dataclass
class Store:
    incoming: Incoming
    root: StorageRoot

    def receive(self, data: bytes) -> ReceivedFile:
        return self.incoming.receive(io.BytesIO(data), limit_bytes=LIMIT_BYTES)

    def put(
        self,
        object_id: str,
        files: dict[str, bytes | KeptFile | ReceivedFile],
        record: bytes = b'{"title": "a"}',
    ) -> int:
        """Put bytes as if they had just come in."""
        received = {
            path: self.receive(source) if isinstance(source, bytes) else source
            for path, source in files.items()
        }
        version = self.root.put(
            object_id,
            files=received,
            record=record,
            message="nộp",
            user_name="Nông Thị Bé",
            user_address="mailto:be@example.org",
            created=CREATED,
        )
        for source in received.values():
            if isinstance(source, ReceivedFile):
                self.incoming.discard(source)
        return version

    def object_folder(self, object_id: str) -> Path:
        found = [
            path.parent
            for path in self.root.folder.rglob("0=ocfl_object_1.1")
            if path.parent.name == object_id.replace(":", "%3a")
        ]
        assert len(found) == 1
        return found[0]

    def held(self) -> list[str]:
        """Names of files and staging folders in the incoming folder."""
        return sorted(
            path.relative_to(self.incoming.folder).as_posix()
            for path in self.incoming.folder.rglob("*")
            if "locks" not in path.parts and path.name not in ("staging", "locks")
        )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    incoming = tmp_path / "uploads" / "incoming"
    return Store(
        Incoming(incoming), StorageRoot.create_or_open(tmp_path / "uploads" / "ocfl", incoming)
    )


@pytest.fixture
def run_child() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python code in a process of its own, the repository on its path."""

    def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def ocfl_validate() -> Callable[[Path], None]:
    """Hold a storage root and each of its objects against ocfl-py: no error, no warning."""
    script = REPOSITORY / ".venv-ocfl" / "bin" / "ocfl-validate.py"
    if not script.exists():
        missing("ocfl-py in .venv-ocfl")

    def validate(path: Path) -> None:
        # It prints warnings only for objects named one by one, and not for a whole root.
        objects = [found.parent for found in path.rglob("0=ocfl_object_1.1")]
        done = subprocess.run(
            [script.with_name("python"), script, path, *objects],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert "[E" not in said, said
        assert "[W" not in said, said

    return validate
