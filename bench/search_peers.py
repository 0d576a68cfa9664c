"""The peers of `bench.search`: tantivy, SQLite FTS5 and stock Whoosh over the same words.

Each keeps a page as a document of two fields, the canonical words and the same without marks, its
work's title in both forms beside them, and the record as the work's page 0. Each answers a question
whole: the ten best works with their best pages, how many works and pages there are, and six facets
counted in works. How a peer does the last three is the fastest way found for it; see `README.md`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from whoosh import analysis, fields, index, query, scoring

from archive.search.entries import WorkEntry
from bench.search_corpus import FACETS, facet_values, record_text, with_marks, without_marks
from bench.search_questions import Part, Question

TOP = 10
ENGINES = ("tantivy", "fts5", "whoosh")

# Whoosh's modules do not say which of their names are public, and carry no types.
_ANALYSIS: Any = analysis
_QUERY: Any = query
_FIELDS: Any = fields
_SCORING: Any = scoring
_PAGES_PER_WORK_BITS = 10
_TANTIVY_HEAP_BYTES = 1_000_000_000
_WHOOSH_MEMORY_MB = 512


class Best(NamedTuple):
    """A work by its number, its best page (0: the record), and that page's score."""

    work: int
    page: int
    score: float


class Answered(NamedTuple):
    """A peer's whole answer. `facets`: by name, each value with its works."""

    works: int
    pages: int
    best: Sequence[Best]
    facets: dict[str, dict[str, int]]


class Peer(Protocol):
    """An engine over a folder that was built before."""

    def ask(self, question: Question) -> Answered: ...


class _Document(NamedTuple):
    work: int
    page: int
    text: str
    text_folded: str
    title: str
    title_folded: str


def build(engine: str, entries: Iterable[WorkEntry], folder: Path) -> None:
    """Makes the engine's index of these works in an empty folder, with the works' facet values."""
    facets = _FacetWriter()
    counted = facets.noting(entries)
    {"tantivy": _build_tantivy, "fts5": _build_fts5, "whoosh": _build_whoosh}[engine](
        _documents(counted), folder
    )
    if engine == "fts5":
        _add_fts5_facets(facets, folder)
    else:
        facets.save(folder / "facets.npz")


def open_peer(engine: str, folder: Path) -> Peer:
    """The engine over what `build` left in the folder. Modules load now, not with a question."""
    if engine == "tantivy":
        return _Tantivy(folder)
    if engine == "fts5":
        return _Fts5(folder)
    return _Whoosh(folder)


def _documents(entries: Iterable[WorkEntry]) -> Iterator[_Document]:
    for work, entry in enumerate(entries):
        title, title_folded = with_marks(entry.title), without_marks(entry.title)
        texts = [(0, record_text(entry)), *((page.number, page.text) for page in entry.pages)]
        for number, text in texts:
            yield _Document(
                work, number, with_marks(text), without_marks(text), title, title_folded
            )


class _FacetWriter:
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


class _FacetCounter:
    """Counts six facets over a set of works: a few microseconds each, whatever the engine."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self._count = int(arrays["works"])
            self._facets = [
                (
                    name,
                    arrays[f"{name}_values"].tolist(),
                    arrays[f"{name}_works"],
                    arrays[f"{name}_numbers"],
                )
                for name in FACETS
            ]

    def count(self, works: Sequence[int] | NDArray[np.int64]) -> dict[str, dict[str, int]]:
        chosen = np.zeros(self._count, dtype=bool)
        chosen[works] = True
        found = {}
        for name, values, of_works, numbers in self._facets:
            counts = np.bincount(numbers[chosen[of_works]], minlength=len(values)).tolist()
            found[name] = {
                value: count for value, count in zip(values, counts, strict=True) if count
            }
        return found


# tantivy


def _build_tantivy(documents: Iterable[_Document], folder: Path) -> None:
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


class _Tantivy:
    """Best pages by a scored search, works and totals by one aggregation over the works."""

    def __init__(self, folder: Path) -> None:
        self._module: Any = importlib.import_module("tantivy")
        self._index = self._module.Index.open(str(folder))
        self._index.config_reader("manual")
        self._searcher = self._index.searcher()
        self._facets = _FacetCounter(folder / "facets.npz")
        works = int(np.load(folder / "facets.npz")["works"])
        self._aggregation = {
            "works": {"terms": {"field": "work", "size": works, "segment_size": works}},
            "records": {"value_count": {"field": "record"}},
        }

    def ask(self, question: Question) -> Answered:
        asked = self._query(question)
        found = self._searcher.aggregate(asked, self._aggregation)
        buckets = found["works"]["buckets"]
        works = [int(bucket["key"]) for bucket in buckets]
        documents = sum(bucket["doc_count"] for bucket in buckets)
        return Answered(
            len(works),
            documents - int(found["records"]["value"]),
            self._best(asked, min(TOP, len(works))),
            self._facets.count(works),
        )

    def _best(self, asked: Any, wanted: int) -> list[Best]:
        limit = 4 * TOP
        while wanted:
            hits = self._searcher.search(asked, limit=limit, count=False).hits
            addresses = [address for _, address in hits]
            works = self._searcher.fast_field_values("work", addresses)
            first: dict[int, int] = {}
            for place, work in enumerate(works):
                first.setdefault(work, place)
            if len(first) >= wanted or len(hits) < limit:
                places = list(first.values())[:wanted]
                pages = self._searcher.fast_field_values("page", [addresses[p] for p in places])
                return [
                    Best(works[place], page, hits[place][0])
                    for place, page in zip(places, pages, strict=True)
                ]
            limit *= 4
        return []

    def _query(self, question: Question) -> Any:
        module = self._module
        must, must_not = module.Occur.Must, module.Occur.MustNot
        clauses = [(must, self._any(group)) for group in question.must]
        clauses += [(must_not, self._part(part)) for part in question.must_not]
        return clauses[0][1] if len(clauses) == 1 else module.Query.boolean_query(clauses)

    def _any(self, group: Sequence[Part]) -> Any:
        parts = [self._part(part) for part in group]
        if len(parts) == 1:
            return parts[0]
        return self._module.Query.boolean_query(
            [(self._module.Occur.Should, part) for part in parts]
        )

    def _part(self, part: Part) -> Any:
        field, made = part.field, self._module.Query
        if len(part.words) > 1:
            return made.phrase_query(self._index.schema, field, list(part.words))
        return made.term_query(self._index.schema, field, part.words[0], index_option="freq")


# SQLite FTS5

_FTS5_TABLE = """
CREATE VIRTUAL TABLE page USING fts5(
    text, text_folded, title, title_folded,
    content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.,_'"
)
"""


def _sqlite() -> Any:
    """The driver the archive has: see `archive.models.database`."""
    name = "pysqlite3.dbapi2" if sys.platform == "linux" else "sqlite3"
    return importlib.import_module(name)


def _build_fts5(documents: Iterable[_Document], folder: Path) -> None:
    connection = _sqlite().connect(folder / "fts5.db")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(_FTS5_TABLE)
    # Work and page stand in the row's number, so that a hit needs no second table.
    connection.executemany(
        "INSERT INTO page(rowid, text, text_folded, title, title_folded) VALUES (?, ?, ?, ?, ?)",
        ((found.work << _PAGES_PER_WORK_BITS | found.page, *found[2:]) for found in documents),
    )
    connection.execute("INSERT INTO page(page) VALUES ('optimize')")
    connection.commit()
    connection.close()


def _add_fts5_facets(facets: _FacetWriter, folder: Path) -> None:
    connection = _sqlite().connect(folder / "fts5.db")
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


class _Fts5:
    """Every hit once into a table of matched works, the rest from there."""

    def __init__(self, folder: Path) -> None:
        self._connection = _sqlite().connect(folder / "fts5.db")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute("PRAGMA mmap_size = 4000000000")
        self._connection.execute(
            "CREATE TEMP TABLE matched(work INTEGER PRIMARY KEY, row INTEGER, rank REAL, "
            "pages INTEGER)"
        )

    def ask(self, question: Question) -> Answered:
        run = self._connection.execute
        run("DELETE FROM matched")
        # SQLite takes `rowid` from the row that has the least rank.
        run(
            f"INSERT INTO matched SELECT rowid >> {_PAGES_PER_WORK_BITS} AS work, rowid, "
            f"min(rank), sum(rowid & {(1 << _PAGES_PER_WORK_BITS) - 1} > 0) "
            "FROM page WHERE page MATCH ? GROUP BY work",
            (self._query(question),),
        )
        works, pages = run("SELECT count(*), total(pages) FROM matched").fetchone()
        best = [
            Best(work, row & (1 << _PAGES_PER_WORK_BITS) - 1, -rank)
            for work, row, rank in run(
                f"SELECT work, row, rank FROM matched ORDER BY rank LIMIT {TOP}"
            )
        ]
        counted: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        for name, value, count in run(
            "SELECT name, value, count(*) FROM matched JOIN facet USING (work) GROUP BY name, value"
        ):
            counted[FACETS[name]][value] = count
        return Answered(works, int(pages), best, counted)

    @staticmethod
    def _query(question: Question) -> str:
        def put(part: Part) -> str:
            return f'{part.field} : "{" ".join(part.words)}"'

        groups = [f"({' OR '.join(map(put, group))})" for group in question.must]
        refused = "".join(f" NOT {put(part)}" for part in question.must_not)
        return f"({' AND '.join(groups)}){refused}"


# Stock Whoosh


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


def _build_whoosh(documents: Iterable[_Document], folder: Path) -> None:
    made: Any = index.create_in(str(folder), _whoosh_schema())
    writer = made.writer(limitmb=_WHOOSH_MEMORY_MB)
    for found in documents:
        writer.add_document(**found._asdict())
    writer.commit()


class _Whoosh:
    """Every hit scored by the stock searcher, then grouped by the column of works."""

    def __init__(self, folder: Path) -> None:
        self._searcher: Any = index.open_dir(str(folder)).searcher(weighting=_SCORING.BM25F())
        reader = self._searcher.reader()
        # Columns as arrays, once: read cell by cell they would take most of the time.
        documents = range(reader.doc_count_all())
        works, pages = reader.column_reader("work"), reader.column_reader("page")
        self._works = np.array([works[number] for number in documents], dtype=np.int64)
        self._pages = np.array([pages[number] for number in documents], dtype=np.int64)
        self._facets = _FacetCounter(folder / "facets.npz")

    def ask(self, question: Question) -> Answered:
        found = self._searcher.search(self._query(question), limit=None, optimize=False)
        hits = found.top_n
        documents = np.array([document for _, document in hits], dtype=np.int64)
        works, firsts = np.unique(self._works[documents], return_index=True)
        firsts.sort()
        best = [
            Best(int(self._works[number]), int(self._pages[number]), hits[place][0])
            for place in firsts[:TOP].tolist()
            for number in (documents[place],)
        ]
        pages = int(np.count_nonzero(self._pages[documents]))
        return Answered(len(works), pages, best, self._facets.count(works))

    def _query(self, question: Question) -> Any:
        def put(part: Part) -> Any:
            field = part.field
            if len(part.words) > 1:
                return _QUERY.Phrase(field, list(part.words))
            return _QUERY.Term(field, part.words[0])

        groups = [
            _QUERY.Or(list(map(put, group))) if len(group) > 1 else put(group[0])
            for group in question.must
        ]
        asked = _QUERY.And(groups) if len(groups) > 1 else groups[0]
        if question.must_not:
            asked = _QUERY.AndNot(asked, _QUERY.Or(list(map(put, question.must_not))))
        return asked.normalize()
