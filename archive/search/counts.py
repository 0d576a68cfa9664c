"""How often words and pairs of words stand in what a reader may see: what query repair goes by.

Segments come with the counts of everything in them. What a reader may not see, and what is deleted,
is counted from the forward file and taken off, once for each set of hidden documents.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from archive.core.text import fold, is_marked
from archive.search.arrays import Array
from archive.search.derived import Pairs, count_docs, count_pairs, count_words, deletions, pair_keys
from archive.search.occurrences import Word
from archive.search.segments import Segment
from archive.search.snapshot import Audience, Snapshot

_KEPT_VIEWS = 4
_KEPT_FOLDS = 20_000


@dataclass(frozen=True, slots=True)
class FoldForms:
    """The forms of one fold that a reader may see, the commonest first.

    `counts[i]`: how often form i stands anywhere; `numbers[i]`: its number in each segment, 0
    where it does not stand there; `docs[i]`: in how many documents it stands. `total`: how often
    any of them stands; `all_docs`: in how many documents any of them does.
    """

    forms: tuple[str, ...]
    counts: tuple[int, ...]
    numbers: tuple[tuple[int, ...], ...]
    docs: tuple[int, ...]
    total: int
    all_docs: int


class _View:
    """The counts of one segment without some of its documents."""

    def __init__(self, segment: Segment, hidden: Array) -> None:
        held = segment.counts
        self.words: Array = held.words
        self.word_docs: Array = held.word_docs
        self.fold_docs: Array = held.fold_docs
        self._pairs: Pairs = held.pairs
        self._hidden: Pairs | None = None
        forward = segment.forward
        if forward is None or not hidden.any():
            return
        word_count = len(forward.lexicon)
        if np.count_nonzero(hidden) * 2 > len(hidden):
            shown = np.flatnonzero(~hidden)
            tokens, _ = forward.gather(shown)
            self.words, self._pairs = count_words(tokens, word_count), count_pairs(tokens)
            self.word_docs, self.fold_docs = count_docs(forward, shown)
        else:
            closed = np.flatnonzero(hidden)
            tokens, _ = forward.gather(closed)
            word_docs, fold_docs = count_docs(forward, closed)
            self.word_docs, self.fold_docs = held.word_docs - word_docs, held.fold_docs - fold_docs
            self.words = held.words - np.minimum(held.words, count_words(tokens, word_count))
            self._hidden = count_pairs(tokens)

    def followers(self, left: int, right: range) -> tuple[Array, Array]:
        """The words of a range of numbers that follow a word, and how often."""
        bounds = np.array([left << 32 | right.start, left << 32 | right.stop], np.uint64)
        begin, end = self._pairs.keys.searchsorted(bounds).tolist()
        keys = self._pairs.keys[begin:end]
        counts = self._pairs.counts[begin:end].astype(np.int64)
        if self._hidden is not None and len(keys):
            counts = np.maximum(counts - self._hidden.count(keys).astype(np.int64), 0)
        return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64), counts

    def pairs(self, keys: Array) -> Array:
        found = self._pairs.count(keys).astype(np.int64)
        if self._hidden is not None:
            found = np.maximum(found - self._hidden.count(keys).astype(np.int64), 0)
        return found


_views: WeakKeyDictionary[Segment, OrderedDict[bytes, _View]] = WeakKeyDictionary()
_views_lock = threading.Lock()


def _view(segment: Segment, hidden: Array) -> _View:
    key = np.packbits(hidden).tobytes() if hidden.any() else b""
    with _views_lock:
        held = _views.setdefault(segment, OrderedDict())
        found = held.get(key)
        if found is not None:
            held.move_to_end(key)
            return found
    made = _View(segment, hidden)
    with _views_lock:
        held[key] = made
        while len(held) > _KEPT_VIEWS:
            held.popitem(last=False)
    return made


class WordCounts:
    """The counts of a snapshot as far as one audience may see it."""

    def __init__(self, snapshot: Snapshot, audience: Audience) -> None:
        self._snapshot = snapshot
        self._views = [
            _view(segment, ~audience.docs[first : first + segment.doc_count])
            for segment, first in zip(snapshot.segments, snapshot.first_docs, strict=True)
        ]
        self._folds: dict[str, FoldForms] = {}
        self.nowhere = (0,) * len(self._views)
        self.total = sum(int(view.words.sum()) for view in self._views)

    def forms(self, folded: str) -> FoldForms:
        """The forms of a fold; none where the reader may see none."""
        found = self._folds.get(folded)
        if found is None:
            found = self._read(folded)
            if len(self._folds) >= _KEPT_FOLDS:
                self._folds.clear()
            self._folds[folded] = found
        return found

    def holding(self, words: Iterable[Word]) -> int:
        """In how many documents the words stand, those of each word added up."""
        found = 0
        for kind, text in words:
            held = self.forms(fold(text) if kind == "form" else text)
            if kind == "fold":
                found += held.all_docs
            elif text in held.forms:
                found += held.docs[held.forms.index(text)]
        return found

    def _read(self, folded: str) -> FoldForms:
        counts: Counter[str] = Counter()
        docs: Counter[str] = Counter()
        all_docs = 0
        numbers: dict[str, tuple[int, ...]] = {}
        for at, (segment, view) in enumerate(
            zip(self._snapshot.segments, self._views, strict=True)
        ):
            lexicon = segment.lexicon
            own = lexicon.range_of(folded)
            if not own:
                continue
            all_docs += int(view.fold_docs[lexicon.fold_of[own.start]])
            held = slice(own.start, own.stop)
            often, on = view.words[held].tolist(), view.word_docs[held].tolist()
            for number, form in enumerate(lexicon.forms(own), own.start):
                if count := often[number - own.start]:
                    counts[form] += count
                    docs[form] += on[number - own.start]
                    before = numbers.get(form, self.nowhere)
                    numbers[form] = (*before[:at], number, *before[at + 1 :])
        forms = sorted(counts, key=lambda form: (-counts[form], form))
        return FoldForms(
            tuple(forms),
            tuple(counts[form] for form in forms),
            tuple(numbers[form] for form in forms),
            tuple(docs[form] for form in forms),
            counts.total(),
            all_docs,
        )

    def near(self, folded: str) -> list[str]:
        """Folds that one slip of the finger parts from this one: a letter left out, put in,
        changed, or two that changed places."""
        keys = np.array(deletions(folded.encode()), np.uint64)
        found: set[bytes] = set()
        for segment in self._snapshot.segments:
            held, folds = segment.counts.misspelt
            begins, ends = held.searchsorted(keys), held.searchsorted(keys, "right")
            for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
                found.update(segment.lexicon.folds[fold] for fold in folds[begin:end].tolist())
        return sorted(other for each in found if is_slip(folded, other := each.decode()))

    def pairs(self, left: Array, right: Array) -> Array:
        """How often words stand side by side; for each pair its words' numbers by segment."""
        found = np.zeros(len(left), np.int64)
        for at, view in enumerate(self._views):
            here = np.flatnonzero((left[:, at] != 0) & (right[:, at] != 0))
            if len(here):
                found[here] += view.pairs(pair_keys(left[here, at], right[here, at]))
        return found

    def words_beginning(self, prefix: str, most: int = 5) -> list[str]:
        """The commonest words that begin so; marks count where the prefix has any."""
        found: Counter[str] = Counter()
        for segment, view in zip(self._snapshot.segments, self._views, strict=True):
            numbers = _prefix_range(segment, prefix)
            counts = view.words[numbers.start : numbers.stop].astype(np.int64)
            for at in _best(counts, 3 * most):
                form = segment.lexicon.form(numbers.start + at)
                if _begins(form, prefix):
                    found[form] += int(counts[at])
        return [word for word, _ in found.most_common(most)]

    def followers(
        self, word: str, prefix: str, *, exactly: bool = False, most: int = 5
    ) -> list[tuple[str, str]]:
        """The commonest pairs of a word and one after it that begins so.

        A word without marks stands for all that fold so, unless `exactly`.
        """
        found: Counter[tuple[str, str]] = Counter()
        for segment, view in zip(self._snapshot.segments, self._views, strict=True):
            lexicon = segment.lexicon
            if exactly or is_marked(word):
                number = lexicon.number(word)
                lefts = range(0) if number is None else range(number, number + 1)
            else:
                lefts = lexicon.range_of(word)
            rights = _prefix_range(segment, prefix)
            parts = [view.followers(left, rights) for left in lefts]
            if not parts:
                continue
            numbers = np.concatenate([own for own, _ in parts])
            counts = np.concatenate([own for _, own in parts])
            owners = np.repeat(np.array(lefts), [len(own) for own, _ in parts])
            for at in _best(counts, 3 * most):
                right = lexicon.form(int(numbers[at]))
                if _begins(right, prefix):
                    found[lexicon.form(int(owners[at])), right] += int(counts[at])
        return [pair for pair, count in found.most_common(most) if count > 1]


def _prefix_range(segment: Segment, prefix: str) -> range:
    """The numbers of the words whose folds begin so."""
    lexicon = segment.lexicon
    folds = lexicon.fold_prefix(fold(prefix))
    return range(int(lexicon.fold_first[folds.start]), int(lexicon.fold_first[folds.stop]))


def _best(counts: Array, most: int) -> list[int]:
    """Where the highest counts are; nothing that counts nothing."""
    order = np.flatnonzero(counts)
    if len(order) > most:
        order = order[np.argpartition(-counts[order], most)[:most]]
    return [int(at) for at in order]


def _begins(form: str, prefix: str) -> bool:
    """Whether a word whose fold begins like the prefix does so as it is written."""
    return form.isalpha() and (not is_marked(prefix) or form.startswith(prefix))


def is_slip(one: str, other: str) -> bool:
    """Whether one slip of the finger turns the one into the other; not if they are the same."""
    if len(one) == len(other):
        apart = [at for at in range(len(one)) if one[at] != other[at]]
        if len(apart) == 2 and apart[1] == apart[0] + 1:
            first, second = apart
            return one[first] == other[second] and one[second] == other[first]
        return len(apart) == 1
    if abs(len(one) - len(other)) != 1:
        return False
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
