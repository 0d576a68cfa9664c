"""What a reader may be about to type: titles, names and places of works, and frequent phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args
from weakref import WeakKeyDictionary

import numpy as np

from archive.core.text import canonical, clean_text, find_tokens, fold, is_marked
from archive.search.query import Term, is_function_word
from archive.search.repair import Repairer, repairer_of
from archive.search.results import Completion
from archive.search.segments import Segment
from archive.search.snapshot import Audience, Snapshot

_LONGEST = 200
_MOST_WORDS = 8
# So many of each kind at most, while there are others.
_TITLES = 2
_PHRASES = 3
_NAMES = 3
_MOST_SUFFIXES = 20_000

_Kind = Literal["place", "person", "theme"]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts that can be found by the beginning of any of their words.

    `keys` are the folded texts from each word on, in order; `owners[i]` says whose key i is.
    `whole` are the folded texts.
    """

    keys: list[bytes]
    owners: list[int]
    whole: list[bytes]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Texts:
        folded = [[fold(word) for word in find_tokens(clean_text(text))] for text in texts]
        found = sorted(
            (" ".join(folds[at:]).encode(), owner)
            for owner, folds in enumerate(folded)
            for at in range(len(folds))
        )
        whole = [" ".join(folds).encode() for folds in folded]
        return cls([key for key, _ in found], [owner for _, owner in found], whole)

    def beginning(self, prefix: bytes) -> list[int]:
        """The texts in which a word begins so, in order of what follows."""
        begin = bisect_left(self.keys, prefix)
        end = bisect_left(self.keys, prefix + b"\xff", begin)
        return list(dict.fromkeys(self.owners[begin : min(end, begin + _MOST_SUFFIXES)]))


_titles: WeakKeyDictionary[Segment, _Texts] = WeakKeyDictionary()
_names: WeakKeyDictionary[Snapshot, dict[str, _Texts]] = WeakKeyDictionary()


def complete(
    snapshot: Snapshot, audience: Audience, text: str, *, limit: int
) -> tuple[Completion, ...]:
    """What the text may become, the likeliest first; all of it from what the audience may see."""
    cleaned = clean_text(text[:_LONGEST])
    typed = [canonical(token) for token in find_tokens(cleaned)]
    if not typed or len(typed) > _MOST_WORDS:
        return ()
    prefix = " ".join(map(fold, typed)).encode()
    if cleaned[-1:].isspace():
        typed.append("")
        prefix += b" "
    phrases = _phrases(repairer_of(snapshot, audience), typed)
    names = _named(snapshot, audience, prefix)
    begun, titles = _titled(snapshot, audience, prefix, limit)
    found = [*begun[:_TITLES], *names[:_NAMES], *phrases[:_PHRASES], *begun[_TITLES:], *titles]
    found += [*names[_NAMES:], *phrases[_PHRASES:]]
    unlike: dict[str, Completion] = {}
    for each in found:
        # Of what differs in marks alone the first, which is a name or the commonest, is enough.
        unlike.setdefault(" ".join(map(fold, find_tokens(clean_text(each.text)))), each)
    return tuple(islice(unlike.values(), limit))


def _titled(
    snapshot: Snapshot, audience: Audience, prefix: bytes, limit: int
) -> tuple[list[Completion], list[Completion]]:
    """Titles that begin with the text, and those with a word that does; the newest first."""
    rank = snapshot.rank("newest")
    found: list[tuple[bool, int, int]] = []
    first = 0
    for segment in snapshot.segments:
        held = _titles.get(segment)
        if held is None:
            held = _titles[segment] = _Texts.of([work.title for work in segment.works])
        slots = np.array(held.beginning(prefix), np.int64) + first
        slots = slots[audience.works[slots]]
        # Of a single letter thousands of titles hold a word: the newest are enough.
        for slot in slots[np.argsort(rank[slots])[: 8 * limit]].tolist():
            later = not held.whole[slot - first].startswith(prefix)
            found.append((later, int(rank[slot]), slot))
        first += len(segment.works)
    told: tuple[list[Completion], list[Completion]] = ([], [])
    for later, _, slot in sorted(found)[:limit]:
        work = snapshot.works[slot]
        told[later].append(Completion(work.title, "title", work.work_id))
    return told


def _named(snapshot: Snapshot, audience: Audience, prefix: bytes) -> list[Completion]:
    """Places, people and themes that works carry, those of most works first."""
    tables = _names.get(snapshot)
    if tables is None:
        tables = _names[snapshot] = {
            kind: _Texts.of(snapshot.facet(kind).values) for kind in get_args(_Kind)
        }
    found: list[tuple[int, str, Completion]] = []
    for kind in get_args(_Kind):
        values = snapshot.facet(kind).values
        counts = _works_by_value(snapshot, audience, kind)
        for code in tables[kind].beginning(prefix):
            if counts[code]:
                found.append((-counts[code], values[code], Completion(values[code], kind)))
    return [each for _, _, each in sorted(found)]


def _works_by_value(snapshot: Snapshot, audience: Audience, kind: str) -> list[int]:
    """How many works that may be seen carry each value; made once."""
    found: list[int] | None = audience.kept.get(f"works by {kind}")
    if found is None:
        held = snapshot.facet(kind)
        codes = held.codes[audience.works[held.works]]
        found = np.bincount(codes, minlength=len(held.values)).tolist()
        audience.kept[f"works by {kind}"] = found
    return found


def _phrases(repairer: Repairer, typed: Sequence[str]) -> list[Completion]:
    """Frequent phrases: the last word made whole, and where it is the only one, what follows it."""
    counts = repairer.counts
    *before, last = typed
    if before:
        found = counts.followers(before[-1], last)
        # What stands before is given its marks once, beside the likeliest.
        earlier = _meant(repairer, [*before[:-1], found[0][0]])[:-1] if found else []
        lines = [[*earlier, left, right] for left, right in found]
    else:
        lines = []
        for word in counts.words_beginning(last):
            if not is_function_word(word):
                follower = counts.followers(word, "", exactly=True, most=1)
                lines.append([word, follower[0][1]] if follower else [word])
    texts = [" ".join(line) for line in lines]
    return [Completion(text, "phrase") for text in dict.fromkeys(texts)]


def _meant(repairer: Repairer, line: Sequence[str]) -> list[str]:
    """The words of a line with the marks they were meant to have."""
    run = tuple(Term(word, fold(word), is_marked(word), weightless=False) for word in line)
    if all(term.marked for term in run):
        return list(line)
    meant = repairer.repair(run)
    return [other.form if other else term.canonical for term, other in zip(run, meant, strict=True)]
