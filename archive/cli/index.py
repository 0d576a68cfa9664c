"""`index rebuild`, `index status`, `search`."""

from __future__ import annotations

import re
import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from markupsafe import Markup

from archive.api.rest.routes import FACET_VALUES, search_answer
from archive.cli.console import fail, holdings, messages, print_json, progress_bar, says_errors
from archive.core.roles import ANYONE
from archive.core.wording import size_label
from archive.search.entries import WorkEntry
from archive.search.requests import SearchRequest
from archive.search.results import WorkHit
from archive.services.catalogue import viewer_of
from archive.services.indexing import all_entries, compare
from archive.services.searching import results_notice, search
from archive.web.context import reading

_TAG = re.compile(r"</?mark>")
_PROBLEMS = {"missing": "chưa có", "damaged": "bị hỏng"}


@click.group("index")
def index() -> None:
    """The search index."""


@index.command("rebuild")
@with_appcontext
@says_errors
def rebuild() -> None:
    """Make the index anew from the database, beside the old one, and swap."""
    with holdings().database.reading() as session, progress_bar() as bar:
        task = bar.add_task("Dựng chỉ mục", total=None)

        def counted(entry: WorkEntry) -> WorkEntry:
            bar.advance(task)
            return entry

        generation = holdings().index.rebuild(counted(entry) for entry in all_entries(session))
    status = holdings().index.status()
    messages.print(f"Chỉ mục {generation}: {status.works} ấn phẩm, {status.pages} trang.")


@index.command("status")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
@says_errors
def status(as_json: bool) -> None:
    """What the index holds, and how far it is behind the catalogue."""
    found = holdings().index.status()
    behind = None
    if found.healthy:
        with holdings().database.reading() as session:
            difference = compare(session, holdings().index)
        behind = len(difference.stale) + len(difference.gone)
    if as_json:
        print_json(
            {
                "healthy": found.healthy,
                "problem": found.problem,
                "generation": found.generation,
                "commit": found.commit,
                "works": found.works,
                "pages": found.pages,
                "size_bytes": found.size_bytes,
                "behind": behind,
            }
        )
    elif found.healthy:
        click.echo(
            f"Chỉ mục dùng được: {found.works} ấn phẩm, {found.pages} trang, "
            f"{size_label(found.size_bytes)}."
        )
        if behind:
            click.echo(f"Còn {behind} ấn phẩm chờ cập nhật; tiến trình nền sẽ làm.")
        else:
            click.echo("Chỉ mục khớp với danh mục.")
    else:
        what = _PROBLEMS.get(found.problem, f"không dùng được ({found.problem})")
        click.echo(f"Chỉ mục {what}. Dựng lại: flask --app wsgi index rebuild")
    if not found.healthy:
        sys.exit(1)


@click.command("search")
@click.argument("query")
@click.option("--json", "as_json", is_flag=True)
@click.option("--page", default=1)
@with_appcontext
@says_errors
def search_command(query: str, as_json: bool, page: int) -> None:
    """Search as a reader without an account does."""
    if not query.strip():
        fail("Gõ vài từ để tìm.")
    asked = SearchRequest(
        viewer=viewer_of(ANYONE), query=query, page=max(1, page), facet_values=FACET_VALUES
    )
    with current_app.test_request_context("/"):
        found = search(reading(), holdings().index, asked, actor=ANYONE)
        if as_json:
            print_json(search_answer(found, query=query).model_dump())
            return
        results = found.results
        if notice := results_notice(results):
            messages.print(notice)
        if results.suggestion:
            messages.print(f"Có phải bạn muốn tìm: {results.suggestion}", markup=False)
        click.echo(f"{results.total} ấn phẩm, {results.total_pages} trang")
        for item in found.items:
            publication = found.publications[item.work_id]
            click.echo(f"\n{publication.title} ({publication.issued_year or 'chưa rõ năm'})")
            for hit in item.pages if isinstance(item, WorkHit) else ():
                snippet = found.snippets.get((item.work_id, hit.number))
                words = Markup(_TAG.sub("", snippet.html if snippet else "")).unescape()  # noqa: S704
                click.echo(f"  trang {hit.label or hit.number}: {' '.join(words.split())}")


COMMANDS = (index, search_command)
