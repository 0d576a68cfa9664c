"""One search from request to results."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import get_args

import numpy as np

from archive.core.errors import InvalidInputError
from archive.core.text import fold, words
from archive.search.arrays import Array
from archive.search.facets import Facets, chosen_works, count_facets
from archive.search.grouping import (
    Groups,
    best_docs,
    group,
    page_item,
    page_items,
    raise_scores,
    work_hits,
    works_in_order,
)
from archive.search.highlight import MarkTerms
from archive.search.letters import count_letters, with_letter
from archive.search.matching import Matcher, Matches
from archive.search.query import ParsedQuery, mark_terms, parse_query
from archive.search.readings import Reading, Repairs, neighbours
from archive.search.repair import Repairer, repairer_of
from archive.search.requests import MAX_IN_BULK, MAX_PER_PAGE, Group, SearchRequest, Sort
from archive.search.rescoring import WeightedPair, folded_pairs, pair_scores
from archive.search.results import PageItem, SearchResults, WorkHit
from archive.search.scoring import Scorer, inverse_frequency
from archive.search.snapshot import Audience, Snapshot
from archive.search.suggestion import meant_terms, suggest

DEADLINE_S = 8.0
_KEPT_QUERIES = 500


def run_search(
    snapshot: Snapshot,
    request: SearchRequest,
    *,
    abbreviations: Mapping[str, str],
    deadline_s: float = DEADLINE_S,
) -> SearchResults:
    """The results of a request on a snapshot; see `SearchIndex.search`."""
    started = time.perf_counter()
    _check(request)
    audience = snapshot.audience(request.viewer, request.statuses)
    prepared = _prepare(snapshot, audience, request.query, abbreviations)
    query, repairs = prepared.query, prepared.repairs
    works = _works_in_scope(snapshot, request, query, audience.works)
    chosen = chosen_works(snapshot, request)
    if query.is_empty:
        shown = works
        for others in chosen.values():
            shown = shown & others
        letters = count_letters(snapshot, shown, request)
        if request.letter:
            begun = with_letter(snapshot, request.letter)
            works, shown = works & begun, shown & begun
        return _results(
            prepared,
            started,
            items=_browse(snapshot, request, shown),
            total=int(np.count_nonzero(shown)),
            total_pages=int(snapshot.page_counts[shown].sum()),
            facets=count_facets(snapshot, works, request, chosen),
            letters=letters,
        )
    counts = repairer_of(snapshot, audience).counts
    scorer = Scorer(snapshot, audience, repairs, counts, deadline_s=deadline_s)
    matcher = Matcher(snapshot, audience, works, repairs, scorer)
    found, reading = _first_that_finds(matcher, query, repairs)
    groups = group(snapshot, found)
    matched = np.zeros(len(snapshot.works), bool)
    matched[groups.slots] = True
    shown_groups = groups
    for others in chosen.values():
        shown_groups = shown_groups.within(others)
    letters = count_letters(snapshot, shown_groups.slots, request)
    if request.letter:
        begun = with_letter(snapshot, request.letter)
        matched, shown_groups = matched & begun, shown_groups.within(begun)
    items = _items(snapshot, request, found, shown_groups, prepared.pairs)
    return _results(
        prepared,
        started,
        items=items,
        total=len(shown_groups.slots),
        total_pages=int(shown_groups.pages.sum()),
        facets=count_facets(snapshot, matched, request, chosen),
        letters=letters,
        reading=reading,
        exact=found.exact,
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What can be said of a query before anything is looked for: its parts, what its words were
    taken for, its neighbours, its words to mark, and what to suggest."""

    abbreviations: Mapping[str, str]
    query: ParsedQuery
    repairs: Repairs
    pairs: list[WeightedPair]
    marks: MarkTerms
    suggestion: str


def _prepare(
    snapshot: Snapshot, audience: Audience, text: str, abbreviations: Mapping[str, str]
) -> _Prepared:
    """The query taken apart for this audience; kept, for who pages through results asks again."""
    kept: dict[str, _Prepared] = audience.kept.setdefault("prepared", {})
    found = kept.get(text)
    if found is None or found.abbreviations is not abbreviations:
        query = parse_query(text, abbreviations)
        repairer = repairer_of(snapshot, audience)
        repairs = Repairs(query, repairer)
        found = _Prepared(
            abbreviations,
            query,
            repairs,
            _weighted_neighbours(query, repairs, repairer, audience),
            mark_terms([*query.runs, *meant_terms(repairs), *query.phrases]),
            suggest(text, repairs),
        )
        if len(kept) >= _KEPT_QUERIES:
            kept.clear()
        kept[text] = found
    return found


def _results(
    prepared: _Prepared,
    started: float,
    *,
    items: tuple[WorkHit | PageItem, ...],
    total: int,
    total_pages: int,
    facets: Facets,
    letters: Mapping[str, int],
    reading: Reading = Reading.AS_TYPED,
    exact: bool = True,
) -> SearchResults:
    return SearchResults(
        total=total,
        total_pages=total_pages,
        items=items,
        facets=facets.counts,
        facet_sizes=facets.sizes,
        letters=letters,
        terms=prepared.marks,
        took_ms=(time.perf_counter() - started) * 1000,
        relaxed=reading is Reading.ANY_WORD,
        marks_ignored=reading is Reading.WITHOUT_MARKS,
        repaired=reading is Reading.REPAIRED,
        read_as_words=prepared.query.read_as_words,
        exact=exact,
        suggestion=prepared.suggestion,
    )


def _check(request: SearchRequest) -> None:
    for name, value, known in (
        ("sort", request.sort, get_args(Sort)),
        ("group", request.group, get_args(Group)),
    ):
        if value not in known:
            raise InvalidInputError(field=name, problem="unknown", value=value)


def _works_in_scope(
    snapshot: Snapshot, request: SearchRequest, query: ParsedQuery, works: Array
) -> Array:
    """What the audience may see, within the work, years and units asked for outside the facets."""
    if request.within:
        slot = snapshot.slots.get(request.within)
        alone = np.zeros(len(works), bool)
        if slot is not None:
            alone[slot] = works[slot]
        works = alone
    bounds = (request.year_from, request.year_to), (query.year_from, query.year_to)
    for low, high in bounds:
        if low is not None or high is not None:
            years = [
                value
                for value in snapshot.facet("year").values
                if (low is None or int(value) >= low) and (high is None or int(value) <= high)
            ]
            works = works & snapshot.with_any("year", years)
    for asked in query.units:
        works = works & snapshot.with_any("unit", _units_named(snapshot, asked))
    return works


def _units_named(snapshot: Snapshot, asked: str) -> list[str]:
    """The units whose code is this, or whose name holds all these words."""
    wanted = {fold(word) for word in words(asked)}
    return [
        code
        for code in snapshot.facet("unit").values
        if code.casefold() == asked.casefold()
        or wanted <= {fold(word) for word in words(snapshot.unit_names.get(code, ""))}
    ]


def _first_that_finds(
    matcher: Matcher, query: ParsedQuery, repairs: Repairs
) -> tuple[Matches, Reading]:
    """The strictest reading that finds anything; as typed where none does."""
    first = matcher.match(query, Reading.AS_TYPED)
    if first:
        return first, Reading.AS_TYPED
    if any(word.marked for word in query.marks.words) or query.fields:
        found = matcher.match(query, Reading.WITHOUT_MARKS)
        if found:
            return found, Reading.WITHOUT_MARKS
    if repairs:
        found = matcher.match(query, Reading.REPAIRED)
        if found:
            return found, Reading.REPAIRED
    if query.clauses:
        found = matcher.match(query, Reading.ANY_WORD)
        if found:
            return found, Reading.ANY_WORD
    return first, Reading.AS_TYPED


def _weighted_neighbours(
    query: ParsedQuery, repairs: Repairs, repairer: Repairer, audience: Audience
) -> list[WeightedPair]:
    pairs = neighbours(query, repairs)
    counts = repairer.pair_counts(list(pairs))
    return folded_pairs(
        list(pairs),
        [
            weight * inverse_frequency(count, audience.doc_count)
            for weight, count in zip(pairs.values(), counts, strict=True)
        ],
    )


def _window(request: SearchRequest) -> tuple[int, int]:
    most = MAX_IN_BULK if request.is_bulk else MAX_PER_PAGE
    per_page = min(max(1, request.per_page), most)
    begin = (max(1, request.page) - 1) * per_page
    return begin, begin + per_page


def _items(
    snapshot: Snapshot,
    request: SearchRequest,
    found: Matches,
    groups: Groups,
    pairs: list[WeightedPair],
) -> tuple[WorkHit | PageItem, ...]:
    """The page of items asked for. By relevance, the best pages are looked at again first."""
    if not len(groups.slots):
        return ()
    if pairs and request.sort == "relevance":
        docs, scores = best_docs(snapshot, found, groups)
        scores = scores + pair_scores(snapshot, docs, pairs)
        groups = raise_scores(snapshot, found, groups, docs, scores)
    begin, end = _window(request)
    if request.group == "page":
        return page_items(snapshot, request, found, groups, (begin, end))
    places = works_in_order(snapshot, request, groups, end)[begin:]
    return work_hits(snapshot, found, groups, places)


def _browse(
    snapshot: Snapshot, request: SearchRequest, shown: Array
) -> tuple[WorkHit | PageItem, ...]:
    """Works (or all their pages) in an order that needs no words."""
    slots = np.flatnonzero(shown)
    ordered = slots[np.argsort(snapshot.rank(request.sort)[slots])]
    begin, end = _window(request)
    if request.group == "page":
        return tuple(islice(_all_pages(snapshot, ordered), begin, end))
    return tuple(
        WorkHit(snapshot.works[slot].work_id, 0.0, 0, ()) for slot in ordered[begin:end].tolist()
    )


def _all_pages(snapshot: Snapshot, ordered: Array) -> Iterator[PageItem]:
    for slot in ordered.tolist():
        start = int(snapshot.starts[slot])
        for place in range(1, snapshot.works[slot].page_count + 1):
            yield page_item(snapshot, slot, start + place, 0.0)
