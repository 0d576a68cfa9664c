"""Case 38, and the catalogue made from `uploads/` alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from archive.core.dates import now
from archive.core.identifiers import new_id
from archive.core.roles import ANYONE, SYSTEM, Role
from archive.core.status import Status
from archive.models import Event, File, Job, Page, Publication, Unit, User
from archive.search.requests import SearchRequest
from archive.services import reviews, units
from archive.services.authorities.loading import load_facts
from archive.services.catalogue import viewer_of
from archive.services.holdings import Holdings, object_id
from archive.storage import fixity
from archive.storage.layout import object_path
from archive.web.context import EXTENSION
from archive.worker.loop import Worker
from tests.conftest import ROOT, make_pdf, make_user, open_app, sign_in
from tests.integration.conftest import assert_converged, environment, write_csv


def counts(holdings: Holdings) -> dict[str, int]:
    with holdings.database.reading() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Publication, File, Page, Event, User, Unit)
        }


def digests(holdings: Holdings) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(sorted(holdings.originals.inventory(name).content_paths().values()))
        for name in holdings.originals.object_ids()
    }


def hits(holdings: Holdings, query: str) -> list[tuple[str, int, float]]:
    found = holdings.index.search(SearchRequest(viewer=viewer_of(ANYONE), query=query))
    return [(item.work_id, item.pages_matched, round(item.score, 5)) for item in found.items]


@pytest.fixture
def elsewhere(settings, tmp_path):
    """The settings of an empty archive on another machine."""
    other = tmp_path / "khac"
    return replace(
        settings,
        instance=other / "instance",
        database_url=f"sqlite:///{other / 'instance' / 'archive.db'}",
        uploads=other / "uploads",
        index=other / "index",
    )


def flask(settings, *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, args)],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=90,
    )


@pytest.mark.slow
def test_restored_archive_has_the_same_counts_digests_and_sign_ins(
    app, holdings, deposited, work, cli, settings, elsewhere, tmp_path, start
):
    email = make_user(holdings, Role.CURATOR)
    client = app.test_client()
    sign_in(client, email)
    cookie = client.get_cookie("session").value
    for number in range(2):
        deposited(title=f"Số {number}")
    work()
    worker = start("worker")
    busy = deposited(title="Đang đọc", data=make_pdf(*(f"Trang {n}" for n in range(1, 21))))
    target = tmp_path / "sao-luu.tar.gz"
    assert cli("backup", target).exit_code == 0
    worker.terminate()
    worker.wait(timeout=15)
    assert [path.name for path in tmp_path.glob("*sao-luu*")] == [target.name]

    assert flask(elsewhere, "restore", target).returncode == 0
    assert flask(elsewhere, "db", "upgrade").returncode == 0
    with replaced(elsewhere) as (other, restored):
        with restored.database.writing() as session:
            session.execute(
                update(Job).where(Job.lease_until.is_not(None)).values(lease_until=now())
            )
            session.commit()
        Worker(restored).run(until_idle=True)
        Worker(holdings).run(until_idle=True)
        assert counts(restored) == counts(holdings)
        assert digests(restored) == digests(holdings)
        assert all(report.problems == () for report in fixity.walk(restored.originals))
        with restored.database.reading() as session:
            ids = session.scalars(select(Publication.id)).all()
        assert_converged(restored, {name: 20 if name == busy else 3 for name in ids})
        assert hits(restored, "pac bo") == hits(holdings, "pac bo")
        old = other.test_client()
        old.set_cookie("session", cookie)
        assert old.get("/duyet-nop").status_code == 200
        assert sign_in(other.test_client(), email).status_code == 302


class replaced:  # noqa: N801
    """The other archive opened, and closed again."""

    def __init__(self, settings) -> None:
        self._settings = settings

    def __enter__(self):
        self._app = open_app(self._settings)
        return self._app, self._app.extensions[EXTENSION]

    def __exit__(self, *_: object) -> None:
        self._app.extensions[EXTENSION].database.close()


def state(folder: Path) -> dict[str, bytes]:
    """Every file that counts, with its bytes; SQLite's side files and locks come and go."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def backup(holdings, deposited, work, cli, tmp_path) -> Path:
    deposited()
    work()
    path = tmp_path / "sao-luu.tar"
    assert cli("backup", path).exit_code == 0
    return path


def test_restore_into_an_archive_that_holds_something_is_refused(backup, holdings, cli):
    before = counts(holdings), digests(holdings)
    done = cli("restore", backup)
    assert done.exit_code == 1
    assert "đã có dữ liệu" in done.stderr
    assert (counts(holdings), digests(holdings)) == before


def test_backup_is_not_written_over_a_file_unasked(cli, holdings, deposited, tmp_path):
    target = tmp_path / "sao-luu.tar"
    target.write_bytes(b"quan trong")
    refused = cli("backup", target)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"Tệp {target} đã có" in refused.stderr
    assert target.read_bytes() == b"quan trong"
    assert cli("backup", target, "--force").exit_code == 0
    assert target.stat().st_size > 10_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_backup_database_and_what_is_restored_are_closed_to_other_accounts(
    backup, settings, elsewhere
):
    def modes(*paths: Path) -> set[str]:
        assert paths
        return {oct(path.stat().st_mode & 0o777) for path in paths}

    assert modes(backup) == {"0o600"}
    beside = [*settings.instance.glob("archive.db*")]
    assert {path.name for path in beside} >= {"archive.db", "archive.db-wal", "archive.db-shm"}
    assert modes(*beside) == {"0o600"}
    assert flask(elsewhere, "restore", backup).returncode == 0
    originals = list(elsewhere.uploads.rglob("record.json"))
    assert modes(elsewhere.instance / "archive.db", *originals) == {"0o600"}


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def replace_all(_data: bytes) -> bytes:
    return b"no archive at all"


@pytest.mark.parametrize("spoil", [cut, flip, replace_all], ids=lambda spoil: spoil.__name__)
def test_spoilt_backup_is_refused_and_changes_nothing(backup, elsewhere, spoil):
    backup.write_bytes(spoil(backup.read_bytes()))
    with replaced(elsewhere) as (app, _):
        before = state(elsewhere.instance.parent)
        done = app.test_cli_runner().invoke(args=["restore", str(backup)])
        assert done.exit_code == 1
        assert isinstance(done.exception, SystemExit)
        assert done.stderr.strip().endswith(".")
        assert state(elsewhere.instance.parent) == before


def test_backup_that_finds_no_room_leaves_nothing_and_says_so(
    holdings, deposited, settings, tmp_path
):
    deposited()
    folder = tmp_path / "day"
    folder.mkdir()
    with holdings.database.reading() as session:
        size_bytes = session.scalar(
            text("select page_count * page_size from pragma_page_count, pragma_page_size")
        )
    command = (
        "import resource, runpy, sys;"
        # Room for the copy of the database, and not for the whole backup.
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size_bytes + 8192},) * 2);"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"sys.argv = ['flask', '--app', 'wsgi', 'backup', {str(folder / 'b.tar')!r}];"
        "runpy.run_module('flask', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Không đủ chỗ" in done.stderr
    assert list(folder.iterdir()) == []


def test_backup_into_a_folder_that_is_not_there_says_so(cli, holdings, tmp_path):
    done = cli("backup", tmp_path / "khong" / "co.tar")
    assert "Không có thư mục" in done.stderr
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "khong").exists()


@pytest.mark.slow
def test_catalogue_is_made_again_from_uploads_alone(
    holdings, app, deposited, work, settings, elsewhere, cli, tmp_path
):
    with holdings.database.writing() as session:
        # The rebuilt archive has them too, and they speak in the index.
        load_facts(session)
        for code, parent in (("tinh-uy", ""), ("a-ban", "tinh-uy")):
            given = units.UnitInput(code=code, name=f"Đơn vị {code}", kind="ban", parent=parent)
            units.create_unit(session, given, by=SYSTEM)
        session.commit()
    # Storage is walked in the order of its folders: the unit below comes in before the one above.
    first, last = sorted((new_id(), new_id()), key=lambda name: object_path(object_id(name)))
    accepted = deposited(
        title="Đã nhận",
        unit="a-ban",
        publication_id=first,
        values={"themes": ("Di tích",), "events": ("Ngày 22/12",), "creators": ("Nguyễn A",)},
    )
    deposited(title="Của tỉnh ủy", unit="tinh-uy", publication_id=last)
    returned = deposited(title="Cần sửa", status=Status.SUBMITTED)
    sheet = write_csv(tmp_path / "b.csv", "title,issued,themes", "Cần sưu tầm,2020,Thơ")
    assert cli("import", sheet).exit_code == 0
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, returned)
        reviews.return_to_depositor(session, publication, by=SYSTEM, note="Thiếu bìa")
        session.commit()
    work()

    def catalogue(opened: Holdings) -> dict[str, object]:
        with opened.database.reading() as session:
            return {
                "publications": sorted(
                    (
                        *(row.id, row.title, row.status, row.issued, row.kind, row.access),
                        *(row.unit.code, row.page_count, row.added_at, row.object_version),
                        *((value.field, value.value) for value in row.values),
                    )
                    for row in session.scalars(select(Publication))
                ),
                "files": sorted(
                    (file.publication_id, file.position, file.name, file.sha256, file.page_count)
                    for file in session.scalars(select(File))
                ),
                "events": sorted(
                    (event.publication_id, event.at, event.kind, event.note, event.actor_name)
                    for event in session.scalars(select(Event).where(Event.publication_id != ""))
                ),
                "units": sorted(
                    (row.code, row.name, row.kind, row.parent.code if row.parent else "")
                    for row in session.scalars(
                        select(Unit).join(Publication, Publication.unit_id == Unit.id)
                    )
                ),
                "pages": sorted(
                    (page.publication_id, page.number, page.text)
                    for page in session.scalars(select(Page))
                ),
            }

    shutil.copytree(settings.uploads, elsewhere.uploads)
    assert flask(elsewhere, "catalogue", "rebuild").returncode == 0
    again = flask(elsewhere, "catalogue", "rebuild")
    assert (again.returncode, "Đã dựng lại 0" in again.stderr) == (0, True)
    with replaced(elsewhere) as (_, rebuilt):
        Worker(rebuilt).run(until_idle=True)
        assert catalogue(rebuilt) == catalogue(holdings)
        assert hits(rebuilt, "pac bo") == hits(holdings, "pac bo")
        assert hits(rebuilt, "can suu tam") == hits(holdings, "can suu tam")
        assert [hit[0] for hit in hits(rebuilt, "ngày 22/12")][:1] == [accepted]


def test_one_damaged_object_does_not_stop_the_rebuild(holdings, deposited, settings, elsewhere):
    good, bad = deposited(title="Lành"), deposited(title="Hỏng")
    stored = holdings.originals.path(f"an-pham:{bad}", "record.json")
    stored.write_bytes(stored.read_bytes()[:-5])
    shutil.copytree(settings.uploads, elsewhere.uploads)
    done = flask(elsewhere, "catalogue", "rebuild")
    assert done.returncode == 1
    assert bad in done.stderr
    with replaced(elsewhere) as (_, rebuilt), rebuilt.database.reading() as session:
        assert session.scalars(select(Publication.id)).all() == [good]
