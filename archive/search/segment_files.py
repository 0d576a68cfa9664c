"""The two files of ours beside a segment of Whoosh's: its forward file and its derived arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archive.search.analysis import RECORD, RECORD_ROLE, ROLE, SYLLABLES
from archive.search.arrays import Array, ArrayFile, DamagedArraysError, write_arrays
from archive.search.derived import (
    Pairs,
    PostingArrays,
    count_docs,
    count_words,
    misspellings,
    pack_postings,
    pairs_of_segment,
)
from archive.search.engine import ARRAYS, FORWARD, beside, open_segment
from archive.search.forward import Forward, Lexicon, forward_of, write_forward

Records = Sequence[tuple[int, str]]
"""The stored records of a segment's works with the documents they stand in, in order."""


@dataclass(frozen=True)
class SegmentWords:
    """All words of a finished segment: in order, and by word.

    `first`, `docs` and `times` are what `count_postings` gives, `lengths` the documents' lengths
    as Whoosh keeps them.
    """

    forward: Forward
    first: Array
    docs: Array
    times: Array
    lengths: Array


@dataclass(frozen=True)
class Counts:
    """How often each word stands in a segment (by number), in how many documents each word and
    each fold, the pairs, and the folds that a misspelt word may mean (`misspellings`)."""

    words: Array
    word_docs: Array
    fold_docs: Array
    pairs: Pairs
    misspelt: tuple[Array, Array]


def write_segment_files(folder: Path, segment: Any, words: SegmentWords, records: Records) -> None:
    """Writes both files of a segment that is about to be committed."""
    write_forward(beside(folder, segment, FORWARD), words.forward)
    _write_derived(beside(folder, segment, ARRAYS), words, records)


def mend_arrays(folder: Path, schema: Any, segment: Any) -> bool:
    """Makes a segment's derived arrays anew from Whoosh's files and the forward file, if they are
    lost or damaged; False where they are not, or cannot be made."""
    with suppress(FileNotFoundError, DamagedArraysError):
        arrays_of(ArrayFile(beside(folder, segment, ARRAYS)))
        return False
    try:
        forward = forward_of(ArrayFile(beside(folder, segment, FORWARD)))
    except (FileNotFoundError, DamagedArraysError):
        return False
    reader = open_segment(folder, schema, segment)
    try:
        words = read_words(reader, forward)
        _write_derived(beside(folder, segment, ARRAYS), words, list(read_records(reader)))
    finally:
        reader.close()
    return True


def _write_derived(path: Path, words: SegmentWords, records: Records) -> None:
    doc_count = len(words.forward.offsets) - 1
    fold_first = words.forward.lexicon.fold_first
    postings = pack_postings(words.first, words.docs, words.times, doc_count, fold_first)
    counts = count_of(words.forward)
    write_arrays(
        path,
        {
            "post_first": postings.first,
            "post_docs": postings.docs,
            "post_frequencies": postings.frequencies,
            "dense": postings.dense,
            "rows": postings.rows,
            "folds": postings.folds,
            "fold_rows": postings.fold_rows,
            "lengths": words.lengths,
            "word_counts": counts.words,
            "word_docs": counts.word_docs,
            "fold_docs": counts.fold_docs,
            "pair_keys": counts.pairs.keys,
            "pair_counts": counts.pairs.counts,
            "misspelt_keys": counts.misspelt[0],
            "misspelt_folds": counts.misspelt[1],
            "records": np.frombuffer(json.dumps(records, ensure_ascii=False).encode(), np.uint8),
        },
    )


def count_of(forward: Forward) -> Counts:
    """The counts of a segment, from its words."""
    lexicon, doc_count = forward.lexicon, len(forward.offsets) - 1
    words = count_words(forward.tokens, len(lexicon))
    return Counts(
        words,
        *count_docs(forward),
        pairs_of_segment(forward),
        misspellings(lexicon, words, doc_count),
    )


@dataclass(frozen=True)
class SegmentArrays:
    """What the file of derived arrays holds."""

    postings: PostingArrays
    counts: Counts
    lengths: Array
    records: Array
    """As bytes: read once, by `records_of`."""


def arrays_of(file: ArrayFile) -> SegmentArrays:
    """The arrays in a file; DamagedArraysError where some are not there."""
    postings = PostingArrays(
        file["post_first"],
        file["post_docs"],
        file["post_frequencies"],
        file["dense"],
        file["rows"],
        file["folds"],
        file["fold_rows"],
    )
    counts = Counts(
        file["word_counts"],
        file["word_docs"],
        file["fold_docs"],
        Pairs(file["pair_keys"], file["pair_counts"]),
        (file["misspelt_keys"], file["misspelt_folds"]),
    )
    return SegmentArrays(postings, counts, file["lengths"], file["records"])


def records_of(arrays: SegmentArrays) -> list[tuple[int, str]]:
    """The stored records of the works, with the documents they stand in."""
    return [(start, record) for start, record in json.loads(arrays.records.tobytes())]


# The same from Whoosh's own files, through its public reader


def read_records(reader: Any) -> Iterable[tuple[int, str]]:
    """The records of the works that were not deleted when the reader was opened."""
    if (ROLE, RECORD_ROLE.encode()) not in reader:
        return
    matcher = reader.postings(ROLE, RECORD_ROLE.encode())
    while matcher.is_active():
        start = int(matcher.id())
        yield start, reader.stored_fields(start)[RECORD]
        matcher.next()


def read_lexicon(reader: Any) -> Lexicon:
    """The lexicon of the segment, numbered as in its forward file."""
    forms = []
    for field, term in reader.terms_from(SYLLABLES, b""):
        if field != SYLLABLES:
            break
        forms.append(term.decode())
    return Lexicon.of(forms)


def read_lengths(reader: Any) -> Array:
    length_of = reader.doc_field_length
    return np.array(
        [length_of(at, SYLLABLES) or 0 for at in range(reader.doc_count_all())], np.uint32
    )


def read_postings(reader: Any, form: str) -> tuple[Array, Array]:
    """The documents a form stands in, ascending, and how often."""
    term = form.encode()
    docs: list[int] = []
    frequencies: list[float] = []
    if (SYLLABLES, term) in reader:
        matcher = reader.postings(SYLLABLES, term)
        while matcher.is_active():
            docs.append(matcher.id())
            frequencies.append(matcher.weight())
            matcher.next()
    return np.array(docs, np.int32), np.array(frequencies, np.uint8)


def read_words(reader: Any, forward: Forward) -> SegmentWords:
    """The words of a segment of which only the forward file and Whoosh's files are there."""
    postings = [read_postings(reader, form) for form in forward.lexicon.forms()]
    ends = np.cumsum([0, *(len(docs) for docs, _ in postings)])
    nothing = np.zeros(0, np.int32)
    return SegmentWords(
        forward,
        np.concatenate(([0], ends)),
        np.concatenate([nothing, *(docs for docs, _ in postings)]),
        np.concatenate([nothing.astype(np.uint8), *(times for _, times in postings)]),
        read_lengths(reader),
    )
