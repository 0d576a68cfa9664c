"""Counts of every facet's values over what matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np

from archive.search.arrays import Array
from archive.search.requests import ALSO, AUTHORITY, WHOLE_FACET_VALUES, SearchRequest
from archive.search.results import FacetCount
from archive.search.snapshot import Snapshot
from archive.search.values import LATEST_FIRST, in_time


@dataclass(frozen=True, slots=True)
class Facets:
    """The values to show of each facet, and how many values it has in all."""

    counts: dict[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


def chosen_works(snapshot: Snapshot, request: SearchRequest) -> dict[str, Array]:
    """For each facet with a choice the works that carry one of the chosen values."""
    chosen = {}
    for name, values in request.selected().items():
        works = snapshot.with_any(name, values)
        if name in ALSO:
            works = works | snapshot.with_any(ALSO[name], values)
        chosen[name] = works
    return chosen


def count_facets(
    snapshot: Snapshot,
    matched: Array,
    request: SearchRequest,
    chosen: Mapping[str, Array],
) -> Facets:
    """The facets of a result.

    `matched` are the works that match before any facet is chosen. Each facet counts the works
    that fit the choices in all other facets, so that its own other values stay open. Values that
    count nothing are left out unless they are chosen, and those beyond the first
    `request.facet_values`. A value is shown where one of the works has it for its own, and counts
    all that choosing it finds. Years come newest first, the rest by count and then by name.
    """
    if not request.facets:
        return Facets()
    selected = request.selected()
    base = matched
    for works in chosen.values():
        base = base & works
    joined = snapshot.values
    tallies = joined.tally(base)
    for name in chosen:
        others = matched
        for other, works in chosen.items():
            if other != name:
                others = others & works
        anew = joined.tally(others)
        for each in (name, ALSO[name]) if name in ALSO else (name,):
            own = slice(joined.first[each], joined.first[each] + len(joined.values[each]))
            tallies[own] = anew[own]
    shown = tallies > 0
    for further, owned in joined.own:
        tallies[owned] += tallies[further]
    for also in ALSO.values():
        shown[joined.first[also] : joined.first[also] + len(joined.values[also])] = False
    facets = Facets()
    in_order = joined.in_order(np.flatnonzero(shown), tallies)
    for name, codes in zip(joined.first, in_order, strict=True):
        if name in request.facets:
            most = WHOLE_FACET_VALUES if name == request.whole else request.facet_values
            chosen_values = selected.get(name, ())
            counts = _counts(snapshot, name, codes[:most], tallies, chosen_values)
            facets.counts[name] = counts
            # A chosen value that no work has for its own counts all the same what it finds.
            facets.sizes[name] = len(codes)
            if chosen_values:
                held = {joined.all_values[code] for code in codes.tolist()}
                facets.sizes[name] += sum(
                    count.selected and count.count > 0 and count.value not in held
                    for count in counts
                )
    if AUTHORITY in request.facets:
        facets.counts[AUTHORITY] = _count_authorities(snapshot, base, request.gathered)
    return facets


def _count_authorities(
    snapshot: Snapshot, works: Array, gathered: Mapping[str, frozenset[str]]
) -> tuple[FacetCount, ...]:
    """How many of the works name each authority, or one that is gathered under it; in no order."""
    held = snapshot.facet(AUTHORITY)
    shown = works.take(held.works)
    slots, codes = held.works[shown], held.codes[shown]
    tally = np.bincount(codes, minlength=len(held.values))
    counts = {value: int(tally[code]) for code, value in enumerate(held.values) if tally[code]}
    if gathered:
        counts |= _count_gathered(held.values, slots, codes, gathered)
    return tuple(FacetCount(value, None, count, False) for value, count in counts.items())


def _count_gathered(
    values: Sequence[str], slots: Array, codes: Array, gathered: Mapping[str, frozenset[str]]
) -> dict[str, int]:
    """The works that name one of the authorities that come under another, each once under it.
    `slots` and `codes` are pairs of a work's place and an authority's code."""
    targets: dict[str, int] = {}
    under = [
        [targets.setdefault(each, len(targets)) for each in (value, *gathered[value] - {value})]
        if value in gathered
        else []
        for value in values
    ]
    sizes = np.array([len(each) for each in under], np.int64)
    known = sizes.take(codes) > 0
    slots, codes = slots[known], codes[known]
    # Most works name one place, and come under each of its targets once.
    alone = np.bincount(slots).take(slots) == 1 if len(slots) else known[:0]
    tally = np.zeros(len(targets), np.int64)
    for code, count in enumerate(np.bincount(codes[alone], minlength=len(values)).tolist()):
        if count:
            tally[under[code]] += count
    slots, codes = slots[~alone], codes[~alone]
    flat = np.array([target for each in under for target in each], np.int64)
    times = sizes.take(codes)
    firsts = np.cumsum(sizes) - sizes
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    reached = flat.take(np.repeat(firsts.take(codes), times) + within)
    pairs = np.repeat(slots.astype(np.int64), times) * max(len(targets), 1) + reached
    pairs.sort()
    new = pairs[np.diff(pairs, prepend=-1) != 0]
    tally += np.bincount(new % max(len(targets), 1), minlength=len(targets))
    return {value: int(tally[at]) for value, at in targets.items() if tally[at]}


def _counts(
    snapshot: Snapshot, name: str, best: Array, tallies: Array, selected: tuple[str, ...]
) -> tuple[FacetCount, ...]:
    """The values of a facet, given the codes to show, and with them what is chosen."""
    joined = snapshot.values
    told = [joined.all_values[code] for code in best.tolist()]
    numbers = tallies.take(best).tolist()
    labels = map(snapshot.unit_names.get, told) if name == "unit" else repeat(None)
    if not selected:
        return tuple(map(FacetCount, told, labels, numbers, repeat(False)))
    chosen = frozenset(selected)
    for value in sorted(chosen.difference(told)):
        told.append(value)
        numbers.append(joined.count_of(name, value, tallies))
    counts = tuple(map(FacetCount, told, labels, numbers, map(chosen.__contains__, told)))
    if name == LATEST_FIRST:
        counts = tuple(sorted(counts, key=lambda count: in_time(count.value), reverse=True))
    return counts
