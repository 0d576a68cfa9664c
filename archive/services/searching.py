"""One search: the reader's rights are part of the query, and what comes back is checked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_, select
from sqlalchemy.orm import Session, load_only

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.language import _
from archive.core.roles import Actor
from archive.core.status import JobState
from archive.models import Job, Page, Publication, Stage, Unit
from archive.search.highlight import Snippet, snippet
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest
from archive.search.results import (
    PAGES_PER_WORK,
    Completion,
    FacetCount,
    PageItem,
    SearchResults,
    WorkHit,
)
from archive.services.catalogue import listed_for, publications_by_id, viewer_of, visible_to


@dataclass(frozen=True)
class Found:
    """Results with their rows: `publications` by id, `pages` and `snippets` by (publication id,
    page number), for so many pages of each work as excerpts were asked for. Of a page its text and
    its place in its file are loaded.

    `items` leaves out what the catalogue no longer shows to this reader although the index, a
    moment behind, still does.
    """

    results: SearchResults
    items: Sequence[WorkHit | PageItem]
    publications: Mapping[str, Publication]
    pages: Mapping[tuple[str, int], Page]
    snippets: Mapping[tuple[str, int], Snippet]


def search(
    session: Session,
    index: SearchIndex,
    request: SearchRequest,
    *,
    actor: Actor,
    excerpts: int = PAGES_PER_WORK,
) -> Found:
    """Run `request`, whose viewer is `actor`'s (see `catalogue.viewer_of`), with excerpts of so
    many of each work's best pages.

    Raises SearchIndexError where the index cannot answer and QueryRefusedError for a query beyond
    the limits.
    """
    results = results_of(session, index, request, actor=actor)
    publications = publications_by_id(
        session, [item.work_id for item in results.items], actor=actor
    )
    items = [item for item in results.items if item.work_id in publications]
    wanted = [
        (item.work_id, page.number)
        for item in items
        for page in (item.pages[:excerpts] if isinstance(item, WorkHit) else (item,))
    ]
    pages = pages_of(session, wanted)
    return Found(
        results=results,
        items=items,
        publications=publications,
        pages=pages,
        snippets={key: snippet(page.text, results.terms) for key, page in pages.items()},
    )


def results_of(
    session: Session, index: SearchIndex, request: SearchRequest, *, actor: Actor
) -> SearchResults:
    """As `search`, without rows: for who counts and does not show."""
    return _with_unit_names(session, index.search(as_of_now(session, request, actor=actor)))


def count_each(
    session: Session, index: SearchIndex, requests: Sequence[SearchRequest], *, actor: Actor
) -> list[int]:
    """How many works each of the requests finds, which are of one viewer. Raises as `search`."""
    if not requests:
        return []
    viewer = as_of_now(session, replace(requests[0], statuses=()), actor=actor).viewer
    counted = (replace(each, viewer=viewer, facets=(), page=1, per_page=1) for each in requests)
    return [index.search(each).total for each in counted]


def as_of_now(session: Session, request: SearchRequest, *, actor: Actor) -> SearchRequest:
    """The request without what the catalogue has closed to `actor` since the index was written."""
    if request.statuses:
        return request
    return replace(request, viewer=replace(request.viewer, withheld=withheld_from(session, actor)))


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
    viewer = replace(viewer_of(actor), withheld=withheld_from(session, actor))
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
    sentences = (
        (
            results.read_as_words,
            _("Câu tìm có chỗ chưa khớp cú pháp nên được đọc như các từ thường."),
        ),
        (
            results.relaxed,
            _("Không có trang nào chứa đủ các từ; đây là các trang gần nhất."),
        ),
        (
            results.marks_ignored,
            _("Không có trang nào viết đúng dấu như đã gõ; kết quả dưới đây bỏ qua dấu."),
        ),
        (
            results.repaired,
            _(
                "Không có trang nào chứa đúng các từ đã gõ; đây là kết quả cho “{suggestion}”."
            ).format(suggestion=results.suggestion),
        ),
    )
    return " ".join(sentence for is_so, sentence in sentences if is_so)


_WAITING = select(Job.publication_id).where(
    Job.stage == Stage.INDEX, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
)


def withheld_from(session: Session, actor: Actor) -> tuple[str, ...]:
    """What was withdrawn or closed to `actor` and waits for the index: gone at the next request,
    from totals and facets too, and not only once the worker has come round."""
    waiting = session.scalars(_WAITING).all()
    if not waiting:
        return ()
    return tuple(
        session.scalars(
            select(Publication.id)
            .where(Publication.id.in_(_WAITING), not_(listed_for(actor)))
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
    if not counts:
        return results
    # All of them: a province has some hundreds, and a list of the codes costs more than they do.
    names = {row[0]: row[1] for row in session.execute(_UNIT_NAMES)}
    named = tuple(
        FacetCount(each.value, names.get(each.value), each.count, each.selected) for each in counts
    )
    return replace(results, facets={**results.facets, "unit": named})


_UNIT_NAMES = select(Unit.code, Unit.name)


def texts_of(session: Session, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    if not wanted:
        return {}
    asked = select(Page.publication_id, Page.number, Page.text).where(_is_one_of(wanted))
    return {(row[0], row[1]): row[2] for row in session.execute(asked)}


def _is_one_of(wanted: Sequence[tuple[str, int]]) -> ColumnElement[bool]:
    """The pages of these publications and numbers, and not all of these numbers in each. Put so
    that the index on both is used: SQLite goes through every page for pairs in a list."""
    numbers: dict[str, list[int]] = {}
    for publication_id, number in wanted:
        numbers.setdefault(publication_id, []).append(number)
    return or_(
        *(
            and_(Page.publication_id == publication_id, Page.number.in_(own))
            for publication_id, own in numbers.items()
        )
    )


_SHOWN = load_only(Page.publication_id, Page.number, Page.file_id, Page.file_page, Page.text)
# A list of results asks for a few pages of each of ten works: put together once, it is sent as it
# is, with what there is no page for in the places left over.
_WORKS, _PAGES_EACH = 10, 3
_PAGES_OF_WORKS = (
    select(Page)
    .where(
        or_(
            *(
                and_(
                    Page.publication_id == bindparam(f"work_{work}"),
                    Page.number.in_([bindparam(f"page_{work}_{at}") for at in range(_PAGES_EACH)]),
                )
                for work in range(_WORKS)
            )
        )
    )
    .options(_SHOWN)
)


def pages_of(session: Session, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Page]:
    numbers: dict[str, list[int]] = {}
    for publication_id, number in wanted:
        numbers.setdefault(publication_id, []).append(number)
    found: dict[tuple[str, int], Page] = {}
    works = list(numbers.items())
    for begin in range(0, len(works), _WORKS):
        for page in _read_pages(session, works[begin : begin + _WORKS]):
            found[page.publication_id, page.number] = page
    return found


def _read_pages(session: Session, works: Sequence[tuple[str, Sequence[int]]]) -> Iterable[Page]:
    if any(len(numbers) > _PAGES_EACH for _, numbers in works):
        wanted = [(work_id, number) for work_id, numbers in works for number in numbers]
        return session.scalars(select(Page).where(_is_one_of(wanted)).options(_SHOWN))
    values: dict[str, str | int] = {}
    for work in range(_WORKS):
        work_id, numbers = works[work] if work < len(works) else ("", ())
        values[f"work_{work}"] = work_id
        for at in range(_PAGES_EACH):
            values[f"page_{work}_{at}"] = numbers[at] if at < len(numbers) else 0
    return session.scalars(_PAGES_OF_WORKS, values)
