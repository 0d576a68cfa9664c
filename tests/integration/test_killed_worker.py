"""Case 28: the worker is killed outright wherever it stands; the next one brings all to the end."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import select

from archive.core.roles import Role
from archive.core.status import JobState, Status
from archive.models import Job, Page, Stage
from archive.services.heartbeats import worker_is_alive
from tests.conftest import make_pdf, post
from tests.integration.conftest import (
    assert_converged,
    end_leases,
    jobs_of,
    page_numbers,
    wait_until,
)


@pytest.mark.slow
def test_kill_after_every_commit_of_intake_converges(holdings, deposited, doomed, long_pdf, pdf):
    pages = {
        deposited(title="Sáu mươi trang", data=long_pdf): 60,
        deposited(title="Ba trang", data=pdf): 3,
    }
    kills = 0
    # A claim, then one or two commits further: no boundary between text and index is left out.
    # Drawing many pages reports its progress often, so it is cut off a few times only. Of three
    # turns, since two jobs that take turns would meet the same of two each time.
    while any(job.stage is not Stage.IMAGES for job in unfinished(holdings)):
        assert doomed.run(task="work", care=False, kill_at=2 + kills % 3) == signal.SIGKILL
        kills += 1
        assert kills < 40, "no progress"
    assert kills >= 6
    assert page_numbers(holdings, next(iter(pages))) == list(range(1, 61))
    for kill_at in (1, 2, 3):
        assert doomed.run(task="work", care=False, kill_at=kill_at) == signal.SIGKILL
    assert doomed.run(task="work") == 0
    assert_converged(holdings, pages)


@pytest.mark.slow
def test_kill_before_every_commit_of_intake_converges(holdings, deposited, doomed, pdf):
    pages = {deposited(title="Ba trang", data=pdf): 3}
    for kill_at in range(1, 9):
        doomed.run(task="work", kill_at=kill_at, when="before")
    assert doomed.run(task="work") == 0
    assert_converged(holdings, pages)


def test_kill_while_the_record_is_stored_converges(
    holdings, deposited, doomed, work, signed_in, pdf
):
    publication_id = deposited(status=Status.SUBMITTED)
    work()
    post(signed_in(Role.CURATOR), f"/an-pham/{publication_id}/nhan", {})
    for step in ("staged", "in place", "inventory replaced", "done"):
        doomed.run(task="work", kill_step=step)
    assert doomed.run(task="work") == 0
    for path in (holdings.incoming.folder / "staging").iterdir():
        # What a killed writer staged is swept by its age.
        os.utime(path, (0, 0))
    assert doomed.run(task="work") == 0
    assert_converged(holdings, {publication_id: 3})
    object_name = f"an-pham:{publication_id}"
    assert b'"status": "accepted"' in holdings.originals.record(object_name)


def unfinished(holdings) -> list[Job]:
    return [job for job in jobs_of(holdings) if job.state is not JobState.DONE]


@pytest.mark.slow
def test_real_worker_killed_while_it_reads_is_replaced_without_loss(
    holdings, deposited, start, long_pdf
):
    publication_id = deposited(data=long_pdf)
    worker = start("worker")

    def reads() -> bool:
        with holdings.database.reading() as session:
            return session.scalar(select(Page.id).limit(1)) is not None

    wait_until(reads)
    worker.kill()
    worker.wait()
    end_leases(holdings)
    assert start("worker", "--until-idle").wait(timeout=60) == 0
    assert_converged(holdings, {publication_id: 60})


@pytest.mark.slow
def test_real_worker_told_to_stop_gives_its_job_back_at_the_next_page(holdings, deposited, start):
    publication_id = deposited(data=make_pdf(*(f"Trang {n}" for n in range(1, 21))))
    worker = start("worker")

    def draws() -> bool:
        return any(
            job.stage is Stage.IMAGES and job.state is JobState.RUNNING and job.done_pages
            for job in jobs_of(holdings)
        )

    wait_until(draws)
    worker.terminate()
    assert worker.wait(timeout=10) == 0
    (job,) = (job for job in jobs_of(holdings, publication_id) if job.stage is Stage.IMAGES)
    assert (job.state, job.attempts, job.lease_until) == (JobState.QUEUED, 0, None)
    with holdings.database.reading() as session:
        assert not worker_is_alive(session)
    assert start("worker", "--until-idle").wait(timeout=60) == 0
    assert_converged(holdings, {publication_id: 20})
