"""Matching documents by work, and the best of them: what stands on a page of results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from archive.search.arrays import Array
from archive.search.matching import Matches
from archive.search.requests import SearchRequest
from archive.search.rescoring import PAGES
from archive.search.results import PAGES_PER_WORK, PageHit, PageItem, WorkHit
from archive.search.snapshot import Snapshot

# The best pages of works of many pages lie in the best of these works: no need to go through more.
_LONG_WORKS = 40


@dataclass(frozen=True, slots=True)
class Groups:
    """The works that match: `slots` ascending, the best score in each, how many of its pages."""

    slots: Array
    best: Array
    pages: Array

    def within(self, works: Array) -> Groups:
        """Those of a set of works."""
        kept = works[self.slots]
        return Groups(self.slots[kept], self.best[kept], self.pages[kept])


def group(snapshot: Snapshot, found: Matches) -> Groups:
    """The documents by work: a work's documents stand together."""
    starts = snapshot.starts
    if found.mask is not None:
        counts = np.add.reduceat(found.mask, starts, dtype=np.int32)
        slots = np.flatnonzero(counts > 0)
        best = np.maximum.reduceat(found.scores, starts)[slots]
        return Groups(slots, best, counts[slots] - found.mask[starts[slots]])
    docs = found.docs
    if docs is None or not len(docs):
        nothing = np.zeros(0, np.int32)
        return Groups(nothing, nothing.astype(np.float32), nothing)
    works = snapshot.work_of.take(docs)
    begins = np.flatnonzero(np.concatenate(([True], works[1:] != works[:-1])))
    slots = works[begins]
    counts = np.diff(np.append(begins, len(docs)))
    best = np.maximum.reduceat(found.scores, begins)
    return Groups(slots, best, counts - (docs[begins] == starts[slots]))


def matched_docs(snapshot: Snapshot, found: Matches, slots: Array) -> tuple[Array, Array]:
    """The matching documents of these works, ascending, and their scores."""
    if found.mask is not None:
        docs = _docs_of(snapshot, np.sort(slots))
        docs = docs[found.mask.take(docs)]
        return docs, found.scores.take(docs)
    docs = found.docs if found.docs is not None else np.zeros(0, np.int32)
    wanted = np.zeros(len(snapshot.works), bool)
    wanted[slots] = True
    kept = wanted.take(snapshot.work_of.take(docs))
    return docs[kept], found.scores[kept]


def _docs_of(snapshot: Snapshot, slots: Array) -> Array:
    begins = snapshot.starts[slots].astype(np.int64)
    sizes = snapshot.ends[slots].astype(np.int64) - begins
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    docs: Array = np.arange(total) + np.repeat(begins - (ends - sizes), sizes)
    return docs


def best_docs(snapshot: Snapshot, found: Matches, groups: Groups) -> tuple[Array, Array]:
    """The documents with the highest scores, at most `PAGES`, ascending, and these scores; of long
    works those of the best few alone."""
    slots = groups.slots
    most = max(_LONG_WORKS, PAGES * len(slots) // (int(groups.pages.sum()) + 1))
    rank = snapshot.rank("newest")
    slots = slots[_highest(groups.best, most, lambda equal: rank[slots[equal]])]
    docs, scores = matched_docs(snapshot, found, slots)
    works = snapshot.work_of
    chosen = _highest(scores, PAGES, lambda equal: rank[works[docs[equal]]])
    return docs[chosen], scores[chosen]


def _highest(scores: Array, most: int, rank: Callable[[Array], Array]) -> Array:
    """The places of the highest scores, `most` of them, ascending; of equals those of the lowest
    rank, and then the first: what is looked at hangs on no order in which documents lie."""
    if len(scores) <= most:
        return np.arange(len(scores))
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    higher = np.flatnonzero(scores > least)
    equal = np.flatnonzero(scores == least)
    if len(higher) + len(equal) > most:
        equal = equal[np.argsort(rank(equal), kind="stable")[: most - len(higher)]]
    return np.sort(np.concatenate((higher, equal)))


def raise_scores(
    snapshot: Snapshot, found: Matches, groups: Groups, docs: Array, scores: Array
) -> Groups:
    """Puts the scores of documents that were looked at again into `found`, and into the groups."""
    places = docs if found.docs is None else found.docs.searchsorted(docs)
    found.scores[places] = scores
    best = groups.best.copy()
    np.maximum.at(best, groups.slots.searchsorted(snapshot.work_of.take(docs)), scores)
    return Groups(groups.slots, best, groups.pages)


def works_in_order(
    snapshot: Snapshot, request: SearchRequest, groups: Groups, end: int
) -> list[int]:
    """The first places of `groups` in the order asked for, `end` of them at most."""
    rank = snapshot.rank(request.sort)
    if request.sort != "relevance":
        return list(np.argsort(rank[groups.slots])[:end].tolist())
    best = groups.best
    chosen = np.arange(len(best))
    if len(best) > end:
        least = np.partition(best, len(best) - end)[len(best) - end]
        chosen = np.flatnonzero(best >= least)
    order = np.lexsort((rank[groups.slots[chosen]], -best[chosen]))[:end]
    return list(chosen[order].tolist())


def work_hits(
    snapshot: Snapshot, found: Matches, groups: Groups, places: list[int]
) -> tuple[WorkHit, ...]:
    """The works at these places of `groups`, each with its best pages."""
    slots = groups.slots[places]
    starts, ends = snapshot.starts[slots], snapshot.ends[slots]
    # The stretch of each work among the matching documents, its record left out.
    begins: Array
    stops: Array
    if found.docs is None:
        begins, stops = starts + 1, ends
    else:
        begins = found.docs.searchsorted(starts, "right")
        stops = found.docs.searchsorted(ends)
    told = zip(
        slots.tolist(),
        starts.tolist(),
        groups.best[places].tolist(),
        groups.pages[places].tolist(),
        begins.tolist(),
        stops.tolist(),
        strict=True,
    )
    return tuple(
        WorkHit(
            work_id=snapshot.works[slot].work_id,
            score=score,
            pages_matched=pages,
            pages=tuple(
                PageHit(*_printed(snapshot, slot, doc - start), best)
                for doc, best in _best_of(found, begin, stop, min(pages, PAGES_PER_WORK))
            ),
        )
        for slot, start, score, pages, begin, stop in told
    )


def _best_of(found: Matches, begin: int, stop: int, most: int) -> Iterator[tuple[int, float]]:
    """The documents with the highest scores of a stretch; of equals the first."""
    scores = found.scores[begin:stop]
    order = (-scores).argsort(kind="stable")[:most]
    docs = order + begin
    if found.docs is not None:
        docs = found.docs[docs]
    return zip(docs.tolist(), scores[order].tolist(), strict=True)


def page_items(
    snapshot: Snapshot,
    request: SearchRequest,
    found: Matches,
    groups: Groups,
    window: tuple[int, int],
) -> tuple[PageItem, ...]:
    """The matching pages of these works, in the order asked for."""
    begin, end = window
    docs, scores = matched_docs(snapshot, found, groups.slots)
    works = snapshot.work_of[docs]
    pages = docs != snapshot.starts[works]
    docs, scores, works = docs[pages], scores[pages], works[pages]
    keys = [docs]
    if request.sort != "page":
        keys.append(snapshot.rank(request.sort)[works])
    if request.sort == "relevance":
        keys.append(-scores)
    order = np.lexsort(tuple(keys))[begin:end]
    return tuple(
        page_item(snapshot, int(works[at]), int(docs[at]), float(scores[at])) for at in order
    )


def page_item(snapshot: Snapshot, slot: int, doc: int, score: float) -> PageItem:
    """A page as it is told: its number and what is printed on it."""
    place = doc - int(snapshot.starts[slot])
    return PageItem(snapshot.works[slot].work_id, *_printed(snapshot, slot, place), score)


def _printed(snapshot: Snapshot, slot: int, place: int) -> tuple[int, str]:
    """The number of a work's page, and what is printed on it."""
    work = snapshot.works[slot]
    number = work.page_number(place)
    if work.plain_labels:
        return number, str(number)
    labels = snapshot.segment_of(slot).labels(work)
    return number, labels[place - 1] if labels else str(number)
