"""Names in a sheet that nearly are names the archive knows already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.text import clean_text, fold
from archive.models import PublicationValue, Unit

FIELDS = ("themes", "places", "people", "events", "relics")
_MOST_NAMES = 5000
_MOST_LOOKED_UP = 20_000
_LEAST_LETTERS = 5
_LIKENESS = 0.88


def known_names(session: Session, field: str) -> Sequence[str]:
    """The names in use for a field, the commonest first; those of units for `unit`."""
    if field == "unit":
        return session.scalars(select(Unit.name).order_by(Unit.id)).all()
    return session.scalars(
        select(PublicationValue.value)
        .where(PublicationValue.field == field)
        .group_by(PublicationValue.value)
        .order_by(func.count().desc(), PublicationValue.value)
        .limit(_MOST_NAMES)
    ).all()


class NameGuesser:
    """For each name that is not known the known one it is probably meant to be."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._exact = {
            field: {clean_text(name) for name in known} for field, known in names.items()
        }
        self._plain: dict[str, dict[str, str]] = {}
        for field, known in names.items():
            plain = self._plain[field] = {}
            for name in known:
                plain.setdefault(_plain(name), name)
        self._found: dict[tuple[str, str], str] = {}

    def guess(self, field: str, name: str) -> str:
        """The known name that `name` is but for marks, signs and a slip of the pen; "" where it is
        known as it stands, or nothing comes near."""
        key = (field, name)
        if key not in self._found:
            if len(self._found) >= _MOST_LOOKED_UP:
                return ""
            self._found[key] = self._look(field, clean_text(name))
        return self._found[key]

    def _look(self, field: str, name: str) -> str:
        if name in self._exact.get(field, ()):
            return ""
        known, plain = self._plain.get(field, {}), _plain(name)
        if plain in known:
            return known[plain]
        if len(plain) < _LEAST_LETTERS:
            return ""
        near = get_close_matches(plain, known, n=1, cutoff=_LIKENESS)
        return known[near[0]] if near else ""


def guesser_for(session: Session) -> NameGuesser:
    """A guesser over what the catalogue knows now."""
    fields = ("unit", *FIELDS)
    return NameGuesser({field: known_names(session, field) for field in fields})


def _plain(name: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in clean_text(name)).split()
    return " ".join(fold(word) for word in words)
