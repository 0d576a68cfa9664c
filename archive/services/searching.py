"""One search: the reader's rights are part of the query, and what comes back is checked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import not_, select
from sqlalchemy.orm import Session, load_only

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.roles import Actor
from archive.core.status import JobState
from archive.models import Job, Page, Publication, Stage, Unit
from archive.search.highlight import Snippet, snippet
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest
from archive.search.results import Completion, PageItem, SearchResults, WorkHit
from archive.services.catalogue import listed_for, publications_by_id, viewer_of, visible_to


@dataclass(frozen=True)
class Found:
    """Results with their rows: `publications` by id, `pages` and `snippets` by (publication id,
    page number). Of a page its text and its place in its file are loaded.

    `items` leaves out what the catalogue no longer shows to this reader although the index, a
    moment behind, still does.
    """

    results: SearchResults
    items: Sequence[WorkHit | PageItem]
    publications: Mapping[str, Publication]
    pages: Mapping[tuple[str, int], Page]
    snippets: Mapping[tuple[str, int], Snippet]


def search(session: Session, index: SearchIndex, request: SearchRequest, *, actor: Actor) -> Found:
    """Run `request`, whose viewer is `actor`'s (see `catalogue.viewer_of`).

    Raises SearchIndexError where the index cannot answer and QueryRefusedError for a query beyond
    the limits.
    """
    if not request.statuses:
        request = replace(
            request, viewer=replace(request.viewer, withheld=_withheld(session, actor))
        )
    results = index.search(request)
    results = _with_unit_names(session, results)
    publications = publications_by_id(
        session, [item.work_id for item in results.items], actor=actor
    )
    items = [item for item in results.items if item.work_id in publications]
    wanted = [
        (item.work_id, page.number)
        for item in items
        for page in (item.pages if isinstance(item, WorkHit) else (item,))
    ]
    pages = _pages(session, wanted)
    return Found(
        results=results,
        items=items,
        publications=publications,
        pages=pages,
        snippets={key: snippet(page.text, results.terms) for key, page in pages.items()},
    )


def complete(
    session: Session, index: SearchIndex, text: str, *, actor: Actor, limit: int = 8
) -> list[Completion]:
    """What the letters typed so far may become, best first: titles of works that `actor` may open,
    names, places, themes and phrases. Empty where nothing fits, for a text beyond the limits of a
    query and where the index cannot answer: it is help with typing, and the search itself says
    what is the matter.
    """
    if not text.strip():
        return []
    viewer = replace(viewer_of(actor), withheld=_withheld(session, actor))
    try:
        found = index.complete(text, viewer, limit=limit)
    except (SearchIndexError, QueryRefusedError):
        return []
    named = [completion.work_id for completion in found if completion.work_id]
    titles = _titles(session, named, actor=actor) if named else {}
    return [
        completion._replace(text=titles[completion.work_id]) if completion.work_id else completion
        for completion in found
        if not completion.work_id or completion.work_id in titles
    ]


def results_notice(results: SearchResults) -> str:
    """What a reader should know of results that are not quite what was asked for; "" otherwise."""
    if results.relaxed:
        return "Không có trang nào chứa đủ các từ; đây là các trang gần nhất."
    if results.marks_ignored:
        return "Không có trang nào viết đúng dấu như đã gõ; kết quả dưới đây bỏ qua dấu."
    if results.repaired:
        return (
            f"Không có trang nào chứa đúng các từ đã gõ; đây là kết quả cho “{results.suggestion}”."
        )
    if results.read_as_words:
        return "Câu tìm có chỗ chưa khớp cú pháp nên được đọc như các từ thường."
    return ""


def _withheld(session: Session, actor: Actor) -> tuple[str, ...]:
    """What was withdrawn or closed to `actor` and waits for the index: gone at the next request,
    from totals and facets too, and not only once the worker has come round."""
    waiting = select(Job.publication_id).where(
        Job.stage == Stage.INDEX, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    )
    return tuple(
        session.scalars(
            select(Publication.id)
            .where(Publication.id.in_(waiting), not_(listed_for(actor)))
            .order_by(Publication.id)
        )
    )


def _titles(session: Session, ids: Sequence[str], *, actor: Actor) -> dict[str, str]:
    """As the catalogue has them now, of those that `actor` may open."""
    rows = session.execute(
        select(Publication.id, Publication.title).where(Publication.id.in_(ids), visible_to(actor))
    )
    return {row[0]: row[1] for row in rows}


def _with_unit_names(session: Session, results: SearchResults) -> SearchResults:
    """The units under their own names: the index knows what a sheet called them, and only of those
    that hold something, which would tell of records that the reader may not see."""
    counts = results.facets.get("unit", ())
    codes = [count.value for count in counts]
    names = {
        row[0]: row[1]
        for row in session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    }
    named = tuple(replace(count, label=names.get(count.value)) for count in counts)
    return replace(results, facets={**results.facets, "unit": named})


def _pages(session: Session, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Page]:
    if not wanted:
        return {}
    rows = session.scalars(
        select(Page)
        .where(
            Page.publication_id.in_({work_id for work_id, _ in wanted}),
            Page.number.in_({number for _, number in wanted}),
        )
        .options(
            load_only(Page.publication_id, Page.number, Page.file_id, Page.file_page, Page.text)
        )
    )
    asked = set(wanted)
    return {key: page for page in rows if (key := (page.publication_id, page.number)) in asked}
