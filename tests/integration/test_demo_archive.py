"""The demo archive goes through the same intake as anything else, and leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from archive.cli.demo import FONTS
from archive.core.status import JobState
from archive.demo.publications import publications
from archive.demo.state import was_removed
from archive.models import (
    File,
    Job,
    Likeness,
    Page,
    PageMarking,
    PageSignature,
    Publication,
    Stage,
    User,
)
from archive.worker.loop import Worker
from tests.conftest import missing, sign_in
from tests.integration.conftest import leftovers


@pytest.mark.timeout(240)
def test_every_demo_page_comes_from_a_finished_extraction_and_removal_leaves_only_real_ones(
    app, holdings, cli, deposited, settings
):
    if not (settings.assets / FONTS).is_dir():
        missing("node_modules (make assets)")
    real = deposited(title="Thật")
    assert cli("demo", "load").exit_code == 0
    assert leftovers(holdings) == []
    with holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 0
    # Drawing takes most of the time and is no part of what is asked here.
    stages = (Stage.EXTRACT, Stage.INDEX, Stage.RECORD, Stage.COMPARE)
    Worker(holdings, stages=stages).run(until_idle=True)
    with holdings.database.reading() as session:
        demo = session.scalars(select(Publication).where(Publication.is_demo)).all()
        extracted = set(
            session.scalars(
                select(Job.publication_id).where(
                    Job.stage == Stage.EXTRACT, Job.state == JobState.DONE
                )
            )
        )
        files = session.scalars(select(File)).all()
        alike = session.scalar(select(func.count()).select_from(Likeness))
        assert session.scalar(select(func.count()).select_from(PageSignature)) > 200
        jobless = session.scalar(
            select(func.count())
            .select_from(Page)
            .join(File, File.id == Page.file_id)
            .where(File.publication_id.not_in(extracted))
        )
    assert len(demo) == len(publications()) >= 24
    assert {row.id for row in demo} <= extracted
    assert jobless == 0
    assert alike == 0, "no demo publication is taken for another's double"
    assert all(file.text_done and file.problem_code is None for file in files)
    assert all(row.page_count > 0 for row in demo)
    with holdings.database.reading() as session:
        assert session.scalars(select(PageMarking)).all() == []

    before = [row.id for row in demo]
    assert cli("demo", "load").exit_code == 0
    path = settings.instance / "demo-accounts.json"
    people = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [row["role"] for row in people].count("depositor") == 2
    for row in people:
        assert set(row) == {"role", "email", "password", "unit"}
        signed = sign_in(app.test_client(), row["email"], row["password"])
        assert signed.status_code == 302

    assert cli("demo", "remove").exit_code == 0
    with holdings.database.reading() as session:
        assert session.scalars(select(Publication.id)).all() == [real]
        assert session.scalars(select(User)).all() == []
    assert list(holdings.originals.object_ids()) == [f"an-pham:{real}"]
    assert set(holdings.index.revisions()) == {real}
    assert not path.exists()
    # The next start does not bring it back by itself.
    assert was_removed(settings.instance)
    assert len(before) == len(set(before))
    # Nothing of it is made again from storage either.
    assert cli("catalogue", "rebuild").exit_code == 0
    with holdings.database.reading() as session:
        assert session.scalars(select(Publication.id)).all() == [real]
