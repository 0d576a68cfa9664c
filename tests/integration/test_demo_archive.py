"""The demo archive goes through the same intake as anything else, is searched as people search,
and leaves nothing behind."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.cli.demo import FONTS
from archive.core.errors import QueryRefusedError
from archive.core.roles import ANYONE
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
from archive.search.requests import SearchRequest
from archive.search.results import SearchResults
from archive.services.catalogue import viewer_of
from archive.services.searching import results_notice, search
from archive.web.listing import SORTS
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


Row = dict[str, str]
REFERENCE = ROOT / "docs" / "reference" / "search-language.md"


def tables(*head: str) -> list[Row]:
    """The rows of all tables of the search language's reference that have this head."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    rows: list[Row] = []
    for block in blocks:
        first, _, *others = (line[2:-2].split(" | ") for line in block.splitlines())
        if tuple(first) == head:
            rows += [dict(zip(head, other, strict=True)) for other in others]
    assert rows, head
    return rows


def typed(cell: str) -> str:
    """The query in a cell: what stands between its backticks."""
    assert cell[0] == cell[-1] == "`", cell
    return cell[1:-1]


def look(loaded: Standing, query: str) -> SearchResults:
    """As a reader without an account."""
    request = SearchRequest(viewer=viewer_of(ANYONE), query=query, per_page=50)
    with loaded.holdings.database.reading() as session:
        return search(session, loaded.holdings.index, request, actor=ANYONE).results


def places(results: SearchResults) -> list[tuple[str, list[int]]]:
    return [(item.work_id, [page.number for page in item.pages]) for item in results.items]


def as_typed(loaded: Standing, query: str) -> SearchResults:
    """What the query finds, which is something and just what was asked for."""
    found = look(loaded, query)
    assert found.total > 0, query
    assert results_notice(found) == "", query
    return found


@pytest.mark.parametrize("row", tables("Gõ", "Tìm thấy"), ids=lambda row: row["Gõ"])
def test_example_of_the_reference_finds_something(loaded: Standing, row: Row) -> None:
    as_typed(loaded, typed(row["Gõ"]))


@pytest.mark.parametrize("row", tables("Gõ", "Như gõ"), ids=lambda row: row["Gõ"])
def test_two_typings_that_the_reference_calls_one_find_the_same(loaded: Standing, row: Row) -> None:
    one, other = (as_typed(loaded, typed(cell)) for cell in row.values())
    assert places(one) == places(other)
    assert (one.total, one.total_pages) == (other.total, other.total_pages)


@pytest.mark.parametrize("row", tables("Gõ", "Hiểu là"), ids=lambda row: row["Gõ"])
def test_typing_that_the_reference_says_is_understood_finds_the_same_first(
    loaded: Standing, row: Row
) -> None:
    meant = ask(loaded.holdings, typed(row["Hiểu là"]))
    assert ask(loaded.holdings, typed(row["Gõ"]))[:1] == meant[:1] != []


@pytest.mark.parametrize("row", tables("Gõ", "Gợi ý"), ids=lambda row: row["Gõ"])
def test_suggestion_of_the_reference_is_made(loaded: Standing, row: Row) -> None:
    assert look(loaded, typed(row["Gõ"])).suggestion.lower() == row["Gợi ý"]


@pytest.mark.parametrize(
    "row", tables("Tìm trong", "Tiền tố", "Tiếng Anh", "Ví dụ"), ids=lambda row: row["Tiền tố"]
)
def test_prefix_narrows_in_both_languages_and_with_marks(loaded: Standing, row: Row) -> None:
    vietnamese, english, example = (typed(row[name]) for name in ("Tiền tố", "Tiếng Anh", "Ví dụ"))
    assert vietnamese in example
    found = as_typed(loaded, example)
    for prefix in (english, vietnamese.upper()):
        assert places(as_typed(loaded, example.replace(vietnamese, prefix))) == places(found)
    elsewhere = re.sub(rf'{vietnamese}("[^"]*"|\S+)', f"{vietnamese}1900", example)
    assert look(loaded, elsewhere).total == 0


@pytest.mark.parametrize("row", tables("Chỗ sai", "Gõ", "Đọc như"), ids=lambda row: row["Chỗ sai"])
def test_broken_query_of_the_reference_is_read_as_words(loaded: Standing, row: Row) -> None:
    broken, plain = look(loaded, typed(row["Gõ"])), look(loaded, typed(row["Đọc như"]))
    assert broken.read_as_words
    assert not plain.read_as_words
    assert places(broken) == places(plain)
    assert "được đọc như các từ thường" in results_notice(broken)


@pytest.mark.parametrize(
    "row", tables("Khi", "Gõ", "Trang kết quả nói"), ids=lambda row: row["Khi"]
)
def test_notice_of_the_reference_is_given(loaded: Standing, row: Row) -> None:
    assert results_notice(look(loaded, typed(row["Gõ"]))) == row["Trang kết quả nói"].strip("“”")


def test_every_example_within_a_sentence_of_the_reference_finds_something(loaded: Standing) -> None:
    text = re.sub(r"^\|.*\n", "", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    examples = [example for example in re.findall("`([^`]+)`", text) if not example.startswith("/")]
    assert len(examples) >= 5
    for example in examples:
        as_typed(loaded, example)


def test_reference_names_the_limits_and_the_orders(loaded: Standing) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    limits = {}
    for query in ("x" * 10_000, "x " * 1_000):
        with pytest.raises(QueryRefusedError) as refused:
            look(loaded, query)
        limits[refused.value.data["limit"]] = refused.value.data["value"]
    assert f"quá {limits['characters']:,} ký tự".replace(",", ".") in text
    assert f"quá {limits['terms']} từ" in text
    for label in SORTS.values():
        assert f"**{label}**" in text
