"""BibTeX and BibLaTeX entries, in UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.metadata.citation import authors, editors
from archive.metadata.description import DEMO_NOTE, Creator, Description, one_line

_TYPES = {"book": "book", "picture_book": "book", "song_book": "book", "booklet": "booklet"}

# A brace counts for BibTeX even behind a backslash, so none that was typed may stay one.
_SIGNS = {
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "%&#_$"},
}
_SIGN = re.compile(r"[\\{}~^%&#_$]")
_NOT_IN_URL = re.compile(r"[{}\\\s]")


def escape(text: str) -> str:
    """The text as TeX prints it, on one line and with balanced braces."""
    return _SIGN.sub(lambda found: _SIGNS[found.group()], one_line(text))


def bibtex(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """An entry after the other. Titles and names stand in braces of their own: no style may change
    their capitals or take the last word of a Vietnamese name for its family name."""
    for description in descriptions:
        yield _entry(description).encode()


def _entry(description: Description) -> str:
    kind = _TYPES.get(description.kind, "misc")
    lines = [
        f"  {name} = {{{value}}}"
        for name, value in _fields(description, is_book=kind == "book")
        if value
    ]
    return f"@{kind}{{anpham-{description.id},\n" + ",\n".join(lines) + "\n}\n\n"


def _fields(d: Description, *, is_book: bool) -> Iterator[tuple[str, str]]:
    written = authors(d)
    edited = editors(d)
    unit = [Creator(name=d.unit_name, is_body=True)] if d.unit_name else []
    publisher = d.brought_out_by if written or edited else d.publisher
    yield "author", _names(written or ([] if edited else unit))
    yield "editor", _names(edited)
    yield "title", f"{{{escape(d.full_title)}}}"
    yield "edition", escape(d.edition)
    yield "publisher" if is_book else "organization", escape(publisher)
    yield "address", escape(d.publisher_place)
    yield "year", str(d.issued.year) if d.issued else ""
    yield "month", str(d.issued.month or "") if d.issued else ""
    yield "series", escape(d.series)
    yield "volume" if is_book else "number", escape(d.volume)
    yield "isbn", escape(d.isbn)
    yield "issn", escape(d.issn)
    yield "language", escape(", ".join(d.languages))
    yield "keywords", escape(", ".join((*d.themes, *d.people, *d.places, *d.events, *d.relics)))
    yield "abstract", escape(d.abstract)
    yield "note", DEMO_NOTE if d.is_demo else ""
    yield "url", _NOT_IN_URL.sub("", d.url)


def _names(creators: Sequence[Creator]) -> str:
    return " and ".join(f"{{{escape(creator.name)}}}" for creator in creators)
