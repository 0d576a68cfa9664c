"""A word's column: the documents it stands in, and how much it counts in each.

What counts is BM25F's share of a word in a document, without the word's rarity: f / (f + norm), the
norm being K1 · (1 − B + B · length / average). The rarity is a matter of what a reader may see;
the share is not but for the average, which is taken in steps of 2%, so that a new commit or
another reader hardly ever makes columns anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from archive.search.arrays import Array
from archive.search.derived import MAX_FREQUENCY

WHOLE = 65_535
K1 = 0.8
B = 0.75

_AROUND_BYTES = 1_000
# What stands on every page adds nothing, and nothing is divided by that.
_LEAST = 1e-30
_STEP = log(1.02)
# A column is held as a row where its word stands on more than every so many-th document: to add
# rows is quicker than to add here and there.
ROW_SHARE = 16
# So few documents are sought one by one among others, and a tenth of those more.
_SOUGHT, _SOUGHT_SHARE = 400, 10

Factors = tuple[tuple[frozenset[tuple[str, str]], np.float32], ...]
"""Sets of words, each with what its shares are multiplied by."""

Piece = tuple[Array | None, Array]
"""Documents and how often a word stands in each; or None and how often in every document."""


@dataclass(frozen=True, slots=True)
class Column:
    """`docs`, ascending, and the `share` of the word in each, in parts of `WHOLE`; or None and its
    share in every document, 0 where it does not stand. `count`: in how many documents it stands.
    """

    docs: Array | None
    share: Array
    count: int

    def at(self, docs: Array) -> Array:
        """What the column holds for each of the documents."""
        if self.docs is None:
            return self.share.take(docs)
        return values_at(docs, self.docs, self.share)

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, its key and the objects around its arrays counted at a guess."""
        held = self.share.nbytes + (self.docs.nbytes if self.docs is not None else 0)
        return held + _AROUND_BYTES


def scale_of(factors: Factors) -> np.float32:
    """What one part of `WHOLE` of words weighed together adds to a score."""
    return np.float32(max(sum(factor for _, factor in factors), _LEAST))


def in_parts(scores: Array, scale: Array | np.float32) -> Array:
    """What weighed words add to scores in parts of `WHOLE`: see `scale_of`."""
    parts: Array = np.rint(scores / scale)
    return parts


def weighed(columns: Sequence[Column], factors: Factors, doc_count: int) -> Column:
    """Words as one: their columns' shares times the factors, added up in this order, in parts of
    `WHOLE` by `scale_of(factors)`."""
    scale = scale_of(factors)
    if any(column.docs is None for column in columns):
        row = np.zeros(doc_count, np.float32)
        for column, (_, factor) in zip(columns, factors, strict=True):
            if column.docs is None:
                row += factor * column.share
            else:
                row[column.docs] += factor * column.share
        return Column(None, in_parts(row, scale).astype(np.uint16), int(np.count_nonzero(row)))
    docs = np.unique(np.concatenate([column.docs for column in columns if column.docs is not None]))
    scores = np.zeros(len(docs), np.float32)
    for column, (_, factor) in zip(columns, factors, strict=True):
        assert column.docs is not None
        scores[docs.searchsorted(column.docs)] += factor * column.share
    return Column(docs, in_parts(scores, scale).astype(np.uint16), len(docs))


def values_at(asked: Array, docs: Array, values: Array) -> Array:
    """For each of the documents asked for the value of it among `docs` (both ascending, `values`
    beside `docs`), 0 where it is none of them."""
    if not len(docs) or not len(asked):
        return np.zeros(len(asked), values.dtype)
    if len(asked) > _SOUGHT + len(docs) // _SOUGHT_SHARE:
        # All of them laid out and looked at takes a fifth of the time of seeking each.
        row = np.zeros(int(max(docs[-1], asked[-1])) + 1, values.dtype)
        row[docs.astype(np.intp)] = values
        return row.take(asked)
    places = np.minimum(docs.searchsorted(asked), len(docs) - 1)
    found: Array = values.take(places) * (docs.take(places) == asked)
    return found


def step_of(average_length: float) -> int:
    """The step of an average length; columns of one step are alike."""
    return round(log(max(average_length, 1.0)) / _STEP)


class Shares:
    """What a word counts in a document, by how often it stands there and how long the document is.

    Whoosh keeps a document's length in a byte, so there are few lengths, and all shares are worked
    out beforehand: what is left to do for a column is to look them up.
    """

    def __init__(self, lengths: Array, kinds: Array, step: int) -> None:
        """`lengths`: the lengths there are, ascending; `kinds`: which of them each document has."""
        average = np.exp(step * _STEP)
        norm = K1 * (1 - B) + K1 * B / average * lengths.astype(np.float64)
        times = np.arange(MAX_FREQUENCY + 1)[:, None]
        shares = np.zeros((MAX_FREQUENCY + 1, MAX_FREQUENCY + 1))
        shares[:, : len(norm)] = times / (times + norm)
        # One that is not nothing stays so.
        self._table = np.ceil(shares * WHOLE).astype(np.uint16).reshape(-1)
        self._kinds = kinds

    @property
    def doc_count(self) -> int:
        return len(self._kinds)

    def of_all(self, times: Array) -> Array:
        """The share in each document, given how often the word stands in it (two bytes)."""
        places = np.minimum(times, MAX_FREQUENCY, out=times)
        places <<= 8
        places |= self._kinds
        return self._table.take(places)

    def at(self, docs: Array, times: Array) -> Array:
        """The share in each of some documents."""
        places = np.minimum(times, MAX_FREQUENCY).astype(np.uint16) << 8
        return self._table.take(places | self._kinds.take(docs))


def make_column(parts: Sequence[tuple[int, int, Sequence[Piece]]], shares: Shares) -> Column:
    """The column of pieces by segment: (first document, number of documents, pieces)."""
    doc_count = shares.doc_count
    held = sum(
        len(times) if docs is not None else doc_count
        for _, _, pieces in parts
        for docs, times in pieces
    )
    if held > doc_count // ROW_SHARE:
        return _dense(parts, shares)
    docs = [
        piece[0].astype(np.int32) + np.int32(first)  # type: ignore[union-attr]
        for first, _, pieces in parts
        for piece in pieces
    ]
    if not docs:
        return Column(np.zeros(0, np.int32), np.zeros(0, np.uint16), 0)
    times = [piece[1] for _, _, pieces in parts for piece in pieces]
    all_docs, all_times = np.concatenate(docs), np.concatenate(times).astype(np.uint16)
    if (all_docs[1:] <= all_docs[:-1]).any():
        all_docs, all_times = _summed(all_docs, all_times)
    return Column(all_docs, shares.at(all_docs, all_times), len(all_docs))


def add_times(times: Array, docs: Array, often: Array) -> None:
    """Adds how often a word stands in some documents to what is held for all; a document may come
    more than once."""
    np.add.at(times, docs.astype(np.intp), often.astype(times.dtype))


def _summed(docs: Array, times: Array) -> tuple[Array, Array]:
    order = np.argsort(docs, kind="stable")
    docs, times = docs[order], times[order]
    starts = np.flatnonzero(np.concatenate(([True], docs[1:] != docs[:-1])))
    return docs[starts], np.add.reduceat(times, starts)


def _dense(parts: Sequence[tuple[int, int, Sequence[Piece]]], shares: Shares) -> Column:
    times = np.zeros(shares.doc_count, np.uint16)
    for first, doc_count, pieces in parts:
        stretch = times[first : first + doc_count]
        for docs, often in pieces:
            if docs is None:
                stretch += often
            else:
                add_times(stretch, docs, often)
    share = shares.of_all(times)
    count = int(np.count_nonzero(share))
    if count > len(share) // ROW_SHARE:
        return Column(None, share, count)
    found = np.flatnonzero(share).astype(np.int32)
    return Column(found, share.take(found), count)


class ColumnCache:
    """Columns, least recently used out first, bounded in bytes; safe between threads."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[Hashable, Column] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def peek(self, key: Hashable) -> Column | None:
        """The column under the key, if it is there."""
        with self._lock:
            return self._held.get(key)

    def get(self, key: Hashable, make: Callable[[], Column]) -> Column:
        """The column under the key, made if it is not there."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found
        made = make()
        with self._lock:
            before = self._held.pop(key, None)
            self._held[key] = made
            self._size += made.size_bytes - (before.size_bytes if before else 0)
            while self._size > self._max_bytes and self._held:
                _, dropped = self._held.popitem(last=False)
                self._size -= dropped.size_bytes
        return made
