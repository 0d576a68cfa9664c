"""A small real index in a temporary folder, and works to fill it with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from archive.core.collation import sort_key
from archive.core.text import clean_text
from archive.search.entries import PageEntry, WorkEntry
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from archive.search.results import SearchResults

TODAY = date(2025, 7, 15)
READER = Viewer(today=TODAY)
CURATOR = Viewer(today=TODAY, signed_in=True, may_see_all=True)


def make_work(work_id: str, title: str = "Ấn phẩm", *pages: str, **values) -> WorkEntry:
    """A public, accepted work of unit A with these pages."""
    number = int("".join(filter(str.isdigit, work_id)) or 0)
    given = {
        "revision": 1,
        "status": "accepted",
        "access": "public",
        "unit_code": "A",
        "unit_name": "Huyện Hà Quảng",
        "added_at": datetime(2024, 1, 1) + timedelta(days=number),
        "title_sort": sort_key(title),
        "year": 2024,
    }
    entries = tuple(PageEntry(n, str(n), clean_text(text)) for n, text in enumerate(pages, 1))
    return WorkEntry(work_id=work_id, title=title, pages=entries, **{**given, **values})


class Archive:
    """An index with the texts of its pages at hand, as the catalogue has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = SearchIndex(folder)
        self.texts: dict[tuple[str, int], str] = {}

    def add(self, *works: WorkEntry) -> None:
        self.index.write(works)
        for work in works:
            self.texts |= {(work.work_id, page.number): page.text for page in work.pages}

    def page_texts(self, places: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
        return {place: self.texts[place] for place in places}

    def search(self, query: str = "", viewer: Viewer = READER, **options) -> SearchResults:
        request = SearchRequest(viewer, query, **options)
        return self.index.search(request)

    def ids(self, query: str = "", viewer: Viewer = READER, **options) -> list[str]:
        return [item.work_id for item in self.search(query, viewer, **options).items]

    def pages(self, query: str, **options) -> set[tuple[str, int]]:
        found = self.search(query, group="page", per_page=100, **options)
        return {(item.work_id, item.number) for item in found.items}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "search")


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[[str], Archive]:
    """Further archives beside the first, by name."""
    return lambda name: Archive(tmp_path / name)


@pytest.fixture
def make() -> Callable[..., WorkEntry]:
    return make_work
