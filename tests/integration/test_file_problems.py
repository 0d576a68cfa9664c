"""Cases 7, 9 and 30: files that cannot be read to their end, and a disk that is full."""

from __future__ import annotations

import errno
import subprocess
import sys
import textwrap

import pytest
from sqlalchemy import select

from archive.core.errors import (
    ExtractorFailedError,
    SearchIndexError,
    StorageBusyError,
    StorageDamagedError,
    StorageFullError,
)
from archive.core.roles import ANYONE, Role
from archive.core.status import JobState
from archive.core.wording import error_sentence, sentence
from archive.extract.limits import Limits
from archive.models import File, Job, Publication, Stage
from archive.search.faults import index_access
from archive.search.requests import SearchRequest
from archive.services import outcomes
from archive.services.catalogue import viewer_of
from archive.services.holdings import object_id
from archive.worker.loop import FULL_WAIT, Worker, _passes_in
from tests.conftest import ROOT, make_pdf
from tests.integration.conftest import (
    assert_converged,
    environment,
    jobs_of,
    leftovers,
    page_numbers,
)


@pytest.fixture
def growing() -> bytes:
    """Five short pages and a long one."""
    return make_pdf(*(f"Trang {n} Pác Bó" for n in range(1, 6)), "chữ " * 400, "Trang cuối")


def test_file_that_meets_a_limit_keeps_its_pages_and_is_not_tried_again(
    holdings, deposited, signed_in, growing
):
    publication_id = deposited(data=growing)
    worker = Worker(holdings, limits=Limits(page_text_bytes=900))
    worker.run(until_idle=True)
    with holdings.database.reading() as session:
        (file,) = session.scalars(select(File)).all()
        (extract,) = session.scalars(select(Job).where(Job.stage == Stage.EXTRACT)).all()
        (told,) = outcomes.publication_states(session, [publication_id])
    assert (file.problem_code, file.problem_data["limit"]) == ("limit_reached", "output_bytes")
    assert told.state == "limit_reached"
    assert page_numbers(holdings, publication_id) == [1, 2, 3, 4, 5]
    assert (extract.state, extract.fence) == (JobState.DONE, 1), "claimed once"
    found = holdings.index.search(SearchRequest(viewer=viewer_of(ANYONE), query="pac bo"))
    assert found.items[0].pages_matched == 5
    original = holdings.originals.path(object_id(publication_id), "files/0001.pdf")
    assert original.read_bytes() == growing
    page = signed_in(Role.CURATOR).get(f"/an-pham/{publication_id}").get_data(as_text=True)
    assert "chứa quá nhiều chữ" in page
    before = [(job.id, job.fence) for job in jobs_of(holdings)]
    Worker(holdings).run(until_idle=True)
    assert [(job.id, job.fence) for job in jobs_of(holdings)] == before


def test_limit_in_one_file_lets_the_other_files_be_read(holdings, deposited, cli, tmp_path):
    for name, text in (("a", "ngắn"), ("b", "dài " * 500), ("c", "Bản Giốc")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    sheet = tmp_path / "s.csv"
    sheet.write_text('file,title\n"a.txt;b.txt;c.txt",Ba tệp\n', encoding="utf-8")
    assert cli("import", sheet).exit_code == 0
    Worker(holdings, limits=Limits(page_text_bytes=900)).run(until_idle=True)
    with holdings.database.reading() as session:
        files = session.scalars(select(File).order_by(File.position)).all()
        publication = session.scalars(select(Publication)).one()
    assert [file.problem_code for file in files] == [None, "limit_reached", None]
    assert publication.page_count == 2
    assert page_numbers(holdings, publication.id) == [1, 2]


@pytest.mark.parametrize(
    "error", [ExtractorFailedError, StorageDamagedError, StorageBusyError, StorageFullError]
)
def test_fault_of_the_machine_has_a_sentence_of_its_own(error):
    assert error_sentence(error()) != sentence("there is no such code")


def test_original_that_is_gone_is_told_and_tried_a_few_times_only(holdings, deposited):
    publication_id = deposited()
    holdings.originals.path(object_id(publication_id), "files/0001.pdf").unlink()
    for _ in range(8):
        with holdings.database.writing() as session:
            for job in session.scalars(select(Job).where(Job.state == JobState.QUEUED)):
                job.not_before = job.created_at
            session.commit()
        worker = Worker(holdings)
        while worker.run_once():
            pass
    (job,) = (job for job in jobs_of(holdings) if job.stage is Stage.EXTRACT)
    assert (job.state, job.error_code, job.attempts) == (JobState.FAILED, "storage_damaged", 5)


LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from archive.app import create_app
from config import load_settings
app = create_app(load_settings())
holdings = app.extensions["archive_holdings"]
# The first connection makes a file of 32 kB for all that share the database: not what is tried.
holdings.database.engine.connect().close()
def limit(size_bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))
"""


def limited(settings, code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` where no file may grow beyond what `limit(bytes)` says: a full disk."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED + textwrap.dedent(code)],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=90,
    )


def test_full_disk_while_files_come_in_is_said_and_nothing_is_half_written(
    holdings, settings, cli, tmp_path
):
    source = tmp_path / "sách.pdf"
    source.write_bytes(make_pdf(*("Pác Bó " * 60 for _ in range(30))))
    done = limited(
        settings,
        f"""
        limit({source.stat().st_size // 2})
        result = app.test_cli_runner().invoke(args=["import", {str(source)!r}, "--json"])
        sys.stdout.write(result.stdout)
        sys.exit(result.exit_code)
        """,
    )
    assert done.returncode == 1, done.stderr
    assert "Ổ đĩa của kho đã đầy" in done.stdout
    assert leftovers(holdings) == []
    assert list(holdings.originals.object_ids()) == []
    with holdings.database.reading() as session:
        assert session.scalars(select(Publication)).all() == []
    assert cli("import", source, "--wait").exit_code == 0


def test_full_disk_while_a_record_is_put_leaves_catalogue_and_storage_as_they_were(
    holdings, deposited, pdf, tmp_path, settings
):
    (tmp_path / "nhỏ.txt").write_text("Pác Bó", encoding="utf-8")
    (tmp_path / "s.csv").write_text(
        "file,title,abstract\nnhỏ.txt,Nhỏ," + "tóm tắt " * 1500 + "\n", encoding="utf-8"
    )
    done = limited(
        settings,
        f"""
        limit(9000)
        result = app.test_cli_runner().invoke(args=["import", {str(tmp_path / "s.csv")!r}])
        sys.stdout.write(result.stderr)
        sys.exit(result.exit_code)
        """,
    )
    assert done.returncode == 1
    assert "đầy" in done.stdout, done.stdout + done.stderr
    assert list(holdings.originals.object_ids()) == []
    assert leftovers(holdings) == []


@pytest.mark.slow
def test_full_disk_while_images_are_made_waits_and_goes_on_when_there_is_room(
    holdings, settings, deposited, work
):
    publication_id = deposited(data=make_pdf(*("Pác Bó " * 40 for _ in range(3))))
    done = limited(
        settings,
        """
        from archive.models import Stage
        from archive.worker.loop import Worker
        worker = Worker(holdings, stages=(Stage.EXTRACT, Stage.INDEX))
        while worker.run_once(): pass
        drawing = Worker(holdings, stages=(Stage.IMAGES,))
        from archive.storage import derivatives
        real = derivatives.Derivatives.write
        def full(self, path, data):
            # The database's own files are larger than an image: only the image meets the limit.
            limit(512)
            try: real(self, path, data)
            finally: limit(resource.RLIM_INFINITY)
        derivatives.Derivatives.write = full
        for _ in range(7):
            from sqlalchemy import update
            from archive.models import Job
            from archive.core.dates import now
            with holdings.database.writing() as session:
                drawing_jobs = update(Job).where(Job.stage == Stage.IMAGES)
                session.execute(drawing_jobs.values(not_before=now()))
                session.commit()
            assert drawing.run_once()
        """,
    )
    assert done.returncode == 0, done.stderr
    (job,) = (job for job in jobs_of(holdings) if job.stage is Stage.IMAGES)
    # As often as it takes: a person who makes room need not look for jobs that gave up.
    assert (job.state, job.error_code, job.attempts) == (JobState.QUEUED, "storage_full", 0)
    assert [path for path in holdings.settings.images_folder.rglob("*") if path.is_file()] == []
    with holdings.database.writing() as session:
        session.get_one(Job, job.id).not_before = job.created_at
        session.commit()
    work()
    assert_converged(holdings, {publication_id: 3})


def test_full_index_disk_is_waited_out_like_a_full_shelf(holdings):
    with pytest.raises(SearchIndexError) as fault, index_access(holdings.settings.search_folder):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert _passes_in(fault.value) == FULL_WAIT
    assert _passes_in(StorageFullError()) == FULL_WAIT
    assert _passes_in(OSError(errno.ENOSPC, "")) == FULL_WAIT
    assert _passes_in(OSError(errno.EIO, "")) is None


def test_incoming_writer_meets_a_full_disk_as_an_error_of_ours(holdings, settings):
    done = limited(
        settings,
        """
        import io
        limit(1000)
        try:
            holdings.incoming.receive(io.BytesIO(b"x" * 5000), limit_bytes=10**6)
        except Exception as error:
            print(type(error).__name__)
        """,
    )
    assert done.stdout.strip() == StorageFullError.__name__
    assert leftovers(holdings) == []
