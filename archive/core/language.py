"""The language in which people are told something.

Every sentence is written in Vietnamese where it belongs, inside `_()`. A face may set what turns
it into another language for the request it answers; without that it stays as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

VIETNAMESE, ENGLISH = "vi", "en"

_Told = TypeVar("_Told")
Translate = Callable[[str], str]
Count = Callable[[str, int], str]
"""A sentence and the number it depends on → the sentence in the right number."""

# Between a context and its text, as gettext's catalogues have it.
_CONTEXT = "\x04"

_translate: ContextVar[Translate | None] = ContextVar("translate", default=None)
_count: ContextVar[Count | None] = ContextVar("count", default=None)


def speak(translate: Translate | None, count: Count | None) -> None:
    """What is told in this context from now on is translated so; None for Vietnamese."""
    _translate.set(translate)
    _count.set(count)


@contextmanager
def in_vietnamese() -> Iterator[None]:
    """What is told inside is Vietnamese, whatever the reader's language: it is stored, or stands
    in a document of the archive."""
    spoken = _translate.get(), _count.get()
    speak(None, None)
    try:
        yield
    finally:
        speak(*spoken)


def _(text: str) -> str:
    """The text in the language of this context."""
    translate = _translate.get()
    return translate(text) if translate is not None else text


def counted(text: str, number: int) -> str:
    """The text in the language of this context and in the number's form: Vietnamese has one,
    English two. Placeholders stay as they are."""
    count = _count.get()
    return count(text, number) if count is not None else text


def N_(text: str) -> str:  # noqa: N802 (the name by which such marks are known)
    """The text itself, marked as one that is translated where it is told (by `_` or `Words`)."""
    return text


def NC_(context: str, text: str) -> str:  # noqa: N802 (the name by which such marks are known)
    """The text, marked for `Words` as one whose translation differs from that of the same text
    elsewhere: a button says what will be done, a history what was."""
    return f"{context}{_CONTEXT}{text}"


def as_written(text: _Told) -> _Told:
    """The text itself (or a table of texts) in every language: it is what people write, or stored,
    or stands in a document of the archive, and those are Vietnamese."""
    return text


class Words(Mapping[str, str]):
    """Words by code, told in the language of the moment. The values are marked by `N_` or `NC_`."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._marked = dict(words)
        self.vietnamese: Final = {
            code: text.rpartition(_CONTEXT)[2] for code, text in words.items()
        }
        """The words as they are written, for what is stored and for documents."""

    def __getitem__(self, code: str) -> str:
        translate = _translate.get()
        return translate(self._marked[code]) if translate is not None else self.vietnamese[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.vietnamese)

    def __len__(self) -> int:
        return len(self.vietnamese)


def written_number(value: int) -> str:
    """1.234.567, in English 1,234,567."""
    written = f"{value:,}"
    return written if _translate.get() else written.replace(",", ".")


def written_decimal(value: float) -> str:
    """One place after the comma: 12,3, in English 12.3."""
    written = f"{value:.1f}"
    return written if _translate.get() else written.replace(".", ",")
