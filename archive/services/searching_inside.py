"""The search inside one publication: its pages that answer, and those around one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from sqlalchemy.orm import Session

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.roles import Actor
from archive.core.status import Status
from archive.models import Page, Publication
from archive.search.highlight import MarkTerms, Snippet, mark, snippet
from archive.search.index import SearchIndex
from archive.search.query import parse_query
from archive.search.requests import MAX_PER_PAGE, SearchRequest
from archive.search.results import (
    PageItem,
    SearchResults,
)
from archive.services.catalogue import viewer_of
from archive.services.searching import pages_of, texts_of, withheld_from

PAGES_INSIDE = MAX_PER_PAGE
"""So many pages of one publication are listed at a time."""


@dataclass(frozen=True)
class PageFound:
    """A page inside a publication that answers; `hits` counts the marks on all of it."""

    page: Page
    snippet: Snippet
    hits: int


@dataclass(frozen=True)
class Inside:
    """A search inside one publication: `pages` are the stretch that was asked for, in their order;
    `total_pages` and `total_hits` count over all pages that answer."""

    results: SearchResults
    pages: Sequence[PageFound]
    total_pages: int
    total_hits: int


@dataclass(frozen=True)
class HitsAround:
    """What a query marks, and the pages that answer it around the one that is read.

    `place` is that page's among them, from 1, and 0 where it is none of them. `total` is None where
    the index could not be asked: what is marked are then the words as they were typed.
    """

    terms: MarkTerms
    total: int | None = None
    place: int = 0
    previous: int | None = None
    next: int | None = None


def count_inside(
    session: Session,
    index: SearchIndex,
    publication: Publication,
    query: str,
    *,
    actor: Actor,
) -> int:
    """How many pages of `publication` answer; as `search_inside` counts them."""
    results = next(_pages_inside(session, index, publication, query, actor=actor))
    return results.total_pages if results.terms.words else 0


def search_inside(
    session: Session,
    index: SearchIndex,
    publication: Publication,
    query: str,
    *,
    actor: Actor,
    page: int = 1,
) -> Inside:
    """The pages of `publication` that answer, `PAGES_INSIDE` at a time, `page` counting from 1.

    The caller has made sure that `actor` may open the publication. A query without a word to mark
    (a year, a unit) is answered by no page. Raises as `search` does.
    """
    numbers: list[int] = []
    for results in _pages_inside(session, index, publication, query, actor=actor):
        numbers += _numbers(results)
    texts = texts_of(session, [(publication.id, number) for number in numbers])
    hits = {number: len(mark(text, results.terms)) for (_, number), text in texts.items()}
    begin = (page - 1) * PAGES_INSIDE
    wanted = [(publication.id, number) for number in numbers[begin : begin + PAGES_INSIDE]]
    rows = pages_of(session, wanted)
    return Inside(
        results=results,
        pages=[
            PageFound(row, snippet(row.text, results.terms), hits[row.number])
            for key in wanted
            if (row := rows.get(key)) is not None
        ],
        total_pages=len(numbers),
        total_hits=sum(hits.values()),
    )


def hits_around(
    session: Session,
    index: SearchIndex,
    publication: Publication,
    query: str,
    *,
    number: int,
    actor: Actor,
) -> HitsAround:
    """What `query` marks on page `number`, and the pages that answer before and behind it.

    The marks are those of the search itself, so that they agree with its snippets. Never raises for
    a query or an index: the page can be read all the same.
    """
    before: list[int] = []
    behind: list[int] = []
    try:
        for results in _pages_inside(session, index, publication, query, actor=actor):
            found = _numbers(results)
            before += [other for other in found if other <= number]
            behind += [other for other in found if other > number]
            if behind:
                break
    except (SearchIndexError, QueryRefusedError):
        return HitsAround(_marks_as_typed(query))
    is_hit = before[-1:] == [number]
    return HitsAround(
        terms=results.terms,
        total=results.total_pages if results.terms.words else 0,
        place=len(before) if is_hit else 0,
        previous=before[-1 - is_hit] if len(before) > is_hit else None,
        next=behind[0] if behind else None,
    )


def _pages_inside(
    session: Session, index: SearchIndex, publication: Publication, query: str, *, actor: Actor
) -> Iterator[SearchResults]:
    """The search inside a publication, one stretch of pages after the other, at least one.

    The catalogue has let the actor in: where the index is a moment behind, or the publication is
    not accepted, its pages may be found all the same by those whose rights reach so far.
    """
    withheld = tuple(other for other in withheld_from(session, actor) if other != publication.id)
    asked = SearchRequest(
        viewer=replace(viewer_of(actor), withheld=withheld),
        query=query,
        within=publication.id,
        statuses=() if publication.status is Status.ACCEPTED else tuple(Status),
        group="page",
        sort="page",
        facets=(),
        per_page=PAGES_INSIDE,
    )
    for page in count(1):
        results = index.search(replace(asked, page=page))
        yield results
        if not results.terms.words or results.total_pages <= page * PAGES_INSIDE:
            return


def _numbers(results: SearchResults) -> list[int]:
    """The pages among the results; none for a query that marks nothing."""
    items = results.items if results.terms.words else ()
    return [item.number for item in items if isinstance(item, PageItem)]


def _marks_as_typed(query: str) -> MarkTerms:
    try:
        return parse_query(query).marks
    except QueryRefusedError:
        return MarkTerms()
