"""The cells of one row, as other people type them → as a record takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from archive.core.text import clean_text, fold
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES
from archive.metadata.headings import NOTE
from archive.metadata.sheet_dates import UNKNOWN_WORDS, read_typed_date

# Words with which a foreign sheet's kind begins, without marks; the first that fits counts.
_KIND_WORDS: tuple[tuple[str, str], ...] = (
    *((words, "picture_book") for words in ("sach tranh", "sach anh", "truyen tranh")),
    *((words, "booklet") for words in ("sach mong", "sach nho", "so tay")),
    *((words, "book") for words in ("sach", "ki yeu", "giao trinh", "book")),
    *((words, "leaflet") for words in ("to gap", "to roi", "leaflet", "brochure")),
    *((words, "poster") for words in ("ap phich", "tranh co dong", "poster", "pano")),
    *((words, "magazine") for words in ("tap chi", "dac san", "magazine")),
    *((words, "exhibition") for words in ("tai lieu trung bay", "trien lam")),
    ("tap bai hat", "song_book"),
    ("ban tin", "bulletin"),
    ("ban do", "map"),
    ("map", "map"),
    ("lich treo", "calendar"),
    ("lich de ban", "calendar"),
)


@dataclass(frozen=True)
class CellGuess:
    """A cell that was not taken as it stands: the field, what it says, what was made of it, and
    why (`date`, `kind`, `kind_other`)."""

    field: str
    given: str
    taken: str
    why: str


@dataclass(frozen=True)
class Tidied:
    """The row's values as `services.records.read_record` reads them."""

    values: Mapping[str, str]
    guesses: tuple[CellGuess, ...]


def tidy(values: Mapping[str, str], *, is_1904: bool, is_foreign: bool) -> Tidied:
    """The values with dates, kinds, languages and access in the archive's words.

    Words for "nobody knows" become nothing. What no code is known for stays as it is, so that
    reading the record tells of it; in a foreign sheet a kind that nobody knows is `other`, and
    its words go to the note. Nothing raises here.
    """
    tidied = dict(values)
    guesses: list[CellGuess] = []
    if is_foreign:
        for name, text in values.items():
            if name not in ("title", "files", NOTE) and _plain_words(text) in UNKNOWN_WORDS:
                del tidied[name]
    for name in ("issued", "licence_date", "embargo_until"):
        if name in tidied:
            tidied[name] = _date(name, tidied[name], is_1904=is_1904, guesses=guesses)
    for guess in guesses:
        # What the date cannot hold stays beside the record; a day's number says nothing more.
        if not guess.given.strip().isdecimal():
            add_note(tidied, "Ngày", guess.given)
    if kind := tidied.get("kind"):
        _read_kind(tidied, kind, is_foreign=is_foreign, guesses=guesses)
    if languages := tidied.get("languages"):
        parts = [part.strip() for part in languages.split(";")]
        tidied["languages"] = ";".join(_language_codes().get(_plain_words(p), p) for p in parts)
    if access := tidied.get("access"):
        tidied["access"] = _access_code(access)
    return Tidied({name: text for name, text in tidied.items() if text}, tuple(guesses))


def add_note(values: dict[str, str], label: str, text: str) -> None:
    """Put `label: text` behind what the row's note holds already."""
    said = f"{label}: {text}"
    values[NOTE] = f"{values[NOTE]}\n{said}" if values.get(NOTE) else said


def _date(name: str, text: str, *, is_1904: bool, guesses: list[CellGuess]) -> str:
    try:
        typed = read_typed_date(text, is_1904=is_1904)
    except ValueError:
        return text
    if typed.issued is None:
        return ""
    if typed.is_guess:
        guesses.append(CellGuess(name, text, str(typed.issued), "date"))
    return str(typed.issued)


def _read_kind(
    values: dict[str, str], typed: str, *, is_foreign: bool, guesses: list[CellGuess]
) -> None:
    if typed in KINDS:
        return
    known = _kind_codes().get(_plain_words(typed))
    if known is not None:
        values["kind"] = known
        return
    if not is_foreign:
        return
    plain = " ".join(fold(word) for word in _letters(typed).split())
    for words, code in _KIND_WORDS:
        if plain == words or plain.startswith(f"{words} "):
            values["kind"] = code
            if plain != words:
                guesses.append(CellGuess("kind", typed, KINDS.vietnamese[code], "kind"))
                add_note(values, "Loại", typed)
            return
    values["kind"] = "other"
    guesses.append(CellGuess("kind", typed, KINDS.vietnamese["other"], "kind_other"))
    add_note(values, "Loại", typed)


def _access_code(typed: str) -> str:
    if typed in ACCESS:
        return typed
    words = _plain_words(typed)
    return {
        "công khai": "public",
        "mọi người": "public",
        "nội bộ": "internal",
        "lưu hành nội bộ": "internal",
        "hạn chế": "restricted",
        _plain_words(ACCESS.vietnamese["internal"]): "internal",
        _plain_words(ACCESS.vietnamese["restricted"]): "restricted",
    }.get(words, typed)


def _plain_words(text: str) -> str:
    return " ".join(clean_text(text).lower().split())


def _letters(text: str) -> str:
    return "".join(c if c.isalnum() else " " for c in _plain_words(text))


@cache
def _kind_codes() -> Mapping[str, str]:
    return {_plain_words(label): code for code, label in KINDS.vietnamese.items()}


@cache
def _language_codes() -> Mapping[str, str]:
    labels = {_plain_words(label): code for code, label in LANGUAGES.vietnamese.items()}
    return {**labels, **{label.removeprefix("tiếng "): code for label, code in labels.items()}}
