"""Counts of every facet's values over what matched."""

from __future__ import annotations

from collections.abc import Mapping

from archive.search.results import FacetCount
from archive.search.segments import FACETS
from archive.search.snapshot import Snapshot

# A facet of thousands of names is no list to choose from: the commonest, and whatever is chosen.
_MAX_VALUES = 500


def chosen_works(snapshot: Snapshot, selected: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """For each facet with a choice the works that carry one of the chosen values."""
    return {name: snapshot.with_any(name, values) for name, values in selected.items()}


def count_facets(
    snapshot: Snapshot, matched: int, selected: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[FacetCount, ...]]:
    """The facets of a result.

    `matched` are the works that match before any facet is chosen. Each facet counts the works
    that fit the choices in all other facets, so that its own other values stay open. Values that
    count nothing are left out unless they are chosen. Years come newest first, the rest by count
    and then by name.
    """
    chosen = chosen_works(snapshot, selected)
    counted: dict[str, tuple[FacetCount, ...]] = {}
    for name in FACETS:
        base = matched
        for other, works in chosen.items():
            if other != name:
                base &= works
        counted[name] = _count(snapshot, name, base, frozenset(selected.get(name, ())))
    return counted


def _count(
    snapshot: Snapshot, name: str, base: int, selected: frozenset[str]
) -> tuple[FacetCount, ...]:
    names = snapshot.unit_names if name == "unit" else {}
    counts = [
        FacetCount(value, names.get(value), count, value in selected)
        for value, works in snapshot.values_by_name(name)
        if (count := (works & base).bit_count()) or value in selected
    ]
    known = {found.value for found in counts}
    counts += [FacetCount(value, None, 0, True) for value in sorted(selected - known)]
    if name == "year":
        counts.sort(key=lambda found: found.value, reverse=True)
    else:
        # Sorting keeps what is equal in order: by name.
        counts.sort(key=lambda found: -found.count)
    if len(counts) > _MAX_VALUES:
        counts = counts[:_MAX_VALUES] + [found for found in counts[_MAX_VALUES:] if found.selected]
    return tuple(counts)
