"""The indexes that the peers of `bench.search` answer from, made once for a corpus.

Each keeps a page as a document of two fields, the canonical words and the same without marks, its
work's title in both forms beside them, and the record as the work's page 0.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import analysis, fields, index

from archive.search.entries import WorkEntry
from bench.search_corpus import FACETS, facet_values, record_text, with_marks, without_marks

FACETS_FILE = "facets.npz"
FTS5_FILE = "fts5.db"
PAGE_BITS = 10
"""In FTS5 a row's number is its work's number, shifted by so many bits, and its page's."""

_TANTIVY_HEAP_BYTES = 1_000_000_000
_WHOOSH_MEMORY_MB = 512
_FTS5_TABLE = """
CREATE VIRTUAL TABLE page USING fts5(
    text, text_folded, title, title_folded,
    content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.,_'"
)
"""

# Whoosh's modules do not say which of their names are public, and carry no types.
_ANALYSIS: Any = analysis
_FIELDS: Any = fields


class _Document(NamedTuple):
    work: int
    page: int
    text: str
    text_folded: str
    title: str
    title_folded: str


def build(engine: str, entries: Iterable[WorkEntry], folder: Path) -> None:
    """Makes the engine's index of these works in an empty folder, with the works' facet values."""
    facets = _Facets()
    builders = {"tantivy": _build_tantivy, "fts5": _build_fts5, "whoosh": _build_whoosh}
    builders[engine](_documents(facets.noting(entries)), facets, folder)


def sqlite() -> Any:
    """The driver the archive has: see `archive.models.database`."""
    name = "pysqlite3.dbapi2" if sys.platform == "linux" else "sqlite3"
    return importlib.import_module(name)


def _documents(entries: Iterable[WorkEntry]) -> Iterator[_Document]:
    for work, entry in enumerate(entries):
        title, title_folded = with_marks(entry.title), without_marks(entry.title)
        texts = [(0, record_text(entry)), *((page.number, page.text) for page in entry.pages)]
        for number, text in texts:
            yield _Document(
                work, number, with_marks(text), without_marks(text), title, title_folded
            )


class _Facets:
    """Gathers each work's facet values while the works pass by."""

    def __init__(self) -> None:
        self.rows: list[dict[str, tuple[str, ...]]] = []

    def noting(self, entries: Iterable[WorkEntry]) -> Iterator[WorkEntry]:
        for entry in entries:
            self.rows.append(facet_values(entry))
            yield entry

    def save(self, path: Path) -> None:
        """Per facet its values, and as one list each value's number and its work's."""
        arrays: dict[str, NDArray[Any]] = {"works": np.array(len(self.rows))}
        for name in FACETS:
            values = sorted({value for row in self.rows for value in row[name]})
            numbers = {value: number for number, value in enumerate(values)}
            pairs = [
                (work, numbers[value])
                for work, row in enumerate(self.rows)
                for value in dict.fromkeys(row[name])
            ]
            arrays[f"{name}_values"] = np.array(values)
            arrays[f"{name}_works"] = np.array([work for work, _ in pairs], dtype=np.int64)
            arrays[f"{name}_numbers"] = np.array([number for _, number in pairs], dtype=np.int64)
        np.savez(path, **arrays)


def _build_tantivy(documents: Iterable[_Document], facets: _Facets, folder: Path) -> None:
    module: Any = importlib.import_module("tantivy")
    builder = module.SchemaBuilder()
    for name in ("text", "text_folded", "title", "title_folded"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("work", "page", "record"):
        builder.add_unsigned_field(name, fast=True)
    made = module.Index(builder.build(), path=str(folder))
    # One thread and room for all: few segments, which is the best that can happen to a reader.
    writer = made.writer(heap_size=_TANTIVY_HEAP_BYTES, num_threads=1)
    for found in documents:
        document = module.Document()
        document.add_text("text", found.text)
        document.add_text("text_folded", found.text_folded)
        document.add_text("title", found.title)
        document.add_text("title_folded", found.title_folded)
        document.add_unsigned("work", found.work)
        document.add_unsigned("page", found.page)
        if found.page == 0:
            document.add_unsigned("record", 1)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    facets.save(folder / FACETS_FILE)


def _build_fts5(documents: Iterable[_Document], facets: _Facets, folder: Path) -> None:
    connection = sqlite().connect(folder / FTS5_FILE)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(_FTS5_TABLE)
    # Work and page stand in the row's number, so that a hit needs no second table.
    connection.executemany(
        "INSERT INTO page(rowid, text, text_folded, title, title_folded) VALUES (?, ?, ?, ?, ?)",
        ((found.work << PAGE_BITS | found.page, *found[2:]) for found in documents),
    )
    connection.execute("INSERT INTO page(page) VALUES ('optimize')")
    connection.execute(
        "CREATE TABLE facet(work INTEGER, name INTEGER, value TEXT, "
        "PRIMARY KEY (work, name, value)) WITHOUT ROWID"
    )
    connection.executemany(
        "INSERT OR IGNORE INTO facet VALUES (?, ?, ?)",
        (
            (work, number, value)
            for work, row in enumerate(facets.rows)
            for number, name in enumerate(FACETS)
            for value in row[name]
        ),
    )
    connection.commit()
    connection.close()


def _whoosh_schema() -> Any:
    def text() -> Any:
        return _FIELDS.TEXT(analyzer=_ANALYSIS.SpaceSeparatedTokenizer(), phrase=True)

    return _FIELDS.Schema(
        text=text(),
        text_folded=text(),
        title=text(),
        title_folded=text(),
        work=_FIELDS.NUMERIC(int, sortable=True),
        page=_FIELDS.NUMERIC(int, sortable=True),
    )


def _build_whoosh(documents: Iterable[_Document], facets: _Facets, folder: Path) -> None:
    made: Any = index.create_in(str(folder), _whoosh_schema())
    writer = made.writer(limitmb=_WHOOSH_MEMORY_MB)
    for found in documents:
        writer.add_document(**found._asdict())
    writer.commit()
    facets.save(folder / FACETS_FILE)
