"""What a publication's own pages say of it: values to offer, each with the line it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FIELDS: tuple[str, ...] = (
    "title",
    "subtitle",
    "responsibility",
    "publisher",
    "printer",
    "printer_place",
    "licence_number",
    "issued",
    "legal_deposit",
    "isbn",
    "print_run",
    "dimensions",
)
"""Everything that is guessed. `printer_place` and `legal_deposit` ("quý III năm 2024") are no
fields of the record: they stand beside `printer` and `issued` for whoever wants to check."""

LINE_LENGTH = 200


@dataclass(frozen=True)
class Guess:
    """A value for a field as a person would type it (`issued`: 2024, 7/2024, 15/7/2024).

    `line` is where it was read, on page `page_number`; page 0 is the file's own title.
    `certainty` (0 to 1) orders guesses of one field; what is below a half is never offered.
    """

    field: str
    value: str
    page_number: int
    line: str
    certainty: float


@dataclass(frozen=True)
class Doubt:
    """Something that was printed and cannot be right: `problem` is `check_digit` (of an ISBN)."""

    field: str
    value: str
    page_number: int
    line: str
    problem: str


@dataclass(frozen=True)
class Guesses:
    """At most one guess per field, in the order of `FIELDS`."""

    guesses: tuple[Guess, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def of(self, field: str) -> Guess | None:
        """The guess for a field; None where the pages say nothing certain."""
        return next((guess for guess in self.guesses if guess.field == field), None)

    def value(self, field: str) -> str:
        """Its value, "" where there is none."""
        found = self.of(field)
        return found.value if found else ""


def best(found: Iterable[Guess], doubts: Iterable[Doubt] = ()) -> Guesses:
    """The most certain guess of each field; of equals the first."""
    chosen: dict[str, Guess] = {}
    for guess in found:
        rival = chosen.get(guess.field)
        if guess.certainty >= 0.5 and (rival is None or guess.certainty > rival.certainty):
            chosen[guess.field] = guess
    right = chosen.get("isbn")
    return Guesses(
        guesses=tuple(chosen[field] for field in FIELDS if field in chosen),
        doubts=() if right else tuple(dict.fromkeys(doubts)),
    )
