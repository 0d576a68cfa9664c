"""What a reader meant to type: marks that were left out, raw Telex, a slip of the finger.

Every word has candidates, each at a cost, and the likeliest sentence of candidates is taken, by
how often words and neighbours stand in what the reader may see (Viterbi over the pairs). Costs
are natural logarithms of how much less likely a reading is than the word as typed; they were chosen
on the open set of questions (`bench.retrieval`).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archive.core.telex import decode_telex
from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.counts import WordCounts, stacked
from archive.search.query import Term
from archive.search.snapshot import Audience, Snapshot

# A word that stands so seldom is taken for unknown: scanned pages hold slips, too.
RARE = 3
# How often a word must stand in an archive of many words, and in a small one, to be what was meant
# by a misspelt one. In a large one, what stands there once is more likely a slip itself.
_MANY_WORDS = 100_000
_FEW = (5, 2)
_LEAST = (2, 1)
_OTHER_MARKS = 7.0
_OTHER_MARKS_OF_UNKNOWN = 2.0
_TELEX_OF_KNOWN = 5.0
_TELEX = 0.5
_SLIP = 5.0
_SLIP_AND_OTHER_MARKS = 2.0
_CONFUSED = 1.5
_MOST_FORMS = 12
_MOST_FORMS_OF_SLIP = 6
_MOST_CANDIDATES = 40
_PAIR_SHARE = 0.8
_PAIR_DOUBT = 5
_KEPT = 2_000

# Sounds that are written alike or spoken alike: who takes one for the other makes no slip.
_ALIKE = (
    ("ch", "tr"),
    ("s", "x"),
    ("l", "n"),
    ("d", "gi"),
    ("r", "d"),
    ("r", "gi"),
    ("ngh", "ng"),
    ("gh", "g"),
    ("c", "k"),
    ("y", "i"),
)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a word was taken for. `exactly`: the reader typed its marks, if as Telex keys."""

    form: str
    exactly: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    form: str
    cost: float
    count: int
    numbers: Array
    exactly: bool


def repairer_of(snapshot: Snapshot, audience: Audience) -> Repairer:
    """What repairs queries by what this audience may see."""
    found: Repairer | None = audience.kept.get("repairer")
    if found is None:
        found = audience.kept["repairer"] = Repairer(WordCounts(snapshot, audience))
    return found


class Repairer:
    """Repairs runs of words by the counts of one audience."""

    def __init__(self, counts: WordCounts) -> None:
        self.counts = counts
        size = 0 if counts.total > _MANY_WORDS else 1
        self._few, self._least = _FEW[size], _LEAST[size]
        self._pair_counts: dict[tuple[str, str], int] = {}
        self._kept: dict[tuple[Term, ...], tuple[Meant | None, ...]] = {}

    def pair_counts(self, pairs: Sequence[tuple[str, str]]) -> list[int]:
        """How often two forms stand side by side, for each of the pairs."""
        unknown = [pair for pair in pairs if pair not in self._pair_counts]
        if unknown:
            left = stacked([self._as_typed(word).numbers for word, _ in unknown])
            right = stacked([self._as_typed(word).numbers for _, word in unknown])
            if len(self._pair_counts) > _KEPT:
                self._pair_counts.clear()
                return self.pair_counts(pairs)
            self._pair_counts.update(
                zip(unknown, self.counts.pairs(left, right).tolist(), strict=True)
            )
        return [self._pair_counts[pair] for pair in pairs]

    def repair(self, run: tuple[Term, ...]) -> tuple[Meant | None, ...]:
        """For each word what was meant, None where it stays as typed."""
        found = self._kept.get(run)
        if found is None:
            found = self._repair(run)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[run] = found
        return found

    def _repair(self, run: Sequence[Term]) -> tuple[Meant | None, ...]:
        bare = not any(term.marked for term in run)
        candidates = [self._candidates(term, bare=bare) for term in run]
        chosen = self._likeliest(candidates)
        return tuple(
            Meant(best.form, best.exactly) if best.form != term.canonical else None
            for term, best in zip(run, chosen, strict=True)
        )

    def _candidates(self, term: Term, *, bare: bool) -> list[_Candidate]:
        """The readings of a word, itself first. `bare`: the whole run was typed without marks."""
        word = term.canonical
        typed = self._as_typed(word)
        if term.fixed or not word.isalpha():
            return [typed]
        found: dict[str, _Candidate] = {word: typed}
        self._add_marks(found, term, typed, bare=bare)
        self._add_telex(found, term)
        known = self.counts.forms(term.folded).total if bare else typed.count
        if known < (self._few if bare else RARE) and len(term.folded) > 1:
            self._add_slips(found, term, bare=bare)
        return sorted(found.values(), key=lambda each: each.cost)[:_MOST_CANDIDATES]

    def _add_marks(
        self, found: dict[str, _Candidate], term: Term, typed: _Candidate, *, bare: bool
    ) -> None:
        cost = _OTHER_MARKS if typed.count >= RARE else _OTHER_MARKS_OF_UNKNOWN
        for candidate in self._of_fold(term.folded, _MOST_FORMS, 0.0 if bare else cost):
            found.setdefault(candidate.form, candidate)

    def _add_telex(self, found: dict[str, _Candidate], term: Term) -> None:
        decoded = None if term.marked else decode_telex(term.canonical)
        if decoded is None or decoded == term.canonical:
            return
        known = self.counts.forms(term.folded).total >= self._few
        cost = _TELEX_OF_KNOWN if known else _TELEX
        reading = self._as_typed(decoded)
        before = found.get(decoded)
        if reading.count >= self._least and (before is None or before.cost > cost):
            found[decoded] = _Candidate(decoded, cost, reading.count, reading.numbers, True)

    def _add_slips(self, found: dict[str, _Candidate], term: Term, *, bare: bool) -> None:
        alike = _spoken_alike(term.folded)
        for folded in sorted({*self.counts.near(term.folded), *alike}):
            if self.counts.forms(folded).total < self._few:
                continue
            cost = _SLIP - (_CONFUSED if folded in alike else 0.0)
            for candidate in self._of_fold(folded, _MOST_FORMS_OF_SLIP, cost):
                more = 0.0 if bare or _same_marks(term, candidate.form) else _SLIP_AND_OTHER_MARKS
                before = found.get(candidate.form)
                if before is None or before.cost > cost + more:
                    found[candidate.form] = _Candidate(
                        candidate.form, cost + more, candidate.count, candidate.numbers, not bare
                    )

    def _of_fold(self, folded: str, most: int, cost: float) -> list[_Candidate]:
        held = self.counts.forms(folded)
        return [
            _Candidate(form, cost, int(held.counts[at]), held.numbers[:, at : at + 1], False)
            for at, form in enumerate(held.forms[:most])
            if held.counts[at] >= self._least
        ]

    def _as_typed(self, word: str) -> _Candidate:
        held = self.counts.forms(fold(word))
        if word in held.forms:
            at = held.forms.index(word)
            return _Candidate(word, 0.0, int(held.counts[at]), held.numbers[:, at : at + 1], True)
        none = np.zeros((held.numbers.shape[0], 1), np.uint32)
        return _Candidate(word, 0.0, 0, none, True)

    def _likeliest(self, candidates: list[list[_Candidate]]) -> list[_Candidate]:
        """The best way through the candidates."""
        total = max(self.counts.total, 1)
        costs = [np.array([each.cost for each in held]) for held in candidates]
        counts = [np.array([each.count for each in held], np.float64) for held in candidates]
        alone = [(count + 0.01) / total for count in counts]
        pairs = self._pairs(candidates)
        best = np.log(alone[0]) - costs[0]
        back: list[Array] = []
        for at in range(1, len(candidates)):
            together = _PAIR_SHARE * pairs[at - 1] / (counts[at - 1][:, None] + _PAIR_DOUBT)
            ways = best[:, None] + np.log(together + (1 - _PAIR_SHARE) * alone[at])
            chosen = ways.argmax(0)
            back.append(chosen)
            best = ways[chosen, np.arange(len(chosen))] - costs[at]
        place = int(best.argmax())
        way = [place]
        for chosen in reversed(back):
            place = int(chosen[place])
            way.append(place)
        way.reverse()
        return [held[place] for held, place in zip(candidates, way, strict=True)]

    def _pairs(self, candidates: list[list[_Candidate]]) -> list[Array]:
        """The counts of every candidate beside every one of the next word, looked up at once."""
        numbers = [stacked([each.numbers for each in held]) for held in candidates]
        shapes = [(a.shape[1], b.shape[1]) for a, b in itertools.pairwise(numbers)]
        if not shapes:
            return []
        left = [np.repeat(a, b.shape[1], axis=1) for a, b in itertools.pairwise(numbers)]
        right = [np.tile(b, a.shape[1]) for a, b in itertools.pairwise(numbers)]
        found = self.counts.pairs(stacked(left), stacked(right))
        ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
        return [
            part.reshape(shape) for part, shape in zip(np.split(found, ends), shapes, strict=True)
        ]


def _same_marks(term: Term, form: str) -> bool:
    return _marks(term.canonical) == _marks(form)


def _marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in decomposed if unicodedata.combining(letter))


def _spoken_alike(folded: str) -> set[str]:
    """What the word would be with another onset that is spoken or written alike."""
    return {
        after + folded[len(before) :]
        for pair in _ALIKE
        for before, after in (pair, pair[::-1])
        if folded.startswith(before)
    }
