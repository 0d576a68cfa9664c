"""Marks in a page's text: which places answer a query, in snippets and on the page image alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from archive.core.text import Token, canonical, clean_text, fold
from archive.search.spotting import find_folds

_GAP = re.compile(r"[\s\-–]*")
_MAX_TEXT = 200_000
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class MarkWord:
    """A word to mark. `marked`: typed with tones or marks; `weightless`: a function word."""

    canonical: str
    folded: str
    marked: bool = False
    weightless: bool = False


@dataclass(frozen=True, slots=True)
class MarkTerms:
    """The words of a query, and which of them stood side by side there (as folded pairs)."""

    words: tuple[MarkWord, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt as HTML, every piece escaped and hits in `<mark>`; `hits` counts the marks."""

    html: str
    hits: int


@dataclass(slots=True)
class _Run:
    start: int
    end: int
    folded: str
    words: int
    content: int


def mark(text: str, terms: MarkTerms) -> list[tuple[int, int]]:
    """The places to mark in stored text (NFC), in order and apart: `text[start:end]`.

    A word typed with marks is marked exactly where it stands so in the text, and by its folded
    form where it does not. Neighbours that are neighbours in the query become one mark; where
    there is such a phrase, lone syllables stay unmarked. Only the first 200,000 characters count.
    """
    return [(run.start, run.end) for run in _runs(text[:_MAX_TEXT], terms)]


def snippet(text: str, terms: MarkTerms, length: int = 240) -> Snippet:
    """The excerpt of about `length` characters that shows most of the query.

    Without a hit it is the beginning of the text; an empty text gives an empty snippet.
    """
    text = clean_text(text[:_MAX_TEXT])
    runs = _runs(text, terms)
    start, end = _window(text, runs, length)
    shown = [(run.start, run.end) for run in runs if start <= run.start and run.end <= end]
    before = f"{_ELLIPSIS} " if text[:start].strip() else ""
    after = f" {_ELLIPSIS}" if text[end:].strip() else ""
    return Snippet(before + _render(text, start, end, shown) + after, len(shown))


def word_indices(page_words: Sequence[str], terms: MarkTerms) -> list[int]:
    """Which of a page's words (in reading order, as they stand on the image) carry a mark.

    The rule is that of `mark`, so that boxes and text agree.
    """
    starts: list[int] = []
    joined = ""
    pieces: list[str] = []
    at = 0
    for word in page_words:
        cleaned = clean_text(word)
        starts.append(at)
        pieces.append(cleaned)
        at += len(cleaned) + 1
    joined = " ".join(pieces)
    found: list[int] = []
    index = 0
    for run in _runs(joined, terms):
        while index < len(starts) and starts[index] + len(pieces[index]) <= run.start:
            index += 1
        while index < len(starts) and starts[index] < run.end:
            if pieces[index]:
                found.append(index)
            index += 1
    return found


def _runs(text: str, terms: MarkTerms) -> list[_Run]:
    by_fold: dict[str, list[MarkWord]] = {}
    for word in terms.words:
        by_fold.setdefault(word.folded, []).append(word)
    if not by_fold:
        return []
    hits = [
        (token, form, folded)
        for token in find_folds(text, frozenset(by_fold))
        if (folded := fold(form := canonical(token.text))) in by_fold
    ]
    accepted = _accepted_forms(by_fold, {form for _, form, _ in hits})
    runs: list[_Run] = []
    for token, form, folded in hits:
        if folded in accepted and form not in accepted[folded]:
            continue
        content = 0 if all(word.weightless for word in by_fold[folded]) else 1
        _extend(runs, text, token, folded, content, terms)
    if any(not word.weightless for word in terms.words):
        runs = [run for run in runs if run.content]
    if any(run.words > 1 for run in runs):
        runs = [run for run in runs if run.words > 1]
    return runs


def _accepted_forms(by_fold: dict[str, list[MarkWord]], present: set[str]) -> dict[str, set[str]]:
    """For folds that were only typed with marks, and stand so in the text: just those forms."""
    accepted: dict[str, set[str]] = {}
    for folded, wanted in by_fold.items():
        forms = {word.canonical for word in wanted}
        if all(word.marked for word in wanted) and forms & present:
            accepted[folded] = forms
    return accepted


def _extend(
    runs: list[_Run], text: str, token: Token, folded: str, content: int, terms: MarkTerms
) -> None:
    """Joins the token to the run before it where both are neighbours in text and query."""
    if runs:
        last = runs[-1]
        gap = _GAP.fullmatch(text, last.end, token.start)
        if gap and (last.folded, folded) in terms.pairs:
            last.end, last.folded = token.end, folded
            last.words += 1
            last.content += content
            return
    runs.append(_Run(token.start, token.end, folded, 1, content))


def _window(text: str, runs: Sequence[_Run], length: int) -> tuple[int, int]:
    """The stretch of text to show: the one whose runs hold most different words, then most."""
    if len(text) <= length:
        return 0, len(text)
    best: tuple[int, int, int] | None = None
    chosen = (0, 0)
    last = -1
    inside: Counter[str] = Counter()
    looks = [text[run.start : run.end].lower() for run in runs]
    for first, run in enumerate(runs):
        while last + 1 < len(runs) and (
            last < first or runs[last + 1].end - run.start <= length * 3 // 4
        ):
            last += 1
            inside[looks[last]] += 1
        longest = max(each.words for each in runs[first : last + 1])
        value = (longest, len(inside), last - first + 1)
        if best is None or value > best:
            best = value
            chosen = (run.start, runs[last].end)
        inside[looks[first]] -= 1
        if not inside[looks[first]]:
            del inside[looks[first]]
    centre_slack = max(0, length - (chosen[1] - chosen[0])) // 2
    start = max(0, min(chosen[0] - centre_slack, len(text) - length))
    end = min(len(text), max(start + length, chosen[1]))
    return _snap(text, start, chosen[0], end, chosen[1] if runs else 0)


def _snap(text: str, start: int, hit_start: int, end: int, hit_end: int) -> tuple[int, int]:
    """Moves both ends inwards to a blank, so that no word is cut, but never into the hit."""
    if start > 0 and not text[start - 1].isspace():
        blank = re.compile(r"\s").search(text, start, max(start, hit_start))
        start = blank.end() if blank else start
    if end < len(text) and not text[end].isspace():
        blank_at = max(text.rfind(" ", hit_end, end), text.rfind("\n", hit_end, end))
        end = blank_at if blank_at > start else end
    return start, end


def _render(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> str:
    """Each piece is escaped by itself and only then wrapped: text never becomes markup."""
    parts: list[str] = []
    at = start
    for span_start, span_end in spans:
        parts.append(escape(text[at:span_start]))
        parts.append(f"<mark>{escape(text[span_start:span_end])}</mark>")
        at = span_end
    parts.append(escape(text[at:end]))
    return "".join(parts)
