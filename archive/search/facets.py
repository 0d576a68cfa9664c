"""Counts of every facet's values over what matched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from archive.search.arrays import Array
from archive.search.requests import SearchRequest
from archive.search.results import FacetCount
from archive.search.segments import FACETS
from archive.search.snapshot import Snapshot


def chosen_works(snapshot: Snapshot, request: SearchRequest) -> dict[str, Array]:
    """For each facet with a choice the works that carry one of the chosen values."""
    return {name: snapshot.with_any(name, values) for name, values in request.selected().items()}


def count_facets(
    snapshot: Snapshot,
    matched: Array,
    request: SearchRequest,
    chosen: Mapping[str, Array],
) -> dict[str, tuple[FacetCount, ...]]:
    """The facets of a result.

    `matched` are the works that match before any facet is chosen. Each facet counts the works
    that fit the choices in all other facets, so that its own other values stay open. Values that
    count nothing are left out unless they are chosen, and those beyond the commonest
    `request.facet_values`. Years come newest first, the rest by count and then by name.
    """
    selected = request.selected()
    counted: dict[str, tuple[FacetCount, ...]] = {}
    for name in FACETS:
        base = matched
        for other, works in chosen.items():
            if other != name:
                base = base & works
        counted[name] = _count(
            snapshot, name, base, selected.get(name, ()), most=request.facet_values
        )
    return counted


def _count(
    snapshot: Snapshot, name: str, base: Array, selected: tuple[str, ...], *, most: int
) -> tuple[FacetCount, ...]:
    held = snapshot.facet(name)
    values, labels = held.values, snapshot.unit_names if name == "unit" else {}
    counts = np.bincount(held.codes[base[held.works]], minlength=len(values))
    # One number to sort by: the count, and among equals the place by name.
    places = snapshot.by_name(name) - counts * len(values)
    if len(values) > most:
        best = np.argpartition(places, most)[:most]
        listed = best[places[best].argsort()].tolist()
    else:
        listed = places.argsort().tolist()
    tallies = counts.tolist()
    chosen = frozenset(selected)
    shown = [code for code in listed if tallies[code]]
    if chosen:
        known = {value: code for code, value in enumerate(values)}
        more = [known[value] for value in sorted(chosen) if value in known]
        shown += [code for code in more if code not in shown]
    if name == "year":
        shown.sort(key=values.__getitem__, reverse=True)
    found = [
        FacetCount(values[code], labels.get(values[code]), tallies[code], values[code] in chosen)
        for code in shown
    ]
    if chosen:
        found += [FacetCount(v, None, 0, True) for v in sorted(chosen.difference(values))]
    return tuple(found)
