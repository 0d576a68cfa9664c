"""One search from request to results."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import get_args

from archive.core.errors import InvalidInputError
from archive.core.text import fold, words
from archive.search.facets import chosen_works, count_facets
from archive.search.matching import Matcher, Matches, Reading
from archive.search.phrases import PageTexts
from archive.search.query import ParsedQuery, parse_query
from archive.search.requests import MAX_PER_PAGE, Group, SearchRequest, Sort
from archive.search.results import PageHit, PageItem, SearchResults, WorkHit
from archive.search.snapshot import Snapshot

__all__ = ["DEADLINE_S", "PageTexts", "run_search"]

DEADLINE_S = 8.0
_PAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Group:
    """The matching documents of one work: a stretch of `Matches`, and the best score in it."""

    slot: int
    begin: int
    end: int
    best: float


def run_search(
    snapshot: Snapshot,
    request: SearchRequest,
    *,
    page_texts: PageTexts | None = None,
    deadline_s: float = DEADLINE_S,
) -> SearchResults:
    """The results of a request on a snapshot; see `SearchIndex.search`."""
    started = time.perf_counter()
    _check(request)
    query = parse_query(request.query)
    audience = snapshot.audience(request.viewer, request.statuses)
    works = _works_in_scope(snapshot, request, query, audience.works)
    selected = request.selected()
    reading = Reading.AS_TYPED
    if query.is_empty:
        found, matched = Matches([], []), works
        groups: list[_Group] = []
    else:
        matcher = Matcher(snapshot, audience, works, page_texts=page_texts, deadline_s=deadline_s)
        found, reading = _first_that_finds(matcher, query)
        groups = _group(snapshot, found)
        matched = _set_of(snapshot, [group.slot for group in groups])
    shown = matched
    for chosen in chosen_works(snapshot, selected).values():
        shown &= chosen
    window = _window(request)
    if query.is_empty:
        items = _browse(snapshot, request, shown, window)
        total = shown.bit_count()
        total_pages = sum(snapshot.works[slot].page_count for slot in snapshot.slots(shown))
    else:
        inside = set(snapshot.slots(shown))
        groups = [group for group in groups if group.slot in inside]
        total = len(groups)
        total_pages = sum(_page_count(snapshot, found, group) for group in groups)
        items = _items(snapshot, request, found, groups, window)
    return SearchResults(
        total=total,
        total_pages=total_pages,
        items=items,
        facets=count_facets(snapshot, matched, selected),
        terms=query.marks,
        took_ms=(time.perf_counter() - started) * 1000,
        relaxed=reading is Reading.ANY_WORD,
        marks_ignored=reading is Reading.WITHOUT_MARKS,
        read_as_words=query.read_as_words,
        exact=found.exact,
    )


def _check(request: SearchRequest) -> None:
    for name, value, known in (
        ("sort", request.sort, get_args(Sort)),
        ("group", request.group, get_args(Group)),
    ):
        if value not in known:
            raise InvalidInputError(field=name, problem="unknown", value=value)


def _works_in_scope(
    snapshot: Snapshot, request: SearchRequest, query: ParsedQuery, works: int
) -> int:
    """What the audience may see, within the years and units asked for outside the facets."""
    bounds = (request.year_from, request.year_to), (query.year_from, query.year_to)
    for low, high in bounds:
        if low is not None or high is not None:
            works &= snapshot.with_any(
                "year",
                [
                    value
                    for value in snapshot.values("year")
                    if (low is None or int(value) >= low) and (high is None or int(value) <= high)
                ],
            )
    for asked in query.units:
        works &= snapshot.with_any("unit", _units_named(snapshot, asked))
    return works


def _units_named(snapshot: Snapshot, asked: str) -> list[str]:
    """The units whose code is this, or whose name holds all these words."""
    wanted = {fold(word) for word in words(asked)}
    return [
        code
        for code in snapshot.values("unit")
        if code.casefold() == asked.casefold()
        or wanted <= {fold(word) for word in words(snapshot.unit_names.get(code, ""))}
    ]


def _first_that_finds(matcher: Matcher, query: ParsedQuery) -> tuple[Matches, Reading]:
    """The strictest reading that finds anything; as typed where none does."""
    first = matcher.match(query, Reading.AS_TYPED)
    if first.docs:
        return first, Reading.AS_TYPED
    if any(word.marked for word in query.marks.words) or query.fields:
        found = matcher.match(query, Reading.WITHOUT_MARKS)
        if found.docs:
            return found, Reading.WITHOUT_MARKS
    if query.clauses:
        found = matcher.match(query, Reading.ANY_WORD)
        if found.docs:
            return found, Reading.ANY_WORD
    return first, Reading.AS_TYPED


def _group(snapshot: Snapshot, found: Matches) -> list[_Group]:
    """The documents by work: a work's documents stand together."""
    groups: list[_Group] = []
    begin = 0
    while begin < len(found.docs):
        slot = snapshot.slot_of(found.docs[begin])
        end = bisect_left(found.docs, snapshot.ends[slot], begin)
        groups.append(_Group(slot, begin, end, max(found.scores[begin:end])))
        begin = end
    return groups


def _set_of(snapshot: Snapshot, slots: list[int]) -> int:
    flags = bytearray(b"0" * max(1, len(snapshot.works)))
    for slot in slots:
        flags[-1 - slot] = ord("1")
    return int(flags, 2)


def _window(request: SearchRequest) -> tuple[int, int]:
    per_page = min(max(1, request.per_page), MAX_PER_PAGE)
    begin = (max(1, request.page) - 1) * per_page
    return begin, begin + per_page


def _page_count(snapshot: Snapshot, found: Matches, group: _Group) -> int:
    has_record = found.docs[group.begin] == snapshot.starts[group.slot]
    return group.end - group.begin - has_record


def _items(
    snapshot: Snapshot,
    request: SearchRequest,
    found: Matches,
    groups: list[_Group],
    window: tuple[int, int],
) -> tuple[WorkHit | PageItem, ...]:
    rank = snapshot.rank(request.sort)
    by_score = request.sort == "relevance"
    begin, end = window
    if request.group == "page":
        pages = (
            (-found.scores[at] if by_score else 0.0, rank[group.slot], found.docs[at], at, group)
            for group in groups
            for at in range(group.begin, group.end)
            if found.docs[at] != snapshot.starts[group.slot]
        )
        best = nsmallest(end, pages, key=lambda page: page[:3])[begin:]
        return tuple(
            _page_item(snapshot, group.slot, found.docs[at], found.scores[at])
            for *_, at, group in best
        )
    ordered = sorted(groups, key=lambda g: (-g.best if by_score else 0.0, rank[g.slot]))
    return tuple(_work_hit(snapshot, found, group) for group in ordered[begin:end])


def _work_hit(snapshot: Snapshot, found: Matches, group: _Group) -> WorkHit:
    start = snapshot.starts[group.slot]
    places = [at for at in range(group.begin, group.end) if found.docs[at] != start]
    best = nsmallest(_PAGES_SHOWN, places, key=lambda at: (-found.scores[at], at))
    items = (_page_item(snapshot, group.slot, found.docs[at], found.scores[at]) for at in best)
    return WorkHit(
        work_id=snapshot.works[group.slot].work_id,
        score=group.best,
        pages_matched=len(places),
        pages=tuple(PageHit(item.number, item.label, item.score) for item in items),
    )


def _page_item(snapshot: Snapshot, slot: int, doc: int, score: float) -> PageItem:
    work = snapshot.works[slot]
    place = doc - snapshot.starts[slot]
    number = work.page_number(place)
    labels = snapshot.segment_of(slot).record(work)["labels"]
    return PageItem(work.work_id, number, labels[place - 1] if labels else str(number), score)


def _browse(
    snapshot: Snapshot, request: SearchRequest, shown: int, window: tuple[int, int]
) -> tuple[WorkHit | PageItem, ...]:
    """Works (or all their pages) in an order that needs no words."""
    ordered = snapshot.ordered(shown, request.sort)
    begin, end = window
    if request.group == "page":
        return tuple(islice(_all_pages(snapshot, ordered), begin, end))
    return tuple(WorkHit(snapshot.works[slot].work_id, 0.0, 0, ()) for slot in ordered[begin:end])


def _all_pages(snapshot: Snapshot, ordered: list[int]) -> Iterator[PageItem]:
    for slot in ordered:
        start = snapshot.starts[slot]
        for place in range(1, snapshot.works[slot].page_count + 1):
            yield _page_item(snapshot, slot, start + place, 0.0)
