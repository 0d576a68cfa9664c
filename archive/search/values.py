"""The values of all facets of a snapshot, numbered through, to be counted at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from archive.core.collation import sort_key
from archive.search.arrays import Array
from archive.search.requests import ALSO
from archive.search.segments import FacetValues

# Of so few works the values are gone through one work after the other.
_FEW_WORKS = 40


class JoinedValues:
    """The values of all facets in one row of numbers, so that all are counted at once.

    The codes of a facet begin at `first[name]`; `order[code]` is the value's place among its own by
    what it is called, in Vietnamese order.
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
        orders, works, codes = [], [], []
        for name, held in facets.items():
            self.first[name] = self.count
            names = called.get(name, {})
            keys = [sort_key(names.get(value, value)) for value in held.values]
            order = np.empty(len(keys), np.int64)
            order[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
            orders.append(order)
            works.append(held.works)
            codes.append(held.codes + np.int32(self.count))
            self.count += len(held.values)
        self.own = self._own_codes()
        self.order = joined(orders, np.int64)
        by_work = np.argsort(joined(works, np.int32), kind="stable")
        self._works = joined(works, np.int32)[by_work]
        self._codes = joined(codes, np.int32)[by_work]
        self._begins = self._works.searchsorted(np.arange(work_count + 1)).tolist()
        self._all = np.bincount(self._codes, minlength=self.count)
        sizes = [len(held.values) for held in facets.values()]
        # What puts the facets one after the other when all values are sorted at once.
        self.stride = np.repeat(sizes, sizes)
        self.facet = np.repeat(np.arange(len(sizes)), sizes)
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


def joined(parts: Sequence[Array], dtype: type) -> Array:
    """The arrays one after another, as this type; empty where there are none."""
    return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype, copy=False)
