"""What happens to a publication while its pictures are being read."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from archive.core.roles import SYSTEM
from archive.core.status import JobState, Status
from archive.models import File, Job, Page, PageWords, Publication
from archive.services import deposits, pauses
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.worker import recognition
from archive.worker.loop import Worker
from tests.integration.conftest import assert_converged, jobs_of
from tests.integration.test_recognition_stage import (
    LINES,
    _can_read_pictures,  # noqa: F401 - the same condition
    hits,
    replace_settings,
    scan,
    states,
)


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(act)`: `act` happens once, between the reading of the first pages and their
    keeping."""

    def arrange(act) -> None:
        keep = recognition._keep
        acts = [act]
        monkeypatch.setattr(recognition, "BATCH_SECONDS", 0.0)

        def overtaken(*args, **kwargs) -> None:
            while acts:
                acts.pop()()
            keep(*args, **kwargs)

        monkeypatch.setattr(recognition, "_keep", overtaken)

    return arrange


def test_files_that_are_replaced_meanwhile_are_read_and_the_old_ones_are_not(
    holdings, deposited, meanwhile
):
    publication_id = deposited(data=scan(*LINES), status=Status.RETURNED)

    def replace_files() -> None:
        received = holdings.incoming.receive(io.BytesIO(scan(LINES[1])), limit_bytes=50_000_000)
        checked = check_file(received, "moi.pdf")
        with holdings.database.writing() as session:
            publication = session.get_one(Publication, publication_id)
            deposits.amend(
                session,
                holdings,
                publication=publication,
                record=RecordInput(title="Mới", kind="book"),
                files=[checked],
                unit=publication.unit,
                submit=False,
                by=SYSTEM,
            )
            session.commit()
        holdings.incoming.discard(received)

    meanwhile(replace_files)
    Worker(replace_settings(holdings, ocr_processes=2)).run(until_idle=True)
    assert states(holdings) == [("ocr", "done")]
    with holdings.database.reading() as session:
        (page,) = session.scalars(select(Page))
        assert page.text == LINES[1]
        assert len(session.scalars(select(PageWords)).all()) == 1
        assert session.scalars(select(File.problem_code)).all() == [None]
    assert_converged(holdings, {publication_id: 1})


def test_publication_that_is_removed_meanwhile_leaves_nothing_behind(
    holdings, deposited, meanwhile
):
    gone = deposited(data=scan(*LINES))
    stays = deposited(data=scan(LINES[2]))

    def remove() -> None:
        with holdings.database.writing() as session:
            running = session.scalars(select(Job).where(Job.state == JobState.RUNNING)).one()
            assert running.publication_id == gone
            session.delete(session.get_one(Publication, gone))
            session.commit()

    meanwhile(remove)
    Worker(replace_settings(holdings, ocr_processes=2)).run(until_idle=True)
    assert states(holdings) == [("ocr", "done")]
    assert {job.publication_id for job in jobs_of(holdings)} == {stays}
    assert hits(holdings, "giai phong quan") == [1]


def test_recognition_that_is_paused_meanwhile_ends_what_it_holds(holdings, deposited, meanwhile):
    deposited(data=scan(LINES[0]))
    deposited(data=scan(LINES[1]))

    def stop() -> None:
        with holdings.database.writing() as session:
            pauses.pause(session, [job_stage(session)], by=SYSTEM)
            session.commit()

    def job_stage(session):
        return session.scalars(select(Job.stage).where(Job.state == JobState.RUNNING)).one()

    meanwhile(stop)
    Worker(holdings).run(until_idle=True)
    assert sorted(states(holdings)) == [("none", "waiting"), ("ocr", "done")]
