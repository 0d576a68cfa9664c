"""The peers of `bench.search`: tantivy, SQLite FTS5 and stock Whoosh over the same words.

Each answers a question whole: the ten best works with their best pages, how many works and pages
there are, and six facets counted in works. How a peer does this is the fastest way found for it;
see `README.md`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from whoosh import index, query, scoring

from bench.search_corpus import FACETS
from bench.search_peer_indexes import FACETS_FILE, FTS5_FILE, PAGE_BITS, sqlite
from bench.search_questions import Part, Question

TOP = 10
ENGINES = ("tantivy", "fts5", "whoosh")

# Whoosh's modules do not say which of their names are public, and carry no types.
_QUERY: Any = query
_SCORING: Any = scoring


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


def open_peer(engine: str, folder: Path) -> Peer:
    """The engine over what `build` left in the folder. Modules load now, not with a question."""
    if engine == "tantivy":
        return _Tantivy(folder)
    if engine == "fts5":
        return _Fts5(folder)
    return _Whoosh(folder)


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


class _Tantivy:
    """Best pages by a scored search, works and totals by one aggregation over the works."""

    def __init__(self, folder: Path) -> None:
        self._module: Any = importlib.import_module("tantivy")
        self._index = self._module.Index.open(str(folder))
        self._index.config_reader("manual")
        self._searcher = self._index.searcher()
        self._facets = _FacetCounter(folder / FACETS_FILE)
        works = int(np.load(folder / FACETS_FILE)["works"])
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


class _Fts5:
    """Every hit once into a table of matched works, the rest from there."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite().connect(folder / FTS5_FILE)
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
            f"INSERT INTO matched SELECT rowid >> {PAGE_BITS} AS work, rowid, "
            f"min(rank), sum(rowid & {(1 << PAGE_BITS) - 1} > 0) "
            "FROM page WHERE page MATCH ? GROUP BY work",
            (self._query(question),),
        )
        works, pages = run("SELECT count(*), total(pages) FROM matched").fetchone()
        best = [
            Best(work, row & (1 << PAGE_BITS) - 1, -rank)
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
        self._facets = _FacetCounter(folder / FACETS_FILE)

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
