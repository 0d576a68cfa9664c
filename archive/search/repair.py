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
from typing import NamedTuple

import numpy as np

from archive.core.telex import decode_telex
from archive.core.text import fold
from archive.search.arrays import Array
from archive.search.counts import WordCounts
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


class _Candidate(NamedTuple):
    """A reading of a word; `numbers` as in `FoldForms`. Hundreds are made for a long question."""

    form: str
    cost: float
    often: int
    numbers: tuple[int, ...]
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
            left = np.array([self._as_typed(word).numbers for word, _ in unknown], np.uint32)
            right = np.array([self._as_typed(word).numbers for _, word in unknown], np.uint32)
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
        known = self.counts.forms(term.folded).total if bare else typed.often
        if known < (self._few if bare else RARE) and len(term.folded) > 1:
            self._add_slips(found, term, bare=bare)
        return sorted(found.values(), key=lambda each: each.cost)[:_MOST_CANDIDATES]

    def _add_marks(
        self, found: dict[str, _Candidate], term: Term, typed: _Candidate, *, bare: bool
    ) -> None:
        cost = _OTHER_MARKS if typed.often >= RARE else _OTHER_MARKS_OF_UNKNOWN
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
        if reading.often >= self._least and (before is None or before.cost > cost):
            found[decoded] = _Candidate(decoded, cost, reading.often, reading.numbers, True)

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
                        candidate.form, cost + more, candidate.often, candidate.numbers, not bare
                    )

    def _of_fold(self, folded: str, most: int, cost: float) -> list[_Candidate]:
        held = self.counts.forms(folded)
        return [
            _Candidate(form, cost, count, numbers, False)
            for form, count, numbers in zip(
                held.forms[:most], held.counts, held.numbers, strict=False
            )
            if count >= self._least
        ]

    def _as_typed(self, word: str) -> _Candidate:
        held = self.counts.forms(fold(word))
        if word in held.forms:
            at = held.forms.index(word)
            return _Candidate(word, 0.0, held.counts[at], held.numbers[at], True)
        return _Candidate(word, 0.0, 0, self.counts.nowhere, True)

    def _likeliest(self, candidates: list[list[_Candidate]]) -> list[_Candidate]:
        """The best way through the candidates."""
        total = max(self.counts.total, 1)
        ends = list(itertools.accumulate(map(len, candidates)))
        of_word = [slice(end - len(held), end) for held, end in zip(candidates, ends, strict=True)]
        everyone = [each for held in candidates for each in held]
        costs = np.array([each.cost for each in everyone])
        counts = np.array([each.often for each in everyone], np.float64)
        alone = (counts + 0.01) / total
        left_out = (1 - _PAIR_SHARE) * alone
        doubt = _PAIR_SHARE / (counts + _PAIR_DOUBT)
        pairs = self._pairs(candidates, everyone)
        first = of_word[0]
        best = np.log(alone[first]) - costs[first]
        back: list[Array] = []
        for before, here, together in zip(of_word, of_word[1:], pairs, strict=False):
            ways = np.log(doubt[before, None] * together + left_out[here])
            ways += best[:, None]
            chosen = ways.argmax(0)
            back.append(chosen)
            best = ways[chosen, np.arange(len(chosen))] - costs[here]
        place = int(best.argmax())
        way = [place]
        for chosen in reversed(back):
            place = int(chosen[place])
            way.append(place)
        way.reverse()
        return [held[place] for held, place in zip(candidates, way, strict=True)]

    def _pairs(self, candidates: list[list[_Candidate]], everyone: list[_Candidate]) -> list[Array]:
        """The counts of every candidate beside every one of the next word, looked up at once."""
        sizes = [len(held) for held in candidates]
        shapes = list(itertools.pairwise(sizes))
        if not shapes:
            return []
        numbers = np.array([each.numbers for each in everyone], np.uint32)
        # Each candidate but the last word's stands before all of the next word's.
        followers = np.repeat([after for _, after in shapes], sizes[:-1])
        left = np.repeat(np.arange(len(followers)), followers)
        begins = np.repeat(np.cumsum(sizes[:-1]), sizes[:-1])
        right = np.arange(len(left)) + np.repeat(
            begins - np.cumsum(followers) + followers, followers
        )
        found = self.counts.pairs(numbers[left], numbers[right])
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
