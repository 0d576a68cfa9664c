"""The demo archive goes through the same intake as anything else, is searched as people search,
and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

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
from bench.forty import STAGES, ask, line, rank, read_table
from tests.conftest import ROOT, make_pdf, missing, sign_in
from tests.integration.conftest import leftovers
from tests.integration.standing import Standing, standing_archive

REAL = "kh0ngm1nhh0a"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The demo archive and one publication that is none of it, read but not drawn: made once, and
    changed by no test."""
    if not (ROOT / "node_modules" / FONTS).is_dir():
        missing("node_modules (make assets)")
    with standing_archive(tmp_path_factory.mktemp("demo"), max_upload_bytes=20_000_000) as archive:
        archive.put("Thật", make_pdf("Thác Bản Giốc"), publication_id=REAL)
        assert archive.app.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 0
        assert leftovers(archive.holdings) == []
        with archive.holdings.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Page)) == 0
        Worker(archive.holdings, stages=STAGES).run(until_idle=True)
        yield archive


@pytest.fixture
def copied(loaded: Standing, tmp_path: Path) -> Iterator[Standing]:
    """The same in folders of its own, for whoever changes it."""
    for folder in ("instance", "uploads", "index"):
        shutil.copytree(loaded.holdings.settings.instance.parent / folder, tmp_path / folder)
    with standing_archive(tmp_path, max_upload_bytes=20_000_000) as archive:
        yield archive


def test_every_demo_page_comes_from_a_finished_extraction(loaded: Standing) -> None:
    holdings = loaded.holdings
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


def test_removal_leaves_the_real_publications_alone(copied: Standing) -> None:
    app, holdings, settings = copied.app, copied.holdings, copied.holdings.settings

    def cli(*args: str) -> int:
        return app.test_cli_runner().invoke(args=args).exit_code

    def ids() -> list[str]:
        with holdings.database.reading() as session:
            return list(session.scalars(select(Publication.id).order_by(Publication.id)))

    before = ids()
    assert len(before) == len(publications()) + 1
    assert cli("demo", "load") == 0
    assert ids() == before
    path = settings.instance / "demo-accounts.json"
    people = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [row["role"] for row in people].count("depositor") == 2
    for row in people:
        assert set(row) == {"role", "email", "password", "unit"}
        signed = sign_in(app.test_client(), row["email"], row["password"])
        assert signed.status_code == 302

    assert cli("demo", "remove") == 0
    assert ids() == [REAL]
    with holdings.database.reading() as session:
        assert session.scalars(select(User)).all() == []
    assert list(holdings.originals.object_ids()) == [f"an-pham:{REAL}"]
    assert set(holdings.index.revisions()) == {REAL}
    assert not path.exists()
    # The next start does not bring it back by itself.
    assert was_removed(settings.instance)
    # Nothing of it is made again from storage either.
    assert cli("catalogue", "rebuild") == 0
    assert ids() == [REAL]


def test_every_one_of_forty_queries_finds_its_page_first(loaded: Standing) -> None:
    found = [(asked, ask(loaded.holdings, asked.query)) for asked in read_table()]
    missed = [line(asked, places) for asked, places in found if rank(places, asked) != 1]
    assert missed == []


def test_forty_queries_show_how_people_type() -> None:
    table = read_table()
    assert len({asked.query for asked in table}) == len(table) == 40
    by_typing = {asked.typing: asked.query for asked in table}
    assert not unicodedata.is_normalized("NFC", by_typing["NFD"])
    assert by_typing["without marks"].isascii()
    assert by_typing["Telex"].isascii()
    assert "\N{LATIN CAPITAL LETTER ETH}" in by_typing["Eth for đ"]
    titles = {publication.title for publication in publications()}
    assert {asked.title for asked in table} <= titles
