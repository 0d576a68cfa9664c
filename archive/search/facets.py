"""Counts of every facet's values over what matched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from archive.search.arrays import Array
from archive.search.results import FacetCount
from archive.search.segments import FACETS
from archive.search.snapshot import Snapshot

# A facet of thousands of names is no list to choose from: the commonest, and whatever is chosen.
_MAX_VALUES = 100


def chosen_works(snapshot: Snapshot, selected: Mapping[str, tuple[str, ...]]) -> dict[str, Array]:
    """For each facet with a choice the works that carry one of the chosen values."""
    return {name: snapshot.with_any(name, values) for name, values in selected.items()}


def count_facets(
    snapshot: Snapshot,
    matched: Array,
    selected: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, Array],
) -> dict[str, tuple[FacetCount, ...]]:
    """The facets of a result.

    `matched` are the works that match before any facet is chosen. Each facet counts the works
    that fit the choices in all other facets, so that its own other values stay open. Values that
    count nothing are left out unless they are chosen. Years come newest first, the rest by count
    and then by name.
    """
    counted: dict[str, tuple[FacetCount, ...]] = {}
    for name in FACETS:
        base = matched
        for other, works in chosen.items():
            if other != name:
                base = base & works
        counted[name] = _count(snapshot, name, base, selected.get(name, ()))
    return counted


def _count(
    snapshot: Snapshot, name: str, base: Array, selected: tuple[str, ...]
) -> tuple[FacetCount, ...]:
    held = snapshot.facet(name)
    values, labels = held.values, snapshot.unit_names if name == "unit" else {}
    counts = np.bincount(held.codes[base[held.works]], minlength=len(values))
    shown = np.flatnonzero(counts)
    if name == "year":
        order = shown[np.argsort([values[code] for code in shown.tolist()])[::-1]]
    else:
        order = shown[np.lexsort((snapshot.by_name(name)[shown], -counts[shown]))]
    listed = order[:_MAX_VALUES].tolist()
    if selected:
        known = {value: code for code, value in enumerate(values)}
        asked = [known[value] for value in sorted(set(selected)) if value in known]
        listed += [code for code in asked if code not in listed]
    chosen = frozenset(selected)
    tallies = counts.tolist()
    found = [
        FacetCount(value := values[code], labels.get(value), tallies[code], value in chosen)
        for code in listed
    ]
    known_values = {count.value for count in found}
    found += [FacetCount(v, None, 0, True) for v in sorted(chosen - known_values)]
    if selected and name == "year":
        found.sort(key=lambda count: count.value, reverse=True)
    return tuple(found)
