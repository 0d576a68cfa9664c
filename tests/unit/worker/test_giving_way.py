"""Drawing is the longest stage and the least urgent: it stands aside for what is searched."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from archive.models import Publication, Stage
from archive.services import jobs
from archive.services.catalogue import list_files
from archive.worker.loop import Worker
from tests.conftest import make_pdf

LEASE = timedelta(minutes=1)


@pytest.fixture
def drawing(holdings, deposited):
    """A publication whose text is in the index, and the claim on its drawing."""
    publication_id = deposited()
    Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX, Stage.COMPARE)).run(until_idle=True)
    with holdings.database.writing() as session:
        (claim,) = jobs.claim(session, lease=LEASE, stages=(Stage.IMAGES,))
        session.commit()
    return publication_id, claim


def waits(holdings, claim, **given):
    with holdings.database.reading() as session:
        return jobs.more_urgent_waits(session, claim, **given)


def queue(holdings, stage, publication_id):
    with holdings.database.writing() as session:
        jobs.enqueue(session, stage, publication_id=publication_id)
        session.commit()


def test_nothing_more_urgent_than_drawing_waits_in_an_idle_archive(holdings, drawing):
    assert not waits(holdings, drawing[1])


def test_another_drawing_is_no_reason_to_stand_aside(holdings, drawing, deposited):
    other = deposited(title="Khác")
    Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX, Stage.COMPARE)).run(until_idle=True)
    queue(holdings, Stage.IMAGES, other)
    assert not waits(holdings, drawing[1])


def test_new_deposit_is_more_urgent_than_drawing(holdings, drawing, deposited):
    deposited(title="Mới")
    assert waits(holdings, drawing[1])
    assert not waits(holdings, drawing[1], stages=(Stage.IMAGES,))


def test_index_of_the_very_publication_that_is_drawn_is_more_urgent(holdings, drawing):
    publication_id, claim = drawing
    queue(holdings, Stage.INDEX, publication_id)
    assert waits(holdings, claim)


def test_job_that_waits_for_another_worker_is_no_reason_to_stand_aside(
    holdings, drawing, deposited
):
    other = deposited(title="Khác")
    with holdings.database.writing() as session:
        assert jobs.claim(session, lease=LEASE, stages=(Stage.EXTRACT,))
        jobs.enqueue(session, Stage.INDEX, publication_id=other)
        session.commit()
    assert not waits(holdings, drawing[1])


def test_deposit_made_during_a_long_drawing_is_searchable_before_the_drawing_ends(
    holdings, deposited
):
    long = deposited(title="Dài", data=make_pdf(*(f"Trang {n}" for n in range(60))))
    Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX, Stage.COMPARE)).run(until_idle=True)
    worker = Worker(holdings)
    thread = threading.Thread(target=worker.run, kwargs={"until_idle": True})
    thread.start()
    try:
        drawn = holdings.images.path(long, f"f{_first_file(holdings, long)}", 1, 320)
        _wait(drawn.is_file)
        short = deposited(title="Ngắn")
        _wait(lambda: _is_indexed(holdings, short))
        images_by_then = len(list(holdings.images.folder.rglob("*.webp")))
    finally:
        thread.join(timeout=60)
    assert not thread.is_alive()
    assert images_by_then < 120
    assert len(list(holdings.images.folder.rglob("*.webp"))) == 2 * (60 + 3)


def _first_file(holdings, publication_id):
    with holdings.database.reading() as session:
        return list_files(session, publication_id)[0].id


def _is_indexed(holdings, publication_id):
    with holdings.database.reading() as session:
        publication = session.get(Publication, publication_id)
    done = publication.page_count == 3
    return done and holdings.index.revisions().get(publication_id) == publication.revision


def _wait(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
