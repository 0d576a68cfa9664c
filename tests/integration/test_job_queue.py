"""The queue as workers and services meet it: leases, fences, attempts, order, batches (case 34)."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.core.dates import now
from archive.core.roles import SYSTEM
from archive.core.status import JobState
from archive.models import Job, Publication, Stage
from archive.models.database import sqlite_module
from archive.search.requests import SearchRequest
from archive.services import jobs, reviews
from archive.services.catalogue import viewer_of
from archive.services.jobs import MOST_ATTEMPTS, StaleLeaseError
from archive.worker.loop import Worker
from tests.conftest import make_pdf
from tests.integration.conftest import (
    assert_converged,
    end_leases,
    give_up,
    jobs_of,
    page_numbers,
    wait_until,
)

LEASE = timedelta(seconds=60)


def claim(holdings, **given):
    with holdings.database.writing() as session:
        claims = jobs.claim(session, lease=given.pop("lease", LEASE), **given)
        session.commit()
    return claims


def enqueue(holdings, stage, publication_id):
    with holdings.database.writing() as session:
        jobs.enqueue(session, stage, publication_id=publication_id)
        session.commit()


def make_due(holdings):
    with holdings.database.writing() as session:
        for job in session.query(Job).filter_by(state=JobState.QUEUED):
            job.not_before = now()
        session.commit()


def test_claimed_job_is_not_given_to_a_second_worker(holdings, deposited):
    deposited()
    (first,) = claim(holdings)
    assert (first.stage, first.attempts, first.fence) == (Stage.EXTRACT, 1, 1)
    assert claim(holdings) == []


def test_stages_of_one_publication_do_not_overlap(holdings, deposited):
    publication_id = deposited()
    claim(holdings)
    enqueue(holdings, Stage.IMAGES, publication_id)
    assert claim(holdings) == []


def test_same_stage_queued_twice_is_one_job_until_it_is_claimed(holdings, deposited):
    publication_id = deposited()
    for _ in range(3):
        enqueue(holdings, Stage.EXTRACT, publication_id)
    assert len(jobs_of(holdings)) == 1
    claim(holdings)
    enqueue(holdings, Stage.EXTRACT, publication_id)
    # What changed after the claim needs work of its own.
    assert [job.state for job in jobs_of(holdings)] == [JobState.RUNNING, JobState.QUEUED]


def enqueue_only(holdings, stage, publication_id):
    with holdings.database.writing() as session:
        session.query(Job).filter_by(publication_id=publication_id).delete()
        session.commit()
    enqueue(holdings, stage, publication_id)


def test_text_comes_before_images_and_recognition_last(holdings, deposited):
    stages = (Stage.OCR, Stage.IMAGES, Stage.RECORD, Stage.INDEX, Stage.EXTRACT)
    for number, stage in enumerate(stages):
        enqueue_only(holdings, stage, deposited(title=f"Số {number}"))
    taken = [claim(holdings)[0].stage for _ in stages]
    assert taken == [Stage.EXTRACT, Stage.INDEX, Stage.RECORD, Stage.IMAGES, Stage.OCR]


def test_entry_lets_a_text_go_first_for_a_second_and_no_longer(holdings, deposited):
    for stage in (Stage.EXTRACT, Stage.INDEX):
        enqueue_only(holdings, stage, deposited(title=stage.value))
    with holdings.database.writing() as session:
        job = session.query(Job).filter_by(stage=Stage.INDEX).one()
        job.not_before -= timedelta(seconds=1.1)
        session.commit()
    assert [claim(holdings)[0].stage for _ in range(2)] == [Stage.INDEX, Stage.EXTRACT]


def test_index_jobs_are_written_in_one_commit_of_the_index(holdings, deposited, work):
    ids = [deposited(title=f"Số {n}") for n in range(3)]
    work()
    before = holdings.index.status().commit
    for publication_id in ids:
        enqueue(holdings, Stage.INDEX, publication_id)
    assert Worker(holdings).run_once()
    assert holdings.index.status().commit == before + 1
    assert all(job.state is JobState.DONE for job in jobs_of(holdings))


def test_heartbeat_extends_the_lease_of_every_job_that_is_still_held(holdings, deposited):
    deposited()
    deposited(title="Hai")
    first, second = claim(holdings)[0], claim(holdings)[0]
    with holdings.database.writing() as session:
        session.get_one(Job, second.job_id).fence += 1
        held = jobs.keep_alive(session, [first, second], lease=timedelta(hours=1))
        session.commit()
    assert held == [first]
    leases = [job.lease_until for job in jobs_of(holdings)]
    assert leases[0] > now() + timedelta(minutes=50)
    assert leases[1] < now() + timedelta(minutes=2)


def test_job_that_another_took_over_does_not_keep_the_others_from_ending(holdings, deposited):
    deposited()
    deposited(title="Hai")
    first, second = claim(holdings)[0], claim(holdings)[0]
    with holdings.database.writing() as session:
        session.get_one(Job, first.job_id).fence += 1
        assert jobs.complete_standing(session, [first, second]) == [second]
        session.commit()
    assert [job.state for job in jobs_of(holdings)] == [JobState.RUNNING, JobState.DONE]


def test_stages_queued_together_join_the_one_that_waits(holdings, deposited, work):
    publication_id = deposited()
    work()
    with holdings.database.writing() as session:
        jobs.enqueue(session, Stage.INDEX, publication_id=publication_id, wait=timedelta(minutes=5))
        jobs.enqueue(session, Stage.INDEX, Stage.IMAGES, publication_id=publication_id)
        session.commit()
    queued = [job for job in jobs_of(holdings) if job.state is JobState.QUEUED]
    assert {job.stage for job in queued} == {Stage.INDEX, Stage.IMAGES}
    assert len(queued) == 2
    assert all(job.not_before <= now() for job in queued)


def test_job_outlives_a_lease_much_shorter_than_its_work(holdings, deposited, long_pdf):
    publication_id = deposited(data=long_pdf)
    short = replace(holdings, settings=replace(holdings.settings, lease=timedelta(seconds=0.01)))
    Worker(short, stages=(Stage.EXTRACT, Stage.INDEX)).run(until_idle=True)
    assert page_numbers(holdings, publication_id) == list(range(1, 61))
    done = [job for job in jobs_of(holdings) if job.stage is Stage.EXTRACT]
    assert [(job.state, job.fence) for job in done] == [(JobState.DONE, 1)]
    assert done[0].finished_at - done[0].created_at > timedelta(seconds=0.02)


def test_lost_job_goes_to_another_worker_and_the_first_one_writes_nothing(holdings, deposited):
    deposited()
    (lost,) = claim(holdings, lease=timedelta(0))
    (taken,) = claim(holdings)
    assert (taken.job_id, taken.attempts) == (lost.job_id, 2)
    with holdings.database.writing() as session:
        for write in (
            lambda: jobs.report_progress(session, lost, done=1, total=3),
            lambda: jobs.complete(session, lost),
            lambda: jobs.postpone(session, lost, error_code="x"),
            lambda: jobs.keep_alive(session, [lost], lease=LEASE),
        ):
            with pytest.raises(StaleLeaseError):
                write()
        jobs.release(session, lost)
        session.commit()
    (job,) = jobs_of(holdings)
    assert (job.state, job.fence) == (JobState.RUNNING, taken.fence)


def test_job_whose_workers_die_fails_for_good_after_the_last_attempt(holdings, deposited):
    publication_id = deposited()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim(holdings, lease=timedelta(0))[0].attempts == attempt
    assert claim(holdings) == []
    (job,) = jobs_of(holdings)
    assert (job.state, job.error_code) == (JobState.FAILED, "worker_lost")
    with holdings.database.writing() as session:
        jobs.retry(session, job.id)
        session.commit()
    (again,) = jobs_of(holdings)
    assert (again.state, again.attempts, again.publication_id) == (
        JobState.QUEUED,
        0,
        publication_id,
    )


def test_attempts_that_bring_pages_do_not_count_towards_the_last_one(holdings, deposited):
    deposited()
    for done in range(1, 2 * MOST_ATTEMPTS):
        (held,) = claim(holdings, lease=timedelta(minutes=1))
        with holdings.database.writing() as session:
            jobs.report_progress(session, held, done=done, total=99, advanced=True)
            session.commit()
        end_leases(holdings)
    assert claim(holdings) != []


def test_postponed_job_waits_longer_each_time(holdings, deposited):
    deposited()
    waits = []
    for _ in range(3):
        make_due(holdings)
        (held,) = claim(holdings)
        with holdings.database.writing() as session:
            jobs.postpone(session, held, error_code="storage_damaged")
            session.commit()
        assert claim(holdings) == []
        waits.append(round((jobs_of(holdings)[0].not_before - now()).total_seconds()))
    assert waits == [2, 8, 32]


def test_fault_that_passes_uses_up_no_attempt(holdings, deposited):
    deposited()
    for _ in range(2 * MOST_ATTEMPTS):
        (held,) = claim(holdings)
        with holdings.database.writing() as session:
            jobs.postpone(session, held, error_code="storage_full", wait=timedelta(0))
            session.commit()
    assert jobs_of(holdings)[0].state is JobState.QUEUED


def test_released_job_is_due_at_once_and_its_attempt_is_given_back(holdings, deposited):
    deposited()
    (held,) = claim(holdings)
    with holdings.database.writing() as session:
        jobs.release(session, held)
        session.commit()
    (again,) = claim(holdings)
    assert again.attempts == 1


def test_done_work_clears_its_earlier_failure(holdings, deposited, work):
    publication_id = deposited()
    (held,) = claim(holdings)
    with holdings.database.writing() as session:
        give_up(session, held, error_code="storage_damaged")
        jobs.enqueue(session, Stage.EXTRACT, publication_id=publication_id)
        session.commit()
    work()
    assert_converged(holdings, {publication_id: 3})


def test_numbers_of_files_and_jobs_are_never_given_twice(holdings, deposited):
    first = deposited()
    with holdings.database.writing() as session:
        session.delete(session.get_one(Publication, first))
        session.commit()
    deposited()
    assert [job.id for job in jobs_of(holdings)] == [2]


def test_worker_that_slept_past_its_lease_does_not_put_old_entries_over_new_ones(
    holdings, deposited, work
):
    publication_id = deposited(title="Tên cũ")
    work()
    enqueue(holdings, Stage.INDEX, publication_id)
    slept = claim(holdings, lease=timedelta(0))
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        reviews.withdraw(session, publication, by=SYSTEM, note="thu hồi")
        session.commit()
    work()
    from archive.worker import stages

    commit = holdings.index.status().commit
    with pytest.raises(StaleLeaseError):
        stages.run_index(holdings, slept)
    assert holdings.index.status().commit == commit


def test_one_vanished_publication_does_not_hold_up_its_batch(holdings, deposited, work):
    ids = [deposited(title=f"Số {n}") for n in range(3)]
    work()
    for publication_id in ids:
        enqueue(holdings, Stage.INDEX, publication_id)
    claims = claim(holdings, stages=(Stage.INDEX,), limit=10)
    with holdings.database.writing() as session:
        session.delete(session.get_one(Publication, ids[0]))
        session.commit()
    from archive.worker import stages

    stages.run_index(holdings, claims)
    assert {job.state for job in jobs_of(holdings)} == {JobState.DONE}


def test_index_held_by_another_writer_is_waited_for_without_an_attempt(holdings, deposited, work):
    publication_id = deposited()
    work()
    enqueue(holdings, Stage.INDEX, publication_id)
    with holdings.index.writer():
        assert Worker(holdings).run_once()
    (job,) = (job for job in jobs_of(holdings) if job.state is JobState.QUEUED)
    assert (job.attempts, job.error_code) == (0, "index_unavailable")
    work()
    hits = holdings.index.search(SearchRequest(viewer=viewer_of(SYSTEM), query="pac bo"))
    assert hits.total == 1


@pytest.mark.slow
def test_stopped_real_worker_wakes_to_find_its_job_done_by_another(holdings, deposited, start):
    # Long enough that the worker is still reading when it is stopped.
    publication_id = deposited(data=make_pdf(*(f"Trang số {n}" for n in range(1, 2_001))))
    sleeper = start("worker")
    wait_until(lambda: bool(page_numbers(holdings, publication_id)))
    stop_outside_a_write(holdings, sleeper)
    try:
        (reading,) = (job for job in jobs_of(holdings) if job.stage is Stage.EXTRACT)
        assert reading.state is JobState.RUNNING
        end_leases(holdings)
        Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX)).run(until_idle=True)
        before = read_and_indexed(holdings)
        assert page_numbers(holdings, publication_id) == list(range(1, 2_001))
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    time.sleep(1.0)
    sleeper.terminate()
    assert sleeper.wait(timeout=15) == 0
    assert page_numbers(holdings, publication_id) == list(range(1, 2_001))
    assert read_and_indexed(holdings) == before
    assert holdings.index.revisions() == {publication_id: 2}


def stop_outside_a_write(holdings, process):
    """Stop the process where it holds no write lock, which no lease could take from it."""
    sqlite = sqlite_module()
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        with closing(sqlite.connect(holdings.database.path, timeout=0.2)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite.OperationalError:
                os.kill(process.pid, signal.SIGCONT)
                time.sleep(0.01)
            else:
                return


def read_and_indexed(holdings):
    return [
        (job.id, job.state, job.fence, job.finished_at)
        for job in jobs_of(holdings)
        if job.stage in (Stage.EXTRACT, Stage.INDEX)
    ]
