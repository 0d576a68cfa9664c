"""The forward file of a segment: every document's words in order, and the lexicon they come from.

Whoosh's postings say on which pages a word stands, not where. Phrases, neighbours and the counts
that query repair needs are read from here. A word is a number from 1 on; 0 parts documents, and
within a record its texts. Numbers are given in the order of (fold, form): all forms of one fold
are neighbours, so that a fold is a range of numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from archive.core.text import fold
from archive.search.arrays import Array, ArrayFile, write_arrays

BREAK = 0
_KEPT_RANGES = 5_000
_KEY = 8


class _Texts(Sequence[bytes]):
    """Byte strings one after another, as `bisect` wants them."""

    def __init__(self, data: Array, ends: Array) -> None:
        self._data = data.data if len(data) else memoryview(b"")
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]
        return bytes(self._data[self._ends[at] : self._ends[at + 1]])


def _joined(texts: Iterable[bytes]) -> tuple[Array, Array]:
    held = list(texts)
    ends = np.zeros(len(held) + 1, np.uint32)
    np.cumsum([len(text) for text in held], out=ends[1:])
    return np.frombuffer(b"".join(held), np.uint8), ends


@dataclass(frozen=True)
class Lexicon:
    """The forms of a segment, numbered from 1 by (fold, form), and their folds, from 0."""

    form_bytes: Array
    form_ends: Array
    fold_bytes: Array
    fold_ends: Array
    fold_first: Array
    """For each fold the number of its first form; one more entry closes the last range."""
    fold_of: Array
    """For each number its fold; entry 0 (a break) is no fold."""

    @classmethod
    def of(cls, forms: Iterable[str]) -> Lexicon:
        """The lexicon of these forms, each given once."""
        pairs = sorted((fold(form).encode(), form.encode()) for form in forms)
        folds: list[bytes] = []
        first: list[int] = []
        fold_of = np.full(len(pairs) + 1, 2**32 - 1, np.uint32)
        for number, (folded, _) in enumerate(pairs, 1):
            if not folds or folds[-1] != folded:
                folds.append(folded)
                first.append(number)
            fold_of[number] = len(folds) - 1
        form_bytes, form_ends = _joined(form for _, form in pairs)
        fold_bytes, fold_ends = _joined(folds)
        return cls(
            form_bytes,
            form_ends,
            fold_bytes,
            fold_ends,
            np.array([*first, len(pairs) + 1], np.uint32),
            fold_of,
        )

    def __len__(self) -> int:
        return len(self.form_ends) - 1

    @cached_property
    def _forms(self) -> _Texts:
        return _Texts(self.form_bytes, self.form_ends)

    @cached_property
    def folds(self) -> Sequence[bytes]:
        """The folds in order of their bytes."""
        return _Texts(self.fold_bytes, self.fold_ends)

    def form(self, number: int) -> str:
        return self._forms[number - 1].decode()

    def forms(self, numbers: range | None = None) -> list[str]:
        """The forms of a range of numbers, all where none is named, in their order."""
        if numbers is None:
            numbers = range(1, len(self) + 1)
        ends = self.form_ends[numbers.start - 1 : numbers.stop].tolist()
        data = self.form_bytes[ends[0] : ends[-1]].tobytes() if ends else b""
        return [data[begin - ends[0] : end - ends[0]].decode() for begin, end in pairwise(ends)]

    def fold_number(self, folded: str) -> int | None:
        wanted = folded.encode()
        key = np.uint64(int.from_bytes(wanted[:_KEY].ljust(_KEY, b"\0"), "big"))
        at = int(self._fold_keys.searchsorted(key))
        if len(wanted) >= _KEY:
            # Others begin so, too.
            at = bisect_left(
                self.folds, wanted, at, int(self._fold_keys.searchsorted(key, "right"))
            )
        return at if at < len(self.folds) and self.folds[at] == wanted else None

    @cached_property
    def _fold_keys(self) -> Array:
        """The first bytes of each fold as a number; numbers are found quicker than texts."""
        begins, ends = self.fold_ends[:-1, None].astype(np.int64), self.fold_ends[1:, None]
        places = begins + np.arange(_KEY)
        inside = places < ends
        letters = self.fold_bytes.take(np.minimum(places, len(self.fold_bytes) - 1)) * inside
        return np.ascontiguousarray(letters).view(">u8").astype(np.uint64).reshape(-1)

    def fold_prefix(self, prefix: str) -> range:
        """The folds that begin so."""
        wanted = prefix.encode()
        begin = bisect_left(self.folds, wanted)
        return range(begin, bisect_left(self.folds, wanted + b"\xff", begin))

    def range_of(self, folded: str) -> range:
        """The numbers of all forms that fold so; empty where there are none."""
        found = self._asked.get(folded)
        if found is None:
            at = self.fold_number(folded)
            found = self.range_at(at) if at is not None else range(0)
            if len(self._asked) >= _KEPT_RANGES:
                self._asked.clear()
            self._asked[folded] = found
        return found

    @cached_property
    def _asked(self) -> dict[str, range]:
        return {}

    def range_at(self, fold_number: int) -> range:
        return range(int(self.fold_first[fold_number]), int(self.fold_first[fold_number + 1]))

    def number(self, form: str) -> int | None:
        """The number of a form, None where it does not stand in this segment."""
        found = self.range_of(fold(form))
        if not found:
            return None
        at = bisect_left(self._forms, form.encode(), found.start - 1, found.stop - 1)
        return at + 1 if at + 1 in found and self.form(at + 1) == form else None


@dataclass(frozen=True)
class Forward:
    """Tokens of all documents of a segment; `offsets[i]:offsets[i + 1]` are those of document i,
    a break at their end among them."""

    tokens: Array
    offsets: Array
    lexicon: Lexicon

    def gather(self, docs: Array) -> tuple[Array, Array]:
        """The tokens of these documents one after another, and where each document's end."""
        begins, ends = self.offsets[docs].tolist(), self.offsets[docs + 1].tolist()
        parts = [self.tokens[begin:end] for begin, end in zip(begins, ends, strict=True)]
        sizes = [end - begin for begin, end in zip(begins, ends, strict=True)]
        return np.concatenate(parts) if parts else self.tokens[:0], np.cumsum(sizes, dtype=np.int64)


_LEXICON = ("form_bytes", "form_ends", "fold_bytes", "fold_ends", "fold_first", "fold_of")


def write_forward(path: Path, forward: Forward) -> None:
    write_arrays(
        path,
        {
            "tokens": forward.tokens,
            "offsets": forward.offsets,
            **{name: getattr(forward.lexicon, name) for name in _LEXICON},
        },
    )


def forward_of(file: ArrayFile) -> Forward:
    """The forward file as it was written."""
    lexicon = Lexicon(**{name: file[name] for name in _LEXICON})
    return Forward(file["tokens"], file["offsets"], lexicon)
