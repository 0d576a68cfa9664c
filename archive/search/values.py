"""The values of all facets of a snapshot, numbered through, to be counted at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from archive.core.collation import sort_key
from archive.search.arrays import Array
from archive.search.requests import ALSO
from archive.search.segments import FacetValues

LATEST_FIRST = "year"
"""The facet whose values come in their own order, the last first, however common they are."""

# A key to sort by has room for a million values and eight million works.
_PER_WORK = 1 << 20
_PER_FACET = 1 << 44

# Of so few works the values are gone through one work after the other.
_FEW_WORKS = 40


class JoinedValues:
    """The values of all facets in one row of numbers, so that all are counted at once.

    The codes of a facet begin at `first[name]`.
    """

    def __init__(
        self,
        facets: Mapping[str, FacetValues],
        work_count: int,
        called: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.values = {name: held.values for name, held in facets.items()}
        self.first: dict[str, int] = {}
        self.count = 0
        in_order, works, codes = [], [], []
        for name, held in facets.items():
            self.first[name] = self.count
            names = called.get(name, {})
            if name == LATEST_FIRST:
                order = sorted(range(len(held.values)), key=lambda at: in_time(held.values[at]))
                order.reverse()
            else:
                keys = [sort_key(names.get(value, value)) for value in held.values]
                order = sorted(range(len(keys)), key=keys.__getitem__)
            in_order.append(np.array(order, np.int64) + self.count)
            works.append(held.works)
            codes.append(held.codes + np.int32(self.count))
            self.count += len(held.values)
        self.own = self._own_codes()
        # What a code is sorted by: its facet, then how many works carry it, then its name. The
        # last bits say which code it was.
        self._in_order = joined(in_order, np.int64)
        self._places = np.argsort(self._in_order)
        self._rises = np.full(self.count, _PER_WORK, np.int64)
        for facet, (name, held) in enumerate(facets.items()):
            own = slice(self.first[name], self.first[name] + len(held.values))
            self._places[own] += facet * _PER_FACET
            if name == LATEST_FIRST:
                self._rises[own] = 0
        self._ends = np.arange(len(facets)) * _PER_FACET + _PER_WORK
        by_work = np.argsort(joined(works, np.int32), kind="stable")
        self._works = joined(works, np.int32)[by_work]
        self._codes = joined(codes, np.int32)[by_work]
        self._begins = self._works.searchsorted(np.arange(work_count + 1)).tolist()
        self._all = np.bincount(self._codes, minlength=self.count)
        self.all_values = [value for held in facets.values() for value in held.values]

    def _own_codes(self) -> list[tuple[Array, Array]]:
        """The codes of further values (`requests.ALSO`) that some work has for its own, and their
        codes as such, by facet."""
        found = []
        for name, also in ALSO.items():
            own = {value: code for code, value in enumerate(self.values[name])}
            pairs = [
                (code + self.first[also], own[value] + self.first[name])
                for code, value in enumerate(self.values[also])
                if value in own
            ]
            if pairs:
                further, owned = np.array(pairs, np.int64).T
                found.append((further, owned))
        return found

    def in_order(self, codes: Array, tallies: Array) -> list[Array]:
        """These codes, facet by facet: the commonest first by what all were counted (`tallies`),
        among equals by what they are called, in Vietnamese order; years the latest first."""
        keys: Array = self._places.take(codes) - tallies.take(codes) * self._rises.take(codes)
        keys.sort()
        ordered = self._in_order.take(keys & (_PER_WORK - 1))
        return [ordered[begin:end] for begin, end in pairwise([0, *keys.searchsorted(self._ends)])]

    def count_of(self, name: str, value: str, tallies: Array) -> int:
        """What is counted for a value of a facet, be it one that no work has for its own."""
        for each in (name, ALSO.get(name, name)):
            if value in self.values[each]:
                return int(tallies[self.first[each] + self.values[each].index(value)])
        return 0

    def tally(self, works: Array) -> Array:
        """How many of these works (a mark for each) carry each value, by code."""
        slots = np.flatnonzero(works)
        others = len(works) - len(slots)
        if len(slots) <= _FEW_WORKS:
            return self._tally_few(slots)
        if others <= _FEW_WORKS:
            return self._all - self._tally_few(np.flatnonzero(~works))
        return np.bincount(self._codes[works.take(self._works)], minlength=self.count)

    def _tally_few(self, slots: Array) -> Array:
        begins = self._begins
        parts = [self._codes[begins[slot] : begins[slot + 1]] for slot in slots.tolist()]
        return np.bincount(joined(parts, np.int32), minlength=self.count)


def in_time(year: str) -> tuple[int, str]:
    """What years are sorted by."""
    return len(year), year


def joined(parts: Sequence[Array], dtype: type) -> Array:
    """The arrays one after another, as this type; empty where there are none."""
    return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype, copy=False)
