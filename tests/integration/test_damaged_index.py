"""Case 32: a file of the index is damaged under those who read it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete

from archive.core.roles import SYSTEM
from archive.models import Job, Publication
from archive.services import reviews
from tests.conftest import ROOT, make_pdf
from tests.integration.damaged import DAMAGES
from tests.integration.standing import standing_archive

# One that leaves something to read, and one that leaves nothing. The others with CI=true.
EVERYDAY = ("overwrite", "delete")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive whose index came about in several commits, one of them a removal."""
    folder = tmp_path_factory.mktemp("whole") / "archive"
    with standing_archive(folder) as made:
        many = "\n".join(f"từ {n} ở suối Lê-nin" for n in range(1600, 1640))
        made.put("Hang Pác Bó", make_pdf("Pác Bó, cột mốc 108", many))
        made.put("Suối", make_pdf("Suối Lê-nin dưới hang", "\n".join(map(str, range(1690, 1710)))))
        made.work()
        withdrawn = made.put("Thu hồi", make_pdf("Pác Bó, suối, hang"))
        made.work()
        with made.holdings.database.writing() as session:
            publication = session.get_one(Publication, withdrawn)
            reviews.withdraw(session, publication, by=SYSTEM, note="thu hồi")
            session.commit()
        made.work()
        made.put("Pác Bó, bản hai", make_pdf("Đường vào hang Pác Bó", "từ 1700"))
        made.work()
        with made.holdings.database.writing() as session:
            session.execute(delete(Job))
            session.commit()
    return folder


@pytest.mark.parametrize(
    "damage",
    [pytest.param(name, marks=() if name in EVERYDAY else pytest.mark.slow) for name in DAMAGES],
)
def test_no_damaged_file_gives_a_wrong_answer_and_the_worker_mends_it(
    archive: Path, damage: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.damaged", archive, damage],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = dict(map(json.loads, done.stdout.splitlines()))
    assert len(found) >= 4, "the pointer, the table of contents, terms, postings"
    assert {path: told for path, told in found.items() if told} == {}
