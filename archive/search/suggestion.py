"""What was meant, told: the repaired query as its reader would have typed it, and its words."""

from __future__ import annotations

from archive.core.text import canonical, clean_text, fold, is_marked, tokens
from archive.search.query import Term
from archive.search.readings import Repairs


def suggest(text: str, repairs: Repairs) -> str:
    """The query with the words in it that were repaired; "" where none was.

    Operators, quoted phrases and what else was typed stay; a word keeps its capitals.
    """
    wanted = [
        (term.canonical, meant.form)
        for run, found in repairs.by_run
        for term, meant in zip(run, found, strict=True)
        if meant is not None
    ]
    if not wanted:
        return ""
    cleaned = clean_text(text)
    parts: list[str] = []
    at = 0
    for token in tokens(cleaned):
        if wanted and canonical(token.text) == wanted[0][0]:
            parts += [cleaned[at : token.start], _dressed(wanted.pop(0)[1], token.text)]
            at = token.end
    return "".join([*parts, cleaned[at:]]) if not wanted else ""


def meant_terms(repairs: Repairs) -> list[tuple[Term, ...]]:
    """The runs as they were meant, where that is not as they were typed."""
    runs = []
    for run, found in repairs.by_run:
        if any(found):
            runs.append(
                tuple(
                    Term(meant.form, fold(meant.form), is_marked(meant.form), term.weightless, True)
                    if meant
                    else term
                    for term, meant in zip(run, found, strict=True)
                )
            )
    return runs


def _dressed(form: str, typed: str) -> str:
    """The form in the capitals of what was typed."""
    if len(typed) > 1 and typed.isupper():
        return form.upper()
    return form[:1].upper() + form[1:] if typed[:1].isupper() else form
