"""BM25F over byte columns: how well documents answer a list of weighted words.

A column holds, for each document of the snapshot, how often a word stands there (0–255). Whoosh
keeps the postings the columns are read from; the formula is that of `whoosh.scoring.BM25F`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from math import log
from operator import add

from archive.search.snapshot import Audience

K1 = 0.8
B = 0.75

_PRESENT = bytes([0]) + bytes([1]) * 255


@dataclass(frozen=True, slots=True)
class WordColumn:
    """A word's frequencies, the set of documents it stands in for this audience, its idf."""

    frequencies: bytes
    docs: int
    idf: float


def word_column(frequencies: bytes, audience: Audience) -> WordColumn:
    """The column of a word as this audience may know it: its idf counts what it may see only."""
    docs = int.from_bytes(frequencies.translate(_PRESENT), "little") & audience.docs
    return WordColumn(frequencies, docs, inverse_frequency(docs.bit_count(), audience.doc_count))


def inverse_frequency(holding: int, doc_count: int) -> float:
    """Whoosh's idf, never below zero: log(N / (n + 1)) + 1."""
    return max(0.0, log(doc_count / (holding + 1)) + 1) if doc_count else 0.0


def scores(
    columns: Sequence[tuple[WordColumn, float]],
    mask: bytes,
    lengths: array[int],
    average_length: float,
) -> list[float]:
    """The score of each document whose byte in `mask` is 1, in document order.

    Each column comes with the weight its word has in the query.
    """
    chosen = list(compress(lengths, mask))
    norm_of = [
        K1 * (1 - B + B * length / (average_length or 1))
        for length in range(max(chosen, default=0) + 1)
    ]
    norms = [norm_of[length] for length in chosen]
    total = [0.0] * len(chosen)
    for column, weight in columns:
        factor = weight * column.idf * (K1 + 1)
        if factor:
            parts = [
                factor * times / (times + norm) if times else 0.0
                for times, norm in zip(compress(column.frequencies, mask), norms, strict=True)
            ]
            total = list(map(add, total, parts))
    return total


def mass(columns: Sequence[WordColumn], doc_count: int) -> list[float]:
    """For each document the idf of the words that stand in it, summed."""
    total = [0.0] * doc_count
    for column in columns:
        idf = column.idf
        held = column.docs.to_bytes(doc_count, "little")
        total = [so_far + idf if here else so_far for so_far, here in zip(total, held, strict=True)]
    return total
