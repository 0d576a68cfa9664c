"""The arrays that are made from a segment's words, beside its forward file: postings as arrays,
counts of words and of pairs, and what finds a word from a misspelt one.

They are a cache. Whoosh's segment holds the same postings, and the forward file the rest: without
the file every figure is made anew from these, slower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archive.search.arrays import Array
from archive.search.forward import BREAK, Forward, Lexicon

MAX_FREQUENCY = 255
# A word on more than every eighth document is kept as a row of frequencies, one byte a document:
# fewer bytes than numbers of documents, and quicker to score.
DENSE_SHARE = 8
# Rows of folds come on top of those of their forms, so they are made of fewer.
_FOLD_SHARE = 5
# Of a large segment, pairs and misspellings of what stands there only once are left out: most of
# the bytes, and never enough to repair a query by.
_LARGE_DOCS = 5_000
_PAIR_TOKENS = 4_000_000
_LONGEST_MISSPELT = 8


@dataclass(frozen=True)
class PostingArrays:
    """For each number of the lexicon its documents, ascending, and how often it stands in each.

    `first[n]:first[n + 1]` is the stretch of word n; that of a word in `dense` is empty, and the
    row of `rows` at its place there holds its frequencies by document. `folds`: the first numbers
    of common folds of several forms, whose frequencies together are in `fold_rows`.
    """

    first: Array
    docs: Array
    frequencies: Array
    dense: Array
    rows: Array
    folds: Array
    fold_rows: Array

    def of(self, numbers: range) -> list[tuple[Array | None, Array]]:
        """Where any of the words with these numbers, one or all of a fold, stands: documents and
        frequencies, in which a document may come again; with None the frequencies by document."""
        if len(numbers) > 1:
            at = int(self.folds.searchsorted(numbers.start))
            if at < len(self.folds) and self.folds[at] == numbers.start:
                return [(None, self.fold_rows[at])]
        begin, end = self.dense.searchsorted((numbers.start, numbers.stop)).tolist()
        pieces: list[tuple[Array | None, Array]] = [
            (None, self.rows[at]) for at in range(begin, end)
        ]
        stretch = slice(int(self.first[numbers.start]), int(self.first[numbers.stop]))
        if stretch.start < stretch.stop:
            pieces.append((self.docs[stretch], self.frequencies[stretch]))
        return pieces


@dataclass(frozen=True)
class Pairs:
    """How often two words stand side by side: `keys` (left << 32 | right) ascending, `counts`."""

    keys: Array
    counts: Array

    def count(self, keys: Array) -> Array:
        """The count of each of the keys, 0 where it is not here."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0)


def pair_keys(left: Array, right: Array) -> Array:
    return left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)


def count_postings(tokens: Array, docs: Array, word_count: int) -> tuple[Array, Array, Array]:
    """Where each word stands: `first` (by number, one more entry at the end), documents, times.

    `docs` gives each token's document; breaks are left out.
    """
    words = tokens != BREAK
    keys = tokens[words].astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= docs[words]
    del words
    keys.sort()
    keys, times = _runs(keys)
    first = keys.searchsorted(np.arange(word_count + 2, dtype=np.uint64) << np.uint64(32))
    return first, (keys & np.uint64(0xFFFFFFFF)).astype(np.int32), times


def pack_postings(
    first: Array, docs: Array, times: Array, doc_count: int, fold_first: Array
) -> PostingArrays:
    """The postings as they are kept: those of common words and folds as rows. `fold_first` as in
    `Lexicon`."""
    frequencies = np.minimum(times, MAX_FREQUENCY).astype(np.uint8)
    holding = np.diff(first)
    least = doc_count // DENSE_SHARE
    dense = np.flatnonzero(holding > least)
    rows = np.zeros((len(dense), doc_count), np.uint8)
    kept = np.ones(len(docs), bool)
    for row, number in zip(rows, dense, strict=True):
        stretch = slice(first[number], first[number + 1])
        row[docs[stretch]] = frequencies[stretch]
        kept[stretch] = False
    folds, fold_rows = _common_folds(first, docs, frequencies, doc_count, fold_first)
    holding[dense] = 0
    return PostingArrays(
        np.concatenate(([0], np.cumsum(holding))).astype(np.uint32),
        docs[kept].astype(np.uint16 if doc_count <= 1 << 16 else np.uint32),
        frequencies[kept],
        dense.astype(np.uint32),
        rows,
        folds.astype(np.uint32),
        fold_rows,
    )


def _common_folds(
    first: Array, docs: Array, frequencies: Array, doc_count: int, fold_first: Array
) -> tuple[Array, Array]:
    """The folds of several forms that stand on many documents, and their rows."""
    bounds = first[fold_first.astype(np.int64)]
    # A document in which two forms stand is counted twice: a row too many does no harm.
    many = (np.diff(bounds) > doc_count // _FOLD_SHARE) & (np.diff(fold_first.astype(np.int64)) > 1)
    found = np.flatnonzero(many)
    rows = np.zeros((len(found), doc_count), np.uint8)
    for row, fold in zip(rows, found.tolist(), strict=True):
        stretch = slice(bounds[fold], bounds[fold + 1])
        often = np.bincount(docs[stretch], frequencies[stretch], doc_count)
        row[:] = np.minimum(often, MAX_FREQUENCY)
    return fold_first[found], rows


def count_words(tokens: Array, word_count: int) -> Array:
    """How often each word stands there, by number; entry 0 is 0."""
    counts = np.bincount(tokens, minlength=word_count + 1).astype(np.uint32)
    counts[BREAK] = 0
    return counts


def count_docs(forward: Forward, docs: Array | None = None) -> tuple[Array, Array]:
    """In how many of the documents (all, if none are named) each word stands, by number, and each
    fold."""
    lexicon = forward.lexicon
    if docs is None:
        tokens, ends = forward.tokens, forward.offsets[1:]
    else:
        tokens, ends = forward.gather(docs)
    sizes = np.diff(ends, prepend=0)
    keys = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes) << np.uint64(32)
    words = tokens != BREAK
    keys = (keys | tokens)[words]
    keys.sort()
    keys, _ = _runs(keys)
    numbers = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    by_word = np.bincount(numbers, minlength=len(lexicon) + 1).astype(np.uint32)
    # Within a document the words are in order, and so are their folds.
    folds = lexicon.fold_of.take(numbers)
    first = np.ones(len(keys), bool)
    first[1:] = (folds[1:] != folds[:-1]) | (
        keys[1:] >> np.uint64(32) != keys[:-1] >> np.uint64(32)
    )
    by_fold = np.bincount(folds[first], minlength=len(lexicon.folds)).astype(np.uint32)
    return by_word, by_fold


def count_pairs(tokens: Array, *, least: int = 1) -> Pairs:
    """The pairs of neighbours within a document that stand there at least so often."""
    parts = [
        _pairs_of(tokens[begin : begin + _PAIR_TOKENS + 1])
        for begin in range(0, max(len(tokens) - 1, 0), _PAIR_TOKENS)
    ]
    if not parts:
        return Pairs(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
    keys, counts = parts[0]
    if len(parts) > 1:
        keys = np.concatenate([part[0] for part in parts])
        counts = np.concatenate([part[1] for part in parts])
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
        starts = _starts(keys)
        keys, counts = keys[starts], np.add.reduceat(counts, starts)
    kept = counts >= least
    return Pairs(keys[kept], counts[kept].astype(np.uint32))


def pairs_of_segment(forward: Forward) -> Pairs:
    """The pairs that are kept of a segment."""
    return count_pairs(forward.tokens, least=_least(len(forward.offsets) - 1))


def _pairs_of(tokens: Array) -> tuple[Array, Array]:
    left, right = tokens[:-1], tokens[1:]
    inside = (left != BREAK) & (right != BREAK)
    keys = pair_keys(left[inside], right[inside])
    keys.sort()
    return _runs(keys)


def _least(doc_count: int) -> int:
    return 2 if doc_count > _LARGE_DOCS else 1


def misspellings(lexicon: Lexicon, counts: Array, doc_count: int) -> tuple[Array, Array]:
    """For each fold itself and itself without one letter, as numbers ascending, and the folds.

    Two folds that share one of these differ by one letter left out, put in, changed, or by two
    that changed places; or by a little more, which whoever asks has to sort out.
    """
    if not len(lexicon):
        return np.zeros(0, np.uint64), np.zeros(0, np.uint32)
    totals = np.add.reduceat(counts.astype(np.int64), lexicon.fold_first[:-1].astype(np.int64))
    numbers = [
        number
        for number in np.flatnonzero(totals >= _least(doc_count)).tolist()
        if len(folded := lexicon.folds[number]) <= _LONGEST_MISSPELT
        and folded.isalpha()
        and folded.isascii()
    ]
    texts = np.array([lexicon.folds[number] for number in numbers], f"S{_LONGEST_MISSPELT}")
    whole = texts.view(">u8").astype(np.uint64)
    folds = np.array(numbers, np.uint32)
    sizes = np.char.str_len(texts) if len(texts) else np.zeros(0, np.int64)
    keys, owners = [whole], [folds]
    for at in range(_LONGEST_MISSPELT):
        # Without the letter at this place: what stands before it, and what follows moved up.
        before = ~np.uint64((1 << 8 * (_LONGEST_MISSPELT - at)) - 1) if at else np.uint64(0)
        long = sizes > at
        keys.append(whole[long] & before | (whole[long] << np.uint64(8)) & ~before)
        owners.append(folds[long])
    all_keys = np.concatenate(keys)
    order = np.argsort(all_keys, kind="stable")
    return all_keys[order], np.concatenate(owners)[order]


def deletions(folded: bytes) -> list[int]:
    """The word and the word without each one letter, packed into numbers; none if it is long."""
    if len(folded) > _LONGEST_MISSPELT:
        return []
    texts = {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}
    return [int.from_bytes(text.ljust(_LONGEST_MISSPELT, b"\0"), "big") for text in texts]


def _starts(keys: Array) -> Array:
    return np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))


def _runs(keys: Array) -> tuple[Array, Array]:
    """Ascending keys → each once, and how often it was there."""
    if not len(keys):
        return keys, np.zeros(0, np.int64)
    starts = _starts(keys)
    return keys[starts], np.diff(np.append(starts, len(keys)))
