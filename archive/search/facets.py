"""Counts of every facet's values over what matched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from archive.search.arrays import Array
from archive.search.requests import SearchRequest
from archive.search.results import FacetCount
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
    if not request.facets:
        return {}
    selected = request.selected()
    base = matched
    for works in chosen.values():
        base = base & works
    joined = snapshot.values
    tallies = joined.tally(base)
    counted: dict[str, tuple[FacetCount, ...]] = {}
    for name in request.facets:
        first = joined.first[name]
        own = tallies[first : first + len(joined.values[name])]
        if name in chosen:
            others = matched
            for other, works in chosen.items():
                if other != name:
                    others = others & works
            own = joined.tally(others)[first : first + len(own)]
        counted[name] = _counts(snapshot, name, own, selected.get(name, ()), request.facet_values)
    return counted


def _counts(
    snapshot: Snapshot, name: str, tallies: Array, selected: tuple[str, ...], most: int
) -> tuple[FacetCount, ...]:
    joined = snapshot.values
    values, first = joined.values[name], joined.first[name]
    labels = snapshot.unit_names if name == "unit" else {}
    held = np.flatnonzero(tallies)
    # One number to sort by: the count, and among equals the place by name.
    places = joined.order[first + held] - tallies[held] * len(values)
    if len(held) > most:
        best = np.argpartition(places, most)[:most]
        held, places = held[best], places[best]
    shown = held[places.argsort()].tolist()
    chosen = frozenset(selected)
    if chosen:
        known = {value: code for code, value in enumerate(values)}
        more = [known[value] for value in sorted(chosen) if value in known]
        shown += [code for code in more if code not in shown]
    if name == "year":
        shown.sort(key=values.__getitem__, reverse=True)
    numbers = tallies[shown].tolist()
    found = [
        FacetCount(value := values[code], labels.get(value), number, value in chosen)
        for code, number in zip(shown, numbers, strict=True)
    ]
    if chosen:
        found += [FacetCount(v, None, 0, True) for v in sorted(chosen.difference(values))]
    return tuple(found)
