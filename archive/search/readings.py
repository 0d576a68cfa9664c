"""How the words of a query may be taken, and what each was taken for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from archive.search.query import ParsedQuery, Term, is_function_word
from archive.search.repair import Meant, Repairer

NAME_WEIGHT = 2.0


class Reading(Enum):
    """How strictly the words are taken; tried in this order until something is found."""

    AS_TYPED = "as typed"
    WITHOUT_MARKS = "without marks"
    REPAIRED = "repaired"
    ANY_WORD = "any word"


class Repairs:
    """What the words of one query were taken for."""

    def __init__(self, query: ParsedQuery, repairer: Repairer) -> None:
        self.by_run = [(run, repairer.repair(run)) for run in query.runs]
        self._meant: dict[Term, list[Meant]] = {}
        for run, found in self.by_run:
            for term, meant in zip(run, found, strict=True):
                if meant is not None and meant not in self._meant.setdefault(term, []):
                    self._meant[term].append(meant)

    def of(self, term: Term) -> Sequence[Meant]:
        """The other words a word may have meant."""
        return self._meant.get(term, ())

    def is_weightless(self, term: Term) -> bool:
        """Whether the word is a function word: as typed, or typed without the marks of one."""
        if term.weightless or term.marked:
            return term.weightless
        meant = self._meant.get(term)
        return meant is not None and all(is_function_word(other.form) for other in meant)

    def __bool__(self) -> bool:
        return bool(self._meant)

    def runs(self) -> list[tuple[str, ...]]:
        """The runs of forms as they were meant."""
        return [
            tuple(
                meant.form if meant else term.canonical
                for term, meant in zip(run, found, strict=True)
            )
            for run, found in self.by_run
        ]


def neighbours(query: ParsedQuery, repairs: Repairs) -> dict[tuple[str, str], float]:
    """The pairs of forms that stand side by side in what was meant, and how much each counts:
    that of two words typed like a name more, among others that are not."""
    found: dict[tuple[str, str], float] = {}
    runs = [*zip(query.runs, repairs.runs(), strict=True)]
    runs += [(run, tuple(term.canonical for term in run)) for run in query.phrases]
    mixed = not all(term.capital for terms, _ in runs for term in terms)
    for terms, forms in runs:
        for (left, right), pair in zip(pairwise(terms), pairwise(forms), strict=True):
            weight = NAME_WEIGHT if mixed and left.capital and right.capital else 1.0
            found[pair] = max(found.get(pair, 0.0), weight)
    return found
